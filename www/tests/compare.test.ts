// Two runs beside each other: where they part, and what their links and verdicts say differently.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { settings, verdicts } from '../src/state/compare'
import { divergenceOf } from '../src/timeline/divergence'
import type { Trace } from '../src/timeline/trace'
import type { ClaimReport, EventRow, LinkInfo } from '../src/worker/core'

type Step = [task: number, kind: number, a: number, b: number, time: number]

function runOf(steps: Step[], words: Record<number, string> = {}, tasks = ['root', 'stage-a', 'stage-b']): Trace {
  const column = (i: number) => Float64Array.from(steps, (step) => step[i]!)
  return {
    count: steps.length,
    tasks: tasks.map((name, id) => ({ id, name, parent: null, server: false })),
    columns: { task: column(0), kind: column(1), a: column(2), b: column(3), time: column(4) },
    words: new Map(Object.entries(words).map(([event, detail]) => [Number(event), { detail } as EventRow])),
  } as unknown as Trace
}

const steps: Step[] = [
  [0, 0, 1, 0, 0],
  [1, 8, 0, 1, 100],
  [2, 9, 0, 1, 200],
  [1, 16, 0, 7, 300],
]

describe('where two runs part', () => {
  test('nowhere, if they are alike', () => {
    expect(divergenceOf(runOf(steps), runOf(steps))).toBeNull()
    expect(divergenceOf(runOf([]), runOf([]))).toBeNull()
  })
  test('at the first event that differs in task, kind, payload or time, and the earlier of the two says when', () => {
    const arbitrary = fc.record({
      at: fc.nat(steps.length - 1),
      column: fc.nat(4),
      by: fc.integer({ min: 1, max: 50 }),
    })
    fc.assert(
      fc.property(arbitrary, ({ at, column, by }) => {
        // Another task is another name: the columns hold numbers.
        const other = steps.map((step, i) =>
          i === at ? (step.map((value, n) => (n === column ? value + by : value)) as Step) : step,
        )
        const found = divergenceOf(runOf(steps), runOf(other))
        expect(found).toEqual({ same: at, time: steps[at]![4], ours: at, theirs: at })
        expect(divergenceOf(runOf(other), runOf(steps))).toEqual(found)
      }),
    )
  })
  test('where one has ended', () => {
    expect(divergenceOf(runOf(steps), runOf(steps.slice(0, 2)))).toEqual({ same: 2, time: 200, ours: 2, theirs: null })
    expect(divergenceOf(runOf([]), runOf(steps))).toEqual({ same: 0, time: 0, ours: null, theirs: 0 })
  })
  test('where the same number is another name, or new words are other words', () => {
    const renamed = runOf(steps, {}, ['root', 'stage-c', 'stage-b'])
    expect(divergenceOf(runOf(steps), renamed)?.same).toBe(1)
    expect(divergenceOf(runOf(steps, { 3: 'accept 7' }), runOf(steps, { 3: 'discard 7' }))?.same).toBe(3)
    expect(divergenceOf(runOf(steps, { 3: 'accept 7' }), runOf(steps))).toBeNull()
  })
})

test('only what the links say differently is listed', () => {
  const link = (change: Partial<LinkInfo>): LinkInfo =>
    ({
      parameters: { policy: 'none', work: '1.5s' },
      model: 'timed',
      order: 'canonical',
      seed: '0',
      faults: [],
      schedule: null,
      ...change,
    }) as unknown as LinkInfo
  expect(settings(link({}), link({}))).toEqual([])
  const there = link({
    parameters: { policy: 'none', work: '2s' },
    faults: ['a:crash@1s', 'b:crash@2s'],
    schedule: 'AA',
  })
  expect(settings(link({}), there)).toEqual([
    { name: 'work', parameter: true, here: '1.5s', there: '2s' },
    { name: 'faults', parameter: false, here: '', there: 'a:crash@1s b:crash@2s' },
    { name: 'schedule', parameter: false, here: '', there: 'AA' },
  ])
})

test('claims of both runs, undecided where one does not judge', () => {
  const claim = (id: string, holds: boolean | null) => ({ id, holds }) as ClaimReport
  expect(verdicts([claim('once', true), claim('lost', null)], [claim('once', false), claim('time', true)])).toEqual([
    { id: 'once', here: true, there: false },
    { id: 'lost', here: null, there: null },
    { id: 'time', here: null, there: true },
  ])
})
