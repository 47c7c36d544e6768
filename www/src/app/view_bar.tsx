/** How the run is looked at: axis, lanes by name, ruler, notes, and all of it as it was. */
import { useSignal } from '@preact/signals'
import { AXES, LONGEST_FILTER, MOST_PINS } from '../state/look'
import { t } from '../text/locale'
import type { AxisKind } from '../timeline/scale'
import { useApp } from './context'
import { NoteForm } from './flags'

/** The choice of the axis; stands in two places. */
export function AxisChoice({ short = false }: { short?: boolean }) {
  const { session, look } = useApp()
  return (
    <label class="axis">
      <span class={short ? 'hidden' : ''}>{t('axis.label')}</span>
      <select value={session.view.value.axis} onChange={(event) => look.setAxis(event.currentTarget.value as AxisKind)}>
        {AXES.map((axis) => (
          <option key={axis} value={axis}>
            {t(`axis.${axis}`)}
          </option>
        ))}
      </select>
    </label>
  )
}

/** The bar under the timeline; nothing until it is asked for. */
export function ViewBar() {
  const { session, look, transport, ui } = useApp()
  const view = session.view.value
  const typed = useSignal<string | null>(null)
  if (!ui.viewing.value && !ui.note.value) return null
  if (!ui.viewing.value) return <div class="view-bar">{<NoteForm />}</div>
  const hidden = view.filter !== null && look.lanes.value.length === 0
  return (
    <fieldset class="view-bar" aria-label={t('view.label')}>
      <AxisChoice />
      <label class="filter">
        <span>{t('view.filter')}</span>
        <input
          type="search"
          class="value"
          autocomplete="off"
          spellcheck={false}
          maxLength={LONGEST_FILTER}
          value={typed.value ?? view.filter ?? ''}
          onInput={(event) => {
            typed.value = event.currentTarget.value
            look.setFilter(typed.value)
          }}
          onBlur={() => (typed.value = null)}
        />
      </label>
      <button
        type="button"
        aria-pressed={ui.ruler.value}
        title={t('measure.toggle.long')}
        onClick={() => (ui.ruler.value = !ui.ruler.value)}
      >
        {t('measure.toggle')}
      </button>
      <button
        type="button"
        disabled={view.pins.length >= MOST_PINS || session.shown.value === null}
        onClick={() => (ui.note.value = { at: Math.round(transport.cursor.value), instead: null })}
      >
        {t('notes.add')}
      </button>
      <button type="button" disabled={!look.touched.value} onClick={look.reset}>
        {t('view.reset')}
      </button>
      {hidden && <output class="problem">{t('view.none')}</output>}
      <NoteForm />
    </fieldset>
  )
}
