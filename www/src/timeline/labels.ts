/** Short words at events, placed so that none covers another. Boxes in px. */

/** A rectangle. */
export interface Box {
  x: number
  y: number
  width: number
  height: number
}

/** A word that wants a place: the places it would take (best first), its weight, and what it says. */
export interface Wish<T> {
  value: T
  /** Higher goes first. */
  weight: number
  width: number
  height: number
  /** Top-left corners, best first. */
  places: { x: number; y: number }[]
}

/** A word with its place. */
export interface Placed<T> {
  value: T
  box: Box
}

/** Whether two boxes share a point. */
export function overlaps(a: Box, b: Box): boolean {
  return a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height
}

/** Gives each wish the first of its places that is free and inside `area`; those without one are left out. */
export function place<T>(wishes: Wish<T>[], area: Box, taken: Box[]): Placed<T>[] {
  const placed: Placed<T>[] = []
  const boxes = bands(taken)
  const order = wishes.map((_, i) => i).sort((p, q) => wishes[q]!.weight - wishes[p]!.weight || p - q)
  for (const i of order) {
    const wish = wishes[i]!
    // A text wider than the plot is read in the inspector.
    if (wish.width > area.width) continue
    for (const { x, y } of wish.places) {
      const shifted = Math.min(Math.max(x, area.x), area.x + area.width - wish.width)
      // A word may slide a little along the edge, but not away from its event.
      if (Math.abs(shifted - x) > wish.width * 0.6) continue
      const box = { x: shifted, y, width: wish.width, height: wish.height }
      if (y < area.y || y + wish.height > area.y + area.height) continue
      if (boxes.meets(box)) continue
      boxes.add(box)
      placed.push({ value: wish.value, box })
      break
    }
  }
  return placed
}

/** Boxes by the band of height they lie in: a new one is held against its neighbours only. */
function bands(first: Box[]) {
  const rows = new Map<number, Box[]>()
  const each = ({ y, height }: Box, visit: (row: number) => boolean) => {
    for (let row = Math.floor(y / BAND); row <= Math.floor((y + height) / BAND); row++) if (visit(row)) return true
    return false
  }
  const add = (box: Box) =>
    each(box, (row) => {
      const boxes = rows.get(row)
      if (boxes) boxes.push(box)
      else rows.set(row, [box])
      return false
    })
  const meets = (box: Box) => each(box, (row) => rows.get(row)?.some((other) => overlaps(other, box)) ?? false)
  first.forEach(add)
  return { add, meets }
}

const BAND = 24
