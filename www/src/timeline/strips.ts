/** Density strips on a canvas: one row of bytes per lane on a canvas of their own, each stretched to its lane's height. */
import type { StripPainter } from './paint'

/** Paints strips on `c`, all at once. */
export function stripsOn(c: CanvasRenderingContext2D): StripPainter {
  return (strips, colour) => {
    const width = strips[0]?.cells.length ?? 0
    if (width === 0) return
    const canvas = c.canvas.ownerDocument.createElement('canvas')
    canvas.width = width
    canvas.height = strips.length
    const rows = canvas.getContext('2d')
    if (!rows) return
    const image = rows.createImageData(width, strips.length)
    strips.forEach(({ cells }, row) => {
      for (let x = 0; x < width; x++) image.data[(row * width + x) * 4 + 3] = opacity(cells[x]!)
    })
    rows.putImageData(image, 0, 0)
    rows.globalCompositeOperation = 'source-in'
    rows.fillStyle = colour
    rows.fillRect(0, 0, width, strips.length)
    c.imageSmoothingEnabled = false
    for (const [row, { y, height }] of strips.entries()) c.drawImage(canvas, 0, row, width, 1, 0, y, width, height)
  }
}

/** How opaque a column is, 0 to 255: what is busy at all can be seen. */
export function opacity(cell: number): number {
  return cell > 0 ? Math.floor(64 + 0.75 * cell) : 0
}
