/** Where lanes lie: heights, and which lane a y belongs to. Px from the top of the lanes' area. */
import type { Lane } from './lane_tree'

export { type Lane, lanesOf } from './lane_tree'

/** All lanes at one height; `scroll` is how far the area is scrolled down. */
export interface LaneLayout {
  lanes: Lane[]
  height: number
  scroll: number
  /** Row of a task's lane, or -1 when it is hidden. */
  rowOf: Int32Array
}

/** Lanes never get lower than this, and a few lanes never higher. */
const MIN_HEIGHT = 46
const MAX_HEIGHT = 200

/** The row of each task's lane, or -1 where there is none. */
export function rowsOf(lanes: Lane[], laneOf: Uint32Array): Int32Array {
  const rowOfLane = new Int32Array(laneOf.length).fill(-1)
  lanes.forEach((lane, row) => {
    rowOfLane[lane.task] = row
  })
  const rows = new Int32Array(laneOf.length)
  for (let task = 0; task < rows.length; task++) rows[task] = rowOfLane[laneOf[task]!]!
  return rows
}

/** Shares `available` px among the lanes; when they do not fit they keep their least height and scroll. */
export function layoutLanes(lanes: Lane[], rowOf: Int32Array, available: number, scroll: number): LaneLayout {
  const share = available / Math.max(1, lanes.length)
  const height = Math.min(Math.max(share, MIN_HEIGHT), MAX_HEIGHT)
  return { lanes, height, scroll: clampScroll(scroll, lanes.length * height, available), rowOf }
}

/** The nearest scroll that shows no empty room below the last lane. */
export function clampScroll(scroll: number, content: number, available: number): number {
  return Math.min(Math.max(0, scroll), Math.max(0, content - available))
}

/** Top of a row. */
export function rowTop(layout: LaneLayout, row: number): number {
  return row * layout.height - layout.scroll
}

/** The row under a y, or -1. */
export function rowAt(layout: LaneLayout, y: number): number {
  const row = Math.floor((y + layout.scroll) / layout.height)
  return row >= 0 && row < layout.lanes.length ? row : -1
}

/** First and last row (inclusive) that touch the area. */
export function visibleRows(layout: LaneLayout, available: number): [first: number, last: number] {
  const first = Math.max(0, Math.floor(layout.scroll / layout.height))
  const last = Math.min(layout.lanes.length - 1, Math.floor((layout.scroll + available) / layout.height))
  return [first, last]
}

/** Heights within a lane of a given height. */
export interface Anatomy {
  /** Middle of the bars. */
  middle: number
  barHeight: number
  /** Line of the pulse. */
  base: number
  beatHeight: number
}

/** Where things lie in a lane: work in the middle, the pulse under it. */
export function anatomy(height: number): Anatomy {
  const barHeight = Math.min(Math.max(height * 0.2, 14), 24)
  return {
    middle: height * 0.43,
    barHeight,
    base: height * 0.82,
    beatHeight: Math.min(height * 0.24, 30),
  }
}
