/** The compiled module, once for all workers: it comes over the line while the first worker's script does. */
import address from '../../../pkg/heartrace_bg.wasm?url'

const url = new URL(address, import.meta.url).href

let compiled: Promise<WebAssembly.Module | string> | null = null

/** The module; its address where it cannot be compiled here, so that the worker finds out why and says so. */
export function coreModule(): Promise<WebAssembly.Module | string> {
  compiled ??= WebAssembly.compileStreaming(fetch(url)).catch(() => {
    compiled = null
    return url
  })
  return compiled
}
