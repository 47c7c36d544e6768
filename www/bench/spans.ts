/** A million spans on 64 lanes for the timeline to draw, without a core: `measureSpans` puts it on an empty page. */

import { indexTrace } from '../src/timeline/index_trace'
import { straightAxis } from '../src/timeline/scale'
import { createTimeline } from '../src/timeline/view'
import { MARK, NONE, SPAN } from '../src/worker/core'

const LANES = 64
const SPANS = 1_000_000
/** Every so many spans a mark. */
const MARKED = 7
const LENGTH = 100e9

/** The same numbers at every run. */
function random(): () => number {
  let state = 1
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
}

/** Spans of work one after another on each lane; each begins with an event. */
function run() {
  const next = random()
  const spans = Array.from({ length: LANES }, (_, lane) => {
    let now = 0
    const each = (LENGTH * LANES) / SPANS
    return Array.from({ length: SPANS / LANES }, () => {
      const start = now + next() * each
      now = start + next() * 0.9 * each
      return { lane, start: Math.floor(start), end: Math.floor(now) }
    })
  })
    .flat()
    .sort((p, q) => p.start - q.start)
  const marks = spans.map((_, event) => event).filter((event) => event % MARKED === 0)
  return {
    columns: {
      time: Float64Array.from(spans, ({ start }) => start),
      task: Uint32Array.from(spans, ({ lane }) => lane),
      kind: new Uint8Array(SPANS),
      a: new Uint32Array(SPANS),
      b: new Float64Array(SPANS),
      cause: new Uint32Array(SPANS).fill(NONE),
      source: new Uint16Array(SPANS),
    },
    kinds: ['work'],
    tasks: Array.from({ length: LANES }, (_, id) => ({ id, name: `task-${id}`, parent: null, server: false })),
    sources: [],
    timeline: {
      spans: {
        lane: Uint32Array.from(spans, ({ lane }) => lane),
        start: Float64Array.from(spans, ({ start }) => start),
        end: Float64Array.from(spans, ({ end }) => end),
        kind: new Uint8Array(SPANS).fill(SPAN.work),
        flags: new Uint8Array(SPANS),
        event: Uint32Array.from(spans, (_, i) => i),
      },
      arrows: { from: new Uint32Array(), to: new Uint32Array(), kind: new Uint8Array(), reason: new Uint8Array() },
      marks: {
        event: Uint32Array.from(marks),
        kind: Uint8Array.from(marks, (_, i) => (i % 500 === 0 ? MARK.crash : i % 3 === 0 ? MARK.timeout : MARK.accept)),
      },
      gauges: { curve: new Uint16Array(), event: new Uint32Array(), value: new Float64Array(), curves: [] },
    },
    words: new Map(),
  }
}

const host = document.querySelector<HTMLElement>('.plot')
if (host) {
  const ns = (value: number) => `${Math.round(value / 1e3)} µs`
  const words = {
    ...{ work: ns, slowed: ns, hang: ns, tooLate: ns, folded: ns, step: String },
    ...{ cancel: String, mark: () => 'mark', crowd: (count: number) => `×${count}` },
  }
  const ignore = () => {}
  const intents = {
    ...{ select: ignore, seek: ignore, lane: ignore, measure: ignore, hover: ignore, moved: ignore, looked: ignore },
  }
  const timeline = createTimeline(host, intents)
  const raw = run()
  const before = performance.now()
  const trace = indexTrace(raw, LENGTH)
  const indexMs = Math.round(performance.now() - before)
  const lanes = raw.tasks.map(({ id, name }) => ({
    ...{ task: id, name, depth: 0, parent: null, server: false, tasks: 1, branch: null },
  }))
  timeline.show(trace, lanes, words, '', false)
  timeline.stand({
    cursor: straightAxis(LENGTH).length,
    selected: null,
    lane: null,
    playing: false,
    lens: false,
    ruler: false,
  })
  Object.assign(window, { spansBench: { indexMs, fit: timeline.zoomAll } })
}
