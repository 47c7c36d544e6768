/** Sentences for what the core says in codes: events, errors, ends, claims, scenario texts. */
import type { CoreError, EventRow } from '../worker/core'
import { showDuration, showTime } from './duration'
import { find, t } from './locale'

/** An event as a sentence, without its time. The most particular text that exists is taken. */
export function eventSentence(row: EventRow): string {
  const { task, kind, args } = row
  const detail = visible(row.detail)
  const values: Record<string, string | number> = { task: visible(task), detail }
  for (const [name, value] of Object.entries(args)) values[name] = argument(name, value)
  const particular = args.note ?? args.fault ?? (args.cut === 1 ? 'cut' : undefined)
  const keys = particular === undefined ? [] : [`event.${kind}.${particular}`]
  return find([...keys, `event.${kind}`], values) ?? `${task}: ${kind} ${detail}`.trim()
}

function argument(name: string, value: string | number): string | number {
  if (typeof value === 'number') return name.endsWith('_ns') ? showDuration(value) : value
  if (name === 'message' && value === '') return t('legend.message')
  return name === 'reason' ? (find([`reason.${value}`]) ?? value) : visible(value)
}

/** An event with its time, for the slider and the live region. */
export function timedSentence(row: EventRow): string {
  return t('event.timed', { time: showTime(row.time_ns), sentence: eventSentence(row) })
}

/** What was wrong, in the page's language; the core's own English sentence where no text exists. */
export function errorSentence(error: CoreError): string {
  const { part, value, allowed } = error
  return find([`error.${error.code}`], { part, value: clip(visible(value), 60), allowed }) ?? error.message
}

/** The title of a scenario. */
export function scenarioTitle(id: string): string {
  return find([`${id}/title`]) ?? id
}

/** A text of a scenario, or null. */
export function scenarioText(id: string, key: string): string | null {
  return find([`${id}/${key}`])
}

/** What a claim says. */
export function claimText(scenario: string, id: string): string {
  return find([`${scenario}/claim.${id}`, `claim.${id}`]) ?? id
}

/** How a run ended. */
export function endText(end: string): string {
  return find([`ended.${end}`]) ?? end
}

/** Control characters and lone surrogates as signs that can be seen; nothing in a link can hide or reorder text. */
export function visible(text: string): string {
  return Array.from(text, (sign) => {
    const code = sign.codePointAt(0) ?? 0
    if (code < 0x20) return String.fromCodePoint(0x2400 + code)
    if (code === 0x7f) return '\u2421'
    const hidden =
      (code >= 0x200b && code <= 0x200f) || (code >= 0x2028 && code <= 0x202e) || (code >= 0x2066 && code <= 0x2069)
    return hidden || (code >= 0xd800 && code <= 0xdfff) || code === 0xfeff ? '\ufffd' : sign
  }).join('')
}

/** At most `limit` characters, with a sign where something is missing. */
export function clip(text: string, limit: number): string {
  const signs = Array.from(text.slice(0, limit * 2 + 2))
  return signs.length > limit ? `${signs.slice(0, limit).join('')}…` : text
}
