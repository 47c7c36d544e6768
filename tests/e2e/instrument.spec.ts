/** The timeline as a tool: charts, printed lines, the search, the causal lens, and the end of a run in any language. */
import { expect, type Page, test } from '@playwright/test'

async function open(page: Page, link: string) {
  await page.goto(`./${link}`)
  await expect(page.locator('.fingerprint')).toBeVisible()
}

const time = (page: Page) => page.getByRole('slider', { name: 'Time', exact: true })

test('levels are charts with their value at the cursor and their course in words, and no steps', async ({ page }) => {
  await open(page, '#/saturation')
  const goodput = page.getByRole('list', { name: 'Charts' }).getByRole('listitem').first()
  await expect(goodput).toContainText(/least 0, most \d+, at the end 0/)
  const value = goodput.locator('b')
  await expect(value).toHaveText('0')
  await page.getByRole('button', { name: 'To the start' }).click()
  await expect(value).toHaveCount(0)
  for (let step = 0; step < 12; step++) {
    await page.keyboard.press('Shift+ArrowRight')
    await expect(time(page)).not.toHaveAttribute('aria-valuetext', /is now/)
  }
})

test('a number in brackets leads from the message to the record and back', async ({ page }) => {
  await open(page, '#/error-boundary')
  const lines = page.locator('.log .line')
  await expect(lines).toHaveCount(2)
  await lines.nth(1).getByRole('button').first().click()
  await expect(lines.nth(1)).toHaveAttribute('aria-current', 'true')
  await lines
    .nth(1)
    .getByRole('button', { name: /carry the number 1/ })
    .click()
  await expect(lines.nth(0)).toHaveAttribute('aria-current', 'true')
  await page
    .locator('.inspector')
    .getByRole('button', { name: /carry the number 1/ })
    .click()
  await expect(lines.nth(1)).toHaveAttribute('aria-current', 'true')
})

test('events are found by what they say', async ({ page }) => {
  await open(page, '#/duplicated-message')
  await page.keyboard.press('/')
  const field = page.getByRole('searchbox', { name: 'Find events' })
  await expect(field).toBeFocused()
  await field.fill('ACCEPT request')
  await expect(page.locator('.search output')).toHaveText('2 of 2')
  await page.keyboard.press('Enter')
  await expect(time(page)).toHaveAttribute('aria-valuetext', /^1\.700.*accepts request 1, from attempt 1/)
  await expect(page.locator('.search output')).toHaveText('1 of 2')
  await page.keyboard.press('Shift+Enter')
  await expect(time(page)).toHaveAttribute('aria-valuetext', /^3\.200/)
  await field.fill('no such thing')
  await expect(page.locator('.search output')).toHaveText('0 found')
})

test('the lens fades what has nothing to do with the chosen event', async ({ page }) => {
  await open(page, '#/duplicated-message')
  const brightness = () =>
    page.evaluate(() => {
      const overlay = document.querySelectorAll<HTMLCanvasElement>('.plot canvas')[1]
      const data = overlay?.getContext('2d')?.getImageData(0, 0, overlay.width, overlay.height).data ?? []
      let covered = 0
      for (let i = 3; i < data.length; i += 4) if (data[i]! > 150) covered++
      return covered
    })
  const before = await brightness()
  await page.keyboard.press('l')
  await expect(page.getByRole('button', { name: /^Fade/ })).toHaveAttribute('aria-pressed', 'true')
  await expect.poll(brightness).toBeGreaterThan(before + 5_000)
  await page.keyboard.press('l')
  await expect.poll(brightness).toBeLessThan(before + 100)
})

test('many tasks of one name share a lane', async ({ page }) => {
  await open(page, '#/duplicated-message?requests=30')
  await expect(page.locator('.lane')).toHaveText(['generator', 'stage-a30 tasks', 'stage-a230 tasks', /^stage-b/])
})

test.describe('in Japanese', () => {
  test.use({ locale: 'ja-JP' })
  test('who waits for what, what found nothing, and what a message says', async ({ page }) => {
    await open(page, '#/duplicated-message?policy=handshake&fault=stage-a:crash@1s&fault=stage-a%235:crash@1s')
    const end = page.locator('.run-end')
    await expect(end).toContainText(
      'root は generator の終了を待っている、generator は reports のメッセージを待っている',
    )
    await expect(end).toContainText('障害 stage-a#5:crash@1s は当たる相手がいませんでした')
    await page.keyboard.press('End')
    await expect(page.locator('.inspector .sentence')).toContainText('リクエスト 1（試行 1）のキャンセル')
  })
})
