/** What goes from lane to lane: messages, cancels by reason, starts; and what never arrived. */
import type { Brush } from './brush'
import { text } from './paint_text'
import { DASHES, type Palette } from './palette'
import type { Arrow } from './scene'

/** Draws one; what never arrived is a stub with a cross, and how many there are. */
export function paintArrow(c: Brush, arrow: Arrow, palette: Palette): void {
  const { x0, y0, x1, y1, kind, reason, to, loop, badge, strength } = arrow
  const colour = kind === 'cancel' ? palette.tones[reason] : kind === 'restart' ? palette.pulse : palette.message
  c.strokeStyle = colour
  c.globalAlpha = strength * (kind === 'spawn' ? 0.55 : 1)
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
  if (badge) text(c, badge, x1 + 7, y1, palette.bad, `700 10.5px ${palette.sans}`, palette.background)
}
