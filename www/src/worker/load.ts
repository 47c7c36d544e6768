/** Brings up the core: one instance of the wasm module per worker. */
import init, * as core from 'heartrace'
import type { Core } from './core'

/** Starts the core from the page's compiled module, or from the module's address where the page could not compile it. */
export async function loadCore(module: WebAssembly.Module | string): Promise<Core> {
  await init({ module_or_path: module })
  return core
}
