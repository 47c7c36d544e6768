/** Numbers in brackets that tie a line for the operator to the message for the user: `[logID: 1]`, `[1]`. */
import type { Trace } from '../timeline/trace'

const ID = /\[(?:log ?id: ?)?(\d{1,18})\]/gi

/** The numbers of a line, each once, in order. */
export function errorIds(line: string): string[] {
  return [...new Set([...line.matchAll(ID)].map((match) => match[1] ?? ''))]
}

/** The printed lines (of those whose words came with the run) that carry a number, in order. */
export function linesWith(trace: Trace, id: string): number[] {
  return Array.from(trace.logs).filter((event) => errorIds(trace.words.get(event)?.detail ?? '').includes(id))
}
