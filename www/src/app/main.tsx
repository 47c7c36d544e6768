/** Wires the page together; decides nothing. */
import '../styles/main.css'
import { effect, signal, untracked } from '@preact/signals'
import { render } from 'preact'
import { createExplore, poolSize } from '../state/explore'
import { createLive } from '../state/live'
import { createLook, drawnRun } from '../state/look'
import { createSession } from '../state/session'
import { guardedStore, preferredTheme, type Theme } from '../state/settings'
import { createTransport } from '../state/transport'
import { scenarioTitle } from '../text/core'
import { locale, preferredLocale, t, useLocale } from '../text/locale'
import { withoutPart } from '../text/quote'
import type { View } from '../timeline/scale'
import { missingFeature, spawnExplorer, spawnWorker } from '../worker/spawn'
import { createAddress } from './address'
import { Page } from './app'
import { type App, AppProvider, type DialogName } from './context'
import { listenForPictures } from './drop'
import type { NoteDraft } from './flags'
import { listen } from './keyboard'
import { fetchLater } from './later'
import { Missing } from './trouble'

const root = document.getElementById('app') as HTMLElement
const store = guardedStore(() => window.localStorage)

/** As in narrow.css. */
const narrow = matchMedia('(max-width: 820px), (max-height: 520px)')
const roomy = matchMedia('(min-width: 1181px) and (min-height: 760px)')

async function start(): Promise<void> {
  const texts = useLocale(preferredLocale(store.read('locale'), navigator.languages))
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
  const transport = createTransport(session.shown, session.view, () => drawn.value)
  const live = createLive(spawnWorker, session.shown, (loss) => {
    session.loss.value = loss
  })
  const explore = createExplore({
    spawn: spawnExplorer,
    workers: poolSize(navigator.hardwareConcurrency),
    format: session.format,
  })
  const ui = {
    theme: signal<Theme>(preferredTheme(store.read('theme'), matchMedia('(prefers-color-scheme: light)').matches)),
    dialog: signal<DialogName | null>(null),
    table: signal(false),
    explore: signal(false),
    narrow: signal(narrow.matches),
    roomy: signal(roomy.matches),
    letters: signal(store.read('letters') !== 'false'),
    looks: signal(0),
    search: signal(0),
    lens: signal(false),
    viewing: signal(false),
    ruler: signal(false),
    note: signal<NoteDraft | null>(null),
    announcement: signal(''),
    zoom: signal<{ factor: number } | null>(null),
    window: signal<View | null>(null),
    notice: signal<{ text: string; bad: boolean } | null>(null),
    dropping: signal(false),
  }
  const look = createLook(session, transport, drawn, ui.window)
  const app: App = {
    session,
    transport,
    live,
    look,
    explore,
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

  roomy.addEventListener('change', ({ matches }) => {
    ui.roomy.value = matches
  })
  narrow.addEventListener('change', ({ matches }) => {
    ui.narrow.value = matches
  })
  for (const query of ['(forced-colors: active)', '(prefers-contrast: more)']) {
    matchMedia(query).addEventListener('change', () => (ui.looks.value += 1))
  }
  matchMedia('(prefers-color-scheme: light)').addEventListener('change', ({ matches }) => {
    if (store.read('theme') === null) ui.theme.value = matches ? 'paper' : 'monitor'
  })
  effect(() => {
    document.documentElement.dataset.theme = ui.theme.value
  })
  effect(() => {
    const id = session.face.value.kind === 'run' ? session.info.value?.scenario : undefined
    document.title = id ? `${scenarioTitle(id)} · ${t('app.name')}` : t('app.name')
  })
  // The sheet of all scenarios has done its part when one is there.
  effect(() => {
    void session.info.value?.scenario
    if (ui.dialog.peek() === 'catalogue') ui.dialog.value = null
  })
  // A link with `mode=live` runs live as soon as its virtual run is there; any other link ends a live session.
  effect(() => {
    const now = session.shown.value
    if (now?.info.live && !now.live && live.state.peek() === null) live.start(now.info)
  })
  effect(() => {
    if (!session.info.value?.live && live.state.peek() !== null) live.leave()
  })
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
  play(app)
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

/** One frame loop for playback; it sleeps while nothing plays. */
function play({ transport }: App): void {
  let last = 0
  const frame = (now: number) => {
    transport.tick(Math.min(100, now - last))
    last = now
    if (transport.playing.value) requestAnimationFrame(frame)
  }
  effect(() => {
    if (!transport.playing.value) return
    last = performance.now()
    requestAnimationFrame(frame)
  })
}

void start()
