/** The page's end of a core worker: one promise per question, runs as callbacks, and a watchdog that ends a silent worker. */

import type { AxisKind } from '../timeline/scale'
import type { Trace } from '../timeline/trace'
import { type Arranged, withNew } from './arranged'
import type { Catalogue, CoreError, EventRow, ExportFormat, LeverInfo, LinkEdit, LinkInfo, LivePoll } from './core'
import type { Judged, Origin, Reply, Request, RunResult } from './protocol'
import { received } from './tasks'

/** A worker must report within this many milliseconds while it runs something. */
const SILENCE_MS = 2_000
/** Starting the module may take longer on a slow line. */
const START_MS = 20_000

/** A question the core refused; carries the core's fields. */
export class Refused extends Error {
  constructor(readonly error: CoreError) {
    super(error.message)
  }
}

/** What happens to a run, in this order: info, progress…, result; or refused. */
export interface RunEvents {
  info(info: LinkInfo): void
  refused(error: CoreError): void
  progress(events: number, timeNs: number): void
  result(result: RunResult): void
}

/** What happens in a live session. */
export interface LiveEvents {
  refused(error: CoreError): void
  picture(poll: LivePoll, trace: Trace, judged: Judged | null): void
}

/** Why a worker was given up. */
export type Loss = { kind: 'silent' } | { kind: 'crashed'; message: string }

/** The part of `Worker` that is used; tests bring their own. */
export interface Port {
  postMessage(message: Request): void
  terminate(): void
  onmessage: ((message: MessageEvent<Reply>) => void) | null
  onerror: ((event: ErrorEvent) => void) | null
}

/** One core worker. */
export interface Client {
  ready: Promise<Catalogue>
  parse(text: string): Promise<LinkInfo>
  format(edit: LinkEdit): Promise<string>
  rows(from: number, to: number): Promise<EventRow[]>
  /** The events (of `count`) that hold a text, the first thousand. */
  find(text: string, count: number): Promise<number[]>
  /** The run written for another tool. */
  write(format: ExportFormat): Promise<string>
  /** What of the link an event moves with; what is measured no more once another run or event is asked for stays away. */
  levers(event: number): Promise<LeverInfo[]>
  /** The run that was made last on another axis or on other lanes; null once another one was begun. */
  arrange(trace: Trace, axis: AxisKind, laneOf: Uint32Array): Promise<Trace | null>
  open(origin: Origin, ignoreUnknown: boolean, events: RunEvents): void
  stop(): void
  live(link: string, events: LiveEvents): void
  act(action: string): void
  stopLive(): void
  close(): void
}

/** Starts a worker; `lost` is called once if it crashes or falls silent. */
export function createClient(spawn: () => Port, lost: (loss: Loss) => void): Client {
  const port = spawn()
  const waiting = new Map<number, { resolve: (value: never) => void; reject: (error: Refused) => void }>()
  let nextId = 1
  let run: { id: number; events: RunEvents } | null = null
  /** The run that was made last. */
  let made = 0
  let live: { id: number; events: LiveEvents } | null = null
  let gone = false
  let watchdog: ReturnType<typeof setTimeout> | undefined
  let announce: (catalogue: Catalogue) => void = () => {}
  const ready = new Promise<Catalogue>((resolve) => {
    announce = resolve
  })

  const giveUp = (loss: Loss) => {
    if (gone) return
    close()
    lost(loss)
  }
  const close = () => {
    gone = true
    clearTimeout(watchdog)
    port.onmessage = null
    port.terminate()
  }
  const watch = (ms: number | null) => {
    clearTimeout(watchdog)
    if (ms !== null && !gone) watchdog = setTimeout(() => giveUp({ kind: 'silent' }), ms)
  }
  const ask = <T>(build: (id: number) => Request): Promise<T> => {
    const id = nextId++
    return new Promise<T>((resolve, reject) => {
      waiting.set(id, { resolve: resolve as (value: never) => void, reject })
      if (!gone) port.postMessage(build(id))
    })
  }
  const settle = (id: number, value: unknown) => {
    waiting.get(id)?.resolve(value as never)
    waiting.delete(id)
  }

  let started = false
  port.onerror = (event) => giveUp({ kind: 'crashed', message: event.message || 'worker' })
  port.onmessage = ({ data }) => {
    if (data.type === 'ready') {
      started = true
      watch(run ? SILENCE_MS : null)
      announce(data.catalogue)
      return
    }
    if (data.type === 'crashed') return giveUp({ kind: 'crashed', message: data.message })
    const mine = run?.id === data.id ? run : null
    if (data.type === 'info') {
      if (!mine) return settle(data.id, data.info)
      watch(data.info.unknown.length > 0 ? null : SILENCE_MS)
      mine.events.info(data.info)
    } else if (data.type === 'link') settle(data.id, data.link)
    else if (data.type === 'rows') settle(data.id, data.rows)
    else if (data.type === 'found') settle(data.id, data.events)
    else if (data.type === 'written') settle(data.id, data.text)
    else if (data.type === 'levers') settle(data.id, data.levers)
    else if (data.type === 'arranged') settle(data.id, data.arranged)
    else if (data.type === 'refused') {
      waiting.get(data.id)?.reject(new Refused(data.error))
      waiting.delete(data.id)
      if (live?.id === data.id) live.events.refused(data.error)
      if (!mine) return
      watch(null)
      run = null
      mine.events.refused(data.error)
    } else if (data.type === 'progress' && mine) {
      watch(SILENCE_MS)
      mine.events.progress(data.events, data.timeNs)
    } else if (data.type === 'run' && mine) {
      watch(null)
      run = null
      made = data.id
      if (data.info) mine.events.info(data.info)
      mine.events.result({ ...data.result, trace: received(data.result.trace) })
    } else if (data.type === 'live' && live) live.events.picture(data.poll, received(data.trace), data.judged)
  }
  watch(START_MS)

  return {
    ready,
    parse: (text) => ask((id) => ({ type: 'parse', id, text })),
    format: (edit) => ask((id) => ({ type: 'format', id, edit })),
    rows: (from, to) => ask((id) => ({ type: 'rows', id, from, to })),
    find: (text, count) => ask((id) => ({ type: 'find', id, text, count })),
    write: (format) => ask((id) => ({ type: 'export', id, format })),
    levers: (event) => ask((id) => ({ type: 'levers', id, event })),
    arrange: (trace, axis, laneOf) =>
      ask<Arranged | null>((id) => ({ type: 'arrange', id, run: made, duration: trace.duration, axis, laneOf })).then(
        (arranged) => arranged && withNew(trace, arranged),
      ),
    open(origin, ignoreUnknown, events) {
      const id = nextId++
      run = { id, events }
      if (started) watch(SILENCE_MS)
      port.postMessage({ type: 'open', id, origin, ignoreUnknown })
    },
    stop: () => port.postMessage({ type: 'stop', id: nextId++ }),
    live(link, events) {
      const id = nextId++
      live = { id, events }
      port.postMessage({ type: 'live', id, link })
    },
    act: (action) => port.postMessage({ type: 'act', id: live?.id ?? 0, action }),
    stopLive: () => port.postMessage({ type: 'live-stop', id: live?.id ?? 0 }),
    close,
  }
}
