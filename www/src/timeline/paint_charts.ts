/** Curves under the lanes, on the lanes' own axis. */
import type { Brush } from './brush'
import { AXIS, type Frame } from './paint'
import { text, trace } from './paint_text'

/** Curves under the lanes. */
export function paintCharts(c: Brush, { scene, view, palette }: Frame): void {
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
