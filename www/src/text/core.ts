/** Sentences for what the core says in codes: events, errors, ends, claims, scenario texts. */
import type { CoreError, EventRow, Sentence, StorySentence } from '../worker/core'
import { parseDuration, showDuration, showTime } from './duration'
import { find, t } from './locale'

/** An event as a sentence, without its time. The most particular text that exists is taken, the scenario's own first. */
export function eventSentence(row: EventRow, scenario: string): string {
  const { task, kind, args } = row
  const detail = visible(row.detail)
  const values: Record<string, string | number> = { task: visible(task), detail }
  for (const [name, value] of Object.entries(args)) values[name] = argument(name, value, scenario)
  if (args.note === 'gauge') values.value = Number(args[0]) / Math.max(1, Number(args[1]))
  const told = noteWords(row, scenario)
  if (told !== null) values.detail = told
  const particular = told !== null ? undefined : (args.note ?? args.fault ?? (args.cut === 1 ? 'cut' : undefined))
  const keys = particular === undefined ? [] : [`event.${kind}.${particular}`]
  return find([...keys, `event.${kind}`], values) ?? `${task}: ${kind} ${detail}`.trim()
}

/** What a note says at its mark, where the lane already says whose it is: no task, and no word that led over from it. */
export function noteLabel(row: EventRow, scenario: string): string | null {
  const own = noteWords(row, scenario)
  if (own !== null || row.args.note === undefined) return own
  const shared = find([`event.note.${row.args.note}`], { ...row.args, task: '' })
  return shared === null ? null : shared.replace(/^\s*[がは:：]?\s*/, '')
}

/** What a scenario's own text says of a note, without its task: `note.WORD` with the note's two numbers; or null. */
export function noteWords({ args }: EventRow, scenario: string): string | null {
  if (args.note === undefined) return null
  const what = typeof args.what === 'string' ? gaugeName(args.what, scenario) : ''
  return find([`${scenario}/note.${args.note}`], { ...args, what })
}

function argument(name: string, value: string | number, scenario: string): string | number {
  if (typeof value === 'number') return name.endsWith('_ns') ? showDuration(value) : value
  if (name === 'message') return messageWords(value, scenario)
  if (name === 'what') return gaugeName(value, scenario)
  return name === 'reason' ? (find([`reason.${value}`]) ?? value) : visible(value)
}

/**
 * The words of a message in the reader's language: `result 1 attempt 2` is the text `message.result` with the numbers
 * 1 and 2. Words without a text stay as they are.
 */
export function messageWords(words: string, scenario: string): string {
  if (words === '') return t('legend.message')
  const [first = '', ...rest] = words.split(' ')
  const numbers = rest.filter((word) => /\d/.test(word)).map(visible)
  return (
    find([`${scenario}/message.${first}`, `message.${first}`], Object.fromEntries(numbers.entries())) ?? visible(words)
  )
}

/** What a chart, or the subject of a note, is called. */
export function gaugeName(name: string, scenario: string): string {
  return find([`${scenario}/gauge.${name}`, `gauge.${name}`]) ?? visible(name)
}

/** An event with its time, for the slider and the live region. */
export function timedSentence(row: EventRow, scenario: string): string {
  return t('event.timed', { time: showTime(row.time_ns), sentence: eventSentence(row, scenario) })
}

/** What there is to say about the end of a run. */
export function endingText(ending: Sentence[]): string {
  return ending.map(sentence).join(' ')
}

function sentence({ code, args }: Sentence): string {
  const values = Object.entries(args).map(([name, value]) => [
    name,
    typeof value === 'string' ? visible(value) : value.map(sentence).join(t('list.separator')),
  ])
  return find([code], Object.fromEntries(values)) ?? code
}

/** A sentence of a story: an event in the words that events have here, or how it all came out. */
export function storySentence(told: StorySentence, scenario: string): string {
  const { code, args, event } = told
  if (event === null) {
    const outcome = typeof args.outcome === 'string' ? outcomeText(args.outcome) : ''
    const claims = Array.isArray(args.claims)
      ? args.claims.map((claim) => claimText(scenario, claim.code.replace(/^claim\./, '')))
      : []
    return args.outcome === undefined
      ? sentence(told)
      : (find([code], { outcome, claims: claims.join(t('list.separator')) }) ?? code)
  }
  const { task, detail, ...rest } = Object.fromEntries(
    Object.entries(args).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  )
  const values = Object.entries(rest).map(([name, text]) => [name, storyValue(name, text)])
  const row = {
    id: event,
    time_ns: told.time_ns,
    task: task ?? '',
    kind: code.split('.')[1] ?? '',
    detail: detail ?? '',
  }
  return eventSentence({ ...row, args: Object.fromEntries(values), cause: null, source: null } as EventRow, scenario)
}

/** A story's values are texts: what events have as numbers becomes one. */
function storyValue(name: string, text: string): string | number {
  if (name.endsWith('_ns')) return parseDuration(text) ?? text
  return /^\d{1,15}$/.test(text) ? Number(text) : text
}

/** The word for an outcome; where a scenario names none it is how the run ended. */
export function outcomeText(outcome: string): string {
  return find([`outcome.${outcome}`, `ended.${outcome}`]) ?? outcome
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

/** What a limit counts. */
export function limitText(limit: string): string {
  return find([`limit.${limit}`]) ?? limit
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
