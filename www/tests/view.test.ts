// How a run is looked at: the three axes tell the truth, lanes are a tree that can be folded, sifted and rearranged.
import { signal } from '@preact/signals'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { PLAIN } from '../src/state/edit'
import { drawnRun, rangeOf, windowOf } from '../src/state/look'
import type { Shown } from '../src/state/session'
import { arrange, axisOf, EVENT_STEP, idleGaps, squeezed } from '../src/timeline/arrange'
import { indexTrace } from '../src/timeline/index_trace'
import { foldLanes, type Lane, lanesOf, moveLane, stepLane, UNTOUCHED } from '../src/timeline/lane_tree'
import { rulerOf } from '../src/timeline/ruler'
import { type AxisKind, fit, lasting, type View, zoom } from '../src/timeline/scale'
import type { Trace } from '../src/timeline/trace'
import { newOf, withNew } from '../src/worker/arranged'
import { MARK, SPAN } from '../src/worker/core'
import { rawTrace } from './raw_trace'

const KINDS = ['spawn', 'work', 'worked', 'sleep', 'wake', 'end', 'note']

interface Step {
  task: number
  time: number
  kind: string
  cause?: number
}

/** A run of these events; `parents` are those of the tasks, the first of which is the root. */
function runOf(steps: Step[], parents: (number | null)[], duration: number, levels: number[] = []): Trace {
  const spans: { lane: number; start: number; end: number; kind: number; event: number }[] = []
  for (const { kind, cause, time } of steps) {
    const begin = cause === undefined ? null : steps[cause]
    if (begin && (kind === 'worked' || kind === 'wake')) {
      const what = kind === 'wake' ? SPAN.wait : SPAN.work
      spans.push({ lane: begin.task, start: begin.time, end: time, kind: what, event: cause! })
    }
  }
  const marks = steps.flatMap(({ kind }, event) => (kind === 'note' && !levels.includes(event) ? [event] : []))
  return indexTrace(
    rawTrace({
      tasks: parents.map((parent, id) => ({ name: `t${id}`, parent })),
      kinds: KINDS,
      events: steps.map((step) => ({ ...step, kind: KINDS.indexOf(step.kind) })),
      spans,
      marks: marks.map((event) => ({ event, kind: MARK.note })),
      levels: levels.map((event) => ({ event, value: 1 })),
    }),
    duration,
  )
}

/** Two tasks that work and sleep; many events share a time. */
const anyRun = fc
  .tuple(
    fc.array(
      fc.record({
        task: fc.integer({ min: 1, max: 2 }),
        gap: fc.constantFrom(0, 0, 1, 7, 5_000, 90_000),
        work: fc.boolean(),
      }),
      {
        minLength: 1,
        maxLength: 30,
      },
    ),
    fc.nat(50_000),
  )
  .map(([doings, rest]) => {
    const steps: Step[] = []
    let now = 0
    for (const { task, gap, work } of doings) {
      steps.push({ task, time: now, kind: work ? 'work' : 'sleep' })
      now += gap
      steps.push({ task, time: now, kind: work ? 'worked' : 'wake', cause: steps.length - 1 })
    }
    return runOf(steps, [null, 0, 0], now + rest)
  })
const kind = fc.constantFrom<AxisKind>('time', 'events', 'squeezed')

