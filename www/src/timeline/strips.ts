/** Density strips on a canvas: one row of px per lane on a canvas of their own, each stretched to its height. */
import type { StripPainter } from './paint'
import type { DensityStrip } from './spans'

/** Paints strips on `c`; the rows' canvas is kept from frame to frame. */
export function stripsOn(c: CanvasRenderingContext2D): StripPainter {
  const canvas = c.canvas.ownerDocument.createElement('canvas')
  const rows = canvas.getContext('2d')
  return (strips, colours) => {
    if (!rows) return
    c.imageSmoothingEnabled = false
    for (const tone of ['work', 'message'] as const) {
      const mine = strips.filter((strip) => strip.tone === tone)
      const width = mine[0]?.cells.length ?? 0
      if (width === 0) continue
      if (canvas.width < width) canvas.width = width
      if (canvas.height < mine.length) canvas.height = mine.length
      const image = new Uint8ClampedArray(pixels(mine, width).buffer)
      rows.putImageData(new ImageData(image, width, mine.length), 0, 0)
      rows.globalCompositeOperation = 'source-in'
      rows.fillStyle = colours[tone]
      rows.fillRect(0, 0, width, mine.length)
      rows.globalCompositeOperation = 'source-over'
      for (const [row, { y, height }] of mine.entries()) c.drawImage(canvas, 0, row, width, 1, 0, y, width, height)
    }
  }
}

/** A row of px for each strip, a word each, of no colour yet. */
export function pixels(strips: DensityStrip[], width: number): Uint32Array<ArrayBuffer> {
  const rows = new Uint32Array(width * strips.length)
  strips.forEach(({ cells }, row) => {
    for (let x = 0; x < width; x++) rows[row * width + x] = OPACITIES[cells[x]!]! << ALPHA
  })
  return rows
}

/** How opaque a column is, 0 to 255: what is busy at all can be seen. */
export function opacity(cell: number): number {
  return cell > 0 ? Math.floor(64 + 0.75 * cell) : 0
}

const OPACITIES = Uint8Array.from({ length: 256 }, (_, cell) => opacity(cell))
/** Where the opacity of a px is in a word of this machine. */
const ALPHA = new Uint8Array(new Uint32Array([1]).buffer)[0] === 1 ? 24 : 0
