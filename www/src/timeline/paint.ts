/** Draws a scene on a canvas, or on what is drawn on like one: paper, lanes, lines, then what matters on top. Knows no rule, reads no state. */
import type { Brush } from './brush'
import { paintGlyph } from './glyphs'
import { type LaneLayout, rowTop, visibleRows } from './lanes'
import { fontOf } from './measure'
import { DASHES, type Palette } from './palette'
import type { View } from './scale'
import type { Arrow, Bar, DensityStrip, Measure, Pulse, Scene } from './scene'

/** Height of the time axis above the lanes, px. */
export const AXIS = 34
/** Side of a small square across, px. */
const SQUARE = 13
/** Px over which a line fades after a task's end. */
const FADE = 110

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

/** Paints the density strips of a scene in a colour; how is the canvas' own affair. */
export type StripPainter = (strips: DensityStrip[], colour: string) => void

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
  paintStrips(scene.density, palette.work)
  for (const pulse of scene.pulses) paintPulse(c, pulse, palette)
  for (const bar of scene.bars) paintBar(c, bar, palette)
  for (const arrow of scene.arrows) paintArrow(c, arrow, palette)
  for (const measure of scene.measures) paintMeasure(c, measure, palette)
  for (const glyph of scene.glyphs) paintGlyph(c, glyph, palette)
  paintWords(c, scene, palette)
  if (frame.note) paintNote(c, frame.note, height, palette)
  c.restore()
  if (below > 0) paintCharts(c, frame)
}

/** A remark on the picture, in its lower corner and over everything there. */
function paintNote(c: Brush, note: string, height: number, palette: Palette): void {
  c.font = `12px ${palette.sans}`
  c.fillStyle = palette.panel
  c.globalAlpha = 0.9
  c.beginPath()
  c.roundRect(6, height - 25, c.measureText(note).width + 14, 20, 4)
  c.fill()
  c.globalAlpha = 1
  text(c, note, 13, height - 14.5, palette.ink2, c.font, null)
}

/** Small and large squares; the lines down are times, the lines across only help the eye. */
function paintPaper(c: Brush, { scene, view, height, below, palette, layout }: Frame): void {
  const bottom = height + below
  const { small, large, folds } = scene.ruler
  const lines = (places: number[], colour: string) => {
    c.strokeStyle = colour
    c.beginPath()
    for (const px of places) {
      const x = Math.round(px) + 0.5
      c.moveTo(x, AXIS - 5)
      c.lineTo(x, AXIS + bottom)
    }
    c.stroke()
  }
  c.lineWidth = 1
  lines(small, palette.grid)
  const across = (every: number, colour: string) => {
    c.strokeStyle = colour
    c.beginPath()
    for (let y = SQUARE * every; y < bottom; y += SQUARE * every) {
      c.moveTo(0, AXIS + Math.round(y) + 0.5)
      c.lineTo(view.width, AXIS + Math.round(y) + 0.5)
    }
    c.stroke()
  }
  across(1, palette.grid)
  across(5, palette.gridLarge)
  lines(large, palette.gridLarge)
  for (const { px0, px1 } of folds) paintFold(c, px0, px1, bottom, palette)
  c.strokeStyle = palette.line
  c.beginPath()
  const [first, last] = visibleRows(layout, height)
  for (let row = first; row <= last + 1; row++) {
    const y = Math.round(AXIS + rowTop(layout, row)) + 0.5
    if (y < AXIS || y > AXIS + height) continue
    c.moveTo(0, y)
    c.lineTo(view.width, y)
  }
  c.stroke()
}

/** An idle stretch that is folded: the paper is pinched together, and torn at the upper edge. */
function paintFold(c: Brush, px0: number, px1: number, bottom: number, palette: Palette): void {
  c.fillStyle = palette.panel
  c.fillRect(px0, AXIS - 5, px1 - px0, bottom + 5)
  c.strokeStyle = palette.ink3
  c.beginPath()
  for (const px of [px0, px1]) {
    const x = Math.round(px) + 0.5
    c.moveTo(x, AXIS - 8)
    for (let y = AXIS - 8, side = 1; y < AXIS + bottom; y += 5, side = -side) c.lineTo(x + 1.5 * side, y + 5)
  }
  c.stroke()
}

