/** A worker that explores: it searches in slices, so that it can always be stopped, and tells what came of a run. */
import type { Core, ExploreOptions } from './core'
import type { ExploreReply, ExploreRequest } from './explore_protocol'
import { loadCore } from './load'
import { breathe, crash, refusal } from './slices'

/** Milliseconds of work between two looks at the inbox. */
const SLICE_MS = 16
/** Milliseconds between two progress reports. */
const PROGRESS_MS = 150
/** The futures: so many points along a run, and so many samples from each. */
const POINTS = 48
const SAMPLES = 100

let core: Core
let current = 0
let stopAsked = false

/** Everything but the start. */
type Asked = Exclude<ExploreRequest, { type: 'start' }>

const post = (reply: ExploreReply) => self.postMessage(reply)

/** Calls `work(executions)` in slices until it is done, a newer request came, or `between` says that it is enough. */
async function inSlices(epoch: number, work: (count: number) => boolean, between: () => boolean): Promise<boolean> {
  let slice = 16
  for (;;) {
    const before = performance.now()
    if (work(slice)) return true
    const spent = Math.max(performance.now() - before, 0.25)
    slice = Math.max(1, Math.min(100_000, Math.round((slice * SLICE_MS) / spent)))
    await breathe()
    if (epoch !== current) return false
    if (!between()) return true
  }
}

async function search(epoch: number, link: string, options: ExploreOptions): Promise<void> {
  stopAsked = false
  core.explore_begin(link, options)
  let reported = performance.now()
  let progress = core.explore_advance(1)
  post({ type: 'progress', epoch, progress })
  const over = await inSlices(
    epoch,
    (count) => {
      progress = core.explore_advance(count)
      return progress.done
    },
    () => {
      if (performance.now() - reported > PROGRESS_MS) {
        reported = performance.now()
        post({ type: 'progress', epoch, progress })
      }
      return !stopAsked
    },
  )
  if (!over) return
  post({ type: 'progress', epoch, progress })
  post({ type: 'found', epoch, report: core.explore_report() })
  core.explore_stop()
}

async function tell(epoch: number, link: string): Promise<void> {
  post({ type: 'story', epoch, sentences: core.story(link) })
  await breathe()
  if (epoch !== current) return
  core.futures_begin(link, POINTS, SAMPLES, 0)
  let reported = performance.now()
  const over = await inSlices(epoch, core.futures_advance, () => {
    if (performance.now() - reported > PROGRESS_MS) {
      reported = performance.now()
      post({ type: 'futures', epoch, futures: core.futures_report(), done: false })
    }
    return true
  })
  if (over) post({ type: 'futures', epoch, futures: core.futures_report(), done: true })
}

async function handle(request: Asked): Promise<void> {
  const { epoch } = request
  if (request.type === 'stop') {
    if (epoch === current) stopAsked = true
    return
  }
  current = epoch
  try {
    if (request.type === 'search') await search(epoch, request.link, request.options)
    else if (request.type === 'tell') await tell(epoch, request.link)
    else post({ type: 'found', epoch, report: core.merge_explorations(request.reports) })
  } catch (thrown) {
    const error = refusal(thrown)
    post(error ? { type: 'refused', epoch, error } : { type: 'crashed', message: crash(thrown) })
  }
}

const queue: Asked[] = []

self.onmessage = ({ data }: MessageEvent<ExploreRequest>) => {
  if (data.type === 'start') start(data.module)
  else if (core) void handle(data)
  else queue.push(data)
}

function start(module: WebAssembly.Module | string): void {
  loadCore(module).then(
    (loaded) => {
      core = loaded
      post({ type: 'ready' })
      for (const request of queue.splice(0)) void handle(request)
    },
    (error) => post({ type: 'crashed', message: String(error) }),
  )
}
