/** The form of a note. */
import { showTime } from '../text/duration'
import { t } from '../text/locale'
import { useApp } from './context'
import { IconButton } from './icon_button'
import { Close } from './icons'

/** The words of a note, written and mended in place; no words, no note. */
export function NoteForm() {
  const { look, ui } = useApp()
  const asked = ui.note.value
  if (!asked) return null
  const { at, instead } = asked
  const close = () => {
    ui.note.value = null
    document.querySelector<HTMLElement>('.scrub input')?.focus()
  }
  const keep = (text: string) => {
    look.pin(text, at, instead)
    ui.announcement.value = text.trim() ? t('notes.kept') : t('notes.gone')
    close()
  }
  return (
    <form
      key={`${at} ${instead?.text ?? ''}`}
      class="note-form"
      onSubmit={(event) => {
        event.preventDefault()
        keep(new FormData(event.currentTarget).get('text') as string)
      }}
      onKeyDown={(event) => {
        if (event.key !== 'Escape') return
        event.stopPropagation()
        close()
      }}
    >
      <label for="note-text">{t('notes.at', { time: showTime(at) })}</label>
      <input
        id="note-text"
        name="text"
        type="text"
        class="value"
        maxLength={200}
        autocomplete="off"
        dir="auto"
        defaultValue={instead?.text ?? ''}
        ref={(input) => input?.focus()}
      />
      <button type="submit" class="main">
        {t('notes.keep')}
      </button>
      {instead && (
        <button type="button" onClick={() => keep('')}>
          {t('notes.delete')}
        </button>
      )}
      <IconButton label={t('notes.cancel')} act={close}>
        <Close />
      </IconButton>
    </form>
  )
}
