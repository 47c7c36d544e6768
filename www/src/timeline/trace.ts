/** A run as the page keeps it: the core's columns, and per-lane indexes so that any window is found by binary search. */
import type { Columns, EventRow, TaskInfo, Timeline } from '../worker/core'
import { ARROW, MARK, NONE, REASONS, SPAN } from '../worker/core'
import type { Busy } from './busy'
import type { Chart } from './charts'
import { type LaneIndex, lowerBound } from './lane_index'
import { placesOf } from './places'
import type { Pyramid } from './pyramid'
import type { Axis } from './scale'

/** Kinds of spans and of marks: on each lane each kind is a group of its own, so that no kind hides another. */
export const SPAN_KINDS = Object.keys(SPAN).length
export const MARK_KINDS = Object.keys(MARK).length

/** Groups of marks on a lane: one for each kind, and of the cancelled one for each reason. */
export const MARK_GROUPS = MARK_KINDS + REASONS.length

/** Everything the page draws and lists of one run. All times in nanoseconds from the start of the run. */
export interface Trace {
  /** Of a run that is arranged on a bent axis: all times are places on it. */
  axis?: Axis
  count: number
  duration: number
  /** How far the picture goes, if beyond the end: where another run beside it ends. */
  extent?: number
  columns: Columns
  kinds: string[]
  tasks: TaskInfo[]
  sources: { file: string; line: number }[]
  timeline: Timeline
  /** For each task the task whose lane it is drawn on. */
  laneOf: Uint32Array
  /** Groups by lane and kind (up to the last lane), within a group by start; and the latest end so far in the group. */
  spansByLane: LaneIndex
  reach: Float64Array
  /** Groups by lane and kind (and reason, see `markGroup`). */
  marksByLane: LaneIndex
  /** Without levels, which are points of `charts` and nothing that a task did. */
  eventsByLane: LaneIndex
  /** Arrow numbers in order of departure, and the longest flight: together they bound a search. */
  arrowOrder: Uint32Array
  longestArrow: number
  /** Those of them that are never left out for being too many: cancels and restarts. */
  rareArrows: Uint32Array
  /** Messages by the lane that they leave, in order of departure. */
  messagesByLane: LaneIndex
  traffic: Map<number, Pyramid>
  /** Of lanes with much work. */
  busy: Map<number, Busy>
  work: Map<number, Pyramid>
  /** Of lanes with many beats. */
  beats: Map<number, Pyramid>
  charts: Chart[]
  /** The printed lines, in order. */
  logs: Uint32Array
  /** Rows (with the arguments of their sentences) of the marks that carry words. */
  words: Map<number, EventRow>
}

/** What the core hands over at the end of a run. */
export interface RawTrace {
  columns: Columns
  kinds: string[]
  tasks: TaskInfo[]
  sources: { file: string; line: number }[]
  timeline: Timeline
  words: Map<number, EventRow>
}

/** The kind of mark in a group. */
export function kindOf(group: number): number {
  return group < MARK_KINDS ? group : MARK.cancelled
}

/** Whether a lane has heartbeats. */
export function heartbeats({ marksByLane: { start } }: Pick<Trace, 'marksByLane'>, lane: number): boolean {
  const group = lane * MARK_GROUPS + MARK.pulse
  return start[group]! < start[group + 1]!
}

/** When a lane beats: its heartbeats if it has some, else everything that its tasks did. */
export function beatPlaces(
  {
    columns,
    marksByLane,
    eventsByLane,
    timeline,
  }: Pick<Trace, 'columns' | 'marksByLane' | 'eventsByLane' | 'timeline'>,
  lane: number,
): { heartbeat: boolean; places: Float64Array } {
  const heartbeat = heartbeats({ marksByLane }, lane)
  const places = heartbeat
    ? placesOf(marksByLane, lane * MARK_GROUPS + MARK.pulse, (mark) => columns.time[timeline.marks.event[mark]!]!)
    : placesOf(eventsByLane, lane, (event) => columns.time[event]!)
  return { heartbeat, places }
}

/** Whether an event is a level of a chart. */
export function isLevel(trace: Trace, event: number): boolean {
  const levels = trace.timeline.gauges.event
  return levels[lowerBound(0, levels.length, event, (i) => levels[i]!)] === event
}

