/** Undo and redo over canonical links. A run of quick changes to one field is one step. */

/** Links before and after the present one. */
export interface History {
  past: string[]
  present: string | null
  future: string[]
  /** The field the last step changed, and when (ms), to join a drag into one step. */
  field: string | null
  at: number
}

/** Steps kept. */
const LIMIT = 200
/** Changes of one field closer than this (ms) are one step. */
const JOIN_MS = 800

/** A history without steps. */
export const emptyHistory: History = { past: [], present: null, future: [], field: null, at: 0 }

/** Adds a link; a repeated link changes nothing. */
export function record(history: History, link: string, field: string | null, now: number): History {
  const { past, present } = history
  if (present === link) return { ...history, field, at: now }
  const joins = field !== null && field === history.field && now - history.at < JOIN_MS
  const before = present === null || joins ? past : [...past, present].slice(-LIMIT)
  return { past: before, present: link, future: [], field, at: now }
}

/** One step back, or the same history when there is none. */
export function undo(history: History): History {
  const link = history.past.at(-1)
  if (link === undefined || history.present === null) return history
  const future = [history.present, ...history.future]
  return { past: history.past.slice(0, -1), present: link, future, field: null, at: 0 }
}

/** One step forward, or the same history when there is none. */
export function redo(history: History): History {
  const [link, ...future] = history.future
  if (link === undefined || history.present === null) return history
  return { past: [...history.past, history.present], present: link, future, field: null, at: 0 }
}
