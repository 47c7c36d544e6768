/** A core that crashes or falls silent: the page says so, keeps the link, and goes on with a fresh worker. */
import { expect, type Page, test } from '@playwright/test'

/** Puts a trap before the script of the first `workers` workers: `act` runs when the run of `policy=accept-first` is asked for. */
async function sabotage(page: Page, workers: number, act: string) {
  await page.route('**/core.worker-*.js', async (route) => {
    const answer = await route.fetch()
    const script = await answer.text()
    const isMeant = `data.type === 'open' && JSON.stringify(data.origin).includes('accept-first')`
    const trap = `addEventListener('message', (event) => { const { data } = event; if (${isMeant}) { ${act} } });`
    await route.fulfill({ response: answer, body: workers-- > 0 ? trap + script : script })
  })
}

const openSecond = (page: Page) =>
  page.evaluate(() => {
    location.hash = '#/duplicated-message?policy=accept-first'
  })

const SILENCE = 'event.stopImmediatePropagation();'
const failures = [
  {
    name: 'crashes',
    workers: 1,
    act: "throw new Error('the core is broken')",
    says: 'It crashed',
    detail: 'the core is broken',
  },
  { name: 'falls silent twice', workers: 2, act: SILENCE, says: 'no sign of life', detail: 'policy=accept-first' },
]

for (const { name, workers, act, says, detail } of failures) {
  test(`a core that ${name} is told, and a fresh one opens the same link`, async ({ page }) => {
    await sabotage(page, workers, act)
    await page.goto('./#/duplicated-message')
    await expect(page.locator('.fingerprint')).toBeVisible()
    await openSecond(page)
    const lost = page.getByRole('alert').filter({ hasText: says })
    await expect(lost).toBeVisible()
    await expect(lost).toContainText(detail)
    await expect(lost).toContainText('policy=accept-first')
    expect(page.url()).toContain('policy=accept-first')

    await page.getByRole('button', { name: 'Start again' }).click()
    await expect(lost).toHaveCount(0)
    await expect(page.getByLabel('Policy')).toHaveValue('accept-first')
    await expect(page.locator('.claim', { hasText: 'accepted at most once' })).toContainText('holds')
  })
}

test('a core that is silent over what it ran before is replaced without a word', async ({ page }) => {
  await sabotage(page, 1, SILENCE)
  await page.goto('./#/duplicated-message')
  await expect(page.locator('.fingerprint')).toBeVisible()
  await openSecond(page)
  await expect(page.locator('.claim', { hasText: 'accepted at most once' })).toContainText('holds')
  await expect(page.getByRole('alert')).toHaveCount(0)
  await page.goBack()
  await expect(page.locator('.claim', { hasText: 'accepted at most once' })).toContainText('broken')
})

test('a link that is opened after the core was lost brings a fresh core', async ({ page }) => {
  await sabotage(page, 1, "throw new Error('the core is broken')")
  await page.goto('./#/duplicated-message')
  await expect(page.locator('.fingerprint')).toBeVisible()
  await openSecond(page)
  await expect(page.getByRole('alert').filter({ hasText: 'It crashed' })).toBeVisible()
  await page.evaluate(() => {
    location.hash = '#/deadlock'
  })
  await expect(page.getByRole('alert').filter({ hasText: 'It crashed' })).toHaveCount(0)
  await expect(page.getByRole('heading', { level: 1 })).toContainText('Stuck')
  await expect(page.locator('.fingerprint')).toBeVisible()
})

test('a worker that never starts is told', async ({ page }) => {
  await page.route('**/core.worker-*.js', (route) => route.fulfill({ status: 404, body: '' }))
  await page.goto('./#/duplicated-message')
  await expect(page.getByRole('alert')).toContainText('It crashed')
  await page.unroute('**/core.worker-*.js')
  await page.getByRole('button', { name: 'Start again' }).click()
  await expect(page.locator('.fingerprint')).toBeVisible()
})

test('a live run that is stopped keeps its timeline', async ({ page }) => {
  await page.goto('./#/interval-heartbeat?mode=live')
  const panel = page.locator('.panel.live')
  await expect(panel.locator('.lateness')).toContainText(/[1-9]\d* events/)
  await panel.getByRole('button', { name: 'Stop live run' }).click()
  await expect(panel.getByRole('button', { name: 'Live again' })).toBeVisible()
  await expect(page.locator('.run-end')).toHaveText('The run was ended from outside.')
  await page.getByRole('button', { name: 'Step back one event' }).click()
  await expect(page.locator('.inspector .sentence')).toContainText(/main|worker/)
})
