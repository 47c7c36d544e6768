/** The run that is kept: its lanes under those of the present one, and what is different in words and numbers. */
import { useComputed, useSignal, useSignalEffect } from '@preact/signals'
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks'
import { type Compare, createCompare, settings, verdicts } from '../state/compare'
import type { Shown } from '../state/session'
import { claimText, endText, eventSentence, outcomeText, scenarioText } from '../text/core'
import { aboutTime, showDuration } from '../text/duration'
import { count, t } from '../text/locale'
import type { LaneLayout } from '../timeline/lanes'
import { lanesOf, rowTop } from '../timeline/lanes'
import { AXIS } from '../timeline/paint'
import { toPx } from '../timeline/scale'
import { createTimeline, type Timeline } from '../timeline/view'
import { spawnWorker } from '../worker/spawn'
import { useAtOnce } from './at_once'
import { verdictWord } from './claims'
import { type App, useApp } from './context'
import { LaneName } from './lane_names'
import { wordsFor } from './words'

let compare: Compare | null = null

function compareOf(app: App): Compare {
  if (compare) return compare
  const { session, ui } = app
  compare = createCompare(session, ui.kept, spawnWorker, () => (ui.announcement.value = t('compare.failed')))
  return compare
}

/** Keeps the run on the screen, or lets the kept one go. */
function toggle(app: App) {
  const { keep, letGo, waiting } = compareOf(app)
  const { session, ui } = app
  if (ui.kept.value || waiting.value) {
    letGo()
    ui.announcement.value = t('compare.gone')
  } else if (session.shown.value && !session.shown.value.live && session.info.value) {
    keep(session.info.value.run)
    ui.announcement.value = t('compare.kept')
  }
}

/** What stands where the runs part, and listens to the key. */
export function Parting() {
  const app = useApp()
  const { look, ui } = app
  useSignalEffect(() => {
    const asked = ui.keeping.value
    if (!asked) return
    ui.keeping.value = null
    if (asked.fork && ui.kept.peek() === null) toggle(app)
    else if (!asked.fork) toggle(app)
    // A fork goes on where something can be changed at the cursor.
    if (asked.fork) document.querySelector<HTMLElement>('.fault-form select')?.focus()
  })
  const parts = compareOf(app).divergence.value
  const [window, axis] = [ui.window.value, look.axis.value]
  if (!parts || !window || !axis) return null
  const x = toPx(window, parts.ours === null ? axis.x(parts.time) : look.placeOf(parts.ours))
  return x < 0 || x > window.width ? null : <PartingLine x={x} />
}

function PartingLine({ x }: { x: number }) {
  return <span class="parting" style={{ left: `${x}px` }} title={t('compare.parting')} />
}

/** The lanes of the kept run, under the same window. */
export function Kept() {
  const { session, look, ui } = useApp()
  const kept = ui.kept.value
  if (!kept || !session.shown.value) return null
  if (look.axis.value?.kind !== 'time') return <p class="kept-note">{t('compare.axis')}</p>
  return <KeptLanes key={kept.info.run} kept={kept} />
}

function KeptLanes({ kept }: { kept: Shown }) {
  const { session, look, transport, ui } = useApp()
  const host = useRef<HTMLDivElement>(null)
  const timeline = useRef<Timeline | null>(null)
  const layout = useSignal<LaneLayout | null>(null)
  const chosen = useSignal<number | null>(null)
  const parts = compareOf(useApp()).divergence.value
  const lanes = useComputed(() => lanesOf(kept.trace, session.scenario.value?.tasks ?? [], session.view.value))

  useLayoutEffect(() => {
    if (!host.current) return
    const made = createTimeline(host.current, {
      select: (event) => (chosen.value = event),
      seek: look.seek,
      lane() {},
      measure() {},
      hover() {},
      moved: (next) => (layout.value = next),
      // Both move together, whichever is moved.
      looked(view) {
        const other = ui.window.peek()
        if (other && (Math.abs(other.t0 - view.t0) > 1 || Math.abs(other.t1 - view.t1) > 1)) ui.look.value = view
      },
    })
    timeline.current = made
    return () => made.destroy()
  }, [])
  // Whatever changes, the event at which the runs part is chosen.
  useEffect(() => {
    chosen.value = parts?.theirs ?? null
  }, [parts])
  useAtOnce(() => {
    const extent = Math.max(kept.trace.duration, session.shown.value?.trace.duration ?? 0)
    const words = wordsFor(kept.trace, kept.info.scenario, false)
    timeline.current?.show({ ...kept.trace, extent }, lanes.value, words, t('timeline.arrows'), false)
  })
  useAtOnce(() => {
    const seen = ui.window.value
    if (seen) timeline.current?.lookAt({ t0: seen.t0, t1: seen.t1 })
  })
  useAtOnce(() => {
    // At the end of the present run the kept one is at its own.
    const over = transport.cursor.value >= transport.duration.value
    const cursor = over ? Math.max(look.cursor.value, kept.trace.duration) : look.cursor.value
    const still = { lane: null, playing: false, lens: false, ruler: false, held: true }
    timeline.current?.stand({ ...still, cursor, selected: chosen.value })
  })
  useAtOnce(() => {
    void ui.theme.value
    void ui.looks.value
    requestAnimationFrame(() => timeline.current?.restyle())
  })

  const window = ui.window.value
  const x = window && parts ? toPx(window, parts.time) : -1
  const row = chosen.value === null ? undefined : kept.rows.get(chosen.value)
  return (
    <section class="kept" aria-label={t('compare.lanes')}>
      <div class="gutter">
        <p class="kept-name">{t('compare.there')}</p>
        <ul>
          {layout.value?.lanes.map(({ task, name }, i) => (
            <li
              key={task}
              title={name}
              style={{
                top: `${rowTop(layout.value!, i)}px`,
                blockSize: `${layout.value!.height}px`,
              }}
            >
              <LaneName name={name} />
            </li>
          ))}
        </ul>
      </div>
      <div class="kept-window">
        <div class="plot" ref={host} style={{ insetBlockStart: `${-AXIS}px` }}>
          {x >= 0 && window && x <= window.width && <PartingLine x={x} />}
        </div>
        {row && (
          <p class="kept-event">
            <span class="time">{aboutTime(row.time_ns)}</span> {eventSentence(row, kept.info.scenario)}
          </p>
        )}
      </div>
    </section>
  )
}

