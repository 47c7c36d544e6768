/** What an awake embed shows: whose run it is, the timeline, the transport, and the event at the cursor in words. */
import { useEffect, useRef } from 'preact/hooks'
import { useApp } from '../app/context'
import { EventTable } from '../app/events'
import { Help } from '../app/help'
import { Beat } from '../app/icons'
import { LiveRegion } from '../app/live_region'
import { TimelinePanel } from '../app/stage'
import { TransportBar } from '../app/transport_bar'
import { Lost, UnknownKeys } from '../app/trouble'
import { clip, errorSentence, outcomeText, scenarioTitle, timedSentence, visible } from '../text/core'
import { t } from '../text/locale'

/** Height of a lane that is easy to read, and of all that stands around the lanes, px. */
const LANE = 64
const AROUND = 190

/** The embed. `height` is told the height at which every lane is easy to read. */
export function Embed({ problems, height }: { problems: string[]; height(px: number): void }) {
  const { session, look, ui } = useApp()
  const face = session.face.value
  const loss = session.loss.value
  const shown = session.shown.value
  const info = session.info.value
  const lanes = shown ? look.lanes.value.length + shown.trace.charts.length : 0
  useEffect(() => {
    if (lanes > 0) height(AROUND + Math.min(Math.max(lanes, 2), 10) * LANE)
  }, [lanes])
  return (
    <>
      <Head />
      {problems.length > 0 && (
        <p class="problem">{t('embed.options', { options: clip(visible(problems.join(' ')), 120) })}</p>
      )}
      {loss && <Lost loss={loss} />}
      {face.kind === 'bad' && (
        <main class="trouble" id="main">
          <p class="sentence" role="alert">
            {errorSentence(face.error)}
          </p>
          <code>{clip(visible(face.text), 300)}</code>
        </main>
      )}
      {face.kind === 'start' && (
        <main class="trouble" id="main">
          <p role="alert">{t('embed.no-link')}</p>
        </main>
      )}
      {face.kind === 'unknown' && <UnknownKeys face={face} />}
      {face.kind === 'run' && (
        <main class="stage" id="main" aria-label={info ? scenarioTitle(info.scenario) : ''}>
          {ui.table.value && shown ? <EventTable shown={shown} /> : <TimelinePanel />}
          <TransportBar />
          <Told />
        </main>
      )}
      <LiveRegion />
      {ui.dialog.value === 'help' && <Help />}
    </>
  )
}

/** Brand, title, how it came out, and the way to the whole page. */
function Head() {
  const { session, absolute } = useApp()
  const info = session.info.value
  const outcome = session.shown.value?.report?.outcome
  return (
    <header class="head">
      <Beat />
      <div class="where">
        <h1>{info ? scenarioTitle(info.scenario) : t('app.name')}</h1>
        {outcome && <span class={outcome === 'once' ? 'ok' : 'bad'}>{outcomeText(outcome)}</span>}
      </div>
      <a class="button" href={absolute(info?.link ?? session.link())} target="_blank" rel="noopener">
        {t('embed.open')}
      </a>
    </header>
  )
}

/** The event at the cursor. */
function Told() {
  const { session, transport } = useApp()
  const shown = session.shown.value
  const selected = transport.selected.value
  const row = selected === null ? undefined : shown?.rows.get(selected)
  const last = useRef('')
  if (row && shown) last.current = timedSentence(row, shown.info.scenario)
  return <p class="told">{last.current || '\u00a0'}</p>
}
