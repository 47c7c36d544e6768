/**
 * How the run on the screen is looked at: its axis, its lanes, the window, what is measured, what is noted. All of it is
 * the view of the link; here it becomes the run as it is drawn, and what the reader does becomes the view again.
 */
import { computed, effect, type ReadonlySignal, type Signal, signal, untracked } from '@preact/signals'
import { arrange, axisOf, EVENT_STEP } from '../timeline/arrange'
import { lowerBound } from '../timeline/lane_index'
import { foldLanes, type Lane, lanesOf, moveLane, stepLane } from '../timeline/lane_tree'
import { type Axis, type AxisKind, fit, type View } from '../timeline/scale'
import type { Trace } from '../timeline/trace'
import type { Pin, Range, ViewEdit } from '../worker/core'
import { PLAIN } from './edit'
import type { Session } from './session'
import type { Transport } from './transport'

/** The axes in the order in which a key goes through them. */
export const AXES: readonly AxisKind[] = ['time', 'events', 'squeezed']

/** As in the core: the most notes, and the longest one and the longest filter in characters. */
export const MOST_PINS = 20
export const LONGEST_PIN = 200
export const LONGEST_FILTER = 100

/** Everything about how the run is looked at. */
export type Look = ReturnType<typeof createLook>

/** The run of a session as its view has it drawn. */
export function drawnRun({ shown, view }: Pick<Session, 'shown' | 'view'>): ReadonlySignal<Trace | null> {
  const axis = computed(() => view.value.axis)
  // Only what folds makes the indexes anew, not every move of the window.
  const folded = computed(() => view.value.folded.join(','))
  return computed(() => {
    const trace = shown.value?.trace
    if (!trace) return null
    void folded.value
    return arrange(
      trace,
      axis.value,
      foldLanes(
        trace,
        untracked(() => view.value.folded),
      ),
    )
  })
}

