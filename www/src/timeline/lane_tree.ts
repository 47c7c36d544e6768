/** Which lanes there are and in which order: a tree by who started whom, which the reader can fold, sift and rearrange. */
import type { TaskInfo } from '../worker/core'
import { isQuiet, type Trace } from './trace'

/** One drawn lane. */
export interface Lane {
  task: number
  name: string
  /** How many lanes it lies under, and the nearest of them. */
  depth: number
  parent: number | null
  server: boolean
  /** How many tasks share it. */
  tasks: number
  /** Whether it has lanes under it: shown, folded into it, or none. */
  branch: 'open' | 'folded' | null
}

/** What the reader has made of the lanes. Lanes are named: a name is the same in the next run. */
export interface Arrangement {
  /** These first among the lanes of the same parent. */
  lanes: readonly string[]
  /** Lanes that those under them are folded into. */
  folded: readonly string[]
  /** A text that the names of the lanes shown hold. */
  filter: string | null
}

/** Lanes that nobody has touched. */
export const UNTOUCHED: Arrangement = { lanes: [], folded: [], filter: null }

/** Deeper lanes are not set in further. */
const DEEPEST = 8

/** For each task its lane, where the lanes under the named ones are folded into them. */
export function foldLanes(trace: Trace, folded: readonly string[]): Uint32Array {
  const { tasks, laneOf } = trace
  if (folded.length === 0) return laneOf
  const names = new Set(folded)
  const into = new Uint32Array(tasks.length)
  // A parent is older than its children: its own lane is known.
  for (const { id } of tasks) {
    const lane = laneOf[id]!
    const parent = tasks[lane]?.parent ?? null
    const above = parent === null ? null : into[parent]!
    into[id] = above !== null && names.has(tasks[above]!.name) ? above : lane
  }
  return into
}

/**
 * The lanes of a run as a tree: under each the lanes of the tasks that it started; among them first those that the reader
 * wants first, then those of `order`, the scenario's own, then the others as they came. A root without marks has no lane.
 */
export function lanesOf(trace: Trace, order: readonly string[], arrangement: Arrangement = UNTOUCHED): Lane[] {
  const { tasks, laneOf } = trace
  const members = new Uint32Array(tasks.length)
  for (const lane of laneOf) members[lane]! += 1
  const hidden = (task: TaskInfo) => task.parent === null && tasks.length > 1 && isQuiet(trace, task.id)
  const under = new Map<number | null, TaskInfo[]>()
  const branches = new Set<number>()
  for (const task of tasks) {
    // A parent is older than its children.
    const parent = task.parent === null || task.parent >= task.id ? null : tasks[laneOf[task.parent]!]!
    // A child on its parent's own lane was folded into it.
    if (parent && (parent.id !== laneOf[task.id] || arrangement.folded.includes(parent.name))) branches.add(parent.id)
    if (laneOf[task.id] !== task.id || hidden(task)) continue
    const above = parent && !hidden(parent) ? parent.id : null
    const siblings = under.get(above)
    if (siblings) siblings.push(task)
    else under.set(above, [task])
  }
  const compare = before(order, arrangement.lanes)
  const lanes: Lane[] = []
  const add = (parent: number | null, depth: number) => {
    for (const task of (under.get(parent) ?? []).sort((p, q) => compare(p.name, q.name) || p.id - q.id)) {
      const { id, name, server } = task
      const branch = !branches.has(id) ? null : arrangement.folded.includes(name) ? 'folded' : 'open'
      lanes.push({ task: id, name, depth, parent, server, tasks: members[id]!, branch })
      add(id, Math.min(depth + 1, DEEPEST))
    }
  }
  add(null, 0)
  const wanted = arrangement.filter?.toLowerCase()
  // What is left of a tree is a list.
  return wanted
    ? lanes.filter(({ name }) => name.toLowerCase().includes(wanted)).map((lane) => ({ ...lane, depth: 0 }))
    : lanes
}

/** Compares names: the reader's lanes, then the scenario's. */
function before(order: readonly string[], first: readonly string[]): (p: string, q: string) => number {
  const places = new Map<string, number>()
  for (const name of [...first, ...order]) if (!places.has(name)) places.set(name, places.size)
  const place = (name: string) => places.get(name) ?? places.size
  return (p, q) => place(p) - place(q)
}

/**
 * The reader's order once a lane is moved before another lane of the same parent (null: behind all of them); the shortest
 * list of names that gives it.
 */
export function moveLane(
  lanes: Lane[],
  order: readonly string[],
  first: readonly string[],
  lane: Lane,
  target: Lane | null,
): string[] {
  const siblings = lanes.filter(({ parent, task }) => parent === lane.parent && task !== lane.task)
  const at = target ? siblings.findIndex(({ task }) => task === target.task) : siblings.length
  if (at < 0) return [...first]
  const wanted = [...siblings.slice(0, at), lane, ...siblings.slice(at)].map(({ name }) => name)
  const others = first.filter((name) => !wanted.includes(name))
  const own = [...siblings, lane].sort((p, q) => before(order, [])(p.name, q.name) || p.task - q.task)
  const names = own.map(({ name }) => name)
  for (let length = 0; length < wanted.length; length++) {
    const head = wanted.slice(0, length)
    const rest = names.filter((name) => !head.includes(name))
    if ([...head, ...rest].every((name, i) => name === wanted[i])) return [...others, ...head]
  }
  return [...others, ...wanted]
}

/** The lane that a lane is put before when it goes one place up or down among those of its parent; undefined at the end. */
export function stepLane(lanes: Lane[], lane: Lane, direction: 1 | -1): Lane | null | undefined {
  const siblings = lanes.filter(({ parent }) => parent === lane.parent)
  const at = siblings.findIndex(({ task }) => task === lane.task)
  if (direction === -1) return siblings[at - 1]
  return at + 1 < siblings.length ? (siblings[at + 2] ?? null) : undefined
}
