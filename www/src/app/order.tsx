/** Timing model, order of ties, seed, and recorded choices. */
import { errorSentence } from '../text/core'
import { t } from '../text/locale'
import { useApp } from './context'
import { Field } from './fields'

/** The panel. */
export function Order() {
  const { session } = useApp()
  const info = session.info.value
  if (!info) return null
  const problem = session.problems.value.seed
  return (
    <section class="panel order">
      <h2>{t('order.title')}</h2>
      <label class="row choice">
        <span>{t('order.model')}</span>
        <select
          value={info.model}
          onChange={(event) => session.change({ field: 'model', text: event.currentTarget.value })}
        >
          <option value="timed">{t('order.model.timed')}</option>
          <option value="any-speed">{t('order.model.any-speed')}</option>
        </select>
      </label>
      <label class="row choice">
        <span>{t('order.order')}</span>
        <select
          value={info.order}
          onChange={(event) => session.change({ field: 'order', text: event.currentTarget.value })}
        >
          <option value="canonical">{t('order.order.canonical')}</option>
          <option value="seeded">{t('order.order.seeded')}</option>
        </select>
      </label>
      <Field
        label={t('order.seed')}
        value={problem?.text ?? info.seed}
        problem={problem ? errorSentence(problem.error) : null}
        commit={(text) => session.change({ field: 'seed', text })}
      />
      {info.schedule && (
        <p class="quiet">
          {t('order.schedule')}{' '}
          <button type="button" onClick={() => session.change({ field: 'schedule', text: null })}>
            {t('order.schedule.drop')}
          </button>
        </p>
      )}
    </section>
  )
}
