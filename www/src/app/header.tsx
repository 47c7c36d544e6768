/** The head of the page: brand, chapter and title, and what concerns the whole page. */

import { scenarioTitle } from '../text/core'
import { loadScenarios, locale, t, useLocale } from '../text/locale'
import { useApp } from './context'
import { Beat, Branches, Menu, Moon, Sun } from './icons'

/** The header. */
export function Header() {
  const { session, ui, live, store } = useApp()
  const scenario = session.scenario.value
  const dark = ui.theme.value === 'monitor'
  const running = session.face.value.kind === 'run' && session.info.value !== null
  const switchTheme = () => {
    ui.theme.value = dark ? 'paper' : 'monitor'
    store.write('theme', ui.theme.value)
  }
  const switchLanguage = () => {
    const next = locale.value === 'en' ? 'ja' : 'en'
    useLocale(next, session.info.value?.link).then(
      () => {
        store.write('locale', next)
        // A text that cannot be had is told by its key.
        loadScenarios().catch(() => {})
      },
      () => {
        ui.notice.value = { text: t('header.language.failed'), bad: true }
      },
    )
  }
  return (
    <header class="head">
      <button type="button" class="skip" onClick={skip}>
        {t('app.skip')}
      </button>
      <button
        type="button"
        class="icon-button narrow"
        aria-label={t('nav.open')}
        onClick={() => (ui.dialog.value = 'catalogue')}
      >
        <Menu />
      </button>
      <a class="brand" href="#/" aria-label={t('nav.start')}>
        <Beat />
        <span>{t('app.name')}</span>
      </a>
      {scenario && running && (
        <div class="where">
          <span class="chapter">{scenario.chapter}</span>
          <h1>{scenarioTitle(scenario.id)}</h1>
        </div>
      )}
      {!(scenario && running) && <span class="where" />}
      {running && (
        <button
          type="button"
          class="wide-only"
          title={t('header.live.long')}
          disabled={live.state.value !== null}
          onClick={() => session.change({ field: 'live', on: true })}
        >
          {t('header.live')}
        </button>
      )}
      {running && (
        <button
          type="button"
          class="explore-button wide-only"
          aria-label={t('header.explore')}
          title={t('header.explore.long')}
          aria-expanded={ui.explore.value}
          onClick={() => (ui.explore.value = !ui.explore.value)}
        >
          <span>{t('header.explore')}</span>
          <Branches />
        </button>
      )}
      {running && (
        <button type="button" class="main" onClick={() => (ui.dialog.value = 'share')}>
          {t('header.share')}
        </button>
      )}
      <button
        type="button"
        lang={locale.value === 'en' ? 'ja' : 'en'}
        title={t('header.language.long')}
        onClick={switchLanguage}
      >
        {t('header.language')}
      </button>
      <button
        type="button"
        class="icon-button"
        aria-label={dark ? t('header.theme.paper') : t('header.theme.monitor')}
        onClick={switchTheme}
      >
        {dark ? <Sun /> : <Moon />}
      </button>
      <button
        type="button"
        class="icon-button help"
        aria-label={t('header.help')}
        onClick={() => (ui.dialog.value = 'help')}
      >
        <span aria-hidden="true">?</span>
      </button>
    </header>
  )
}

/** Moves the focus by hand: the hash belongs to links of runs. */
function skip(): void {
  document.querySelector<HTMLElement>('.scrub input, #main a')?.focus()
}