function paintAxis(c: Brush, { scene, view, palette }: Frame): void {
  c.font = `11px ${palette.mono}`
  c.textAlign = 'center'
  c.textBaseline = 'middle'
  c.fillStyle = palette.ink3
  const write = (text: string, px: number) => {
    const half = c.measureText(text).width / 2
    c.fillText(text, Math.min(Math.max(px, half + 4), view.width - half - 4), 16)
  }
  for (const { px, text } of scene.ruler.labels) write(text, px)
  c.fillStyle = palette.ink2
  c.font = `italic 11px ${palette.mono}`
  for (const { px0, px1, text } of scene.ruler.folds) write(text, (px0 + px1) / 2)
}

function paintLines(c: Brush, { scene, palette }: Frame): void {
  for (const { x0, x1, y, kind } of scene.lines) {
    c.strokeStyle = kind === 'wait' ? palette.ink3 : palette.bad
    c.lineWidth = kind === 'wait' ? 1 : 1.5
    c.setLineDash(kind === 'wait' ? [2, 4] : [1, 5])
    c.beginPath()
    c.moveTo(x0, Math.round(y) + 0.5)
    c.lineTo(x1, Math.round(y) + 0.5)
    c.stroke()
  }
  c.setLineDash([])
}

function paintBar(c: Brush, bar: Bar, palette: Palette): void {
  if (bar.width < 5 && bar.kind === 'work' && !bar.cut && !bar.slowed) {
    c.fillStyle = palette.work
    c.fillRect(bar.x, bar.y, bar.width, bar.height)
    return
  }
  const radius = Math.min(3, bar.width / 2)
  c.save()
  c.beginPath()
  c.roundRect(bar.x, bar.y, bar.width, bar.height, radius)
  c.fillStyle = bar.kind === 'hang' ? palette.panel : palette.work
  c.globalAlpha = bar.cut ? 0.5 : 1
  c.fill()
  c.globalAlpha = 1
  if (bar.kind === 'hang' || bar.slowed || bar.cut) {
    c.clip()
    c.strokeStyle = bar.kind === 'hang' ? palette.bad : palette.background
    c.lineWidth = bar.kind === 'hang' ? 1.5 : 1
    c.globalAlpha = bar.kind === 'hang' ? 0.8 : 0.4
    c.beginPath()
    const gap = bar.slowed ? 12 : 7
    const end = Math.min(bar.x + bar.width, bar.x + 8_000)
    for (let x = bar.x - bar.height; x < end; x += gap) {
      c.moveTo(x, bar.y + bar.height)
      c.lineTo(x + bar.height, bar.y)
    }
    c.stroke()
    c.globalAlpha = 1
  }
  if (bar.kind === 'hang') {
    c.strokeStyle = palette.bad
    c.lineWidth = 3
    c.beginPath()
    c.roundRect(bar.x, bar.y, bar.width, bar.height, radius)
    c.stroke()
  }
  c.restore()
  if (bar.text) {
    const x = Math.max(bar.x, 0) + 8
    if (bar.kind === 'hang') {
      c.font = `600 11.5px ${palette.sans}`
      c.fillStyle = palette.panel
      c.fillRect(x - 5, bar.y + 1.5, c.measureText(bar.text).width + 10, bar.height - 3)
    }
    const colour = bar.kind === 'hang' ? palette.bad : bar.cut ? palette.ink : palette.onWork
    text(c, bar.text, x, bar.y + bar.height / 2 + 0.5, colour, `600 11.5px ${palette.sans}`, null)
  }
}

function trace(c: Brush, line: number[]): void {
  c.beginPath()
  c.moveTo(line[0]!, line[1]!)
  for (let i = 2; i < line.length; i += 2) c.lineTo(line[i]!, line[i + 1]!)
}

function paintPulse(c: Brush, { line, bands, beatHeight, kind, fadeFrom, y }: Pulse, palette: Palette): void {
  c.lineJoin = 'round'
  c.lineCap = 'round'
  c.strokeStyle = palette.pulse
  if (kind === 'heartbeat') {
    c.strokeStyle = palette.glow
    c.lineWidth = 6
    trace(c, line)
    c.stroke()
    c.strokeStyle = palette.pulse
  }
  c.globalAlpha = kind === 'heartbeat' ? 1 : 0.72
  c.lineWidth = kind === 'heartbeat' ? 1.8 : 1.4
  trace(c, line)
  c.stroke()
  for (const [x0, x1] of bands) paintBand(c, x0, x1, y, beatHeight, palette.pulse)
  if (fadeFrom !== null) {
    const fade = c.createLinearGradient(fadeFrom, 0, fadeFrom + FADE, 0)
    fade.addColorStop(0, palette.pulse)
    fade.addColorStop(1, 'transparent')
    c.strokeStyle = fade
    c.globalAlpha = 0.4
    c.beginPath()
    c.moveTo(fadeFrom, y)
    c.lineTo(fadeFrom + FADE, y)
    c.stroke()
  }
  c.globalAlpha = 1
  c.lineCap = 'butt'
}

