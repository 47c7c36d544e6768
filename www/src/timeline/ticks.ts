/** The paper's ruling: small squares, large squares of five, and the times written at the large ones. */
import type { View } from './scale'

/** Steps of the ruling in nanoseconds; a large square is five small ones. */
export interface Ruling {
  small: number
  large: number
}

/** A written time. */
export interface Tick {
  time: number
  text: string
}

/** Least px between two written times. */
const LABEL_PX = 74

/** The ruling for a view: large squares at 1, 2 or 5 times a power of ten, wide enough for a text. */
export function ruling(view: View, labelPx = LABEL_PX): Ruling {
  const wanted = ((view.t1 - view.t0) / view.width) * labelPx
  let large = 5
  for (let scale = 1; ; scale *= 10) {
    const step = [1, 2, 5].map((n) => n * scale).find((n) => n >= wanted)
    if (step !== undefined) {
      large = Math.max(5, step)
      break
    }
  }
  return { small: large / 5, large }
}

/** All multiples of `step` in the view, never before 0 and never more than `limit`. */
export function multiples(view: View, step: number, limit = 2_000): number[] {
  const first = Math.max(0, Math.ceil(view.t0 / step))
  const last = Math.min(Math.floor(view.t1 / step), first + limit)
  const found: number[] = []
  for (let n = first; n <= last; n++) found.push(n * step)
  return found
}

/** The times to write, in one unit with as many places as the ruling needs; the first one names the unit. */
export function ticks(view: View, rule: Ruling): Tick[] {
  return written(multiples(view, rule.large), view.t1, rule)
}

/** Times as they are written, all in the unit that suits the last one. */
export function written(times: number[], end: number, rule: Ruling): Tick[] {
  const [unit, scale] = unitOf(Math.max(end, rule.large), rule.large)
  const places = Math.max(0, Math.ceil(-Math.log10(rule.large / scale) - 1e-9))
  return times.map((time, i) => {
    const number = (time / scale).toFixed(places)
    return { time, text: i === 0 ? `${number}\u202f${unit}` : number }
  })
}

/** Seconds unless the ruling is so fine, and the times so small, that a smaller unit reads better. */
function unitOf(end: number, step: number): [string, number] {
  if (end >= 1e9 || step >= 1e8) return ['s', 1e9]
  if (end >= 1e6) return ['ms', 1e6]
  if (end >= 1e3) return ['µs', 1e3]
  return ['ns', 1]
}
