/** The paper under the picture: small and large squares, folded stretches, and the times above. */
import type { Brush } from './brush'
import { rowTop, visibleRows } from './lanes'
import { AXIS, type Frame } from './paint'
import type { Palette } from './palette'

/** Side of a small square across, px. */
const SQUARE = 13

/** Small and large squares; the lines down are times, the lines across only help the eye. */
export function paintPaper(c: Brush, { scene, view, height, below, palette, layout }: Frame): void {
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
  for (const { px0, px1, count } of folds) {
    if (count === 1) paintFold(c, px0, px1, bottom, palette)
    else paintFolds(c, px0, px1, bottom, palette)
  }
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

/** Folds too close to tell apart: the paper is torn along its upper edge from the first to the last, and what lies between stays. */
function paintFolds(c: Brush, px0: number, px1: number, bottom: number, palette: Palette): void {
  c.strokeStyle = palette.ink3
  c.beginPath()
  const [left, right] = [Math.round(px0) + 0.5, Math.round(px1) + 0.5]
  c.moveTo(left, AXIS - 5)
  for (let x = left, side = 1; x < right; x += 4, side = -side)
    c.lineTo(Math.min(x + 4, right), AXIS - 5 - 2 * (side + 1))
  c.stroke()
  c.setLineDash([1, 4])
  c.beginPath()
  for (const x of [left, right]) {
    c.moveTo(x, AXIS - 5)
    c.lineTo(x, AXIS + bottom)
  }
  c.stroke()
  c.setLineDash([])
}

/** What is written over the picture. */
export function paintAxis(c: Brush, { scene, view, palette }: Frame): void {
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