/** The event that the reader stands on at a time: the last one not after it, or null before the first. */
export function eventAt(trace: Trace, time: number): number | null {
  const { time: times } = trace.columns
  let event = lowerBound(0, trace.count, time + 0.5, (i) => times[i]!) - 1
  while (event >= 0 && isLevel(trace, event)) event--
  return event >= 0 ? event : null
}

/** The neighbour of an event, on one lane or anywhere, passing over levels; null at either end. */
export function neighbour(trace: Trace, event: number | null, step: 1 | -1, lane: number | null): number | null {
  if (lane === null) {
    let next = event === null ? (step === 1 ? 0 : -1) : event + step
    while (next >= 0 && next < trace.count && isLevel(trace, next)) next += step
    return next >= 0 && next < trace.count ? next : null
  }
  const { start, order } = trace.eventsByLane
  const from = start[lane] ?? 0
  const to = start[lane + 1] ?? 0
  const here = lowerBound(from, to, event ?? -1, (i) => order[i]!)
  const at = step === 1 ? (order[here] === event && here < to ? here + 1 : here) : here - 1
  return at >= from && at < to ? order[at]! : null
}

/** Causes of an event, nearest first, at most `limit`. */
export function causeChain(trace: Trace, event: number, limit: number): number[] {
  const chain: number[] = []
  let at = trace.columns.cause[event] ?? NONE
  while (at !== NONE && chain.length < limit) {
    if (!isLevel(trace, at)) chain.push(at)
    const next = trace.columns.cause[at] ?? NONE
    if (next >= at) break
    at = next
  }
  return chain
}

/** Events that name this one as their cause, at most `limit`. */
export function effects(trace: Trace, event: number, limit: number): number[] {
  const found: number[] = []
  const { cause } = trace.columns
  for (let i = event + 1; i < cause.length && found.length < limit; i++) {
    if (cause[i] === event && !isLevel(trace, i)) found.push(i)
  }
  return found
}

/** Kinds of marks that tell the story of a run, the most telling first. */
const TELLING: number[] = [MARK.acceptAgain, MARK.crash, MARK.fault, MARK.lost, MARK.timeout, MARK.cancelled]
TELLING.push(MARK.restart, MARK.refused, MARK.duplicate, MARK.accept)

/** Marks worth a stroke on the time slider, most telling kinds first, at most `limit`, those of a kind `gap` apart. */
export function landmarks(trace: Trace, limit: number, gap = 0): { time: number; kind: number; event: number }[] {
  const { marks } = trace.timeline
  const found = []
  for (const kind of TELLING) {
    let before = Number.NEGATIVE_INFINITY
    for (let i = 0; i < marks.kind.length && found.length < limit; i++) {
      if (marks.kind[i] !== kind) continue
      const event = marks.event[i]!
      const time = trace.columns.time[event]!
      if (time - before < gap) continue
      before = time
      found.push({ time, kind, event })
    }
  }
  return found
}

/** The last mark that tells something, or null. */
export function lastLandmark({ timeline: { marks } }: Trace): number | null {
  for (let i = marks.kind.length - 1; i >= 0; i--) if (TELLING.includes(marks.kind[i]!)) return marks.event[i]!
  return null
}

/** Whether a lane has anything to show besides its own life; a quiet root needs no lane. */
export function isQuiet(trace: Trace, lane: number): boolean {
  const { spansByLane, marksByLane, timeline } = trace
  if (marksByLane.start[lane * MARK_GROUPS] !== marksByLane.start[(lane + 1) * MARK_GROUPS]) return false
  const work = lane * SPAN_KINDS + SPAN.work
  if (spansByLane.start[work] !== spansByLane.start[work + 1]) return false
  for (let i = 0; i < timeline.arrows.from.length; i++) {
    if (timeline.arrows.kind[i] === ARROW.spawn) continue
    if (trace.columns.task[timeline.arrows.from[i]!] === lane) return false
    const to = timeline.arrows.to[i]!
    if (to !== NONE && trace.columns.task[to] === lane) return false
  }
  return true
}
