/** Texts by key with `{name}` placeholders. A missing text shows its key, so that it is seen and reported. */

/** A locale's texts: page and core texts by key, scenario texts by `scenario-id/key`. */
export type Messages = Record<string, string>

/** Values for the placeholders. */
export type Arguments = Record<string, string | number>

/** Puts values into a text; a placeholder without a value stays as it is. */
export function fill(text: string, values: Arguments): string {
  return text.replace(/\{([a-z0-9_]+)\}/gi, (whole, name: string) => String(values[name] ?? whole))
}

/** A scenario's texts under the keys that they have among all. */
export function ofScenario(id: string, texts: Messages): Messages {
  return Object.fromEntries(Object.entries(texts).map(([key, text]) => [`${id}/${key}`, text]))
}
