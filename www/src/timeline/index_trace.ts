/** The indexes of a run: what is sorted once, in the worker, so that no frame looks at all of it. */
import type { Columns, Timeline } from '../worker/core'
import { ARROW, MARK, NONE, REASONS, SPAN } from '../worker/core'
import { type Busy, busyOf } from './busy'
import { chartsOf } from './charts'
import { foldTasks } from './fold'
import { grouped, type LaneIndex, ordered, sorted, sortGroups } from './lane_index'
import { busyPyramid, momentPyramid, type Pyramid } from './pyramid'
import { heartbeats, MARK_GROUPS, MARK_KINDS, type RawTrace, SPAN_KINDS, type Trace } from './trace'

/** Lanes with more work than this, or with more beats, have a pyramid of it. */
const MANY = 100
const MANY_BEATS = 1_000

/** Builds the indexes; runs in the worker. `alive` is called between the parts: a large run takes its time. */
export function indexTrace(
  raw: RawTrace,
  duration: number,
  alive: () => void = () => {},
  laneOf = foldTasks(raw.tasks.map(({ name }) => name)),
): Trace {
  const { columns, timeline } = raw
  const { spans, marks, arrows } = timeline
  const lanes = lanesIn(laneOf)
  const count = columns.time.length
  const last = count > 0 ? (columns.time[count - 1] ?? 0) : 0
  // Later events have later numbers.
  const arrowOrder = ordered(arrows.from, count)
  let longestArrow = 0
  for (let i = 0; i < arrows.from.length; i++) {
    const to = arrows.to[i]!
    if (to !== NONE) longestArrow = Math.max(longestArrow, columns.time[to]! - columns.time[arrows.from[i]!]!)
  }
  alive()
  const spansByLane = groupedSpans(timeline, laneOf, lanes, count)
  const reach = reachOf(spansByLane, spans.end)
  alive()
  const busy = busyLanes(spansByLane, timeline)
  alive()
  const marksByLane = groupedMarks(columns, timeline, laneOf, lanes)
  alive()
  const whole = Math.max(duration, last)
  const events = eventsByLane(columns, timeline, laneOf, lanes)
  const work = new Map([...busy].map(([lane, sums]) => [lane, busyPyramid(sums, whole)]))
  const messagesByLane = messages(arrowOrder, columns, timeline, laneOf, lanes)
  const traffic = new Map<number, Pyramid>()
  for (let lane = 0; lane < lanes; lane++) {
    const from = messagesByLane.start[lane]!
    const to = messagesByLane.start[lane + 1]!
    if (to - from <= MANY_BEATS) continue
    const departures = messagesByLane.order.subarray(from, to).map((i) => arrows.from[i]!)
    traffic.set(lane, momentPyramid(departures, columns.time, whole))
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

/** Groups are counted up to the last lane: of a hundred thousand tasks that share four lanes, most come after it. */
function lanesIn(laneOf: Uint32Array): number {
  let last = -1
  for (let task = 0; task < laneOf.length; task++) if (laneOf[task]! > last) last = laneOf[task]!
  return last + 1
}

/** Marks by lane and group, in order. */
function groupedMarks({ task, b }: Columns, { marks }: Timeline, laneOf: Uint32Array, lanes: number): LaneIndex {
  const group = new Uint32Array(marks.event.length)
  for (let i = 0; i < group.length; i++) {
    const event = marks.event[i]!
    group[i] = laneOf[task[event]!]! * MARK_GROUPS + markGroup(marks.kind[i]!, b[event]!)
  }
  const index = sorted(group, lanes * MARK_GROUPS)
  sortGroups(index, marks.event)
  return index
}

/** A crowd of one kind hides no other, and of the cancelled no other reason. */
function markGroup(kind: number, reason: number): number {
  return kind === MARK.cancelled && REASONS[reason] ? MARK_KINDS + reason : kind
}

/** Spans that begin with earlier events come first, so that hardly a group is left to sort. */
function groupedSpans({ spans }: Timeline, laneOf: Uint32Array, lanes: number, events: number): LaneIndex {
  const first = ordered(spans.event, events)
  const group = new Uint32Array(first.length)
  for (let i = 0; i < group.length; i++)
    group[i] = laneOf[spans.lane[first[i]!]!]! * SPAN_KINDS + spans.kind[first[i]!]!
  const index = sorted(group, lanes * SPAN_KINDS)
  for (let i = 0; i < group.length; i++) index.order[i] = first[index.order[i]!]!
  sortGroups(index, spans.start)
  return index
}

function messages(
  departures: Uint32Array,
  { task }: Columns,
  { arrows }: Timeline,
  laneOf: Uint32Array,
  lanes: number,
): LaneIndex {
  const sent = departures.filter((i) => arrows.kind[i] === ARROW.message)
  const { start, order } = grouped(sent.length, lanes, (i) => laneOf[task[arrows.from[sent[i]!]!]!]!)
  for (let i = 0; i < order.length; i++) order[i] = sent[order[i]!]!
  return { start, order }
}

/** The beats of lanes that beat much: when each was is not looked up one by one until a view comes close. */
function beatPyramids(
  {
    columns,
    timeline,
    marksByLane,
    eventsByLane,
  }: Pick<Trace, 'columns' | 'timeline' | 'marksByLane' | 'eventsByLane'>,
  length: number,
): Map<number, Pyramid> {
  const found = new Map<number, Pyramid>()
  for (let lane = 0; lane + 1 < eventsByLane.start.length; lane++) {
    // A lane beats no more often than something happens on it.
    if (eventsByLane.start[lane + 1]! - eventsByLane.start[lane]! <= MANY_BEATS) continue
    const own = heartbeats({ marksByLane }, lane)
    const { start, order } = own ? marksByLane : eventsByLane
    const group = own ? lane * MARK_GROUPS + MARK.pulse : lane
    const [from, to] = [start[group]!, start[group + 1]!]
    if (to - from <= MANY_BEATS) continue
    const items = order.subarray(from, to)
    const events = own ? items.map((mark) => timeline.marks.event[mark]!) : items
    found.set(lane, momentPyramid(events, columns.time, length))
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
function eventsByLane({ task }: Columns, { gauges }: Timeline, laneOf: Uint32Array, lanes: number): LaneIndex {
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
  const { start, order } = sorted(lane, lanes)
  if (told) for (let i = 0; i < order.length; i++) order[i] = told[order[i]!]!
  return { start, order }
}
