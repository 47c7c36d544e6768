/** A run that a worker has put on another axis, or on other lanes, on its way to the page: only what is new of it. */
import { bentAxis, type FoldedGap, type Knots } from '../timeline/scale'
import type { RawTrace, Trace } from '../timeline/trace'

/** The indexes, and what the run has other times by. */
export interface Arranged {
  index: Omit<Trace, keyof RawTrace | 'axis'>
  bent: {
    kind: 'events' | 'squeezed'
    knots: Knots
    folds: readonly FoldedGap[]
    time: Float64Array
    start: Float64Array
    end: Float64Array
  } | null
}

/** What is new of a run that was arranged. */
export function newOf({ columns, kinds, tasks, sources, timeline, words, axis, ...index }: Trace): Arranged {
  if (!axis?.knots || axis.kind === 'time') return { index, bent: null }
  const { kind, knots, folds } = axis
  const { start, end } = timeline.spans
  return { index, bent: { kind, knots, folds, time: columns.time, start, end } }
}

/** The run with what is new of it. */
export function withNew(run: Trace, { index, bent }: Arranged): Trace {
  if (!bent) return { ...run, ...index }
  const { kind, knots, folds, time, start, end } = bent
  return {
    ...run,
    ...index,
    axis: bentAxis(kind, knots.xs, knots.times, [...folds]),
    columns: { ...run.columns, time },
    timeline: { ...run.timeline, spans: { ...run.timeline.spans, start, end } },
  }
}
