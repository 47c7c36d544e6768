/** A bad link quoted with a caret under the place that is wrong. */
import { visible } from './core'

/** One line of the quote, and where under it the caret stands (in characters). */
export interface Quote {
  line: string
  caret: number | null
}

/** Characters shown on each side of the place. */
const AROUND = 32

/** Quotes `text` around `position` (an index of code points). */
export function quote(text: string, position: number | null): Quote {
  // A link may be a megabyte: only the neighbourhood is made into characters.
  const signs = Array.from(text.length > 100_000 ? text.slice(0, 100_000) : text)
  const at = position === null ? null : Math.min(Math.max(position, 0), signs.length)
  const from = at === null ? 0 : Math.max(0, at - AROUND)
  const to = Math.min(signs.length, (at ?? 0) + AROUND)
  const head = from > 0 ? '…' : ''
  const tail = to < signs.length || text.length > 100_000 ? '…' : ''
  const line = head + visible(signs.slice(from, to).join('')) + tail
  return { line, caret: at === null ? null : at - from + head.length }
}

/** The link without the part at `position`, and without its check; null when there is no such part. */
export function withoutPart(text: string, position: number | null): string | null {
  const start = text.indexOf('?')
  if (start < 0 || position === null) return null
  const at = Array.from(text).slice(0, position).join('').length
  if (at <= start && text[start] !== '?') return null
  const kept: string[] = []
  let offset = start + 1
  let removed = false
  for (const pair of text.slice(start + 1).split('&')) {
    const hit = at >= offset - 1 && at <= offset + pair.length && !removed
    if (hit) removed = true
    else if (!pair.startsWith('~') && pair !== '') kept.push(pair)
    offset += pair.length + 1
  }
  if (!removed) return null
  return text.slice(0, start) + (kept.length > 0 ? `?${kept.join('&')}` : '')
}