/** What is different, in words and numbers. */
export function Comparison() {
  const app = useApp()
  const { session, transport, ui, copy, absolute } = app
  const { waiting, keep, letGo, divergence } = compareOf(app)
  const [here, there] = [session.shown.value, ui.kept.value]
  if (waiting.value) return <section class="panel comparison">{t('compare.waiting')}</section>
  if (!here || !there || here.live) return null
  const parts = divergence.value
  const { scenario } = here.info
  const swap = () => {
    const link = there.info.run
    keep(here.info.run)
    session.openText(link)
  }
  const links = `${absolute(here.info.run)}\n${absolute(there.info.run)}\n`
  const changed = settings(here.info, there.info)
  const judged = verdicts(here.report?.claims ?? [], there.report?.claims ?? [])
  return (
    <section class="panel comparison">
      <h2>{t('compare.title')}</h2>
      <Parted here={here} there={there} />
      {parts && parts.ours !== null && (
        <button type="button" onClick={() => transport.select(parts.ours)}>
          {t('compare.show')}
        </button>
      )}
      <table>
        <thead>
          <tr>
            <td />
            <th scope="col">{t('compare.here')}</th>
            <th scope="col">{t('compare.there')}</th>
          </tr>
        </thead>
        <tbody>
          {changed.map((row) => (
            <Row
              key={row.name}
              name={
                row.parameter ? (scenarioText(scenario, `parameter.${row.name}`) ?? row.name) : settingName(row.name)
              }
              here={row.here || '–'}
              there={row.there || '–'}
              changed
            />
          ))}
          <Row name={t('outcome.title')} here={outcomeOf(here)} there={outcomeOf(there)} />
          {judged.map(({ id, ...pair }) => (
            <Row
              key={id}
              name={claimText(scenario, id)}
              here={verdictWord(pair.here)}
              there={verdictWord(pair.there)}
            />
          ))}
          <Row
            name={t('compare.end')}
            here={showDuration(here.trace.duration)}
            there={showDuration(there.trace.duration)}
            difference={difference(here.trace.duration - there.trace.duration, showDuration)}
          />
          <Row
            name={t('compare.events')}
            here={count(here.trace.count)}
            there={count(there.trace.count)}
            difference={difference(here.trace.count - there.trace.count, count)}
          />
        </tbody>
      </table>
      <div class="buttons">
        <button type="button" onClick={swap}>
          {t('compare.swap')}
        </button>
        <button
          type="button"
          onClick={async () => {
            ui.announcement.value = (await copy(links)) ? t('share.copied') : t('share.failed')
          }}
        >
          {t('compare.links')}
        </button>
        <button type="button" onClick={letGo}>
          {t('compare.let-go')}
        </button>
      </div>
    </section>
  )
}

/** Until when the runs are the same, and what each does then; said aloud when it changes. */
function Parted({ here, there }: { here: Shown; there: Shown }) {
  const app = useApp()
  const parts = compareOf(app).divergence.value
  const told = ({ rows, info }: Shown, event: number | null) => {
    if (event === null) return t('compare.ended')
    const row = rows.get(event)
    return row ? eventSentence(row, info.scenario) : '…'
  }
  const words =
    parts === undefined
      ? ''
      : parts === null
        ? t('compare.alike')
        : t('compare.parts', {
            time: aboutTime(parts.time),
            events: count(parts.same),
            here: told(here, parts.ours),
            there: told(there, parts.theirs),
          })
  useEffect(() => {
    if (!words || words.includes('…')) return
    // After the verdicts, which are told at once.
    const timer = setTimeout(() => (app.ui.announcement.value = words), 700)
    return () => clearTimeout(timer)
  }, [words])
  return <p class="sentence">{words}</p>
}

function Row(props: { name: string; here: string; there: string; difference?: string | null; changed?: boolean }) {
  const { name, here, there, difference: by, changed } = props
  return (
    <tr class={here === there ? '' : changed ? 'set' : 'differs'}>
      <th scope="row">{name}</th>
      <td>
        {here}
        {by && <small>{by}</small>}
      </td>
      <td>{there}</td>
    </tr>
  )
}

/** What the page calls a part of the link that is no parameter. */
function settingName(name: string): string {
  if (name === 'model') return t('order.model')
  if (name === 'order') return t('order.order')
  if (name === 'seed') return t('order.seed')
  return name === 'faults' ? t('faults.title') : t('compare.schedule')
}

function outcomeOf({ report }: Shown): string {
  if (!report) return '–'
  return report.outcome ? outcomeText(report.outcome) : endText(report.end)
}

function difference(by: number, write: (value: number) => string): string | null {
  return by === 0 ? null : `${by > 0 ? '+' : '−'}${write(Math.abs(by))}`
}
