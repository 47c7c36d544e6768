/** The claims of the run with the core's verdicts, and a jump to the evidence. */
import { useSignalEffect } from '@preact/signals'
import { useRef } from 'preact/hooks'
import { claimText, endText, outcomeText } from '../text/core'
import { aboutTime } from '../text/duration'
import { count, list, t } from '../text/locale'
import type { ClaimReport } from '../worker/core'
import { useApp } from './context'
import { Verdict } from './icons'

/** Evidence times that are written out. */
const WRITTEN = 3

/** The word for a verdict. */
export function verdictWord(holds: boolean | null): string {
  return holds === null ? t('claims.open') : holds ? t('claims.holds') : t('claims.broken')
}

/** The panel. */
export function Claims() {
  const { session, ui } = useApp()
  const shown = session.shown.value
  const before = useRef('')
  // A verdict that changes is said aloud; nothing else is while a run plays.
  useSignalEffect(() => {
    const now = session.shown.value
    if (!now?.report || ui.held.value) return
    const spoken = now.report.claims.map(
      ({ id, holds }) => [claimText(now.info.scenario, id), verdictWord(holds)] as const,
    )
    const text = spoken.map(([claim, verdict]) => t('claims.announce', { claim, verdict })).join('. ')
    if (text !== before.current) ui.announcement.value = text
    before.current = text
  })
  if (!shown) return null
  const { report, trace, info } = shown
  const claims = [...(report?.claims ?? [])].sort((a, b) => rank(a) - rank(b))
  return (
    <section class="panel claims">
      <h2>{t('claims.title')}</h2>
      {report?.outcome && (
        <p class={`outcome ${report.outcome === 'once' ? 'ok' : 'bad'}`}>
          {t('outcome.title')}: <b>{outcomeText(report.outcome)}</b>
          {report.end !== 'finished' && <span> · {endText(report.end)}</span>}
        </p>
      )}
      {claims.length === 0 && <p class="quiet">{t('claims.none')}</p>}
      <ul>
        {claims.map((claim) => (
          <Claim
            key={claim.id}
            claim={claim}
            scenario={info.scenario}
            times={claim.evidence.map((id) => trace.columns.time[id] ?? 0)}
          />
        ))}
      </ul>
    </section>
  )
}

function rank({ holds }: ClaimReport): number {
  return holds === false ? 0 : holds === null ? 1 : 2
}

function Claim({ claim, scenario, times }: { claim: ClaimReport; scenario: string; times: number[] }) {
  const { transport } = useApp()
  const text = claimText(scenario, claim.id)
  const selected = transport.selected.value
  const show = () => {
    const here = selected === null ? -1 : claim.evidence.indexOf(selected)
    // The first press shows where it broke; the next ones walk through the rest.
    const next = here < 0 ? claim.evidence.length - 1 : (here + 1) % claim.evidence.length
    const event = claim.evidence[next]
    if (event !== undefined) transport.select(event)
  }
  return (
    <li class="claim">
      <Verdict holds={claim.holds} />
      <div>
        {text}
        <small>
          <b class={`word ${claim.holds === false ? 'bad' : claim.holds ? 'ok' : ''}`}>{verdictWord(claim.holds)}</b>
          {claim.holds === false && times.length > 0 && ` ${where(times)}`}
        </small>
        {claim.holds === false && claim.expect === 'breaks' && <small>{t('claims.expected')}</small>}
        {claim.holds === null && times.length > 0 && <small>{t('claims.late')}</small>}
      </div>
      {claim.evidence.length > 0 && (
        <button type="button" aria-label={t('claims.show.long', { claim: text })} onClick={show}>
          {t('claims.show')}
        </button>
      )}
    </li>
  )
}

function where(times: number[]): string {
  if (times.length > WRITTEN) return t('claims.more', { count: count(times.length) })
  return t('claims.at', { times: list(times.map(aboutTime)) })
}
