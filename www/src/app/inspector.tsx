/** One event: in words, why, what came of it, and the Rust line that ran. */

import { eventSentence } from '../text/core'
import { aboutTime, showTime } from '../text/duration'
import { t } from '../text/locale'
import { causeChain, effects } from '../timeline/trace'
import { useApp } from './context'
import { Added } from './later'
import { Ids } from './log'
import { Source } from './source'

/** Causes and effects listed. */
const CAUSES = 12
const EFFECTS = 6

/** The panel. */
export function Inspector() {
  const { session, transport } = useApp()
  const shown = session.shown.value
  const id = transport.selected.value
  if (!shown || id === null || id >= shown.trace.count) {
    return (
      <section class="panel inspector">
        <h2>{t('inspector.title')}</h2>
        <p class="quiet">{t('inspector.none')}</p>
      </section>
    )
  }
  const { trace, rows, info } = shown
  const row = rows.get(id)
  const causes = causeChain(trace, id, CAUSES)
  const after = effects(trace, id, EFFECTS)
  const time = trace.columns.time[id] ?? 0
  const task = trace.tasks[trace.columns.task[id] ?? 0]?.name ?? ''
  return (
    <section class="panel inspector">
      <h2>
        {t('inspector.number', { id })} · {trace.kinds[trace.columns.kind[id] ?? 0]} · {task} ·{' '}
        <span class="plain">{showTime(time)}</span>
      </h2>
      <Source trace={trace} event={id} />
      <div class="story">
        <p class="sentence">
          {row ? eventSentence(row, info.scenario) : '…'} {row?.kind === 'log' && <Ids event={id} line={row.detail} />}
        </p>
        <Added part="extras">{({ Moves }) => <Moves />}</Added>
        <h3>{t('inspector.causes')}</h3>
        {causes.length === 0 ? <p class="quiet">{t('inspector.first')}</p> : <EventList events={causes} from={time} />}
        {after.length > 0 && (
          <>
            <h3>{t('inspector.effects')}</h3>
            <EventList events={after} from={time} />
          </>
        )}
      </div>
    </section>
  )
}

/** Events as buttons, with their distance in time. */
function EventList({ events, from }: { events: number[]; from: number }) {
  const { session, transport } = useApp()
  const shown = session.shown.value
  if (!shown) return null
  return (
    <ol class="chain">
      {events.map((event) => {
        const row = shown.rows.get(event)
        const distance = (shown.trace.columns.time[event] ?? 0) - from
        return (
          <li key={event}>
            <button type="button" class="plain-button" onClick={() => transport.select(event)}>
              <span class="time">
                {distance === 0 ? '±0' : `${distance > 0 ? '+' : '−'}${aboutTime(Math.abs(distance))}`}
              </span>
              <span>{row ? eventSentence(row, shown.info.scenario) : '…'}</span>
            </button>
          </li>
        )
      })}
    </ol>
  )
}
