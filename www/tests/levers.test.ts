// Dragging a cause: which levers are offered, what a pull makes of the link, and that all of a drag is one step.
import { signal } from '@preact/signals'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readKey } from '../src/app/keys'
import type { Change } from '../src/state/edit'
import { PLAIN } from '../src/state/edit'
import { emptyHistory, type History, record } from '../src/state/history'
import { changeTo, faultLevers, type Lever, pulled, stepOf, stepped, usable } from '../src/state/levers'
import { createPull, LARGE, type Pulled } from '../src/state/pull'
import type { Session } from '../src/state/session'
import type { Transport } from '../src/state/transport'
import type { Trace } from '../src/timeline/trace'
import { eventOf, identityOf } from '../src/timeline/twin'
import type { LeverInfo, LinkInfo, ParameterInfo } from '../src/worker/core'
import { MARK } from '../src/worker/core'

const KINDS = ['spawn', 'send', 'note', 'log']
const faults = [
  'stage-a:crash@1s',
  'stage-b:hang@500ms+2s',
  'stage-b:slow@3s*1.5',
  'orders:drop@2',
  'orders:delay@1+10ms',
]
const info = { faults } as LinkInfo
const parameter = (name: string, min: string | null, max: string | null) =>
  ({ name, kind: 'duration', default: '1s', min, max, unit: 's', values: null }) as ParameterInfo
const found = (change: Partial<LeverInfo>): LeverInfo => ({
  parameter: null,
  fault: null,
  length: false,
  value_ns: 1e9,
  ratio: 1,
  reach: 1,
  ...change,
})
const timeout: Lever = { ...found({ parameter: 'timeout' }), name: 'timeout', min: 1e6, max: 5e9 }

describe('levers', () => {
  test('the nearest comes first, then what moves 1 : 1; what hardly moves it is no handle', () => {
    const levers = usable(
      [
        found({ parameter: 'far', reach: 9 }),
        found({ parameter: 'twice', reach: 2, ratio: 2 }),
        found({ parameter: 'near', reach: 2, ratio: -1 }),
        found({ parameter: 'weak', ratio: 0.001 }),
        found({ fault: 1, length: true, reach: 1 }),
        found({ fault: 9 }),
      ],
      info,
      ['far', 'twice', 'near', 'weak'].map((name) => parameter(name, '1ms', '10s')),
    )
    expect(levers.map(({ name }) => name)).toEqual(['stage-b:hang@500ms+2s', 'near', 'twice', 'far'])
    expect(levers[1]).toMatchObject({ min: 1e6, max: 10e9 })
  })
  test('a fault that strikes at a time is a lever of its own mark', () => {
    expect(faultLevers(info).map(({ fault, value_ns }) => [fault, value_ns])).toEqual([
      [0, 1e9],
      [1, 500e6],
      [2, 3e9],
    ])
  })
  test('a pull changes what it pulls and nothing else', () => {
    const [crash, hang, slow] = faultLevers(info)
    expect(changeTo(timeout, 1.59e9, faults)).toEqual({ field: 'parameter', name: 'timeout', text: '1.59s' })
    expect(changeTo(crash!, 0, faults)).toMatchObject({ faults: ['stage-a:crash@0s', ...faults.slice(1)] })
    expect(changeTo(hang!, 250e6, faults)).toMatchObject({ faults: faults.with(1, 'stage-b:hang@250ms+2s') })
    expect(changeTo(slow!, 2e9, faults)).toMatchObject({ faults: faults.with(2, 'stage-b:slow@2s*1.5') })
    const longer = { ...hang!, length: true, value_ns: 2e9 }
    expect(changeTo(longer, 3e9, faults)).toMatchObject({ faults: faults.with(1, 'stage-b:hang@500ms+3s') })
    const delay = { ...hang!, fault: 4, length: true }
    expect(changeTo(delay, 5e6, faults)).toMatchObject({ faults: faults.with(4, 'orders:delay@1+5ms') })
  })
  test('a pull is round, in range, and as far as the ratio says', () => {
    fc.assert(
      fc.property(fc.integer({ min: -9e9, max: 9e9 }), fc.constantFrom(1, 2, -1, 0.5), (moved, ratio) => {
        const step = 10e6
        const value = pulled({ ...timeout, ratio }, moved, step)
        expect(value === timeout.min || value === timeout.max || value % step === 0).toBe(true)
        const exact = timeout.value_ns + moved / ratio
        if (exact > timeout.min && exact < timeout.max) expect(Math.abs(value - exact)).toBeLessThanOrEqual(step)
      }),
    )
  })
  test('a step goes to the next round value, there and back', () => {
    expect(stepped(timeout, 1.003e9, 1, 10e6)).toBe(1.01e9)
    expect(stepped(timeout, 1.003e9, -1, 10e6)).toBe(1e9)
    expect(stepped(timeout, stepped(timeout, 1e9, 10, 10e6), -10, 10e6)).toBe(1e9)
    expect(stepped(timeout, 2e6, -1, 10e6)).toBe(timeout.min)
  })
  test('a step suits the window: 1, 2 or 5 times a power of ten, two to five px', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1_000, max: 1e13 }), fc.integer({ min: 200, max: 4_000 }), (span, width) => {
        const step = stepOf({ t0: 0, t1: span, width })
        const px = (step * width) / span
        expect(step === 1 || (px >= 1.99 && px <= 5.01)).toBe(true)
        expect(['1', '2', '5']).toContain(String(Math.round(step / 10 ** Math.floor(Math.log10(step) + 1e-9))))
      }),
    )
  })
  test('keys move by one step, with Shift by ten', () => {
    const press = { ctrlKey: false, metaKey: false, altKey: false, shiftKey: false }
    expect(readKey({ ...press, key: ',' }, true)).toEqual({ do: 'nudge', steps: -1 })
    expect(readKey({ ...press, key: '>', shiftKey: true }, true)).toEqual({ do: 'nudge', steps: 10 })
    expect(readKey({ ...press, key: '.' }, false)).toBeNull()
  })
})

