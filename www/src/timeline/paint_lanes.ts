/** What a task does, on its lane: bars of work and hangs, lines of waiting, and the pulse. */
import type { Brush } from './brush'
import type { Frame } from './paint'
import { text, trace } from './paint_text'
import type { Palette } from './palette'
import type { Bar, Pulse } from './scene'

/** Px over which a line fades after a task's end. */
const FADE = 110

export function paintLines(c: Brush, { scene, palette }: Frame): void {
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

/** Bars of work that have nothing to tell but their length, all at once; then the others. */
export function paintBars(c: Brush, bars: Bar[], palette: Palette): void {
  const plain = ({ kind, cut, slowed }: Bar) => kind === 'work' && !cut && !slowed
  c.fillStyle = palette.work
  c.beginPath()
  for (const bar of bars) {
    if (!plain(bar)) continue
    if (bar.width < 8) c.rect(bar.x, bar.y, bar.width, bar.height)
    else c.roundRect(bar.x, bar.y, bar.width, bar.height, 3)
  }
  c.fill()
  for (const bar of bars) {
    if (!plain(bar)) paintBar(c, bar, palette)
    if (bar.text) paintBarText(c, bar, bar.text, palette)
  }
}

function paintBar(c: Brush, bar: Bar, palette: Palette): void {
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
}

function paintBarText(c: Brush, bar: Bar, words: string, palette: Palette): void {
  const x = Math.max(bar.x, 0) + 8
  const font = `600 11.5px ${palette.sans}`
  if (bar.kind === 'hang') {
    c.font = font
    c.fillStyle = palette.panel
    c.fillRect(x - 5, bar.y + 1.5, c.measureText(words).width + 10, bar.height - 3)
  }
  const colour = bar.kind === 'hang' ? palette.bad : bar.cut ? palette.ink : palette.onWork
  text(c, words, x, bar.y + bar.height / 2 + 0.5, colour, font, null)
}

export function paintPulse(c: Brush, { line, bands, beatHeight, kind, fadeFrom, y }: Pulse, palette: Palette): void {
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
