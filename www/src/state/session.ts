/** The state of the page and everything a person can do to it. No DOM here: the world comes in through `World`. */
import { batch, computed, signal } from '@preact/signals'
import type { AxisKind } from '../timeline/scale'
import type { Trace } from '../timeline/trace'
import { type Client, createClient, type Loss, type Port } from '../worker/client'
import type {
  Catalogue,
  CoreError,
  ExportFormat,
  LeverInfo,
  LinkInfo,
  Report,
  ScenarioInfo,
  Sentence,
  ViewEdit,
} from '../worker/core'
import type { Judged, Origin, RunResult } from '../worker/protocol'
import { applyChange, type Change, defaults, fieldOf, PLAIN, withoutEvents } from './edit'
import { emptyHistory, type History, type Place, record, redo, retouch, undo } from './history'
import { createRows, type Rows } from './rows'

/** What the page needs from the browser. */
export interface World {
  spawn(): Port
  /** Shows a link in the address bar; `entry` asks for a history entry. */
  address(hash: string, entry: boolean): void
  now(): number
}

/** What the middle of the page shows. */
export type Face =
  | { kind: 'loading' }
  | { kind: 'start' }
  | { kind: 'run' }
  | { kind: 'bad'; text: string; error: CoreError; recovered: LinkInfo | null }
  | { kind: 'unknown'; text: string; info: LinkInfo }

/** A run on the screen. */
export interface Shown {
  info: LinkInfo
  trace: Trace
  report: Report | null
  /** What there is to say about the end: a limit, who waits for what, a fault that found nothing. */
  ending: Sentence[]
  rows: Rows
  /** The events that hold a text. */
  find(text: string): Promise<number[]>
  /** The run written for another tool. */
  write(format: ExportFormat): Promise<string>
  /** What of the link an event moves with. */
  levers(event: number): Promise<LeverInfo[]>
  /** The run on another axis or on other lanes, made where it does not hold the page up; none of a live run. */
  arrange: ((axis: AxisKind, laneOf: Uint32Array) => Promise<Trace | null>) | null
  /** Where the run departed from what it would have done by itself: the events after its recorded choices. */
  deviations: number[]
  stopped: boolean
  live: boolean
}

/** Milliseconds that a changing view rests before it is written into the address. */
const REST_MS = 250

/** A value the core refused, kept as the person typed it. */
export interface Problem {
  text: string
  error: CoreError
}

/** Everything the components read and call. */
export type Session = ReturnType<typeof createSession>

