/** Embeds in the pages of others, on another origin: each example of docs/embed.md as it stands there. */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { brotliCompressSync } from 'node:zlib'
import AxeBuilder from '@axe-core/playwright'
import { expect, type FrameLocator, type Page, test } from '@playwright/test'
import { serve, type TestServer } from './server'

const SITE = process.env.HEARTRACE_URL ?? 'http://127.0.0.1:8080/'
const BUDGET_BYTES = 8_000

/** The examples under a heading of docs/embed.md, in order, with the site's address in them. */
function examples(heading: string): string[] {
  const text = readFileSync(join(__dirname, '../../docs/embed.md'), 'utf8').replaceAll(
    'https://heartrace.example/',
    SITE,
  )
  const section = text.split(/^## /m).find((part) => part.startsWith(`${heading}\n`))
  if (!section) throw new Error(`docs/embed.md has no section "${heading}"`)
  return [...section.matchAll(/^```\w+\n(.*?)^```$/gms)].map(([, code = '']) => code)
}

/** A page of somebody else's. */
async function host(files: Record<string, string>): Promise<TestServer> {
  return serve((path) => {
    const body = files[path]
    return body === undefined ? null : { body }
  })
}

const post = (body: string) =>
  `<!doctype html><html lang="en"><meta charset="utf-8"><title>A post</title><body><main><h1>A post</h1>${body}</main></body></html>`

/** The frame of the only embed. */
const frameOf = (page: Page): FrameLocator => page.frameLocator('iframe[src*="embed.html"]')

/** The run is there and its timeline has lanes. */
async function runs(page: Page): Promise<void> {
  await expect(frameOf(page).locator('.lane').first()).toBeVisible()
  await expect(frameOf(page).locator('.told')).toContainText(/\d\u202fs/)
}

let server: TestServer | null = null
test.afterEach(async () => {
  await server?.off()
  server = null
})

test('one line is a picture and a text until the button is pressed, then the run', async ({ page }) => {
  const asked: { path: string; bytes: number }[] = []
  page.on('response', async (response) => {
    if (!response.url().startsWith(SITE)) return
    const path = response.url().slice(SITE.length)
    const body = path.endsWith('.wasm') ? Buffer.alloc(0) : await response.body().catch(() => Buffer.alloc(0))
    asked.push({ path, bytes: brotliCompressSync(body).length })
  })
  server = await host({ '': post(examples('One line')[0]!) })
  await page.goto(server.url)
  const frame = frameOf(page)
  await expect(frame.getByRole('heading', { name: 'The message that arrives twice' })).toBeVisible()
  await page.waitForLoadState('networkidle')
  expect(asked.map(({ path }) => path).filter((path) => /wasm|worker|locales|en-/.test(path))).toEqual([])
  const weight = asked.reduce((sum, { bytes }) => sum + bytes, 0)
  expect(weight, JSON.stringify(asked)).toBeLessThanOrEqual(BUDGET_BYTES)
  // What is inside is for who has no scripts.
  await expect(page.getByRole('link', { name: 'The message that arrives twice' })).toBeHidden()
  expect((await new AxeBuilder({ page }).analyze()).violations).toEqual([])

  const low = (await page.locator('heart-race').boundingBox())?.height ?? 0
  await frame.getByRole('button', { name: 'Run it' }).click()
  await runs(page)
  expect(asked.filter(({ path }) => path.endsWith('.wasm'))).toHaveLength(1)
  await expect.poll(async () => (await page.locator('heart-race').boundingBox())?.height).not.toBe(low)
  await expect(frame.getByRole('link', { name: 'Open in Heartrace' })).toHaveAttribute(
    'href',
    `${SITE}#/duplicated-message`,
  )
  expect((await new AxeBuilder({ page }).analyze()).violations).toEqual([])
})

test('a picture of the page stays until it is wanted, and nothing is fetched before', async ({ page }) => {
  const asked: string[] = []
  page.on('request', (request) => request.url().startsWith(SITE) && asked.push(request.url().slice(SITE.length)))
  const picture = '<svg xmlns="http://www.w3.org/2000/svg" width="1000" height="420"/>'
  server = await host({
    '': post(examples('A post, with a picture of its own')[0]!),
    'duplicated-message.svg': picture,
  })
  await page.goto(server.url, { waitUntil: 'networkidle' })
  await expect(page.getByRole('img')).toBeVisible()
  expect(asked).toEqual(['heart-race.js'])
  await page.getByRole('button', { name: 'Run it here' }).click()
  await runs(page)
  await expect(page.getByRole('img')).toBeHidden()
  await expect(frameOf(page).locator('html')).toHaveAttribute('data-theme', 'paper')
  // It plays, from the start.
  await expect(frameOf(page).getByRole('button', { name: 'Pause' })).toBeVisible()
})

test('a slide plays while it is seen, and sleeps while it is not', async ({ page }) => {
  const first = '<section style="height: 3000px"><h2>First</h2></section>'
  server = await host({ '': post(first + examples('Slides')[0]!) })
  await page.goto(server.url, { waitUntil: 'networkidle' })
  const playing = () => page.evaluate(() => (document.querySelector('heart-race') as unknown as Race).state?.playing)
  expect(await playing()).toBeUndefined()
  await page.locator('heart-race').scrollIntoViewIfNeeded()
  await expect.poll(playing).toBe(true)
  await page.evaluate(() => scrollTo(0, 0))
  await expect.poll(playing).toBe(false)
  const stood = await page.evaluate(() => (document.querySelector('heart-race') as unknown as Race).state?.timeNs)
  await page.waitForTimeout(500)
  expect(await page.evaluate(() => (document.querySelector('heart-race') as unknown as Race).state?.timeNs)).toBe(stood)
  await page.locator('heart-race').scrollIntoViewIfNeeded()
  await expect.poll(playing).toBe(true)
})

test('a slide does not play by itself for who asked for less motion', async ({ page }) => {
  await page.emulateMedia({ reducedMotion: 'reduce' })
  server = await host({ '': post(examples('Slides')[0]!) })
  await page.goto(server.url)
  await runs(page)
  await expect(frameOf(page).getByRole('button', { name: /^(Play|Replay|Play again)/ })).toBeVisible()
})

test('a book made by mdBook shows it', async ({ page }) => {
  // As mdBook writes a chapter: the HTML of the Markdown in `main`, additional scripts as classic ones at the end.
  const [, script, element] = examples('mdBook')
  server = await host({
    '': `<!DOCTYPE HTML><html lang="en" class="navy sidebar-visible" dir="ltr"><head><meta charset="UTF-8"><title>Heartbeats</title></head>
      <body><div id="body-container"><div id="page-wrapper" class="page-wrapper"><div class="page"><div id="content" class="content"><main>
      <h1 id="heartbeats"><a class="header" href="#heartbeats">Heartbeats</a></h1>\n${element}\n</main></div></div></div>
      <script src="heart-race.js"></script></div></body></html>`,
    'heart-race.js': script!,
  })
  await page.goto(server.url)
  await frameOf(page).getByRole('button', { name: 'Run it' }).click()
  await runs(page)
})

test('documentation made by rustdoc shows it', async ({ page }) => {
  const [header, source] = examples('rustdoc')
  const folder = mkdtempSync(join(tmpdir(), 'heartrace-rustdoc-'))
  writeFileSync(join(folder, 'lib.rs'), `//! A crate.\n${source}`)
  writeFileSync(join(folder, 'heart-race.html'), header!)
  const flags = ['--crate-name', 'replica', '--edition', '2024', '--html-in-header', join(folder, 'heart-race.html')]
  execFileSync('rustdoc', [...flags, '--out-dir', folder, join(folder, 'lib.rs')])
  server = await serve((path) => {
    try {
      return { body: readFileSync(join(folder, path)) }
    } catch {
      return null
    }
  })
  await page.goto(`${server.url}replica/fn.replicate.html`)
  await expect(page.getByText('Sends a request to every replica')).toBeVisible()
  await runs(page)
})

test('in a frame that may only run scripts, without an origin or storage', async ({ page }) => {
  const complaints: string[] = []
  page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()))
  server = await host({ '': post(examples('A frame, where scripts are not allowed')[0]!), 'favicon.ico': '' })
  await page.goto(server.url)
  await frameOf(page).getByRole('button', { name: '実行する' }).click()
  await runs(page)
  const inside = page.frames()[1]!
  expect(await inside.evaluate(() => self.origin)).toBe('null')
  await expect(frameOf(page).locator('html')).toHaveAttribute('data-theme', 'paper')
  await frameOf(page).getByRole('button', { name: 'イベント表' }).click()
  await expect(frameOf(page).getByRole('grid')).toBeVisible()
  expect(complaints).toEqual([])
})