/** Beats too close to tell apart: a comb. */
function paintBand(c: Brush, x0: number, x1: number, y: number, height: number, colour: string): void {
  c.fillStyle = colour
  const alpha = c.globalAlpha
  c.globalAlpha = alpha * 0.35
  c.fillRect(x0, y - height, x1 - x0, height)
  c.globalAlpha = alpha
  c.setLineDash([1, 2])
  const width = c.lineWidth
  c.lineWidth = height
  c.lineCap = 'butt'
  trace(c, [x0, y - height / 2, x1, y - height / 2])
  c.stroke()
  c.setLineDash([])
  c.lineWidth = width
  c.lineCap = 'round'
}

function paintArrow(c: Brush, arrow: Arrow, palette: Palette): void {
  const { x0, y0, x1, y1, kind, reason, to, loop } = arrow
  const colour = kind === 'cancel' ? palette.tones[reason] : kind === 'restart' ? palette.pulse : palette.message
  c.strokeStyle = colour
  c.globalAlpha = kind === 'spawn' ? 0.55 : 1
  c.lineWidth = kind === 'cancel' ? 2.2 : kind === 'spawn' ? 1 : 1.5
  c.setLineDash(
    kind === 'cancel' ? (DASHES[reason] ?? []) : kind === 'spawn' ? [1, 3] : kind === 'restart' ? [3, 2] : [],
  )
  c.beginPath()
  c.moveTo(x0, y0)
  const lift = loop ? 16 : 0
  if (loop) c.quadraticCurveTo((x0 + x1) / 2, y0 + lift * 2, x1, y1)
  else c.lineTo(x1, y1)
  c.stroke()
  c.setLineDash([])
  const angle = loop ? -Math.PI / 3 : Math.atan2(y1 - y0, x1 - x0)
  c.lineWidth = kind === 'cancel' ? 2 : 1.5
  c.beginPath()
  if (to === null) {
    c.strokeStyle = palette.bad
    c.moveTo(x1 - 4, y1 - 4)
    c.lineTo(x1 + 4, y1 + 4)
    c.moveTo(x1 - 4, y1 + 4)
    c.lineTo(x1 + 4, y1 - 4)
  } else {
    const head = 7
    for (const turn of [-0.45, 0.45]) {
      c.moveTo(x1, y1)
      c.lineTo(x1 - head * Math.cos(angle + turn), y1 - head * Math.sin(angle + turn))
    }
  }
  c.stroke()
  c.globalAlpha = 1
}

/** Curves under the lanes. */
function paintCharts(c: Brush, { scene, view, palette }: Frame): void {
  c.save()
  c.translate(0, AXIS)
  for (const { y, height, base, peak, line } of scene.charts) {
    c.save()
    c.beginPath()
    c.rect(0, y, view.width, height)
    c.clip()
    c.strokeStyle = palette.line
    c.lineWidth = 1
    trace(c, [0, Math.round(y) + 0.5, view.width, Math.round(y) + 0.5])
    c.stroke()
    if (peak) {
      c.setLineDash([2, 4])
      trace(c, [0, Math.round(peak.y) + 0.5, view.width, Math.round(peak.y) + 0.5])
      c.stroke()
      c.setLineDash([])
    }
    if (line.length > 0) {
      trace(c, [line[0]!, base, ...line, line.at(-2)!, base])
      c.fillStyle = palette.work
      c.globalAlpha = 0.16
      c.fill()
      c.globalAlpha = 1
      c.strokeStyle = palette.work
      c.lineWidth = 1.6
      c.lineJoin = 'round'
      trace(c, line)
      c.stroke()
    }
    if (peak) {
      const value = String(Number(peak.value.toPrecision(4)))
      text(c, value, 6, peak.y, palette.ink3, `11px ${palette.mono}`, palette.background)
    }
    c.restore()
  }
  c.restore()
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

/** Text with a halo of the background, so that a line under it does not touch the letters. */
function text(c: Brush, words: string, x: number, y: number, colour: string, font: string, halo: string | null): void {
  c.font = font
  c.textAlign = 'left'
  c.textBaseline = 'middle'
  if (halo) {
    c.strokeStyle = halo
    c.lineWidth = 3.5
    c.lineJoin = 'round'
    c.strokeText(words, x, y)
  }
  c.fillStyle = colour
  c.fillText(words, x, y)
}