/** Follows a session; `inView` is what the timeline shows, on the drawn axis. */
export function createLook(
  session: Session,
  transport: Transport,
  drawn: ReadonlySignal<Trace | null>,
  inView: Signal<View | null>,
) {
  const { shown, view, info, scenario, look, glance } = session
  /** The first of two events to measure between, once it is set. */
  const mark = signal<number | null>(null)
  const axis = computed<Axis | null>(() => (drawn.value ? axisOf(drawn.value) : null))
  const arrangement = computed(() => JSON.stringify([view.value.lanes, view.value.folded, view.value.filter]))
  const order = computed(() => scenario.value?.tasks ?? [])
  const lanes = computed<Lane[]>(() => {
    void arrangement.value
    return drawn.value
      ? lanesOf(
          drawn.value,
          order.value,
          untracked(() => view.value),
        )
      : []
  })
  /** The view is that of the run on the screen, and not of one that is being made. */
  const settled = () => shown.peek() !== null && shown.peek()?.info === info.peek() && !shown.peek()?.live

  // What changes all the time: where the reader stands, and the window.
  effect(() => {
    if (transport.playing.value) return
    const now = transport.standing()
    untracked(() => {
      if (settled() && (now.event !== view.value.event || now.at !== view.value.at)) glance(now)
    })
  })
  effect(() => {
    const seen = inView.value
    untracked(() => {
      if (!seen || !drawn.value || !settled()) return
      const range = rangeOf(seen, drawn.value)
      if (JSON.stringify(range) !== JSON.stringify(view.value.range)) glance({ range })
    })
  })
  // Another run has other events.
  effect(() => {
    void shown.value
    mark.value = null
  })
  // A step back may lead elsewhere in the same run.
  effect(() => {
    void session.arrivals.value
    untracked(() => settled() && transport.go(view.value))
  })

  /** Moves a lane before another one of the same parent (null: behind all); false if there is nowhere to go. */
  function move(lane: Lane, target: Lane | null): boolean {
    const moved = moveLane(lanes.value, order.value, view.value.lanes, lane, target)
    // A link writes names with commas between them.
    if (moved.some((name) => name.includes(',')) || moved.join() === view.value.lanes.join()) return false
    look({ lanes: moved })
    return true
  }

  return {
    mark,
    drawn,
    axis,
    lanes,
    /** Where an event lies on the axis. */
    placeOf: (event: number) => drawn.value?.columns.time[event] ?? 0,
    /** Where the cursor lies on the axis. */
    cursor: computed(() => {
      const [run, event, time] = [drawn.value, transport.selected.value, transport.cursor.value]
      if (!run) return 0
      if (event !== null && shown.value?.trace.columns.time[event] === time) return run.columns.time[event]!
      return axisOf(run).x(time)
    }),
    /** Goes to a place on the axis: on the axis of events to the event there. */
    seek(x: number) {
      const run = drawn.value
      if (!run) return
      const event = lowerBound(0, run.count, x - EVENT_STEP / 2, (i) => run.columns.time[i]!)
      if (run.axis?.kind === 'events' && x >= -EVENT_STEP / 2 && event < run.count) transport.select(event)
      else transport.seek(axisOf(run).time(x))
    },
    setAxis(kind: AxisKind) {
      if (kind !== view.value.axis) look({ axis: kind })
    },
    nextAxis() {
      const kind = AXES[(AXES.indexOf(view.value.axis) + 1) % AXES.length]!
      look({ axis: kind })
      return kind
    },
    setFilter(text: string) {
      look({ filter: Array.from(text.trim()).slice(0, LONGEST_FILTER).join('') || null }, 'filter')
    },
    /** Folds the lanes under a lane into it, or shows them again. */
    fold(lane: Lane, folded = lane.branch !== 'folded') {
      if (lane.branch === null || lane.name.includes(',')) return
      const others = view.value.folded.filter((name) => name !== lane.name)
      look({ folded: folded ? [...others, lane.name] : others })
      // The reader stands on a lane that there is.
      const chosen = transport.lane.value
      if (chosen !== null && !lanes.value.some(({ task }) => task === chosen)) transport.lane.value = lane.task
    },
    move,
    /** Moves a lane one place up or down among those of its parent. */
    step(task: number, direction: 1 | -1): boolean {
      const lane = lanes.value.find((one) => one.task === task)
      const target = lane && stepLane(lanes.value, lane, direction)
      return lane !== undefined && target !== undefined && move(lane, target)
    },
    /** Sets one end of what is measured: the first press begins, the second ends, the third begins anew. */
    measureAt(event: number): 'begun' | 'done' {
      const first = mark.value
      if (first === null || first === event) {
        mark.value = event
        if (view.value.measure) look({ measure: null }, 'measure')
        return 'begun'
      }
      mark.value = null
      look({ measure: [Math.min(first, event), Math.max(first, event)] }, 'measure')
      return 'done'
    },
    /** Measures between two events at once, as while a ruler is drawn out. */
    measure(from: number, to: number) {
      mark.value = null
      look({ measure: from === to ? null : [Math.min(from, to), Math.max(from, to)] }, 'measure')
    },
    clearMeasure() {
      mark.value = null
      look({ measure: null }, 'measure')
    },
    /** Adds a note, or puts another in the place of one; an empty text takes it away. */
    pin(text: string, at: number, instead: Pin | null) {
      const words = Array.from(text.replace(/\p{Cc}+/gu, ' ').trim())
        .slice(0, LONGEST_PIN)
        .join('')
      const others = view.value.pins.filter((pin) => pin !== instead)
      if (words && others.length >= MOST_PINS) return
      const pins = words ? [...others, { at: Math.round(at), text: words }] : others
      look({ pins: pins.sort((p, q) => p.at - q.at) })
    },
    /** Everything but the notes as it is by itself. */
    reset() {
      mark.value = null
      look({ ...PLAIN, event: view.value.event, at: view.value.at, pins: view.value.pins })
      session.arrivals.value += 1
    },
    /** Whether there is anything to reset. */
    touched: computed(() => {
      const { axis, range, lanes, folded, filter, measure } = view.value
      return (
        axis !== 'time' || range !== null || lanes.length + folded.length > 0 || filter !== null || measure !== null
      )
    }),
  }
}

/** What a window shows, as a link says it; null for all of the run. */
export function rangeOf(seen: View, run: Trace): Range | null {
  const axis = axisOf(run)
  const whole = fit(axis.length, seen.width)
  if (seen.t1 - seen.t0 >= (whole.t1 - whole.t0) * 0.98) return null
  const [x0, x1] = [Math.max(0, seen.t0), Math.min(axis.length, seen.t1)]
  if (axis.kind === 'events') {
    const at = (x: number) =>
      Math.min(
        run.count - 1,
        lowerBound(0, run.count, x, (i) => run.columns.time[i]!),
      )
    const [from, to] = [at(x0), at(x1)]
    return from < to ? { events: true, from, to } : null
  }
  const [from, to] = [Math.round(axis.time(x0)), Math.round(axis.time(x1))]
  return from < to ? { events: false, from, to } : null
}

/** The stretch of the drawn axis that a view's range means; null for all of the run. */
export function windowOf({ range }: Pick<ViewEdit, 'range'>, run: Trace): { t0: number; t1: number } | null {
  if (!range) return null
  const axis = axisOf(run)
  const x = (end: number) => (range.events ? run.columns.time[Math.min(end, run.count - 1)]! : axis.x(end))
  const [t0, t1] = [x(range.from), x(range.to)]
  return t0 < t1 ? { t0, t1 } : null
}
