/** Playback as a function of elapsed time; no clock of its own. */

/** Speeds on offer: run seconds per second; `fit` plays the whole run in ten seconds. */
export const SPEEDS = ['0.01', '0.1', '0.25', '0.5', '1', '2', '5', '10', 'fit'] as const

/** One of the speeds. */
export type Speed = (typeof SPEEDS)[number]

/** Seconds that a run takes at speed `fit`. */
const FIT_S = 10

/** Run nanoseconds per elapsed millisecond. */
export function rate(speed: Speed, durationNs: number): number {
  return speed === 'fit' ? durationNs / (FIT_S * 1e3) : Number(speed) * 1e6
}

/** Where playback is after `elapsedMs`, never past the end. */
export function advance(cursorNs: number, elapsedMs: number, speed: Speed, durationNs: number): number {
  return Math.min(durationNs, cursorNs + elapsedMs * rate(speed, durationNs))
}
