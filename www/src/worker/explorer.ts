/** The page's end of a worker that explores: one thing at a time, stale answers dropped, and silence noticed. */
import type { Loss } from './client'
import type { CoreError, Exploration, ExploreOptions, ExploreProgress, Futures, StorySentence } from './core'
import type { ExploreReply, ExploreRequest } from './explore_protocol'

/** A worker that has something to do must report within this many milliseconds; one execution takes far less. */
const SILENCE_MS = 15_000

/** The part of `Worker` that is used; tests bring their own. */
export interface ExplorerPort {
  postMessage(message: ExploreRequest): void
  terminate(): void
  onmessage: ((message: MessageEvent<ExploreReply>) => void) | null
  onerror: ((event: ErrorEvent) => void) | null
}

/** What happens to what was asked; a search reports progress and then what it found. */
export interface ExplorerEvents {
  progress?(progress: ExploreProgress): void
  found?(report: Exploration): void
  story?(sentences: StorySentence[]): void
  futures?(futures: Futures[], done: boolean): void
  refused(error: CoreError): void
}

/** One worker. Asking the next thing drops the one before. */
export interface Explorer {
  search(link: string, options: ExploreOptions, events: ExplorerEvents): void
  /** Ends the search where it is; what it found until then follows. */
  stop(): void
  /** Puts together what the shards of one search have reported. */
  merge(reports: Exploration[], events: ExplorerEvents): void
  /** Tells the run of a link, and samples how its futures end. */
  tell(link: string, events: ExplorerEvents): void
  close(): void
}

/** Starts a worker; `lost` is called once if it crashes or falls silent. */
export function createExplorer(spawn: () => ExplorerPort, lost: (loss: Loss) => void): Explorer {
  const port = spawn()
  let epoch = 0
  let events: ExplorerEvents | null = null
  let watchdog: ReturnType<typeof setTimeout> | undefined

  const close = () => {
    watch(false)
    events = null
    port.onmessage = null
    port.onerror = null
    port.terminate()
  }
  const giveUp = (loss: Loss) => {
    close()
    lost(loss)
  }
  const watch = (on: boolean) => {
    clearTimeout(watchdog)
    if (on) watchdog = setTimeout(() => giveUp({ kind: 'silent' }), SILENCE_MS)
  }
  const ask = (build: (epoch: number) => ExploreRequest, next: ExplorerEvents) => {
    epoch += 1
    events = next
    watch(true)
    port.postMessage(build(epoch))
  }

  port.onerror = (event) => giveUp({ kind: 'crashed', message: event.message || 'worker' })
  port.onmessage = ({ data }) => {
    if (data.type === 'ready') return
    if (data.type === 'crashed') return giveUp({ kind: 'crashed', message: data.message })
    if (data.epoch !== epoch || !events) return
    const { type } = data
    watch(type === 'progress' || type === 'story' || (type === 'futures' && !data.done))
    if (type === 'progress') events.progress?.(data.progress)
    else if (type === 'found') events.found?.(data.report)
    else if (type === 'story') events.story?.(data.sentences)
    else if (type === 'futures') events.futures?.(data.futures, data.done)
    else events.refused(data.error)
  }

  return {
    search: (link, options, next) => ask((epoch) => ({ type: 'search', epoch, link, options }), next),
    stop: () => port.postMessage({ type: 'stop', epoch }),
    merge: (reports, next) => ask((epoch) => ({ type: 'merge', epoch, reports }), next),
    tell: (link, next) => ask((epoch) => ({ type: 'tell', epoch, link }), next),
    close,
  }
}