describe('on every axis', () => {
  test('what the worker posts of a run that it has arranged makes the same run on the page', () => {
    fc.assert(
      fc.property(anyRun, kind, fc.boolean(), (run, axis, folded) => {
        const laneOf = folded ? foldLanes(run, ['t1']) : run.laneOf
        const made = arrange(run, axis, laneOf)
        const { axis: there, ...posted } = withNew(run, structuredClone(newOf(made)))
        const { axis: here, ...whole } = made
        expect(posted).toEqual(whole)
        for (const at of [0, run.duration / 3, run.duration]) expect(there?.x(at)).toEqual(here?.x(at))
        expect(there?.folds).toEqual(here?.folds)
      }),
    )
  })

  test('events keep their order, and a place gives its event’s time back', () => {
    fc.assert(
      fc.property(anyRun, kind, (run, axis) => {
        const drawn = arrange(run, axis, run.laneOf)
        const { time } = drawn.columns
        for (let i = 0; i < run.count; i++) {
          if (i > 0) expect(time[i]!).toBeGreaterThanOrEqual(time[i - 1]!)
          expect(axisOf(drawn).time(time[i]!)).toBeCloseTo(run.columns.time[i]!, 3)
        }
        expect(drawn.duration).toBeGreaterThanOrEqual(time.at(-1) ?? 0)
        expect(axisOf(drawn).time(drawn.duration)).toBeCloseTo(run.duration, 3)
      }),
    )
  })
  test('x and time are inverse where the axis moves', () => {
    fc.assert(
      fc.property(
        anyRun,
        fc.constantFrom<AxisKind>('time', 'squeezed'),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (run, axis, share) => {
          const { x, time } = axisOf(arrange(run, axis, run.laneOf))
          expect(time(x(share * run.duration))).toBeCloseTo(share * run.duration, 2)
        },
      ),
    )
  })
  test('a span lasts as long as it did', () => {
    fc.assert(
      fc.property(anyRun, kind, (run, axis) => {
        const drawn = arrange(run, axis, run.laneOf)
        const [was, is] = [run.timeline.spans, drawn.timeline.spans]
        for (let i = 0; i < was.start.length; i++) {
          expect(lasting(drawn.axis, is.start[i]!, is.end[i]!)).toBeCloseTo(was.end[i]! - was.start[i]!, 2)
        }
      }),
    )
  })
  test('a window goes into a link and comes back', () => {
    fc.assert(
      fc.property(
        anyRun,
        kind,
        fc.double({ min: 2, max: 40, noNaN: true }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (run, axis, factor, at) => {
          const drawn = arrange(run, axis, run.laneOf)
          const window = zoom(fit(drawn.duration, 800), factor, at * 800, drawn.duration)
          const range = rangeOf(window, drawn)
          const back = windowOf({ range }, drawn)
          if (!range || !back) return
          // What comes back says the same again.
          expect(rangeOf({ ...back, width: 800 }, drawn)).toEqual(range)
        },
      ),
    )
  })
})

describe('the axis of events', () => {
  const steps = [0, 0, 0, 10, 10, 90].map((time, i): Step => ({ task: 1 + (i % 2), time, kind: 'note' }))
  test('gives each event one step, whatever the time between', () => {
    const drawn = arrange(runOf(steps, [null, 0, 0], 100), 'events', Uint32Array.of(0, 1, 2))
    expect([...drawn.columns.time]).toEqual([0, 1, 2, 3, 4, 5].map((step) => step * EVENT_STEP))
    expect(drawn.duration).toBe(6 * EVENT_STEP)
  })
  test('gives a level of a chart no step of its own', () => {
    const drawn = arrange(runOf(steps, [null, 0, 0], 100, [1, 4]), 'events', Uint32Array.of(0, 1, 2))
    expect([...drawn.columns.time]).toEqual([0, 0, 1, 2, 2, 3].map((step) => step * EVENT_STEP))
  })
  test('ends what is under way at the event that ended it, also among events of one time', () => {
    const run = runOf(
      [
        { task: 1, time: 0, kind: 'work' },
        { task: 2, time: 5, kind: 'note' },
        { task: 1, time: 5, kind: 'worked', cause: 0 },
        { task: 1, time: 5, kind: 'note' },
      ],
      [null, 0, 0],
      5,
    )
    const { spans } = arrange(run, 'events', run.laneOf).timeline
    expect([spans.start[0], spans.end[0]]).toEqual([0, 2 * EVENT_STEP])
  })
  test('is ruled at whole events, and says which', () => {
    const drawn = arrange(runOf(steps, [null, 0, 0], 100), 'events', Uint32Array.of(0, 1, 2))
    const words = { folded: String, folds: String, step: (step: number) => `#${step}` }
    const { labels, small, folds } = rulerOf(fit(drawn.duration, 1_200), axisOf(drawn), words)
    expect(labels.map(({ text }) => text)).toEqual(['#0', '#1', '#2', '#3', '#4', '#5'])
    expect([small.length, folds]).toEqual([6, []])
  })
})

describe('squeezed time', () => {
  test('folds what is idle and nothing else', () => {
    fc.assert(
      fc.property(anyRun, (run) => {
        const { spans } = run.timeline
        for (const [from, to] of idleGaps(run)) {
          expect(to).toBeGreaterThan(from)
          for (const time of run.columns.time) expect(time > from && time < to).toBe(false)
          for (let i = 0; i < spans.start.length; i++) {
            if (spans.kind[i] === SPAN.work) expect(spans.start[i]! < to && spans.end[i]! > from).toBe(false)
          }
        }
      }),
    )
  })
  test('is shorter, and as long as before outside its folds', () => {
    const axis = squeezed(
      [
        [10, 60],
        [70, 170],
      ],
      200,
    )
    expect(axis.length).toBeLessThan(200)
    expect(axis.folds.map(({ ns }) => ns)).toEqual([50, 100])
    for (const { x0, x1, ns } of axis.folds) expect([x1 - x0 < ns, axis.time(x1) - axis.time(x0)]).toEqual([true, ns])
    expect(axis.x(10) - axis.x(0)).toBeCloseTo(10)
    expect(axis.x(70) - axis.x(60)).toBeCloseTo(10)
    expect(axis.x(200) - axis.x(170)).toBeCloseTo(30)
  })
  test('of nothing but idleness is still an axis', () => {
    const axis = squeezed(
      [
        [0, 50],
        [50, 100],
      ],
      100,
    )
    expect(axis.length).toBeGreaterThan(0)
    expect(axis.time(axis.x(75))).toBeCloseTo(75)
    expect(squeezed([], 80).x(80)).toBe(80)
  })
  test('writes the length of a fold, and no time within it or over it', () => {
    const axis = squeezed([[2e9, 9e9]], 10e9)
    const view: View = fit(axis.length, 1_000)
    const words = { folded: (ns: number) => `+${ns / 1e9}`, folds: String, step: String }
    const { folds, labels, large } = rulerOf(view, axis, words)
    expect(folds.map(({ text }) => text)).toEqual(['+7'])
    const { px0, px1 } = folds[0]!
    for (const px of large) expect(px > px0 + 0.5 && px < px1 - 0.5).toBe(false)
    for (const { px, text } of labels) expect(Math.abs(px - (px0 + px1) / 2)).toBeGreaterThan(text.length * 3)
    expect(labels.some(({ px }) => px > px1)).toBe(true)
  })
})

test('of many folds the times between them are written, and narrow ones have one edge', () => {
  const gaps = Array.from({ length: 30 }, (_, i): [number, number] => [i * 1e8 + 2e7, (i + 1) * 1e8])
  const axis = squeezed(gaps, 3e9)
  const words = { folded: (ns: number) => `+${ns / 1e6}`, folds: String, step: String }
  const { folds, labels } = rulerOf(fit(axis.length, 1_000), axis, words)
  expect(labels.length).toBeGreaterThan(5)
  expect(folds.filter(({ px0, px1 }) => px0 === px1)).toHaveLength(30)
  const written = [...labels, ...folds.filter(({ text }) => text).map(({ px0, text }) => ({ px: px0, text }))]
  for (const one of written)
    for (const other of written) if (one !== other) expect(Math.abs(one.px - other.px)).toBeGreaterThan(20)
})

test('folds too close to tell apart are one band, which says how many they are and how long together', () => {
  const gaps = Array.from({ length: 600 }, (_, i): [number, number] => [i * 1e7 + 2e6, (i + 1) * 1e7])
  const axis = squeezed([...gaps, [8e9, 9e9]], 10e9)
  const words = { folded: () => 'one', folds: (count: number, ns: number) => `${count} ${ns / 1e6}`, step: String }
  const { folds } = rulerOf(fit(axis.length, 1_000), axis, words)
  expect(folds.map(({ count }) => count)).toEqual([600, 1])
  expect(folds[0]!.text).toBe('600 4800')
  // Close by, each of them is there.
  const window = { t0: axis.x(0), t1: axis.x(1e8), width: 1_000 }
  expect(rulerOf(window, axis, words).folds.map(({ count }) => count)).toEqual(Array(10).fill(1))
  const marks = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 200 })
  fc.assert(
    fc.property(marks, fc.integer({ min: 50, max: 2_000 }), (steps, width) => {
      const ends = steps.map((_, i) => steps.slice(0, i + 1).reduce((sum, step) => sum + step, 0))
      const axis = squeezed(
        ends.map((end) => [end - 0.5, end]),
        ends.at(-1)! + 1,
      )
      const view = fit(axis.length, width)
      const { folds } = rulerOf(view, axis, words)
      expect(folds.reduce((sum, { count }) => sum + count, 0)).toBe(steps.length)
      expect(folds.reduce((sum, { ns }) => sum + ns, 0)).toBeCloseTo(steps.length / 2, 6)
      for (let i = 1; i < folds.length; i++) expect(folds[i]!.px0).toBeGreaterThanOrEqual(folds[i - 1]!.px1 - 1e-6)
    }),
  )
})

