/** A language that nobody speaks: every letter of every text is a wide one, so that what is plain came from elsewhere. */
import { readdirSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import type { Page } from '@playwright/test'

const LOCALE = join(__dirname, '../../www/locales/en')

const read = (file: string) => JSON.parse(readFileSync(join(LOCALE, file), 'utf8')) as Record<string, string>

/**
 * Texts with their letters widened. What the page puts into its own texts stays, to be seen; what the core puts into a
 * sentence are names and printed lines, which no language changes, and is left out.
 */
function pseudo(file: string): Record<string, string> {
  const texts = Object.entries(read(file))
  const said = (text: string) => widened(file === 'page.json' ? text : text.replace(/\{\w+\}/g, ''))
  return Object.fromEntries(texts.map(([key, text]) => [key, said(text)]))
}

function widened(text: string): string {
  const wide = (part: string) =>
    part.replace(/[A-Za-z]/g, (letter) => String.fromCharCode(letter.charCodeAt(0) + 0xfee0))
  return text
    .split(/(\{\w+\})/)
    .map((part, i) => (i % 2 ? part : wide(part)))
    .join('')
}

/** Puts it in the place of English: of what all views need, and of each scenario's own texts. */
export async function speakPseudo(page: Page): Promise<void> {
  const script = (body: string) => ({ contentType: 'text/javascript', body })
  const titles = readdirSync(join(LOCALE, 'scenarios')).map((file) => [
    `${basename(file, '.json')}/title`,
    widened(read(`scenarios/${file}`).title ?? ''),
  ])
  const common = { ...pseudo('page.json'), ...pseudo('core.json'), ...Object.fromEntries(titles) }
  await page.route('**/assets/en-*.js', (route) =>
    route.fulfill(script(`export const messages = ${JSON.stringify(common)}`)),
  )
  await page.route(/assets\/en\.[a-z-]+-[\w-]{8}\.js$/, (route) => {
    const id = /en\.([a-z-]+)-[\w-]{8}\.js$/.exec(route.request().url())?.[1]
    return route.fulfill(script(`export default ${JSON.stringify(pseudo(`scenarios/${id}.json`))}`))
  })
}

/** What stands for itself in any language: code, keys, hashes, printed lines, names, the language of a switch. */
const DATA =
  'code, pre, kbd, script, style, noscript, [translate="no"], [lang]:not(html), .fingerprint, .source, .log, .qr'
/** Where the names of tasks and channels are listed; they may stand in any sentence. */
const NAMES = '.lane, .faults option'
/** Units, what `Intl` puts between the members of a list, the kinds of events as `--json` has them, and of faults. */
const CODES = `s ms us ns min m h and crash root accept arrive cancel cancelled close end fault fire join kind log lose note receive refuse
  send sleep spawn start stop tick timer wake work worked`

/** Words in the document that no text said, with where they stand. */
export function plainWords(page: Page): Promise<string[]> {
  return page.evaluate(
    ([data, names, codes]) => {
      const words = (text: string | null | undefined) => (text ?? '').match(/[A-Za-z]+/g) ?? []
      const known = new Set(words(codes))
      for (const element of document.querySelectorAll<HTMLElement>(names))
        for (const word of words(element.title || element.textContent)) known.add(word)
      const found = new Set<string>()
      const look = (text: string | null, where: Element) => {
        if (where.closest(data)) return
        for (const word of words(text))
          if (!known.has(word))
            found.add(`${word} in ${where.tagName.toLowerCase()}.${where.className}: ${text?.slice(0, 60)}`)
      }
      const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
      while (walker.nextNode()) look(walker.currentNode.textContent, walker.currentNode.parentElement as Element)
      for (const name of ['aria-label', 'title', 'alt', 'placeholder', 'aria-valuetext', 'aria-description'])
        for (const element of document.querySelectorAll(`[${name}]`)) look(element.getAttribute(name), element)
      return [...found]
    },
    [DATA, NAMES, CODES] as const,
  )
}
