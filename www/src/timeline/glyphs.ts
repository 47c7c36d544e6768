/** The shapes of marks: each kind has its own, so that colour is never alone. */
import { MARK } from '../worker/core'
import type { Brush } from './brush'
import { text } from './paint_text'
import type { Palette } from './palette'
import type { Glyph } from './scene'

/** Draws a mark, or a crowd of them: a band from the first to the last, one mark in its middle, and how many they are. */
export function paintGlyph(c: Brush, glyph: Glyph, palette: Palette): void {
  if (glyph.x1 - glyph.x0 > 4) paintBand(c, glyph, palette)
  paintMark(c, glyph, palette)
  if (!glyph.badge) return
  const font = `700 10.5px ${palette.sans}`
  text(c, glyph.badge, glyph.x + 7, glyph.y + glyph.badgeY, palette.tones[glyph.tone], font, palette.background)
}

/** Where the marks of a crowd lie: a rail with a closed end on each side. */
function paintBand(c: Brush, { x, x0, x1, y, tone }: Glyph, palette: Palette): void {
  c.fillStyle = palette.tones[tone]
  c.beginPath()
  c.roundRect(x0 - 3, y - 4, x1 - x0 + 6, 8, 4)
  c.globalAlpha = 0.32
  c.fill()
  c.globalAlpha = 1
  c.strokeStyle = palette.tones[tone]
  c.lineWidth = 1
  c.stroke()
  // The mark in the middle is read on any bar.
  c.fillStyle = palette.panel
  c.beginPath()
  c.arc(x, y, 8.5, 0, Math.PI * 2)
  c.fill()
}

function paintMark(c: Brush, glyph: Glyph, palette: Palette): void {
  const { x, y, kind, tone } = glyph
  const colour = palette.tones[tone]
  c.strokeStyle = colour
  c.fillStyle = palette.panel
  c.lineWidth = 2.3
  c.lineJoin = 'round'
  switch (kind) {
    case MARK.accept:
      return ring(c, x, y, 7)
    case MARK.acceptAgain:
      ring(c, x - 4, y, 7)
      ring(c, x + 4, y, 7)
      return
    case MARK.timeout:
      c.lineWidth = 2
      stroke(c, [x, y - 11, x, y + 11])
      return ring(c, x, y, 4.2)
    case MARK.cancelled:
      return cross(c, x, y, 5.5)
    case MARK.crash:
      c.fillStyle = colour
      c.beginPath()
      c.roundRect(x - 8, y - 8, 16, 16, 3)
      c.fill()
      c.strokeStyle = palette.panel
      return cross(c, x, y, 4)
    case MARK.fault:
      return bolt(c, x, y, colour)
    case MARK.lost:
      return cross(c, x, y, 5)
    case MARK.refused:
      ring(c, x, y, 6)
      return stroke(c, [x - 4, y - 4, x + 4, y + 4])
    case MARK.restart:
      c.beginPath()
      c.arc(x, y, 6, -1, 3.7)
      c.stroke()
      return stroke(c, [x + 1, y - 9, x + 4, y - 5, x - 0.5, y - 3.5])
    case MARK.duplicate:
      c.lineWidth = 1.8
      stroke(c, [x - 7, y - 5, x - 1, y, x - 7, y + 5])
      return stroke(c, [x, y - 5, x + 6, y, x, y + 5])
    case MARK.log:
      c.lineWidth = 1.5
      return stroke(c, [x - 4, y - 3, x + 4, y - 3, x + 4, y + 3, x - 4, y + 3, x - 4, y - 3], true)
    default:
      c.lineWidth = 1.6
      return stroke(c, [x, y - 4.5, x + 4.5, y, x, y + 4.5, x - 4.5, y, x, y - 4.5], true)
  }
}

function ring(c: Brush, x: number, y: number, radius: number): void {
  c.beginPath()
  c.arc(x, y, radius, 0, Math.PI * 2)
  c.fill()
  c.stroke()
}

function cross(c: Brush, x: number, y: number, reach: number): void {
  stroke(c, [x - reach, y - reach, x + reach, y + reach])
  stroke(c, [x - reach, y + reach, x + reach, y - reach])
}

function bolt(c: Brush, x: number, y: number, colour: string): void {
  c.fillStyle = colour
  c.beginPath()
  for (const [dx, dy] of [
    [2, -9],
    [-5, 1.5],
    [-0.5, 1.5],
    [-2, 9],
    [5, -2],
    [0.5, -2],
  ] as const) {
    c.lineTo(x + dx, y + dy)
  }
  c.closePath()
  c.fill()
}

function stroke(c: Brush, line: number[], fill = false): void {
  c.beginPath()
  c.moveTo(line[0]!, line[1]!)
  for (let i = 2; i < line.length; i += 2) c.lineTo(line[i]!, line[i + 1]!)
  if (fill) c.fill()
  c.stroke()
}
