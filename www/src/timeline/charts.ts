/** Levels over time, drawn under the lanes on the lanes' own time axis: a level holds until the next one, so curves are steps. */
import type { Timeline } from '../worker/core'
import { toPx, type View } from './scale'

/** What is reported under one name, by whatever task. Times ascend, in ns. */
export interface Chart {
  name: string
  time: Float64Array
  value: Float64Array
  min: number
  max: number
  last: number
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
  /** `x, y, x, y …` */
  line: number[]
}

/** A chart is so high if there is room, and is not drawn below the least; all together take half of the picture at most. */
const HEIGHT = 64
const LEAST = 26
const SHARE = 0.5
/** Free px above the greatest value and under zero. */
const ABOVE = 14
const UNDER = 6

/** Sorts the levels of a run into charts; runs in the worker. */
export function chartsOf({ curve, event, value, curves }: Timeline['gauges'], time: ArrayLike<number>): Chart[] {
  const sizes = new Uint32Array(curves.length)
  for (const index of curve) sizes[index]! += 1
  const charts = curves.map((name, i): Chart => {
    const [times, values] = [new Float64Array(sizes[i]!), new Float64Array(sizes[i]!)]
    return { name, time: times, value: values, min: Number.POSITIVE_INFINITY, max: 0, last: 0 }
  })
  const filled = new Uint32Array(curves.length)
  for (let i = 0; i < curve.length; i++) {
    const chart = charts[curve[i]!]!
    const at = filled[curve[i]!]!++
    chart.time[at] = time[event[i]!]!
    chart.value[at] = value[i]!
    chart.min = Math.min(chart.min, value[i]!)
    chart.max = Math.max(chart.max, value[i]!)
    chart.last = value[i]!
  }
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

/** The level at a time; null before the first. */
export function levelAt(chart: Chart, time: number): number | null {
  const after = firstAfter(chart.time, time)
  return after === 0 ? null : chart.value[after - 1]!
}

/** A chart as the view shows it; its curve goes on to `end`. */
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
    line: steps(chart, view, end, toY),
  }
}

/** The steps of the curve in view. Levels that share a px column keep their least, their greatest and their last. */
export function steps(chart: Chart, view: View, end: number, toY: (value: number) => number): number[] {
  const { time, value } = chart
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
