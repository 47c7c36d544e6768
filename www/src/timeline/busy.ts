/** How much of each px column a lane's work covers: from running sums, exact at every zoom, without a look at every span. */
import { gallop } from './lane_index'
import type { View } from './scale'

/** The work done up to each beginning or end of a span, and how many spans are open from there on. */
export interface Busy {
  time: Float64Array
  done: Float64Array
  open: Uint32Array
}

/** What a column shows that is touched, however little of it is covered: a rare event never fades away. */
export const TRACE = 5

/** Running sums over spans; both arrays ascend. */
export function busyOf(starts: Float64Array, ends: Float64Array): Busy {
  const size = starts.length + ends.length
  const busy = { time: new Float64Array(size), done: new Float64Array(size), open: new Uint32Array(size) }
  let [now, done, open] = [0, 0, 0]
  for (let i = 0, s = 0, e = 0; i < size; i++) {
    const begins = s < starts.length && starts[s]! <= ends[e]!
    const time = begins ? starts[s++]! : ends[e++]!
    done += open * (time - now)
    now = time
    open += begins ? 1 : -1
    busy.time[i] = time
    busy.done[i] = done
    busy.open[i] = open
  }
  return busy
}

/** The work done up to a time; `next` is the first place in the sums that lies after it. */
export function doneBy({ time, done, open }: Busy, next: number, at: number): number {
  return next === 0 ? 0 : done[next - 1]! + open[next - 1]! * (at - time[next - 1]!)
}

/** The byte of a stretch that is touched, by the share of it that is covered. */
export function shade(share: number): number {
  return Math.max(TRACE, Math.round(Math.min(1, share) * 255))
}

/** One byte for each px column: 0 where nothing touches it, 255 where work covers it whole. */
export function coverage(busy: Busy, view: View): Uint8Array<ArrayBuffer> {
  const { time, open } = busy
  const cells = new Uint8Array(Math.max(0, Math.ceil(view.width)))
  const step = (view.t1 - view.t0) / view.width
  const value = (i: number) => time[i]!
  const after = (from: number, at: number) => gallop(from, time.length, at + SMALLEST, value)
  let next = after(0, view.t0)
  let before = doneBy(busy, next, view.t0)
  for (let x = 0; x < cells.length; x++) {
    const end = view.t0 + (x + 1) * step
    const reached = after(next, end)
    const until = doneBy(busy, reached, end)
    const touched = reached > next || (next > 0 && open[next - 1]! > 0)
    if (touched) cells[x] = shade((until - before) / step)
    next = reached
    before = until
  }
  return cells
}

/** Times are whole nanoseconds: the first one after a time is not below it plus this. */
const SMALLEST = 1e-3
