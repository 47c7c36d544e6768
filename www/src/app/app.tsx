/** The page as a whole: which face it shows and where its parts stand. */
import { isTold, t } from '../text/locale'
import { ScenarioList, SideList, Start } from './catalogue'
import { Claims } from './claims'
import { useApp } from './context'
import { Dialog } from './dialog'
import { Pictures } from './drop'
import { Header } from './header'
import { Inspector } from './inspector'
import { Added, Later } from './later'
import { Legend } from './legend'
import { LiveRegion } from './live_region'
import { Log } from './log'
import { NewVersion } from './offline'
import { Parameters } from './parameters'
import { Lesson, TimelinePanel } from './stage'
import { Summary } from './summary'
import { TransportBar } from './transport_bar'
import { BadLink, Lost, UnknownKeys } from './trouble'

/** The page. */
export function Page() {
  const { session, ui } = useApp()
  const face = session.face.value
  const loss = session.loss.value
  const told = isTold(session.info.value?.scenario ?? '')
  const closeDialog = () => {
    ui.dialog.value = null
  }
  return (
    <>
      <Header />
      <Pictures />
      <NewVersion />
      {loss && <Lost loss={loss} />}
      {face.kind === 'loading' && !loss && <p class="loading">{t('loading')}</p>}
      {face.kind === 'start' && <Start />}
      {face.kind === 'bad' && <BadLink key={face.text} face={face} />}
      {face.kind === 'unknown' && <UnknownKeys face={face} />}
      {face.kind === 'run' && <Workbench told={told} />}
      {face.kind === 'run' && told && <Foot />}
      <LiveRegion />
      {ui.dialog.value === 'share' && (
        <Later part="share" close={closeDialog}>
          {({ Share }) => <Share />}
        </Later>
      )}
      {ui.dialog.value === 'help' && (
        <Later part="help" close={closeDialog}>
          {({ Help }) => <Help />}
        </Later>
      )}
      {ui.explore.value && ui.narrow.value && face.kind === 'run' && (
        <Later part="extras" close={() => (ui.explore.value = false)}>
          {({ ExploreSheet }) => <ExploreSheet />}
        </Later>
      )}
      {ui.dialog.value === 'catalogue' && (
        <Dialog title={t('nav.catalogue')} close={closeDialog}>
          <nav class="side-sheet" aria-label={t('nav.catalogue')}>
            <ScenarioList />
          </nav>
        </Dialog>
      )}
    </>
  )
}

/** A run with all that belongs to it; for a moment only the list, where the scenario's texts are still on their way. */
function Workbench({ told }: { told: boolean }) {
  const { live, session, ui } = useApp()
  const shown = session.shown.value
  const docked = ui.roomy.value && !ui.table.value
  if (!told)
    return (
      <div class="bench">
        <SideList />
        <main class="stage" id="main">
          <p class="loading">{t('loading')}</p>
        </main>
      </div>
    )
  return (
    <div class={`bench ${ui.table.value ? 'with-table' : ''} ${ui.held.value ? 'held' : ''}`}>
      <SideList />
      <main class="stage" id="main">
        <div>
          <Lesson />
          <Added part="extras">{({ Expected }) => <Expected />}</Added>
        </div>
        <TimelinePanel />
        <TransportBar />
        {ui.table.value && shown && (
          <Later part="events" close={() => (ui.table.value = false)}>
            {({ EventTable }) => <EventTable shown={shown} />}
          </Later>
        )}
        {docked && (
          <div class="dock">
            <Inspector />
          </div>
        )}
      </main>
      <aside>
        <Added part="extras">{({ Question }) => <Question />}</Added>
        {ui.explore.value && !ui.narrow.value && (
          <Later part="extras" close={() => (ui.explore.value = false)}>
            {({ ExplorePanel }) => <ExplorePanel />}
          </Later>
        )}
        <Added part="extras">
          {({ Comparison, Story }) => (
            <>
              <Comparison />
              <Story />
            </>
          )}
        </Added>
        {live.state.value && (
          <Later part="extras" close={() => session.change({ field: 'live', on: false })}>
            {({ LivePanel }) => <LivePanel />}
          </Later>
        )}
        <Claims />
        <Log />
        <Parameters />
        <Added part="extras">
          {({ Challenges, Faults, Order }) => (
            <>
              <Faults />
              <Order />
              <Challenges />
            </>
          )}
        </Added>
        {!docked && <Inspector />}
        <Summary />
      </aside>
    </div>
  )
}

/** Legend, and which run this is. */
function Foot() {
  return (
    <footer class="foot">
      <Legend />
      <Facts />
    </footer>
  )
}

/** Seed, events, fingerprint, and whether the run is the one that the link expected. */
function Facts() {
  const shown = useApp().session.shown.value
  if (!shown?.report) return null
  const { report, info } = shown
  const { expect } = info
  const same = expect === report.fingerprint
  return (
    <p class="facts">
      {shown.live && <span class="badge">{t('live.badge')}</span>}{' '}
      <span>{t('run.facts', { seed: info.seed, events: report.event_count })}</span>
      {' · '}
      <span class="fingerprint" title={t('run.fingerprint')}>
        {report.fingerprint}
      </span>
      {expect && !shown.live && (
        <>
          {' · '}
          <b class={same ? 'ok' : 'bad'}>
            {same ? '✓' : '✕'} {t(same ? 'run.reproduced' : 'run.not-reproduced')}
          </b>
        </>
      )}
    </p>
  )
}
