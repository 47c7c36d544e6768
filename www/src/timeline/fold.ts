/** Tasks of one name (`client`, `client#2`, …) share a lane when there are too many of them to look at one by one. */
import type { TaskInfo } from '../worker/core'

/** So many lanes can be looked at one by one; in a longer list, a family of more than this is folded. */
const LANES = 24
const FAMILY = 6

/** For each task the task whose lane it is drawn on: itself, or the first of its family. */
export function foldTasks(tasks: TaskInfo[]): Uint32Array {
  const lanes = Uint32Array.from(tasks, ({ id }) => id)
  if (tasks.length <= LANES) return lanes
  const families = new Map<string, number[]>()
  for (const { id, name } of tasks) {
    const number = name.lastIndexOf('#')
    const base = number < 0 ? name : name.slice(0, number)
    const family = families.get(base)
    if (family) family.push(id)
    else families.set(base, [id])
  }
  for (const family of families.values()) {
    if (family.length > FAMILY) for (const id of family) lanes[id] = family[0]!
  }
  return lanes
}
