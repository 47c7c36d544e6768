/** The tasks of a run on their way to the page: as columns, for there may be a hundred thousand of them. */
import type { Trace } from '../timeline/trace'
import type { TaskColumns, TaskInfo } from './core'
import { NONE } from './core'

/** A run as it is posted. */
export type PostedTrace = Omit<Trace, 'tasks'> & { tasks: TaskColumns }

/** One name per task. */
export function namesOf({ names, parent }: TaskColumns): string[] {
  return parent.length === 0 ? [] : names.split('\n')
}

/** One object per task. */
export function tasksOf(tasks: TaskColumns): TaskInfo[] {
  const { parent, server } = tasks
  return namesOf(tasks).map((name, id) => ({
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
