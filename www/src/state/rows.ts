/** Event rows, fetched in pages when they are looked at; reading a missing row asks for its page. */
import { signal } from '@preact/signals'
import type { EventRow } from '../worker/core'

/** Rows per page. */
const PAGE = 64
/** Pages kept; the oldest go first. */
const KEPT = 64

/** The rows of one run. */
export interface Rows {
  /** The row, or undefined until it has come; subscribes the caller to its coming. */
  get(event: number): EventRow | undefined
}

/** Rows of a run of `count` events (growing in a live session), from `fetch`; none is asked for unless `ready`. */
export function createRows(
  count: () => number,
  fetch: (from: number, to: number) => Promise<EventRow[]>,
  ready: () => boolean = () => true,
): Rows {
  const pages = new Map<number, EventRow[]>()
  const asked = new Set<number>()
  const version = signal(0)
  const ask = async (page: number) => {
    asked.add(page)
    try {
      const rows = await fetch(page * PAGE, Math.min((page + 1) * PAGE, count()))
      pages.delete(page)
      pages.set(page, rows)
      for (const old of [...pages.keys()].slice(0, Math.max(0, pages.size - KEPT))) pages.delete(old)
    } finally {
      asked.delete(page)
      version.value += 1
    }
  }
  return {
    get(event) {
      void version.value
      if (event < 0 || event >= count()) return undefined
      const page = Math.floor(event / PAGE)
      const row = pages.get(page)?.[event - page * PAGE]
      if (!row && ready() && !asked.has(page)) void ask(page).catch(() => {})
      return row
    },
  }
}
