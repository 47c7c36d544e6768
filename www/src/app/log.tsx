/** What the run printed, line by line; a number in brackets leads to the other lines and errors that carry it. */
import { useSignal } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'
import { errorIds, linesWith } from '../state/log'
import { visible } from '../text/core'
import { showTime } from '../text/duration'
import { count, t } from '../text/locale'
import { lowerBound } from '../timeline/lane_index'
import type { Trace } from '../timeline/trace'
import { useApp } from './context'
import { firstRow, scrollFor, TALLEST } from './scroll'

/** Height of a line, px (the style sheet says the same). */
const LINE = 26
/** Lines in view. */
const LINES = 6

/** The panel; nothing when nothing was printed. */
export function Log() {
  const { session, transport } = useApp()
  const box = useRef<HTMLDivElement>(null)
  const first = useSignal(0)
  const shown = session.shown.value
  const logs = shown?.trace.logs ?? []
  const times = shown?.trace.columns.time
  const printed = times ? lowerBound(0, logs.length, transport.cursor.value + 0.5, (i) => times[logs[i]!]!) : 0
  const last = Math.max(0, printed - 1)
  const visibleLines = Math.min(LINES, logs.length)

  // The line printed last stays in view.
  useEffect(() => {
    const element = box.current
    if (!element || (last >= first.value && last < first.value + visibleLines)) return
    element.scrollTop = scrollFor(Math.max(0, last - visibleLines + 1), logs.length, visibleLines, LINE)
    first.value = firstRow(element.scrollTop, logs.length, visibleLines, LINE)
  }, [last, logs])

  if (!shown || logs.length === 0) return null
  const lines = Array.from(logs.slice(first.value, first.value + visibleLines + 1))
  return (
    <section class="panel log">
      <h2>
        {t('log.title')} <span class="plain">{count(logs.length)}</span>
      </h2>
      <div
        class="log-lines"
        ref={box}
        style={{ blockSize: `${visibleLines * LINE}px` }}
        onScroll={(event) => (first.value = firstRow(event.currentTarget.scrollTop, logs.length, visibleLines, LINE))}
      >
        <ol>
          {lines.map((event) => (
            <Line key={event} trace={shown.trace} event={event} now={event === logs[last] && printed > 0} />
          ))}
        </ol>
        <div style={{ blockSize: `${Math.min(logs.length * LINE, TALLEST)}px` }} />
      </div>
    </section>
  )
}

function Line({ trace, event, now }: { trace: Trace; event: number; now: boolean }) {
  const { session, transport } = useApp()
  const row = session.shown.value?.rows.get(event)
  const time = trace.columns.time[event] ?? 0
  const later = time > transport.cursor.value
  return (
    <li
      class={`line ${now ? 'now' : ''} ${later ? 'later' : ''}`}
      aria-current={event === transport.selected.value || undefined}
    >
      <button type="button" class="plain-button" onClick={() => transport.select(event)}>
        <span class="time">{showTime(time)}</span> <b>{trace.tasks[trace.columns.task[event] ?? 0]?.name}</b>
        <span class="hidden"> {row ? visible(row.detail) : ''}</span>
      </button>
      {row && <Ids event={event} line={row.detail} />}
      <code aria-hidden="true">{row ? visible(row.detail) : '…'}</code>
    </li>
  )
}

/** The numbers in brackets of a line, each a button to the next line that carries it. */
export function Ids({ event, line }: { event: number; line: string }) {
  const { session, transport } = useApp()
  const trace = session.shown.value?.trace
  if (!trace) return null
  const linked = errorIds(line)
    .map((id) => ({ id, events: linesWith(trace, id) }))
    .filter(({ events }) => events.length > 1)
  return (
    <>
      {linked.map(({ id, events }) => (
        <button
          type="button"
          class="error-id"
          key={id}
          aria-label={t('log.follow', { id, count: count(events.length) })}
          title={t('log.follow', { id, count: count(events.length) })}
          onClick={() => transport.select(events[(events.indexOf(event) + 1) % events.length]!)}
        >
          [{id}]
        </button>
      ))}
    </>
  )
}
