/** The search through all schedules: what to look for, how far it is, what it found. A panel, or a sheet on phones. */
import { useComputed } from '@preact/signals'
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks'
import { errorSentence, outcomeText } from '../text/core'
import { list, t } from '../text/locale'
import { useApp } from './context'
import { Dialog } from './dialog'
import { ExploreForm } from './explore_form'
import { Counters, Found, verdictSentence } from './explore_result'
import { Close } from './icons'
import { Said } from './live_region'

/** The panel beside the stage. */
export function ExplorePanel() {
  const { ui } = useApp()
  const panel = useRef<HTMLElement>(null)
  // With the panel itself: a moment later somebody may be typing in it.
  useLayoutEffect(() => panel.current?.focus(), [])
  useEffect(() => {
    // Where the focus was is gone with the panel: back to the button that opened it.
    return () => {
      if (document.activeElement === document.body)
        document.querySelector<HTMLElement>('.head .explore-button')?.focus()
    }
  }, [])
  return (
    <section class="panel explore" ref={panel} tabIndex={-1} aria-label={t('explore.title')}>
      <div class="panel-head">
        <h2>{t('explore.title')}</h2>
        <button
          type="button"
          class="icon-button quiet-button"
          aria-label={t('explore.close')}
          onClick={() => (ui.explore.value = false)}
        >
          <Close />
        </button>
      </div>
      <Search />
    </section>
  )
}

/** The same as a sheet. */
export function ExploreSheet() {
  const { ui } = useApp()
  return (
    <Dialog title={t('explore.title')} close={() => (ui.explore.value = false)}>
      <div class="explore">
        <Search />
      </div>
    </Dialog>
  )
}

function Search() {
  const { explore, session } = useApp()
  const info = session.info.value
  const spoken = useComputed(() => {
    const done = explore.explored.value
    if (done) return verdictSentence(done)
    if (explore.phase.value === 'idle') return ''
    const outcomes = explore.counters.value?.outcomes.map(([outcome]) => outcomeText(outcome)) ?? []
    return outcomes.length === 0 ? t('explore.running') : t('explore.met', { outcomes: list(outcomes.sort()) })
  })
  useEffect(() => {
    if (info) explore.prepare(info)
  }, [info])
  const form = explore.form.value
  if (!info || !form) return null
  const problem = explore.problem.value
  const counters = explore.counters.value
  const explored = explore.explored.value
  const loss = explore.loss.value
  return (
    <>
      <p class="quiet">{t('explore.about')}</p>
      <ExploreForm form={form} info={info} />
      {problem?.field === 'whole' && (
        <p class="problem" role="alert">
          {errorSentence(problem.error)}
        </p>
      )}
      {explore.dropped.value && <p class="quiet">{t('explore.dropped')}</p>}
      {loss && (
        <p class="problem" role="alert">
          {loss.kind === 'silent' ? t('explore.lost.silent') : t('explore.lost.crashed')}
          {loss.kind === 'crashed' && <small> {loss.message}</small>}
        </p>
      )}
      {counters && <Counters counters={counters} />}
      {explored && <Found explored={explored} />}
      <Said text={spoken} />
    </>
  )
}
