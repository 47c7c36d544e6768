/**
 * Visits of a page as people make them: with nobody attached to its workers. A driver such as Playwright holds each new
 * worker until it has answered, which costs more than everything that is to be measured; so this speaks the browser's
 * protocol itself, over the pipe that it offers, and attaches to nothing but the page.
 */
import { spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** Milliseconds after which a visit is given up. */
const PATIENCE = 60_000

/** Without what a browser does for itself at its start, which would be measured too. */
const QUIET = [
  '--no-startup-window',
  '--no-first-run',
  '--no-default-browser-check',
  '--disable-extensions',
  '--disable-default-apps',
  '--disable-component-update',
  '--disable-component-extensions-with-background-pages',
  '--disable-field-trial-config',
  '--disable-sync',
  '--disable-features=AimEnabled,MediaRouter,OptimizationHints,Translate,WebUIOmniboxPopup',
]

/**
 * Rounds of two visits by a browser that has never seen the site: the second in a new tab, once the first has kept the site
 * for use without a network. `watch` runs before the page's scripts and leaves a promise in `window.heartraceVisit`. One round
 * goes before those that count: in it the browser itself gets going.
 */
export async function visits({ executablePath, args, address, rounds, watch }) {
  const folder = await mkdtemp(join(tmpdir(), 'heartrace-visits-'))
  const browser = await start(executablePath, [...QUIET, ...args, `--user-data-dir=${folder}`])
  const found = { cold: [], warm: [] }
  try {
    for (let round = 0; round <= rounds; round++) {
      const { browserContextId } = await browser.ask('Target.createBrowserContext')
      const open = () => visit(browser, browserContextId, address, `(${watch})()`)
      found.cold.push(await open())
      found.warm.push(await open())
      await browser.ask('Target.disposeBrowserContext', { browserContextId })
    }
    return { cold: found.cold.slice(1), warm: found.warm.slice(1) }
  } finally {
    await browser.stop()
    await rm(folder, { recursive: true, force: true, maxRetries: 5 })
  }
}

/** One visit in a tab of its own; what `window.heartraceVisit` came to. */
async function visit(browser, browserContextId, address, source) {
  const { targetId } = await browser.ask('Target.createTarget', { url: 'about:blank', browserContextId })
  const { sessionId } = await browser.ask('Target.attachToTarget', { targetId, flatten: true })
  const page = (method, params) => browser.ask(method, params, sessionId)
  await page('Page.enable')
  await page('Page.addScriptToEvaluateOnNewDocument', { source })
  await page('Page.navigate', { url: address })
  const value = await evaluate(page, 'window.heartraceVisit')
  // The next visit finds what this one has kept; a moment more, for whatever else it does in quiet.
  await evaluate(page, 'navigator.serviceWorker?.ready.then(() => new Promise((go) => setTimeout(go, 1000)))')
  await browser.ask('Target.closeTarget', { targetId })
  return value
}

async function evaluate(page, expression) {
  const params = { expression, awaitPromise: true, returnByValue: true }
  const { result, exceptionDetails } = await page('Runtime.evaluate', params)
  if (exceptionDetails) throw new Error(`${expression}: ${exceptionDetails.text}`)
  return result.value
}

/** A browser and the pipe to it: messages in JSON, each with a zero after it. */
async function start(executable, flags) {
  const child = spawn(executable, ['--headless', '--remote-debugging-pipe', ...flags], {
    stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'],
  })
  const [, , , input, output] = child.stdio
  const waiting = new Map()
  const ended = new Promise((resolve) => child.on('exit', resolve))
  let text = ''
  output.setEncoding('utf8').on('data', (chunk) => {
    const messages = (text + chunk).split('\0')
    text = messages.pop()
    for (const { id, result, error } of messages.map((message) => JSON.parse(message))) {
      if (error) waiting.get(id)?.reject(new Error(error.message))
      else waiting.get(id)?.resolve(result)
      waiting.delete(id)
    }
  })
  let last = 0
  const ask = (method, params = {}, sessionId = undefined) =>
    new Promise((resolve, reject) => {
      const id = ++last
      waiting.set(id, { resolve, reject })
      input.write(`${JSON.stringify({ id, method, params, sessionId })}\0`)
      const late = setTimeout(() => reject(new Error(`${method}: no answer within ${PATIENCE} ms`)), PATIENCE)
      late.unref()
    })
  const stop = async () => {
    child.kill()
    await ended
  }
  return { ask, stop }
}
