/** The core's home: owns one wasm instance, answers requests, and runs in slices so that it can always be stopped. */
import { arrange } from '../timeline/arrange'
import { foldTasks } from '../timeline/fold'
import { indexTrace } from '../timeline/index_trace'
import type { RawTrace } from '../timeline/trace'
import { newOf } from './arranged'
import { type Core, type EventRow, type LeverInfo, type LinkInfo, MARK, type Progress, type Timeline } from './core'
import { loadCore } from './load'
import type { Judged, Origin, Reply, Request } from './protocol'
import { breathe, crash, refusal } from './slices'
import { namesOf, type PostedTrace } from './tasks'
import { buffersOf } from './transfer'

/** Milliseconds of core work between two looks at the inbox. */
const SLICE_MS = 8
/** Milliseconds between two progress reports; the page's watchdog waits far longer. */
const PROGRESS_MS = 100
/** Milliseconds between two pictures of a live session. */
const LIVE_MS = 120
/** Events looked through between two looks at the inbox, and how many are found at most. */
const FIND_SLICE = 20_000
const FOUND = 1_000
/** Runs with more events are told to be alive while they are read. */
const LARGE = 50_000
/** Marks that get their words with the run; more are fetched when they are looked at. */
const WORDED_MARKS = 2_000
const WORDED_OF_LARGE = 100

let core: Core
let kinds: string[] = []
let current = 0
/** The run that the core has in hand. */
let held = 0
let finding = 0
let measuring = 0
let stopAsked = false
let liveTimer = 0

/** Everything but the start. */
type Asked = Exclude<Request, { type: 'start' }>

const post = (reply: Reply, transfer: Transferable[] = []) => self.postMessage(reply, { transfer })

/** Answers with what the core refused, after what was to be told `first`; anything else that is thrown is a crash of the core. */
function guard(id: number, body: () => void, first?: () => void): boolean {
  try {
    body()
    return true
  } catch (thrown) {
    first?.()
    const error = refusal(thrown)
    post(error ? { type: 'refused', id, error } : { type: 'crashed', message: crash(thrown) })
    return false
  }
}

/** Reads the run so far. */
function readTrace(duration: number, alive?: () => void): PostedTrace {
  const tasks = core.task_columns()
  const raw = readRaw()
  alive?.()
  raw.words = readWords(raw.timeline, raw.columns.time.length)
  return { ...indexTrace(raw, duration, alive, foldTasks(namesOf(tasks))), tasks }
}

/** What there is but the tasks: on their lanes they are numbers, and the page has them as columns. */
function readRaw(): RawTrace {
  const sources = core.source_lines()
  return { columns: core.columns(), kinds, tasks: [], sources, timeline: core.timeline(), words: new Map() }
}

/** Puts the run on another axis or on other lanes; nothing if it is no longer the one that was asked about. */
function rearrange({ id, run, duration, axis, laneOf }: Asked & { type: 'arrange' }): void {
  if (run !== held) return post({ type: 'arranged', id, arranged: null })
  guard(id, () => {
    const raw = readRaw()
    const arranged = newOf(arrange({ ...raw, count: raw.columns.time.length, duration }, axis, laneOf))
    post({ type: 'arranged', id, arranged }, buffersOf(arranged))
  })
}

/** What the first marks say. */
function readWords({ marks }: Timeline, events: number): Map<number, EventRow> {
  const most = events > LARGE ? WORDED_OF_LARGE : WORDED_MARKS
  const words = new Map<number, EventRow>()
  for (let i = 0; i < marks.event.length && words.size < most; i++) {
    const event = marks.event[i]!
    if (marks.kind[i] === MARK.pulse || words.has(event)) continue
    const row = core.event_rows(event, event + 1)[0]
    if (row) words.set(event, row)
    // Whose patience ended says its timer: the cause.
    const timer = marks.kind[i] === MARK.timeout ? row?.cause : null
    const cause = timer === null || timer === undefined ? undefined : core.event_rows(timer, timer + 1)[0]
    if (cause) words.set(cause.id, cause)
  }
  return words
}

function readVerdicts(): Judged | null {
  try {
    return { report: core.report(), ending: core.ending() }
  } catch (thrown) {
    if (refusal(thrown)) return null
    throw thrown
  }
}

/** The core fills in every part of a link that it reads. */
function read(text: string): LinkInfo {
  return core.parse_link(text) as LinkInfo
}

function resolve(origin: Origin): LinkInfo {
  return read('text' in origin ? origin.text : core.format_link(origin.edit))
}

