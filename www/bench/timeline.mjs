/**
 * What the timeline costs on a run of a million events, measured in the page as it is served: zoom and pan, seek, and the
 * time from the run's end to its first picture. *Script* is everything of ours in one frame, handlers and painting
 * together; a *frame* is the distance of two animation frames.
 */

import { fileURLToPath } from 'node:url'
import { build } from 'vite'

const here = (path) => fileURLToPath(new URL(path, import.meta.url))

/** A run with about a million events. */
export const MILLION = '#/duplicated-message?requests=50000&timeout=1.2s'
/** Frames of one gesture: in and out again. */
const FRAMES = 120
/** A gesture is made so often; of each of its frames the best counts, so that a busy machine is not taken for a slow page. */
const ROUNDS = 5
/** Jumps of the cursor. */
const SEEKS = 20

/** Measures in a fresh `page` (Playwright). `address` is that of the site; times are milliseconds. */
export async function measureTimeline(page, { address, run = MILLION } = {}) {
  await page.addInitScript(probe)
  await page.goto(new URL('#/duplicated-message', address).href)
  await page.locator('.fingerprint').waitFor()
  const first = await page.evaluate(firstPicture, run)
  await page.locator('.fingerprint').waitFor()
  const { zoom, pan } = await gestures(page)
  const seek = []
  for (let i = 0; i < ROUNDS; i++) seek.push(await page.evaluate(seeks, SEEKS))
  return { run, ...first, zoom, pan, seek: quantiles(best(seek)) }
}

/** The same gestures on 64 lanes with a million spans, all of them in view, on an empty page; `width` by `height` px of lanes. */
export async function measureSpans(page, { width = 1600, height = 2978 } = {}) {
  const { output } = await build({
    configFile: false,
    logLevel: 'error',
    root: here('.'),
    build: {
      write: false,
      copyPublicDir: false,
      target: 'es2022',
      lib: { entry: here('./spans.ts'), formats: ['iife'], name: 'spans' },
    },
  }).then((made) => (Array.isArray(made) ? made[0] : made))
  await page.setViewportSize({ width, height })
  await page.goto('about:blank')
  await page.evaluate(probe)
  await page.setContent(
    `<style>body { margin: 0; background: #0b1418 } .plot { position: relative; width: ${width}px; height: ${height}px }
     .plot canvas { position: absolute; inset: 0 } ${COLOURS}</style><div class="plot"></div>`,
  )
  await page.addScriptTag({ content: output[0].code })
  await page.waitForFunction(() => window.spansBench)
  const { zoom, pan } = await gestures(page)
  return { width, height, indexMs: await page.evaluate(() => window.spansBench.indexMs), zoom, pan }
}

