/** What the page says about use without a network: a new version that is ready, and how things are. */
import { t } from '../text/locale'
import { useApp } from './context'
import { Close } from './icons'

/** A new version is ready; nothing changes before the reader says so. */
export function NewVersion() {
  const { offline } = useApp()
  return (
    <output class="notice version">
      {offline.update.value && (
        <p>
          <span>{t('offline.update')}</span>
          <button type="button" class="main" onClick={offline.apply}>
            {t('offline.reload')}
          </button>
          <button
            type="button"
            class="icon-button"
            aria-label={t('offline.later')}
            onClick={() => (offline.update.value = false)}
          >
            <Close />
          </button>
        </p>
      )}
    </output>
  )
}

/** For the help sheet: whether it works without a network, and whether settings are kept. */
export function Keeping() {
  const { offline, store } = useApp()
  const now = offline.keeping.value
  return (
    <>
      <h3>{t('offline.title')}</h3>
      <p class="quiet">
        {now.kind === 'failed' ? t('offline.failed', { reason: now.reason }) : t(`offline.${now.kind}`)}
      </p>
      {!store.keeps() && <p class="quiet">{t('offline.no-storage')}</p>}
    </>
  )
}
