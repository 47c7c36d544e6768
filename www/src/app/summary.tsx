/** The run in a paragraph, for those who do not see the picture, and for anyone in a hurry. */
import type { Shown } from '../state/session'
import { claimText, endingText, endText, eventSentence, outcomeText, scenarioTitle } from '../text/core'
import { showDuration, showTime } from '../text/duration'
import { count, t } from '../text/locale'
import { verdictWord } from './claims'
import { useApp } from './context'

/** The panel. */
export function Summary() {
  const shown = useApp().session.shown.value
  if (!shown?.report) return null
  return (
    <section class="panel summary">
      <h2>{t('summary.title')}</h2>
      <p>{summarise(shown).join(' ')}</p>
    </section>
  )
}

/** The sentences of the summary; none of a run without a verdict. */
export function summarise({ report, info, rows, trace, ending }: Shown): string[] {
  if (!report) return []
  const broken = report.claims.find((claim) => claim.holds === false && claim.evidence.length > 0)
  const event = broken?.evidence.at(-1)
  const row = event === undefined ? undefined : rows.get(event)
  return [
    t('summary.run', {
      scenario: scenarioTitle(info.scenario),
      end: endText(report.end),
      duration: showDuration(report.duration_ns),
      events: count(report.event_count),
      tasks: count(trace.tasks.length),
    }),
    ...(ending.length > 0 ? [endingText(ending)] : []),
    ...(report.outcome ? [t('summary.outcome', { outcome: outcomeText(report.outcome) })] : []),
    ...(row ? [t('summary.first', { time: showTime(row.time_ns), sentence: eventSentence(row, info.scenario) })] : []),
    ...report.claims.map(({ id, holds }) =>
      t('summary.claim', { claim: claimText(info.scenario, id), verdict: verdictWord(holds) }),
    ),
  ]
}