describe('lanes', () => {
  //  t0 ─ t1 ─ t3, t4;  t0 ─ t2 ─ t5;  the quiet root has no lane.
  const steps = [1, 2, 3, 4, 5].map((task): Step => ({ task, time: task, kind: 'note' }))
  const run = runOf(steps, [null, 0, 0, 1, 1, 2], 10)
  const tree = (lanes: Lane[]) =>
    lanes.map(({ name, depth, branch }) => `${'-'.repeat(depth)}${name}${branch === 'folded' ? '+' : ''}`)
  test('are a tree by who started whom', () => {
    expect(tree(lanesOf(run, []))).toEqual(['t1', '-t3', '-t4', 't2', '-t5'])
    expect(tree(lanesOf(run, ['t2', 't4']))).toEqual(['t2', '-t5', 't1', '-t4', '-t3'])
  })
  test('fold into their parent with all they did', () => {
    const folded = ['t1']
    const drawn = arrange(run, 'time', foldLanes(run, folded))
    expect(tree(lanesOf(drawn, [], { ...UNTOUCHED, folded }))).toEqual(['t1+', 't2', '-t5'])
    const [lane] = lanesOf(drawn, [], { ...UNTOUCHED, folded })
    expect(lane?.tasks).toBe(3)
    const own = drawn.eventsByLane
    expect([...own.order.subarray(own.start[1], own.start[2])]).toEqual([0, 2, 3])
  })
  test('fold over several levels, and unfold to what they were', () => {
    const deep = runOf(steps, [null, 0, 1, 2, 3, 4], 10)
    expect([...foldLanes(deep, ['t2'])]).toEqual([0, 1, 2, 2, 2, 2])
    expect(foldLanes(deep, [])).toBe(deep.laneOf)
    expect([...foldLanes(deep, ['nobody'])]).toEqual([...deep.laneOf])
  })
  test('are sifted by name into a list', () => {
    expect(tree(lanesOf(run, [], { ...UNTOUCHED, filter: 'T3' }))).toEqual(['t3'])
    expect(lanesOf(run, [], { ...UNTOUCHED, filter: 'x' })).toEqual([])
  })
  test('move among the children of their parent, and the shortest list says how', () => {
    const lanes = lanesOf(run, [])
    const [t1, t3, t4, t2] = lanes as [Lane, Lane, Lane, Lane]
    expect(moveLane(lanes, [], [], t2, t1)).toEqual(['t2'])
    expect(moveLane(lanes, [], [], t3, null)).toEqual(['t4'])
    expect(moveLane(lanes, [], ['t2'], t4, t3)).toEqual(['t2', 't4'])
    expect(moveLane(lanes, [], ['t2'], t2, null)).toEqual([])
    // Not into another family.
    expect(moveLane(lanes, [], ['t2'], t3, t2)).toEqual(['t2'])
  })
  test('any order can be reached one place at a time, and going back leaves nothing behind', () => {
    const many = runOf(
      [1, 2, 3, 4, 5].map((task) => ({ task, time: task, kind: 'note' })),
      [null, 0, 0, 0, 0, 0],
      10,
    )
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.integer({ min: 1, max: 5 }), fc.constantFrom<1 | -1>(1, -1)), { maxLength: 20 }),
        (moves) => {
          let first: string[] = []
          const now = () => lanesOf(many, [], { ...UNTOUCHED, lanes: first })
          let names = ['t1', 't2', 't3', 't4', 't5']
          for (const [task, direction] of moves) {
            const lane = now().find((one) => one.task === task)!
            const target = stepLane(now(), lane, direction)
            const at = names.indexOf(lane.name)
            const to = at + direction
            expect(target === undefined).toBe(to < 0 || to >= names.length)
            if (target === undefined) continue
            first = moveLane(now(), [], first, lane, target)
            names = names.with(at, names[to]!).with(to, lane.name)
            expect(now().map(({ name }) => name)).toEqual(names)
          }
          const sorted = names.every((name, i) => name === `t${i + 1}`)
          if (sorted) expect(first).toEqual([])
        },
      ),
    )
  })
})

