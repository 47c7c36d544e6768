/** Work, waiting, hangs and the pulse of one lane. */

import { SPAN, SPAN_FLAG } from '../worker/core'
import { coverage } from './busy'
import type { SceneInput } from './input'
import { apart, firstFrom, gallop, lowerBound } from './lane_index'
import { anatomy, type Lane } from './lanes'
import { pulseLine } from './pulse'
import { columnsAt, columnsOf } from './pyramid'
import { lasting, toPx } from './scale'
import type { Scene } from './scene'
import { beatPlaces, heartbeats, SPAN_KINDS } from './trace'

/** A bar: work or a hang. */
export interface Bar {
  x: number
  y: number
  width: number
  height: number
  kind: 'work' | 'hang'
  cut: boolean
  slowed: boolean
  text: string | null
  event: number
}

/** A horizontal line: waiting (dotted) or a dead task (dashed). */
export interface Line {
  x0: number
  x1: number
  y: number
  kind: 'wait' | 'dead'
}

/** A byte for each px column, where a lane has too much to draw one by one: its work, or its messages. */
export interface DensityStrip {
  y: number
  height: number
  tone: 'work' | 'message'
  cells: Uint8Array<ArrayBuffer>
}

/** The pulse of a lane, or the quiet line of a task that has none. */
export interface Pulse {
  /** `x, y, x, y …` */
  line: number[]
  /** Stretches of px with beats too close to tell apart. */
  bands: [x0: number, x1: number][]
  beatHeight: number
  kind: 'heartbeat' | 'alive'
  /** Where the task ended: the line fades out after it. */
  fadeFrom: number | null
  y: number
}

/** Bars are drawn one by one while each has so many px on average. */
const BAR_PX = 8
/** Shorter waiting is not drawn. */
const LINE_PX = 3
/** Hangs and dead stretches of one lane that are drawn. */
const RARE = 2_000
/** Beats closer than this are one; with so little room on average they become bands. */
const BEAT_PX = 2
const ROOM_PX = 5
/** Height of the strip of messages. */
const TRAFFIC_PX = 4
/** Beats of a band are not further apart. */
const BAND_PX = 14

/** The positions of a lane's spans of one kind that touch the view, and how to read them. */
function spansInView({ trace, view }: SceneInput, lane: number, kind: number) {
  const { spans } = trace.timeline
  const { start, order } = trace.spansByLane
  const group = lane * SPAN_KINDS + kind
  const end = start[group + 1]!
  const begin = (i: number) => spans.start[order[i]!]!
  const from = lowerBound(start[group]!, end, view.t0, (i) => trace.reach[i]!)
  return { from, to: lowerBound(from, end, view.t1, begin), begin, end: (i: number) => spans.end[order[i]!]!, order }
}

/** Adds the bars and lines of a lane. */
export function spansOf(input: SceneInput, lane: Lane, top: number, scene: Scene): void {
  const { trace, view, layout } = input
  const { middle, barHeight } = anatomy(layout.height)
  const y = top + middle
  const work = spansInView(input, lane.task, SPAN.work)
  const busy = trace.busy.get(lane.task)
  if (busy && work.to - work.from > view.width / BAR_PX) {
    const pyramid = trace.work.get(lane.task)
    const cells = (pyramid && columnsOf(pyramid, view)) ?? coverage(busy, view)
    scene.density.push({ y: y - barHeight / 2, height: barHeight, cells, tone: 'work' })
  } else {
    for (let i = work.from; i < work.to; i++) addBar(input, work.order[i]!, y, scene)
  }
  const hangs = spansInView(input, lane.task, SPAN.hang)
  for (let i = hangs.from; i < Math.min(hangs.to, hangs.from + RARE); i++) addBar(input, hangs.order[i]!, y, scene)
  // The tasks of a shared lane wait all over each other.
  if (lane.tasks === 1) addLines(input, lane, SPAN.wait, y, scene)
  addLines(input, lane, SPAN.dead, y, scene)
}

function addBar({ trace, view, layout, words, measure }: SceneInput, span: number, y: number, scene: Scene): void {
  const { spans } = trace.timeline
  const begin = spans.start[span]!
  const end = spans.end[span]!
  if (end < view.t0) return
  const x0 = Math.max(-8, toPx(view, begin))
  const x1 = Math.min(view.width + 8, toPx(view, end))
  const { barHeight } = anatomy(layout.height)
  const flags = spans.flags[span]!
  const slowed = (flags & SPAN_FLAG.slowed) !== 0
  const hang = spans.kind[span] === SPAN.hang
  const write = hang ? words.hang : slowed ? words.slowed : words.work
  const text = x1 - x0 > 30 ? write(lasting(trace.axis, begin, end)) : ''
  scene.bars.push({
    x: x0,
    y: y - barHeight / 2,
    width: Math.max(1, x1 - x0),
    height: barHeight,
    kind: hang ? 'hang' : 'work',
    cut: (flags & SPAN_FLAG.cut) !== 0,
    slowed,
    text: text && x1 - x0 > measure(text, true, false) + 14 ? text : null,
    event: spans.event[span]!,
  })
}

