/** What the reader prefers, kept where the browser allows it. */

/** The two instruments, or whatever the system says. */
export type Theme = 'monitor' | 'paper'

/** Storage that may be missing or may throw (a sandboxed frame, a full disk). */
export interface Store {
  read(key: string): string | null
  write(key: string, value: string): void
  /** Whether what is written is there at the next visit. */
  keeps(): boolean
}

/** Guards a storage: failures read as nothing and write nothing. */
export function guardedStore(open: () => Storage): Store {
  const PROBE = 'heartrace.probe'
  return {
    keeps() {
      try {
        open().setItem(PROBE, PROBE)
        const kept = open().getItem(PROBE) === PROBE
        open().removeItem(PROBE)
        return kept
      } catch {
        return false
      }
    },
    read(key) {
      try {
        return open().getItem(`heartrace.${key}`)
      } catch {
        return null
      }
    },
    write(key, value) {
      try {
        open().setItem(`heartrace.${key}`, value)
      } catch {
        // Without storage the choice lasts until the page is closed.
      }
    },
  }
}

/** The theme to start with. */
export function preferredTheme(stored: string | null, prefersLight: boolean): Theme {
  if (stored === 'monitor' || stored === 'paper') return stored
  return prefersLight ? 'paper' : 'monitor'
}