type Step = [task: number, kind: string, a: number, time: number, mark?: number]

function runOf(steps: Step[], tasks = ['root', 'stage-a', 'stage-b']): Trace {
  const marks = steps.flatMap(([, , , , kind], event) => (kind === undefined ? [] : [{ event, kind }]))
  return {
    count: steps.length,
    kinds: KINDS,
    tasks: tasks.map((name, id) => ({ id, name, parent: null, server: false })),
    columns: {
      task: Uint32Array.from(steps, ([task]) => task),
      kind: Uint8Array.from(steps, ([, kind]) => KINDS.indexOf(kind)),
      a: Uint32Array.from(steps, ([, , a]) => a),
      time: Float64Array.from(steps, ([, , , time]) => time),
    },
    timeline: {
      marks: {
        event: Uint32Array.from(marks, ({ event }) => event),
        kind: Uint8Array.from(marks, ({ kind }) => kind),
      },
    },
  } as unknown as Trace
}

describe('the same event in another run', () => {
  const ours = runOf([
    [0, 'spawn', 1, 0],
    [1, 'send', 0, 1],
    [2, 'note', 0, 2, MARK.accept],
    [1, 'send', 0, 3],
    [1, 'note', 1, 4, MARK.timeout],
    [2, 'log', 0, 5],
  ])
  test('is itself in the same run', () => {
    for (let event = 0; event < ours.count; event++) expect(eventOf(ours, identityOf(ours, event))).toBe(event)
  })
  test('is found by task, kind and count, whatever its number and the numbers of labels', () => {
    const theirs = runOf(
      [
        [1, 'note', 0, 1, MARK.timeout],
        [0, 'spawn', 1, 1],
        [2, 'send', 0, 1],
        [2, 'send', 0, 3],
        [1, 'note', 1, 4, MARK.accept],
      ],
      ['root', 'stage-b', 'stage-a'],
    )
    expect(eventOf(theirs, identityOf(ours, 3))).toBe(3)
    expect(eventOf(theirs, identityOf(ours, 2))).toBe(4)
    expect(eventOf(theirs, identityOf(ours, 4))).toBeNull()
    expect(eventOf(theirs, identityOf(ours, 5))).toBeNull()
  })
})

