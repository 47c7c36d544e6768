/** Changes to a link as pure functions of its parts; the core writes and checks the result. */
import type { LinkEdit, ScenarioInfo, ViewEdit } from '../worker/core'

/** One change a person can make. */
export type Change =
  | { field: 'parameter'; name: string; text: string }
  | { field: 'model' | 'order' | 'seed'; text: string }
  | { field: 'schedule' | 'expect'; text: string | null }
  | { field: 'faults'; faults: string[] }
  | { field: 'live'; on: boolean }
  /** A live session again in virtual time, with what the person did as faults. */
  | { field: 'replay'; faults: string[] }

/** The name under which a change's problem is shown beside its field. */
export function fieldOf(change: Change): string {
  return change.field === 'parameter' ? change.name : change.field
}

/** A view that leaves everything as it is by itself. */
export const PLAIN: ViewEdit = {
  axis: 'time',
  range: null,
  lanes: [],
  folded: [],
  filter: null,
  event: null,
  at: null,
  measure: null,
  pins: [],
}

/** What of a view can stay when the run becomes another one: its events are no more. */
export function withoutEvents(view: ViewEdit): ViewEdit {
  return { ...view, range: view.range?.events ? null : view.range, event: null, at: null, measure: null }
}

/** The parts with one change made. An expectation or a schedule was made for the run as it was: a change ends it. */
export function applyChange(edit: LinkEdit, change: Change): LinkEdit {
  const fresh: LinkEdit = { ...edit, schedule: null, expect: null, view: withoutEvents(edit.view) }
  switch (change.field) {
    case 'parameter':
      return { ...fresh, parameters: { ...edit.parameters, [change.name]: change.text } }
    case 'faults':
      return { ...fresh, faults: change.faults }
    case 'replay':
      return { ...fresh, live: false, faults: change.faults }
    case 'live':
      return { ...edit, live: change.on }
    case 'expect':
      return { ...edit, expect: change.text }
    case 'schedule':
      return { ...fresh, schedule: change.text }
    default:
      return { ...fresh, [change.field]: change.text }
  }
}

/** The scenario as its link version defines it: every parameter at its default, nothing else. */
export function defaults(scenario: ScenarioInfo): LinkEdit {
  const parameters = Object.fromEntries(scenario.parameters.map(({ name, default: text }) => [name, text]))
  return {
    scenario: scenario.id,
    parameters,
    model: 'timed',
    order: 'canonical',
    seed: '0',
    may: [],
    faults: [],
    schedule: null,
    expect: null,
    live: false,
    view: PLAIN,
    unknown: [],
  }
}

/** Kinds of fault, the names of a scenario that they may strike, and which extra value they take. */
export const FAULT_KINDS = [
  { kind: 'crash', on: 'tasks', extra: null },
  { kind: 'hang', on: 'tasks', extra: '+' },
  { kind: 'slow', on: 'tasks', extra: '*' },
  { kind: 'cancel', on: 'cancels', extra: null },
  { kind: 'drop', on: 'channels', extra: null },
  { kind: 'delay', on: 'channels', extra: '+' },
  { kind: 'duplicate', on: 'channels', extra: null },
] as const

/** One kind of fault. */
export type FaultKind = (typeof FAULT_KINDS)[number]

/** Writes a fault in the link's grammar: `stage-a:hang@1s+2s`, `results:drop@2`. `at` is a time or a message number. */
export function writeFault(kind: FaultKind, target: string, at: string, extra: string): string {
  return `${target}:${kind.kind}@${at.trim()}${kind.extra ? kind.extra + extra.trim() : ''}`
}

/** The command that makes the same run. */
export function command(link: string): string {
  return `heartrace run '${link.replaceAll("'", '%27')}'`
}
