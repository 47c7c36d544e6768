// The picture of any run at any zoom is what a slow painter would draw that looks at everything.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { busyOf, coverage, TRACE } from '../src/timeline/busy'
import { type Chart, levelAt, steps } from '../src/timeline/charts'
import { foldTasks } from '../src/timeline/fold'
import { indexTrace } from '../src/timeline/index_trace'
import { lanesOf, layoutLanes, rowsOf } from '../src/timeline/lanes'
import { coneOf } from '../src/timeline/lens'
import { CROWD_PX } from '../src/timeline/marks'
import { columnsOf, momentPyramid } from '../src/timeline/pyramid'
import { toPx, type View } from '../src/timeline/scale'
import { buildScene, type Scene } from '../src/timeline/scene'
import { bandsOf, type DensityStrip } from '../src/timeline/spans'
import { opacity, pixels } from '../src/timeline/strips'
import { neighbour, type Trace } from '../src/timeline/trace'
import { MARK, NONE, SPAN } from '../src/worker/core'
import { rawTrace } from './raw_trace'

const END = 100_000

interface Span {
  lane: number
  start: number
  end: number
  kind: number
}

interface Mark {
  lane: number
  time: number
  kind: number
}

/** A run with these spans and marks; each mark is an event. */
function traceOf(lanes: number, spans: Span[], unsorted: Mark[], levels: { at: number; value: number }[] = []): Trace {
  const level = levels.map(({ at, value }) => ({ lane: 0, time: at, kind: -1, value }))
  const marks = [...unsorted.map((mark) => ({ ...mark, value: 0 })), ...level].sort((p, q) => p.time - q.time)
  const told = marks.map((mark, event) => ({ ...mark, event }))
  const shown = told.filter(({ kind }) => kind >= 0)
  const gauges = told.filter(({ kind }) => kind < 0)
  const raw = rawTrace({
    tasks: Array.from({ length: lanes }, (_, id) => ({ name: `task-${id}`, parent: 0 })),
    events: marks.map(({ lane, time }) => ({ task: lane, time })),
    spans,
    marks: shown,
    levels: gauges,
  })
  return indexTrace(raw, END)
}

function sceneOf(trace: Trace, view: View): Scene {
  const lanes = lanesOf(trace, [])
  const height = lanes.length * 50
  const layout = layoutLanes(lanes, rowsOf(lanes, trace.laneOf), height, 0)
  const none = () => ''
  const words = {
    work: none,
    slowed: none,
    hang: none,
    tooLate: none,
    folded: none,
    folds: none,
    step: none,
    cancel: none,
    mark: none,
    crowd: (count: number) => `×${count}`,
  }
  return buildScene({ trace, view, layout, height, charts: [], words, measure: () => 0 })
}

const view = fc
  .tuple(fc.integer({ min: -1_000, max: END }), fc.integer({ min: 1, max: 400 }), fc.integer({ min: 20, max: 300 }))
  .map(([t0, step, width]): View => ({ t0, t1: t0 + step * width, width }))

/** Stretches of one task: they do not overlap. */
const stretches = (max: number) =>
  fc.array(fc.tuple(fc.nat(400), fc.nat(400)), { maxLength: max }).map((pairs) => {
    let now = 0
    return pairs.map(([gap, length]) => {
      const start = now + gap
      now = start + length
      return { start, end: now }
    })
  })

/** What of each column is covered, by a look at each span. */
function slowCoverage(spans: { start: number; end: number }[], { t0, t1, width }: View): number[] {
  const step = (t1 - t0) / width
  return Array.from({ length: width }, (_, x) => {
    const [from, to] = [t0 + x * step, t0 + (x + 1) * step]
    const covered = spans.map(({ start, end }) => Math.max(0, Math.min(end, to) - Math.max(start, from)))
    const touched = spans.some(({ start, end }) => start <= to && end > from)
    const share = Math.min(1, covered.reduce((sum, one) => sum + one, 0) / step)
    return touched ? Math.max(TRACE, Math.round(share * 255)) : 0
  })
}

