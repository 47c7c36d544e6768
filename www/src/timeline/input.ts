/** What a scene is made from: a run, a window, lanes, and the words of the reader's language. */
import type { ChartRow } from './charts'
import type { LaneLayout } from './lanes'
import type { View } from './scale'
import type { Trace } from './trace'

/** Colours by meaning; the painter knows what they look like in a theme. */
export type Tone = 'text' | 'quiet' | 'work' | 'message' | 'ok' | 'bad' | Reason

/** Why something was cancelled. */
export type Reason = 'none' | 'timeout' | 'user' | 'parent' | 'replica' | 'shutdown'

/** A word on the picture. */
export interface Word {
  text: string
  tone: Tone
  strong: boolean
  mono: boolean
}

/** The words that events carry, in the reader's language. */
export interface Words {
  work(ns: number): string
  slowed(ns: number): string
  hang(ns: number): string
  tooLate(ns: number): string
  /** At an idle stretch that is folded. */
  folded(ns: number): string
  /** At so many of them that are too close to tell apart, by their length together. */
  folds(count: number, ns: number): string
  /** At an event on the axis of events, ns from the start. */
  step(event: number, ns: number): string
  /** The word where a cancel lands. */
  cancel(reason: Reason): string
  /** At so many marks of one kind that are drawn as one. */
  crowd(count: number): string
  /** The word at a mark, or null for none. */
  mark(kind: number, event: number, reason: Reason): string | null
}

/** What a scene is made from. `measure` gives the width of a text in px. */
export interface SceneInput {
  trace: Trace
  view: View
  layout: LaneLayout
  /** Height of the lanes' area. */
  height: number
  /** The charts under it. */
  charts: ChartRow[]
  words: Words
  measure(text: string, strong: boolean, mono: boolean): number
}

/** Size of the words. */
export const WORD_HEIGHT = 15
