/** A language that nobody speaks: every letter of every text is a wide one, so that what is plain came from elsewhere. */
import { readdirSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import type { Page } from '@playwright/test'

const LOCALE = join(__dirname, '../../www/locales/en')

/** The English texts as the page has them, their letters widened; `{names}` in them stay. */
function messages(): Record<string, string> {
  const all: Record<string, string> = {}
  for (const file of readdirSync(LOCALE, { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('.json'),
  ))
    for (const [key, text] of Object.entries<string>(JSON.parse(readFileSync(join(LOCALE, file), 'utf8'))))
      all[file.startsWith('scenarios') ? `${basename(file, '.json')}/${key}` : key] = widened(text)
  return all
}

function widened(text: string): string {
  const wide = (part: string) =>
    part.replace(/[A-Za-z]/g, (letter) => String.fromCharCode(letter.charCodeAt(0) + 0xfee0))
  return text
    .split(/(\{\w+\})/)
    .map((part, i) => (i % 2 ? part : wide(part)))
    .join('')
}

/** Puts it in the place of English. */
export async function speakPseudo(page: Page): Promise<void> {
  await page.route('**/assets/en-*.js', (route) =>
    route.fulfill({ contentType: 'text/javascript', body: `export const messages = ${JSON.stringify(messages())}` }),
  )
}

/** Words in the document that no text said, with where they stand: names of tasks and the like, or a mistake. */
export function plainWords(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const found = new Set<string>()
    const look = (text: string | null, where: Element) => {
      // What comes from the run or is written in a language of its own.
      if (where.closest('code, pre, kbd, script, style, noscript, [translate="no"], [lang]:not(html)')) return
      for (const [word] of (text ?? '').matchAll(/[A-Za-z][A-Za-z-]*/g))
        found.add(`${word} in ${where.tagName.toLowerCase()}.${where.className.toString().replaceAll(' ', '.')}`)
    }
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
    while (walker.nextNode()) look(walker.currentNode.textContent, walker.currentNode.parentElement as Element)
    for (const name of ['aria-label', 'title', 'alt', 'placeholder', 'aria-valuetext', 'aria-description'])
      for (const element of document.querySelectorAll(`[${name}]`)) look(element.getAttribute(name), element)
    return [...found]
  })
}
