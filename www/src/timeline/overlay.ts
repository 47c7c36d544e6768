/** What changes at every frame of playback: the cursor, the chosen event, messages on their way. */
import { AXIS } from './paint'
import type { Palette } from './palette'
import { toPx, type View } from './scale'
import type { Scene } from './scene'

type Context = CanvasRenderingContext2D

/** The state the overlay shows. Times in ns, `height` of lanes and charts in px. */
export interface Overlay {
  scene: Scene
  view: View
  height: number
  palette: Palette
  cursor: number
  duration: number
  selected: number | null
  hovered: number | null
  /** Top and height of the chosen lane. */
  lane: { y: number; height: number } | null
  /** The way from the chosen event back through its causes, in the lanes' area; null where a lane is hidden. */
  chain: ({ x: number; y: number } | null)[]
  /** Stretches of lanes that have nothing to do with the chosen event, px; null while the lens is off. */
  faded: { x0: number; x1: number; y: number; height: number }[] | null
  point(event: number): { x: number; y: number } | null
  playing: boolean
}

/** Paints the overlay. */
export function paintOverlay(c: Context, o: Overlay): void {
  const { view, height, palette } = o
  c.clearRect(0, 0, view.width, height + AXIS)
  c.save()
  c.beginPath()
  c.rect(0, 0, view.width, height + AXIS)
  c.clip()
  const x = toPx(view, o.cursor)
  if (o.lane) {
    c.fillStyle = palette.glow
    c.globalAlpha = 0.35
    c.fillRect(0, AXIS + o.lane.y, view.width, o.lane.height)
    c.globalAlpha = 1
  }
  if (o.faded) {
    c.fillStyle = palette.background
    c.globalAlpha = 0.78
    for (const { x0, x1, y, height: tall } of o.faded) c.fillRect(x0, y + AXIS, x1 - x0, tall)
    c.globalAlpha = 1
  } else if (o.cursor < o.duration) {
    c.fillStyle = palette.background
    c.globalAlpha = 0.62
    c.fillRect(x, AXIS - 6, view.width - x, height + 6)
    c.globalAlpha = 1
  }
  if (o.cursor < o.duration && !o.faded) flights(c, o)
  chain(c, o)
  if (o.hovered !== null && o.hovered !== o.selected) halo(c, o.point(o.hovered), palette.ink3, 1.5)
  if (o.selected !== null) halo(c, o.point(o.selected), palette.select, 2)
  cursor(c, x, height, palette)
  c.restore()
}

/** Messages that are under way at the cursor. */
function flights(c: Context, o: Overlay): void {
  const x = toPx(o.view, o.cursor)
  let drawn = 0
  for (const arrow of o.scene.arrows) {
    if (arrow.to === null || arrow.loop || x < arrow.x0 || x > arrow.x1 || arrow.x1 - arrow.x0 < 1) continue
    if (++drawn > 200) return
    const share = (x - arrow.x0) / (arrow.x1 - arrow.x0)
    c.fillStyle = arrow.kind === 'cancel' ? o.palette.tones[arrow.reason] : o.palette.ink
    c.beginPath()
    c.arc(x, AXIS + arrow.y0 + share * (arrow.y1 - arrow.y0), 4, 0, Math.PI * 2)
    c.fill()
  }
}

/** The cause chain of the chosen event through its events; along a lane only the lens shows it. */
function chain(c: Context, o: Overlay): void {
  const lens = o.faded !== null
  const stroke = (along: boolean, width: number, alpha: number) => {
    c.globalAlpha = alpha
    c.lineWidth = width
    c.beginPath()
    o.chain.forEach((p, i) => {
      const next = o.chain[i + 1]
      if (!p || !next || (p.y === next.y) !== along) return
      c.moveTo(p.x, p.y + AXIS)
      c.lineTo(next.x, next.y + AXIS)
    })
    c.stroke()
  }
  c.strokeStyle = o.palette.select
  c.lineCap = 'round'
  stroke(false, lens ? 2.5 : 4, lens ? 0.8 : 0.28)
  if (lens) stroke(true, 1.5, 0.5)
  c.lineCap = 'butt'
  c.globalAlpha = 1
}

function halo(c: Context, at: { x: number; y: number } | null, colour: string, width: number): void {
  if (!at) return
  c.strokeStyle = colour
  c.lineWidth = width
  c.beginPath()
  c.arc(at.x, at.y + AXIS, 13, 0, Math.PI * 2)
  c.stroke()
}

function cursor(c: Context, x: number, height: number, palette: Palette): void {
  c.strokeStyle = palette.now
  c.fillStyle = palette.now
  c.lineWidth = 1.3
  c.beginPath()
  c.moveTo(x, AXIS - 8)
  c.lineTo(x, AXIS + height)
  c.stroke()
  c.beginPath()
  c.moveTo(x - 5.5, AXIS - 13)
  c.lineTo(x + 5.5, AXIS - 13)
  c.lineTo(x, AXIS - 5)
  c.closePath()
  c.fill()
}
