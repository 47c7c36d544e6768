/** The tasks of a run on their way to the page: as columns, for there may be a hundred thousand of them. */
import type { Trace } from '../timeline/trace'
import type { TaskColumns, TaskInfo } from './core'
import { NONE } from './core'

/** A run as it is posted. */
export type PostedTrace = Omit<Trace, 'tasks'> & { tasks: TaskColumns }

/** One object per task. */
export function tasksOf({ names, parent, server }: TaskColumns): TaskInfo[] {
  if (parent.length === 0) return []
  return names.split('\n').map((name, id) => ({
    id,
    name,
    parent: parent[id] === NONE ? null : parent[id]!,
    server: server[id] === 1,
  }))
}

/** A run as the page keeps it. */
export function received(posted: PostedTrace): Trace {
  return { ...posted, tasks: tasksOf(posted.tasks) }
}
