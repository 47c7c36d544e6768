/** Where the reader stands in a run: the cursor, the chosen event and lane, and playback. */
import { batch, computed, effect, type ReadonlySignal, signal } from '@preact/signals'
import { eventAt, lastLandmark, neighbour, type Trace } from '../timeline/trace'
import type { ViewEdit } from '../worker/core'
import { PLAIN } from './edit'
import { advance, type Speed } from './player'
import type { Shown } from './session'

/** Everything that moves through a run. */
export type Transport = ReturnType<typeof createTransport>

/**
 * Follows the run on the screen; a new run starts at its most telling event, unless the view says where. Lanes are those of
 * the run as it is drawn.
 */
export function createTransport(
  shown: ReadonlySignal<Shown | null>,
  view: ReadonlySignal<ViewEdit> = signal(PLAIN),
  drawn: () => Trace | null = () => shown.value?.trace ?? null,
) {
  const cursor = signal(0)
  const selected = signal<number | null>(null)
  const lane = signal<number | null>(null)
  const playing = signal(false)
  const speed = signal<Speed>('1')
  /** Where the reader stands as long as nobody moves. */
  let initial: { event: number | null; cursor: number } = { event: null, cursor: 0 }
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
      initial = { event: selected.peek(), cursor: cursor.peek() }
      if (!now.live) stand(now.trace, view.peek())
      wasLive = now.live
    })
  })

  /** Goes where a view says. */
  function stand(run: Trace, { event, at }: Pick<ViewEdit, 'event' | 'at'>) {
    if (event !== null && event < run.count) {
      selected.value = event
      cursor.value = run.columns.time[event] ?? 0
    }
    if (at === null) return
    cursor.value = Math.min(at, run.duration)
    if (event === null) selected.value = eventAt(run, cursor.value)
  }

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
    /** Where the reader stands, as a view says it: nothing at the beginning. */
    standing(): Pick<ViewEdit, 'event' | 'at'> {
      const t = trace.peek()
      const [event, now] = [selected.value, cursor.value]
      if (!t || (event === initial.event && now === initial.cursor)) return { event: null, at: null }
      if (event !== null && t.columns.time[event] === now) return { event, at: null }
      return { event: null, at: Math.round(now) }
    },
    /** Goes where a view says; to the beginning if it says nothing. */
    go(to: Pick<ViewEdit, 'event' | 'at'>) {
      const t = trace.peek()
      if (!t) return
      batch(() => {
        playing.value = false
        selected.value = initial.event
        cursor.value = initial.cursor
        stand(t, to)
      })
    },
    /** To the neighbouring event, on the chosen lane or anywhere. */
    step(direction: 1 | -1, onLane: boolean) {
      const t = trace.value
      if (!t) return
      const here = selected.value ?? eventAt(t, cursor.value)
      const next = neighbour(drawn() ?? t, here, direction, onLane ? lane.value : null)
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
