/** The state of the page and everything a person can do to it. No DOM here: the world comes in through `World`. */
import { batch, computed, signal } from '@preact/signals'
import type { Trace } from '../timeline/trace'
import { type Client, createClient, type Loss, type Port } from '../worker/client'
import type { Catalogue, CoreError, ExportFormat, LinkInfo, Report, ScenarioInfo, Sentence } from '../worker/core'
import type { Judged, Origin, RunResult } from '../worker/protocol'
import { applyChange, type Change, defaults, fieldOf } from './edit'
import { emptyHistory, type History, record, redo, undo } from './history'
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
  stopped: boolean
  live: boolean
}

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

  const scenario = computed<ScenarioInfo | null>(() => {
    const id = info.value?.scenario
    return catalogue.value?.scenarios.find((one) => one.id === id) ?? null
  })

  let client: Client
  let lastText = ''
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
      const { trace, judged, stopped } = result
      const find = (text: string) => client.find(text, trace.count)
      shown.value = { info: of, trace, ...told(judged), rows, find, write: client.write, stopped, live: false }
    })
  }

  /** Opens a run. `change` is what the person edited; without it the text is a link from outside. */
  function open(origin: Origin, options: { change?: Change; keepHistory?: boolean; ignoreUnknown?: boolean } = {}) {
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
          problems.value = field ? without(problems.value, field) : {}
          if (!options.keepHistory) history.value = record(history.value, next.link, field, world.now())
        })
        lastText = next.link
        world.address(next.link, otherScenario)
      },
      refused(error) {
        again = null
        batch(() => {
          busy.value = false
          progress.value = null
          if (change && field && !mine) {
            problems.value = { ...problems.value, [field]: { text: changeText(change), error } }
          } else {
            const text = 'text' in origin ? origin.text : (mine?.link ?? lastText)
            face.value = { kind: 'bad', text, error, recovered: null }
            if (!mine) void offer(text, error)
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

  start()
  return {
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
      if (info.value) open({ edit: applyChange(info.value, change) }, { change })
    },
    /** Replaces the faults of the present link, as after a live session. */
    reset() {
      if (scenario.value) open({ edit: defaults(scenario.value) })
    },
    undo() {
      const next = undo(history.value)
      if (next === history.value || next.present === null) return
      history.value = next
      open({ text: next.present }, { keepHistory: true })
    },
    redo() {
      const next = redo(history.value)
      if (next === history.value || next.present === null) return
      history.value = next
      open({ text: next.present }, { keepHistory: true })
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
