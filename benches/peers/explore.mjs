// The shipped module in Node's V8: executions of the race per second on one worker thread and on two, as JSON.
// It stands in for a browser's worker: the same engine compiles the same module; there is no page beside it.
import { readFileSync } from 'node:fs'
import { Worker, isMainThread, parentPort, workerData } from 'node:worker_threads'

const LINK = '#/duplicated-message?model=any-speed'

if (isMainThread) {
  const [executions = 200000, rounds = 3] = process.argv.slice(2).map(Number)
  const medians = {}
  for (const workers of [1, 2]) {
    const speeds = []
    for (let round = 0; round < rounds; round++) speeds.push(await measure(workers, executions))
    medians[`module in Node, ${workers} worker${workers > 1 ? 's' : ''}`] = speeds.sort((a, b) => a - b)[rounds >> 1]
  }
  console.log(JSON.stringify(medians))
} else {
  const { initSync, explore_begin, explore_advance } = await import('../../pkg/heartrace.js')
  initSync({ module: readFileSync(new URL('../../pkg/heartrace_bg.wasm', import.meta.url)) })
  const { executions, shard } = workerData
  explore_begin(LINK, { strategy: 'random', executions, shard })
  parentPort.postMessage('ready')
  parentPort.once('message', () => {
    let progress
    do progress = explore_advance(10000)
    while (!progress.shortening)
    parentPort.postMessage(progress.executions)
    parentPort.close()
  })
}

/** Executions per second of so many workers together, from when all are ready. */
async function measure(count, executions) {
  const workers = Array.from({ length: count }, (_, index) => {
    const shard = `${index + 1}/${count}`
    return new Worker(new URL(import.meta.url), { workerData: { executions: executions * count, shard } })
  })
  const next = (worker) => new Promise((resolve, reject) => worker.once('message', resolve).once('error', reject))
  await Promise.all(workers.map(next))
  const start = performance.now()
  const done = workers.map(next)
  for (const worker of workers) worker.postMessage('go')
  const made = await Promise.all(done)
  return Math.round(made.reduce((sum, part) => sum + part, 0) / ((performance.now() - start) / 1000))
}
