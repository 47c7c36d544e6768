/** Every text of the page comes from its locale: in a language whose letters are wide no plain word is left over. */
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, type Page, test } from '@playwright/test'
import { plainWords, speakPseudo } from './pseudo'

const SCENARIOS = readdirSync(join(__dirname, '../../www/locales/en/scenarios')).map((file) =>
  file.replace('.json', ''),
)

test.beforeEach(({ page }) => speakPseudo(page))

async function open(page: Page, link: string): Promise<void> {
  await page.goto(`./${link}`)
  await expect(page.locator('.fingerprint')).toBeVisible()
}

test('the start page', async ({ page }) => {
  await page.goto('./')
  await expect(page.locator('.cards li').first()).toBeVisible()
  expect(await plainWords(page)).toEqual([])
})

test('every scenario', async ({ page }) => {
  const found: string[] = []
  await open(page, '#/duplicated-message')
  for (const id of SCENARIOS) {
    const before = await page.locator('.fingerprint').textContent()
    await page.evaluate((hash) => {
      location.hash = hash
    }, `#/${id}`)
    if (id !== 'duplicated-message') await expect(page.locator('.fingerprint')).not.toHaveText(before ?? '')
    await expect(page.locator('.claim').first()).toBeVisible()
    found.push(...(await plainWords(page)).map((word) => `${id}: ${word}`))
  }
  expect(found).toEqual([])
})

test('the panels and sheets of a run', async ({ page }) => {
  await page.setViewportSize({ width: 1440, height: 900 })
  await open(page, '#/duplicated-message?fault=stage-a:crash@1s&seed=7')
  const sheets: [key: string, there: string][] = [
    ['t', '[role="grid"]'],
    ['x', '.explore'],
    ['?', 'dialog[open] .keys'],
  ]
  for (const [key, there] of sheets) {
    await page.keyboard.press(key)
    await expect(page.locator(there).first()).toBeVisible()
    expect([key, await plainWords(page)]).toEqual([key, []])
  }
  await page.keyboard.press('Escape')
  await page.locator('.head .main').click()
  await expect(page.locator('.take')).toBeVisible()
  expect(await plainWords(page)).toEqual([])
})

test('a search that has found something', async ({ page }) => {
  await page.setViewportSize({ width: 1440, height: 900 })
  await open(page, '#/duplicated-message')
  await page.keyboard.press('x')
  await page.locator('.explore button.main').first().click()
  await expect(page.locator('.found-list .found').first()).toBeVisible()
  expect(await plainWords(page)).toEqual([])
})

test('a live session', async ({ page }) => {
  await page.goto('./#/interval-heartbeat?mode=live')
  await expect(page.locator('.panel.live .lateness')).toContainText(/[1-9]/)
  expect(await plainWords(page)).toEqual([])
})

test('what goes wrong', async ({ page }) => {
  await page.goto('./#/duplicated-message?work=nonsense')
  await expect(page.locator('.trouble')).toBeVisible()
  expect(await plainWords(page)).toEqual([])
  await page.goto('./#/duplicated-message?system=later')
  await expect(page.locator('.trouble .chips')).toBeVisible()
  expect(await plainWords(page)).toEqual([])
  await page.route('**/core.worker-*.js', (route) => route.fulfill({ status: 404, body: '' }))
  await page.reload()
  await expect(page.locator('.lost')).toBeVisible()
  expect(await plainWords(page)).toEqual([])
})

test('a browser that lacks WebAssembly', async ({ page }) => {
  await page.addInitScript(() => Reflect.deleteProperty(window, 'WebAssembly'))
  await page.goto('./')
  await expect(page.locator('.trouble')).toBeVisible()
  expect(await plainWords(page)).toEqual([])
})

test('an embed', async ({ page }) => {
  await page.goto('./embed.html?preload&lang=en#/duplicated-message')
  await expect(page.locator('.lane').first()).toBeVisible()
  expect(await plainWords(page)).toEqual([])
})