async function open(id: number, origin: Origin, ignoreUnknown: boolean): Promise<void> {
  let info!: LinkInfo
  const readable = guard(id, () => {
    info = resolve(origin)
    if (ignoreUnknown && info.unknown.length > 0) info = resolve({ edit: { ...info, unknown: [] } })
  })
  if (!readable) return
  // What is over at once is told at once: then the page is drawn once, not twice.
  let untold: LinkInfo | undefined = info
  const tell = () => {
    if (untold) post({ type: 'info', id, info: untold })
    untold = undefined
  }
  if (info.unknown.length > 0) return tell()
  const begin = performance.now()
  held = id
  if (!guard(id, () => core.open(info.link), tell)) return
  stopAsked = false
  let slice = 500
  let reported = begin
  for (;;) {
    const before = performance.now()
    let progress: Progress = { done: true, events: 0, time_ns: 0 }
    if (!guard(id, () => (progress = core.advance(slice)), tell)) return
    const now = performance.now()
    if (now - begin > SLICE_MS) tell()
    if (progress.done || stopAsked) return finish(id, progress, stopAsked && !progress.done, now - begin, untold)
    slice = Math.max(16, Math.min(200_000, Math.round((slice * SLICE_MS) / Math.max(now - before, 0.5))))
    if (now - reported > PROGRESS_MS) {
      reported = now
      post({ type: 'progress', id, events: progress.events, timeNs: progress.time_ns })
    }
    if (now - begin > SLICE_MS) await breathe()
    if (id !== current) return
  }
}

function finish(id: number, { events, time_ns }: Progress, stopped: boolean, coreMs: number, info?: LinkInfo): void {
  // Reading a large run takes longer than the page's watchdog waits.
  const alive = () => {
    if (events > LARGE) post({ type: 'progress', id, events, timeNs: time_ns })
  }
  guard(id, () => {
    alive()
    const judged = readVerdicts()
    alive()
    const trace = readTrace(judged?.report.duration_ns ?? time_ns, alive)
    const deviations = Array.from(core.deviations())
    post({ type: 'run', id, info, result: { trace, judged, deviations, stopped, coreMs } }, buffersOf(trace))
  })
}

function live(id: number, link: string): void {
  if (!guard(id, () => core.live_start(link))) return
  const look = () => {
    guard(id, () => {
      const poll = core.live_poll()
      const trace = readTrace(poll.time_ns)
      post({ type: 'live', id, poll, trace, judged: poll.done ? readVerdicts() : null }, buffersOf(trace))
      // A long session costs more per picture; the gap grows with it so that the tasks keep the thread.
      if (!poll.done) liveTimer = self.setTimeout(look, LIVE_MS + trace.count / 100)
    })
  }
  liveTimer = self.setTimeout(look, LIVE_MS)
}

function stopLive(id: number): void {
  self.clearTimeout(liveTimer)
  guard(id, () => {
    core.live_stop()
    const poll = core.live_poll()
    const trace = readTrace(poll.time_ns)
    post({ type: 'live', id, poll, trace, judged: readVerdicts() }, buffersOf(trace))
  })
}

/** Looks through the events in slices; a newer search or another run ends it. */
async function find(id: number, text: string, count: number): Promise<void> {
  const run = current
  finding = id
  const events: number[] = []
  for (let from = 0; from < count && events.length < FOUND; from += FIND_SLICE) {
    if (finding !== id || current !== run) break
    const going = guard(id, () => {
      for (const event of core.find_events(text, from, Math.min(from + FIND_SLICE, count))) events.push(event)
    })
    if (!going) return
    await breathe()
  }
  post({ type: 'found', id, events: events.slice(0, FOUND) })
}

/** Tries what of the link an event moves with, one after the other; a newer question or another run ends it. */
async function measure(id: number, event: number): Promise<void> {
  const run = current
  measuring = id
  const levers: LeverInfo[] = []
  for (let index = 0, more = true; more; index++) {
    const going = guard(id, () => {
      const found = core.lever(event, index)
      more = found !== undefined
      if (found) levers.push(found)
    })
    if (!going) return
    await breathe()
    if (measuring !== id || current !== run) return
  }
  post({ type: 'levers', id, levers })
}

const queue: Asked[] = []

function handle(request: Asked): void {
  const { id } = request
  switch (request.type) {
    case 'open':
      current = id
      void open(id, request.origin, request.ignoreUnknown)
      return
    case 'stop':
      stopAsked = true
      return
    case 'parse':
      guard(id, () => post({ type: 'info', id, info: read(request.text) }))
      return
    case 'format':
      guard(id, () => post({ type: 'link', id, link: core.format_link(request.edit) }))
      return
    case 'rows':
      guard(id, () => post({ type: 'rows', id, rows: core.event_rows(request.from, request.to) }))
      return
    case 'find':
      void find(id, request.text, request.count)
      return
    case 'export':
      guard(id, () => post({ type: 'written', id, text: core.export_run(request.format) }))
      return
    case 'levers':
      void measure(id, request.event)
      return
    case 'arrange':
      rearrange(request)
      return
    case 'live':
      live(id, request.link)
      return
    case 'act':
      guard(id, () => core.live_act(request.action))
      return
    case 'live-stop':
      stopLive(id)
  }
}

self.onmessage = ({ data }: MessageEvent<Request>) => {
  if (data.type === 'start') start(data.module)
  else if (core) handle(data)
  else queue.push(data)
}

function start(module: WebAssembly.Module | string): void {
  loadCore(module).then(
    (loaded) => {
      core = loaded
      const catalogue = core.catalogue()
      kinds = catalogue.kinds
      post({ type: 'ready', catalogue })
      for (const request of queue.splice(0)) handle(request)
    },
    (error) => post({ type: 'crashed', message: String(error) }),
  )
}
