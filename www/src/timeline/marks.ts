/** Marks on lanes, and the words that belong to them. */

import { MARK, REASONS } from '../worker/core'
import type { Arrow, Measure } from './arrows'
import { type Reason, type SceneInput, type Tone, WORD_HEIGHT, type Word } from './input'
import type { Wish } from './labels'
import { apart, lowerBound } from './lane_index'
import { anatomy } from './lanes'
import { toPx } from './scale'
import { MARK_KINDS } from './trace'

/** A mark at an event. */
export interface Glyph {
  x: number
  y: number
  /** Code of the mark. */
  kind: number
  tone: Tone
  reason: Reason
  event: number
  /** A cancel that landed, whether or not anybody was left to hear it. */
  landed?: true
}

/** Which words win when there is no room for all. */
const WEIGHT: Record<number, number> = {
  [MARK.acceptAgain]: 10,
  [MARK.crash]: 9,
  [MARK.fault]: 8,
  [MARK.lost]: 8,
  [MARK.timeout]: 7,
  [MARK.cancelled]: 6,
  [MARK.restart]: 6,
  [MARK.accept]: 5,
  [MARK.refused]: 4,
  [MARK.duplicate]: 4,
  [MARK.note]: 2,
  [MARK.log]: 1,
}

/** Px beside the view in which a mark still shows. */
const MARGIN = 8
/** Least px between two marks of one kind: closer ones would only cover each other. */
const MARK_PX = 5
/** Least px between two words. */
const GAP = 8
/** More marks of one kind on a lane than this are drawn without words, but for the worst. */
const WORDED = 24

/** The tone of a mark. */
export function toneOf(kind: number, reason: Reason): Tone {
  switch (kind) {
    case MARK.accept:
      return 'ok'
    case MARK.acceptAgain:
    case MARK.lost:
    case MARK.crash:
    case MARK.fault:
    case MARK.duplicate:
      return 'bad'
    case MARK.timeout:
      return 'timeout'
    case MARK.cancelled:
      return reason
    default:
      return 'text'
  }
}

/** The marks of one lane that are in view; of each kind those that can be told apart. */
export function glyphsOf(input: SceneInput, lane: number, top: number, reasons: Map<number, Reason>): Glyph[] {
  const { trace, view, layout } = input
  const { marks } = trace.timeline
  const { time, b } = trace.columns
  const { start, order } = trace.marksByLane
  const { middle } = anatomy(layout.height)
  const px = (i: number) => toPx(view, time[marks.event[order[i]!]!]!)
  const found: Glyph[] = []
  for (let kind = MARK.pulse + 1; kind < MARK_KINDS; kind++) {
    const group = lane * MARK_KINDS + kind
    const from = lowerBound(start[group]!, start[group + 1]!, -MARGIN, px)
    const to = lowerBound(from, start[group + 1]!, view.width + MARGIN, px)
    for (const i of apart(from, to, MARK_PX, px)) {
      const event = marks.event[order[i]!]!
      const own = kind === MARK.cancelled ? REASONS[b[event]!] : undefined
      const reason = reasons.get(event) ?? own ?? 'none'
      found.push({ x: px(i), y: top + middle, kind, tone: toneOf(kind, reason), reason, event })
    }
  }
  // What matters more is drawn later, on top.
  return found.sort((p, q) => (WEIGHT[p.kind] ?? 0) - (WEIGHT[q.kind] ?? 0))
}

/** A cross where each cancel lands; a mark of its own event already says it. */
export function landings(arrows: Arrow[], glyphs: Glyph[]): Glyph[] {
  const marked = new Set(
    glyphs.filter((glyph) => glyph.kind === MARK.cancelled).map(({ x, y }) => `${Math.round(x)} ${Math.round(y)}`),
  )
  const found: Glyph[] = []
  for (const { kind, x1, y1, y0, to, reason, edge } of arrows) {
    if (kind !== 'cancel' || to === null) continue
    const y = y1 + (y1 >= y0 ? edge : -edge)
    if (!marked.has(`${Math.round(x1)} ${Math.round(y)}`))
      found.push({ x: x1, y, kind: MARK.cancelled, tone: reason, reason, event: to, landed: true })
  }
  return found
}

/** The words of marks and measures, with the places they would take. */
export function wishesOf(input: SceneInput, glyphs: Glyph[], measures: Measure[]): Wish<Word>[] {
  const { words, measure } = input
  const wishes: Wish<Word>[] = []
  const add = (word: Word, weight: number, places: (width: number) => { x: number; y: number }[]) => {
    const width = measure(word.text, word.strong, word.mono)
    wishes.push({ value: word, weight, width: width + GAP, height: WORD_HEIGHT, places: places(width) })
  }
  for (const { x0, x1, y, ns } of measures) {
    const word: Word = { text: words.tooLate(ns), tone: 'quiet', strong: false, mono: true }
    add(word, 11, (width) => [
      { x: (x0 + x1 - width) / 2, y: y - WORD_HEIGHT - 5 },
      { x: x0 - width - 8, y: y - WORD_HEIGHT / 2 },
    ])
  }
  const crowds = new Map<string, number>()
  for (const { kind, y } of glyphs) crowds.set(`${kind} ${y}`, (crowds.get(`${kind} ${y}`) ?? 0) + 1)
  for (const { x, y, kind, reason, event, tone, landed } of glyphs) {
    if ((crowds.get(`${kind} ${y}`) ?? 0) > WORDED && (WEIGHT[kind] ?? 0) < 9) continue
    const text = landed ? words.cancel(reason) : words.mark(kind, event, reason)
    if (!text) continue
    const strong = kind === MARK.acceptAgain || kind === MARK.crash
    const word: Word = { text, tone, strong, mono: false }
    add(word, WEIGHT[kind] ?? 0, (width) => placesFor(kind, x, y, width))
  }
  return wishes
}

/** The places around a mark, best first. */
function placesFor(kind: number, x: number, y: number, width: number): { x: number; y: number }[] {
  const right = { x: x + 12, y: y - WORD_HEIGHT / 2 }
  const left = { x: x - width - 12, y: y - WORD_HEIGHT / 2 }
  const above = { x: x - width / 2, y: y - WORD_HEIGHT - 10 }
  const aboveLeft = { x: x - width - 4, y: y - WORD_HEIGHT - 9 }
  const aboveRight = { x: x + 4, y: y - WORD_HEIGHT - 9 }
  const below = { x: x - width / 2, y: y + 11 }
  const belowRight = { x: x + 4, y: y + 10 }
  const belowLeft = { x: x - width - 4, y: y + 10 }
  if (kind === MARK.timeout) return [aboveLeft, aboveRight, belowLeft, left, right]
  if (kind === MARK.acceptAgain) return [below, above, belowLeft, left, aboveLeft]
  return [right, left, aboveRight, aboveLeft, belowRight, belowLeft, above, below]
}
