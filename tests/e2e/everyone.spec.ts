/** For everyone: axe in both themes and languages, the keyboard alone, small windows, and a page that stays awake. */
import AxeBuilder from '@axe-core/playwright'
import { expect, type Page, test } from '@playwright/test'

for (const theme of ['dark', 'light'] as const) {
  for (const locale of ['en-US', 'ja-JP']) {
    test.describe(`${theme}, ${locale}`, () => {
      test.use({ colorScheme: theme, locale })
      test('axe finds nothing: the start, and every scenario with its table', async ({ page }) => {
        test.setTimeout(400_000)
        await page.goto('./')
        const cards = page.locator('.cards a')
        await expect(cards.first()).toBeVisible()
        expect(await violations(page)).toEqual([])
        const scenarios = await cards.evaluateAll((links) => links.map((link) => link.getAttribute('href') ?? ''))
        expect(scenarios).toContain('#/duplicated-message')
        for (const scenario of scenarios) {
          await page.evaluate((hash) => {
            location.hash = hash
          }, scenario)
          await expect(page.locator(`.side a[aria-current][href="${scenario}"]`)).toBeVisible()
          await expect(page.locator('.fingerprint')).toBeVisible()
          // The Rust source has thousands of coloured words; those of one file are looked at below.
          expect(await violations(page, { without: '.source pre' }), scenario).toEqual([])
          await page.keyboard.press('t')
          await expect(page.getByRole('grid')).toBeVisible()
          expect(await violations(page, { part: '.events' }), `${scenario}, table`).toEqual([])
          await page.keyboard.press('t')
        }
      })
      test('axe finds nothing: a bad link, and the sheets', async ({ page }) => {
        await page.goto('./#/duplicated-message?work=5')
        await expect(page.locator('.trouble')).toBeVisible()
        expect(await violations(page)).toEqual([])
        await page.goto('./#/duplicated-message')
        await expect(page.locator('.fingerprint')).toBeVisible()
        await page.keyboard.press('?')
        await expect(page.getByRole('dialog')).toBeVisible()
        expect(await violations(page)).toEqual([])
        await page.keyboard.press('Escape')
        await page.locator('.head .main').click()
        await expect(page.getByRole('dialog')).toBeVisible()
        expect(await violations(page)).toEqual([])
        await page.keyboard.press('Escape')
        await page.setViewportSize({ width: 390, height: 844 })
        await page.locator('.head .narrow').click()
        await expect(page.getByRole('dialog')).toBeVisible()
        expect(await violations(page)).toEqual([])
      })
    })
  }
}

async function violations(page: Page, { part = 'html', without = '.none' } = {}) {
  const { violations: found } = await new AxeBuilder({ page }).include(part).exclude(without).analyze()
  return found.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html.slice(0, 160)).join(' | ')}`)
}

test('from the catalogue to a shared link without a mouse', async ({ page }) => {
  await page.goto('./')
  await expect(page.locator('.hero')).toBeVisible()
  await tabTo(page, 'See the message that arrives twice')
  await page.keyboard.press('Enter')
  await expect(page.locator('.fingerprint')).toBeVisible()
  const time = page.getByRole('slider', { name: 'Time', exact: true })
  await page.keyboard.press('Home')
  await expect(time).toHaveAttribute('aria-valuetext', /^0\.000/)
  await page.keyboard.press('Shift+ArrowRight')
  await expect(time).toHaveAttribute('aria-valuetext', /^0\.100/)
  await page.keyboard.press('End')
  await page.keyboard.press('[')
  await page.keyboard.press('ArrowDown')
  await expect(page.locator('.lanes [aria-selected="true"]')).toHaveCount(1)
  await tabTo(page, 'Timeout')
  await page.keyboard.press('ControlOrMeta+a')
  await page.keyboard.type('1.2s')
  await page.keyboard.press('Enter')
  await expect(page).toHaveURL(/timeout=1\.2s/)
  await tabTo(page, 'Share')
  await page.keyboard.press('Enter')
  await expect(page.getByRole('textbox', { name: 'Link' })).toHaveValue(/timeout=1\.2s/)
  await page.keyboard.press('Escape')
  await expect(page.getByRole('button', { name: 'Share' })).toBeFocused()
})

/** Presses Tab until the element with this name has the focus. */
async function tabTo(page: Page, name: string) {
  for (let presses = 0; presses < 120; presses++) {
    await page.keyboard.press('Tab')
    const focused = await page.evaluate(() => {
      const element = document.activeElement as HTMLInputElement | null
      if (!element || element.type === 'range') return ''
      return (element.labels?.[0]?.innerText ?? element.getAttribute('aria-label') ?? element.innerText).trim()
    })
    if (focused === name) return
  }
  throw new Error(`Tab never reaches “${name}”`)
}

for (const [width, height] of [
  [320, 640],
  [390, 844],
  [720, 450],
  [2560, 1300],
] as const) {
  test(`nothing is cut off at ${width} by ${height}`, async ({ page }) => {
    await page.setViewportSize({ width, height })
    await page.goto('./#/duplicated-message')
    await expect(page.locator('.fingerprint')).toBeVisible()
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width)
    const plot = await page.locator('.plot').boundingBox()
    expect(plot?.width).toBeGreaterThan(width * 0.4)
    expect(plot?.height).toBeGreaterThan(180)
  })
}

test('a run of a million events leaves the page awake and can be stopped', async ({ page }) => {
  await page.goto('./#/duplicated-message')
  await expect(page.locator('.fingerprint')).toBeVisible()
  await page.evaluate(() => {
    const gaps = { worst: 0, last: performance.now() }
    Object.assign(window, { gaps })
    setInterval(() => {
      const now = performance.now()
      gaps.worst = Math.max(gaps.worst, now - gaps.last)
      gaps.last = now
    }, 10)
    location.hash = '#/duplicated-message?requests=100000&timeout=1.2s'
  })
  const stop = page.getByRole('button', { name: 'Stop' })
  await Promise.race([
    stop.click({ timeout: 20_000 }),
    page.locator('.facts', { hasText: /\d{6,} events/ }).waitFor({ timeout: 20_000 }),
  ])
  await expect(page.locator('.run-state', { hasText: 'Running' })).toHaveCount(0, { timeout: 20_000 })
  // A loaded machine may be slow; a page that ran the core itself would stand still for seconds.
  expect(await page.evaluate(() => (window as unknown as { gaps: { worst: number } }).gaps.worst)).toBeLessThan(1_500)
  await page.getByRole('button', { name: 'Step back one event' }).click()
  await expect(page.locator('.inspector .sentence')).not.toBeEmpty()
})

test('nothing on the start page reaches into its margins on a phone', async ({ page }) => {
  await page.setViewportSize({ width: 390, height: 844 })
  await page.goto('./')
  await expect(page.locator('.cards a').first()).toBeVisible()
  const edges = await page.locator('.hero > :is(h1, p, a, button), .cards a').evaluateAll((all) =>
    all.map((one) => {
      const { left, right } = one.getBoundingClientRect()
      return [left, document.documentElement.clientWidth - right]
    }),
  )
  for (const [left, right] of edges) {
    expect(left).toBeGreaterThanOrEqual(15)
    expect(right).toBeGreaterThanOrEqual(15)
  }
})
