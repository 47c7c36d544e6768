/** Brings up the core: one instance of the wasm module per worker. */
import init, * as core from 'heartrace'
import address from '../../../pkg/heartrace_bg.wasm?url'
import type { Core } from './core'

/** Loads and starts the core. */
export async function loadCore(): Promise<Core> {
  await init({ module_or_path: address })
  return core
}
