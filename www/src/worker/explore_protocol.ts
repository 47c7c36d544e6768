/** The messages between the page and a worker that explores. Whatever is asked next makes what was asked before stale. */
import type { CoreError, Exploration, ExploreOptions, ExploreProgress, Futures, StorySentence } from './core'

/** From the page to the worker. `start` comes once; what comes before it waits. */
export type ExploreRequest =
  | { type: 'start'; module: WebAssembly.Module | string }
  | { type: 'search'; epoch: number; link: string; options: ExploreOptions }
  /** Ends the search where it is; `found` follows. */
  | { type: 'stop'; epoch: number }
  | { type: 'merge'; epoch: number; reports: Exploration[] }
  | { type: 'tell'; epoch: number; link: string }

/** From the worker to the page. */
export type ExploreReply =
  | { type: 'ready' }
  | { type: 'progress'; epoch: number; progress: ExploreProgress }
  | { type: 'found'; epoch: number; report: Exploration }
  | { type: 'story'; epoch: number; sentences: StorySentence[] }
  | { type: 'futures'; epoch: number; futures: Futures[]; done: boolean }
  | { type: 'refused'; epoch: number; error: CoreError }
  | { type: 'crashed'; message: string }
