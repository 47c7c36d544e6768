/** Levels over time, drawn under the lanes on the lanes' own time axis: a level holds until the next one, so curves are steps. */
import type { Timeline } from '../worker/core'
import { toPx, type View } from './scale'

/** One line: what one task reports. Times ascend, in ns. */
export interface Curve {
  task: number
  time: Float64Array
  value: Float64Array
  min: number
  max: number
  last: number
}

/** Everything that is reported under one name. */
export interface Chart {
  name: string
  max: number
  curves: Curve[]
}

/** Where a chart lies, px from the top of the lanes' area. */
export interface ChartRow {
  chart: Chart
  y: number
  height: number
}

/** A chart in px. */
export interface ChartPicture {
  y: number
  height: number
  /** Height of the greatest value, and what it is. */
  peak: { y: number; value: number } | null
  base: number
  /** `x, y, x, y …` of each curve. */
  lines: number[][]
  /** Whose curves they are. */
  tasks: number[]
}

/** A chart is so high if there is room, and is not drawn below the least; all together take half of the picture at most. */
const HEIGHT = 64
const LEAST = 26
const SHARE = 0.5
/** Free px above the greatest value and under zero. */
const ABOVE = 14
const UNDER = 6

/** Sorts the levels of a run into charts; runs in the worker. */
export function chartsOf(gauges: Timeline['gauges'], time: ArrayLike<number>): Chart[] {
  const { curve, event, value, curves } = gauges
  const sizes = new Uint32Array(curves.length)
  for (const index of curve) sizes[index]! += 1
  const made = curves.map(({ name, task }, i): Curve & { name: string } => {
    const [times, values] = [new Float64Array(sizes[i]!), new Float64Array(sizes[i]!)]
    return { name, task, time: times, value: values, min: Number.POSITIVE_INFINITY, max: 0, last: 0 }
  })
  const filled = new Uint32Array(curves.length)
  for (let i = 0; i < curve.length; i++) {
    const one = made[curve[i]!]!
    const at = filled[curve[i]!]!++
    one.time[at] = time[event[i]!]!
    one.value[at] = value[i]!
    one.min = Math.min(one.min, value[i]!)
    one.max = Math.max(one.max, value[i]!)
    one.last = value[i]!
  }
  const charts: Chart[] = []
  for (const { name, ...one } of made) {
    const chart = charts.find((known) => known.name === name)
    if (chart) chart.curves.push(one)
    else charts.push({ name, max: 0, curves: [one] })
  }
  for (const chart of charts) chart.max = Math.max(...chart.curves.map(({ max }) => max))
  return charts
}

/** The charts that fit under the lanes of an area of `height` px. */
export function layoutCharts(charts: Chart[], height: number): ChartRow[] {
  const room = height * SHARE
  const fitting = charts.slice(0, Math.floor(room / LEAST))
  const each = Math.min(HEIGHT, room / Math.max(1, fitting.length))
  const top = height - each * fitting.length
  return fitting.map((chart, i) => ({ chart, y: top + i * each, height: each }))
}

/** The level of a curve at a time; null before its first. */
export function levelAt(curve: Curve, time: number): number | null {
  const after = firstAfter(curve.time, time)
  return after === 0 ? null : curve.value[after - 1]!
}

/** A chart as the view shows it; curves go on to `end`. */
export function drawChart({ chart, y, height }: ChartRow, view: View, end: number): ChartPicture {
  const base = y + height - Math.min(UNDER, height / 6)
  const above = Math.min(ABOVE, height / 3)
  const scale = (base - y - above) / Math.max(chart.max, Number.MIN_VALUE)
  const toY = (value: number) => base - value * scale
  return {
    y,
    height,
    base,
    peak: chart.max > 0 ? { y: toY(chart.max), value: chart.max } : null,
    lines: chart.curves.map((curve) => steps(curve, view, end, toY)),
    tasks: chart.curves.map(({ task }) => task),
  }
}

/** The steps of a curve in view. Levels that share a px column keep their least, their greatest and their last. */
export function steps(curve: Curve, view: View, end: number, toY: (value: number) => number): number[] {
  const { time, value } = curve
  const line: number[] = []
  const from = Math.max(0, firstAfter(time, view.t0) - 1)
  let column = Number.NaN
  let x = 0
  let [least, greatest, last] = [0, 0, 0]
  const close = () => {
    const [low, high, stays] = [toY(least), toY(greatest), toY(last)]
    // Up and down the column once, and away from where the level stays.
    if (low !== high) line.push(x, high, x, low)
    line.push(x, stays)
  }
  for (let i = from; i < time.length && time[i]! <= view.t1; i++) {
    const next = Math.max(-1, toPx(view, time[i]!))
    if (Math.floor(next) === column) {
      least = Math.min(least, value[i]!)
      greatest = Math.max(greatest, value[i]!)
    } else {
      if (!Number.isNaN(column)) {
        close()
        line.push(next, toY(last))
      }
      column = Math.floor(next)
      x = next
      least = greatest = value[i]!
    }
    last = value[i]!
  }
  if (Number.isNaN(column)) return line
  close()
  line.push(Math.max(x, Math.min(view.width + 1, toPx(view, end))), toY(last))
  return line
}

function firstAfter(times: Float64Array, time: number): number {
  let [low, high] = [0, times.length]
  while (low < high) {
    const middle = (low + high) >>> 1
    if (times[middle]! <= time) low = middle + 1
    else high = middle
  }
  return low
}
