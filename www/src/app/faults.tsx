/** The faults of the run: a list, and a form whose last word is the core's. */
import { useSignal } from '@preact/signals'
import { FAULT_KINDS, writeFault } from '../state/edit'
import { errorSentence } from '../text/core'
import { writeDuration } from '../text/duration'
import { type PageKey, t } from '../text/locale'
import { useApp } from './context'
import { Close } from './icons'

/** What a kind's extra value starts as. */
const EXTRA: Record<string, string> = { hang: '1s', slow: '3', delay: '500ms' }

/** The panel. */
export function Faults() {
  const { session, transport } = useApp()
  const info = session.info.value
  const scenario = session.scenario.value
  const kind = useSignal<string>('crash')
  const target = useSignal('')
  const at = useSignal('')
  const extra = useSignal('')
  if (!info || !scenario) return null
  const chosen = FAULT_KINDS.find((one) => one.kind === kind.value) ?? FAULT_KINDS[0]
  const onTask = chosen.on !== 'channels'
  const targets = scenario[chosen.on]
  const where = targets.includes(target.value) ? target.value : (targets[0] ?? '')
  const when = at.value || (onTask ? writeDuration(Math.round(transport.cursor.value / 1e6) * 1e6) : '1')
  const problem = session.problems.value.faults
  const add = () => {
    const fault = writeFault(chosen, where, when, extra.value || (EXTRA[chosen.kind] ?? ''))
    session.change({ field: 'faults', faults: [...info.faults, fault] })
  }
  return (
    <section class="panel faults">
      <h2>{t('faults.title')}</h2>
      {info.faults.length === 0 ? (
        <p class="quiet">{t('faults.none')}</p>
      ) : (
        <ul class="chips">
          {info.faults.map((fault, i) => (
            <li key={`${fault} ${i}`}>
              <code>{fault}</code>
              <button
                type="button"
                class="icon-button"
                aria-label={t('faults.remove', { fault })}
                onClick={() => session.change({ field: 'faults', faults: info.faults.filter((_, n) => n !== i) })}
              >
                <Close />
              </button>
            </li>
          ))}
        </ul>
      )}
      <form
        class="fault-form"
        onSubmit={(event) => {
          event.preventDefault()
          add()
        }}
      >
        <label>
          <span>{t('faults.kind')}</span>
          <select value={chosen.kind} onChange={(event) => (kind.value = event.currentTarget.value)}>
            {FAULT_KINDS.filter((one) => scenario[one.on].length > 0).map((one) => (
              <option key={one.kind} value={one.kind}>
                {t(`faults.kind.${one.kind}`)}
              </option>
            ))}
          </select>
        </label>
        <label>
          <span>{t('faults.target')}</span>
          <select value={where} onChange={(event) => (target.value = event.currentTarget.value)}>
            {targets.map((name) => (
              <option key={name}>{name}</option>
            ))}
          </select>
        </label>
        <label>
          <span>{onTask ? t('faults.at.time') : t('faults.at.number')}</span>
          <input
            class="value"
            type="text"
            autocomplete="off"
            spellcheck={false}
            value={when}
            onInput={(event) => (at.value = event.currentTarget.value)}
          />
        </label>
        {chosen.extra && (
          <label>
            <span>{t(`faults.extra.${chosen.kind}` as PageKey)}</span>
            <input
              class="value"
              type="text"
              autocomplete="off"
              spellcheck={false}
              value={extra.value || (EXTRA[chosen.kind] ?? '')}
              onInput={(event) => (extra.value = event.currentTarget.value)}
            />
          </label>
        )}
        <button type="submit">{t('faults.add')}</button>
      </form>
      {problem && (
        <p class="problem" role="alert">
          <code>{problem.text}</code> {errorSentence(problem.error)}
        </p>
      )}
    </section>
  )
}
