/** What all painters draw with: a line through points, and text that can be read on anything. */
import type { Brush } from './brush'

/** Begins a path through `x, y, x, y …`. */
export function trace(c: Brush, line: number[]): void {
  c.beginPath()
  c.moveTo(line[0]!, line[1]!)
  for (let i = 2; i < line.length; i += 2) c.lineTo(line[i]!, line[i + 1]!)
}

/** Px of height in which nothing shines through between words. */
const GAP = 8

/** Text with a halo of the background, so that a line under it does not touch the letters. */
export function text(
  c: Brush,
  words: string,
  x: number,
  y: number,
  colour: string,
  font: string,
  halo: string | null,
): void {
  c.font = font
  c.textAlign = 'left'
  c.textBaseline = 'middle'
  if (halo) {
    // Between the words there are no letters to have a halo.
    c.fillStyle = halo
    c.fillRect(x, y - GAP / 2, c.measureText(words).width, GAP)
    c.strokeStyle = halo
    c.lineWidth = 3.5
    c.lineJoin = 'round'
    c.strokeText(words, x, y)
  }
  c.fillStyle = colour
  c.fillText(words, x, y)
}
