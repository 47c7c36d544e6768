/** A brush that writes SVG: what the painters draw on a canvas becomes shapes, and text stays text. */
import type { Brush } from '../timeline/brush'
import type { StripPainter } from '../timeline/paint'
import { opacity } from '../timeline/strips'
import { escaped } from './xml'

/** What a canvas keeps between strokes and gives back on `restore`. */
interface State {
  fillStyle: Brush['fillStyle']
  strokeStyle: Brush['strokeStyle']
  globalAlpha: number
  lineWidth: number
  lineJoin: CanvasLineJoin
  lineCap: CanvasLineCap
  font: string
  textAlign: CanvasTextAlign
  textBaseline: CanvasTextBaseline
  dash: number[]
  x: number
  y: number
  /** Groups that were opened since the last `save`. */
  groups: number
}

const START: State = {
  fillStyle: '#000',
  strokeStyle: '#000',
  globalAlpha: 1,
  lineWidth: 1,
  lineJoin: 'miter',
  lineCap: 'butt',
  font: '10px sans-serif',
  textAlign: 'start',
  textBaseline: 'alphabetic',
  dash: [],
  x: 0,
  y: 0,
  groups: 0,
}

/** Levels of opacity that density strips are written with. */
const SHADES = 16

/**
 * A brush that collects elements. `measure` gives the width of a text in a font, px; `middle` how far above their
 * baseline the middle of letters is, in parts of their size: programs disagree on `dominant-baseline`, so it is not used.
 */
export class SvgBrush implements Brush {
  fillStyle = START.fillStyle
  strokeStyle = START.strokeStyle
  globalAlpha = START.globalAlpha
  lineWidth = START.lineWidth
  lineJoin = START.lineJoin
  lineCap = START.lineCap
  font = START.font
  textAlign = START.textAlign
  textBaseline = START.textBaseline

  private dash: number[] = []
  private x = 0
  private y = 0
  private groups = 0
  private path = ''
  private readonly saved: State[] = []
  private readonly elements: string[] = []
  private readonly definitions: string[] = []
  /** A halo that waits for its letters: they become one element. */
  private halo: { words: string; x: number; y: number; attributes: string } | null = null

  constructor(
    private readonly measure: (text: string, font: string) => number,
    private readonly middle: number,
  ) {}

  /** What was drawn: definitions first. */
  content(): string {
    const definitions = this.definitions.length > 0 ? `<defs>${this.definitions.join('')}</defs>\n` : ''
    return definitions + this.elements.join('\n')
  }

  /** Something that is no drawing, such as a link around what follows. */
  raw(element: string): void {
    this.elements.push(element)
  }

  save(): void {
    const { fillStyle, strokeStyle, globalAlpha, lineWidth, lineJoin, lineCap, font, textAlign, textBaseline } = this
    const style = { fillStyle, strokeStyle, globalAlpha, lineWidth, lineJoin, lineCap, font, textAlign, textBaseline }
    this.saved.push({ ...style, dash: this.dash, x: this.x, y: this.y, groups: this.groups })
    this.groups = 0
  }

  restore(): void {
    const state = this.saved.pop()
    if (!state) return
    for (; this.groups > 0; this.groups--) this.elements.push('</g>')
    Object.assign(this, state)
  }

  translate(x: number, y: number): void {
    this.x += x
    this.y += y
  }

  /** Everything until the next `restore` is cut to the path. */
  clip(): void {
    const id = `c${this.definitions.length}`
    this.definitions.push(`<clipPath id="${id}"><path d="${this.path}"/></clipPath>`)
    this.elements.push(`<g clip-path="url(#${id})">`)
    this.groups += 1
  }

  beginPath(): void {
    this.path = ''
  }

  closePath(): void {
    this.path += 'Z'
  }

  moveTo(x: number, y: number): void {
    this.path += `M${this.at(x, y)}`
  }

  /** As on a canvas, a line with no beginning begins where it ends. */
  lineTo(x: number, y: number): void {
    this.path += `${this.path === '' ? 'M' : 'L'}${this.at(x, y)}`
  }

  quadraticCurveTo(cx: number, cy: number, x: number, y: number): void {
    this.path += `Q${this.at(cx, cy)} ${this.at(x, y)}`
  }

  rect(x: number, y: number, width: number, height: number): void {
    this.path += `M${this.at(x, y)}h${short(width)}v${short(height)}h${short(-width)}Z`
  }

  roundRect(x: number, y: number, width: number, height: number, radii?: number | DOMPointInit | unknown): void {
    const r = Math.min(typeof radii === 'number' ? radii : 0, width / 2, height / 2)
    if (r <= 0) return this.rect(x, y, width, height)
    const corner = (dx: number, dy: number) => `a${short(r)} ${short(r)} 0 0 1 ${short(dx)} ${short(dy)}`
    const [across, down] = [short(width - 2 * r), short(height - 2 * r)]
    this.path +=
      `M${this.at(x + r, y)}h${across}${corner(r, r)}v${down}${corner(-r, r)}` +
      `h-${across}${corner(-r, -r)}v-${down}${corner(r, -r)}Z`
  }

