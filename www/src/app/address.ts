/** The address bar: reads links from it and writes them to it, without ever fighting over it. */

/** Milliseconds that a quick series of changes waits before it is written. */
const SETTLE_MS = 150

/** The window's address as the page uses it. */
export interface Address {
  /** Shows a link; `entry` makes a history entry instead of replacing the present one. */
  show(hash: string, entry: boolean): void
  /** The link in the address now. */
  current(): string
  /** The page's address with a link after it. */
  absolute(hash: string): string
}

/** Takes hold of the address bar; `changed` gets links that a person or the browser put there. */
export function createAddress(window: Window, changed: (hash: string) => void): Address {
  let written = window.location.hash
  let timer = 0
  const plain = () => window.location.pathname + window.location.search
  const write = (hash: string, entry: boolean) => {
    if (hash === window.location.hash) return
    written = hash
    window.history[entry ? 'pushState' : 'replaceState'](null, '', plain() + hash)
  }
  window.addEventListener('hashchange', () => {
    window.clearTimeout(timer)
    if (window.location.hash === written) return
    written = window.location.hash
    changed(written)
  })
  return {
    show(hash, entry) {
      window.clearTimeout(timer)
      // A link that only got its canonical spelling is the same place.
      const samePlace = scenarioOf(hash) === scenarioOf(window.location.hash)
      if (entry && !samePlace) write(hash, true)
      else {
        // The person may have gone back meanwhile, before the page is told: that place is not written over.
        const here = window.location.hash
        timer = window.setTimeout(() => window.location.hash === here && write(hash, false), SETTLE_MS)
      }
    },
    current: () => window.location.hash,
    absolute: (hash) => window.location.origin + plain() + hash,
  }
}

function scenarioOf(hash: string): string {
  return hash.split('?')[0] ?? ''
}
