/** The window onto time. *Time* is nanoseconds from the start of the run; *px* are CSS pixels from the plot's left edge. */

/** The visible stretch of time and the width it is drawn on. */
export interface View {
  t0: number
  t1: number
  width: number
}

/** The closest zoom: this many nanoseconds across the plot. */
const MIN_SPAN = 20
/** Free room on each side of the run, as a share of the width. */
const MARGIN_LEFT = 0.02
const MARGIN_RIGHT = 0.075

/** Time to px. */
export function toPx(view: View, time: number): number {
  return ((time - view.t0) / (view.t1 - view.t0)) * view.width
}

/** Px to time. */
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
