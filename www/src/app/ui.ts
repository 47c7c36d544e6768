/** The page's own switches at their start, and what moves them from outside: the window's size and the reader's system. */
import { effect, signal } from '@preact/signals'
import { preferredTheme, type Store } from '../state/settings'
import type { Ui } from './context'

/** As in narrow.css. */
const NARROW = '(max-width: 820px), (max-height: 520px)'
const ROOMY = '(min-width: 1181px) and (min-height: 760px)'
const LIGHT = '(prefers-color-scheme: light)'
const LOOKS = ['(forced-colors: active)', '(prefers-contrast: more)']

/** The switches of a page that has just been opened; its theme is the document's from now on. */
export function createUi(window: Window, store: Store): Ui {
  const asks = (query: string, change: (matches: boolean) => void) => {
    const list = window.matchMedia(query)
    list.addEventListener('change', ({ matches }) => change(matches))
    return list.matches
  }
  const ui: Ui = {
    theme: signal(preferredTheme(store.read('theme'), window.matchMedia(LIGHT).matches)),
    dialog: signal(null),
    table: signal(false),
    explore: signal(false),
    narrow: signal(asks(NARROW, (matches) => (ui.narrow.value = matches))),
    roomy: signal(asks(ROOMY, (matches) => (ui.roomy.value = matches))),
    letters: signal(store.read('letters') !== 'false'),
    held: signal(false),
    looks: signal(0),
    search: signal(0),
    lens: signal(false),
    sound: signal(false),
    viewing: signal(false),
    ruler: signal(false),
    note: signal(null),
    announcement: signal(''),
    zoom: signal(null),
    nudge: signal(null),
    kept: signal(null),
    keeping: signal(null),
    look: signal(null),
    still: signal(false),
    window: signal(null),
    notice: signal(null),
    dropping: signal(false),
  }
  for (const query of LOOKS) asks(query, () => (ui.looks.value += 1))
  asks(LIGHT, (matches) => {
    if (store.read('theme') === null) ui.theme.value = matches ? 'paper' : 'monitor'
  })
  effect(() => {
    window.document.documentElement.dataset.theme = ui.theme.value
  })
  return ui
}
