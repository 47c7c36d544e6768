/** A run as a test or a measurement writes it down, row by row, in the columns that the core hands over. */
import type { RawTrace } from '../src/timeline/trace'
import { NONE, SPAN } from '../src/worker/core'

/** The rows of a run; all that is left out is as it is in the simplest one. */
export interface Rows {
  /** Of each task its name and who started it. */
  tasks: { name: string; parent: number | null }[]
  kinds?: string[]
  /** In order of time; `kind` is one of `kinds`. */
  events: { task: number; time: number; kind?: number; cause?: number }[]
  spans?: { lane: number; start: number; end: number; kind?: number; event?: number }[]
  marks?: { event: number; kind: number }[]
  /** Levels of one curve. */
  levels?: { event: number; value: number }[]
}

/** The run in columns. */
export function rawTrace({ tasks, kinds = ['note'], events, spans = [], marks = [], levels = [] }: Rows): RawTrace {
  return {
    columns: {
      time: Float64Array.from(events, ({ time }) => time),
      task: Uint32Array.from(events, ({ task }) => task),
      kind: Uint8Array.from(events, ({ kind }) => kind ?? 0),
      a: new Uint32Array(events.length),
      b: new Float64Array(events.length),
      cause: Uint32Array.from(events, ({ cause }) => cause ?? NONE),
      source: new Uint16Array(events.length),
    },
    kinds,
    tasks: tasks.map(({ name, parent }, id) => ({ id, name, parent, server: false })),
    sources: [],
    timeline: {
      spans: {
        lane: Uint32Array.from(spans, ({ lane }) => lane),
        start: Float64Array.from(spans, ({ start }) => start),
        end: Float64Array.from(spans, ({ end }) => end),
        kind: Uint8Array.from(spans, ({ kind }) => kind ?? SPAN.work),
        flags: new Uint8Array(spans.length),
        event: Uint32Array.from(spans, ({ event }) => event ?? 0),
      },
      arrows: { from: new Uint32Array(), to: new Uint32Array(), kind: new Uint8Array(), reason: new Uint8Array() },
      marks: { event: Uint32Array.from(marks, ({ event }) => event), kind: Uint8Array.from(marks, ({ kind }) => kind) },
      gauges: {
        curve: new Uint16Array(levels.length),
        event: Uint32Array.from(levels, ({ event }) => event),
        value: Float64Array.from(levels, ({ value }) => value),
        curves: levels.length > 0 ? ['load'] : [],
      },
    },
    words: new Map(),
  }
}
