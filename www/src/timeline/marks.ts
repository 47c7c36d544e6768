/** Marks on lanes, and the words that belong to them. */

import { MARK, REASONS } from '../worker/core'
import type { Arrow, Measure } from './arrows'
import { type Reason, type SceneInput, type Tone, WORD_HEIGHT, type Word } from './input'
import type { Wish } from './labels'
import { crowds, firstFrom } from './lane_index'
import { anatomy } from './lanes'
import { placesOf } from './places'
import { toPx } from './scale'
import { kindOf, MARK_GROUPS } from './trace'

/** A mark at an event, or a crowd of marks of one kind too close to tell apart. */
export interface Glyph {
  x: number
  y: number
  /** How many marks it stands for, and from where to where they lie, px. */
  count: number
  x0: number
  x1: number
  /** How many, in words; and the middle of its lane, px. */
  badge: string | null
  row: number
  /** Where the badge is, px from the mark: above it, or under it where another one is above. */
  badgeY: number
  /** Code of the mark. */
  kind: number
  tone: Tone
  reason: Reason
  /** The mark's, or that of the one in the middle of the crowd. */
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
/** Marks of one kind that are closer than this would cover each other: they are drawn as one crowd, px. */
export const CROWD_PX = 14
/** A crowd wider than this is drawn as a band; bands of one lane lie over and under each other. */
export const BAND_PX = 16
/** Where badges go, px from their marks; one needs so much room. */
const ABOVE = -10
const UNDER = 12
const BADGE_PX = 34
/** Px from band to band, if the lane is high enough. */
const BAND_ROW = 16
/** Least px between two words. */
const GAP = 8
/** More marks of one kind on a lane than this are drawn without words, but for the worst. */
const WORDED = 24

/** Kinds whose marks each have words of their own. */
const OWN_WORDS = new Set<number>([MARK.note, MARK.log, MARK.fault])

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

/** The marks of one lane that are in view, those of a kind that are too close as crowds. */
export function glyphsOf(input: SceneInput, lane: number, top: number, reasons: Map<number, Reason>): Glyph[] {
  const { trace, view, layout, words } = input
  const { marks } = trace.timeline
  const { time, b } = trace.columns
  const { start, order } = trace.marksByLane
  const { middle } = anatomy(layout.height)
  const step = (view.t1 - view.t0) / view.width
  const found: Glyph[] = []
  for (let part = MARK.pulse + 1; part < MARK_GROUPS; part++) {
    const group = lane * MARK_GROUPS + part
    if (start[group] === start[group + 1]) continue
    const kind = kindOf(part)
    const places = placesOf(trace.marksByLane, group, (mark) => time[marks.event[mark]!]!)
    const from = firstFrom(places, 0, places.length, view.t0 - MARGIN * step)
    const to = firstFrom(places, from, places.length, view.t1 + MARGIN * step)
    for (const [first, last] of crowds(places, from, to, CROWD_PX * step)) {
      const event = marks.event[order[start[group]! + ((first + last) >> 1)]!]!
      const own = kind === MARK.cancelled ? REASONS[b[event]!] : undefined
      const reason = (first === last ? reasons.get(event) : undefined) ?? own ?? 'none'
      const [x0, x1] = [toPx(view, places[first]!), toPx(view, places[last]!)]
      const tone = toneOf(kind, reason)
      const count = last - first + 1
      const badge = count > 1 ? words.crowd(count) : null
      const at = { x: (x0 + x1) / 2, y: top + middle, row: top + middle, x0, x1, count, badge, badgeY: ABOVE }
      found.push({ ...at, kind, tone, reason, event })
    }
  }
  spread(found, Math.min(BAND_ROW, layout.height / 4))
  // What matters more is drawn later, on top; and single marks on top of crowds.
  const rank = ({ kind, count }: Glyph) => (count > 1 ? 0 : 100) + (WEIGHT[kind] ?? 0)
  return found.sort((p, q) => rank(p) - rank(q))
}

/** Gives bands that would lie on each other rows of their own, around the middle of the lane, and badges their places. */
function spread(glyphs: Glyph[], row: number): void {
  const bands = glyphs.filter(({ x0, x1 }) => x1 - x0 > BAND_PX).sort((p, q) => p.x0 - q.x0)
  const ends: number[] = []
  for (const band of bands) {
    const free = ends.findIndex((end) => end < band.x0)
    const at = free < 0 ? ends.length : free
    ends[at] = band.x1
    // 0, one up, one down, and no further: more would leave the lane.
    band.y += [0, -1, 1][at % 3]! * row
  }
  const crowds = glyphs.filter(({ badge }) => badge !== null).sort((p, q) => p.x - q.x)
  // Where crowd stands beside crowd, only the wide ones say how many they are.
  if (crowds.length > WORDED) for (const crowd of crowds) if (crowd.x1 - crowd.x0 < BADGE_PX) crowd.badge = null
  let before: Glyph | null = null
  for (const crowd of crowds) {
    if (crowd.badge === null) continue
    const meets: boolean = before !== null && crowd.y === before.y && crowd.x - before.x < BADGE_PX
    if (meets && before?.badgeY === ABOVE) crowd.badgeY = UNDER
    before = crowd
  }
}

/** A cross where each cancel lands; a mark of its own event already says it. */
export function landings({ words }: SceneInput, arrows: Arrow[], glyphs: Glyph[]): Glyph[] {
  const rows = new Map<number, Glyph[]>()
  const rowOf = (y: number) => {
    const found = rows.get(Math.round(y)) ?? []
    rows.set(Math.round(y), found)
    return found
  }
  for (const glyph of glyphs) if (glyph.kind === MARK.cancelled) rowOf(glyph.row).push(glyph)
  const found: Glyph[] = []
  for (const { kind, x1: x, y1, y0, to, reason, edge } of arrows) {
    if (kind !== 'cancel' || to === null) continue
    const y = y1 + (y1 >= y0 ? edge : -edge)
    const row = rowOf(y)
    if (row.some(({ x0, x1, landed }) => !landed && x >= x0 - 1 && x <= x1 + 1)) continue
    const near = row.find(
      (one) => one.landed && one.reason === reason && x > one.x0 - CROWD_PX && x < one.x1 + CROWD_PX,
    )
    if (near) {
      near.x0 = Math.min(near.x0, x)
      near.x1 = Math.max(near.x1, x)
      near.x = (near.x0 + near.x1) / 2
      near.count += 1
      near.badge = words.crowd(near.count)
      continue
    }
    const at = { x, y, row: y, x0: x, x1: x, count: 1, badge: null, badgeY: ABOVE }
    const glyph: Glyph = { ...at, kind: MARK.cancelled, tone: reason, reason, event: to, landed: true }
    found.push(glyph)
    row.push(glyph)
  }
  return found
}

/** More words than these are not read, the less so among many marks: those of what matters less are left out. */
const MOST_WORDS = 80
const WORDS_AMONG_MANY = 40
const MANY = 300

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
  const shown = new Map<string, number>()
  for (const { kind, y } of glyphs) shown.set(`${kind} ${y}`, (shown.get(`${kind} ${y}`) ?? 0) + 1)
  for (const { x, y, x0, x1, kind, reason, event, tone, landed, count } of glyphs) {
    const many = (shown.get(`${kind} ${y}`) ?? 0) > WORDED && (WEIGHT[kind] ?? 0) < 9
    if (many) continue
    // What one of them says is not what all of them say, unless they are all at one place.
    if (OWN_WORDS.has(kind) && x1 - x0 > 4) continue
    const text = landed ? words.cancel(reason) : words.mark(kind, event, reason)
    if (!text) continue
    const strong = kind === MARK.acceptAgain || kind === MARK.crash
    const word: Word = { text, tone, strong, mono: false }
    // The badge of a crowd takes the place above it on the right.
    add(word, WEIGHT[kind] ?? 0, (width) => placesFor(count > 1 ? MARK.acceptAgain : kind, x, y, width))
  }
  const most = glyphs.length > MANY ? WORDS_AMONG_MANY : MOST_WORDS
  return wishes.length > most ? wishes.sort((p, q) => q.weight - p.weight).slice(0, most) : wishes
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