test('a large run keeps its picture until the worker has arranged it anew, and is asked for what is wanted by then', async () => {
  const steps = Array.from({ length: 50_001 }, (_, time) => ({ task: 1, time, kind: 'note' }))
  const trace = runOf(steps, [null, 0], steps.length)
  const asked: AxisKind[] = []
  const answers: (() => void)[] = []
  const arrangeApart = (axis: AxisKind, laneOf: Uint32Array) => {
    asked.push(axis)
    return new Promise<Trace>((resolve) => answers.push(() => resolve(arrange(trace, axis, laneOf))))
  }
  const answer = async () => {
    answers.shift()?.()
    await new Promise((resolve) => setTimeout(resolve))
  }
  const view = signal(PLAIN)
  const shown = signal({ trace, arrange: arrangeApart } as unknown as Shown)
  const drawn = drawnRun({ view, shown })
  expect([drawn.run.value, drawn.waiting.value]).toEqual([trace, false])
  view.value = { ...PLAIN, axis: 'events' }
  view.value = { ...PLAIN, axis: 'squeezed' }
  expect([drawn.run.value === trace, drawn.waiting.value, asked]).toEqual([true, true, ['events']])
  await answer()
  // What came was no longer wanted.
  expect([drawn.run.value === trace, drawn.waiting.value, asked]).toEqual([true, true, ['events', 'squeezed']])
  await answer()
  expect([drawn.run.value?.axis?.kind, drawn.waiting.value]).toEqual(['squeezed', false])
  view.value = { ...PLAIN, folded: ['t0'], axis: 'squeezed' }
  expect([drawn.folded.value, drawn.waiting.value]).toEqual([[], true])
  await answer()
  expect([drawn.folded.value, drawn.run.value?.laneOf[1], drawn.waiting.value]).toEqual([['t0'], 0, false])
  // As it came it needs nobody; another run shows nothing of the one before.
  view.value = PLAIN
  expect(drawn.run.value).toBe(trace)
  view.value = { ...PLAIN, axis: 'events' }
  const other = runOf(steps, [null, 0], steps.length)
  shown.value = { ...shown.value, trace: other }
  expect(drawn.run.value).toBe(other)
})
