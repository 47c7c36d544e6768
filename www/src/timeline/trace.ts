/** A run as the page keeps it: the core's columns, and per-lane indexes so that any window is found by binary search. */
import type { Columns, EventRow, TaskInfo, Timeline } from '../worker/core'
import { ARROW, MARK, NONE, REASONS, SPAN } from '../worker/core'
import { type Busy, busyOf } from './busy'
import { type Chart, chartsOf } from './charts'
import { foldTasks } from './fold'
import { grouped, type LaneIndex, lowerBound, ordered } from './lane_index'
import { busyPyramid, momentPyramid, type Pyramid } from './pyramid'
import type { Axis } from './scale'

/** Kinds of spans and of marks: on each lane each kind is a group of its own, so that no kind hides another. */
export const SPAN_KINDS = Object.keys(SPAN).length
export const MARK_KINDS = Object.keys(MARK).length

/** Groups of marks on a lane: one for each kind, and of the cancelled one for each reason. */
export const MARK_GROUPS = MARK_KINDS + REASONS.length

/** Lanes with more work than this, or with more beats, have a pyramid of it. */
const MANY = 100
const MANY_BEATS = 1_000

/** Everything the page draws and lists of one run. All times in nanoseconds from the start of the run. */
export interface Trace {
  /** Of a run that is arranged on a bent axis: all times are places on it. */
  axis?: Axis
  count: number
  duration: number
  columns: Columns
  kinds: string[]
  tasks: TaskInfo[]
  sources: { file: string; line: number }[]
  timeline: Timeline
  /** For each task the task whose lane it is drawn on. */
  laneOf: Uint32Array
  /** Groups by lane and kind, within a group by start; and the latest end so far in the group. */
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

/** Builds the indexes; runs in the worker. `alive` is called between the parts: a large run takes its time. */
export function indexTrace(
  raw: RawTrace,
  duration: number,
  alive: () => void = () => {},
  laneOf = foldTasks(raw.tasks),
): Trace {
  const { columns, timeline, tasks } = raw
  const { spans, marks, arrows } = timeline
  const lanes = tasks.length
  const count = columns.time.length
  const last = count > 0 ? (columns.time[count - 1] ?? 0) : 0
  // Later events have later numbers.
  const arrowOrder = ordered(arrows.from.length, count, (i) => arrows.from[i]!)
  let longestArrow = 0
  for (let i = 0; i < arrows.from.length; i++) {
    if (arrows.to[i] === NONE) continue
    longestArrow = Math.max(longestArrow, departure(columns, arrows.to[i]) - departure(columns, arrows.from[i]))
  }
  alive()
  const spansByLane = groupedSpans(timeline, laneOf, count)
  const reach = reachOf(spansByLane, spans.end)
  alive()
  const busy = busyLanes(spansByLane, timeline)
  alive()
  const marksByLane = grouped(
    marks.event.length,
    lanes * MARK_GROUPS,
    (i) => laneOf[columns.task[marks.event[i]!]!]! * MARK_GROUPS + markGroup(columns, marks.kind[i]!, marks.event[i]!),
    (i) => marks.event[i]!,
  )
  alive()
  const whole = Math.max(duration, last)
  const events = eventsByLane(columns, timeline, laneOf)
  const work = new Map([...busy].map(([lane, sums]) => [lane, busyPyramid(sums, whole)]))
  const messagesByLane = messages(arrowOrder, columns, timeline, laneOf)
  const traffic = new Map<number, Pyramid>()
  for (let lane = 0; lane < lanes; lane++) {
    const [from, to] = [messagesByLane.start[lane]!, messagesByLane.start[lane + 1]!]
    const place = (i: number) => columns.time[arrows.from[messagesByLane.order[from + i]!]!]!
    if (to - from > MANY_BEATS) traffic.set(lane, momentPyramid(to - from, whole, place))
  }
  const beats = beatPyramids(columns, timeline, marksByLane, events, whole)
  return {
    ...raw,
    count,
    duration: whole,
    laneOf,
    spansByLane,
    reach,
    busy,
    work,
    messagesByLane,
    traffic,
    beats,
    marksByLane,
    eventsByLane: events,
    charts: chartsOf(timeline.gauges, columns.time),
    logs: marks.event.filter((_, i) => marks.kind[i] === MARK.log),
    arrowOrder,
    longestArrow,
    rareArrows: arrowOrder.filter((i) => arrows.kind[i] === ARROW.cancel || arrows.kind[i] === ARROW.restart),
  }
}

/** A crowd of one kind hides no other, and of the cancelled no other reason. */
function markGroup({ b }: Columns, kind: number, event: number): number {
  return kind === MARK.cancelled && REASONS[b[event]!] ? MARK_KINDS + b[event]! : kind
}

/** The kind of mark in a group. */
export function kindOf(group: number): number {
  return group < MARK_KINDS ? group : MARK.cancelled
}

/** Spans that begin with earlier events come first, so that hardly a group is left to sort. */
function groupedSpans({ spans }: Timeline, laneOf: Uint32Array, events: number): LaneIndex {
  const first = ordered(spans.lane.length, events, (i) => spans.event[i]!)
  const { start, order } = grouped(
    first.length,
    laneOf.length * SPAN_KINDS,
    (i) => laneOf[spans.lane[first[i]!]!]! * SPAN_KINDS + spans.kind[first[i]!]!,
    (i) => spans.start[first[i]!]!,
  )
  return { start, order: order.map((i) => first[i]!) }
}

/** When lanes beat: their heartbeats if they have some, else everything that their tasks did. */
export function beatsOf(trace: Pick<Trace, 'marksByLane' | 'eventsByLane' | 'timeline'>, lane: number) {
  const { marksByLane, eventsByLane, timeline } = trace
  const group = lane * MARK_GROUPS + MARK.pulse
  const heartbeat = marksByLane.start[group]! < marksByLane.start[group + 1]!
  const { start, order } = heartbeat ? marksByLane : eventsByLane
  const [from, to] = heartbeat ? [start[group]!, start[group + 1]!] : [start[lane]!, start[lane + 1]!]
  const event = heartbeat ? (i: number) => timeline.marks.event[order[i]!]! : (i: number) => order[i]!
  return { from, to, heartbeat, event }
}

function messages(departures: Uint32Array, { task }: Columns, { arrows }: Timeline, laneOf: Uint32Array): LaneIndex {
  const sent = departures.filter((i) => arrows.kind[i] === ARROW.message)
  const { start, order } = grouped(sent.length, laneOf.length, (i) => laneOf[task[arrows.from[sent[i]!]!]!]!)
  return { start, order: order.map((i) => sent[i]!) }
}

function beatPyramids(
  { time }: Columns,
  timeline: Timeline,
  marksByLane: LaneIndex,
  eventsByLane: LaneIndex,
  length: number,
): Map<number, Pyramid> {
  const found = new Map<number, Pyramid>()
  for (let lane = 0; lane + 1 < eventsByLane.start.length; lane++) {
    // A lane beats no more often than something happens on it.
    if (eventsByLane.start[lane + 1]! - eventsByLane.start[lane]! <= MANY_BEATS) continue
    const { from, to, event } = beatsOf({ marksByLane, eventsByLane, timeline }, lane)
    if (to - from > MANY_BEATS)
      found.set(
        lane,
        momentPyramid(to - from, length, (i) => time[event(from + i)]!),
      )
  }
  return found
}

/** Up to each span of a group, its latest end: ascends, so that the first span that reaches into a window is found. */
function reachOf({ start, order }: LaneIndex, end: Float64Array): Float64Array {
  const reach = new Float64Array(order.length)
  for (let group = 0; group + 1 < start.length; group++) {
    let latest = 0
    for (let i = start[group]!; i < start[group + 1]!; i++) {
      latest = Math.max(latest, end[order[i]!]!)
      reach[i] = latest
    }
  }
  return reach
}

function busyLanes({ start, order }: LaneIndex, { spans }: Timeline): Map<number, Busy> {
  const busy = new Map<number, Busy>()
  for (let group = SPAN.work; group + 1 < start.length; group += SPAN_KINDS) {
    const work = order.subarray(start[group], start[group + 1])
    if (work.length <= MANY) continue
    const starts = Float64Array.from(work, (i) => spans.start[i]!)
    const ends = Float64Array.from(work, (i) => spans.end[i]!).sort()
    busy.set((group - SPAN.work) / SPAN_KINDS, busyOf(starts, ends))
  }
  return busy
}

/** The events of each lane, without levels. */
function eventsByLane({ task }: Columns, { gauges }: Timeline, laneOf: Uint32Array): LaneIndex {
  const levels = gauges.event
  if (levels.length === 0) return grouped(task.length, laneOf.length, (i) => laneOf[task[i]!]!)
  const told = new Uint32Array(task.length - levels.length)
  for (let event = 0, level = 0, at = 0; event < task.length; event++) {
    if (levels[level] === event) level++
    else told[at++] = event
  }
  const { start, order } = grouped(told.length, laneOf.length, (i) => laneOf[task[told[i]!]!]!)
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
    ...[trace.rareArrows, trace.reach],
    ...[...trace.busy.values()].flatMap(({ time, done, open }) => [time, done, open]),
    ...[...trace.work.values(), ...trace.beats.values(), ...trace.traffic.values()].map(({ levels }) => levels[0]),
    trace.messagesByLane.order,
    ...[curve, event, value, trace.logs],
    ...trace.charts.flatMap(({ time, value }) => [time, value]),
  ] as { buffer: ArrayBuffer }[]
  return [...new Set(arrays.map((array) => array.buffer))]
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

function departure(columns: Columns, event: number | undefined): number {
  return columns.time[event ?? 0] ?? 0
}
