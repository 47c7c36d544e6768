/** The run in other forms: pictures, and the same trace for other tools, each to download or to copy. */
import { useSignal } from '@preact/signals'
import { toPng } from '../picture/canvas'
import { layoutPicture, type Picture, toSvg } from '../picture/picture'
import { fileName, TAKES, type Take } from '../state/files'
import type { Shown } from '../state/session'
import { endingText, endText, gaugeName, outcomeText, scenarioTitle } from '../text/core'
import { showDuration } from '../text/duration'
import { count, t } from '../text/locale'
import { createMeasure, middleOf } from '../timeline/measure'
import { readPalette } from '../timeline/palette'
import { type App, useApp } from './context'
import { measured } from './flags'
import { summarise } from './summary'
import { wordsFor } from './words'

/** The list. `address` is the page's with the link of the run. */
export function TakeAlong({ shown, address }: { shown: Shown; address: string }) {
  const app = useApp()
  const said = useSignal('')
  const make = async (take: Take): Promise<Blob | null> => {
    const type = TAKES.find((one) => one.take === take)?.type ?? 'text/plain'
    if (take === 'png') return toPng(pictureOf(app, shown, address), document)
    const text = take === 'svg' ? toSvg(pictureOf(app, shown, address)) : await shown.write(take)
    return new Blob([text], { type: `${type};charset=utf-8` })
  }
  const act = async (take: Take, finish: (made: Blob) => Promise<string>) => {
    said.value = t('take.busy')
    const made = await make(take).catch(() => null)
    said.value = made ? await finish(made) : t('take.failed')
  }
  const download = (take: Take) =>
    act(take, async (made) => {
      const name = fileName(take, shown.info.scenario, shown.report?.fingerprint)
      app.save(name, made)
      return t('take.downloaded', { name })
    })
  const copy = (take: Take) =>
    act(take, async (made) => ((await app.copy(await made.text())) ? t('share.copied') : t('take.copy-failed')))
  return (
    <section class="take">
      <h3>{t('take.title')}</h3>
      <ul>
        {TAKES.filter(({ take }) => !shown.live || take !== 'rust').map(({ take }) => {
          const what = t(`take.as.${take}`)
          return (
            <li key={take}>
              <span>{what}</span>
              <button type="button" aria-label={t('take.download.what', { what })} onClick={() => download(take)}>
                {t('take.download')}
              </button>
              {take !== 'png' && (
                <button type="button" aria-label={t('take.copy.what', { what })} onClick={() => copy(take)}>
                  {t('take.copy')}
                </button>
              )}
            </li>
          )
        })}
      </ul>
      <output>{said.value}</output>
      <p class="quiet">{t('take.pictures')}</p>
    </section>
  )
}

/** The picture of a run in the reader's language and theme, with the window of the page. */
function pictureOf({ look, session, ui }: App, shown: Shown, address: string): Picture {
  const { trace, info, report, ending } = shown
  const style = getComputedStyle(document.documentElement)
  const palette = readPalette((name) => style.getPropertyValue(`--${name}`).trim())
  const c = document.createElement('canvas').getContext('2d')
  const facts = report
    ? [
        ending.length > 0 ? endingText(ending) : endText(report.end),
        ...(report.outcome ? [outcomeText(report.outcome)] : []),
        showDuration(report.duration_ns),
        t('run.facts', { seed: info.seed, events: count(report.event_count) }),
        report.fingerprint,
      ]
    : []
  return layoutPicture({
    trace: look.drawn.value ?? trace,
    window: ui.window.value,
    lanes: look.lanes.value,
    pins: session.view.value.pins,
    ruler: rulerOf(session.view.value.measure, trace.columns.time),
    departures: shown.deviations,
    words: wordsFor(trace, info.scenario, shown.live),
    palette,
    measure: createMeasure(c, palette),
    middle: middleOf(c, palette),
    texts: {
      title: scenarioTitle(info.scenario),
      facts: facts.join(' · '),
      summary: summarise(shown).join(' '),
      address,
      tooManyArrows: t('timeline.arrows'),
      gauge: (name) => gaugeName(name, info.scenario),
      server: t('timeline.server'),
      more: (lanes) => t('take.more', { lanes: count(lanes) }),
    },
  })
}

function rulerOf(ends: readonly number[] | null | undefined, time: ArrayLike<number>) {
  const [from, to] = ends ?? []
  if (from === undefined || to === undefined) return null
  const { duration, events } = measured(from, to, time)
  return { from, to, text: `${duration} ${events}` }
}
