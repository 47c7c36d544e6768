/**
 * Keeps the site for use without a network, one whole version at a time: a version is fetched as a whole and checked file by
 * file, or not at all, and takes over only when the reader asks for it.
 *
 * Never two versions in one page: a page comes from the cache of the version that rules, and everything it asks for later
 * carries a hash of its content in its name, which no other version has. Caches are of this site's path only: other
 * versions may lie elsewhere on the same host.
 */

/** Written by the build: see `vite.config.ts`. */
declare const FILES: Record<string, string>
declare const VERSION: string

/** The part of a service worker's world that is used; TypeScript's own types for it do not go with those of a page. */
interface World {
  registration: { scope: string }
  clients: { claim(): Promise<void> }
  skipWaiting(): Promise<void>
  addEventListener(type: 'install' | 'activate', listener: (event: Lasting) => void): void
  addEventListener(type: 'message', listener: (event: MessageEvent) => void): void
  addEventListener(type: 'fetch', listener: (event: Lasting & Fetching) => void): void
}
interface Lasting {
  waitUntil(work: Promise<unknown>): void
}
interface Fetching {
  request: Request
  respondWith(answer: Promise<Response>): void
}

/** Every file of this version by its path from the site's folder, with the hash of its content; and the hash of them all. */
const files = new Map(Object.entries(FILES))
const version = VERSION

const world = self as unknown as World
const { scope } = world.registration
const OURS = `heartrace ${scope} `
const NAME = OURS + version
/** Names the version that rules, for the one that comes after it. */
const RULING = `heartrace ruling ${scope}`
/** Files that are fetched at a time. */
const AT_ONCE = 6
const ASSETS = 'assets/'
/** Hosts may say that an answer varies with headers that play no part here. */
const ANY_HEADERS = { ignoreVary: true }

world.addEventListener('install', (event) => event.waitUntil(install()))
world.addEventListener('activate', (event) => event.waitUntil(rule()))
world.addEventListener('message', ({ data }) => {
  if (data === 'rule') void world.skipWaiting()
})
world.addEventListener('fetch', (event) => {
  const path = pathOf(event.request)
  // What this version does not know, and is no file of another one, is the network's.
  if (path === null || !(files.has(path) || path.startsWith(ASSETS))) return
  event.respondWith(answer(path, event.request))
})

async function install(): Promise<void> {
  const known = await caches.has(NAME)
  try {
    const cache = await caches.open(NAME)
    const left = [...files]
    const work = async () => {
      for (let next = left.pop(); next; next = left.pop()) await keep(cache, ...next)
    }
    await Promise.all(Array.from({ length: AT_ONCE }, work))
  } catch (error) {
    if (!known) await caches.delete(NAME)
    throw error
  }
}

/** Takes a file from another version, if its name says that it is the same, or from the network, if its content is right. */
async function keep(cache: Cache, path: string, integrity: string): Promise<void> {
  const url = new URL(path, scope).href
  const kept = path.startsWith(ASSETS) ? await caches.match(url, ANY_HEADERS) : undefined
  if (kept) return cache.put(url, kept)
  // A site that is being replaced may hand out files of two versions; then this one is not taken.
  const found = await fetch(url, { integrity, cache: 'no-cache' })
  if (!found.ok) throw new Error(`${path}: ${found.status}`)
  // A page may not be opened with an answer that was redirected.
  const { status, statusText, headers } = found
  await cache.put(url, found.redirected ? new Response(await found.blob(), { status, statusText, headers }) : found)
}

/** Rules from now on. Pages of the version before may still be open: its files stay until the next one rules. */
async function rule(): Promise<void> {
  const note = await caches.open(RULING)
  const before = await (await note.match(scope))?.text()
  await note.put(scope, new Response(NAME))
  const names = await caches.keys()
  const past = names.filter((name) => name.startsWith(OURS) && name !== NAME && name !== before)
  await Promise.all(past.map((name) => caches.delete(name)))
  // The first visit's page gets what it asks for later from here too.
  if (before === undefined) await world.clients.claim()
}

function pathOf({ url, method, mode }: Request): string | null {
  const { origin, pathname } = new URL(url)
  const at = origin + pathname
  if (method !== 'GET' || !at.startsWith(scope)) return null
  const path = at.slice(scope.length)
  return path === '' && mode === 'navigate' ? 'index.html' : path
}

async function answer(path: string, request: Request): Promise<Response> {
  try {
    const url = new URL(path, scope).href
    const own = await (await caches.open(NAME)).match(url, ANY_HEADERS)
    const found = own ?? (path.startsWith(ASSETS) ? await caches.match(url, ANY_HEADERS) : undefined)
    if (found) return found
  } catch {
    // The browser has lost its storage: the network is left.
  }
  return fetch(request)
}
