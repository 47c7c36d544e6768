/** Starts the core worker; the page's one Trusted Types policy is here and nowhere else. */

import type { Port } from './client'
import url from './core.worker.ts?worker&url'

interface Policies {
  createPolicy(name: string, rules: { createScriptURL(url: string): string }): { createScriptURL(url: string): string }
}

const policies = (globalThis as { trustedTypes?: Policies }).trustedTypes
const policy = policies?.createPolicy('heartrace-worker', { createScriptURL: (text) => (text === url ? text : '') })

/** A new worker with a core of its own; throws where module workers are missing. */
export function spawnWorker(): Port {
  // A browser without module workers never reads the option `type`.
  let modules = false
  const options: WorkerOptions = {
    name: 'heartrace-core',
    get type() {
      modules = true
      return 'module' as const
    },
  }
  const worker = new Worker(policy?.createScriptURL(url) ?? url, options)
  if (!modules) {
    worker.terminate()
    throw new Error('module workers are missing')
  }
  return worker as Port
}

/** Names what the browser lacks, or null when everything is there. */
export function missingFeature(): 'wasm' | 'worker' | null {
  if (typeof WebAssembly !== 'object') return 'wasm'
  return typeof Worker === 'function' ? null : 'worker'
}
