/** All events as a grid: only the rows in view are in the document, whatever their number. */
import { useSignal } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'
import type { Shown } from '../state/session'
import { eventSentence } from '../text/core'
import { showDuration } from '../text/duration'
import { t } from '../text/locale'
import { useApp } from './context'
import { Close } from './icons'
import { firstRow, scrollFor, TALLEST } from './scroll'
import { Search } from './search'

/** Height of a row, px (the style sheet says the same). */
const ROW = 28
/** Rows in the document at most. */
const ROWS = 50
const COLUMNS = ['id', 'time', 'task', 'kind', 'what', 'cause', 'source'] as const

/** The drawer with the table. */
export function EventTable({ shown }: { shown: Shown }) {
  const { transport, ui } = useApp()
  const box = useRef<HTMLDivElement>(null)
  const first = useSignal(0)
  const visible = useSignal(12)
  const { trace, rows, info } = shown
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
      ROW,
    )
    first.value = firstRow(element.scrollTop, trace.count, visible.value, ROW)
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
  const onClick = ({ target }: MouseEvent) => {
    const row = (target as Element).closest<HTMLElement>('[data-event]')
    if (row) transport.select(Number(row.dataset.event))
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
    if (column === 'what') return eventSentence(row, info.scenario)
    if (column === 'cause') return row.cause ?? ''
    return row.source?.replace(/^src\//, '') ?? ''
  }
  return (
    <section class="events" aria-label={t('events.title')}>
      <div class="panel-head">
        <h2>{t('events.title')}</h2>
        <Search shown={shown} />
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
        onScroll={(event) => (first.value = firstRow(event.currentTarget.scrollTop, trace.count, visible.value, ROW))}
        onKeyDown={onKeyDown}
        onClick={onClick}
      >
        <div class="grid-rows" role="rowgroup">
          <div class="grid-row grid-head" role="row" tabIndex={-1} aria-rowindex={1}>
            {COLUMNS.map((column) => (
              <span key={column} role="columnheader" tabIndex={-1}>
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
              data-event={id}
              tabIndex={-1}
            >
              {COLUMNS.map((column) => (
                <span key={column} role="gridcell" tabIndex={-1} class={column}>
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
