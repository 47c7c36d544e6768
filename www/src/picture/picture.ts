/** A run as a picture to take along: the timeline with what the page shows around it, laid out once for PNG and SVG. */
import { axisOf } from '../timeline/arrange'
import type { Brush } from '../timeline/brush'
import { layoutCharts } from '../timeline/charts'
import type { SceneInput, Words } from '../timeline/input'
import { type Lane, type LaneLayout, layoutLanes, rowsOf, rowTop } from '../timeline/lanes'
import { AXIS, type Frame, paint, type StripPainter } from '../timeline/paint'
import type { Palette } from '../timeline/palette'
import { fit, toPx, type View } from '../timeline/scale'
import { buildScene } from '../timeline/scene'
import type { Trace } from '../timeline/trace'
import type { Pin } from '../worker/core'
import { paintDepartures, paintNotes, paintRuler } from './flags'
import { METADATA } from './link'
import { SvgBrush, stripsInSvg } from './svg'
import { escaped } from './xml'

/** The plot is at least so wide, whatever the screen, and at most; px. */
const NARROWEST = 960
const WIDEST = 2_400
/** What a lane would like, and the most that lanes get together; px. */
const LANE = 84
const TALLEST = 4_000
/** Room for each chart, px. */
const CHART = 64
/** Free room around, above the plot for the title, left of it for the lanes' names, and below it for the link; px. */
const EDGE = 16
const HEAD = 66
const GUTTER = 150
const FOOT = 34

/** What a picture is made from. */
export interface PictureInput {
  trace: Trace
  /** The window on the page; null for the whole run. */
  window: View | null
  lanes: Lane[]
  /** The reader's notes, ns from the start of the run. */
  pins: readonly Pin[]
  /** Two events between which the reader measures, and how far they are apart in words. */
  ruler: { from: number; to: number; text: string } | null
  /** The events before which the run departed from the usual order. */
  departures: readonly number[]
  words: Words
  palette: Palette
  measure: SceneInput['measure']
  /** As `middleOf` says. */
  middle: number
  texts: PictureTexts
}

/** Everything that is said on it. */
export interface PictureTexts {
  title: string
  /** How it came out, on one line. */
  facts: string
  /** The run in a paragraph, for those who do not see it. */
  summary: string
  /** The page's address with the link. */
  address: string
  tooManyArrows: string
  gauge(name: string): string
  server: string
  /** So many lanes had no room. */
  more(lanes: number): string
}

/** A picture that is laid out, px. */
export interface Picture {
  width: number
  height: number
  frame: Frame
  lanes: LaneLayout
  charts: { name: string; y: number }[]
  /** The notes in view by their place, px. */
  notes: { x: number; text: string }[]
  ruler: { x0: number; x1: number; text: string } | null
  departures: { x: number; row: number; number: number }[]
  /** Lanes that had no room. */
  left: number
  texts: PictureTexts
  measure: SceneInput['measure']
  middle: number
}

/** Lays a picture out: the window of the page, and all lanes as far as there is room. */
export function layoutPicture(input: PictureInput): Picture {
  const { trace, window, words, palette, measure, texts } = input
  const width = Math.min(Math.max(window?.width ?? 0, NARROWEST), WIDEST)
  const view = window ? { ...window, width } : fit(trace.duration, width)
  const all = input.lanes
  const wanted = Math.min(Math.max(1, all.length) * LANE, TALLEST)
  const tall = wanted + Math.min(trace.charts.length * CHART, wanted)
  const charts = layoutCharts(trace.charts, tall)
  const height = charts[0]?.y ?? tall
  const lanes = layoutLanes(all, rowsOf(all, trace.laneOf), height, 0)
  const scene = buildScene({ trace, view, layout: lanes, height, charts, words, measure })
  const note = scene.tooManyArrows ? texts.tooManyArrows : null
  return {
    width: GUTTER + width + 2 * EDGE,
    height: HEAD + AXIS + tall + FOOT,
    frame: { scene, view, layout: lanes, height, below: tall - height, palette, note },
    lanes,
    notes: input.pins
      .map(({ at, text }) => ({ x: toPx(view, axisOf(trace).x(at)), text }))
      .filter(({ x }) => x >= 0 && x <= width),
    ruler: rulerOn(input, view),
    departures: [...new Set(input.departures)]
      .filter((event) => event < trace.count)
      .map((event, i) => ({
        x: toPx(view, trace.columns.time[event]!),
        row: lanes.rowOf[trace.columns.task[event]!] ?? -1,
        number: i + 1,
      })),
    charts: charts.map((row) => ({ name: texts.gauge(row.chart.name), y: row.y + row.height / 2 })),
    left: all.length - Math.min(all.length, Math.floor(height / lanes.height + 1e-6)),
    texts,
    measure,
    middle: input.middle,
  }
}