test('a page talks to it, and nobody else does', async ({ page }) => {
  server = await host({ '': post(examples('Talking to it')[0]!) })
  await page.goto(server.url)
  await page.getByRole('button', { name: 'To the second message' }).click()
  await expect(page.locator('#told')).toContainText('stage-b')
  const state = () => page.evaluate(() => (document.querySelector('heart-race') as unknown as Race).state)
  // The page's window is not the frame's: what it says is not believed, in the right shape or not.
  const forged = { heartrace: 1, type: 'state', link: 'forged', playing: true, timeNs: 1, durationNs: 1, event: '' }
  await page.evaluate((data) => postMessage({ ...data, end: null }, '*'), forged)
  await page.waitForTimeout(200)
  expect((await state())?.link).toBe('#/duplicated-message')
  // Nor does another frame move the embed.
  await page.evaluate(() => (document.querySelector('heart-race') as unknown as Race).pause())
  await expect.poll(async () => (await state())?.playing).toBe(false)
  await page.evaluate(() => {
    const other = document.createElement('iframe')
    other.srcdoc =
      '<script>for (let i = 0; i < parent.length; i++) parent[i].postMessage({ heartrace: 1, type: "play" }, "*")</script>'
    document.body.append(other)
  })
  await page.waitForTimeout(500)
  expect((await state())?.playing).toBe(false)

  await page.evaluate((src) => document.querySelector('heart-race')?.setAttribute('src', src), '#/interval-heartbeat')
  await expect.poll(async () => (await state())?.link).toBe('#/interval-heartbeat')
  await page.evaluate((src) => document.querySelector('heart-race')?.setAttribute('src', src), '#/nonsense')
  await expect(frameOf(page).getByRole('alert')).toContainText('nonsense')
})

