// Geometry as properties: what must hold for every view, every lane count, every set of words.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { clipLine } from '../src/timeline/arrows'
import { distanceToSegment } from '../src/timeline/hit'
import { overlaps, place, type Wish } from '../src/timeline/labels'
import { clampScroll, layoutLanes, rowAt, rowTop, visibleRows } from '../src/timeline/lanes'
import { pulseLine } from '../src/timeline/pulse'
import { clamp, fit, pan, reveal, toPx, toTime, type View, zoom } from '../src/timeline/scale'
import { multiples, ruling, ticks } from '../src/timeline/ticks'

const duration = fc.integer({ min: 0, max: 3_600_000_000_000 })
const width = fc.integer({ min: 1, max: 4_000 })
const view = fc.record({
  duration,
  width,
  share: fc.double({ min: 0, max: 1, noNaN: true }),
  factor: fc.double({ min: 1, max: 1e6, noNaN: true }),
})
const viewOf = (v: { duration: number; width: number; share: number; factor: number }): View =>
  zoom(fit(v.duration, v.width), v.factor, v.share * v.width, v.duration)

describe('the window onto time', () => {
  test('px and time are inverse', () => {
    fc.assert(
      fc.property(view, fc.double({ min: 0, max: 1, noNaN: true }), (v, share) => {
        const there = toPx(viewOf(v), toTime(viewOf(v), share * v.width))
        expect(Math.abs(there - share * v.width)).toBeLessThan(0.01)
      }),
    )
  })
  test('clamping twice is clamping once', () => {
    fc.assert(
      fc.property(view, fc.integer({ min: -1e12, max: 1e12 }), (v, shift) => {
        const moved = { ...viewOf(v), t0: viewOf(v).t0 + shift, t1: viewOf(v).t1 + shift }
        const once = clamp(moved, v.duration)
        const twice = clamp(once, v.duration)
        expect(Math.abs(twice.t0 - once.t0) + Math.abs(twice.t1 - once.t1)).toBeLessThan(1)
      }),
    )
  })
  test('zooming keeps the time under the pointer, unless an end of the run is reached', () => {
    const whole = fit(3.2e9, 1000)
    const before = toTime(whole, 400)
    const closer = zoom(whole, 4, 400, 3.2e9)
    expect(toTime(closer, 400)).toBeCloseTo(before, -1)
  })
  test('panning never leaves the run', () => {
    fc.assert(
      fc.property(view, fc.integer({ min: -1e6, max: 1e6 }), (v, px) => {
        const whole = fit(v.duration, v.width)
        const moved = pan(viewOf(v), px, v.duration)
        expect(moved.t0).toBeGreaterThanOrEqual(whole.t0 - 1)
        expect(moved.t1).toBeLessThanOrEqual(whole.t1 + 1)
      }),
    )
  })
  test('revealing a time makes it visible', () => {
    fc.assert(
      fc.property(view, fc.double({ min: 0, max: 1, noNaN: true }), (v, share) => {
        const time = share * v.duration
        const px = toPx(reveal(viewOf(v), time, v.duration), time)
        expect(px).toBeGreaterThanOrEqual(-0.5)
        expect(px).toBeLessThanOrEqual(v.width + 0.5)
      }),
    )
  })
})

describe('the ruling', () => {
  test('a large square is five small ones, and texts have room', () => {
    fc.assert(
      fc.property(view, (v) => {
        const rule = ruling(viewOf(v))
        expect(rule.large).toBeCloseTo(rule.small * 5)
        const pxPerLarge = (rule.large / (viewOf(v).t1 - viewOf(v).t0)) * v.width
        expect(pxPerLarge).toBeGreaterThanOrEqual(73.9)
      }),
    )
  })
  test('the story of the duplicate is ruled in half seconds, as on the still', () => {
    const whole = fit(3.2e9, 750)
    expect(ruling(whole)).toEqual({ small: 1e8, large: 5e8 })
    expect(ticks(whole, ruling(whole)).map((tick) => tick.text)).toEqual([
      '0.0\u202fs',
      '0.5',
      '1.0',
      '1.5',
      '2.0',
      '2.5',
      '3.0',
    ])
  })
  test('no line before the start, and never too many', () => {
    fc.assert(
      fc.property(view, (v) => {
        const lines = multiples(viewOf(v), ruling(viewOf(v)).small)
        expect(lines.every((time) => time >= 0)).toBe(true)
        expect(lines.length).toBeLessThanOrEqual(2_001)
      }),
    )
  })
})

