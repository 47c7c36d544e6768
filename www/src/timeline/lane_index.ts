/** Items of all lanes sorted into groups, so that any window is found by searching and no frame looks at all of a run. */

/** Items of all groups in one array, group by group; group `i` owns `order[start[i] .. start[i + 1]]`. */
export interface LaneIndex {
  start: Uint32Array
  order: Uint32Array
}

/** Counting sort by group, stable. */
export function grouped(count: number, groups: number, group: (i: number) => number): LaneIndex {
  const mine = new Uint32Array(count)
  for (let i = 0; i < count; i++) mine[i] = group(i)
  return sorted(mine, groups)
}

/** The same for groups that are in an array: nothing is called for any item. */
export function sorted(group: Uint32Array, groups: number): LaneIndex {
  const start = new Uint32Array(groups + 1)
  for (let i = 0; i < group.length; i++) start[group[i]! + 1]! += 1
  for (let i = 0; i < groups; i++) start[i + 1]! += start[i]!
  // Each group is filled from its start; then every start has moved to the next one.
  const order = new Uint32Array(group.length)
  for (let i = 0; i < group.length; i++) order[start[group[i]!]!++] = i
  start.copyWithin(1, 0, groups)
  start[0] = 0
  return { start, order }
}

/** Sorts each group by a key, stable, if it is not in its order already. */
export function sortGroups({ start, order }: LaneIndex, key: Float64Array | Uint32Array): void {
  for (let group = 0; group + 1 < start.length; group++) {
    const from = start[group]!
    const to = start[group + 1]!
    let i = from + 1
    while (i < to && key[order[i]!]! >= key[order[i - 1]!]!) i++
    if (i < to) order.subarray(from, to).sort((p, q) => key[p]! - key[q]!)
  }
}

/** First position in `[from, to)` whose value is not below `bound`; the values must ascend. */
export function lowerBound(from: number, to: number, bound: number, value: (i: number) => number): number {
  let low = from
  let high = to
  while (low < high) {
    const middle = (low + high) >>> 1
    if (value(middle) < bound) low = middle + 1
    else high = middle
  }
  return low
}

/** The same for a bound that is probably near `from`: as many steps as the distance has digits. */
export function gallop(from: number, to: number, bound: number, value: (i: number) => number): number {
  let low = from
  for (let step = 1; low < to; step *= 2) {
    const probe = Math.min(low + step, to) - 1
    if (value(probe) >= bound) return lowerBound(low, probe + 1, bound, value)
    low = probe + 1
  }
  return to
}

/** First position in `[from, to)` of ascending places that is not below `bound`. */
export function firstFrom(places: Float64Array, from: number, to: number, bound: number): number {
  let low = from
  let high = to
  while (low < high) {
    const middle = (low + high) >>> 1
    if (places[middle]! < bound) low = middle + 1
    else high = middle
  }
  return low
}

/** The same for a bound that is probably near `from`. */
function nearFrom(places: Float64Array, from: number, to: number, bound: number): number {
  let low = from
  for (let step = 1; low < to; step *= 2) {
    const probe = Math.min(low + step, to) - 1
    if (places[probe]! >= bound) return step === 1 ? low : firstFrom(places, low, probe + 1, bound)
    low = probe + 1
  }
  return to
}

/**
 * Of ascending places those that a reader can tell apart: each at least `gap` from the one before it. The places between
 * are never looked at.
 */
export function apart(places: Float64Array, from: number, to: number, gap: number): number[] {
  const found: number[] = []
  for (let i = from; i < to; i = nearFrom(places, i + 1, to, places[i]! + gap)) found.push(i)
  return found
}

/** Ascending places as crowds: those of one crowd follow one another closer than `gap`. Few of them are looked at. */
export function crowds(places: Float64Array, from: number, to: number, gap: number): [first: number, last: number][] {
  const found: [number, number][] = []
  for (let first = from, i = from; i < to; ) {
    // All up to the next are within the gap of this one, so of each other.
    const next = nearFrom(places, i + 1, to, places[i]! + gap)
    if (next === to || places[next]! - places[next - 1]! >= gap) {
      found.push([first, next - 1])
      first = next
    }
    i = next
  }
  return found
}

/** The places of whole numbers below `limit` in their order; equal ones as they were. */
export function ordered(values: Uint32Array, limit: number): Uint32Array {
  for (let i = 1; i < values.length; i++) if (values[i]! < values[i - 1]!) return sorted(values, limit).order
  const order = new Uint32Array(values.length)
  for (let i = 0; i < order.length; i++) order[i] = i
  return order
}