/** The ruler in px, from left to right; none where it lies beside the picture. */
function rulerOn({ trace, ruler }: PictureInput, view: View): Picture['ruler'] {
  if (!ruler || Math.max(ruler.from, ruler.to) >= trace.count) return null
  const [from, to] = [ruler.from, ruler.to].map((event) => toPx(view, trace.columns.time[event]!))
  const [x0, x1] = [Math.min(from!, to!), Math.max(from!, to!)]
  return x1 < 0 || x0 > view.width ? null : { x0, x1, text: ruler.text }
}

/** Paints it on any brush; the link is painted by itself, for a brush that can make one of it. */
export function paintPicture(c: Brush, picture: Picture, strips: StripPainter): void {
  const { frame, lanes, charts, width, height, texts, left } = picture
  const { palette } = frame
  c.fillStyle = palette.background
  c.fillRect(0, 0, width, height)
  const write = (text: string, x: number, y: number, colour: string, font: string) => {
    c.font = font
    c.fillStyle = colour
    c.fillText(text, x, y)
  }
  c.textBaseline = 'middle'
  write(texts.title, EDGE, 24, palette.ink, `700 17px ${palette.sans}`)
  write(texts.facts, EDGE, 48, palette.ink2, `12px ${palette.sans}`)
  c.save()
  c.translate(EDGE, HEAD + AXIS)
  const room = GUTTER - EDGE
  lanes.lanes.slice(0, lanes.lanes.length - left).forEach((lane, row) => {
    const y = rowTop(lanes, row) + lanes.height * 0.43
    write(fitting(lane.name, room, picture), 0, y, palette.ink, `600 11.5px ${palette.sans}`)
    if (lane.server) write(texts.server, 0, y + 15, palette.ink3, `11px ${palette.sans}`)
  })
  for (const { name, y } of charts) write(fitting(name, room, picture), 0, y, palette.ink2, `11px ${palette.sans}`)
  c.restore()
  c.save()
  c.translate(EDGE + GUTTER, HEAD)
  paint(c, frame, strips)
  paintDepartures(c, picture)
  paintRuler(c, picture)
  paintNotes(c, picture)
  c.restore()
  c.textAlign = 'left'
  if (left > 0) {
    const words = texts.more(left)
    const x = width - EDGE - picture.measure(words, false, false)
    write(words, x, height - FOOT / 2, palette.ink2, `11.5px ${palette.sans}`)
  }
}

/** Paints the link under the plot, as much of it as has room. */
export function paintLink(c: Brush, picture: Picture): void {
  const { frame, width, height, texts, left } = picture
  const taken = left > 0 ? picture.measure(texts.more(left), false, false) + EDGE : 0
  c.textBaseline = 'middle'
  c.textAlign = 'left'
  c.font = `11px ${frame.palette.mono}`
  c.fillStyle = frame.palette.ink3
  c.fillText(fitting(texts.address, width - 2 * EDGE - taken, picture, true), EDGE, height - FOOT / 2)
}

/** A text, cut so that it has room. */
export function fitting(text: string, room: number, { measure }: Picture, mono = false): string {
  if (measure(text, !mono, mono) <= room) return text
  const signs = Array.from(text.slice(0, 2_000))
  let [fits, over] = [0, signs.length]
  while (over - fits > 1) {
    const middle = (fits + over) >> 1
    if (measure(`${signs.slice(0, middle).join('')}…`, !mono, mono) <= room) fits = middle
    else over = middle
  }
  return `${signs.slice(0, fits).join('')}…`
}

/** The picture as an SVG: text is text, the link is a link, and both title and summary are there to be read out. */
export function toSvg(picture: Picture): string {
  const { width, height, texts, measure, frame } = picture
  // Words are measured at one size; letters of another are that much wider.
  const brush = new SvgBrush((text, font) => {
    const mono = font.includes(frame.palette.mono)
    return (measure(text, /^[67]00/.test(font), mono) * parseFloat(font.replace(/^\d+ /, ''))) / (mono ? 11 : 11.5)
  }, picture.middle)
  paintPicture(brush, picture, stripsInSvg(brush))
  brush.raw(`<a href="${escaped(texts.address)}">`)
  paintLink(brush, picture)
  brush.raw('</a>')
  const size = `width="${width}" height="${height}" viewBox="0 0 ${width} ${height}"`
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" ${size} role="graphics-document" aria-labelledby="title summary">`,
    `<title id="title">${escaped(texts.title)}</title>`,
    `<desc id="summary">${escaped(`${texts.summary} ${texts.address}`)}</desc>`,
    `<metadata>${METADATA.open}${escaped(texts.address)}${METADATA.close}</metadata>`,
    brush.content(),
    '</svg>\n',
  ].join('\n')
}
