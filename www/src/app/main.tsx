/** Wires the page together; decides nothing. */
import '../styles/main.css'
import { effect, untracked } from '@preact/signals'
import { render } from 'preact'
import { createExplore, poolSize } from '../state/explore'
import { createLive, followLive } from '../state/live'
import { createLook, drawnRun } from '../state/look'
import { createOffline } from '../state/offline'
import { createSession } from '../state/session'
import { guardedStore } from '../state/settings'
import { createTransport } from '../state/transport'
import { scenarioTitle } from '../text/core'
import { loadScenario, locale, preferredLocale, t, useLocale } from '../text/locale'
import { withoutPart } from '../text/quote'
import { missingFeature, spawnExplorer, spawnWorker } from '../worker/spawn'
import { createAddress } from './address'
import { Page } from './app'
import { type App, AppProvider } from './context'
import { listenForPictures } from './drop'
import { createKeeper, keepOffline } from './keeper'
import { listen } from './keyboard'
import { fetchLater } from './later'
import { play } from './playback'
import { sound } from './sound'
import { Missing } from './trouble'
import { createUi } from './ui'

const root = document.getElementById('app') as HTMLElement
const store = guardedStore(() => window.localStorage)

async function start(): Promise<void> {
  const texts = useLocale(preferredLocale(store.read('locale'), navigator.languages), window.location.hash)
  effect(() => {
    document.documentElement.lang = locale.value
  })
  const missing = missingFeature()
  if (missing) {
    await texts
    return render(<Missing what={missing} />, root)
  }
  const openLink = (hash: string) => {
    live.leave()
    session.openText(hash)
  }
  const address = createAddress(window, openLink)
  const world = { spawn: spawnWorker, address: address.show, now: () => performance.now() }
  let session: ReturnType<typeof createSession>
  try {
    session = createSession(world, (text, error) => withoutPart(text, error.position))
  } catch {
    await texts
    return render(<Missing what="worker" />, root)
  }
  const drawn = drawnRun(session)
  const transport = createTransport(session.shown, session.view, () => drawn.run.value)
  const live = createLive(spawnWorker, session.shown, (loss) => {
    session.loss.value = loss
  })
  const explore = createExplore({
    spawn: spawnExplorer,
    workers: poolSize(navigator.hardwareConcurrency),
    format: session.format,
  })
  const offline = createOffline(createKeeper(window))
  const ui = createUi(window, store)
  const look = createLook(session, transport, drawn, ui.window, ui.still)
  const app: App = {
    session,
    transport,
    live,
    look,
    explore,
    offline,
    ui,
    store,
    copy: (text) =>
      navigator.clipboard?.writeText(text).then(
        () => true,
        () => false,
      ) ?? Promise.resolve(false),
    save: (name, file) => save(document, name, file),
    open: openLink,
    read: (path) =>
      fetch(path).then(
        (response) => (response.ok ? response.text() : null),
        () => null,
      ),
    absolute: address.absolute,
  }

  effect(() => {
    const id = session.face.value.kind === 'run' ? session.info.value?.scenario : undefined
    document.title = id ? `${scenarioTitle(id)} · ${t('app.name')}` : t('app.name')
  })
  effect(() => {
    const scenario = session.info.value?.scenario
    void locale.value
    if (scenario) untracked(() => void loadScenario(scenario))
  })
  // The sheet of all scenarios has done its part when one is there.
  effect(() => {
    void session.info.value?.scenario
    if (ui.dialog.peek() === 'catalogue') ui.dialog.value = null
  })
  followLive(session, live)
  // A search goes on only where it is seen, and only for the link it was begun for.
  effect(() => {
    const info = session.info.value
    untracked(() => explore.follow(info))
  })
  // A note is written for one run.
  effect(() => {
    void session.shown.value
    ui.note.value = null
  })
  effect(() => {
    const { kind } = session.face.value
    if (kind !== 'run' && kind !== 'loading') ui.explore.value = false
    if (!ui.explore.value) untracked(explore.stop)
  })
  // The worker starts and the first run is made while the texts are still on their way.
  session.openText(address.current())
  await texts
  listen(app, window)
  listenForPictures(app, window)
  fetchLater(app)
  play(transport)
  sound(session, transport, ui.sound)
  keepOffline(app, window)
  render(
    <AppProvider value={app}>
      <Page />
    </AppProvider>,
    root,
  )
}

/** A link that is followed by hand: the browser's own way to keep a file. */
function save(document: Document, name: string, file: Blob): void {
  const link = document.createElement('a')
  link.href = URL.createObjectURL(file)
  link.download = name
  link.click()
  // The browser has the file by then.
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000)
}

void start()
