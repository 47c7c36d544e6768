/** A run as the page keeps it: the core's columns, and per-lane indexes so that any window is found by binary search. */
import type { Columns, EventRow, TaskInfo, Timeline } from '../worker/core'
import { ARROW, MARK, NONE } from '../worker/core'
import { type Chart, chartsOf } from './charts'

/** Items of all lanes in one array, lane by lane; lane `i` owns `order[start[i] .. start[i + 1]]`. */
export interface LaneIndex {
  start: Uint32Array
  order: Uint32Array
}

/** Everything the page draws and lists of one run. All times in nanoseconds from the start of the run. */
export interface Trace {
  count: number
  duration: number
  columns: Columns
  kinds: string[]
  tasks: TaskInfo[]
  sources: { file: string; line: number }[]
  timeline: Timeline
  spansByLane: LaneIndex
  marksByLane: LaneIndex
  /** Without levels, which are points of `charts` and nothing that a task did. */
  eventsByLane: LaneIndex
  /** Arrow numbers in order of departure, and the longest flight: together they bound a search. */
  arrowOrder: Uint32Array
  longestArrow: number
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

/** Builds the indexes; runs in the worker. */
export function indexTrace(raw: RawTrace, duration: number): Trace {
  const { columns, timeline, tasks } = raw
  const { spans, marks, arrows } = timeline
  const lanes = tasks.length
  const count = columns.time.length
  const last = count > 0 ? (columns.time[count - 1] ?? 0) : 0
  const arrowOrder = Uint32Array.from(arrows.from, (_, i) => i).sort(
    (p, q) => departure(columns, arrows.from[p]) - departure(columns, arrows.from[q]),
  )
  let longestArrow = 0
  for (let i = 0; i < arrows.from.length; i++) {
    if (arrows.to[i] === NONE) continue
    longestArrow = Math.max(longestArrow, departure(columns, arrows.to[i]) - departure(columns, arrows.from[i]))
  }
  return {
    ...raw,
    count,
    duration: Math.max(duration, last),
    spansByLane: byLane(
      spans.lane.length,
      lanes,
      (i) => spans.lane[i]!,
      (i) => spans.start[i]!,
    ),
    marksByLane: byLane(
      marks.event.length,
      lanes,
      (i) => columns.task[marks.event[i]!]!,
      (i) => marks.event[i]!,
    ),
    eventsByLane: eventsByLane(columns, timeline, lanes),
    charts: chartsOf(timeline.gauges, columns.time),
    logs: marks.event.filter((_, i) => marks.kind[i] === MARK.log),
    arrowOrder,
    longestArrow,
  }
}

/** The events of each lane, without levels. */
function eventsByLane({ task }: Columns, { gauges }: Timeline, lanes: number): LaneIndex {
  const levels = gauges.event
  if (levels.length === 0) return byLane(task.length, lanes, (i) => task[i]!)
  const told = new Uint32Array(task.length - levels.length)
  for (let event = 0, level = 0, at = 0; event < task.length; event++) {
    if (levels[level] === event) level++
    else told[at++] = event
  }
  const { start, order } = byLane(told.length, lanes, (i) => task[told[i]!]!)
  return { start, order: order.map((i) => told[i]!) }
}

/** Whether an event is a level of a chart. */
export function isLevel(trace: Trace, event: number): boolean {
  const levels = trace.timeline.gauges.event
  return levels[lowerBound(0, levels.length, event, (i) => levels[i]!)] === event
}

/** The buffers that can be transferred instead of copied. */
export function transferables(trace: Trace): ArrayBuffer[] {
  const { columns, timeline } = trace
  const { curve, event, value } = timeline.gauges
  const arrays = [
    ...Object.values(columns),
    ...Object.values(timeline.spans),
    ...Object.values(timeline.arrows),
    ...Object.values(timeline.marks),
    trace.spansByLane.order,
    trace.marksByLane.order,
    trace.eventsByLane.order,
    trace.arrowOrder,
    ...[curve, event, value, trace.logs],
    ...trace.charts.flatMap((chart) => chart.curves.flatMap((one) => [one.time, one.value])),
  ] as { buffer: ArrayBuffer }[]
  return [...new Set(arrays.map((array) => array.buffer))]
}

/** First position in `[from, to)` whose value is not below `bound`; the values must ascend. */
export function lowerBound(from: number, to: number, bound: number, value: (i: number) => number): number {
  let low = from
  let high = to
  while (low < high) {
    const middle = (low + high) >>> 1
    if (value(middle) < bound) low = middle + 1
    else high = middle
  }
  return low
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

/** Marks worth a stroke on the time slider, most telling kinds first, at most `limit`, those of a kind `gap` apart. */
export function landmarks(trace: Trace, limit: number, gap = 0): { time: number; kind: number; event: number }[] {
  const rank: number[] = [MARK.acceptAgain, MARK.crash, MARK.fault, MARK.lost, MARK.timeout, MARK.cancelled]
  rank.push(MARK.restart, MARK.refused, MARK.duplicate, MARK.accept)
  const { marks } = trace.timeline
  const found = []
  for (const kind of rank) {
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

/** Whether a lane has anything to show besides its own life; a quiet root needs no lane. */
export function isQuiet(trace: Trace, lane: number): boolean {
  const { spansByLane, marksByLane, timeline } = trace
  if (marksByLane.start[lane] !== marksByLane.start[lane + 1]) return false
  for (let i = spansByLane.start[lane]!; i < spansByLane.start[lane + 1]!; i++) {
    if (timeline.spans.kind[spansByLane.order[i]!] === 1) return false
  }
  for (let i = 0; i < timeline.arrows.from.length; i++) {
    if (timeline.arrows.kind[i] === ARROW.spawn) continue
    if (trace.columns.task[timeline.arrows.from[i]!] === lane) return false
    const to = timeline.arrows.to[i]!
    if (to !== NONE && trace.columns.task[to] === lane) return false
  }
  return true
}

function departure(columns: Columns, event: number | undefined): number {
  return columns.time[event ?? 0] ?? 0
}

/** Counting sort by lane, stable; within a lane by `key` when the input is not in time order already. */
function byLane(count: number, lanes: number, lane: (i: number) => number, key?: (i: number) => number): LaneIndex {
  const start = new Uint32Array(lanes + 1)
  for (let i = 0; i < count; i++) start[lane(i) + 1]! += 1
  for (let i = 0; i < lanes; i++) start[i + 1]! += start[i]!
  const next = start.slice()
  const order = new Uint32Array(count)
  for (let i = 0; i < count; i++) order[next[lane(i)]!++] = i
  if (key) {
    for (let i = 0; i < lanes; i++) {
      const part = order.subarray(start[i], start[i + 1])
      if (!ascends(part, key)) part.sort((p, q) => key(p) - key(q) || p - q)
    }
  }
  return { start, order }
}

function ascends(part: Uint32Array, key: (i: number) => number): boolean {
  for (let i = 1; i < part.length; i++) if (key(part[i]!) < key(part[i - 1]!)) return false
  return true
}
