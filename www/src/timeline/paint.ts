/** Draws a scene on a canvas, or on what is drawn on like one: paper, lanes, lines, then what matters on top. Knows no rule, reads no state. */
import type { Brush } from './brush'
import { paintGlyph } from './glyphs'
import type { LaneLayout } from './lanes'
import { fontOf } from './measure'
import { paintArrow } from './paint_arrows'
import { paintCharts } from './paint_charts'
import { paintBars, paintLines, paintPulse } from './paint_lanes'
import { paintAxis, paintPaper } from './paint_paper'
import { broken, text } from './paint_text'
import type { Palette } from './palette'
import type { View } from './scale'
import type { DensityStrip, Measure, Scene } from './scene'

/** Height of the time axis above the lanes, px. */
export const AXIS = 34

/** Everything a frame needs. `height` is that of the lanes' area, `below` that of the charts under it, px. */
export interface Frame {
  scene: Scene
  view: View
  layout: LaneLayout
  height: number
  below: number
  palette: Palette
  note: string | null
}

/** Paints the density strips of a scene in the colours of their tones; how is the canvas' own affair. */
export type StripPainter = (strips: DensityStrip[], colours: Record<DensityStrip['tone'], string>) => void

/** Paints the paper, the axis and the scene. */
export function paint(c: Brush, frame: Frame, paintStrips: StripPainter): void {
  const { scene, view, palette, height, below } = frame
  paintPaper(c, frame)
  paintAxis(c, frame)
  c.save()
  c.beginPath()
  c.rect(0, AXIS - 4, view.width, height + 4)
  c.clip()
  c.translate(0, AXIS)
  paintLines(c, frame)
  paintStrips(scene.density, palette.tones)
  for (const pulse of scene.pulses) paintPulse(c, pulse, palette)
  paintBars(c, scene.bars, palette)
  for (const arrow of scene.arrows) paintArrow(c, arrow, palette)
  for (const measure of scene.measures) paintMeasure(c, measure, palette)
  for (const glyph of scene.glyphs) paintGlyph(c, glyph, palette)
  paintWords(c, scene, palette)
  if (frame.note) paintNote(c, frame.note, frame)
  c.restore()
  if (below > 0) paintCharts(c, frame)
}

/** A remark on the picture, in its lower corner and over everything there; on as many lines as it needs. */
function paintNote(c: Brush, note: string, { view, height, palette }: Frame): void {
  c.font = `12px ${palette.sans}`
  const wide = (words: string) => c.measureText(words).width
  const lines = broken(note, view.width - 26, wide)
  const top = height - 9 - 16 * lines.length
  c.fillStyle = palette.panel
  c.globalAlpha = 0.9
  c.beginPath()
  c.roundRect(6, top, Math.max(...lines.map(wide)) + 14, 16 * lines.length + 4, 4)
  c.fill()
  c.globalAlpha = 1
  lines.forEach((line, i) => {
    text(c, line, 13, top + 10.5 + 16 * i, palette.ink2, c.font, null)
  })
}

function paintMeasure(c: Brush, { x0, x1, y }: Measure, palette: Palette): void {
  c.strokeStyle = palette.ink2
  c.lineWidth = 1
  c.beginPath()
  c.moveTo(x0, y)
  c.lineTo(x1, y)
  for (const x of [x0, x1]) {
    c.moveTo(x, y - 4)
    c.lineTo(x, y + 4)
  }
  c.stroke()
}

function paintWords(c: Brush, scene: Scene, palette: Palette): void {
  for (const { value, box } of scene.words) {
    const font = fontOf(value.strong, value.mono, palette)
    text(c, value.text, box.x, box.y + box.height / 2, palette.tones[value.tone], font, palette.background)
  }
}
