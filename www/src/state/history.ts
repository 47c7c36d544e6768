/** Undo and redo over runs and how they are shown. A run of quick changes to one field is one step. */
import type { ViewEdit } from '../worker/core'

/** The canonical link of a run, and how it is shown. */
export interface Place {
  link: string
  view: ViewEdit
}

/** Places before and after the present one. */
export interface History {
  past: Place[]
  present: Place | null
  future: Place[]
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

/** Adds a place; a repeated one changes nothing. */
export function record(history: History, place: Place, field: string | null, now: number): History {
  const { past, present } = history
  if (present && same(present, place)) return { ...history, field, at: now }
  const joins = field !== null && field === history.field && now - history.at < JOIN_MS
  const before = present === null || joins ? past : [...past, present].slice(-LIMIT)
  return { past: before, present: place, future: [], field, at: now }
}

/** The present place with another view, without a step: for what changes all the time, as a zoom. */
export function retouch(history: History, view: ViewEdit): History {
  return history.present ? { ...history, present: { ...history.present, view } } : history
}

function same(p: Place, q: Place): boolean {
  return p.link === q.link && JSON.stringify(p.view) === JSON.stringify(q.view)
}

/** One step back, or the same history when there is none. */
export function undo(history: History): History {
  const place = history.past.at(-1)
  if (place === undefined || history.present === null) return history
  const future = [history.present, ...history.future]
  return { past: history.past.slice(0, -1), present: place, future, field: null, at: 0 }
}

/** One step forward, or the same history when there is none. */
export function redo(history: History): History {
  const [place, ...future] = history.future
  if (place === undefined || history.present === null) return history
  return { past: [...history.past, history.present], present: place, future, field: null, at: 0 }
}