test('its link says which lanes and which stretch of time, and opens the whole page with them', async ({ page }) => {
  const link = '#/duplicated-message?range=1s-2.5s&lanes=stage-b&filter=stage'
  await page.goto(`./embed.html?preload${link}`)
  await expect(page.locator('.lane')).toHaveText([/^stage-b/, /^stage-a$/, /^stage-a2/])
  await expect(page.getByRole('link', { name: 'Open in Heartrace' })).toHaveAttribute('href', /range=1s-2\.5s/)
})

test('what is not understood is named, and a core that cannot be fetched is told', async ({ page }) => {
  await page.goto('./embed.html?theme=pink&preload#/duplicated-message')
  await expect(page.getByText('Not understood and left out: theme=pink')).toBeVisible()
  await expect(page.locator('.lane').first()).toBeVisible()
  await page.goto('./embed.html?preload')
  await expect(page.getByRole('alert')).toContainText('names no run')

  await page.route('**/assets/player-*.js', (route) => route.fulfill({ status: 404, body: '' }))
  await page.goto('./embed.html#/duplicated-message')
  await page.getByRole('button', { name: 'Run it' }).click()
  await expect(page.getByRole('status')).toContainText('could not be fetched')
  await page.unroute('**/assets/player-*.js')
})

test('the share sheet gives the HTML', async ({ page }) => {
  await page.goto('./#/duplicated-message?policy=accept-first')
  await page.getByRole('button', { name: 'Share' }).click()
  const element = await page.getByLabel('For a page of your own').inputValue()
  const frame = await page.getByLabel('For a page that takes no scripts').inputValue()
  server = await host({ 'element.html': post(element), 'frame.html': post(frame) })
  await page.goto(`${server.url}element.html`)
  await frameOf(page).getByRole('button', { name: 'Run it' }).click()
  await runs(page)
  await expect(frameOf(page).getByText('accepted once')).toBeVisible()
  await page.goto(`${server.url}frame.html`)
  await frameOf(page).getByRole('button', { name: 'Run it' }).click()
  await runs(page)
})

/** What the tests use of the element. */
interface Race {
  state: { link: string; playing: boolean; timeNs: number } | null
  pause(): void
}
