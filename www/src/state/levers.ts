/**
 * What of a link an event moves with, as the page pulls it: the core measures (see `levers.rs`), here a pull becomes a
 * change of the link. All values and times in nanoseconds.
 */
import { parseDuration, writeDuration } from '../text/duration'
import type { View } from '../timeline/scale'
import type { LeverInfo, LinkInfo, ParameterInfo } from '../worker/core'
import type { Change } from './edit'

/** Ratios beyond these are no handle: the event would hardly move, or fly away. */
const LEAST = 0.05
const MOST = 50
/** The latest time of a fault that a pull gives. */
const LATEST = 2_400 * 3_600e9

/** A lever with its name, and how far it goes. */
export interface Lever extends LeverInfo {
  /** The parameter, or the fault as the link writes it. */
  name: string
  min: number
  max: number
}

/** The levers that are worth a handle, the nearest first. */
export function usable(found: LeverInfo[], info: LinkInfo, parameters: ParameterInfo[]): Lever[] {
  const levers = found.flatMap((lever): Lever[] => {
    const size = Math.abs(lever.ratio)
    if (size < LEAST || size > MOST) return []
    const read = (text: string | null | undefined) => (text ? parseDuration(text) : null)
    const declared = parameters.find(({ name }) => name === lever.parameter)
    const name = lever.parameter ?? info.faults[lever.fault ?? -1]
    if (name === undefined) return []
    const least = lever.parameter === null && !lever.length ? 0 : 1
    return [{ ...lever, name, min: read(declared?.min) ?? least, max: read(declared?.max) ?? LATEST }]
  })
  return levers.sort((p, q) => p.reach - q.reach || Math.abs(Math.abs(p.ratio) - 1) - Math.abs(Math.abs(q.ratio) - 1))
}

/** The times of a link's faults as levers of their own marks: exact, without measuring. */
export function faultLevers({ faults }: Pick<LinkInfo, 'faults'>): Lever[] {
  return faults.flatMap((fault, index): Lever[] => {
    const at = timeOf(fault)
    if (at === null) return []
    const exact = { parameter: null, length: false, ratio: 1, reach: 1 }
    return [{ ...exact, fault: index, value_ns: at, name: fault, min: 0, max: LATEST }]
  })
}

/** When a fault strikes, if it strikes at a time. */
export function timeOf(fault: string): number | null {
  return parseDuration(split(fault)?.at ?? '')
}

/** The task and the kind of a fault that strikes at a time. */
export function targetOf(fault: string): { task: string; kind: string } | null {
  const parts = split(fault)
  return parts && { task: parts.task, kind: parts.kind }
}

/** The change that puts a lever at a value; `faults` are those of the link that the lever was found in. */
export function changeTo(lever: Lever, value: number, faults: readonly string[]): Change {
  const text = writeDuration(value)
  if (lever.parameter !== null) return { field: 'parameter', name: lever.parameter, text }
  return {
    field: 'faults',
    faults: faults.map((fault, i) => (i === lever.fault ? rewritten(fault, lever, text) : fault)),
  }
}

/** Where a lever is after the event was dragged by `moved`: a round value within its range. */
export function pulled(lever: Lever, moved: number, step: number): number {
  return within(lever, Math.round((lever.value_ns + moved / lever.ratio) / step) * step)
}

/** Where a lever is some steps on: first to a round value, then from one to the next. */
export function stepped(lever: Lever, value: number, steps: number, step: number): number {
  const places = value / step
  const from = steps > 0 ? Math.floor(places + 1e-9) : Math.ceil(places - 1e-9)
  return within(lever, (from + steps) * step)
}

/** The step that suits a window: 1, 2 or 5 times a power of ten as the ruler has them, about two pixels wide. */
export function stepOf(view: View): number {
  const wanted = (2 * (view.t1 - view.t0)) / view.width
  const power = 10 ** Math.floor(Math.log10(wanted))
  return Math.max(1, ([1, 2, 5].find((n) => n * power >= wanted) ?? 10) * power)
}

function within({ min, max }: Lever, value: number): number {
  return Math.min(max, Math.max(min, Math.round(value)))
}

function rewritten(fault: string, lever: Lever, text: string): string {
  const plus = fault.lastIndexOf('+')
  if (lever.length) return `${fault.slice(0, plus + 1)}${text}`
  const parts = split(fault)
  return parts ? `${parts.task}:${parts.kind}@${text}${parts.rest}` : fault
}

function split(fault: string): { task: string; kind: string; at: string; rest: string } | null {
  const match = /^(.+):(crash|hang|slow|cancel)@([^+*]+)([+*].+)?$/.exec(fault)
  return match && { task: match[1]!, kind: match[2]!, at: match[3]!, rest: match[4] ?? '' }
}
