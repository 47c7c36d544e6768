/** Finds events by what they say, whatever the language of the page: tasks, kinds, channels, messages, printed lines. */
import { useSignal } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'
import type { Shown } from '../state/session'
import { count, t } from '../text/locale'
import { useApp } from './context'
import { StepBack, StepOn } from './icons'

/** Milliseconds after the last key before the search begins. */
const TYPING_MS = 200

/** The field, with the way to the event before and after. */
export function Search({ shown }: { shown: Shown }) {
  const { transport, ui } = useApp()
  const text = useSignal('')
  const found = useSignal<number[] | null>(null)
  const field = useRef<HTMLInputElement>(null)
  const selected = transport.selected.value

  useEffect(() => {
    if (ui.search.value > 0) field.current?.focus()
  }, [ui.search.value])

  useEffect(() => {
    let mine = true
    const wanted = text.value.trim()
    found.value = null
    if (wanted === '') return
    const timer = setTimeout(async () => {
      const events = await shown.find(wanted).catch(() => [])
      if (mine) found.value = events
    }, TYPING_MS)
    return () => {
      mine = false
      clearTimeout(timer)
    }
  }, [text.value, shown.trace])

  const events = found.value ?? []
  const here = selected ?? -1
  const go = (direction: 1 | -1) => {
    const next = direction === 1 ? events.find((event) => event > here) : events.findLast((event) => event < here)
    // At either end it begins again at the other.
    const event = next ?? events.at(direction === 1 ? 0 : -1)
    if (event !== undefined) transport.select(event)
  }
  const place = events.indexOf(here) + 1
  const told =
    text.value.trim() === ''
      ? ''
      : found.value === null
        ? t('search.busy')
        : place > 0
          ? t('search.place', { place: count(place), count: count(events.length) })
          : t('search.count', { count: count(events.length) })
  return (
    <search class="search">
      <input
        ref={field}
        type="search"
        autocomplete="off"
        spellcheck={false}
        placeholder={t('search.label')}
        aria-label={t('search.label')}
        value={text.value}
        onInput={(event) => (text.value = event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key === 'Enter') go(event.shiftKey ? -1 : 1)
        }}
      />
      <output>{told}</output>
      <button
        type="button"
        class="icon-button"
        disabled={events.length === 0}
        aria-label={t('search.before')}
        title={t('search.before')}
        onClick={() => go(-1)}
      >
        <StepBack />
      </button>
      <button
        type="button"
        class="icon-button"
        disabled={events.length === 0}
        aria-label={t('search.next')}
        title={t('search.next')}
        onClick={() => go(1)}
      >
        <StepOn />
      </button>
    </search>
  )
}
