/** The browser's side of use without a network: its service workers, where it has them. */
import { effect } from '@preact/signals'
import type { Keeper } from '../state/offline'
import { registerService } from '../worker/spawn'
import type { App } from './context'

/** Milliseconds after the first picture in which the network is left to the page. */
const REST_MS = 1_500

/** Keeps nothing: for an embed, which is a guest. */
export const NO_KEEPER: Keeper = {
  register: null,
  controlled: () => false,
  onTakeOver: () => {},
  reload: () => {},
  now: () => 0,
}

/** The window's. Merely asking for them throws in some frames. */
export function createKeeper(window: Window): Keeper {
  const container = containerOf(window.navigator)
  if (!container || !import.meta.env.PROD) return NO_KEEPER
  return {
    register: () => registerService(container),
    controlled: () => container.controller !== null,
    onTakeOver: (listener) => container.addEventListener('controllerchange', listener),
    reload: () => window.location.reload(),
    now: () => performance.now(),
  }
}

function containerOf(navigator: Navigator): ServiceWorkerContainer | null {
  try {
    return navigator.serviceWorker ?? null
  } catch {
    return null
  }
}

/** Begins once there is something to see, and looks for a new version whenever the reader comes back. */
export function keepOffline({ session, offline }: App, window: Window): void {
  let begun = false
  effect(() => {
    if (begun || (session.face.value.kind !== 'start' && !session.shown.value)) return
    begun = true
    window.setTimeout(() => void offline.begin(), REST_MS)
  })
  const look = () => {
    if (!window.document.hidden) void offline.look()
  }
  window.document.addEventListener('visibilitychange', look)
  window.addEventListener('online', look)
}
