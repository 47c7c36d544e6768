/** The ruler over the lanes, in px, on each of the axes: lines down, what is written over them, and what is folded. */
import { EVENT_STEP } from './arrange'
import { type Axis, toPx, type View } from './scale'
import { multiples, ruling, written } from './ticks'

/** Everything of the ruler that is in view. */
export interface Ruler {
  small: number[]
  large: number[]
  labels: { px: number; text: string }[]
  folds: Folding[]
}

/** A fold, or a band of folds too close to tell apart: from the first of them to the last. */
export interface Folding {
  px0: number
  px1: number
  ns: number
  count: number
  text: string
}

/** What is written on it, in the reader's language. */
export interface RulerWords {
  /** At an idle stretch that is folded. */
  folded(ns: number): string
  /** At so many of them that are too close to tell apart, by their length together. */
  folds(count: number, ns: number): string
  /** At a step of the axis of events, counted from 0: which event it is, and when. */
  step(step: number): string
}

/** Least px between two written events, with their times. */
const EVENT_PX = 124
/** So many folds are few, and two edges of one can be told apart. */
const FEW = 5
const EDGES_PX = 12
/** So many folds closer than this are a band. */
const BAND = 4
const BAND_PX = 8
/** A letter of what is written, px; and the least room between two texts. */
const LETTER_PX = 6.7
const APART_PX = 8

/** The ruler of an axis as the view shows it. */
export function rulerOf(view: View, axis: Axis, words: RulerWords): Ruler {
  return axis.kind === 'events' ? eventRuler(view, axis, words) : timeRuler(view, axis, words)
}

/** Times, and the folds between them. What is written at a few folds goes before times; of many, times go before it. */
function timeRuler(view: View, axis: Axis, words: RulerWords): Ruler {
  const rule = ruling(view)
  const at = (times: number[]) => times.map((time) => toPx(view, axis.x(time)))
  const folds = banded(
    axis.folds
      .filter(({ x0, x1 }) => x1 > view.t0 && x0 < view.t1)
      .map(({ x0, x1, ns }) => ({ ...pinched(toPx(view, x0), toPx(view, x1)), ns, count: 1, text: words.folded(ns) })),
    words,
  )
  const taken: [number, number][] = []
  const free = ({ px, text }: { px: number; text: string }) => {
    const half = (text.length * LETTER_PX) / 2
    const here: [number, number] = [px - half - APART_PX, px + half + APART_PX]
    const clear = taken.every(([from, to]) => here[1] < from || here[0] > to)
    if (clear) taken.push([px - half, px + half])
    return clear
  }
  const writeFolds = () => {
    for (const fold of folds) if (!free({ px: (fold.px0 + fold.px1) / 2, text: fold.text })) fold.text = ''
  }
  if (folds.length <= FEW) writeFolds()
  const times = awake(view, axis, rule.large)
  const large = at(times)
  const labels = written(times, axis.time(view.t1), rule).map(({ text }, i) => ({ px: large[i]!, text }))
  const shown = folds.length > 0 ? labels.filter(free) : labels
  if (folds.length > FEW) writeFolds()
  return { small: at(awake(view, axis, rule.small)), large, labels: shown, folds }
}

/** A fold as it is drawn: one that is too narrow for two edges has both in its middle. */
function pinched(px0: number, px1: number): { px0: number; px1: number } {
  const middle = (px0 + px1) / 2
  return px1 - px0 < EDGES_PX ? { px0: middle, px1: middle } : { px0, px1 }
}

/** Folds that are too close to tell apart as bands; few of them, and those that are wide, stay by themselves. */
function banded(folds: Folding[], words: RulerWords): Folding[] {
  const found: Folding[] = []
  for (let i = 0; i < folds.length; ) {
    let last = i
    while (last + 1 < folds.length && folds[last + 1]!.px1 - folds[last]!.px0 < BAND_PX) last++
    const crowd = folds.slice(i, last + 1)
    if (crowd.length < BAND) found.push(...crowd)
    else {
      const ns = crowd.reduce((sum, one) => sum + one.ns, 0)
      const [px0, px1, count] = [crowd[0]!.px0, crowd.at(-1)!.px1, crowd.length]
      found.push({ px0, px1, ns, count, text: words.folds(count, ns) })
    }
    i = last + 1
  }
  return found
}

/** Multiples of a step in view, none within a fold. */
function awake(view: View, axis: Axis, step: number): number[] {
  const found: number[] = []
  let from = view.t0
  const piece = (until: number) => {
    const [t0, t1] = [axis.time(from), axis.time(until)]
    for (const time of multiples({ ...view, t0, t1 }, step)) if (time !== found.at(-1)) found.push(time)
  }
  for (const { x0, x1 } of axis.folds) {
    if (x1 <= view.t0 || x0 >= view.t1) continue
    if (x0 >= from) piece(x0)
    from = x1
  }
  if (from < view.t1) piece(view.t1)
  return found
}

/** Large squares at 1, 2 or 5 times a power of ten of events; a small square is never less than an event. */
function eventRuler(view: View, axis: Axis, words: RulerWords): Ruler {
  const last = axis.length / EVENT_STEP - 1
  const each = (view.width / (view.t1 - view.t0)) * EVENT_STEP
  let large = 1
  for (let scale = 1; large * each < EVENT_PX; scale *= 10) {
    large = [1, 2, 5].map((n) => n * scale).find((n) => n * each >= EVENT_PX) ?? 10 * scale
  }
  const steps = (every: number) =>
    multiples(view, every * EVENT_STEP)
      .map((x) => Math.round(x / EVENT_STEP))
      .filter((step) => step <= last)
  const px = (step: number) => toPx(view, step * EVENT_STEP)
  return {
    small: steps(Math.max(1, large / 5)).map(px),
    large: steps(large).map(px),
    labels: steps(large).map((step) => ({ px: px(step), text: words.step(step) })),
    folds: [],
  }
}
