/** When it became inevitable: how many of the futures sampled along a run end as the run does, as a curve and a moment. */
import type { Chart } from '../timeline/charts'
import type { Futures } from '../worker/core'

/** What the curve is called; the page has a text for it. */
export const CURVE = '% of futures'

/** The share, in percent, of the futures of each point that end in an outcome. */
export function curveOf(futures: readonly Futures[], outcome: string): Chart {
  const time = Float64Array.from(futures, (point) => point.time_ns)
  const value = Float64Array.from(futures, (point) => 100 * share(point, outcome))
  return { name: CURVE, time, value, min: Math.min(...value), max: 100, last: value.at(-1) ?? 0 }
}

/** The moment (ns) from which on every sampled future ends so; null if the samples do not show one before the end. */
export function inevitableFrom(futures: readonly Futures[], outcome: string): number | null {
  let from = futures.length
  while (from > 0 && share(futures[from - 1]!, outcome) === 1) from -= 1
  return futures[from]?.time_ns ?? null
}

/** The share, from 0 to 1, of the futures of a point that end in an outcome. */
export function share({ outcomes }: Futures, outcome: string): number {
  const all = Object.values(outcomes).reduce((sum, count) => sum + count, 0)
  return all === 0 ? 0 : (outcomes[outcome] ?? 0) / all
}