/** Builds the state and starts the first worker. */
export function createSession(world: World, recover: (text: string, error: CoreError) => string | null) {
  const catalogue = signal<Catalogue | null>(null)
  const face = signal<Face>({ kind: 'loading' })
  const info = signal<LinkInfo | null>(null)
  const shown = signal<Shown | null>(null)
  const progress = signal<{ events: number; timeNs: number } | null>(null)
  const problems = signal<Record<string, Problem>>({})
  const history = signal<History>(emptyHistory)
  const loss = signal<Loss | null>(null)
  const busy = signal(false)
  /** How the run is shown, as the link says it. */
  const view = signal<ViewEdit>(PLAIN)
  /** Counts the views that came from a link or from a step back: the timeline is to show them. */
  const arrivals = signal(0)

  const scenario = computed<ScenarioInfo | null>(() => {
    const id = info.value?.scenario
    return catalogue.value?.scenarios.find((one) => one.id === id) ?? null
  })

  let client: Client
  let lastText = ''
  let resting: ReturnType<typeof setTimeout> | undefined
  /** How many runs the present worker was asked for. */
  let asked = 0
  /** Opens once more the run of which nothing has been seen yet. */
  let again: (() => void) | null = null

  function start() {
    client?.close()
    loss.value = null
    asked = 0
    client = createClient(world.spawn, (why) => {
      // A worker that still clears away the run before is no news: a fresh one opens the link.
      if (why.kind === 'silent' && asked > 1 && again) {
        start()
        again()
        return
      }
      batch(() => {
        loss.value = why
        busy.value = false
        progress.value = null
      })
    })
    void client.ready.then((found) => {
      catalogue.value = found
    })
  }

  function show(result: RunResult, of: LinkInfo) {
    const rows = createRows(
      () => result.trace.count,
      (from, to) => client.rows(from, to),
      () => !busy.value,
    )
    batch(() => {
      busy.value = false
      progress.value = null
      const { trace, judged, stopped, deviations } = result
      const find = (text: string) => client.find(text, trace.count)
      shown.value = {
        info: of,
        trace,
        ...told(judged),
        rows,
        find,
        write: client.write,
        levers: client.levers,
        arrange: (axis, laneOf) => client.arrange(trace, axis, laneOf),
        deviations,
        stopped,
        live: false,
      }
    })
  }

  /** Opens a run. `change` is what the person edited; without it the text is a link from outside. */
  function open(
    origin: Origin,
    options: { change?: Change; keepHistory?: boolean; ignoreUnknown?: boolean; view?: ViewEdit } = {},
  ) {
    const { change } = options
    const field = change ? fieldOf(change) : null
    let mine: LinkInfo | null = null
    if (!change) busy.value = true
    if (loss.value) start()
    asked++
    again = () => open(origin, { ...options, keepHistory: options.keepHistory || mine !== null })
    client.open(origin, options.ignoreUnknown ?? false, {
      info(next) {
        mine = next
        if (next.unknown.length > 0) {
          batch(() => {
            busy.value = false
            face.value = { kind: 'unknown', text: 'text' in origin ? origin.text : next.link, info: next }
          })
          return
        }
        const otherScenario = next.scenario !== info.value?.scenario || face.value.kind !== 'run'
        batch(() => {
          busy.value = true
          face.value = { kind: 'run' }
          if (otherScenario) shown.value = null
          info.value = next
          view.value = options.view ?? next.view
          arrivals.value += 1
          problems.value = field ? without(problems.value, field) : {}
          if (!options.keepHistory)
            history.value = record(history.value, { link: next.run, view: next.view }, field, world.now())
        })
        clearTimeout(resting)
        lastText = next.link
        if (options.view) writeAddress()
        else world.address(next.link, otherScenario)
      },
      refused(error) {
        again = null
        batch(() => {
          busy.value = false
          progress.value = null
          if (change && field && !mine) {
            problems.value = { ...problems.value, [field]: { text: changeText(change), error } }
          } else {
            // Choices that do not fit the run are placed in the link as it was read.
            const text = mine?.link ?? ('text' in origin ? origin.text : lastText)
            face.value = { kind: 'bad', text, error, recovered: null }
            void offer(text, error)
          }
        })
      },
      progress(events, timeNs) {
        again = null
        progress.value = { events, timeNs }
      },
      result(result) {
        again = null
        if (mine) show(result, mine)
      },
    })
  }

  /** Looks for a link that is left when the wrong parts are taken out. */
  async function offer(text: string, first: CoreError) {
    let candidate: string | null = text
    let error = first
    for (let tries = 0; tries < 8 && candidate !== null; tries++) {
      candidate = recover(candidate, error)
      if (candidate === null) return
      try {
        const recovered = await client.parse(candidate)
        const now = face.value
        if (now.kind === 'bad' && now.text === text) face.value = { ...now, recovered }
        return
      } catch (thrown) {
        error = (thrown as { error: CoreError }).error
      }
    }
  }

  function openText(text: string) {
    lastText = text
    if (/^#?\/?$/.test(text)) {
      batch(() => {
        busy.value = false
        face.value = { kind: 'start' }
        info.value = null
        shown.value = null
      })
      return
    }
    open({ text })
  }

  function turn(change: Partial<ViewEdit>, remember: (place: Place) => History) {
    const of = info.value
    if (!of) return
    batch(() => {
      view.value = { ...view.value, ...change }
      history.value = remember({ link: of.run, view: view.value })
    })
    writeAddress()
  }

  /** Puts the view into the address once it rests. */
  function writeAddress() {
    clearTimeout(resting)
    resting = setTimeout(async () => {
      const of = info.value
      if (!of || face.value.kind !== 'run') return
      const link = await client.format({ ...of, view: view.value }).catch(() => null)
      if (link === null || info.value !== of) return
      lastText = link
      world.address(link, false)
    }, REST_MS)
  }

  /** Goes to another place of the history; the run is made again only if it is another one. */
  function goTo(next: History) {
    const place = next.present
    if (next === history.value || place === null) return
    const sameRun = place.link === history.value.present?.link && face.value.kind === 'run'
    history.value = next
    if (!sameRun) return open({ text: place.link }, { keepHistory: true, view: place.view })
    batch(() => {
      view.value = place.view
      arrivals.value += 1
    })
    writeAddress()
  }

  start()
  return {
    view,
    arrivals,
    /** Shows the run in another way, a step that can be taken back; quick changes of one `field` are one step. */
    look(change: Partial<ViewEdit>, field: string | null = null) {
      turn(change, (place) => record(history.value, place, field, world.now()))
    },
    /** The same without a step: for what changes all the time. */
    glance(change: Partial<ViewEdit>) {
      turn(change, ({ view }) => retouch(history.value, view))
    },
    catalogue,
    face,
    info,
    shown,
    progress,
    problems,
    history,
    loss,
    busy,
    scenario,
    ready: () => client.ready,
    openText,
    /** Opens a scenario as it is by default. */
    openScenario: (id: string) => open({ text: `#/${id}` }),
    /** Shows the start page. */
    openStart() {
      openText('')
      world.address('', true)
    },
    /** Makes one change and runs again. */
    change(change: Change) {
      if (info.value) open({ edit: applyChange({ ...info.value, view: view.value }, change) }, { change })
    },
    /** The same without a step that could be taken back: while something is dragged. */
    attempt(change: Change) {
      if (!info.value) return
      open({ edit: applyChange({ ...info.value, view: view.value }, change) }, { change, keepHistory: true })
    },
    /** Replaces the faults of the present link, as after a live session. */
    reset() {
      if (scenario.value) open({ edit: { ...defaults(scenario.value), view: withoutEvents(view.value) } })
    },
    undo() {
      goTo(undo(history.value))
    },
    redo() {
      goTo(redo(history.value))
    },
    /** Goes on without the parts of a link that this version does not know. */
    acceptUnknown() {
      if (face.value.kind === 'unknown') open({ text: face.value.text }, { ignoreUnknown: true })
    },
    /** Ends the run where it is and shows what there is. */
    stop: () => client.stop(),
    /** Starts a fresh worker on the same link. */
    restart() {
      start()
      if (lastText) open({ text: lastText }, { keepHistory: true })
    },
    /** The link that is kept through a crash. */
    link: () => lastText,
    /** The canonical link of some parts (for previews); rejects with `Refused`. */
    format: (edit: LinkInfo) => client.format(edit),
  }
}

/** The verdicts as a run on the screen has them. */
export function told(judged: Judged | null): Pick<Shown, 'report' | 'ending'> {
  return { report: judged?.report ?? null, ending: judged?.ending ?? [] }
}

function changeText(change: Change): string {
  if (change.field === 'faults' || change.field === 'replay') return change.faults.at(-1) ?? ''
  return change.field === 'live' ? '' : (change.text ?? '')
}

function without<T>(map: Record<string, T>, key: string): Record<string, T> {
  const { [key]: _, ...rest } = map
  return rest
}