describe('coverage', () => {
  test('is byte for byte what a slow painter counts, also where spans overlap', () => {
    const spans = fc.array(
      fc.tuple(fc.nat(END), fc.nat(2_000)).map(([start, length]) => ({ start, end: start + length })),
      { maxLength: 300 },
    )
    fc.assert(
      fc.property(spans, view, (all, v) => {
        const starts = Float64Array.from(all, ({ start }) => start).sort()
        const ends = Float64Array.from(all, ({ end }) => end).sort()
        expect([...coverage(busyOf(starts, ends), v)]).toEqual(slowCoverage(all, v))
      }),
    )
  })
  test('is what a lane with much work shows, and bars are what one with little shows, at every zoom', () => {
    fc.assert(
      fc.property(stretches(400), view, (all, v) => {
        const scene = sceneOf(
          traceOf(
            1,
            all.map((one) => ({ ...one, lane: 0, kind: SPAN.work })),
            [],
          ),
          v,
        )
        const inView = all.filter(({ start, end }) => end >= v.t0 && start < v.t1)
        if (scene.density.length > 0) {
          expect(inView.length).toBeGreaterThan(v.width / 8)
          expect([...scene.density[0]!.cells]).toEqual(slowCoverage(all, v))
        } else expect(scene.bars.length).toBe(inView.length)
      }),
    )
  })
})

test('every stretch of waiting that is long enough to be seen is drawn, and no other', () => {
  fc.assert(
    fc.property(stretches(400), view, (all, v) => {
      const scene = sceneOf(
        traceOf(
          1,
          all.map((one) => ({ ...one, lane: 0, kind: SPAN.wait })),
          [],
        ),
        v,
      )
      const slow = all
        .filter(({ start, end }) => end >= v.t0 && start < v.t1)
        .map(({ start, end }) => [Math.max(-8, toPx(v, start)), Math.min(v.width + 8, toPx(v, end))] as const)
        .filter(([x0, x1]) => x1 - x0 >= 3)
      expect(scene.lines.map(({ x0, x1 }) => [x0, x1])).toEqual(slow)
    }),
  )
})

describe('the pyramid', () => {
  /** The rows of px of all lanes as a painter makes them that looks at every span for every cell of every column. */
  function slowRows(trace: Trace, lanes: { start: number; end: number }[][], v: View): Uint32Array {
    const step = (v.t1 - v.t0) / v.width
    const words = lanes.flatMap((spans, lane) => {
      const finest = trace.work.get(lane)!.cell
      if (finest > step / 2) return slowCoverage(spans, v).map(opacity)
      // The longest cells of which two go into a column.
      let cell = finest
      while (cell * 2 <= step / 2) cell *= 2
      return Array.from({ length: v.width }, (_, x) => {
        const [first, next] = [x, x + 1].map((edge) => Math.floor((v.t0 + edge * step) / cell)) as [number, number]
        const view = { t0: first * cell, t1: next * cell, width: next - first }
        const cells = slowCoverage(spans, view)
        const sum = cells.reduce((all, one) => all + one, 0)
        return opacity(sum > 0 ? Math.max(TRACE, Math.round(sum / cells.length)) : 0)
      })
    })
    return new Uint32Array(new Uint8Array(words.flatMap((alpha) => [0, 0, 0, alpha])).buffer)
  }

  const wide = fc
    .tuple(fc.integer({ min: -1_000, max: END }), fc.integer({ min: 1, max: 4_000 }), fc.integer({ min: 20, max: 200 }))
    .map(([t0, step, width]): View => ({ t0, t1: t0 + step * width, width }))

  test('paints, at every zoom, the px that a slow painter paints, byte for byte', () => {
    // So much work that it is never drawn bar by bar.
    const lane = fc.array(
      fc
        .tuple(fc.integer({ min: 1, max: END - 2_000 }), fc.nat(300))
        .map(([start, length]) => ({ start, end: start + length })),
      { minLength: 150, maxLength: 400 },
    )
    fc.assert(
      fc.property(fc.array(lane, { minLength: 1, maxLength: 3 }), wide, (lanes, v) => {
        const spans = lanes.flatMap((all, lane) => all.map((one) => ({ ...one, lane, kind: SPAN.work })))
        const trace = traceOf(lanes.length, spans, [])
        const strips = lanes.map((_, lane): DensityStrip => {
          const cells = columnsOf(trace.work.get(lane)!, v) ?? coverage(trace.busy.get(lane)!, v)
          return { y: 0, height: 1, tone: 'work', cells }
        })
        expect(pixels(strips, v.width)).toEqual(slowRows(trace, lanes, v))
      }),
    )
  })

  test('never loses a moment, however far away one looks', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(END), { minLength: 1, maxLength: 300 }), wide, (all, v) => {
        const places = all.sort((p, q) => p - q)
        const columns = columnsOf(momentPyramid(Uint32Array.from(places.keys()), Float64Array.from(places), END), v)
        if (!columns) return
        for (const place of places) {
          const x = Math.floor(toPx(v, place))
          if (x < 1 || x >= v.width - 1) continue
          // A cell is at most half a column long: what happens near an edge may show in the column beside it.
          expect(Math.max(columns[x - 1]!, columns[x]!, columns[x + 1]!)).toBeGreaterThan(0)
        }
        const seen = columns.reduce((sum, one) => sum + (one > 0 ? 1 : 0), 0)
        expect(seen).toBeLessThanOrEqual(new Set(places).size)
      }),
    )
  })
})