/** Colours for the page without a style. */
const COLOURS = `:root { ${'bg panel ink ink2 ink3 line edge grid grid2 pulse work onwork msg message ok bad timeout user parent replica select now glow'
  .split(' ')
  .map((name) => `--${name}: #8ab`)
  .join('; ')}; --sans: sans-serif; --mono: monospace }`

/** Zoom and pan, in rounds. */
async function gestures(page) {
  const [zoom, pan] = [[], []]
  for (let i = 0; i < ROUNDS; i++) {
    zoom.push(await page.evaluate(gesture, { frames: FRAMES, kind: 'zoom' }))
    pan.push(await page.evaluate(gesture, { frames: FRAMES, kind: 'pan' }))
  }
  return { zoom: summary(zoom), pan: summary(pan) }
}

/** Median, 95th percentile and worst. */
export function quantiles(values) {
  const sorted = [...values].sort((p, q) => p - q)
  const at = (share) => round(sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN)
  return { p50: at(0.5), p95: at(0.95), worst: at(1) }
}

/** Of each step the best of all rounds. */
function best(rounds) {
  return rounds[0].map((_, i) => Math.min(...rounds.map((round) => round[i])))
}

function summary(rounds) {
  const [script, frame] = ['script', 'frame'].map((part) => best(rounds.map((round) => round[part])))
  const all = rounds.flatMap((round) => round.script)
  return { script: quantiles(script), frame: quantiles(frame), scriptOfAllRounds: quantiles(all) }
}

function round(value) {
  return Math.round(value * 100) / 100
}

/** Runs before the page: adds up what our callbacks cost per frame, and notes when the core was done with a run. */
function probe() {
  const bench = { script: 0, begun: 0, ended: 0, read: 0 }
  window.heartraceBench = bench
  const request = window.requestAnimationFrame.bind(window)
  window.requestAnimationFrame = (callback) =>
    request((now) => {
      const before = performance.now()
      callback(now)
      bench.script += performance.now() - before
    })
  window.Worker = class extends Worker {
    constructor(url, options) {
      super(url, options)
      this.addEventListener('message', ({ data }) => {
        if (data.type === 'info') bench.begun = performance.now()
        if (data.type !== 'run') return
        bench.read = performance.now()
        bench.ended = bench.begun + data.result.coreMs
        bench.events = data.result.trace.count
      })
    }
  }
}

/** From the end of a run in the core to the frame that shows it. */
async function firstPicture(run) {
  const bench = window.heartraceBench
  bench.ended = 0
  const begin = performance.now()
  location.hash = run
  const frame = () => new Promise((resolve) => requestAnimationFrame(resolve))
  while (bench.ended === 0) await new Promise((resolve) => setTimeout(resolve, 1))
  // The run is shown by a frame that its arrival asks for; the next one begins when that is on the screen.
  await frame()
  await frame()
  const shown = performance.now()
  return {
    events: bench.events,
    runMs: Math.round(bench.ended - begin),
    readMs: Math.round(bench.read - bench.ended),
    firstPictureMs: Math.round(shown - bench.ended),
  }
}

/** Zooms in and out under a moving pointer, or pans there and back, one step a frame. */
async function gesture({ frames, kind }) {
  const bench = window.heartraceBench
  const plot = document.querySelector('.plot')
  const box = plot.getBoundingClientRect()
  const wheel = (init, share) =>
    plot.dispatchEvent(
      new WheelEvent('wheel', {
        bubbles: true,
        cancelable: true,
        clientX: box.left + box.width * share,
        clientY: box.top + box.height / 2,
        ...init,
      }),
    )
  const native = Object.getPrototypeOf(window).requestAnimationFrame ?? window.requestAnimationFrame
  const frame = () => new Promise((resolve) => native.call(window, resolve))
  if (window.spansBench) window.spansBench.fit()
  else document.querySelectorAll('.zoom button')[1].click()
  const settle = async () => {
    for (let i = 0; i < 5; i++) await frame()
  }
  await settle()
  if (kind === 'pan') for (let i = 0; i < 8; i++) wheel({ deltaY: -60, ctrlKey: true }, 0.4)
  await settle()
  const script = []
  const gaps = []
  let last = await frame()
  bench.script = 0
  for (let i = 0; i < frames; i++) {
    const back = i >= frames / 2
    const before = performance.now()
    if (kind === 'zoom') wheel({ deltaY: back ? 14.2 : -14.2, ctrlKey: true }, 0.2 + (0.6 * i) / frames)
    else wheel({ deltaX: back ? -37 : 37 }, 0.5)
    const handled = performance.now() - before
    const now = await frame()
    gaps.push(now - last)
    last = now
    // What the step asked for has been painted by now, or is painted in this very frame.
    await Promise.resolve()
    script.push(handled + bench.script)
    bench.script = 0
  }
  return { script, frame: gaps }
}

/** Jumps of the cursor by the slider, each until the frame that shows it is done. */
async function seeks(times) {
  const slider = document.querySelector('.scrub input')
  const frame = () => new Promise((resolve) => requestAnimationFrame(resolve))
  const set = Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value').set
  const found = []
  for (let i = 0; i < times; i++) {
    await frame()
    await frame()
    const before = performance.now()
    set.call(slider, String(Number(slider.max) * (((i * 7) % times) / times)))
    slider.dispatchEvent(new Event('input', { bubbles: true }))
    await frame()
    await new Promise((resolve) => setTimeout(resolve))
    found.push(performance.now() - before)
  }
  return found
}
