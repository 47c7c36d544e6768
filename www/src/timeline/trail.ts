/** Where events lie on the picture, the way from an event back through its causes, and what fades when one is chosen. */
import { anatomy, type LaneLayout, rowTop, visibleRows } from './lanes'
import type { Lens } from './lens'
import { toPx, type View } from './scale'
import type { Trace } from './trace'

/** A place in the lanes' area, px. */
export type Spot = { x: number; y: number }

/** Where an event lies, or null where its lane is hidden or out of the area of this height. */
export function pointOf(trace: Trace, event: number, view: View, layout: LaneLayout, height: number): Spot | null {
  if (event >= trace.count) return null
  const row = layout.rowOf[trace.columns.task[event]!] ?? -1
  if (row < 0) return null
  const y = rowTop(layout, row) + anatomy(layout.height).middle
  return y < height ? { x: toPx(view, trace.columns.time[event]!), y } : null
}

/** An event and its causes as points; a task's start is left on the parent's lane and entered on its own at the same time. */
export function trailOf(
  { kinds, columns }: Trace,
  chain: number[],
  point: (event: number) => Spot | null,
): (Spot | null)[] {
  const spawn = kinds.indexOf('spawn')
  const points: (Spot | null)[] = []
  chain.forEach((event, i) => {
    const at = point(event)
    const effect = points.at(-1)
    if (i > 0 && at && effect && columns.kind[event] === spawn) points.push({ x: at.x, y: effect.y })
    points.push(at)
  })
  return points
}

/** On each lane in view the stretch between what comes before the chosen event and what comes after it. */
export function fadedBy({ before, after }: Lens, view: View, layout: LaneLayout, height: number) {
  const [first, last] = visibleRows(layout, height)
  return layout.lanes.slice(first, last + 1).map(({ task }, i) => {
    const y = rowTop(layout, first + i)
    const x0 = Math.max(0, toPx(view, Math.max(before[task]!, view.t0)) + 1)
    const x1 = Math.min(view.width, toPx(view, Math.min(after[task]!, view.t1)) - 1)
    return { x0, x1: Math.max(x0, x1), y: Math.max(0, y), height: Math.min(layout.height, height - y) }
  })
}
