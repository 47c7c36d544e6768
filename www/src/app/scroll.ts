/** Long lists: where a row of a fixed height stands in a scrolling area that must not get taller than browsers can make it. */

/** The tallest area, px. */
export const TALLEST = 8_000_000

/** The first row to draw for a scroll position, for `count` rows of which `visible` fit. */
export function firstRow(scrollTop: number, count: number, visible: number, height: number): number {
  const total = Math.min(count * height, TALLEST)
  const room = Math.max(1, total - visible * height)
  return Math.max(0, Math.min(count - visible, Math.round((scrollTop / room) * Math.max(0, count - visible))))
}

/** The scroll position that brings a row to the top. */
export function scrollFor(row: number, count: number, visible: number, height: number): number {
  const total = Math.min(count * height, TALLEST)
  return (row / Math.max(1, count - visible)) * Math.max(0, total - visible * height)
}
