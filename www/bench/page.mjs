/**
 * The page as it is served, in a headless Chromium without a GPU, in one run: how long loading and editing take, and what a
 * run of a million events costs. `node bench/page.mjs ADDRESS` prints JSON on stdout, and on stderr a table beside the
 * figures asked for. All times are milliseconds; a machine that does other work at the same time makes them longer.
 */
import { chromium } from '@playwright/test'
import { measureTimeline, quantiles } from './timeline.mjs'
import { visits } from './visits.mjs'

const STORY = '#/duplicated-message'
/** Loads of each kind, and edits; their medians count. */
const LOADS = 7
const EDITS = 25

const [address = 'http://127.0.0.1:8080/'] = process.argv.slice(2)
const executablePath = process.env.HEARTRACE_CHROMIUM ?? '/usr/bin/chromium'
const args = ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', '--disable-background-networking']
const { cold, warm } = await visits({
  executablePath,
  args,
  address: new URL(STORY, address).href,
  rounds: LOADS,
  watch,
})
const browser = await chromium.launch({ executablePath, args })
try {
  const found = {
    address,
    browser: `Chromium ${browser.version()}`,
    cold: loading(cold),
    warm: loading(warm),
    edit: await onPage(edits),
    million: await onPage(async (page) => ({
      ...(await measureTimeline(page, { address })),
      tasks: await longTasks(page),
    })),
  }
  console.log(JSON.stringify(found, null, 2))
  table(found)
} finally {
  await browser.close()
}

function loading(loads) {
  return {
    painted: quantiles(loads.map(({ painted }) => painted)),
    shell: quantiles(loads.map(({ interactive }) => interactive)),
    longestTask: quantiles(loads.map(({ tasks }) => Math.round(Math.max(0, ...tasks)))),
  }
}

/** Runs before the page: notes when the page's frame is there, and when its first run has been painted; then the visit is over. */
function watch() {
  const load = { painted: 0, interactive: 0, tasks: [] }
  window.heartraceLoad = load
  let over
  window.heartraceVisit = new Promise((resolve) => (over = resolve))
  new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) load.tasks.push(duration)
  }).observe({ type: 'longtask', buffered: true })
  const look = new MutationObserver(() => {
    if (load.interactive === 0 && document.querySelector('header')) load.interactive = performance.now()
    if (!document.querySelector('.fingerprint')) return
    look.disconnect()
    // The frame that this change asks for paints it; what follows the frame comes after the paint.
    requestAnimationFrame(() =>
      setTimeout(() => {
        load.painted = performance.now()
        over(load)
      }),
    )
  })
  look.observe(document, { childList: true, subtree: true })
}

/** How many tasks held the main thread for more than 50 ms, and the longest. */
async function longTasks(page) {
  const tasks = await page.evaluate(() => window.heartraceLoad.tasks)
  return { count: tasks.length, longest: Math.round(Math.max(0, ...tasks)) }
}

async function onPage(measure) {
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 } })
  await page.addInitScript(watch)
  try {
    return await measure(page)
  } finally {
    await page.close()
  }
}

/** A parameter of a default scenario is moved on its slider until the new timeline is painted. */
async function edits(page) {
  await page.goto(new URL(STORY, address).href)
  await page.locator('.fingerprint').waitFor()
  const times = await page.evaluate(async (count) => {
    // How long the work of a stage takes is seen in every run.
    const slider = document.querySelectorAll('.row.field input[type=range]')[1]
    const set = Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value').set
    const known = () => document.querySelector('.fingerprint')?.textContent
    const canvas = document.querySelector('.plot canvas')
    const drawn = () => {
      const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height)
      let sum = 0
      for (let i = 0; i < data.length; i += 404) sum = (sum * 31 + data[i] + data[i + 1]) | 0
      return sum
    }
    const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms))
    const found = []
    // The first edits warm the code up.
    for (let i = -5; i < count; i++) {
      const before = known()
      const picture = drawn()
      // Anywhere in a frame, as a hand does it.
      await pause(100 + ((i + 5) % 5) * 3)
      const begun = performance.now()
      set.call(slider, String(i % 2 ? 300 : 400))
      slider.dispatchEvent(new Event('input', { bubbles: true }))
      const told = await new Promise((resolve) => {
        const look = new MutationObserver(() => {
          if (known() === before) return
          look.disconnect()
          resolve(performance.now() - begun)
        })
        look.observe(document.body, { childList: true, characterData: true, subtree: true })
      })
      // The timeline is looked at itself, after each frame: it may be painted later than the verdict.
      do await new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)))
      while (drawn() === picture)
      if (i >= 0) found.push([told, performance.now() - begun])
    }
    return found
  }, EDITS)
  return {
    told: quantiles(times.map(([told]) => told)),
    painted: quantiles(times.map(([, painted]) => painted)),
    tasks: await longTasks(page),
  }
}

function table({ cold, warm, edit, million }) {
  const rows = [
    ['cold load until the first timeline is painted', cold.painted, '< 300'],
    ['  until the frame of the page is there', cold.shell, ''],
    ['  longest task of the main thread', cold.longestTask, ''],
    ['warm load until the first timeline is painted', warm.painted, '< 120'],
    ['  longest task of the main thread', warm.longestTask, ''],
    ['edit of a parameter until the verdict is told', edit.told, ''],
    ['  until the new timeline is painted', edit.painted, '< 16'],
    ['a million events: made', { p50: million.runMs }, ''],
    ['  made, read, first picture', { p50: million.runMs + million.firstPictureMs }, '< 400'],
    ['  end of the run to its first picture', { p50: million.firstPictureMs }, '< 150'],
    ['  zoom, script of a frame', million.zoom.script, 'p95 < 4'],
    ['  zoom, frame', million.zoom.frame, '16.7'],
    ['  pan, script of a frame', million.pan.script, 'p95 < 4'],
    ['  pan, frame', million.pan.frame, '16.7'],
    ['  seek', million.seek, '< 50'],
    ['  longest task of the main thread', { p50: million.tasks.longest }, ''],
  ]
  const cell = (value) => (value === undefined ? '' : value.toFixed(1)).padStart(9)
  console.error(`${''.padEnd(48)}${['p50', 'p95', 'worst', 'asked'].map((head) => head.padStart(9)).join('')}`)
  for (const [what, { p50, p95, worst }, asked] of rows)
    console.error(`${what.padEnd(48)}${[p50, p95, worst].map(cell).join('')}${asked.padStart(9)}`)
}
