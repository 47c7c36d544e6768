/** One frame loop for playback; it sleeps while nothing plays. */
import { effect } from '@preact/signals'
import type { Transport } from '../state/transport'

/** A frame that comes later than this many ms (a hidden tab) moves playback no further. */
const LONGEST_MS = 100

/** Moves playback on with the frames. */
export function play(transport: Transport): void {
  let last = 0
  const frame = (now: number) => {
    transport.tick(Math.min(LONGEST_MS, now - last))
    last = now
    if (transport.playing.value) requestAnimationFrame(frame)
  }
  effect(() => {
    if (!transport.playing.value) return
    last = performance.now()
    requestAnimationFrame(frame)
  })
}