test('every mark is drawn, alone or in a crowd of its kind: none hides another, a rare one is always there', () => {
  const mark = fc.record({
    lane: fc.nat(2),
    time: fc.nat(END),
    kind: fc.constantFrom(MARK.accept, MARK.note, MARK.crash),
  })
  fc.assert(
    fc.property(fc.array(mark, { minLength: 100, maxLength: 600 }), view, (marks, v) => {
      const trace = traceOf(3, [], marks)
      const drawn = sceneOf(trace, v).glyphs.map(({ row, kind, x0, x1, count }) => ({
        lane: Math.floor(row / 50),
        kind,
        x0,
        x1,
        count,
      }))
      const slow: typeof drawn = []
      for (let lane = 0; lane < 3; lane++) {
        for (let kind = MARK.accept; kind <= MARK.duplicate; kind++) {
          // How far apart is told in the run's own time: places in px are rounded, so are their differences.
          const step = (v.t1 - v.t0) / v.width
          const places = marks
            .filter((one) => one.lane === lane && one.kind === kind)
            .map(({ time }) => time)
            .filter((time) => time >= v.t0 - 8 * step && time < v.t1 + 8 * step)
            .sort((p, q) => p - q)
          let last = -Infinity
          for (const time of places) {
            const [crowd, x] = [slow.at(-1), toPx(v, time)]
            if (crowd && crowd.lane === lane && crowd.kind === kind && time - last < CROWD_PX * step) {
              crowd.x1 = x
              crowd.count++
            } else slow.push({ lane, kind, x0: x, x1: x, count: 1 })
            last = time
          }
        }
      }
      const order = (p: (typeof drawn)[number], q: (typeof drawn)[number]) =>
        p.lane - q.lane || p.kind - q.kind || p.x0 - q.x0
      expect(drawn.sort(order)).toEqual(slow.sort(order))
    }),
  )
})

test('a silence between two crowds of beats stays flat', () => {
  const crowd = (from: number) => Array.from({ length: 40 }, (_, i) => from + i * 2)
  expect(bandsOf([...crowd(0), ...crowd(300), 500])).toEqual({
    bands: [
      [0, 78],
      [300, 378],
    ],
    single: [500],
  })
})

