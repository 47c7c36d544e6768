/** What a search is asked for, as a person fills it in. Texts stay as they were typed: the core judges them. */
import type { CoreError, ExploreOptions, LinkEdit, ScenarioInfo } from '../worker/core'

/** How executions are chosen. */
export const STRATEGIES = ['prove', 'hunt', 'random', 'pct', 'pos', 'urw'] as const

/** What may go wrong in some executions, and what it strikes. */
export const MAY_KINDS = [
  { kind: 'crash', on: 'task' },
  { kind: 'hang', on: 'task' },
  { kind: 'drop', on: 'channel' },
] as const

/** Any task, or any channel. */
export const ANY = 'any'

/** The form. */
export interface SearchForm {
  strategy: string
  model: string
  budget: string
  seed: string
  may: string[]
}

/** The field that a refusal belongs to; `whole` is the search itself. */
export type SearchField = keyof SearchForm | 'whole'

/** A refused value. */
export interface SearchProblem {
  field: SearchField
  error: CoreError
}

/** The form as a link suggests it. */
export function formOf({ model, may }: LinkEdit): SearchForm {
  return { strategy: 'prove', model, budget: '1000000', seed: '0', may }
}

/** The options of a search. A text that is no number is refused by the core. */
export function optionsOf({ strategy, model, budget, seed, may }: SearchForm): ExploreOptions {
  return { strategy, model, executions: asNumber(budget), seed: asNumber(seed), may }
}

function asNumber(text: string): number {
  return text.trim() === '' ? Number.NaN : Number(text)
}

const FIELDS: Record<string, SearchField> = {
  '--executions': 'budget',
  '--seed': 'seed',
  '--model': 'model',
  '--strategy': 'strategy',
  '--may': 'may',
}

/** Beside which field a refusal is shown, with the text that was typed. */
export function problemOf(form: SearchForm, error: CoreError): SearchProblem {
  const field = FIELDS[error.part] ?? 'whole'
  const typed = field === 'budget' || field === 'seed' ? form[field] : error.value
  return { field, error: { ...error, value: typed } }
}

/** The names that a kind may strike. */
export function targetsOf(kind: string, scenario: ScenarioInfo): string[] {
  const onTask = MAY_KINDS.find((one) => one.kind === kind)?.on === 'task'
  return [ANY, ...(onTask ? scenario.tasks : scenario.channels)]
}

/** What is searched: the link without what belongs to one run of it, and without what the form says. */
export function subjectOf(edit: LinkEdit): LinkEdit {
  return { ...edit, schedule: null, expect: null, live: false, may: [] }
}

/** Equal for links whose searches are the same but for the form. */
export function subjectKey({ scenario, parameters, faults, order, seed }: LinkEdit): string {
  return JSON.stringify([scenario, Object.entries(parameters).sort(), faults, order, seed])
}
