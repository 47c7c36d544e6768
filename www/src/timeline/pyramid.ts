/**
 * A lane at every zoom: a byte for each cell of the axis, on each level with cells twice as long as on the one before. A
 * column of the picture is read from two to four cells, however much happened in it; closer than the finest cells the
 * picture is made from what happened itself.
 */
import { type Busy, doneBy, shade } from './busy'
import { gallop, lowerBound } from './lane_index'
import { toPx, type View } from './scale'

/** Cells of one lane. Cell `i` of level `n` is the stretch of the axis from `i * cell * 2 ** n` on. */
export interface Pyramid {
  /** How long a cell of the finest level is; a power of two, so that no edge is ever rounded. */
  cell: number
  /** The finest level first. 0 where nothing happens, 255 where a cell is full. */
  levels: Uint8Array[]
}

/** Cells of the finest level: about as many as things happened, and never more than this. */
const MOST = 1 << 17
/** Cells of the coarsest level: fewer than a picture has columns. */
const LEAST = 64

/** How busy each cell is: every level from the same running sums, none from the rounded one before it. */
export function busyPyramid(busy: Busy, length: number): Pyramid {
  const { cell, sizes } = measured(busy.time.length, length)
  const levels = sizes.map((size) => new Uint8Array(size))
  const [finest, done] = [levels[0]!, new Float64Array(sizes[0]! + 1)]
  for (let x = 0, next = 0, last = 0; x < finest.length; x++) {
    while (next < busy.time.length && busy.time[next]! <= (x + 1) * cell) next++
    done[x + 1] = doneBy(busy, next, (x + 1) * cell)
    const touched = next > last || (next > 0 && busy.open[next - 1]! > 0)
    if (touched) finest[x] = shade((done[x + 1]! - done[x]!) / cell)
    last = next
  }
  for (let n = 1; n < levels.length; n++) {
    const [finer, coarser] = [levels[n - 1]!, levels[n]!]
    for (let x = 0; x < coarser.length; x++) {
      if (finer[2 * x] === 0 && !finer[2 * x + 1]) continue
      const end = Math.min((x + 1) << n, finest.length)
      coarser[x] = shade((done[end]! - done[x << n]!) / (cell * 2 ** n))
    }
  }
  return { cell, levels: together(levels) }
}

/** Whether any of the events lies in each cell. */
export function momentPyramid(events: Uint32Array, time: Float64Array, length: number): Pyramid {
  const { cell, sizes } = measured(events.length, length)
  const levels = sizes.map((size) => new Uint8Array(size))
  const finest = levels[0]!
  const last = finest.length - 1
  for (let i = 0; i < events.length; i++) finest[Math.min(last, Math.floor(time[events[i]!]! / cell))] = 255
  for (let n = 1; n < levels.length; n++) {
    const [finer, coarser] = [levels[n - 1]!, levels[n]!]
    for (let i = 0; i < finer.length; i++) coarser[i >> 1]! |= finer[i]!
  }
  return { cell, levels: together(levels) }
}

/** A byte for each px column of a view, or null if the view is closer than the finest cells. */
export function columnsOf({ cell, levels }: Pyramid, view: View): Uint8Array<ArrayBuffer> | null {
  const step = (view.t1 - view.t0) / view.width
  const level = Math.min(levels.length - 1, Math.floor(Math.log2(step / cell)) - 1)
  if (level < 0) return null
  const cells = levels[level]!
  const length = cell * 2 ** level
  const columns = new Uint8Array(Math.max(0, Math.ceil(view.width)))
  let from = Math.floor(view.t0 / length)
  for (let x = 0; x < columns.length; x++) {
    const to = Math.floor((view.t0 + (x + 1) * step) / length)
    let sum = 0
    for (let i = Math.max(0, from); i < Math.min(to, cells.length); i++) sum += cells[i]!
    if (sum > 0) columns[x] = shade(sum / 255 / (to - from))
    from = to
  }
  return columns
}

/** The same from the places themselves, for a view that is closer: whether anything happens in each column. */
export function columnsAt(from: number, to: number, view: View, place: (i: number) => number): Uint8Array<ArrayBuffer> {
  const columns = new Uint8Array(Math.max(0, Math.ceil(view.width)))
  const px = (i: number) => toPx(view, place(i))
  for (let i = lowerBound(from, to, 0, px); i < to; ) {
    const x = Math.floor(px(i))
    if (x >= columns.length) break
    columns[x] = 255
    i = gallop(i + 1, to, x + 1, px)
  }
  return columns
}

/** How long the finest cells are, and how many there are on each level. */
function measured(count: number, length: number): { cell: number; sizes: number[] } {
  const wanted = Math.min(MOST, Math.max(LEAST, count))
  const cell = 2 ** Math.ceil(Math.log2(Math.max(1, length) / wanted))
  const sizes = [Math.floor(length / cell) + 1]
  while (sizes.at(-1)! > LEAST) sizes.push((sizes.at(-1)! + 1) >> 1)
  return { cell, sizes }
}

/** The levels in one buffer: it is handed to the page as one. */
function together(levels: Uint8Array[]): Uint8Array[] {
  const all = new Uint8Array(levels.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  return levels.map((level) => {
    all.set(level, at)
    at += level.length
    return all.subarray(at - level.length, at)
  })
}
