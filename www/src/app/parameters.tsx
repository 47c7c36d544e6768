/** The form that the catalogue's parameters make; every change runs again at once. */
import { command } from '../state/edit'
import { errorSentence, scenarioText } from '../text/core'
import { t } from '../text/locale'
import type { ParameterInfo } from '../worker/core'
import { useApp } from './context'
import { Field, Slider } from './fields'
import { IconButton } from './icon_button'
import { Redo, Undo } from './icons'

/** The panel. */
export function Parameters() {
  const { session, copy, ui } = useApp()
  const scenario = session.scenario.value
  const info = session.info.value
  if (!scenario || !info) return null
  const { past, future } = session.history.value
  const kept = Object.keys(session.problems.value).length > 0
  return (
    <section class="panel parameters">
      <div class="panel-head">
        <h2>{t('parameters.title')}</h2>
        <IconButton label={t('parameters.undo')} disabled={past.length === 0} act={session.undo}>
          <Undo />
        </IconButton>
        <IconButton label={t('parameters.redo')} disabled={future.length === 0} act={session.redo}>
          <Redo />
        </IconButton>
      </div>
      {scenario.presets.length > 0 && (
        <fieldset class="presets">
          <legend>{t('parameters.presets')}</legend>
          {scenario.presets.map(({ id, link }) => (
            <button type="button" key={id} aria-pressed={info.run === link} onClick={() => session.openText(link)}>
              {scenarioText(scenario.id, `preset.${id}`) ?? id}
            </button>
          ))}
        </fieldset>
      )}
      {scenario.parameters.map((parameter) => (
        <Parameter key={`${scenario.id} ${parameter.name}`} scenario={scenario.id} parameter={parameter} />
      ))}
      {kept && <p class="quiet">{t('parameters.kept')}</p>}
      <div class="buttons">
        <button type="button" onClick={session.reset}>
          {t('parameters.reset')}
        </button>
        <button
          type="button"
          aria-pressed={ui.kept.value !== null}
          onClick={() => (ui.keeping.value = { fork: false })}
        >
          {t('compare.keep')}
        </button>
        <button
          type="button"
          onClick={async () => {
            ui.announcement.value = (await copy(command(info.run))) ? t('share.copied') : t('share.failed')
          }}
        >
          {t('share.command')}
        </button>
      </div>
    </section>
  )
}

function Parameter({ scenario, parameter }: { scenario: string; parameter: ParameterInfo }) {
  const { session } = useApp()
  const { name, kind } = parameter
  const label = scenarioText(scenario, `parameter.${name}`) ?? name
  const value = session.info.value?.parameters[name] ?? parameter.default
  const problem = session.problems.value[name]
  const set = (text: string) => session.change({ field: 'parameter', name, text })
  if (kind === 'flag') {
    return (
      <label class="row flag">
        <input
          type="checkbox"
          checked={value === 'true'}
          onChange={(event) => set(String(event.currentTarget.checked))}
        />
        <span>{label}</span>
      </label>
    )
  }
  if (kind === 'choice') {
    return (
      <label class="row choice">
        <span>{label}</span>
        <select value={value} onChange={(event) => set(event.currentTarget.value)}>
          {(parameter.values ?? []).map((one) => (
            <option key={one} value={one}>
              {scenarioText(scenario, `parameter.${name}.${one}`) ?? one}
            </option>
          ))}
        </select>
      </label>
    )
  }
  return (
    <Field
      label={label}
      value={problem?.text ?? value}
      problem={problem ? errorSentence(problem.error) : null}
      commit={set}
    >
      <Slider label={t('parameters.slider', { name: label })} parameter={parameter} value={value} commit={set} />
    </Field>
  )
}
