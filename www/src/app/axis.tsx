/** What the axis counts: time, events, or time with its idle stretches folded. */
import { AXES } from '../state/look'
import { t } from '../text/locale'
import type { AxisKind } from '../timeline/scale'
import { useApp } from './context'

/** The choice of the axis; stands in two places. */
export function AxisChoice({ short = false }: { short?: boolean }) {
  const { session, look } = useApp()
  return (
    <label class="axis">
      <span class={short ? 'hidden' : ''}>{t('axis.label')}</span>
      <select value={session.view.value.axis} onChange={(event) => look.setAxis(event.currentTarget.value as AxisKind)}>
        {AXES.map((axis) => (
          <option key={axis} value={axis}>
            {t(`axis.${axis}`)}
          </option>
        ))}
      </select>
    </label>
  )
}
