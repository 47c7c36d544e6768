/** A million spans on 64 lanes for the timeline to draw, without a core: `measureSpans` puts it on an empty page. */

import { indexTrace } from '../src/timeline/index_trace'
import { straightAxis } from '../src/timeline/scale'
import { createTimeline } from '../src/timeline/view'
import { MARK } from '../src/worker/core'
import { rawTrace } from '../tests/raw_trace'

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
  return rawTrace({
    tasks: Array.from({ length: LANES }, (_, id) => ({ name: `task-${id}`, parent: null })),
    kinds: ['work'],
    events: spans.map(({ lane, start }) => ({ task: lane, time: start })),
    spans: spans.map((span, event) => ({ ...span, event })),
    marks: marks.map((event, i) => ({
      event,
      kind: i % 500 === 0 ? MARK.crash : i % 3 === 0 ? MARK.timeout : MARK.accept,
    })),
  })
}

const host = document.querySelector<HTMLElement>('.plot')
if (host) {
  const ns = (value: number) => `${Math.round(value / 1e3)} µs`
  const words = {
    ...{ work: ns, slowed: ns, hang: ns, tooLate: ns, folded: ns, folds: ns, step: String },
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
