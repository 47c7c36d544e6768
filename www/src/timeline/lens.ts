/**
 * The light cone of an event: what can have led to it, and what it can have led to. One event comes before another if a
 * chain of causes, of steps of one task and of starts of tasks leads from it to the other. On each lane that is a beginning and an end; what
 * lies between them can have nothing to do with the event, in any order of the rest.
 */
import { NONE } from '../worker/core'
import type { Trace } from './trace'

/** For each lane: the time up to which it comes before, and the time from which on it comes after; else ∓ infinity. */
export interface Lens {
  before: Float64Array
  after: Float64Array
}

/** The cone of an event; one pass over the run. */
export function lensOf(trace: Trace, event: number): Lens {
  const { time, task } = trace.columns
  const { latest, earliest } = coneOf(trace, event)
  const lens = {
    before: new Float64Array(trace.laneOf.length).fill(Number.NEGATIVE_INFINITY),
    after: new Float64Array(trace.laneOf.length).fill(Number.POSITIVE_INFINITY),
  }
  // A lane that tasks share is as near as the nearest of them.
  for (let one = 0; one < trace.laneOf.length; one++) {
    const lane = trace.laneOf[one]!
    if (latest[one]! >= 0) lens.before[lane] = Math.max(lens.before[lane]!, time[latest[one]!]!)
    if (earliest[one]! < task.length) lens.after[lane] = Math.min(lens.after[lane]!, time[earliest[one]!]!)
  }
  return lens
}

/**
 * For each task its last event that comes before, and the first event from which on its own come after, the event itself
 * included; else -1 and the number of events.
 */
export function coneOf(trace: Trace, event: number): { latest: Int32Array; earliest: Int32Array } {
  const { task, cause, kind, a } = trace.columns
  const spawn = trace.kinds.indexOf('spawn')
  const latest = new Int32Array(trace.laneOf.length).fill(-1)
  const earliest = new Int32Array(trace.laneOf.length).fill(task.length)
  const own = task[event]!
  latest[own] = event
  earliest[own] = event
  for (let i = event; i >= 0; i--) {
    if (kind[i] === spawn && latest[a[i]!]! >= 0) latest[task[i]!] = Math.max(latest[task[i]!]!, i)
    if (i > latest[task[i]!]!) continue
    const why = cause[i]!
    if (why !== NONE && why > latest[task[why]!]!) latest[task[why]!] = why
  }
  const comesAfter = new Uint8Array(task.length)
  for (let i = event; i < task.length; i++) {
    const why = cause[i]!
    if (i < earliest[task[i]!]! && (why === NONE || comesAfter[why] === 0)) continue
    comesAfter[i] = 1
    earliest[task[i]!] = Math.min(earliest[task[i]!]!, i)
    if (kind[i] === spawn) earliest[a[i]!] = Math.min(earliest[a[i]!]!, i)
  }
  return { latest, earliest }
}
