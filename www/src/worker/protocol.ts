/** The messages between the page and its core worker. Every request has an id; a new run makes older ones stale. */

import type { AxisKind } from '../timeline/scale'
import type { Trace } from '../timeline/trace'
import type { Arranged } from './arranged'
import type {
  Catalogue,
  CoreError,
  EventRow,
  ExportFormat,
  LeverInfo,
  LinkEdit,
  LinkInfo,
  LivePoll,
  Report,
  Sentence,
} from './core'
import type { PostedTrace } from './tasks'

/** What a run is opened from: text as a person gave it, or the edited parts of a link. */
export type Origin = { text: string } | { edit: LinkEdit }

/** From the page to the worker. `start` comes once; what comes before it waits. */
export type Request =
  | { type: 'start'; module: WebAssembly.Module | string }
  | { type: 'parse'; id: number; text: string }
  | { type: 'format'; id: number; edit: LinkEdit }
  | { type: 'open'; id: number; origin: Origin; ignoreUnknown: boolean }
  | { type: 'stop'; id: number }
  | { type: 'rows'; id: number; from: number; to: number }
  | { type: 'find'; id: number; text: string; count: number }
  | { type: 'export'; id: number; format: ExportFormat }
  | { type: 'levers'; id: number; event: number }
  | { type: 'arrange'; id: number; run: number; duration: number; axis: AxisKind; laneOf: Uint32Array }
  | { type: 'live'; id: number; link: string }
  | { type: 'act'; id: number; action: string }
  | { type: 'live-stop'; id: number }

/** The verdicts of a run, and what there is to say about its end. */
export interface Judged {
  report: Report
  ending: Sentence[]
}

/** A run that has ended, was stopped, or (live) is going on; as it is posted, or as the page keeps it. */
export interface RunResult<T = Trace> {
  trace: T
  judged: Judged | null
  /** Where the run departed from what it would have done by itself: the events after its recorded choices. */
  deviations: number[]
  /** Stopped by the reader before its end. */
  stopped: boolean
  /** Milliseconds spent in the core. */
  coreMs: number
}

/** From the worker to the page. */
export type Reply =
  | { type: 'ready'; catalogue: Catalogue }
  | { type: 'info'; id: number; info: LinkInfo }
  | { type: 'link'; id: number; link: string }
  | { type: 'refused'; id: number; error: CoreError }
  | { type: 'progress'; id: number; events: number; timeNs: number }
  /** A run that was over at once brings its `info` along; any other has sent it before. */
  | { type: 'run'; id: number; info?: LinkInfo | undefined; result: RunResult<PostedTrace> }
  | { type: 'rows'; id: number; rows: EventRow[] }
  | { type: 'found'; id: number; events: number[] }
  | { type: 'written'; id: number; text: string }
  | { type: 'levers'; id: number; levers: LeverInfo[] }
  | { type: 'arranged'; id: number; arranged: Arranged | null }
  | { type: 'live'; id: number; poll: LivePoll; trace: PostedTrace; judged: Judged | null }
  | { type: 'crashed'; message: string }
