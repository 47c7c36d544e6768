// The page's model without a page: history, edits, sliders, playback, keys, the table's rows.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { belongsToFocus, readKey } from '../src/app/keys'
import { firstRow, scrollFor } from '../src/app/scroll'
import { applyChange, command, FAULT_KINDS, PLAIN, writeFault } from '../src/state/edit'
import { emptyHistory, type Place, record, redo, retouch, undo } from '../src/state/history'
import { asFaults } from '../src/state/live'
import { advance } from '../src/state/player'
import { fromSlider, toSlider } from '../src/state/slider'
import type { LinkEdit, ParameterInfo } from '../src/worker/core'

const edit: LinkEdit = {
  scenario: 'duplicated-message',
  parameters: { policy: 'none', work: '1.5s' },
  model: 'timed',
  order: 'canonical',
  seed: '0',
  may: [],
  faults: [],
  schedule: 'AAAA',
  expect: 'a3e8f4369fb80e61',
  live: false,
  view: PLAIN,
  unknown: [],
}

const place = (link: string, view = PLAIN): Place => ({ link, view })

describe('history', () => {
  test('undo and redo are inverse', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom('a', 'b', 'c', 'd'), { minLength: 1 }), (links) => {
        const history = links.reduce((h, link, i) => record(h, place(link), null, i * 10_000), emptyHistory)
        const back = undo(history)
        if (back !== history) expect(redo(back).present).toEqual(history.present)
      }),
    )
  })
  test('a drag of one field is one step', () => {
    let history = record(emptyHistory, place('1'), null, 0)
    for (let i = 2; i < 20; i++) history = record(history, place(String(i)), 'work', 1_000 + i * 20)
    expect(undo(history).present?.link).toBe('1')
  })
  test('a new change forgets what was undone', () => {
    const two = record(record(emptyHistory, place('a'), null, 0), place('b'), null, 9_999)
    expect(record(undo(two), place('c'), null, 99_999).future).toEqual([])
  })
  test('another axis is a step, a zoom is none and stays with the place it was made at', () => {
    const events = { ...PLAIN, axis: 'events' as const }
    const range = { events: false, from: 1, to: 2 }
    let history = record(emptyHistory, place('a'), null, 0)
    history = retouch(history, { ...PLAIN, range })
    history = record(history, place('a', { ...events, range }), 'axis', 5_000)
    for (let to = 3; to < 20; to++) history = retouch(history, { ...events, range: { ...range, to } })
    expect(history.past).toHaveLength(1)
    expect(undo(history).present).toEqual(place('a', { ...PLAIN, range }))
    expect(redo(undo(history)).present?.view).toMatchObject({ axis: 'events', range: { to: 19 } })
  })
})

describe('edits', () => {
  test('a change ends what was promised of the run before', () => {
    const next = applyChange(edit, { field: 'parameter', name: 'work', text: '3s' })
    expect(next).toMatchObject({ parameters: { policy: 'none', work: '3s' }, schedule: null, expect: null })
    expect(edit.parameters.work).toBe('1.5s')
  })
  test('a change keeps the view but for what points at events', () => {
    const pins = [{ at: 5, text: 'here' }]
    const range = { events: false, from: 1, to: 2 }
    const view = { ...PLAIN, axis: 'squeezed' as const, range, event: 3, measure: [1, 2] as [number, number], pins }
    const next = applyChange({ ...edit, view }, { field: 'seed', text: '7' }).view
    expect(next).toEqual({ ...PLAIN, axis: 'squeezed', range, pins })
    const byEvents = { ...view, range: { ...range, events: true } }
    expect(applyChange({ ...edit, view: byEvents }, { field: 'seed', text: '7' }).view.range).toBeNull()
  })
  test('faults are written as links write them', () => {
    const kind = (name: string) => FAULT_KINDS.find((one) => one.kind === name) ?? FAULT_KINDS[0]
    expect(writeFault(kind('crash'), 'stage-a', '1s', '')).toBe('stage-a:crash@1s')
    expect(writeFault(kind('hang'), 'stage-a', '1s', '2s')).toBe('stage-a:hang@1s+2s')
    expect(writeFault(kind('slow'), 'stage-a', '1s', '3')).toBe('stage-a:slow@1s*3')
    expect(writeFault(kind('drop'), 'inbox', '2', '')).toBe('inbox:drop@2')
  })
  test('live actions become faults at their times', () => {
    expect(
      asFaults([
        { action: 'stage-a:hang+2s', atNs: 1.25e9 },
        { action: 'stage-b:crash', atNs: 2e9 },
      ]),
    ).toEqual(['stage-a:hang@1.25s+2s', 'stage-b:crash@2s'])
  })
  test('a command survives its quotes', () => expect(command("#/x?a='b'")).toBe("heartrace run '#/x?a=%27b%27'"))
})

describe('sliders', () => {
  const parameter: ParameterInfo = {
    name: 'work',
    kind: 'duration',
    unit: null,
    default: '1.5s',
    min: '0s',
    max: '1h',
    values: null,
  }
  test('a position and its value agree', () => {
    fc.assert(
      fc.property(
        fc.nat(1000),
        (position) =>
          void expect(Math.abs(toSlider(parameter, fromSlider(parameter, position)) - position)).toBeLessThanOrEqual(8),
      ),
    )
  })
  test('values are round', () => expect(fromSlider(parameter, 333)).toMatch(/^\d+(\.\d{1,2})?s$|^\d+ms$/))
})

test('playback stops at the end', () => {
  expect(advance(0, 500, '1', 3.2e9)).toBe(5e8)
  expect(advance(3e9, 5_000, '10', 3.2e9)).toBe(3.2e9)
})

describe('keys', () => {
  const press = (key: string, rest = {}) => ({
    key,
    ctrlKey: false,
    metaKey: false,
    altKey: false,
    shiftKey: false,
    ...rest,
  })
  test('letters can be turned off, arrows cannot', () => {
    expect(readKey(press('t'), false)).toBeNull()
    expect(readKey(press('t'), true)).toEqual({ do: 'table' })
    expect(readKey(press('ArrowUp', { altKey: true }), false)).toEqual({ do: 'move-lane', direction: -1 })
    expect(readKey(press('ArrowLeft', { altKey: true }), true)).toBeNull()
    expect(readKey(press('ArrowRight', { shiftKey: true }), false)).toEqual({
      do: 'step',
      direction: 1,
      anywhere: true,
    })
    expect(readKey(press('z', { metaKey: true, shiftKey: true }), false)).toEqual({ do: 'redo' })
  })
  test('typing and focused buttons go first', () => {
    expect(belongsToFocus('INPUT', 'text', null, 't')).toBe(true)
    expect(belongsToFocus('BUTTON', '', null, ' ')).toBe(true)
    expect(belongsToFocus('BUTTON', '', null, 'ArrowLeft')).toBe(false)
    expect(belongsToFocus('INPUT', 'range', null, 'ArrowLeft')).toBe(true)
  })
})

test('every row of the table can be reached by scrolling', () => {
  fc.assert(
    fc.property(fc.integer({ min: 20, max: 2_000_000 }), fc.double({ min: 0, max: 1, noNaN: true }), (count, share) => {
      const row = Math.floor(share * (count - 12))
      expect(Math.abs(firstRow(scrollFor(row, count, 12, 28), count, 12, 28) - row)).toBeLessThanOrEqual(1)
    }),
  )
})
