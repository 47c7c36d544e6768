/** What stands on the timeline besides the run, painted on a picture: the notes, the ruler, and where the run departed. */
import type { Brush } from '../timeline/brush'
import { anatomy, rowTop } from '../timeline/lanes'
import { AXIS } from '../timeline/paint'
import { fitting, type Picture } from './picture'

/** The widest note, px. */
const NOTE = 260

/** Paints the notes: a line down each, and its words at the foot of it; those that would cover another stand higher. */
export function paintNotes(c: Brush, picture: Picture): void {
  const { frame, notes, measure } = picture
  const { palette, view } = frame
  const bottom = AXIS + frame.height + frame.below
  const free = [0, 0, 0]
  for (const { x, text } of notes) {
    const words = fitting(text, NOTE, picture)
    const width = measure(words, true, false) + 14
    const left = x + width > view.width ? x - width : x
    const row = Math.max(
      0,
      free.findIndex((until) => until <= left),
    )
    free[row] = left + width + 6
    c.strokeStyle = palette.tones.user
    c.lineWidth = 1.5
    down(c, x, 22, bottom)
    tag(c, picture, left, bottom - 26 - row * 25, width, words)
  }
}

/** Paints the ruler: a line down at either event, and between them how far they are apart. */
export function paintRuler(c: Brush, picture: Picture): void {
  const { frame, ruler, measure } = picture
  if (!ruler) return
  const { palette, view } = frame
  const bottom = AXIS + frame.height + frame.below
  const [left, right] = [Math.max(0, ruler.x0), Math.min(view.width, ruler.x1)]
  c.strokeStyle = palette.select
  c.lineWidth = 1.5
  c.setLineDash([4, 3])
  for (const x of [ruler.x0, ruler.x1]) if (x >= 0 && x <= view.width) down(c, x, 28, bottom)
  c.setLineDash([])
  c.beginPath()
  c.moveTo(left, 40)
  c.lineTo(right, 40)
  c.stroke()
  const width = measure(ruler.text, true, false) + 14
  const x = Math.min(Math.max((left + right - width) / 2, 0), view.width - width)
  tag(c, picture, x, 30, width, ruler.text)
}

/** Paints a fork and its number at each event before which a recorded choice departed from the usual order. */
export function paintDepartures(c: Brush, { frame, departures }: Picture): void {
  const { palette, layout, view, height } = frame
  for (const { x, row, number } of departures) {
    const y = AXIS + Math.max(0, row < 0 ? 0 : rowTop(layout, row) + anatomy(layout.height).middle - 25)
    if (x < 0 || x > view.width || y > AXIS + height) continue
    const text = String(number)
    c.font = `700 11px ${palette.sans}`
    const width = c.measureText(text).width + 26
    const left = x - width / 2
    c.strokeStyle = palette.tones.replica
    c.lineWidth = 1
    c.fillStyle = palette.panel
    c.beginPath()
    c.roundRect(left, y - 11, width, 22, 11)
    c.fill()
    c.stroke()
    c.lineWidth = 1.5
    c.beginPath()
    for (const end of [-4, 0, 4]) {
      c.moveTo(left + 6, y)
      c.lineTo(left + 10, y)
      c.lineTo(left + 16, y + end)
    }
    c.stroke()
    c.fillStyle = palette.tones.replica
    c.textAlign = 'left'
    c.textBaseline = 'middle'
    c.fillText(text, left + 19, y + 0.5)
  }
}

function down(c: Brush, x: number, from: number, to: number): void {
  c.beginPath()
  c.moveTo(x, from)
  c.lineTo(x, to)
  c.stroke()
}

/** Words in a frame, in the colour of the line that they belong to. */
function tag(c: Brush, { frame: { palette } }: Picture, x: number, y: number, width: number, words: string): void {
  c.fillStyle = palette.panel
  c.beginPath()
  c.roundRect(x, y, width, 21, 4)
  c.fill()
  c.stroke()
  c.fillStyle = palette.ink
  c.font = `11.5px ${palette.sans}`
  c.textAlign = 'left'
  c.textBaseline = 'middle'
  c.fillText(words, x + 7, y + 11)
}
