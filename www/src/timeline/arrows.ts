/** Messages and cancels between lanes, and by how much a cancel came too late. */

import { NONE, REASONS } from '../worker/core'
import type { Reason, SceneInput } from './input'
import type { Box } from './labels'
import { lowerBound } from './lane_index'
import { anatomy, rowTop } from './lanes'
import { lasting, toPx } from './scale'
import type { Bar } from './spans'

/** A line from an event to the event it caused on another lane; `to` is null when it never arrived. */
export interface Arrow {
  x0: number
  y0: number
  x1: number
  y1: number
  kind: 'message' | 'cancel' | 'spawn' | 'restart'
  reason: Reason
  from: number
  to: number | null
  /** Both ends on one lane: drawn as a small loop. */
  loop: boolean
  /** Distance of its ends from the middles of their lanes, px. */
  edge: number
  /** How many it stands for: what never arrived is drawn once where it would lie on itself. */
  count: number
  badge: string | null
  /** How strongly it is drawn, up to 1: where there are many, what they lead to must still be seen between them. */
  strength: number
}

/** A distance in time worth reading. */
export interface Measure {
  x0: number
  x1: number
  y: number
  ns: number
  event: number
}

/** More visible arrows than this cannot be told apart. */
const ARROW_LIMIT = 600
const KINDS = ['message', 'cancel', 'spawn', 'restart'] as const
/** Px that a line goes on outside the picture. */
const OUTSIDE = 400
/** Px of the stub of something that never arrived. */
const STUB = 16
/** Stubs of one lane and kind closer than this are drawn as one, px. */
const STUBS_PX = 14
/** Ordinary arrows that are further apart than this on average are drawn at full strength, px. */
const ROOMY_PX = 24
/** However many there are, they are this strong. */
const WEAKEST = 0.35

/** The arrows that touch the view. */
export function arrowsOf(input: SceneInput): { arrows: Arrow[]; tooMany: boolean } {
  const { trace, view, height } = input
  const { arrows } = trace.timeline
  const { time } = trace.columns
  const inView = (order: Uint32Array) => {
    const at = (i: number) => time[arrows.from[order[i]!]!]!
    const first = lowerBound(0, order.length, view.t0 - trace.longestArrow, at)
    return order.subarray(first, lowerBound(first, order.length, view.t1, at))
  }
  const all = inView(trace.arrowOrder)
  const tooMany = all.length > ARROW_LIMIT
  const drawn = tooMany ? inView(trace.rareArrows) : all
  // Not even the cancels can be told apart: a few of them would be a false picture.
  if (drawn.length > ARROW_LIMIT) return { arrows: [], tooMany }
  const found: Arrow[] = []
  const stubs = createStubs()
  for (const number of drawn) {
    const arrow = arrowOf(input, number)
    if (!arrow || Math.max(arrow.x0, arrow.x1) < 0 || !overlapsY(arrow, height)) continue
    if (arrow.to === null && !stubs.isNew(arrow)) continue
    found.push(arrow)
  }
  const ordinary = found.filter(isOrdinary)
  const strength = Math.max(WEAKEST, Math.min(1, view.width / ROOMY_PX / ordinary.length))
  for (const arrow of ordinary) arrow.strength = strength
  for (const arrow of found) if (arrow.count > 1) arrow.badge = input.words.crowd(arrow.count)
  return { arrows: found, tooMany }
}

/** A message that arrives, or a start: most arrows are. Cancels, restarts and losses are what one looks for. */
function isOrdinary({ kind, to }: Arrow): boolean {
  return to !== null && (kind === 'message' || kind === 'spawn')
}

/** Stubs by lane, kind and reason: one that comes soon after another is counted there. They come in order. */
function createStubs() {
  const last = new Map<string, { stub: Arrow; x: number }>()
  return {
    isNew(stub: Arrow): boolean {
      const key = `${stub.y0} ${stub.kind} ${stub.reason}`
      const before = last.get(key)
      const crowded = before !== undefined && stub.x0 - before.x < STUBS_PX
      if (crowded) before.stub.count += 1
      last.set(key, { stub: crowded ? before.stub : stub, x: stub.x0 })
      return !crowded
    },
  }
}

function overlapsY(arrow: Arrow, height: number): boolean {
  return Math.max(arrow.y0, arrow.y1) >= 0 && Math.min(arrow.y0, arrow.y1) <= height
}

