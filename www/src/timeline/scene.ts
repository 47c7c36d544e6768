/** What is on the picture, in px, without a canvas: one scene for the painter, the pointer and later the exports. */

import { axisOf, EVENT_STEP } from './arrange'
import { type Arrow, arrowsOf, type Measure, measuresOf } from './arrows'
import { type ChartPicture, drawChart } from './charts'
import type { Reason, SceneInput, Word } from './input'
import { type Box, type Placed, place } from './labels'
import { lowerBound } from './lane_index'
import { rowTop, visibleRows } from './lanes'
import { type Glyph, glyphsOf, landings, wishesOf } from './marks'
import { type Ruler, type RulerWords, rulerOf } from './ruler'
import { type Bar, type DensityStrip, type Line, lifeOf, type Pulse, spansOf, trafficOf } from './spans'

export type { Arrow, Measure } from './arrows'
export type { Glyph } from './marks'
export type { Bar, DensityStrip, Line, Pulse } from './spans'

/** Everything visible. */
export interface Scene {
  ruler: Ruler
  bars: Bar[]
  lines: Line[]
  density: DensityStrip[]
  pulses: Pulse[]
  arrows: Arrow[]
  measures: Measure[]
  glyphs: Glyph[]
  words: Placed<Word>[]
  charts: ChartPicture[]
  /** More messages than can be told apart: only cancels and restarts are drawn. */
  tooManyArrows: boolean
}

/** Builds the scene for one view. Pure: same input, same picture. */
export function buildScene(input: SceneInput): Scene {
  const { view, layout, height } = input
  const scene: Scene = {
    ruler: rulerOf(view, axisOf(input.trace), rulerWords(input)),
    bars: [],
    lines: [],
    density: [],
    pulses: [],
    arrows: [],
    measures: [],
    glyphs: [],
    words: [],
    charts: input.charts.map((row) => drawChart(row, view, input.trace.duration)),
    tooManyArrows: false,
  }
  const [first, last] = visibleRows(layout, height)
  const { arrows, tooMany } = arrowsOf(input)
  scene.arrows = arrows
  scene.tooManyArrows = tooMany
  const reasons = new Map<number, Reason>()
  for (const arrow of arrows) if (arrow.reason !== 'none' && arrow.to !== null) reasons.set(arrow.to, arrow.reason)
  for (let row = first; row <= last; row++) {
    const lane = layout.lanes[row]
    if (!lane) continue
    const top = rowTop(layout, row)
    spansOf(input, lane, top, scene)
    if (tooMany) trafficOf(input, lane, top, scene)
    lifeOf(input, lane, top, scene)
    scene.glyphs.push(...glyphsOf(input, lane.task, top, reasons))
  }
  scene.glyphs.push(...landings(input, arrows, scene.glyphs))
  // A cancel is late for a message that is drawn.
  if (!tooMany) scene.measures = measuresOf(input, arrows, scene.bars)
  const area: Box = { x: 0, y: -4, width: view.width, height: height + 4 }
  scene.words = place(wishesOf(input, scene.glyphs, scene.measures), area, obstacles(scene, height, input.measure))
  return scene
}

function rulerWords({ trace, words }: SceneInput): RulerWords {
  return {
    folded: words.folded,
    folds: words.folds,
    step(step) {
      const x = step * EVENT_STEP
      const event = lowerBound(0, trace.count, x, (i) => trace.columns.time[i]!)
      return words.step(event, axisOf(trace).time(x))
    },
  }
}

/** What no word may cover. */
function obstacles(scene: Scene, height: number, measure: SceneInput['measure']): Box[] {
  // A word may lie on a bar that is hardly wider than a line.
  const bars = scene.bars.filter(({ width }) => width > 3).map(({ x, y, width, height }) => ({ x, y, width, height }))
  const glyphs = scene.glyphs.map(({ x, y }) => ({ x: x - 7, y: y - 7, width: 14, height: 14 }))
  for (const { x, y, badge, badgeY } of scene.glyphs) {
    if (badge) glyphs.push({ x: x + 6, y: y + badgeY - 6, width: measure(badge, true, false), height: 12 })
  }
  const note = scene.tooManyArrows ? [{ x: 0, y: height - 22, width: 330, height: 22 }] : []
  return [...bars, ...glyphs, ...note]
}
