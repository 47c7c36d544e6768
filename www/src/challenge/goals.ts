/** Goals: make claims hold or break by changing one parameter only. The claims of a run say when one is reached. */
import type { LinkInfo, Report, ScenarioInfo } from '../worker/core'

/** A goal; its text is `goal.ID` of the scenario. */
export interface Goal {
  scenario: string
  id: string
  /** The situation to begin with, as the values that are not the scenario's own. */
  from: Record<string, string>
  faults?: readonly string[]
  /** The one parameter that may be changed. */
  change: string
  /** What the claims are to say. */
  want: Record<string, boolean>
}

/** All goals, scenario by scenario. */
export const GOALS: readonly Goal[] = [
  {
    scenario: 'duplicated-message',
    id: 'once',
    from: {},
    change: 'policy',
    want: { 'accepted-once': true, 'nothing-lost': true },
  },
  { scenario: 'preemption', id: 'heard', from: {}, change: 'version', want: { 'cancel-heard': true } },
  {
    scenario: 'shared-state',
    id: 'window',
    from: { writes: 'one' },
    change: 'cancel',
    want: { 'nothing-left': false },
  },
  { scenario: 'saturation', id: 'back', from: {}, change: 'queue-limit', want: { 'goodput-back': true } },
  { scenario: 'stale-data', id: 'both', from: {}, change: 'policy', want: { fresh: true, 'keeps-coming': true } },
  {
    scenario: 'deadlock',
    id: 'done',
    from: {},
    change: 'policy',
    want: { 'nobody-stuck': true, 'everybody-done': true },
  },
  {
    scenario: 'interval-heartbeat',
    id: 'false-alarm',
    from: {},
    change: 'timeout',
    want: { 'only-silent-suspected': false },
  },
  {
    scenario: 'rate-limit',
    id: 'not-in-vain',
    from: { limiter: 'multi', deadline: '3s' },
    change: 'combine',
    want: { 'none-in-vain': true },
  },
  { scenario: 'retry-storm', id: 'calm', from: {}, change: 'retry', want: { 'retries-do-not-multiply': true } },
  {
    scenario: 'steward',
    id: 'noticed',
    from: { ward: 'stuck', stop: '30s' },
    change: 'progress',
    want: { 'no-stall': true },
  },
  {
    scenario: 'restarted-stream',
    id: 'enough',
    from: { list: 'kept' },
    change: 'take',
    want: { 'all-taken': true, 'no-repeats': true },
  },
  {
    scenario: 'healthy-ward-restarted',
    id: 'guarded',
    from: { horizon: '30s' },
    faults: ['steward:hang@10.5s+10s'],
    change: 'guard',
    want: { 'only-silent-suspected': true },
  },
]

/** The name under which it is remembered. */
export const goalId = ({ scenario, id }: Goal) => `${scenario}/${id}`

/** The link of the situation that it begins with. */
export function startOf({ scenario, from, faults = [] }: Goal): string {
  const parts = [...Object.entries(from), ...faults.map((fault) => ['fault', fault.replace('+', '%2B')])]
  return `#/${scenario}${parts.length > 0 ? `?${parts.map(([key, value]) => `${key}=${value}`).join('&')}` : ''}`
}

/** Whether a run is one that the goal allows: as it begins but for the one parameter, in the order that it has by itself. */
export function allows(goal: Goal, scenario: ScenarioInfo, link: LinkInfo): boolean {
  if (link.scenario !== goal.scenario || link.live || link.order !== 'canonical' || link.model !== 'timed') return false
  if (link.faults.join() !== (goal.faults ?? []).join() || link.may.length > 0) return false
  return scenario.parameters.every(
    ({ name, default: own }) => name === goal.change || link.parameters[name] === (goal.from[name] ?? own),
  )
}

/** Whether the claims say what the goal wants. */
export function reached({ want }: Goal, { claims, end }: Report): boolean {
  const verdicts = new Map(claims.map(({ id, holds }) => [id, holds]))
  return end !== 'cut' && Object.entries(want).every(([id, holds]) => verdicts.get(id) === holds)
}
