/** Items of all lanes sorted into groups, so that any window is found by searching and no frame looks at all of a run. */

/** Items of all groups in one array, group by group; group `i` owns `order[start[i] .. start[i + 1]]`. */
export interface LaneIndex {
  start: Uint32Array
  order: Uint32Array
}

/** Counting sort by group, stable; within a group by `key` when the input is not in its order already. */
export function grouped(
  count: number,
  groups: number,
  group: (i: number) => number,
  key?: (i: number) => number,
): LaneIndex {
  const mine = new Uint32Array(count)
  for (let i = 0; i < count; i++) mine[i] = group(i)
  const { start, order } = sorted(mine, groups)
  if (key) {
    for (let i = 0; i < groups; i++) {
      if (start[i + 1]! - start[i]! < 2) continue
      const part = order.subarray(start[i], start[i + 1])
      if (!ascends(part, key)) part.sort((p, q) => key(p) - key(q) || p - q)
    }
  }
  return { start, order }
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

function ascends(part: Uint32Array, key: (i: number) => number): boolean {
  for (let i = 1; i < part.length; i++) if (key(part[i]!) < key(part[i - 1]!)) return false
  return true
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

/** The numbers below `count` in order of a value that is a whole number below `limit`; equal ones as they were. */
export function ordered(count: number, limit: number, value: (i: number) => number): Uint32Array {
  for (let i = 1; i < count; i++) if (value(i) < value(i - 1)) return grouped(count, limit, value).order
  const order = new Uint32Array(count)
  for (let i = 0; i < count; i++) order[i] = i
  return order
}
