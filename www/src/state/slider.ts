/** Slider positions for parameters: durations and counts on a scale around the default, always on round values. */
import { parseDuration, writeDuration } from '../text/duration'
import type { ParameterInfo } from '../worker/core'

/** Positions a slider has. */
export const POSITIONS = 1_000

interface Scale {
  min: number
  max: number
  step: number
  read(text: string): number | null
  write(value: number): string
}

/** Whether a parameter has a slider; rates and ratios are typed. */
export function hasSlider(parameter: ParameterInfo): boolean {
  return scaleOf(parameter) !== null
}

/** The position (0 to 1000) of a value; the ends for values beyond the scale. */
export function toSlider(parameter: ParameterInfo, text: string): number {
  const scale = scaleOf(parameter)
  const value = scale?.read(text) ?? null
  if (!scale || value === null) return 0
  const share = (value - scale.min) / (scale.max - scale.min)
  return Math.round(Math.min(1, Math.max(0, share)) * POSITIONS)
}

/** The value at a position, as link text. */
export function fromSlider(parameter: ParameterInfo, position: number): string {
  const scale = scaleOf(parameter)
  if (!scale) return parameter.default
  const value = scale.min + (position / POSITIONS) * (scale.max - scale.min)
  const round = Math.round(value / scale.step) * scale.step
  return scale.write(Math.min(scale.max, Math.max(scale.min, round)))
}

/** The slider reaches from the least value to about four times the default: where the story changes. */
function scaleOf({ kind, default: text, min, max }: ParameterInfo): Scale | null {
  const duration = kind === 'duration'
  if (!duration && kind !== 'count') return null
  const read = duration ? parseDuration : readCount
  const middle = read(text)
  if (middle === null) return null
  const least = (min === null ? null : read(min)) ?? 0
  const most = (max === null ? null : read(max)) ?? Number.POSITIVE_INFINITY
  const top = duration ? Math.max(middle, 250e6) * 3 : Math.max(middle * 4, 10)
  const end = Math.min(most, top)
  if (end <= least) return null
  const step = duration ? niceStep((end - least) / 200) : 1
  // A least value far below one step (1 ns) must not spoil the round values.
  const begin = duration ? Math.ceil(least / step) * step : least
  return { min: begin, max: end, step, read, write: duration ? writeDuration : String }
}

function readCount(text: string): number | null {
  return /^\d{1,15}$/.test(text) ? Number(text) : null
}

/** The nearest of 1, 2, 5 times a power of ten that is not below `value`. */
function niceStep(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value))
  return ([1, 2, 5, 10].find((n) => n * power >= value) ?? 10) * power
}
