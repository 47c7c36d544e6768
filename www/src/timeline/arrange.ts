/**
 * A run as it is drawn: on one of three axes, and with lanes put together. Whatever draws and picks knows one straight
 * axis only; here the run gets other times, where its events lie on that axis, and its indexes anew.
 */
import { NONE, SPAN } from '../worker/core'
import { indexTrace } from './index_trace'
import { lowerBound, sorted } from './lane_index'
import { type Axis, type AxisKind, bentAxis, type FoldedGap, straightAxis } from './scale'
import type { RawTrace, Trace } from './trace'

/** From one event to the next on the axis of events: so fine that the closest zoom shows two of them. */
export const EVENT_STEP = 10

/** An idle stretch is folded if it is at least this share of the run. */
const LONG = 1 / 200
/** A folded stretch takes this share of what is not folded, if all together take no more than half of that. */
const FOLD = 1 / 30

/** A run without its indexes: all that is needed to arrange it. */
export type Timed = RawTrace & Pick<Trace, 'count' | 'duration'>

/** Whether a run with these lanes is drawn as it came. */
export function asItCame(trace: Trace, kind: AxisKind, laneOf: Uint32Array): boolean {
  return kind === 'time' && (laneOf === trace.laneOf || laneOf.every((lane, task) => lane === trace.laneOf[task]))
}

/** The run on an axis, its tasks on the lanes of `laneOf`: its times are places on the axis. */
export function arrange(trace: Timed, kind: AxisKind, laneOf: Uint32Array): Trace {
  if (kind === 'time') return indexTrace(trace, trace.duration, undefined, laneOf)
  const { axis, place } = kind === 'events' ? eventAxis(trace) : squeezedAxis(trace)
  const { spans } = trace.timeline
  const closing = kind === 'events' ? closings(trace, laneOf.length) : null
  const columns = { ...trace.columns, time: place }
  const timeline = {
    ...trace.timeline,
    spans: {
      ...spans,
      start: spans.start.map((start, i) => {
        const event = spans.event[i]!
        return trace.columns.time[event] === start ? place[event]! : axis.x(start)
      }),
      end: spans.end.map((end, i) => {
        const event = closing?.[i] ?? NONE
        return event === NONE ? axis.x(end) : place[event]!
      }),
    },
  }
  return { ...indexTrace({ ...trace, columns, timeline }, axis.length, undefined, laneOf), axis }
}

/** The axis of a run that is drawn. */
export function axisOf(trace: Pick<Trace, 'axis' | 'duration'>): Axis {
  return trace.axis ?? straightAxis(trace.duration)
}

/** An axis, and where each event lies on it. */
interface Placed {
  axis: Axis
  place: Float64Array
}

/** Time with its long idle stretches folded. */
function squeezedAxis(trace: Timed): Placed {
  const axis = squeezed(idleGaps(trace), trace.duration)
  return { axis, place: trace.columns.time.map((time) => axis.x(time)) }
}

/** Each event is one step; a level of a chart is none, it lies with the event before it. */
function eventAxis(trace: Timed): Placed {
  const { time } = trace.columns
  const levels = trace.timeline.gauges.event
  const place = new Float64Array(trace.count)
  const steps = trace.count - levels.length
  const xs = Float64Array.from({ length: steps + 1 }, (_, step) => step * EVENT_STEP)
  const times = new Float64Array(steps + 1)
  let [told, level] = [0, 0]
  for (let event = 0; event < trace.count; event++) {
    if (levels[level] === event) level++
    else times[told++] = time[event]!
    place[event] = Math.max(0, told - 1) * EVENT_STEP
  }
  times[steps] = trace.duration
  return { axis: bentAxis('events', xs, times), place }
}

/** The event with which each span ends: what names its beginning as the cause, or the last that its task did then; else none. */
function closings({ columns, kinds, timeline: { spans } }: Timed, tasks: number): Uint32Array {
  const { kind, cause, task, time } = columns
  const [worked, wake] = [kinds.indexOf('worked'), kinds.indexOf('wake')]
  const closing = new Uint32Array(kind.length).fill(NONE)
  for (let event = 0; event < kind.length; event++) {
    const ends = kind[event] === worked || kind[event] === wake
    if (ends && cause[event] !== NONE) closing[cause[event]!] = event
  }
  const { start, order } = sorted(task, tasks)
  return Uint32Array.from(spans.end, (at, i) => {
    const found = spans.kind[i] === SPAN.life ? NONE : closing[spans.event[i]!]!
    if (found !== NONE && time[found] === at) return found
    const lane = spans.lane[i]!
    const after = lowerBound(start[lane]!, start[lane + 1]!, at + SMALLEST, (p) => time[order[p]!]!)
    const last = after > start[lane]! ? order[after - 1]! : NONE
    return last !== NONE && time[last] === at ? last : NONE
  })
}

/** Times are whole nanoseconds: the first one after a time is not below it plus this. */
const SMALLEST = 1e-3

/** Stretches between two events in which no task works, in order; none too short to be worth a fold. */
export function idleGaps({
  columns: { time },
  timeline: { spans },
  duration,
  count,
}: Timed): [from: number, to: number][] {
  const work = spans.kind.reduce((sum, kind) => sum + (kind === SPAN.work ? 1 : 0), 0)
  const starts = new Float64Array(work)
  const ends = new Float64Array(work)
  for (let i = 0, at = 0; i < spans.kind.length; i++) {
    if (spans.kind[i] !== SPAN.work) continue
    starts[at] = spans.start[i]!
    ends[at++] = spans.end[i]!
  }
  starts.sort()
  ends.sort()
  const least = duration * LONG
  const gaps: [number, number][] = []
  let [begun, over, before] = [0, 0, 0]
  for (let event = 0; event <= count; event++) {
    const until = event < count ? time[event]! : duration
    if (until <= before) continue
    while (begun < work && starts[begun]! < until) begun++
    while (over < work && ends[over]! <= before) over++
    // All that was begun before the end of the stretch was over at its beginning.
    if (until - before >= least && begun === over) gaps.push([before, until])
    before = until
  }
  return gaps
}

/** Time with some gaps folded, all to the same little room. */
export function squeezed(gaps: [from: number, to: number][], duration: number): Axis {
  const lengths = gaps.map(([from, to]) => to - from)
  const awake = duration - lengths.reduce((sum, one) => sum + one, 0)
  const shortest = Math.min(...lengths)
  const share = awake > 0 ? Math.min(awake * FOLD, awake / (2 * gaps.length)) : shortest
  const room = Math.min(share, shortest / 2)
  const xs = [0]
  const times = [0]
  const folds: FoldedGap[] = []
  let saved = 0
  for (const [from, to] of gaps) {
    const x0 = from - saved
    saved += to - from - room
    folds.push({ x0, x1: to - saved, ns: to - from })
    if (from > 0) {
      xs.push(x0)
      times.push(from)
    }
    xs.push(to - saved)
    times.push(to)
  }
  if ((times.at(-1) ?? 0) < duration) {
    xs.push(duration - saved)
    times.push(duration)
  }
  return bentAxis('squeezed', Float64Array.from(xs), Float64Array.from(times), folds)
}
