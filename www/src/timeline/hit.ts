/** What the pointer is on. */
import type { Scene } from './scene'

/** Px around a mark that still count as the mark. */
const REACH = 9

/** The event under a point of the lanes' area (px), marks before arrows' heads before bars; null for none. */
export function hit(scene: Scene, x: number, y: number, reach = REACH): number | null {
  let best: { event: number; distance: number } | null = null
  const offer = (event: number, distance: number, limit: number) => {
    if (distance <= limit && (!best || distance < best.distance)) best = { event, distance }
  }
  for (const glyph of scene.glyphs) offer(glyph.event, Math.hypot(glyph.x - x, glyph.y - y), reach)
  for (const arrow of scene.arrows) {
    offer(arrow.from, Math.hypot(arrow.x0 - x, arrow.y0 - y) + 1, reach)
    if (arrow.to !== null) offer(arrow.to, Math.hypot(arrow.x1 - x, arrow.y1 - y) + 1, reach)
  }
  const near = best as { event: number } | null
  if (near) return near.event
  for (const bar of scene.bars) {
    if (x >= bar.x && x <= bar.x + bar.width && y >= bar.y && y <= bar.y + bar.height) return bar.event
  }
  for (const arrow of scene.arrows) {
    if (distanceToSegment(x, y, arrow.x0, arrow.y0, arrow.x1, arrow.y1) < 4) return arrow.to ?? arrow.from
  }
  return null
}

/** Distance of a point from a line segment. */
export function distanceToSegment(x: number, y: number, x0: number, y0: number, x1: number, y1: number): number {
  const length = (x1 - x0) ** 2 + (y1 - y0) ** 2
  const share = length === 0 ? 0 : Math.min(1, Math.max(0, ((x - x0) * (x1 - x0) + (y - y0) * (y1 - y0)) / length))
  return Math.hypot(x - x0 - share * (x1 - x0), y - y0 - share * (y1 - y0))
}
