/** What stands on the timeline besides the run: the reader's notes, the ruler between two events, and where the run departed from the usual order. */
import { eventSentence } from '../text/core'
import { aboutTime, showDuration, showTime } from '../text/duration'
import { count, t } from '../text/locale'
import { anatomy, type LaneLayout, rowTop } from '../timeline/lanes'
import { AXIS } from '../timeline/paint'
import { toPx } from '../timeline/scale'
import type { Pin } from '../worker/core'
import { useApp } from './context'
import { IconButton } from './icon_button'
import { Branches, Close } from './icons'

/** Departures that are marked, and rows of notes over each other. */
const DEPARTURES = 60
const ROWS = 3
/** Px of a row of notes, and of a note at most. */
const ROW = 26
const CHIP = 176

/** Everything in the plot that is made of elements; `height` is that of the lanes. */
export function Flags({ layout, height }: { layout: LaneLayout | null; height: number }) {
  return (
    <>
      <Departures layout={layout} height={height} />
      <Ruler />
      <Notes />
    </>
  )
}

/** The notes by time: a line down, and the words at its foot. */
function Notes() {
  const { session, look, ui } = useApp()
  const window = ui.window.value
  const axis = look.axis.value
  if (!window || !axis) return null
  const free: number[] = new Array(ROWS).fill(Number.NEGATIVE_INFINITY)
  const placed = session.view.value.pins.map((pin) => {
    const x = toPx(window, axis.x(pin.at))
    const row = Math.max(
      0,
      free.findIndex((until) => until <= x),
    )
    free[row] = x + CHIP
    return { pin, x, row }
  })
  return (
    <ul class="notes" aria-label={t('notes.title')}>
      {placed
        .filter(({ x }) => x > -CHIP && x <= window.width)
        .map(({ pin, x, row }) => (
          <li
            key={`${pin.at} ${pin.text}`}
            class={`note ${x > CHIP && x > window.width - CHIP ? 'back' : ''}`}
            style={{ left: `${x}px` }}
          >
            <button
              type="button"
              style={{ bottom: `${6 + row * ROW}px`, maxWidth: `${CHIP}px` }}
              aria-label={t('notes.edit.long', { time: showTime(pin.at), text: pin.text })}
              title={pin.text}
              onClick={() => (ui.note.value = { at: pin.at, instead: pin })}
            >
              <bdi>{pin.text}</bdi>
            </button>
          </li>
        ))}
    </ul>
  )
}

/** What lies between the two events of the ruler, in words. */
export function measured(from: number, to: number, time: ArrayLike<number>): { duration: string; events: string } {
  const steps = to - from
  return {
    duration: showDuration((time[to] ?? 0) - (time[from] ?? 0)),
    events: steps === 1 ? t('measure.event') : t('measure.events', { events: count(steps) }),
  }
}

/** The ruler: a line down at either event, and the distance in time and in events between them. */
function Ruler() {
  const { session, look, ui } = useApp()
  const window = ui.window.value
  const shown = session.shown.value
  const [from, to] = session.view.value.measure ?? [look.mark.value, null]
  if (!window || !shown || from === null || (to ?? from) >= shown.trace.count) return null
  const x0 = toPx(window, look.placeOf(from))
  if (to === null) return x0 < 0 || x0 > window.width ? null : <span class="ruler-end" style={{ left: `${x0}px` }} />
  const x1 = toPx(window, look.placeOf(to))
  const [left, right] = [Math.max(0, Math.min(x0, x1)), Math.min(window.width, Math.max(x0, x1))]
  if (left > window.width || right < 0) return null
  const { duration, events } = measured(from, to, shown.trace.columns.time)
  return (
    <div class="ruler" style={{ left: `${left}px`, width: `${Math.max(0, right - left)}px` }}>
      {x0 >= 0 && <span class="ruler-end" style={{ left: '0px' }} />}
      {x1 <= window.width && <span class="ruler-end" style={{ left: `${right - left}px` }} />}
      <p style={{ left: `${Math.min(Math.max((right - left) / 2, 84 - left), window.width - left - 84)}px` }}>
        <b>{duration}</b> <span>{events}</span>
        <IconButton label={t('measure.clear')} act={look.clearMeasure}>
          <Close />
        </IconButton>
      </p>
    </div>
  )
}

/** A fork at each event before which a recorded choice departed from the usual order. */
function Departures({ layout, height }: { layout: LaneLayout | null; height: number }) {
  const { session, look, transport, ui } = useApp()
  const window = ui.window.value
  const shown = session.shown.value
  if (!window || !shown || !layout) return null
  const all = [...new Set(shown.deviations)].filter((event) => event < shown.trace.count)
  if (all.length === 0) return null
  const marks = all.flatMap((event, i) => {
    const x = toPx(window, look.placeOf(event))
    const row = layout.rowOf[shown.trace.columns.task[event] ?? 0] ?? -1
    const y = row < 0 ? 0 : rowTop(layout, row) + anatomy(layout.height).middle - 25
    return x < 0 || x > window.width || y > height ? [] : [{ event, number: i + 1, x, y: Math.max(0, y) }]
  })
  return (
    <ul class="departures" aria-label={t('departure.title')}>
      {marks.slice(0, DEPARTURES).map(({ event, number, x, y }) => {
        const row = shown.rows.get(event)
        const words = row ? eventSentence(row, shown.info.scenario) : ''
        const time = aboutTime(shown.trace.columns.time[event] ?? 0)
        const label = t('departure.mark', { number, count: all.length, time, event: words })
        return (
          <li key={event} style={{ left: `${x}px`, top: `${AXIS + y}px` }}>
            <button type="button" aria-label={label} title={label} onClick={() => transport.select(event)}>
              <Branches />
              <span aria-hidden="true">{number}</span>
            </button>
          </li>
        )
      })}
    </ul>
  )
}

/** A note that is being written, or mended. */
export interface NoteDraft {
  at: number
  instead: Pin | null
}
