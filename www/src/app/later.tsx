/**
 * What nobody waits for: sheets and panels that are opened by hand, and the texts of the other scenarios. All is fetched once a
 * run is there, and is there without a network after.
 */
import { effect, signal } from '@preact/signals'
import type { ComponentChildren } from 'preact'
import { useEffect } from 'preact/hooks'
import { loadScenarios, t } from '../text/locale'
import { type App, useApp } from './context'

const load = {
  share: () => import('./share'),
  extras: () => import('./extras'),
  events: () => import('./events'),
  help: () => import('./help'),
}
type Part = keyof typeof load
type Parts = { [P in Part]: Awaited<ReturnType<(typeof load)[P]>> }

const parts = signal<Partial<Parts>>({})
const asked = new Map<Part, Promise<boolean>>()

/** Fetches a part unless it is there or on its way; gives whether it is there in the end. */
function fetchPart(part: Part): Promise<boolean> {
  const known = asked.get(part)
  if (known) return known
  const there = load[part]().then(
    (loaded) => {
      parts.value = { ...parts.value, [part]: loaded }
      return true
    },
    () => {
      asked.delete(part)
      return false
    },
  )
  asked.set(part, there)
  return there
}

/** Fetches when there is a run; what cannot be had is fetched again when it is wanted. */
export function fetchLater({ session }: App): void {
  const done = effect(() => {
    if (!session.shown.value) return
    queueMicrotask(() => done())
    // The run comes first on the screen.
    whenIdle(() => {
      // A text that cannot be had is told by its key.
      loadScenarios().catch(() => {})
      for (const part of Object.keys(load) as Part[]) void fetchPart(part)
    })
  })
}

/** Once the page has nothing else to do; a moment later in browsers that do not say when. */
function whenIdle(act: () => void): void {
  if ('requestIdleCallback' in window) requestIdleCallback(act, { timeout: 1000 })
  else setTimeout(act, 200)
}

/** A part that adds to what is there anyway: nothing until it has come by itself, and nothing if it cannot be had. */
export function Added<P extends Part>({ part, children }: { part: P; children(loaded: Parts[P]): ComponentChildren }) {
  const loaded = parts.value[part]
  return loaded ? children(loaded) : null
}

/** A part that is wanted now: nothing until it is there; if it cannot be had, it is closed again and that is said. */
export function Later<P extends Part>(props: {
  part: P
  close(): void
  children(loaded: Parts[P]): ComponentChildren
}) {
  const { part, close, children } = props
  const { ui } = useApp()
  const loaded = parts.value[part]
  useEffect(() => {
    fetchPart(part).then((there) => {
      if (there) return
      close()
      ui.notice.value = { text: t(part === 'share' ? 'share.not-loaded' : 'part.not-loaded'), bad: true }
    })
  }, [part])
  return loaded ? children(loaded) : null
}