describe('levels', () => {
  const levels = fc
    .array(fc.record({ at: fc.nat(END), value: fc.nat(50) }), { minLength: 1, maxLength: 300 })
    .map((all) => all.sort((p, q) => p.at - q.at))

  test('the curve passes through the least and the greatest level of each column, and stays where it was told', () => {
    fc.assert(
      fc.property(levels, view, (all, v) => {
        const trace = traceOf(1, [], [], all)
        const curve = trace.charts[0] as Chart
        const line = steps(curve, v, END, (value) => value)
        for (let x = 0; x < v.width; x++) {
          const mine = all.filter(({ at }) => at > v.t0 && at <= v.t1 && Math.floor(toPx(v, at)) === x)
          const ys = line.filter((_, i) => i % 2 === 1 && Math.floor(line[i - 1]!) === x)
          if (mine.length === 0) continue
          const [least, greatest] = [Math.min, Math.max].map((pick) => pick(...mine.map((one) => one.value)))
          if (x > 0) for (const value of [least, greatest]) expect(ys).toContain(value)
          // The first column also shows the level that was there before.
          expect(Math.min(...ys)).toBeLessThanOrEqual(least!)
          expect(Math.max(...ys)).toBeGreaterThanOrEqual(greatest!)
        }
        const last = all.filter(({ at }) => at <= END / 2).at(-1)
        expect(levelAt(curve, END / 2)).toBe(last ? last.value : null)
      }),
    )
  })

  test('steps from event to event pass over levels', () => {
    const mark = fc.record({ lane: fc.constant(0), time: fc.nat(END), kind: fc.constant(MARK.note as number) })
    fc.assert(
      fc.property(fc.array(mark, { maxLength: 40 }), levels, (marks, all) => {
        const trace = traceOf(1, [], marks, all)
        const told = new Set(trace.timeline.marks.event)
        const seen = []
        for (let at = neighbour(trace, null, 1, null); at !== null; at = neighbour(trace, at, 1, null)) seen.push(at)
        expect(seen).toEqual([...told])
        expect([...trace.eventsByLane.order]).toEqual([...told])
      }),
    )
  })
})

test('large families share a lane, small ones and short lists do not', () => {
  const many = ['root', 'server', ...Array.from({ length: 30 }, (_, i) => (i === 0 ? 'client' : `client#${i + 1}`))]
  expect([...foldTasks([...many, 'ward', 'ward#2'])]).toEqual([0, 1, ...Array(30).fill(2), 32, 33])
  expect([...foldTasks(many.slice(0, 20))]).toEqual(Array.from({ length: 20 }, (_, i) => i))
})

test('the lens finds exactly what causes, steps of one task and starts of tasks lead to', () => {
  const event = fc.record({ lane: fc.nat(4), cause: fc.option(fc.nat(1_000), { freq: 3 }) })
  fc.assert(
    fc.property(fc.array(event, { minLength: 1, maxLength: 40 }), fc.nat(1_000), (told, which) => {
      // Task 4 is started by the first event of another task, and does nothing before.
      const start = told.findIndex(({ lane }) => lane !== 4)
      const events = told.map(({ lane, cause }, i) => ({ cause, lane: i <= start && lane === 4 ? 3 : lane }))
      const trace = traceOf(
        5,
        [],
        events.map(({ lane }, i) => ({ lane, time: i, kind: MARK.note })),
      )
      trace.kinds = ['note', 'spawn']
      events.forEach(({ cause }, i) => {
        trace.columns.cause[i] = cause === null || i === 0 ? NONE : cause % i
      })
      if (start >= 0) {
        trace.columns.kind[start] = 1
        trace.columns.a[start] = 4
      }
      // All pairs, the slow way: each event with all that comes before it.
      const reach: Set<number>[] = []
      events.forEach(({ lane }, i) => {
        const steps = [trace.columns.cause[i]!, events.findLastIndex((one, n) => n < i && one.lane === lane)]
        if (lane === 4) steps.push(start)
        const before = steps.filter((n) => n !== NONE && n >= 0)
        reach.push(new Set([...before, ...before.flatMap((n) => [...reach[n]!])]))
      })
      const chosen = which % events.length
      const { latest, earliest } = coneOf(trace, chosen)
      events.forEach(({ lane }, i) => {
        expect(i <= latest[lane]!).toBe(i === chosen || reach[chosen]!.has(i))
        expect(i >= earliest[lane]!).toBe(i === chosen || reach[i]!.has(chosen))
      })
    }),
  )
})
