/** Keep a run, change something, see both: lanes under one axis, where they part, what is different. */
import AxeBuilder from '@axe-core/playwright'
import { expect, type Page, test } from '@playwright/test'

async function open(page: Page, link: string) {
  await page.goto(`./${link}`)
  await expect(page.locator('.fingerprint')).toBeVisible()
  await expect(page.locator('.moves')).toBeVisible()
}

const link = (page: Page) => decodeURIComponent(new URL(page.url()).hash).replace(/\?~..&?/, '?')
const comparison = (page: Page) => page.locator('.comparison')
const row = (page: Page, name: string) => comparison(page).locator('tr', { hasText: name })

test('keep, change a policy: both runs, the event where they part, and the verdicts side by side', async ({ page }) => {
  await open(page, '#/duplicated-message')
  const keep = page.getByRole('button', { name: 'Compare', exact: true })
  await keep.click()
  await expect(keep).toHaveAttribute('aria-pressed', 'true')
  await expect(comparison(page)).toContainText('Both runs are the same')
  await page.locator('.parameters select').first().selectOption('report-after')
  await expect(comparison(page).locator('.sentence')).toHaveText(
    /Same until 1\.6.s \(10 events\)\. Then here: .*reports.*\. In the kept run: stage-a is done\./,
  )
  await expect(row(page, 'Policy')).toHaveText(/report-after.*none/)
  await expect(row(page, 'Outcome')).toHaveText(/accepted once.*accepted twice/)
  await expect(row(page, 'at most once')).toHaveText(/holds.*broken/)
  await expect(row(page, 'End')).toHaveText(/1\.7.s−1\.5.s3\.2.s/)
  // The words reach who cannot see the picture.
  await expect(page.locator('output[aria-live]').first()).toContainText('Same until')
  // The same window over both, the same lanes in the same order, the line at the same place.
  await expect(page.locator('.kept li')).toHaveText(['generator', 'stage-a', 'stage-a2', 'stage-b'])
  const lines = page.locator('.parting')
  await expect(lines).toHaveCount(2)
  const xs = await lines.evaluateAll((all) => all.map((one) => one.getBoundingClientRect().x))
  expect(Math.abs(xs[0]! - xs[1]!)).toBeLessThan(1)
  await page.keyboard.press('+')
  await expect
    .poll(() => lines.evaluateAll((all) => new Set(all.map((one) => Math.round(one.getBoundingClientRect().x))).size))
    .toBe(1)
  await page.getByRole('button', { name: 'Show where they part' }).click()
  await expect(page.locator('.inspector h2')).toContainText('Event 10')
  // Swapped, the kept one is the present one.
  await page.getByRole('button', { name: 'Swap' }).click()
  await expect.poll(() => link(page)).not.toContain('policy')
  await expect(row(page, 'Policy')).toHaveText(/none.*report-after/)
  await page.getByRole('button', { name: 'Let it go' }).click()
  await expect(page.locator('.kept')).toHaveCount(0)
  await expect(comparison(page)).toHaveCount(0)
})

test('keys alone: k keeps and lets go, b forks at the cursor and goes on to the fault', async ({ page }) => {
  await open(page, '#/duplicated-message?event=15')
  await page.keyboard.press('k')
  await expect(comparison(page)).toBeVisible()
  await page.keyboard.press('k')
  await expect(comparison(page)).toHaveCount(0)
  await page.keyboard.press('b')
  await expect(comparison(page)).toBeVisible()
  await expect(page.locator('.fault-form select').first()).toBeFocused()
  await expect(page.locator('.fault-form input')).toHaveValue('2s')
  await page.locator('.fault-form button').press('Enter')
  await expect.poll(() => link(page)).toContain('fault=generator:crash@2s')
  await expect(comparison(page)).toContainText('Same until 2')
  await expect(row(page, 'Faults')).toHaveText(/generator:crash@2s.*–/)
  // Another axis has no common measure, and says so; another scenario has other lanes.
  await page.locator('.transport .axis select').selectOption('events')
  await expect(page.locator('.kept-note')).toBeVisible()
  await page.locator('.side a', { hasText: 'A pulse before each unit of work' }).click()
  await expect(comparison(page)).toHaveCount(0)
})

for (const theme of ['dark', 'light'] as const) {
  for (const [locale, width] of [
    ['en-US', 1440],
    ['ja-JP', 390],
  ] as const) {
    test.describe(`${theme}, ${locale}`, () => {
      test.use({ colorScheme: theme, locale, viewport: { width, height: 900 } })
      test('axe finds nothing with two runs on the screen, and nothing is too wide', async ({ page }) => {
        await open(page, '#/duplicated-message')
        await page.keyboard.press('k')
        await expect(comparison(page)).toBeVisible()
        await page.keyboard.press('.')
        await page.keyboard.press('Enter')
        await expect(page.locator('.parting')).toHaveCount(2)
        const { violations } = await new AxeBuilder({ page })
          .include('.timeline')
          .include('.comparison')
          .include('.inspector')
          .exclude('.source pre')
          .analyze()
        expect(violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)])).toEqual([])
        expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0)
      })
    })
  }
}