describe('a pull', () => {
  /** A session whose runs come when the test says so: the event is at the timeout. */
  function page(count = 1) {
    const asked: { change: Change; keeps: boolean }[] = []
    const history = signal<History>(record(emptyHistory, { link: 'before', view: PLAIN }, 'timeout', 0))
    const at = (time: number) => ({ ...runOf([[1, 'send', 0, time]]), count })
    const shown = signal<unknown>({ info, trace: at(1e9) })
    const session = {
      info: signal(info),
      shown,
      history,
      problems: signal({}),
      loss: signal(null),
      face: signal({ kind: 'run' }),
      attempt: (change: Change) => asked.push({ change, keeps: true }),
      change(change: Change) {
        asked.push({ change, keeps: false })
        history.value = record(history.value, { link: (change as { text: string }).text, view: PLAIN }, 'timeout', 1)
      },
    } as unknown as Session
    const selected: number[] = []
    const transport = {
      pause() {},
      select: (event: number) => selected.push(event),
      seek() {},
    } as unknown as Transport
    const kept = signal(false)
    const told: Pulled[] = []
    const pull = createPull(session, transport, kept, (now) => told.push(now))
    const come = () => {
      const { text } = asked.at(-1)!.change as { text: string }
      shown.value = { info, trace: at(Number.parseFloat(text) * (text.endsWith('ms') ? 1e6 : 1e9)) }
    }
    const texts = () => asked.map(({ change }) => (change as { text: string }).text)
    return { pull, asked, texts, come, history, kept, told, selected }
  }

  test('makes one run at a time, and the latest value wins', () => {
    const { pull, texts, come, kept, selected } = page()
    pull.take(timeout, 0)
    expect(kept.value).toBe(true)
    for (const value of [1.1e9, 1.2e9, 1.3e9]) pull.to(value)
    expect(texts()).toEqual(['1.1s'])
    come()
    expect(texts()).toEqual(['1.1s', '1.3s'])
    come()
    expect(texts()).toHaveLength(2)
    expect(pull.held.value).toMatchObject({ value: 1.3e9, was: 1e9, now: 1.3e9 })
    expect(selected).toEqual([0, 0])
  })
  test('is one step back, however long it took', () => {
    const { pull, asked, come, history, kept } = page()
    pull.take(timeout, 0)
    for (const value of [1.1e9, 1.2e9, 1.3e9]) {
      pull.to(value)
      come()
    }
    pull.drop()
    come()
    expect(asked.filter(({ keeps }) => !keeps)).toHaveLength(1)
    expect(history.value.past.map(({ link }) => link)).toEqual(['before'])
    expect(history.value.present?.link).toBe('1.3s')
    expect([pull.held.value, kept.value]).toEqual([null, false])
  })
  test('taken back leaves no step and the run as it was', () => {
    const { pull, asked, texts, come, history, told } = page()
    pull.take(timeout, 0)
    pull.to(2e9)
    come()
    pull.cancel()
    expect(texts().at(-1)).toBe('1s')
    come()
    expect(asked.every(({ keeps }) => keeps)).toBe(true)
    expect(history.value.past).toEqual([])
    expect(told.at(-1)).toMatchObject({ back: true, now: 1e9 })
    expect(pull.held.value).toBeNull()
  })
  test('of a big run is run when it is let go', () => {
    const { pull, asked } = page(LARGE + 1)
    pull.take(timeout, 0)
    pull.to(2e9)
    pull.to(3e9)
    expect(asked).toEqual([])
    pull.drop()
    expect(asked).toMatchObject([{ keeps: false, change: { text: '3s' } }])
  })
  test('that went nowhere runs nothing', () => {
    const { pull, asked, history } = page()
    pull.take(timeout, 0)
    pull.drop()
    expect(asked).toEqual([])
    expect(history.value.past).toEqual([])
    expect(pull.held.value).toBeNull()
  })
})
