// The module as it is shipped, in a headless Chromium: executions of the race per second in one worker and in two, as JSON.
// `explore.mjs [EXECUTIONS [ROUNDS]]`; the rounds are interleaved and their medians printed.
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { chromium } from '../../www/node_modules/playwright-core/index.mjs'

const [executions = 100000, rounds = 3] = process.argv.slice(2).map(Number)

const WORKER = `
  import init, { explore_begin, explore_advance } from '/pkg/heartrace.js'
  await init()
  onmessage = ({ data }) => {
    if (data !== 'go') {
      explore_begin('#/duplicated-message?model=any-speed', data)
      return postMessage('ready')
    }
    let progress
    do progress = explore_advance(10000)
    while (!progress.shortening)
    postMessage(progress.executions)
  }
  postMessage('there')`

const server = createServer((request, response) => {
  const file = /^\/pkg\/(heartrace(_bg\.wasm|\.js))$/.exec(request.url)?.[1]
  const [type, body] = file
    ? [file.endsWith('.js') ? 'text/javascript' : 'application/wasm', readFileSync(new URL(`../../pkg/${file}`, import.meta.url))]
    : request.url === '/worker.js'
      ? ['text/javascript', WORKER]
      : ['text/html', '<!doctype html><title>heartrace</title>']
  response.writeHead(200, { 'content-type': type }).end(body)
})
await new Promise((listening) => server.listen(0, '127.0.0.1', listening))

const browser = await chromium.launch({
  executablePath: process.env.HEARTRACE_CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-dev-shm-usage'],
})
const page = await browser.newPage()
await page.goto(`http://127.0.0.1:${server.address().port}/`)

const speeds = { 1: [], 2: [] }
for (let round = 0; round < rounds; round++) {
  for (const count of [1, 2]) speeds[count].push(await page.evaluate(measure, [count, executions]))
}
await browser.close()
server.close()

const median = (numbers) => numbers.sort((a, b) => a - b)[numbers.length >> 1]
console.log(JSON.stringify({ 'browser, 1 worker': median(speeds[1]), 'browser, 2 workers': median(speeds[2]) }))

/** In the page: executions per second of so many workers together, from when all are ready. */
async function measure([count, executions]) {
  const workers = Array.from({ length: count }, () => new Worker('/worker.js', { type: 'module' }))
  const next = (worker) =>
    new Promise((resolve, reject) => {
      worker.onmessage = ({ data }) => resolve(data)
      worker.onerror = reject
    })
  const all = async (message) => {
    const answers = Promise.all(workers.map(next))
    if (message) workers.forEach((worker, index) => worker.postMessage(message(index)))
    return await answers
  }
  await all()
  await all((index) => ({ strategy: 'random', executions: executions * count, shard: `${index + 1}/${count}` }))
  const start = performance.now()
  const made = await all(() => 'go')
  const seconds = (performance.now() - start) / 1000
  workers.forEach((worker) => worker.terminate())
  return Math.round(made.reduce((sum, part) => sum + part, 0) / seconds)
}
