/** Where the items of a group lie, one after another in memory: a search in them touches no other column of the run. */
import type { LaneIndex } from './lane_index'

const known = new WeakMap<LaneIndex, Map<number, Float64Array>>()

/** The places of group `group`, in its order; made when it is looked at first. */
export function placesOf(index: LaneIndex, group: number, place: (item: number) => number): Float64Array {
  const groups = known.get(index) ?? new Map<number, Float64Array>()
  known.set(index, groups)
  const found = groups.get(group)
  if (found) return found
  const [from, to] = [index.start[group]!, index.start[group + 1]!]
  const places = new Float64Array(to - from)
  for (let i = from; i < to; i++) places[i - from] = place(index.order[i]!)
  groups.set(group, places)
  return places
}
