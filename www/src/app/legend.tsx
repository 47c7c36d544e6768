/** The signs of the picture with their words. */
import { t } from '../text/locale'

/** The legend. */
export function Legend() {
  return (
    <ul class="legend" aria-label={t('legend.title')}>
      <Sign word={t('legend.heartbeat')}>
        <path class="pulse" d="M0 7h7l2-5 3 9 2-6h12" />
      </Sign>
      <Sign word={t('legend.alive')}>
        <path class="pulse faint" d="M0 8h9l2-3 2 4 1-1h12" />
      </Sign>
      <Sign word={t('legend.work')}>
        <rect class="work" x="1" y="2" width="24" height="8" rx="2" />
      </Sign>
      <Sign word={t('legend.message')}>
        <path class="message" d="M2 10L22 3m0 0l-6-.4m6 .4l-4 4.6" />
      </Sign>
      <Sign word={t('legend.cancel', { reason: t('reason.timeout') })}>
        <path class="timeout" stroke-dasharray="4 3" d="M1 6h18" />
        <path class="timeout" d="M19 2l6 8m0-8l-6 8" />
      </Sign>
      <Sign word={t('reason.user')}>
        <path class="user" stroke-dasharray="8 3" d="M1 6h18" />
        <path class="user" d="M19 2l6 8m0-8l-6 8" />
      </Sign>
      <Sign word={t('reason.parent')}>
        <path class="parent" stroke-dasharray="1.5 3" d="M1 6h18" />
        <path class="parent" d="M19 2l6 8m0-8l-6 8" />
      </Sign>
      <Sign word={t('reason.replica')}>
        <path class="replica" stroke-dasharray="7 2 1.5 2" d="M1 6h18" />
        <path class="replica" d="M19 2l6 8m0-8l-6 8" />
      </Sign>
      <Sign word={t('legend.twice')}>
        <circle class="bad" cx="10" cy="6" r="4.5" />
        <circle class="bad" cx="16" cy="6" r="4.5" />
      </Sign>
      <Sign word={t('legend.crash')}>
        <rect class="bad filled" x="7" y="0.5" width="11" height="11" rx="2" />
        <path class="cut" d="M10 3.5l5 5m0-5l-5 5" />
      </Sign>
      <Sign word={t('legend.hang')}>
        <rect class="bad" x="1.5" y="2" width="23" height="8" rx="2" />
        <path class="bad thin" d="M5 10l7-8M11 10l7-8M17 10l6-7" />
      </Sign>
    </ul>
  )
}

function Sign({ word, children }: { word: string; children: preact.ComponentChildren }) {
  return (
    <li>
      <svg viewBox="0 0 26 12" aria-hidden="true" focusable="false">
        {children}
      </svg>
      {word}
    </li>
  )
}
