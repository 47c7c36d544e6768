/**
 * The window onto an axis. *Time* is nanoseconds from the start of the run, *x* is where a time lies on the axis, *px* are
 * CSS pixels from the plot's left edge. On the axis of time x is the time itself; the others are bent, in straight pieces.
 */

/** What the axis counts: time, events (each one step), or time with its idle stretches folded. */
export type AxisKind = 'time' | 'events' | 'squeezed'

/** An idle stretch that takes little room: from where to where on the axis, and how long it is in ns. */
export interface FoldedGap {
  x0: number
  x1: number
  ns: number
}

/** Places on the axis and their times; both ascend. */
export interface Knots {
  xs: Float64Array
  times: Float64Array
}

/** An axis. `x` and `time` ascend, and are each other's inverse wherever no two events share a time. */
export interface Axis {
  kind: AxisKind
  /** Where the run ends. */
  length: number
  folds: readonly FoldedGap[]
  /** What it bends at; none: it is straight. */
  knots?: Knots
  x(time: number): number
  time(x: number): number
}

/** The axis of time itself. */
export function straightAxis(duration: number): Axis {
  return { kind: 'time', length: duration, folds: [], x: (time) => time, time: (x) => x }
}

/** An axis through knots that ascend in both; of knots at one time the last counts. Before and after it stands still. */
export function bentAxis(kind: AxisKind, xs: Float64Array, times: Float64Array, folds: FoldedGap[] = []): Axis {
  return {
    kind,
    length: xs.at(-1) ?? 0,
    folds,
    knots: { xs, times },
    x: (time) => through(times, xs, time),
    time: (x) => through(xs, times, x),
  }
}

/** How long a stretch of an axis (none: that of time) is, in ns. */
export function lasting(axis: Axis | undefined, x0: number, x1: number): number {
  return axis ? axis.time(x1) - axis.time(x0) : x1 - x0
}

/** The value at `at` on the straight pieces from knot to knot. */
function through(from: Float64Array, to: Float64Array, at: number): number {
  let [low, high] = [0, from.length]
  while (low < high) {
    const middle = (low + high) >>> 1
    if (from[middle]! <= at) low = middle + 1
    else high = middle
  }
  if (low === 0) return to[0] ?? 0
  const [a, b] = [low - 1, low]
  if (b === from.length) return to[a]!
  return to[a]! + ((at - from[a]!) / (from[b]! - from[a]!)) * (to[b]! - to[a]!)
}

/** The visible stretch of the axis and the width it is drawn on. */
export interface View {
  t0: number
  t1: number
  width: number
}

/** The closest zoom: this much of the axis across the plot, ns on the axis of time. */
const MIN_SPAN = 20
/** Free room on each side of the run, as a share of the width. */
const MARGIN_LEFT = 0.02
const MARGIN_RIGHT = 0.075

/** X to px. */
export function toPx(view: View, x: number): number {
  return ((x - view.t0) / (view.t1 - view.t0)) * view.width
}

/** Px to x. */
export function toTime(view: View, px: number): number {
  return view.t0 + (px / view.width) * (view.t1 - view.t0)
}

/** The whole run with a little room. */
export function fit(duration: number, width: number): View {
  const span = Math.max(duration, MIN_SPAN)
  return { t0: -span * MARGIN_LEFT, t1: span * (1 + MARGIN_RIGHT), width }
}

/** The nearest allowed view: not past the run's ends, not closer than a few nanoseconds. Idempotent. */
export function clamp(view: View, duration: number): View {
  const whole = fit(duration, view.width)
  const span = Math.min(Math.max(view.t1 - view.t0, MIN_SPAN), whole.t1 - whole.t0)
  const t0 = Math.min(Math.max(view.t0, whole.t0), whole.t1 - span)
  return { t0, t1: t0 + span, width: view.width }
}

/** Zooms by `factor` (above 1 = closer) so that the time under `px` stays there. */
export function zoom(view: View, factor: number, px: number, duration: number): View {
  const anchor = toTime(view, px)
  const whole = fit(duration, view.width)
  const widest = whole.t1 - whole.t0
  const span = Math.min(Math.max((view.t1 - view.t0) / factor, MIN_SPAN), widest)
  const t0 = anchor - (px / view.width) * span
  return clamp({ t0, t1: t0 + span, width: view.width }, duration)
}

/** Moves the window by a distance in px (positive = later). */
export function pan(view: View, px: number, duration: number): View {
  const shift = (px / view.width) * (view.t1 - view.t0)
  return clamp({ ...view, t0: view.t0 + shift, t1: view.t1 + shift }, duration)
}

/** The same window on another width. */
export function resize(view: View, width: number): View {
  return { ...view, width }
}

/** Moves the window only if needed so that a time is visible with some room around it. */
export function reveal(view: View, time: number, duration: number): View {
  const span = view.t1 - view.t0
  const room = span * 0.08
  if (time < view.t0 + room || time > view.t1 - room) {
    const whole = fit(duration, view.width)
    if (span >= (whole.t1 - whole.t0) * 0.999) return view
    return clamp({ ...view, t0: time - span / 2, t1: time + span / 2 }, duration)
  }
  return view
}
