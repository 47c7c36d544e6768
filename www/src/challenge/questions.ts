/** Situations with a question to answer before they are played. The texts are `question.ID` and `why.ID` of the scenario. */
import { type Asked, lasting, only, outcome, verdict } from './reading'

/** A question about a named situation of a scenario. */
export interface Question {
  scenario: string
  /** The situation; also the question's id within the scenario. */
  preset: string
  asked: Asked
}

const question = (scenario: string, preset: string, asked: Asked): Question => ({ scenario, preset, asked })

/** All questions, scenario by scenario. */
export const QUESTIONS: readonly Question[] = [
  question('duplicated-message', 'race', outcome('once', 'dup', 'lost')),
  question('duplicated-message', 'lease', outcome('once', 'dup', 'lost')),
  question('duplicated-message', 'crash', outcome('once', 'dup', 'lost')),
  question('error-boundary', 'forgotten', verdict('told-what-happened')),
  question('cancellation-reasons', 'long-period', verdict('cancel-heard')),
  question('preemption', 'half-way', lasting(1, 3, 6)),
  question('shared-state', 'two-undone', only(false, 'nothing-left', 'no-half-visible')),
  question('saturation', 'spiral', verdict('goodput-back')),
  question('saturation', 'queue-limit', verdict('goodput-back')),
  question('stale-data', 'supersede', only(false, 'fresh', 'keeps-coming')),
  question('deadlock', 'in-step', only(false, 'nobody-stuck', 'everybody-done')),
  question('interval-heartbeat', 'slow-work', verdict('only-silent-suspected')),
  question(
    'heartbeat-tests',
    'side-by-side',
    only(false, 'bad-test-passes', 'first-beat-test-passes', 'interval-test-passes'),
  ),
  question('detectors', 'pauses', only(true, 'deadline-fair', 'misses-fair', 'phi-fair', 'exponential-fair')),
  question('rate-limit', 'two-buckets', lasting(9.5, 19, 60)),
  question('tiered-rate-limit', 'nothing-in-vain', verdict('none-in-vain')),
  question('circuit-breaker', 'impatient', verdict('outage-spared')),
  question('steward', 'live-lock', verdict('no-stall')),
  question('restarted-stream', 'trap', verdict('all-taken')),
  question('healthy-ward-restarted', 'hidden-tab', verdict('only-silent-suspected')),
  question('supervision-tree', 'pool-gives-up', verdict('heals')),
  question('all-together', 'no-limit', only(false, 'accepted-once', 'nobody-left', 'within-limits')),
]

/** The name under which it is remembered. */
export const questionId = ({ scenario, preset }: Pick<Question, 'scenario' | 'preset'>) => `${scenario}/${preset}`