  arc(x: number, y: number, radius: number, from: number, to: number): void {
    const r = short(radius)
    const point = (angle: number) => this.at(x + radius * Math.cos(angle), y + radius * Math.sin(angle))
    const begin = `${this.path === '' ? 'M' : 'L'}${point(from)}`
    // An arc from a point to itself is nothing in SVG: a circle is two halves.
    const ends = to - from >= 2 * Math.PI ? [from + Math.PI, from + 2 * Math.PI] : [to]
    const large = ends.length === 1 && to - from > Math.PI ? 1 : 0
    this.path += begin + ends.map((angle) => `A${r} ${r} 0 ${large} 1 ${point(angle)}`).join('')
  }

  fill(): void {
    if (this.path) this.elements.push(`<path d="${this.path}"${this.filling()}/>`)
  }

  stroke(): void {
    if (this.path) this.elements.push(`<path d="${this.path}" fill="none"${this.stroking()}/>`)
  }

  fillRect(x: number, y: number, width: number, height: number): void {
    const size = `width="${short(width)}" height="${short(height)}"`
    this.elements.push(`<rect x="${short(x + this.x)}" y="${short(y + this.y)}" ${size}${this.filling()}/>`)
  }

  setLineDash(dash: Iterable<number>): void {
    this.dash = [...dash]
  }

  createLinearGradient(x0: number, y0: number, x1: number, y1: number): CanvasGradient {
    const [from, to] = [this.at(x0, y0).split(' '), this.at(x1, y1).split(' ')]
    return new Gradient(`x1="${from[0]}" y1="${from[1]}" x2="${to[0]}" y2="${to[1]}"`)
  }

  measureText(text: string): { width: number } {
    return { width: this.measure(text, this.font) }
  }

  strokeText(words: string, x: number, y: number): void {
    this.halo = { words, x, y, attributes: `${this.stroking()} paint-order="stroke"` }
  }

  fillText(words: string, x: number, y: number): void {
    const [, weight, size, family] = /^(\d+ )?([\d.]+)px (.+)$/.exec(this.font) ?? []
    const px = Number(size ?? 10)
    const base = this.textBaseline === 'middle' ? y + this.middle * px : y
    const anchor = this.textAlign === 'center' ? ' text-anchor="middle"' : ''
    const heavy = weight ? ` font-weight="${weight.trim()}"` : ''
    const font = ` font-family="${escaped(family ?? 'sans-serif')}" font-size="${px}"${heavy}${anchor}`
    const { halo } = this
    const around = halo?.words === words && halo.x === x && halo.y === y ? halo.attributes : ''
    this.halo = null
    const place = `x="${short(x + this.x)}" y="${short(base + this.y)}"`
    this.elements.push(`<text ${place}${font}${this.filling()}${around}>${escaped(words)}</text>`)
  }

  private at(x: number, y: number): string {
    return `${short(x + this.x)} ${short(y + this.y)}`
  }

  private filling(): string {
    return ` fill="${this.paint(this.fillStyle)}"${this.faint()}`
  }

  private stroking(): string {
    const width = this.lineWidth === 1 ? '' : ` stroke-width="${short(this.lineWidth)}"`
    const join = this.lineJoin === 'miter' ? '' : ` stroke-linejoin="${this.lineJoin}"`
    const cap = this.lineCap === 'butt' ? '' : ` stroke-linecap="${this.lineCap}"`
    const dash = this.dash.length === 0 ? '' : ` stroke-dasharray="${this.dash.map(short).join(' ')}"`
    return ` stroke="${this.paint(this.strokeStyle)}"${width}${join}${cap}${dash}${this.faint()}`
  }

  private faint(): string {
    return this.globalAlpha === 1 ? '' : ` opacity="${short(this.globalAlpha)}"`
  }

  private paint(style: Brush['fillStyle']): string {
    if (!(style instanceof Gradient)) return escaped(String(style))
    const id = `g${this.definitions.length}`
    this.definitions.push(style.definition(id))
    return `url(#${id})`
  }
}

/** A gradient as a canvas makes one. */
class Gradient implements CanvasGradient {
  private stops = ''

  constructor(private readonly line: string) {}

  addColorStop(offset: number, colour: string): void {
    // As on a canvas `transparent` is black that cannot be seen; not every program knows it as a colour.
    const seen = colour === 'transparent' ? 'stop-color="#000" stop-opacity="0"' : `stop-color="${escaped(colour)}"`
    this.stops += `<stop offset="${short(offset)}" ${seen}/>`
  }

  definition(id: string): string {
    return `<linearGradient id="${id}" gradientUnits="userSpaceOnUse" ${this.line}>${this.stops}</linearGradient>`
  }
}

/** Strips in SVG: px columns that are equally busy, in one of a few shades, are one rectangle. */
export function stripsInSvg(brush: SvgBrush): StripPainter {
  return (strips, colours) => {
    const shade = (cell: number) => (cell === 0 ? 0 : Math.max(1, Math.round((opacity(cell) / 255) * SHADES)))
    brush.save()
    for (const { y, height, cells, tone } of strips) {
      brush.fillStyle = colours[tone]
      for (let x = 0; x < cells.length; ) {
        const now = shade(cells[x]!)
        let end = x + 1
        while (end < cells.length && shade(cells[end]!) === now) end++
        brush.globalAlpha = now / SHADES
        if (now > 0) brush.fillRect(x, y, end - x, height)
        x = end
      }
    }
    brush.restore()
  }
}

/** Two decimals are finer than any screen. */
function short(value: number): string {
  return String(Math.round(value * 100) / 100)
}
