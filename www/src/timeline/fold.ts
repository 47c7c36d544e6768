/** Tasks of one name (`client`, `client#2`, …) share a lane when there are too many of them to look at one by one. */

/** So many lanes can be looked at one by one; in a longer list, a family of more than this is folded. */
const LANES = 24
const FAMILY = 6

/** For each task, by name, the task whose lane it is drawn on: itself, or the first of its family. */
export function foldTasks(names: string[]): Uint32Array {
  const lanes = new Uint32Array(names.length)
  for (let task = 0; task < lanes.length; task++) lanes[task] = task
  if (names.length <= LANES) return lanes
  const families = new Map<string, { first: number; size: number }>()
  const mine = names.map((name, first) => {
    const number = name.lastIndexOf('#')
    const base = number < 0 ? name : name.slice(0, number)
    const family = families.get(base) ?? { first, size: 0 }
    if (family.size++ === 0) families.set(base, family)
    return family
  })
  mine.forEach(({ first, size }, task) => {
    if (size > FAMILY) lanes[task] = first
  })
  return lanes
}
