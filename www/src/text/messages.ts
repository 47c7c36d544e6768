/** Texts by key with `{name}` placeholders. A missing text shows its key, so that it is seen and reported. */

/** A locale's texts: page and core texts by key, scenario texts by `scenario-id/key`. */
export type Messages = Record<string, string>

/** Values for the placeholders. */
export type Arguments = Record<string, string | number>

/** Puts values into a text; a placeholder without a value stays as it is. */
export function fill(text: string, values: Arguments): string {
  return text.replace(/\{([a-z0-9_]+)\}/gi, (whole, name: string) => String(values[name] ?? whole))
}

/** Collects the files of one locale (`…/page.json`, `…/scenarios/ID.json`) into one table. */
export function collect(files: Record<string, Messages>): Messages {
  const all: Messages = {}
  for (const [path, texts] of Object.entries(files)) {
    const scenario = /scenarios\/([^/]+)\.json$/.exec(path)?.[1]
    for (const [key, text] of Object.entries(texts)) all[scenario ? `${scenario}/${key}` : key] = text
  }
  return all
}
