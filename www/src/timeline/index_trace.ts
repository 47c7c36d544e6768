/** The indexes of a run: what is sorted once, in the worker, so that no frame looks at all of it. */
import type { Columns, Timeline } from '../worker/core'
import { ARROW, MARK, NONE, REASONS, SPAN } from '../worker/core'
import { type Busy, busyOf } from './busy'
import { chartsOf } from './charts'
import { foldTasks } from './fold'
import { grouped, type LaneIndex, ordered, sorted } from './lane_index'
import { busyPyramid, momentPyramid, type Pyramid } from './pyramid'
import { beatPlaces, MARK_GROUPS, MARK_KINDS, type RawTrace, SPAN_KINDS, type Trace } from './trace'

/** Lanes with more work than this, or with more beats, have a pyramid of it. */
const MANY = 100
const MANY_BEATS = 1_000

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
    if (to - from <= MANY_BEATS) continue
    const places = new Float64Array(to - from)
    for (let i = from; i < to; i++) places[i - from] = columns.time[arrows.from[messagesByLane.order[i]!]!]!
    traffic.set(lane, momentPyramid(places, whole))
  }
  const beats = beatPyramids({ columns, timeline, marksByLane, eventsByLane: events }, whole)
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

function messages(departures: Uint32Array, { task }: Columns, { arrows }: Timeline, laneOf: Uint32Array): LaneIndex {
  const sent = departures.filter((i) => arrows.kind[i] === ARROW.message)
  const { start, order } = grouped(sent.length, laneOf.length, (i) => laneOf[task[arrows.from[sent[i]!]!]!]!)
  return { start, order: order.map((i) => sent[i]!) }
}

/** The beats of lanes that beat much. */
function beatPyramids(trace: Parameters<typeof beatPlaces>[0], length: number): Map<number, Pyramid> {
  const { start } = trace.eventsByLane
  const found = new Map<number, Pyramid>()
  for (let lane = 0; lane + 1 < start.length; lane++) {
    // A lane beats no more often than something happens on it.
    if (start[lane + 1]! - start[lane]! <= MANY_BEATS) continue
    const { places } = beatPlaces(trace, lane)
    if (places.length > MANY_BEATS) found.set(lane, momentPyramid(places, length))
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
    const [starts, ends] = [new Float64Array(work.length), new Float64Array(work.length)]
    for (let i = 0; i < work.length; i++) {
      starts[i] = spans.start[work[i]!]!
      ends[i] = spans.end[work[i]!]!
    }
    ends.sort()
    busy.set((group - SPAN.work) / SPAN_KINDS, busyOf(starts, ends))
  }
  return busy
}

/** The events of each lane, without levels. */
function eventsByLane({ task }: Columns, { gauges }: Timeline, laneOf: Uint32Array): LaneIndex {
  const levels = gauges.event
  const lane = new Uint32Array(task.length - levels.length)
  const told = levels.length > 0 ? new Uint32Array(lane.length) : null
  for (let event = 0, level = 0, at = 0; event < task.length; event++) {
    if (levels[level] === event) {
      level++
      continue
    }
    lane[at] = laneOf[task[event]!]!
    if (told) told[at] = event
    at++
  }
  const { start, order } = sorted(lane, laneOf.length)
  if (told) for (let i = 0; i < order.length; i++) order[i] = told[order[i]!]!
  return { start, order }
}

function departure(columns: Columns, event: number | undefined): number {
  return columns.time[event ?? 0] ?? 0
}