describe('lanes', () => {
  const lanes = (count: number) =>
    Array.from({ length: count }, (_, task) => ({
      task,
      name: `t${task}`,
      depth: 0,
      parent: null,
      server: false,
      tasks: 1,
      branch: null,
    }))
  test('every visible row is found again from its middle', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 10_000 }),
        fc.integer({ min: 50, max: 2_000 }),
        fc.nat(400_000),
        (count, height, scroll) => {
          const layout = layoutLanes(lanes(count), new Int32Array(count), height, scroll)
          const [first, last] = visibleRows(layout, height)
          for (const row of [first, last]) expect(rowAt(layout, rowTop(layout, row) + layout.height / 2)).toBe(row)
          expect(last - first).toBeLessThanOrEqual(height / 46 + 2)
        },
      ),
    )
  })
  test('scrolling never shows room below the last lane', () => {
    expect(clampScroll(999, 500, 300)).toBe(200)
    expect(clampScroll(999, 200, 300)).toBe(0)
  })
})

describe('the pulse', () => {
  test('a beat goes up at its moment and stays within its lane', () => {
    const line = pulseLine(0, 100, 50, [40], 20, 15)
    const ys = line.filter((_, i) => i % 2 === 1)
    expect(line[ys.indexOf(Math.min(...ys)) * 2]).toBe(40)
    expect(Math.min(...ys)).toBe(35)
  })
  test('x never goes back, however close the beats', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 500 }), { maxLength: 60 }), (moments) => {
        const sorted = [...new Set(moments)].sort((a, b) => a - b)
        const xs = pulseLine(0, 500, 0, sorted, 20, 10).filter((_, i) => i % 2 === 0)
        for (let i = 1; i < xs.length; i++) expect(xs[i]! - xs[i - 1]!).toBeGreaterThan(-4.5)
      }),
    )
  })
})

test('a clipped line keeps its course, in both directions', () => {
  const box = { x: -400, y: -400, width: 1800, height: 1200 }
  const far = clipLine({ x0: -1e9, y0: 0, x1: 1e9, y1: 200 }, box)
  expect([far.x0, far.x1]).toEqual([-400, 1400])
  expect(Math.abs(far.y0 - 100) + Math.abs(far.y1 - 100)).toBeLessThan(0.01)
  const deep = clipLine({ x0: 0, y0: 0, x1: 100, y1: 8e6 }, box)
  expect([deep.y0, deep.y1]).toEqual([0, 800])
  expect(deep.x1).toBeCloseTo(0.01)
  const near = { x0: 10, y0: 1, x1: 20, y1: 9 }
  expect(clipLine(near, box)).toEqual(near)
})

describe('words and pointers', () => {
  const box = fc.record({
    x: fc.integer({ min: 0, max: 400 }),
    y: fc.integer({ min: 0, max: 200 }),
    width: fc.integer({ min: 5, max: 90 }),
  })
  test('no two words cover each other', () => {
    fc.assert(
      fc.property(fc.array(box, { maxLength: 40 }), (boxes) => {
        const wishes: Wish<number>[] = boxes.map(({ x, y, width: w }, i) => ({
          value: i,
          weight: i % 3,
          width: w,
          height: 15,
          places: [
            { x, y },
            { x, y: y + 16 },
          ],
        }))
        const placed = place(wishes, { x: 0, y: 0, width: 500, height: 240 }, [])
        for (const [i, a] of placed.entries()) {
          for (const b of placed.slice(i + 1)) expect(overlaps(a.box, b.box)).toBe(false)
        }
      }),
    )
  })
  test('the weightier word wins the place', () => {
    const wish = (value: string, weight: number): Wish<string> => ({
      value,
      weight,
      width: 50,
      height: 15,
      places: [{ x: 0, y: 0 }],
    })
    const placed = place([wish('log', 1), wish('again', 10)], { x: 0, y: 0, width: 100, height: 20 }, [])
    expect(placed.map((p) => p.value)).toEqual(['again'])
  })
  test('distance to a segment', () => {
    expect(distanceToSegment(5, 3, 0, 0, 10, 0)).toBe(3)
    expect(distanceToSegment(13, 4, 0, 0, 10, 0)).toBe(5)
  })
})
