/** Playback that can be heard: a short tone for each heartbeat, as high as its lane. Off until the reader turns it on. */
import { effect, type Signal } from '@preact/signals'
import { beatsBetween } from '../state/beats'
import type { Session } from '../state/session'
import type { Transport } from '../state/transport'

/** The lowest lane's tone, Hz; each lane above is a step of a scale without half-tones higher. */
const LOWEST_HZ = 440
const STEPS = [0, 2, 4, 7, 9]
/** How long a tone is, s, and how loud. */
const LENGTH_S = 0.09
const LOUDNESS = 0.12

/** Whether this browser can make a sound. */
export const canSound = typeof AudioContext === 'function'

/** Sounds the beats that playback passes while `on` is. What makes the sound starts and ends with it. */
export function sound({ shown }: Session, { cursor, playing }: Transport, on: Signal<boolean>): void {
  let context: AudioContext | null = null
  let before = -1
  effect(() => {
    if (on.value && canSound) context = new AudioContext()
    else {
      void context?.close()
      context = null
    }
  })
  effect(() => {
    const now = cursor.value
    const trace = shown.value?.trace
    if (on.value && playing.value && context && trace && now > before)
      for (const lane of beatsBetween(trace, before, now)) beat(context, trace.tasks.length - lane)
    // What beats at the very start is heard too.
    before = now === 0 ? -1 : now
  })
}

function beat(context: AudioContext, height: number): void {
  const tone = context.createOscillator()
  const volume = context.createGain()
  const steps = (STEPS[height % STEPS.length] ?? 0) + 12 * (Math.floor(height / STEPS.length) % 3)
  const start = context.currentTime
  tone.frequency.value = LOWEST_HZ * 2 ** (steps / 12)
  volume.gain.setValueAtTime(LOUDNESS, start)
  volume.gain.exponentialRampToValueAtTime(0.001, start + LENGTH_S)
  tone.connect(volume).connect(context.destination)
  tone.start(start)
  tone.stop(start + LENGTH_S)
}
