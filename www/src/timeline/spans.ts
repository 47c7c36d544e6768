/** Work, waiting, hangs and the pulse of one lane. */

import { MARK, SPAN, SPAN_FLAG } from '../worker/core'
import { coverage } from './density'
import type { SceneInput } from './input'
import { anatomy } from './lanes'
import { pulseLine } from './pulse'
import { toPx } from './scale'
import type { Scene } from './scene'
import { lowerBound } from './trace'

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

/** Coverage of each px column, for lanes with too many bars. */
export interface DensityStrip {
  y: number
  height: number
  cells: Float32Array
}

/** The pulse of a lane, or the quiet line of a task that has none. */
export interface Pulse {
  /** `x, y, x, y …` */
  line: number[]
  kind: 'heartbeat' | 'alive'
  /** Where the task ended: the line fades out after it. */
  fadeFrom: number | null
  y: number
}

/** More spans than this in one lane are drawn as coverage. */
const SPAN_LIMIT = 2_000
/** Px per beat at the least; closer beats become a band. */
const BEAT_PX = 5

/** Adds the bars and lines of a lane. */
export function spansOf(input: SceneInput, task: number, top: number, scene: Scene): void {
  const { trace, view, layout, words, measure } = input
  const { spans } = trace.timeline
  const { start, order } = trace.spansByLane
  const { middle, barHeight } = anatomy(layout.height)
  const y = top + middle
  const from = start[task] ?? 0
  const to = lowerBound(from, start[task + 1] ?? 0, view.t1, (i) => spans.start[order[i]!]!)
  if (to - from > SPAN_LIMIT) {
    const cells = coverage(view.width, to - from, (i) => {
      const span = order[from + i]!
      const work = spans.kind[span] === SPAN.work
      return { x0: work ? toPx(view, spans.start[span]!) : -1, x1: work ? toPx(view, spans.end[span]!) : -1 }
    })
    scene.density.push({ y: y - barHeight / 2, height: barHeight, cells })
    return
  }
  for (let i = from; i < to; i++) {
    const span = order[i]!
    const kind = spans.kind[span]
    const begin = spans.start[span]!
    const end = spans.end[span]!
    if (end < view.t0 || kind === SPAN.life) continue
    const x0 = Math.max(-8, toPx(view, begin))
    const x1 = Math.min(view.width + 8, toPx(view, end))
    if (kind === SPAN.wait || kind === SPAN.dead) {
      if (x1 - x0 >= 3) scene.lines.push({ x0, x1, y, kind: kind === SPAN.wait ? 'wait' : 'dead' })
      continue
    }
    const flags = spans.flags[span]!
    const slowed = (flags & SPAN_FLAG.slowed) !== 0
    const text =
      kind === SPAN.hang ? words.hang(end - begin) : slowed ? words.slowed(end - begin) : words.work(end - begin)
    scene.bars.push({
      x: x0,
      y: y - barHeight / 2,
      width: Math.max(1, x1 - x0),
      height: barHeight,
      kind: kind === SPAN.hang ? 'hang' : 'work',
      cut: (flags & SPAN_FLAG.cut) !== 0,
      slowed,
      text: x1 - x0 > measure(text, true, false) + 14 ? text : null,
      event: spans.event[span]!,
    })
  }
}

/** Adds the pulse line of a lane: heartbeats if it has them, else small beats where the task did something. */
export function lifeOf(input: SceneInput, task: number, top: number, scene: Scene): void {
  const { trace, view, layout } = input
  const { spans } = trace.timeline
  const { start, order } = trace.spansByLane
  const { base, beatHeight } = anatomy(layout.height)
  const beats = moments(input, task)
  for (let i = start[task] ?? 0; i < (start[task + 1] ?? 0); i++) {
    const span = order[i]!
    if (spans.start[span]! > view.t1) break
    if (spans.kind[span] !== SPAN.life || spans.end[span]! < view.t0) continue
    const x0 = Math.max(-40, toPx(view, spans.start[span]!))
    const end = toPx(view, spans.end[span]!)
    const x1 = Math.min(view.width + 40, end)
    const mine = beats.px.filter((x) => x >= x0 - 1 && x <= x1 + 1)
    const size = beats.heartbeat ? 1 : 0.45
    const width = Math.min(30, Math.max(16, view.width / 40)) * (beats.heartbeat ? 1 : 0.6)
    const line = beats.dense
      ? bandLine(x0, x1, top + base, beatHeight * size)
      : pulseLine(x0, x1, top + base, mine, width, beatHeight * size)
    const kind = beats.heartbeat ? 'heartbeat' : 'alive'
    scene.pulses.push({ line, kind, fadeFrom: end < view.width ? end : null, y: top + base })
  }
}

/** The beats in view: the heartbeats of a task that sends them, else everything it did. */
function moments(input: SceneInput, task: number): { px: number[]; heartbeat: boolean; dense: boolean } {
  const { trace, view } = input
  const { time } = trace.columns
  const { marks } = trace.timeline
  const pulses = trace.marksByLane
  const limit = view.width / BEAT_PX
  const from = pulses.start[task] ?? 0
  const to = pulses.start[task + 1] ?? 0
  const at = (i: number) => time[marks.event[pulses.order[i]!]!]!
  let heartbeat = false
  for (let i = from; i < Math.min(to, from + 4096); i++) {
    if (marks.kind[pulses.order[i]!] === MARK.pulse) {
      heartbeat = true
      break
    }
  }
  const px: number[] = []
  const margin = ((view.t1 - view.t0) / view.width) * 40
  const add = (x: number) => {
    if (px.length === 0 || x - px[px.length - 1]! >= 0.5) px.push(x)
  }
  if (heartbeat) {
    for (let i = lowerBound(from, to, view.t0 - margin, at); i < to && at(i) <= view.t1 + margin; i++) {
      if (marks.kind[pulses.order[i]!] === MARK.pulse) add(toPx(view, at(i)))
    }
  } else {
    const events = trace.eventsByLane
    const end = events.start[task + 1] ?? 0
    const when = (i: number) => time[events.order[i]!]!
    for (
      let i = lowerBound(events.start[task] ?? 0, end, view.t0 - margin, when);
      i < end && when(i) <= view.t1 + margin;
      i++
    ) {
      add(toPx(view, when(i)))
    }
  }
  return { px, heartbeat, dense: px.length > limit }
}

/** A line that fills a band: beats too close to tell apart. */
function bandLine(x0: number, x1: number, base: number, height: number): number[] {
  const line: number[] = []
  for (let x = x0, up = true; x <= x1; x += 1.5, up = !up) line.push(x, up ? base - height : base)
  return line
}
