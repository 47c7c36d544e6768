/** What the core offers to the page: the types are generated from Rust, the codes of its columns stand here once. */
import type * as heartrace from 'heartrace'

export type {
  Catalogue,
  ClaimReport,
  Columns,
  ErrorReport as CoreError,
  EventRow,
  Exploration,
  ExploredClaim,
  ExploreOptions,
  ExploreProgress,
  ExportFormat,
  Futures,
  LeverInfo,
  LivePoll,
  OutcomeReport,
  ParameterInfo,
  PinEdit as Pin,
  Progress,
  RangeEdit as Range,
  Report,
  ScenarioInfo,
  Sentence,
  SourceLine,
  StorySentence,
  TaskColumns,
  TaskInfo,
  Timeline,
} from 'heartrace'

/** How the page shows a run, every part filled in. */
export type ViewEdit = Required<heartrace.ViewEdit>

/** What a link says, every part filled in. */
export type LinkEdit = Required<heartrace.LinkEdit> & { view: ViewEdit }

/** A link that was read: its parts, its canonical text, and that of its run alone. */
export type LinkInfo = Required<heartrace.LinkInfo> & LinkEdit

/** The functions of the module. */
export type Core = typeof heartrace

/** An index that means "none" in the columns `cause` and `to`. */
export const NONE = 0xffffffff

/** Codes of `spans.kind`. */
export const SPAN = { life: 0, work: 1, wait: 2, hang: 3, dead: 4 } as const

/** Bits of `spans.flags`. */
export const SPAN_FLAG = { cut: 1, slowed: 2 } as const

/** Codes of `arrows.kind`. */
export const ARROW = { message: 0, cancel: 1, spawn: 2, restart: 3 } as const

/** Codes of `arrows.reason`, as words. */
export const REASONS = ['none', 'timeout', 'user', 'parent', 'replica', 'shutdown'] as const

/** Codes of `marks.kind`. */
export const MARK = {
  pulse: 0,
  accept: 1,
  acceptAgain: 2,
  fault: 3,
  lost: 4,
  refused: 5,
  log: 6,
  restart: 7,
  timeout: 8,
  cancelled: 9,
  note: 10,
  crash: 11,
  duplicate: 12,
} as const
