/** All events as a grid: only the rows in view are in the document, whatever their number. */
import { useSignal } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'
import type { Shown } from '../state/session'
import { eventSentence } from '../text/core'
import { showDuration } from '../text/duration'
import { t } from '../text/locale'
import { useApp } from './context'
import { Close } from './icons'

/** Height of a row, px (the style sheet says the same). */
const ROW = 28
/** Rows in the document at most. */
const ROWS = 50
/** A scrolling area must not be taller than browsers can make it. */
const TALLEST = 8_000_000

const COLUMNS = ['id', 'time', 'task', 'kind', 'what', 'cause', 'source'] as const

/** The first row to draw for a scroll position, for `count` rows of which `visible` fit. */
export function firstRow(scrollTop: number, count: number, visible: number): number {
  const total = Math.min(count * ROW, TALLEST)
  const room = Math.max(1, total - visible * ROW)
  return Math.max(0, Math.min(count - visible, Math.round((scrollTop / room) * Math.max(0, count - visible))))
}

/** The scroll position that brings a row to the top. */
export function scrollFor(row: number, count: number, visible: number): number {
  const total = Math.min(count * ROW, TALLEST)
  return (row / Math.max(1, count - visible)) * Math.max(0, total - visible * ROW)
}

/** The drawer with the table. */
export function EventTable({ shown }: { shown: Shown }) {
  const { transport, ui } = useApp()
  const box = useRef<HTMLDivElement>(null)
  const first = useSignal(0)
  const visible = useSignal(12)
  const { trace, rows } = shown
  const selected = transport.selected.value

  useEffect(() => {
    const element = box.current
    if (!element) return
    const observer = new ResizeObserver(() => {
      visible.value = Math.max(3, Math.min(ROWS, Math.floor(element.clientHeight / ROW) - 1))
    })
    observer.observe(element)
    return () => observer.disconnect()
  }, [])

  // The chosen event is always in view.
  useEffect(() => {
    const element = box.current
    if (!element || selected === null) return
    if (selected >= first.value && selected < first.value + visible.value) return
    const target = Math.max(0, selected - Math.floor(visible.value / 2))
    element.scrollTop = scrollFor(
      Math.min(target, Math.max(0, trace.count - visible.value)),
      trace.count,
      visible.value,
    )
    first.value = firstRow(element.scrollTop, trace.count, visible.value)
  }, [selected, trace])

  const onKeyDown = (event: KeyboardEvent) => {
    const here = selected ?? 0
    const moves: Record<string, number> = {
      ArrowDown: here + 1,
      ArrowUp: here - 1,
      PageDown: here + visible.value,
      PageUp: here - visible.value,
      Home: 0,
      End: trace.count - 1,
    }
    const target = moves[event.key]
    if (target === undefined) return
    event.preventDefault()
    event.stopPropagation()
    transport.select(Math.min(Math.max(target, 0), trace.count - 1))
  }
  const shownRows = Array.from(
    { length: Math.min(visible.value + 1, trace.count - first.value) },
    (_, i) => first.value + i,
  )
  const cell = (id: number, column: (typeof COLUMNS)[number]) => {
    const row = rows.get(id)
    if (column === 'id') return id
    if (column === 'time') return showDuration(trace.columns.time[id] ?? 0)
    if (column === 'task') return trace.tasks[trace.columns.task[id] ?? 0]?.name
    if (column === 'kind') return trace.kinds[trace.columns.kind[id] ?? 0]
    if (!row) return '…'
    if (column === 'what') return eventSentence(row)
    if (column === 'cause') return row.cause ?? ''
    return row.source?.replace(/^src\//, '') ?? ''
  }
  return (
    <section class="events" aria-label={t('events.title')}>
      <div class="panel-head">
        <h2>{t('events.title')}</h2>
        <button
          type="button"
          class="icon-button"
          aria-label={t('events.close')}
          onClick={() => (ui.table.value = false)}
        >
          <Close />
        </button>
      </div>
      <div
        class="grid"
        ref={box}
        role="grid"
        tabIndex={0}
        aria-label={t('events.label')}
        aria-rowcount={trace.count + 1}
        aria-colcount={COLUMNS.length}
        aria-activedescendant={selected !== null && shownRows.includes(selected) ? `event-${selected}` : undefined}
        onScroll={(event) => (first.value = firstRow(event.currentTarget.scrollTop, trace.count, visible.value))}
        onKeyDown={onKeyDown}
      >
        <div class="grid-rows" role="rowgroup">
          <div class="grid-row grid-head" role="row" aria-rowindex={1}>
            {COLUMNS.map((column) => (
              <span key={column} role="columnheader">
                {t(`events.${column}`)}
              </span>
            ))}
          </div>
          {shownRows.map((id) => (
            <div
              key={id}
              id={`event-${id}`}
              class="grid-row"
              role="row"
              aria-rowindex={id + 2}
              aria-selected={id === selected}
              onClick={() => transport.select(id)}
            >
              {COLUMNS.map((column) => (
                <span key={column} role="gridcell" class={column}>
                  {cell(id, column)}
                </span>
              ))}
            </div>
          ))}
        </div>
        <div
          class="grid-space"
          role="presentation"
          style={{ height: `${Math.min((trace.count + 1) * ROW, TALLEST)}px` }}
        />
      </div>
    </section>
  )
}
