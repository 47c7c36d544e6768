/** How the run is looked at: axis, lanes by name, ruler, notes, and all of it as it was. */
import { useSignal } from '@preact/signals'
import { LONGEST_FILTER, MOST_PINS } from '../state/look'
import { t } from '../text/locale'
import { stepLane } from '../timeline/lane_tree'
import { AxisChoice } from './axis'
import { useApp } from './context'
import { Arrow } from './icons'
import { moveLane } from './keyboard'
import { NoteForm } from './note_form'
import { canSound } from './sound'

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
      <MoveLane direction={-1} />
      <MoveLane direction={1} />
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
      {canSound && (
        <button
          type="button"
          aria-pressed={ui.sound.value}
          title={t('sound.toggle.long')}
          onClick={() => (ui.sound.value = !ui.sound.value)}
        >
          {t('sound.toggle')}
        </button>
      )}
      <button type="button" disabled={!look.touched.value} onClick={look.reset}>
        {t('view.reset')}
      </button>
      {hidden && <output class="problem">{t('view.none')}</output>}
      <NoteForm />
    </fieldset>
  )
}

/** Dragging a name moves a lane; this does so without. */
function MoveLane({ direction }: { direction: 1 | -1 }) {
  const app = useApp()
  const { look, transport } = app
  const lane = look.lanes.value.find(({ task }) => task === transport.lane.value)
  const label = t(direction === 1 ? 'timeline.move.down' : 'timeline.move.up')
  return (
    <button
      type="button"
      class="icon-button"
      disabled={!lane || stepLane(look.lanes.value, lane, direction) === undefined}
      aria-label={label}
      title={label}
      onClick={() => lane && moveLane(app, lane, direction)}
    >
      <Arrow down={direction === 1} />
    </button>
  )
}
