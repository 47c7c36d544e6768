// Use without a network: what the page says of it, over every way a service worker can go.
import { expect, test } from 'vitest'
import { createOffline, type Keeper } from '../src/state/offline'

/** A service worker that the test moves through its life. */
class Fake extends EventTarget {
  heard: unknown[] = []
  constructor(public state = 'installing') {
    super()
  }
  postMessage(message: unknown) {
    this.heard.push(message)
  }
  become(state: string) {
    this.state = state
    this.dispatchEvent(new Event('statechange'))
  }
}

/** A browser with one registration. */
function browser({ active, waiting, installing }: Record<string, Fake | null> = {}) {
  const registration = Object.assign(new EventTarget(), {
    active: active ?? null,
    waiting: waiting ?? null,
    installing: installing ?? null,
    updates: 0,
    update: () => {
      registration.updates += 1
      return Promise.reject(new Error('no network'))
    },
  })
  const world = { registration, now: 0, reloads: 0, takeOver: () => {} }
  const keeper: Keeper = {
    register: () => Promise.resolve(registration as unknown as ServiceWorkerRegistration),
    controlled: () => registration.active !== null,
    onTakeOver: (listener) => {
      world.takeOver = listener
    },
    reload: () => {
      world.reloads += 1
    },
    now: () => world.now,
  }
  return { world, registration, offline: createOffline(keeper), keeper }
}

test('at the first visit the site is kept, and nothing is called new', async () => {
  const first = new Fake()
  const { world, registration, offline } = browser({ installing: first })
  expect(offline.keeping.value).toEqual({ kind: 'preparing' })
  await offline.begin()
  first.become('installed')
  expect([offline.keeping.value.kind, offline.update.value]).toEqual(['preparing', false])
  registration.active = first
  first.become('activated')
  world.takeOver()
  expect([offline.keeping.value.kind, offline.update.value]).toEqual(['kept', false])
})

test('a site that cannot be kept is told, with the reason of the browser', async () => {
  const first = new Fake()
  const { offline } = browser({ installing: first })
  await offline.begin()
  first.become('redundant')
  expect(offline.keeping.value.kind).toBe('failed')

  const refusing = browser()
  refusing.keeper.register = () => Promise.reject(new Error('denied'))
  const refused = createOffline(refusing.keeper)
  await refused.begin()
  expect(refused.keeping.value).toEqual({ kind: 'failed', reason: 'denied' })
  const none = createOffline({ ...refusing.keeper, register: null })
  await none.begin()
  expect(none.keeping.value).toEqual({ kind: 'none' })
})

test('a new version rules when the reader says so, and then the page is loaded again', async () => {
  const { world, registration, offline } = browser({ active: new Fake('activated') })
  await offline.begin()
  const next = new Fake()
  registration.installing = next
  registration.dispatchEvent(new Event('updatefound'))
  expect(offline.update.value).toBe(false)
  registration.waiting = next
  next.become('installed')
  expect([offline.update.value, next.heard, world.reloads]).toEqual([true, [], 0])
  offline.apply()
  expect([next.heard, world.reloads]).toEqual([['rule'], 0])
  next.become('activating')
  expect(world.reloads).toBe(0)
  next.become('activated')
  expect(world.reloads).toBe(1)
})

test('a version that waits since the last visit is told, and one that another page let rule too', async () => {
  const waiting = browser({ active: new Fake('activated'), waiting: new Fake('installed') })
  await waiting.offline.begin()
  expect(waiting.offline.update.value).toBe(true)

  const { world, offline } = browser({ active: new Fake('activated') })
  await offline.begin()
  world.takeOver()
  expect(offline.update.value).toBe(true)
  // It rules already: this page is only loaded again.
  offline.apply()
  expect(world.reloads).toBe(1)
})

test('it is not looked for a new version all the time, and no network is no trouble', async () => {
  const { world, registration, offline } = browser({ active: new Fake('activated') })
  await offline.begin()
  await offline.look()
  expect(registration.updates).toBe(0)
  world.now = 11 * 60_000
  await offline.look()
  await offline.look()
  expect(registration.updates).toBe(1)
})

test('where something answers nothing in place of a service worker, nothing is kept and nothing breaks', async () => {
  const { keeper } = browser()
  const offline = createOffline({ ...keeper, register: () => Promise.resolve(null) })
  await offline.begin()
  await offline.look()
  expect(offline.keeping.value).toEqual({ kind: 'none' })
})
