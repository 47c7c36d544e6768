/**
 * The share sheet, and the texts of the other scenarios, fetched once a run is there: nobody waits for them before, and they
 * are there without a network after.
 */
import { effect, signal } from '@preact/signals'
import type { FunctionComponent } from 'preact'
import { loadScenarios, t } from '../text/locale'
import { type App, useApp } from './context'

const sheet = signal<{ Share: FunctionComponent } | null>(null)

/** Fetches when there is something to share, and again when the sheet is asked for and not there. */
export function fetchLater({ session, ui }: App): void {
  let asked = false
  effect(() => {
    const wanted = ui.dialog.value === 'share'
    if (sheet.value || asked || !(session.shown.value || wanted)) return
    asked = true
    // A text that cannot be had is told by its key.
    loadScenarios().catch(() => {})
    import('./share').then(
      (loaded) => {
        sheet.value = loaded
      },
      () => {
        asked = false
        if (ui.dialog.peek() !== 'share') return
        ui.dialog.value = null
        ui.notice.value = { text: t('share.not-loaded'), bad: true }
      },
    )
  })
}

/** The sheet, if it is open and there. */
export function Sheet() {
  const { ui } = useApp()
  const loaded = sheet.value
  return ui.dialog.value === 'share' && loaded ? <loaded.Share /> : null
}
