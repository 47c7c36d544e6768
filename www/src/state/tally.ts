/** What several workers have found so far, as if one had. The parts of a proof share no behaviour; those of a hunt may. */
import type { ExploreProgress } from '../worker/core'

/** The counters of a search under way. */
export interface Tally {
  executions: number
  perSecond: number
  behaviours: number
  /** Executions by outcome, the most frequent first. */
  outcomes: [outcome: string, count: number][]
  /** Everything is searched; the shortest executions are looked for. */
  shortening: boolean
}

/** Adds up the parts; one that has not reported yet is undefined. */
export function tally(parts: readonly (ExploreProgress | undefined)[], proves: boolean): Tally {
  const known = parts.filter((part) => part !== undefined)
  const sum = (of: (part: ExploreProgress) => number) => known.reduce((all, part) => all + of(part), 0)
  const outcomes = new Map<string, number>()
  for (const part of known)
    for (const [outcome, count] of Object.entries(part.outcomes))
      outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + count)
  return {
    executions: sum((part) => part.executions),
    perSecond: sum((part) => part.executions_per_second),
    behaviours: proves
      ? sum((part) => part.behaviours)
      : known.reduce((most, part) => Math.max(most, part.behaviours), 0),
    outcomes: [...outcomes].sort(([a, x], [b, y]) => y - x || a.localeCompare(b)),
    shortening: known.length === parts.length && known.every((part) => part.shortening || part.done),
  }
}
