/** Starts workers, the first core worker as soon as this file is there; the page's one Trusted Types policy is here and nowhere else. */

import type { Port } from './client'
import url from './core.worker.ts?worker&url'
import exploreUrl from './explore.worker.ts?worker&url'
import type { ExplorerPort } from './explorer'
import { coreModule } from './module'

interface Policies {
  createPolicy(name: string, rules: { createScriptURL(url: string): string }): { createScriptURL(url: string): string }
}

const policies = (globalThis as { trustedTypes?: Policies }).trustedTypes
const policy = policies?.createPolicy('heartrace-worker', {
  createScriptURL: (text) => (text === url || text === exploreUrl || text === start || text === SERVICE ? text : ''),
})

/** The service worker: beside the page, which is then its scope. */
const SERVICE = new URL('service-worker.js', document.baseURI).href

/** The `blob:` that is becoming a worker: see `spawnSandboxed`. */
let start = ''

/** The worker that nobody has asked for yet, and how it was heard until then. */
let first: { worker: Worker; heard: (() => void)[] } | null = missingFeature() ? null : early()

/** A new worker with a core of its own; throws where module workers are missing. */
export function spawnWorker(): Port {
  const taken = first
  first = null
  if (!taken) return spawn(url, 'heartrace-core') as Port
  // The taker listens by then.
  queueMicrotask(() => {
    for (const hear of taken.heard) hear()
  })
  return taken.worker as Port
}

/** A new worker that explores, with a core of its own. */
export function spawnExplorer(): ExplorerPort {
  return spawn(exploreUrl, 'heartrace-explore') as ExplorerPort
}

/** Starts the service worker, or finds it going. */
export function registerService(container: ServiceWorkerContainer): Promise<ServiceWorkerRegistration> {
  return container.register(policy?.createScriptURL(SERVICE) ?? SERVICE, { updateViaCache: 'none' })
}

/** Names what the browser lacks, or null when everything is there. */
export function missingFeature(): 'wasm' | 'worker' | null {
  if (typeof WebAssembly !== 'object') return 'wasm'
  return typeof Worker === 'function' ? null : 'worker'
}

function early(): typeof first {
  try {
    const worker = spawn(url, 'heartrace-core')
    const heard: (() => void)[] = []
    worker.onmessage = (message) => heard.push(() => worker.onmessage?.(message))
    worker.onerror = (error) => heard.push(() => worker.onerror?.(error))
    return { worker, heard }
  } catch {
    // Whoever asks next is told.
    return null
  }
}

function spawn(script: string, name: string): Worker {
  const worker = globalThis.origin === 'null' ? spawnSandboxed(script, name) : spawnModule(script, name)
  void coreModule().then((module) => worker.postMessage({ type: 'start', module }))
  return worker
}

function spawnModule(script: string, name: string): Worker {
  // A browser without module workers never reads the option `type`.
  let modules = false
  const options: WorkerOptions = {
    name,
    get type() {
      modules = true
      return 'module' as const
    },
  }
  const worker = new Worker(policy?.createScriptURL(script) ?? script, options)
  if (!modules) {
    worker.terminate()
    throw new Error('module workers are missing')
  }
  return worker
}

/**
 * A worker's script must be of the page's own origin, and a sandboxed frame has none: there only a `blob:` becomes a worker,
 * in Chromium no module either. But that may import the script, and keeps what it is told until then.
 */
function spawnSandboxed(script: string, name: string): Worker {
  const address = JSON.stringify(new URL(script, import.meta.url).href)
  const text = `const told = []; onmessage = (message) => told.push(message);
    import(${address}).then(() => told.forEach((message) => onmessage(message)),
      (error) => postMessage({ type: 'crashed', message: String(error) }))`
  start = URL.createObjectURL(new Blob([text], { type: 'text/javascript' }))
  const worker = new Worker(policy?.createScriptURL(start) ?? start, { name })
  return worker
}
