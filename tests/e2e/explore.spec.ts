/** The search through all schedules: a proof with its runs told, a hunt that is stopped, and input that cannot be. */
import AxeBuilder from '@axe-core/playwright'
import { expect, type Page, test } from '@playwright/test'

async function open(page: Page, link: string) {
  await page.goto(`./${link}`)
  await expect(page.locator('.fingerprint')).toBeVisible()
}

/** A machine with more cores than one: the search is shared out. */
async function withCores(page: Page, cores: number) {
  await page.addInitScript((count) => {
    Object.defineProperty(navigator, 'hardwareConcurrency', { get: () => count })
  }, cores)
}

const violations = async (page: Page) => {
  const { violations: found } = await new AxeBuilder({ page }).exclude('.source pre').analyze()
  return found.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html.slice(0, 160)).join(' | ')}`)
}

test('every order of the duplicated message: exhausted, two outcomes, and the bad one told in both languages', async ({
  page,
}) => {
  const complaints: string[] = []
  page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()))
  page.on('pageerror', (error) => complaints.push(String(error)))
  const searching: string[] = []
  page.on('worker', (worker) => worker.url().includes('explore') && searching.push(worker.url()))
  await withCores(page, 4)
  await open(page, '#/duplicated-message')
  expect(searching).toEqual([])
  await page.keyboard.press('x')
  const panel = page.getByRole('region', { name: 'Explore' })
  await expect(panel).toBeFocused()
  await panel.getByLabel('Timing').selectOption('any-speed')
  await panel.getByRole('button', { name: 'Start' }).click()

  await expect(panel.locator('.search-verdict')).toContainText(/Exhausted: all [\d,]+ executions, \d+ behaviours/)
  // Three that search, and one that puts their parts together when they are gone.
  expect(searching.length).toBe(4)
  await expect(panel.locator('.found-name')).toHaveText(['accepted twice', 'accepted once'])
  await expect(panel.locator('.found', { hasText: 'accepted once' })).toContainText('proven minimal')
  await expect(panel.locator('.claim', { hasText: 'at most once' })).toContainText(/broken in [\d,]+ executions/)
  await expect(panel.locator('.claim', { hasText: 'No request is lost' })).toContainText('holds in every execution')
  expect(await violations(page)).toEqual([])

  // The other outcome is another run: it is opened, told, and judged by itself.
  await panel.getByRole('button', { name: 'Show the shortest run: accepted once' }).click()
  await expect(page).toHaveURL(/model=any-speed&schedule=/)
  await expect(page.locator('.claims .outcome')).toContainText('accepted once')
  const story = page.locator('.story-panel')
  await expect(story).toContainText('So it comes out as “accepted once”')
  await panel.getByRole('button', { name: 'Show the shortest run: accepted twice' }).click()
  await expect(page.locator('.claims .outcome')).toContainText('accepted twice')
  await expect(story).toContainText('So it comes out as “accepted twice”')
  await expect(story).toContainText('what is claimed does not hold: Each request is accepted at most once')
  expect(await story.locator('li').count()).toBeLessThanOrEqual(10)

  // When it became inevitable: under the lanes, and in words.
  await expect(story).toContainText(/At the start \d+% of the sampled futures end “accepted twice”/)
  await expect(page.locator('.charts')).toContainText('end like this')

  // A sentence leads to its event.
  await story.locator('li button').last().click()
  await expect(page.locator('.inspector')).toContainText('stage-b accepts request 1')
  expect(await violations(page)).toEqual([])

  await page.getByRole('button', { name: 'ページを日本語にする' }).or(page.locator('.head [lang="ja"]')).first().click()
  await expect(story).toContainText('その結果は「二度受理」で')
  await expect(story).toContainText('stage-b がリクエスト 1 を受理します')
  await expect(page.locator('.search-verdict')).toContainText('調べ尽くしました')
  expect(complaints).toEqual([])
})

test('a long hunt counts while it runs, leaves the page usable, and stops when it is told', async ({ page }) => {
  await open(page, '#/duplicated-message?model=any-speed')
  await page.getByRole('button', { name: 'Explore' }).click()
  const panel = page.getByRole('region', { name: 'Explore' })
  await panel.getByRole('combobox', { name: 'Search', exact: true }).selectOption('hunt')
  await panel.getByLabel('Executions at most').fill('90000000000')
  await panel.getByRole('button', { name: 'Start' }).click()
  const executions = panel.locator('.counters dd').first()
  await expect(executions).toHaveText(/\d,\d{3}/)
  await expect(panel.locator('.found-name')).toHaveCount(2)
  const before = await executions.textContent()
  await expect(executions).not.toHaveText(before ?? '')

  // Meanwhile the page steps through its run.
  await page.getByRole('button', { name: 'To the start' }).click()
  await expect(page.getByRole('slider', { name: 'Time', exact: true })).toHaveAttribute('aria-valuetext', /^0\.000/)

  await panel.getByRole('button', { name: 'Stop' }).click()
  await expect(panel.locator('.search-verdict')).toContainText('Stopped by you')
  await expect(panel.locator('.search-verdict')).toContainText('nothing is proven')
  await expect(panel.locator('.found').first().getByRole('button')).toBeVisible()
})

test('a change of the link ends a search, and leaving the panel stops it', async ({ page }) => {
  await open(page, '#/duplicated-message?model=any-speed')
  await page.keyboard.press('x')
  const panel = page.getByRole('region', { name: 'Explore' })
  const start = async () => {
    await panel.getByRole('combobox', { name: 'Search', exact: true }).selectOption('hunt')
    await panel.getByLabel('Executions at most').fill('90000000000')
    await panel.getByRole('button', { name: 'Start' }).click()
    await expect(panel.locator('.counters')).toBeVisible()
  }
  await start()
  await page.getByLabel('Policy').selectOption('accept-first')
  await expect(panel).toContainText('the search for the old one was ended')
  await start()
  await panel.getByRole('button', { name: 'Close the exploration' }).click()
  await expect(panel).toHaveCount(0)
  await expect(page.getByRole('button', { name: 'Explore' })).toBeFocused()
  await page.keyboard.press('x')
  await expect(panel.locator('.search-verdict')).toContainText('Stopped by you')
})

test('a budget or a seed that cannot be is refused at its field', async ({ page }) => {
  await open(page, '#/duplicated-message')
  await page.keyboard.press('x')
  const panel = page.getByRole('region', { name: 'Explore' })
  const budget = panel.getByLabel('Executions at most')
  for (const bad of ['0', '10000000000000', 'a lot', '']) {
    await budget.fill(bad)
    await panel.getByRole('button', { name: 'Start' }).click()
    await expect(budget).toHaveAttribute('aria-invalid', 'true')
    await expect(panel.getByRole('alert')).toContainText(/Executions at most.*Allowed: 1–100000000000/)
    await expect(budget).toHaveValue(bad)
    await budget.fill('1000')
    await expect(panel.getByRole('alert')).toHaveCount(0)
  }
  await panel.getByLabel('Seed of the search').fill('-1')
  await panel.getByRole('button', { name: 'Start' }).click()
  await expect(panel.getByRole('alert')).toContainText(/Seed of the search.*below zero/)
  await panel.getByLabel('Seed of the search').fill('0')
  await panel.getByLabel('At most how often').fill('0')
  await panel.getByRole('button', { name: 'Add' }).click()
  await panel.getByRole('button', { name: 'Start' }).click()
  await expect(panel.locator('.may')).toContainText('Allowed')
  await panel.getByRole('button', { name: 'Remove crash:any*0' }).click()
  await panel.getByRole('button', { name: 'Start' }).click()
  await expect(panel.locator('.search-verdict')).toBeVisible()
})

test('a worker that crashes while it searches is told, and the page goes on', async ({ page }) => {
  const trap = `addEventListener('message', ({ data }) => { if (data.type === 'search') throw new Error('broken'); });`
  await page.route('**/explore.worker-*.js', async (route) => {
    const answer = await route.fetch()
    await route.fulfill({ response: answer, body: trap + (await answer.text()) })
  })
  await open(page, '#/duplicated-message?model=any-speed')
  await page.keyboard.press('x')
  const panel = page.getByRole('region', { name: 'Explore' })
  await panel.getByRole('button', { name: 'Start' }).click()
  await expect(panel.getByRole('alert')).toContainText('A worker of the search crashed')
  await expect(page.locator('.fingerprint')).toBeVisible()
  await page.unroute('**/explore.worker-*.js')
  await panel.getByRole('button', { name: 'Start' }).click()
  await expect(panel.locator('.search-verdict')).toContainText('Exhausted')
  await expect(panel.getByRole('alert')).toHaveCount(0)
})

test.describe('on a phone, in Japanese', () => {
  test.use({ viewport: { width: 320, height: 640 }, locale: 'ja-JP' })
  test('the search is a sheet that makes room for the run it shows', async ({ page }) => {
    await open(page, '#/duplicated-message?model=any-speed')
    await page.getByRole('button', { name: '探索' }).click()
    const sheet = page.getByRole('dialog', { name: '探索' })
    await sheet.getByRole('button', { name: '開始' }).click()
    await expect(sheet.locator('.search-verdict')).toContainText('調べ尽くしました')
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(320)
    expect(await sheet.evaluate((element) => element.scrollWidth - element.clientWidth)).toBeLessThanOrEqual(0)
    expect(await violations(page)).toEqual([])
    await sheet.getByRole('button', { name: /最も短い実行を表示：一度だけ受理/ }).click()
    await expect(sheet).toHaveCount(0)
    await expect(page.locator('.story-panel')).toContainText('その結果は「一度だけ受理」で')
    await page.getByRole('button', { name: '探索' }).click()
    await expect(sheet.locator('.search-verdict')).toBeVisible()
  })
})
