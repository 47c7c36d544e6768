/** How far a search is, and what it found: outcomes with their shortest runs, and the claims over all executions. */
import type { Explored } from '../state/explore'
import { subjectKey } from '../state/search_form'
import type { Tally } from '../state/tally'
import { claimText, limitText, outcomeText } from '../text/core'
import { count, t } from '../text/locale'
import type { ExploredClaim, OutcomeReport } from '../worker/core'
import { useApp } from './context'
import { Verdict } from './icons'

/** The counters of a search under way, and its outcomes so far. */
export function Counters({ counters }: { counters: Tally }) {
  const { executions, perSecond, behaviours, outcomes, shortening } = counters
  const numbers: [string, number][] = [
    [t('explore.executions'), executions],
    [t('explore.per-second'), Math.round(perSecond)],
    [t('explore.behaviours'), behaviours],
  ]
  return (
    <div class="explore-counters">
      <dl class="counters">
        {numbers.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd class="number">{count(value)}</dd>
          </div>
        ))}
      </dl>
      <ul class="found-list">
        {outcomes.map(([outcome, many]) => (
          <li key={outcome} class="found">
            <OutcomeLine outcome={outcome} many={many} all={outcomes.reduce((sum, [, n]) => sum + n, 0)} />
          </li>
        ))}
      </ul>
      <p class="quiet busy">
        <span class="spinner" aria-hidden="true" />
        {shortening ? t('explore.shortening') : t('explore.running')}
      </p>
    </div>
  )
}

/** What a search that is over has found. */
export function Found({ explored }: { explored: Explored }) {
  const { session } = useApp()
  const { report, subject } = explored
  const { outcomes, exhausted, executions_per_second } = report
  const entries = Object.entries(outcomes).sort(([a, x], [b, y]) => y.count - x.count || a.localeCompare(b))
  const all = entries.reduce((sum, [, { count }]) => sum + count, 0)
  const info = session.info.value
  const elsewhere = info !== null && subjectKey(info) !== subjectKey(subject)
  return (
    <div class="explore-found">
      <p class={`search-verdict ${exhausted ? 'whole' : ''}`}>
        <Verdict holds={exhausted ? true : null} />
        <span>{verdictSentence(explored)}</span>
      </p>
      <p class="quiet">{t('explore.numbers', { speed: count(Math.round(executions_per_second)) })}</p>
      {elsewhere && <p class="quiet">{t('explore.elsewhere')}</p>}
      <h3>{t('explore.outcomes')}</h3>
      <ul class="found-list">
        {entries.map(([outcome, found]) => (
          <li key={outcome} class="found">
            <OutcomeLine outcome={outcome} many={found.count} all={all} />
            <Shortest found={found} name={outcomeText(outcome)} />
          </li>
        ))}
      </ul>
      {report.claims.length > 0 && <h3>{t('explore.claims')}</h3>}
      <ul>
        {report.claims.map((claim) => (
          <Claim key={claim.id} claim={claim} scenario={subject.scenario} />
        ))}
      </ul>
    </div>
  )
}

/** An outcome, how often it came, and its share as a bar. */
function OutcomeLine({ outcome, many, all }: { outcome: string; many: number; all: number }) {
  const good = outcome === 'once' || outcome === 'finished'
  return (
    <>
      <span class="found-name">{outcomeText(outcome)}</span>
      <span class="number">{count(many)}</span>
      <svg class={`share ${good ? 'good' : 'poor'}`} viewBox="0 0 100 1" preserveAspectRatio="none" aria-hidden="true">
        <rect width={all === 0 ? 0 : Math.max(1, (100 * many) / all)} height="1" />
      </svg>
    </>
  )
}

/** The shortest run of a kind: how far from the usual order it is, and a button that shows it. */
function Shortest({ found, name }: { found: OutcomeReport; name: string }) {
  const { explore, session } = useApp()
  const show = useShow()
  const here = session.info.value?.run === found.link && explore.told.value?.link === found.link
  return (
    <div class="shortest">
      <small>{deviationWords(found)}</small>
      <button
        type="button"
        aria-pressed={here}
        aria-label={t('explore.show.long', { outcome: name })}
        onClick={() => show(found.link)}
      >
        {here ? t('explore.shown') : t('explore.show')}
      </button>
    </div>
  )
}

function Claim({ claim, scenario }: { claim: ExploredClaim; scenario: string }) {
  const show = useShow()
  const { id, holds, broken, expect } = claim
  const text = claimText(scenario, id)
  return (
    <li class="claim">
      <Verdict holds={holds} />
      <div>
        {text}
        <small>
          {broken ? (
            <b class="word bad">{t('explore.claim.broken', { executions: executionWords(broken.count) })}</b>
          ) : (
            <b class={`word ${holds ? 'ok' : ''}`}>{holds ? t('explore.claim.holds') : t('explore.claim.open')}</b>
          )}
        </small>
        {broken && <small>{deviationWords(broken)}</small>}
        {broken && expect === 'breaks' && <small>{t('claims.expected')}</small>}
      </div>
      {broken && (
        <button type="button" aria-label={t('explore.show.long', { outcome: text })} onClick={() => show(broken.link)}>
          {t('explore.show')}
        </button>
      )}
    </li>
  )
}

/** Opens a run on the timeline and has it told; a sheet makes room for it. */
function useShow() {
  const { explore, session, ui } = useApp()
  return (link: string) => {
    explore.tell(link)
    session.openText(link)
    if (ui.narrow.value) ui.explore.value = false
  }
}

/** What the search proves, in plain words. */
export function verdictSentence({ report, stopped }: Explored): string {
  const values = { executions: executionWords(report.executions), behaviours: behaviourWords(report.behaviours) }
  if (report.exhausted) return t('explore.exhausted', values)
  if (stopped || report.limit === 'interrupted') return t('explore.stopped', values)
  if (report.limit === 'parts') return t('explore.parts', values)
  if (report.limit === null || report.limit === 'executions') return t('explore.reached', values)
  if (report.limit === 'behaviours') return t('explore.too-many', values)
  return t('explore.cut', { ...values, limit: limitText(report.limit) })
}

function executionWords(executions: number): string {
  return executions === 1 ? t('explore.execution') : t('explore.execution.many', { count: count(executions) })
}

function behaviourWords(behaviours: number): string {
  return behaviours === 1 ? t('explore.behaviour') : t('explore.behaviour.many', { count: count(behaviours) })
}

/** How many deviations a run has, and what is known of that. */
function deviationWords({ deviations, minimal }: OutcomeReport): string {
  if (deviations === 0) return t('explore.usual')
  const words = deviations === 1 ? t('explore.deviation') : t('explore.deviations', { count: count(deviations) })
  return t('explore.shortest', { deviations: words, known: minimal ? t('explore.minimal') : t('explore.not-minimal') })
}
