/** What to search, and how. The fields keep what was typed; the core says at the field what does not fit. */
import { useSignal } from '@preact/signals'
import { ANY, MAY_KINDS, type SearchField, type SearchForm, STRATEGIES, targetsOf } from '../state/search_form'
import { errorSentence } from '../text/core'
import { t } from '../text/locale'
import type { LinkInfo } from '../worker/core'
import { useApp } from './context'
import { Field } from './fields'
import { Close } from './icons'

/** The form, with its start and stop. */
export function ExploreForm({ form, info }: { form: SearchForm; info: LinkInfo }) {
  const { explore } = useApp()
  const problem = explore.problem.value
  const phase = explore.phase.value
  const labels: Partial<Record<SearchField, string>> = { budget: t('explore.budget'), seed: t('explore.seed') }
  const messageAt = (field: SearchField) =>
    problem?.field === field ? errorSentence({ ...problem.error, part: labels[field] ?? problem.error.part }) : null
  return (
    <form
      class="explore-form"
      onSubmit={(event) => {
        event.preventDefault()
        void explore.start(info)
      }}
    >
      <label class="row choice">
        <span>{t('explore.strategy')}</span>
        <select value={form.strategy} onChange={(event) => explore.fill({ strategy: event.currentTarget.value })}>
          {STRATEGIES.map((strategy) => (
            <option key={strategy} value={strategy}>
              {t(`explore.strategy.${strategy}`)}
            </option>
          ))}
        </select>
      </label>
      <label class="row choice">
        <span>{t('order.model')}</span>
        <select value={form.model} onChange={(event) => explore.fill({ model: event.currentTarget.value })}>
          <option value="timed">{t('order.model.timed')}</option>
          <option value="any-speed">{t('order.model.any-speed')}</option>
        </select>
      </label>
      <Field
        label={t('explore.budget')}
        value={form.budget}
        problem={messageAt('budget')}
        commit={(budget) => explore.fill({ budget })}
        eager
      />
      <Field
        label={t('explore.seed')}
        value={form.seed}
        problem={messageAt('seed')}
        commit={(seed) => explore.fill({ seed })}
        eager
      />
      <May form={form} message={messageAt('may')} />
      <div class="buttons">
        {phase === 'idle' ? (
          <button type="submit" class="main">
            {t('explore.start')}
          </button>
        ) : (
          <button type="button" disabled={phase !== 'running'} onClick={explore.stop}>
            {phase === 'merging' ? t('explore.merging') : t('explore.stop')}
          </button>
        )}
      </div>
    </form>
  )
}

/** What may go wrong in some executions. */
function May({ form, message }: { form: SearchForm; message: string | null }) {
  const { explore, session } = useApp()
  const kind = useSignal('crash')
  const target = useSignal(ANY)
  const times = useSignal('1')
  const scenario = session.scenario.value
  if (!scenario) return null
  const targets = targetsOf(kind.value, scenario)
  const where = targets.includes(target.value) ? target.value : ANY
  const add = () => explore.fill({ may: [...form.may, `${kind.value}:${where}*${times.value.trim()}`] })
  return (
    <fieldset class="may">
      <legend>{t('explore.may')}</legend>
      {form.may.length > 0 && (
        <ul class="chips">
          {form.may.map((may, i) => (
            <li key={`${may} ${i}`}>
              <code>{may}</code>
              <button
                type="button"
                class="icon-button"
                aria-label={t('faults.remove', { fault: may })}
                onClick={() => explore.fill({ may: form.may.filter((_, n) => n !== i) })}
              >
                <Close />
              </button>
            </li>
          ))}
        </ul>
      )}
      <div class="may-row">
        <select
          aria-label={t('faults.kind')}
          value={kind.value}
          onChange={(event) => (kind.value = event.currentTarget.value)}
        >
          {MAY_KINDS.filter((one) => one.on === 'task' || scenario.channels.length > 0).map((one) => (
            <option key={one.kind} value={one.kind}>
              {t(`explore.may.${one.kind}`)}
            </option>
          ))}
        </select>
        <select
          aria-label={t('faults.target')}
          value={where}
          onChange={(event) => (target.value = event.currentTarget.value)}
        >
          {targets.map((name) => (
            <option key={name} value={name}>
              {name === ANY ? t('explore.may.any') : name}
            </option>
          ))}
        </select>
      </div>
      <div class="row may-times">
        <label for="may-times">{t('explore.may.times')}</label>
        <input
          id="may-times"
          class="value"
          type="text"
          inputMode="numeric"
          autocomplete="off"
          value={times.value}
          onInput={(event) => (times.value = event.currentTarget.value)}
        />
        <button type="button" onClick={add}>
          {t('explore.may.add')}
        </button>
      </div>
      {message && (
        <p class="problem" role="alert">
          {message}
        </p>
      )}
    </fieldset>
  )
}
