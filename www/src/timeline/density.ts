/** Too many things to draw one by one: how much of each pixel column they cover. */

/** A stretch of px with its end. */
export interface Stretch {
  x0: number
  x1: number
}

/** Share (0 to 1) of each of `width` columns that the stretches cover; short ones still leave a trace. */
export function coverage(width: number, count: number, stretch: (i: number) => Stretch): Float32Array {
  const cells = new Float32Array(Math.max(0, Math.ceil(width)))
  for (let i = 0; i < count; i++) {
    const { x0, x1 } = stretch(i)
    const from = Math.max(0, x0)
    const to = Math.min(cells.length, Math.max(x1, x0 + 0.02))
    for (let cell = Math.floor(from); cell < to; cell++) {
      cells[cell]! += Math.min(to, cell + 1) - Math.max(from, cell)
    }
  }
  for (let cell = 0; cell < cells.length; cell++) cells[cell] = Math.min(1, cells[cell]!)
  return cells
}
