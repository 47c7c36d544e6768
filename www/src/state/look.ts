/**
 * How the run on the screen is looked at: its axis, its lanes, the window, what is measured, what is noted. All of it is
 * the view of the link; here it becomes the run as it is drawn, and what the reader does becomes the view again.
 */
import { computed, effect, type ReadonlySignal, type Signal, signal, untracked } from '@preact/signals'
import { arrange, asItCame, axisOf, EVENT_STEP } from '../timeline/arrange'
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

/** Runs with more events are arranged in the worker; until that is done the picture stays as it was. */
const LARGE = 50_000

/** A run as it is drawn, and the names of the lanes that others are folded into on it. */
export interface Drawn {
  run: Trace
  folded: readonly string[]
}

/** The run of a session as its view has it drawn: always one whole picture, of the view or of the one before it. */
export function drawnRun({ shown, view }: Pick<Session, 'shown' | 'view'>) {
  const axis = computed(() => view.value.axis)
  // Only what folds makes the indexes anew, not every move of the window.
  const folded = computed(() => view.value.folded.join(','))
  /** What the worker arranged last, and of which run. */
  const arranged = signal<(Drawn & { of: Trace; axis: AxisKind }) | null>(null)
  const wanted = computed(() => {
    const now = shown.value
    if (!now) return null
    void folded.value
    const names = untracked(() => view.value.folded)
    const laneOf = foldLanes(now.trace, names)
    const kind = axis.value
    const here = asItCame(now.trace, kind, laneOf) ? now.trace : null
    const apart = here === null && now.arrange && now.trace.count > LARGE ? now.arrange : null
    return { of: now.trace, axis: kind, laneOf, folded: names, here, apart }
  })
  const done = ({ of, axis, folded }: NonNullable<typeof wanted.value>) => {
    const last = arranged.value
    return last?.of === of && last.axis === axis && last.folded.join() === folded.join() ? last : null
  }
  const drawn = computed<Drawn | null>(() => {
    const asked = wanted.value
    if (!asked) return null
    const { of, axis, laneOf, folded, here, apart } = asked
    if (here) return { run: here, folded }
    if (!apart) return { run: arrange(of, axis, laneOf), folded }
    return arranged.value?.of === of ? arranged.value : { run: of, folded: [] }
  })
  /** The run whose answer is awaited: one question at a time, then the one that is wanted by then. */
  let awaited: Trace | null = null
  const ask = (asked: typeof wanted.value) => {
    const { of, apart } = asked ?? {}
    if (arranged.peek() && arranged.peek()?.of !== of) arranged.value = null
    if (!asked || !apart || awaited === of || done(asked)) return
    awaited = asked.of
    void apart(asked.axis, asked.laneOf).then((run) => {
      awaited = null
      const now = wanted.peek()
      if (now === asked && run) arranged.value = { run, folded: asked.folded, of: asked.of, axis: asked.axis }
      else if (now !== asked) ask(now)
    })
  }
  effect(() => {
    const asked = wanted.value
    untracked(() => ask(asked))
  })
  return {
    run: computed(() => drawn.value?.run ?? null),
    folded: computed(() => drawn.value?.folded ?? []),
    /** The view asks for another picture than the one there is. */
    waiting: computed(() => wanted.value?.apart != null && done(wanted.value) === null),
  }
}

/** Follows a session; `inView` is what the timeline shows, on the drawn axis. */
export function createLook(
  session: Session,
  transport: Transport,
  { run: drawn, folded, waiting }: ReturnType<typeof drawnRun>,
  inView: Signal<View | null>,
  held: ReadonlySignal<boolean> = signal(false),
) {
  const { shown, view, info, scenario, look, glance } = session
  /** The first of two events to measure between, once it is set. */
  const mark = signal<number | null>(null)
  const axis = computed<Axis | null>(() => (drawn.value ? axisOf(drawn.value) : null))
  const arrangement = computed(() => JSON.stringify([view.value.lanes, view.value.filter]))
  const order = computed(() => scenario.value?.tasks ?? [])
  const lanes = computed<Lane[]>(() => {
    void arrangement.value
    const { lanes, filter } = untracked(() => view.value)
    return drawn.value ? lanesOf(drawn.value, order.value, { lanes, filter, folded: folded.value }) : []
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
      // The window of a run that something is dragged in is that of the run before.
      if (!seen || held.value || !drawn.value || !settled()) return
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
    waiting,
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
