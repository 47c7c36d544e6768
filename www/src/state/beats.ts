/** The heartbeats of a run in order, so that playback can be heard. */
import { lowerBound } from '../timeline/lane_index'
import type { Trace } from '../timeline/trace'
import { MARK } from '../worker/core'

/** Beats that are heard between two frames; more than that is noise. */
const MOST = 4

const known = new WeakMap<Trace, Uint32Array>()

/** The lanes that beat after `from` and until `to`, ns, the latest first, each once. */
export function beatsBetween(trace: Trace, from: number, to: number): number[] {
  const beats = beatsOf(trace)
  const { time, task } = trace.columns
  const at = (i: number) => time[beats[i]!]!
  const first = lowerBound(0, beats.length, Math.floor(from) + 1, at)
  const end = lowerBound(0, beats.length, Math.floor(to) + 1, at)
  const lanes = new Set<number>()
  for (let i = end - 1; i >= first && lanes.size < MOST; i--) lanes.add(trace.laneOf[task[beats[i]!]!]!)
  return [...lanes]
}

/** The events that are heartbeats, by time. */
function beatsOf(trace: Trace): Uint32Array {
  let beats = known.get(trace)
  if (!beats) {
    const { kind, event } = trace.timeline.marks
    beats = event.filter((_, i) => kind[i] === MARK.pulse).sort()
    known.set(trace, beats)
  }
  return beats
}
