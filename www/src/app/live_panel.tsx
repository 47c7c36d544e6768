/** Hands on a live run: act on a task, see how late the browser's timers are, repeat it in virtual time. */
import { asFaults } from '../state/live'
import { errorSentence } from '../text/core'
import { showTime } from '../text/duration'
import { count, t } from '../text/locale'
import { useApp } from './context'

const ACTIONS = [
  ['cancel', 'cancel'],
  ['crash', 'crash'],
  ['hang', 'hang+2s'],
  ['slow', 'slow*3'],
] as const

/** The panel; nothing when no live session is open. */
export function LivePanel() {
  const { live, session } = useApp()
  const state = live.state.value
  const info = session.info.value
  const scenario = session.scenario.value
  if (!state || !info) return null
  const { poll, actions, error } = state
  const over = poll?.done ?? false
  const leave = () => session.change({ field: 'live', on: false })
  return (
    <section class="panel live">
      <h2>{t('live.title')}</h2>
      <p class="quiet">{t('live.about')}</p>
      <p class="lateness">
        {poll ? t('live.time', { time: showTime(poll.time_ns), events: count(poll.events) }) : t('live.starting')}
        {poll && (
          <small>
            {t('live.lateness')}:{' '}
            {t('live.lateness.values', {
              p50: poll.lateness_ms.p50.toFixed(1),
              p95: poll.lateness_ms.p95.toFixed(1),
              max: poll.lateness_ms.max.toFixed(1),
              count: count(poll.lateness_ms.count),
            })}
          </small>
        )}
      </p>
      {!over && (
        <ul class="hands">
          {(scenario?.tasks ?? []).map((task) => (
            <li key={task}>
              <span>{task}</span>
              {ACTIONS.filter(([name]) => name !== 'cancel' || scenario?.cancels.includes(task)).map(
                ([name, action]) => (
                  <button
                    key={name}
                    type="button"
                    aria-label={t('live.act.label', { task, action: t(`live.act.${name}`) })}
                    onClick={() => live.act(`${task}:${action}`)}
                  >
                    {t(`live.act.${name}`)}
                  </button>
                ),
              )}
            </li>
          ))}
        </ul>
      )}
      {error && (
        <p class="problem" role="alert">
          {errorSentence(error)}
        </p>
      )}
      {actions.length > 0 && (
        <>
          <h3>{t('live.actions')}</h3>
          <ul class="chips">
            {asFaults(actions).map((fault, i) => (
              <li key={`${fault} ${i}`}>
                <code>{fault}</code>
              </li>
            ))}
          </ul>
        </>
      )}
      <div class="buttons">
        {over ? (
          <button type="button" onClick={() => live.start(info)}>
            {t('live.again')}
          </button>
        ) : (
          <button type="button" class="main" onClick={live.stop}>
            {t('live.stop')}
          </button>
        )}
        {actions.length > 0 && (
          <button
            type="button"
            onClick={() => {
              session.change({ field: 'replay', faults: [...info.faults, ...asFaults(actions)] })
            }}
          >
            {t('live.replay')}
          </button>
        )}
        <button type="button" onClick={leave}>
          {t('live.leave')}
        </button>
      </div>
    </section>
  )
}
