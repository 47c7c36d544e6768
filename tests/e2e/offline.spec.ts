/** Without a network after the first visit; a new version takes over whole, and only when the reader asks for it. */
import { createHash } from 'node:crypto'
import { expect, type Page, test } from '@playwright/test'
import { built, headersOf, serve } from './server'

test.use({ serviceWorkers: 'allow' })

const FOLDER = 'some/sub/path/'

/** A site whose files can be replaced, under a sub-path. */
async function site() {
  const changed = new Map<string, Buffer>()
  const server = await serve((path) => {
    if (!path.startsWith(FOLDER)) return null
    const file = path.slice(FOLDER.length) || 'index.html'
    const body = changed.get(file) ?? built(file)
    return body && { body, headers: headersOf(file) }
  })
  return { server, changed, url: server.url + FOLDER }
}

const hash = (content: Buffer) => `sha256-${createHash('sha256').update(content).digest('base64')}`

/** Files that every version has under another name. Module and sources are in all of them. */
const OWN = /assets\/[\w.]+(?:-[\w]+)*-[\w-]{8}\.(js|css)$/

/** Another version, made from the built one: every script and style under another name, and a list that says so. */
function nextVersion({ changed }: Awaited<ReturnType<typeof site>>, mark: string) {
  changed.clear()
  let list = String(built('service-worker.js'))
  const paths = [...list.matchAll(/([`"'])([\w./-]+)\1:[`"']sha256-/g)].map(([, , path = '']) => path)
  const own = paths.filter((path) => OWN.test(path))
  const renamed = (path: string) => path.replace('assets/', `assets/${mark}-`)
  const translate = (text: string) =>
    own.reduce((all, path) => all.replaceAll(path.replace('assets/', ''), renamed(path).replace('assets/', '')), text)
  for (const path of [...own, 'index.html', 'embed.html']) {
    const content = Buffer.from(translate(String(built(path))))
    list = list.replace(hash(built(path)!), hash(content))
    changed.set(own.includes(path) ? renamed(path) : path, content)
  }
  const version = createHash('sha256').update(list).digest('hex').slice(0, 16)
  changed.set('service-worker.js', Buffer.from(translate(list).replace(/([`"])[0-9a-f]{16}\1/, `"${version}"`)))
}

/** The versions whose scripts and styles a page has. */
const versions = (page: Page) =>
  page.evaluate(() => [
    ...new Set(
      [...document.querySelectorAll('script[src], link[rel="stylesheet"], link[rel="modulepreload"]')]
        .map((element) => element.getAttribute('src') ?? element.getAttribute('href') ?? '')
        .concat(performance.getEntriesByType('resource').map(({ name }) => name))
        .filter((name) => /assets\/.*\.(js|css)$/.test(name))
        .map((name) => /assets\/(v\d)-/.exec(name)?.[1] ?? 'v1'),
    ),
  ])

/** Waits until the site is kept, as the help sheet says. */
async function kept(page: Page) {
  await page.getByRole('button', { name: 'Keys and help' }).click()
  await expect(page.getByText('is kept in this browser and works without a network')).toBeVisible({ timeout: 40_000 })
  await page.keyboard.press('Escape')
}

test('after the first visit everything works without a network, under a sub-path too', async ({ page }) => {
  const { server, url } = await site()
  await page.goto(`${url}#/duplicated-message`)
  await expect(page.locator('.fingerprint')).toBeVisible()
  const fingerprint = await page.locator('.fingerprint').textContent()
  await kept(page)
  await server.off()

  await page.reload()
  await expect(page.locator('.fingerprint')).toHaveText(fingerprint ?? '')
  expect(await page.evaluate(() => navigator.onLine && document.title)).toContain('arrives twice')
  // What is fetched later is there as well: the other language, the sources, the share sheet, another scenario.
  await page.getByRole('button', { name: '日本語' }).click()
  await expect(page.locator('html')).toHaveAttribute('lang', 'ja')
  await expect(page.locator('.source .scroll')).toContainText('async')
  await page.getByRole('button', { name: '共有' }).click()
  await expect(page.locator('.qr')).toBeVisible()
  await page.keyboard.press('Escape')
  await page.goto(`${url}#/interval-heartbeat`)
  await expect(page.locator('.fingerprint')).not.toHaveText(fingerprint ?? '')
  await page.goto(`${url}embed.html?preload#/duplicated-message`)
  await expect(page.getByRole('button', { name: /再生|Play|Replay|もう一度/ })).toBeVisible()
})

test('a new version is told, waits for the reader, and then is the whole of it', async ({ page, context }) => {
  const place = await site()
  await page.goto(`${place.url}#/duplicated-message`)
  await kept(page)
  const other = await context.newPage()
  await other.goto(`${place.url}#/interval-heartbeat`)
  await expect(other.locator('.fingerprint')).toBeVisible()

  nextVersion(place, 'v2')
  place.server.asked.length = 0
  await page.reload()
  // The page that is opened is the one that was kept, whole; the new one is only fetched.
  await expect(page.getByText('A new version of Heartrace is ready')).toBeVisible({ timeout: 40_000 })
  expect(await versions(page)).toEqual(['v1'])
  expect(place.server.asked).not.toContain(FOLDER)
  // What is in both versions is not fetched again.
  expect(place.server.asked.filter((path) => path.endsWith('.wasm'))).toEqual([])
  await page.reload()
  await expect(page.locator('.fingerprint')).toBeVisible()
  expect(await versions(page)).toEqual(['v1'])

  await page.getByRole('button', { name: 'Reload with it' }).click()
  await expect.poll(() => versions(page).catch(() => [])).toEqual(['v2'])
  await expect(page.locator('.fingerprint')).toBeVisible()
  expect(page.url()).toContain('#/duplicated-message')
  // The share sheet is a script of its own that comes last.
  await page.getByRole('button', { name: 'Share' }).click()
  await expect(page.locator('.qr')).toBeVisible()
  expect(await versions(page)).toEqual(['v2'])

  // The other page is still the old one, is told, and finds its own files, although no server has them any more.
  await expect(other.getByText('A new version of Heartrace is ready')).toBeVisible()
  await place.server.off()
  await other.getByRole('button', { name: '日本語' }).click()
  await expect(other.locator('html')).toHaveAttribute('lang', 'ja')
  expect(await versions(other)).toEqual(['v1'])
  await other.getByRole('button', { name: '再読み込みして使う' }).click()
  await expect.poll(() => versions(other).catch(() => [])).toEqual(['v2'])
  await expect(other.locator('.fingerprint')).toBeVisible()
})

test('a site that hands out files of two versions is not kept', async ({ page }) => {
  const place = await site()
  await page.goto(`${place.url}#/duplicated-message`)
  await kept(page)
  nextVersion(place, 'v2')
  // The page is still the old one on the server: its content is not what the new service worker expects.
  place.changed.delete('index.html')
  place.server.asked.length = 0
  await page.reload()
  await expect.poll(() => place.server.asked).toContain(`${FOLDER}index.html`)
  await page.waitForTimeout(1_000)
  await expect(page.getByText('A new version of Heartrace is ready')).toHaveCount(0)
  await page.reload()
  await expect(page.locator('.fingerprint')).toBeVisible()
  expect(await page.evaluate(async () => (await caches.keys()).filter((name) => name.includes('/ ')).length)).toBe(1)

  // Once all of it is there, it is taken.
  nextVersion(place, 'v3')
  await page.reload()
  await expect(page.getByText('A new version of Heartrace is ready')).toBeVisible({ timeout: 40_000 })
})

test('without service workers and without storage the page goes on and says so', async ({ page }) => {
  const complaints: string[] = []
  page.on('pageerror', (error) => complaints.push(String(error)))
  await page.addInitScript(() => {
    Object.defineProperty(Navigator.prototype, 'serviceWorker', { get: () => undefined })
    Object.defineProperty(window, 'localStorage', {
      get: () => {
        throw new DOMException('denied', 'SecurityError')
      },
    })
  })
  await page.goto('./#/duplicated-message')
  await expect(page.locator('.fingerprint')).toBeVisible()
  await page.getByRole('button', { name: 'Keys and help' }).click()
  await expect(page.getByText('does not let a page be kept')).toBeVisible()
  await expect(page.getByText('keeps no settings for this page')).toBeVisible()
  await page.keyboard.press('Escape')
  await page.getByRole('button', { name: 'Dark theme: monitor' }).click()
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'monitor')
  expect(complaints).toEqual([])
})

test('it can be installed: the manifest and its pictures are there', async ({ request }) => {
  const page = await (await request.get('./')).text()
  const address = /rel="manifest" href="\.\/([^"]+)"/.exec(page)?.[1] ?? 'none'
  const manifest = await (await request.get(address)).json()
  expect(manifest).toMatchObject({ name: 'Heartrace', start_url: './', scope: './', display: 'standalone' })
  for (const { src, sizes, type } of manifest.icons) {
    const picture = await request.get(src)
    expect([picture.status(), picture.headers()['content-type']]).toEqual([200, type])
    if (type !== 'image/png') continue
    const bytes = await picture.body()
    expect(`${bytes.readUInt32BE(16)}x${bytes.readUInt32BE(20)}`).toBe(sizes)
  }
})