function arrowOf({ trace, view, layout, height }: SceneInput, number: number): Arrow | null {
  const { arrows } = trace.timeline
  const { time, task } = trace.columns
  const from = arrows.from[number]!
  const target = arrows.to[number]!
  const to = target === NONE ? null : target
  // A context that is let go when its work is over: nobody listened, and nobody had to.
  const reason = REASONS[arrows.reason[number]!] ?? 'none'
  if (to === null && KINDS[arrows.kind[number]!] === 'cancel' && reason === 'none') return null
  const row0 = layout.rowOf[task[from]!] ?? -1
  const row1 = to === null ? row0 : (layout.rowOf[task[to]!] ?? -1)
  if (row0 < 0 || row1 < 0) return null
  const { middle, barHeight } = anatomy(layout.height)
  const down = row1 >= row0
  const edge = barHeight / 2 + 2
  const x0 = toPx(view, time[from]!)
  const y0 = rowTop(layout, row0) + middle + (down ? edge : -edge)
  const base = {
    kind: KINDS[arrows.kind[number]!] ?? 'message',
    reason,
    from,
    to,
    x0,
    y0,
    edge,
    count: 1,
    badge: null,
    strength: 1,
  } as const
  if (to === null) return { ...base, x1: x0 + STUB, y1: y0 + STUB, loop: false }
  const x1 = toPx(view, time[to]!)
  const y1 = rowTop(layout, row1) + middle + (down ? -edge : edge)
  const whole = { ...base, x1, y1: row0 === row1 ? y0 : y1, loop: row0 === row1 }
  const around = { x: -OUTSIDE, y: -OUTSIDE, width: view.width + 2 * OUTSIDE, height: height + 2 * OUTSIDE }
  return clipLine(whole, around)
}

/** Cuts a line to a box: a dashed line over a billion px would never be finished. */
export function clipLine<T extends Pick<Arrow, 'x0' | 'y0' | 'x1' | 'y1'>>(line: T, box: Box): T {
  const [x0, y0, x1, y1] = cut(line.x0, line.y0, line.x1, line.y1, box.x, box.x + box.width)
  const [v0, u0, v1, u1] = cut(y0, x0, y1, x1, box.y, box.y + box.height)
  return { ...line, x0: u0, y0: v0, x1: u1, y1: v1 }
}

/** Limits the first coordinate of both ends; the second follows the line. */
function cut(
  x0: number,
  y0: number,
  x1: number,
  y1: number,
  low: number,
  high: number,
): [number, number, number, number] {
  const from = Math.min(Math.max(x0, low), high)
  const to = Math.min(Math.max(x1, low), high)
  const at = (x: number) => y0 + ((x - x0) / (x1 - x0)) * (y1 - y0)
  return [from, from === x0 ? y0 : at(from), to, to === x1 ? y1 : at(to)]
}

/** For each cancel that arrived where nothing was left to stop: the time since that lane's last message had left. */
export function measuresOf(input: SceneInput, arrows: Arrow[], bars: Bar[]): Measure[] {
  const { trace, view, layout } = input
  const { time, task } = trace.columns
  const found: Measure[] = []
  for (const cancel of arrows) {
    // At the end of a run everything is told to stop: nobody is late for that.
    if (cancel.kind !== 'cancel' || cancel.to === null || cancel.reason === 'shutdown') continue
    const lane = task[cancel.to]!
    const row = layout.rowOf[lane] ?? -1
    const y = rowTop(layout, row) + anatomy(layout.height).middle
    const busy = bars.some(
      (bar) => Math.abs(bar.y + bar.height / 2 - y) < 1 && bar.x <= cancel.x1 && bar.x + bar.width >= cancel.x1 - 0.5,
    )
    if (busy) continue
    let sent: Arrow | null = null
    for (const arrow of arrows) {
      if (arrow.kind !== 'message' || task[arrow.from] !== lane || time[arrow.from]! >= time[cancel.to]!) continue
      if (!sent || time[arrow.from]! > time[sent.from]!) sent = arrow
    }
    if (!sent) continue
    const x0 = toPx(view, time[sent.from]!)
    const x1 = cancel.x1
    if (x1 - x0 < 24) continue
    const ns = lasting(trace.axis, time[sent.from]!, time[cancel.to]!)
    found.push({ x0, x1, y: y - anatomy(layout.height).barHeight / 2 - 12, ns, event: cancel.to })
  }
  return found.slice(0, 20)
}
