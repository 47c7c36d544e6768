/** Use without a network: whether this browser keeps the site, and whether a new version of it is ready. */
import { signal } from '@preact/signals'

/** What there is to say. `none`: not possible here; `failed` carries the browser's reason. */
export type Keeping = { kind: 'none' | 'preparing' | 'kept' } | { kind: 'failed'; reason: string }

/** Looks for a new version at most this often, ms. */
const LOOK_MS = 10 * 60_000

/** Everything about it. */
export type Offline = ReturnType<typeof createOffline>

/** What is used of the browser. `register` is null where there are no service workers; what blocks them may answer nothing. */
export interface Keeper {
  register: (() => Promise<ServiceWorkerRegistration | null>) | null
  /** Whether the page itself came from a service worker; and a listener for another one taking over. */
  controlled(): boolean
  onTakeOver(listener: () => void): void
  reload(): void
  now(): number
}

/** Nothing happens before `begin`. */
export function createOffline(keeper: Keeper) {
  const keeping = signal<Keeping>({ kind: keeper.register ? 'preparing' : 'none' })
  const update = signal(false)
  let registration: ServiceWorkerRegistration | null = null
  let looked = keeper.now()

  function follow(worker: ServiceWorker | null) {
    worker?.addEventListener('statechange', () => {
      if (!registration) return
      if (registration.active) keeping.value = { kind: 'kept' }
      else if (worker.state === 'redundant') keeping.value = { kind: 'failed', reason: '' }
      if (worker.state === 'installed' && registration.active) update.value = true
    })
  }

  return {
    keeping,
    update,
    /** Has the site kept; the first time everything is fetched once more, so it waits until the page is at rest. */
    async begin() {
      if (!keeper.register) return
      let ours = keeper.controlled()
      keeper.onTakeOver(() => {
        // At the first visit nothing was replaced. Later it was, from another tab: this page is of the version before.
        if (ours) update.value = true
        ours = true
      })
      try {
        registration = (await keeper.register()) ?? null
      } catch (error) {
        keeping.value = { kind: 'failed', reason: error instanceof Error ? error.message : String(error) }
        return
      }
      if (!registration) {
        keeping.value = { kind: 'none' }
        return
      }
      if (registration.active) keeping.value = { kind: 'kept' }
      if (registration.active && registration.waiting) update.value = true
      follow(registration.installing)
      registration.addEventListener('updatefound', () => follow(registration?.installing ?? null))
    },
    /** Looks for a new version, unless that was done just now. */
    async look() {
      if (!registration || keeper.now() - looked < LOOK_MS) return
      looked = keeper.now()
      // Without a network there is none.
      await registration.update().catch(() => {})
    },
    /** Goes over to the new version: it rules first, then the page is loaded again. */
    apply() {
      const next = registration?.waiting
      if (!next) return keeper.reload()
      next.addEventListener('statechange', () => {
        if (next.state === 'activated') keeper.reload()
      })
      next.postMessage('rule')
    },
  }
}
