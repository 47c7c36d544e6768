/** Where two runs part: one walk over both, event by event, as long as task, kind, time and payload are the same. */
import type { Trace } from './trace'

/** Where two runs part. The first `same` events are alike; each run's next one is null where it has ended. */
export interface Divergence {
  same: number
  /** When: the earlier of the two next events, in ns; the end if one run has ended. */
  time: number
  ours: number | null
  theirs: number | null
}

/** The first divergence, or null where the runs are alike to the end. */
export function divergenceOf(ours: Trace, theirs: Trace): Divergence | null {
  const most = Math.min(ours.count, theirs.count)
  let same = 0
  while (same < most && alike(ours, theirs, same)) same++
  if (same === ours.count && same === theirs.count) return null
  const at = ({ count, columns }: Trace) => (same < count ? columns.time[same]! : Number.POSITIVE_INFINITY)
  return {
    same,
    time: Math.min(at(ours), at(theirs)),
    ours: same < ours.count ? same : null,
    theirs: same < theirs.count ? same : null,
  }
}

/** Whether both runs have the same event of this number. Whatever it points at got its number before, in both alike. */
function alike(ours: Trace, theirs: Trace, event: number): boolean {
  const [p, q] = [ours.columns, theirs.columns]
  if (p.time[event] !== q.time[event] || p.kind[event] !== q.kind[event]) return false
  if (p.a[event] !== q.a[event] || p.b[event] !== q.b[event]) return false
  if (ours.tasks[p.task[event]!]?.name !== theirs.tasks[q.task[event]!]?.name) return false
  // New words get the same number in both, whatever they are.
  const [mine, other] = [ours.words.get(event), theirs.words.get(event)]
  return mine === undefined || other === undefined || mine.detail === other.detail
}
