/** The charts' names beside their curves: the level at the cursor, and the whole course in words for who cannot see it. */
import { CURVE } from '../state/futures'
import { gaugeName } from '../text/core'
import { level, percent, t } from '../text/locale'
import { type Chart, type ChartRow, levelAt } from '../timeline/charts'
import { AXIS } from '../timeline/paint'
import { useApp } from './context'

/** One name for each chart that is drawn; all charts are told. */
export function ChartNames({ charts, rows }: { charts: Chart[]; rows: ChartRow[] }) {
  const { look, session } = useApp()
  const shown = session.shown.value
  if (!shown || charts.length === 0) return null
  const { info } = shown
  return (
    <ul class="charts" aria-label={t('chart.title')}>
      {charts.map((chart) => {
        const row = rows.find((one) => one.chart === chart)
        const now = levelAt(chart, look.cursor.value)
        const { min, max, last } = chart
        return (
          <li
            key={chart.name}
            class={row ? '' : 'hidden'}
            style={row && { top: `${AXIS + row.y}px`, height: `${row.height}px` }}
          >
            <span>{chart.name === CURVE ? t('story.curve') : gaugeName(chart.name, info.scenario)}</span>
            {now !== null && <b>{chart.name === CURVE ? percent(now / 100) : level(now)}</b>}
            <small class="hidden">{t('chart.course', { min: level(min), max: level(max), last: level(last) })}</small>
          </li>
        )
      })}
    </ul>
  )
}
