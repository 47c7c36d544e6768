/** The awake embed: the page's own timeline and transport around one run, moved by the reader and by the page around it. */
import '../styles/main.css'
import './player.css'
import { computed, effect } from '@preact/signals'
import { render } from 'preact'
import { type App, AppProvider } from '../app/context'
import { NO_KEEPER } from '../app/keeper'
import { listen } from '../app/keyboard'
import { play } from '../app/playback'
import { sound } from '../app/sound'
import { createUi } from '../app/ui'
import { createExplore } from '../state/explore'
import { createLive, followLive } from '../state/live'
import { createLook, drawnRun } from '../state/look'
import { createOffline } from '../state/offline'
import { createSession } from '../state/session'
import { guardedStore } from '../state/settings'
import { createTransport } from '../state/transport'
import { errorSentence, eventSentence } from '../text/core'
import { loadScenarios, locale, t, useLocale } from '../text/locale'
import { missingFeature, spawnExplorer, spawnWorker } from '../worker/spawn'
import { Embed } from './embed'
import type { Asked, Said } from './messages'
import type { Options } from './options'

/** A state is told at most once in this many milliseconds while a run plays. */
const TELL_MS = 100

/** An embed that runs. */
export interface Player {
  ask(asked: Asked): void
  /** Plays on when it comes into view, and stands still while nobody sees it. */
  see(seen: boolean): void
}

/** Makes the run of `options.link` in `root`, and plays it if `plays`; `shown` is called when there is something to see. */
export async function start(
  root: HTMLElement,
  options: Options & { lang: 'en' | 'ja' },
  plays: boolean,
  say: (said: Said) => void,
  shown: () => void,
): Promise<Player> {
  await useLocale(options.lang, options.link)
  const missing = missingFeature()
  if (missing) throw new Error(t(`missing.${missing}`))
  const app = createApp(options)
  const { session, transport, ui } = app
  transport.speed.value = options.speed

  effect(() => {
    // A key that asks for an embed has what it asks for.
    const face = session.face.value
    if (face.kind === 'unknown' && face.info.unknown.every(({ key }) => key === 'embed')) session.acceptUnknown()
  })
  effect(() => {
    // There is no room for a search; its key asks for nothing here.
    if (ui.explore.value) ui.explore.value = false
  })
  effect(() => {
    const face = session.face.value
    const loss = session.loss.value
    if (face.kind !== 'loading' || loss) shown()
    if (face.kind === 'bad') say({ type: 'failed', message: errorSentence(face.error) })
    else if (loss) say({ type: 'failed', message: loss.kind === 'crashed' ? loss.message : t('lost.silent') })
  })
  tell(app, say)

  let seen = true
  let resumes = false
  // The first play is from the start, unless somebody has moved by then.
  let fresh = !plays
  for (const touch of ['pointerdown', 'keydown']) root.addEventListener(touch, () => (fresh = false), { once: true })
  const playOn = () => {
    if (seen) transport.playing.value = true
    else resumes = true
  }
  // What is asked before the run is there waits for it; only the last wish counts.
  let wish: (() => void) | null = null
  const want = (act: () => void) => {
    if (session.shown.peek()) act()
    else wish = act
  }
  effect(() => {
    if (!session.shown.value || !wish) return
    const grant = wish
    wish = null
    queueMicrotask(grant)
  })
  if (plays)
    want(() => {
      transport.seek(0)
      playOn()
    })

  session.openText(options.link)
  // For whoever loads another run into it. A text that cannot be had is told by its key.
  loadScenarios().catch(() => {})
  listen(app, window)
  play(transport)
  sound(session, transport, ui.sound)
  render(
    <AppProvider value={app}>
      <Embed problems={options.problems} height={(height) => say({ type: 'resize', height })} />
    </AppProvider>,
    root,
  )

  return {
    ask(asked) {
      resumes = false
      if (asked.type === 'load') session.openText(asked.link)
      else if (asked.type === 'pause') want(transport.pause)
      else
        want(() => {
          if (asked.type === 'seek') transport.seek(asked.timeNs)
          else {
            if (fresh || transport.cursor.value >= transport.duration.value) transport.seek(0)
            playOn()
          }
          fresh = false
        })
    },
    see(now) {
      if (now === seen) return
      seen = now
      if (seen) transport.playing.value = resumes
      else {
        resumes = transport.playing.value
        transport.pause()
      }
    },
  }
}

/** The page's state with nothing around it: no address bar, no storage, no search. */
function createApp(options: Options): App {
  const store = guardedStore(() => {
    throw new Error('an embed keeps nothing')
  })
  const world = { spawn: spawnWorker, address: () => {}, now: () => performance.now() }
  const session = createSession(world, () => null)
  const drawn = drawnRun(session)
  const transport = createTransport(session.shown, session.view, () => drawn.run.value)
  const live = createLive(spawnWorker, session.shown, (loss) => {
    session.loss.value = loss
  })
  followLive(session, live)
  const explore = createExplore({ spawn: spawnExplorer, workers: 1, format: session.format })
  const ui = createUi(window, store)
  if (options.theme !== 'auto') ui.theme.value = options.theme
  return {
    session,
    transport,
    live,
    look: createLook(session, transport, drawn, ui.window),
    explore,
    offline: createOffline(NO_KEEPER),
    ui,
    store,
    copy: () => Promise.resolve(false),
    save: () => {},
    open: session.openText,
    read: () => Promise.resolve(null),
    absolute: (link) => new URL(`./${link}`, location.href).href,
  }
}

/** Tells the page around it where this stands, whenever that changes. */
function tell({ session, transport }: App, say: (said: Said) => void): void {
  let last = Number.NEGATIVE_INFINITY
  let timer = 0
  const state = computed(() => {
    const shown = session.shown.value
    if (!shown) return null
    const selected = transport.selected.value
    const row = selected === null ? undefined : shown.rows.get(selected)
    return {
      type: 'state' as const,
      link: shown.info.link,
      playing: transport.playing.value,
      timeNs: Math.round(transport.cursor.value),
      durationNs: transport.duration.value,
      event: row ? eventSentence(row, shown.info.scenario) : '',
      end: shown.report?.end ?? null,
    }
  })
  effect(() => {
    void locale.value
    if (!state.value) return
    clearTimeout(timer)
    const wait = Math.max(0, last + TELL_MS - performance.now())
    timer = window.setTimeout(() => {
      last = performance.now()
      if (state.value) say(state.value)
    }, wait)
  })
}