/** Stretches that are long enough to be seen. They do not overlap: of those that begin within a few px only the last can be. */
function addLines(input: SceneInput, lane: Lane, kind: number, y: number, scene: Scene): void {
  const { view } = input
  const lines = spansInView(input, lane.task, kind)
  const px = (i: number) => toPx(view, lines.begin(i))
  for (let i = lines.from; i < lines.to; ) {
    const x0 = Math.max(-8, px(i))
    const x1 = Math.min(view.width + 8, toPx(view, lines.end(i)))
    if (x1 - x0 >= LINE_PX) scene.lines.push({ x0, x1, y, kind: kind === SPAN.wait ? 'wait' : 'dead' })
    i = Math.max(i + 1, gallop(i + 1, lines.to, px(i) + LINE_PX, px) - 1)
  }
}

/** Adds the messages that leave a lane as a thin strip under its work, where they are too many for arrows. */
export function trafficOf({ trace, view, layout }: SceneInput, lane: Lane, top: number, scene: Scene): void {
  const { start, order } = trace.messagesByLane
  const [from, to] = [start[lane.task]!, start[lane.task + 1]!]
  if (from === to) return
  const { from: departure } = trace.timeline.arrows
  const pyramid = trace.traffic.get(lane.task)
  const cells =
    (pyramid && columnsOf(pyramid, view)) ??
    columnsAt(from, to, view, (i) => trace.columns.time[departure[order[i]!]!]!)
  const { middle, barHeight } = anatomy(layout.height)
  scene.density.push({ y: top + middle + barHeight / 2 + 3, height: TRAFFIC_PX, cells, tone: 'message' })
}

/** Adds the pulse line of a lane: heartbeats if it has them, else small beats where its tasks did something. */
export function lifeOf(input: SceneInput, lane: Lane, top: number, scene: Scene): void {
  const { view, layout } = input
  const { base, beatHeight } = anatomy(layout.height)
  const beats = moments(input, lane.task)
  const kind = beats.heartbeat ? 'heartbeat' : 'alive'
  const height = beatHeight * (beats.heartbeat ? 1 : 0.45)
  const width = Math.min(30, Math.max(16, view.width / 40)) * (beats.heartbeat ? 1 : 0.6)
  for (const life of lives(input, lane.task)) {
    const x0 = Math.max(-40, life.x0)
    const x1 = Math.min(view.width + 40, life.x1)
    const mine = beats.px.filter((x) => x >= x0 - 1 && x <= x1 + 1)
    const { bands, single } = beats.dense ? bandsOf(mine) : { bands: [], single: mine }
    const line = pulseLine(x0, x1, top + base, single, width, height)
    const fadeFrom = life.x1 < view.width ? life.x1 : null
    scene.pulses.push({ line, bands, beatHeight: height, kind, fadeFrom, y: top + base })
  }
}

/** When the lane had a living task, px; the lives of a shared lane run together. */
function lives(input: SceneInput, lane: number): { x0: number; x1: number }[] {
  const { view } = input
  const found: { x0: number; x1: number }[] = []
  const all = spansInView(input, lane, SPAN.life)
  for (let i = all.from; i < all.to; i++) {
    const x0 = toPx(view, all.begin(i))
    const x1 = toPx(view, all.end(i))
    const last = found.at(-1)
    if (last && x0 <= last.x1 + 1) last.x1 = Math.max(last.x1, x1)
    else if (x1 >= 0) found.push({ x0, x1 })
  }
  return found
}

/** The beats in view that can be told apart, px. */
function moments({ trace, view }: SceneInput, lane: number): { px: number[]; heartbeat: boolean; dense: boolean } {
  const pyramid = trace.beats.get(lane)
  const columns = pyramid && columnsOf(pyramid, view)
  const found = columns ? beatsIn(columns) : null
  // So dense that nobody has to know when each of them was.
  if (found && found.length > view.width / ROOM_PX)
    return { px: found, heartbeat: heartbeats(trace, lane), dense: true }
  const { heartbeat, places } = beatPlaces(trace, lane)
  const step = (view.t1 - view.t0) / view.width
  const from = firstFrom(places, 0, places.length, view.t0 - 40 * step)
  const to = firstFrom(places, from, places.length, view.t1 + 40 * step)
  const px = apart(places, from, to, BEAT_PX * step).map((i) => toPx(view, places[i]!))
  return { px, heartbeat, dense: px.length > view.width / ROOM_PX }
}

/** Where columns beat, as far as they can be told apart. */
function beatsIn(columns: Uint8Array): number[] {
  const found: number[] = []
  for (let x = 0; x < columns.length; x++) {
    if (columns[x] === 0) continue
    found.push(x)
    x += BEAT_PX - 1
  }
  return found
}

/** Runs of beats that are too close, and the beats that stand alone: a silence between two runs stays flat. */
export function bandsOf(px: number[]): { bands: [number, number][]; single: number[] } {
  const bands: [number, number][] = []
  const single: number[] = []
  for (let i = 0; i < px.length; ) {
    let last = i
    while (last + 1 < px.length && px[last + 1]! - px[last]! <= BAND_PX) last++
    if (last - i >= 3) bands.push([px[i]!, px[last]!])
    else single.push(...px.slice(i, last + 1))
    i = last + 1
  }
  return { bands, single }
}
