/** Where the reader stands in a run: the cursor, the chosen event and lane, and playback. */
import { batch, computed, effect, type ReadonlySignal, signal } from '@preact/signals'
import { eventAt, lastLandmark, neighbour, type Trace } from '../timeline/trace'
import { advance, type Speed } from './player'
import type { Shown } from './session'

/** Everything that moves through a run. */
export type Transport = ReturnType<typeof createTransport>

/** Follows the run on the screen; a new run starts at its most telling event. */
export function createTransport(shown: ReadonlySignal<Shown | null>) {
  const cursor = signal(0)
  const selected = signal<number | null>(null)
  const lane = signal<number | null>(null)
  const playing = signal(false)
  const speed = signal<Speed>('1')
  const trace = computed<Trace | null>(() => shown.value?.trace ?? null)
  const duration = computed(() => trace.value?.duration ?? 0)

  let wasLive = false
  effect(() => {
    const now = shown.value
    if (!now) return
    const claims = now.report?.claims ?? []
    const broken = claims.find((claim) => claim.holds === false)
    const telling = broken?.evidence.at(-1) ?? null
    batch(() => {
      playing.value = false
      cursor.value = now.trace.duration
      if (now.live || wasLive) {
        // An event of the other kind of run is none of this one.
        if (now.live !== wasLive) selected.value = null
      } else {
        const broke = telling !== null && telling < now.trace.count ? telling : null
        // Nothing broke: the last landmark, or the end, is worth reading, with the whole run in view.
        selected.value = broke ?? lastLandmark(now.trace) ?? eventAt(now.trace, now.trace.duration)
        if (broke !== null) cursor.value = now.trace.columns.time[broke] ?? 0
        if ((lane.peek() ?? 0) >= now.trace.tasks.length) lane.value = null
      }
      wasLive = now.live
    })
  })

  function select(event: number | null) {
    const t = trace.value
    batch(() => {
      selected.value = event
      if (event !== null && t) {
        cursor.value = t.columns.time[event] ?? 0
        playing.value = false
      }
    })
  }

  function seek(time: number) {
    const t = trace.value
    if (!t) return
    batch(() => {
      cursor.value = Math.min(Math.max(time, 0), t.duration)
      selected.value = eventAt(t, cursor.value)
    })
  }

  return {
    cursor,
    selected,
    lane,
    playing,
    speed,
    duration,
    select,
    seek,
    /** To the neighbouring event, on the chosen lane or anywhere. */
    step(direction: 1 | -1, onLane: boolean) {
      const t = trace.value
      if (!t) return
      const here = selected.value ?? eventAt(t, cursor.value)
      const next = neighbour(t, here, direction, onLane ? lane.value : null)
      if (next !== null) select(next)
      else if (direction === -1 && !onLane) seek(0)
    },
    /** Plays on, pauses, or plays again from the start. */
    toggle() {
      const t = trace.value
      if (!t) return
      batch(() => {
        if (!playing.value && cursor.value >= t.duration) cursor.value = 0
        playing.value = !playing.value
      })
    },
    pause() {
      playing.value = false
    },
    /** Moves playback on by elapsed wall time. */
    tick(elapsedMs: number) {
      const t = trace.value
      if (!playing.value || !t) return
      batch(() => {
        cursor.value = advance(cursor.value, elapsedMs, speed.value, t.duration)
        selected.value = eventAt(t, cursor.value)
        if (cursor.value >= t.duration) playing.value = false
      })
    },
  }
}
