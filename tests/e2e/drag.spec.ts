/** Drag the cause, see the effect: faults and parameters by mouse, by touch and by keys, one step back, and the link follows. */
import AxeBuilder from '@axe-core/playwright'
import { expect, type Page, test } from '@playwright/test'
import { openRun } from './run'

async function open(page: Page, link: string) {
  await openRun(page, link)
  await expect(page.locator('.handle').first()).toBeVisible()
}

// A step is about two px: 10 ms of a run of three seconds.
test.use({ viewport: { width: 1440, height: 900 } })

/** The link as it reads, without its check. */
const link = (page: Page) => decodeURIComponent(new URL(page.url()).hash).replace(/\?~..&?/, '?')
const outcome = (page: Page) => page.locator('.claims')
const said = (page: Page) => page.locator('output[aria-live]').first()
const handle = (page: Page) => page.locator('.handle.chosen')

async function middle(page: Page) {
  const box = (await handle(page).boundingBox())!
  return { x: box.x + box.width / 2, y: box.y + box.height / 2 }
}

/** Presses the chosen handle and moves it by px; the button stays down. */
async function drag(page: Page, dx: number) {
  const { x, y } = await middle(page)
  await page.mouse.move(x, y)
  await page.mouse.down()
  for (let i = 1; i <= 8; i++) await page.mouse.move(x + (dx * i) / 8, y)
}

test('a crash is dragged to an earlier time: the run follows, and one step takes all of it back', async ({ page }) => {
  await open(page, '#/duplicated-message?fault=stage-a:crash@1s')
  await page.locator('.handle').first().click()
  await drag(page, -120)
  // While it is still held.
  await expect(page).toHaveURL(/fault=stage-a%3Acrash%40\d+ms|fault=stage-a:crash@\d+ms/)
  await expect(page.locator('.handle.held')).toHaveAttribute('aria-valuetext', /ms/)
  await page.mouse.up()
  await expect(said(page)).toContainText('was 1')
  expect(link(page)).toMatch(/fault=stage-a:crash@\d+ms/)
  await expect(page.locator('.inspector .sentence')).toContainText('stage-a')
  const undo = page.getByRole('button', { name: 'Undo', exact: true })
  await undo.click()
  await expect.poll(() => link(page)).toContain('fault=stage-a:crash@1s')
  await expect(undo).toBeDisabled()
})

test('a crash dragged past the end of its task finds nothing, and Escape takes it back', async ({ page }) => {
  await open(page, '#/duplicated-message?fault=stage-a:crash@1s')
  await expect(outcome(page)).toContainText('accepted once')
  await page.locator('.handle').first().click()
  await drag(page, 250)
  await expect(page.locator('.run-end')).toContainText('found nothing')
  await expect(outcome(page)).toContainText('accepted twice')
  await page.keyboard.press('Escape')
  await expect.poll(() => link(page)).toContain('crash@1s')
  await expect(outcome(page)).toContainText('accepted once')
  await expect(said(page)).toContainText('Taken back')
  await page.mouse.up()
  await expect(page.getByRole('button', { name: 'Undo', exact: true })).toBeDisabled()
})

for (const after of [1, 2, 4, 8]) {
  test(`a link that is followed ${after} ms after something was let go has a window of its own`, async ({ page }) => {
    await open(page, '#/duplicated-message?fault=stage-a:crash@1s')
    await page.getByRole('button', { name: 'Zoom in' }).click()
    await expect.poll(() => link(page)).toContain('range=')
    await page.locator('.handle').first().click()
    await drag(page, -80)
    await page.evaluate((after) => {
      window.addEventListener('pointerup', () => {
        const { port1, port2 } = new MessageChannel()
        const begun = performance.now()
        port1.onmessage = () => {
          if (performance.now() - begun < after) port2.postMessage(null)
          else window.location.hash = '#/duplicated-message?timeout=1.5s'
        }
        port2.postMessage(null)
      })
    }, after)
    await page.mouse.up()
    await expect.poll(() => link(page)).toMatch(/^#\/duplicated-message\?timeout=1\.5s/)
    await expect(page.locator('.handle.held')).toHaveCount(0)
    // Longer than a changing view rests before it is written.
    await page.waitForTimeout(500)
    expect(link(page)).not.toContain('range=')
  })
}

test('what an event moves with is measured: the end of a patience is the timeout', async ({ page }) => {
  await open(page, '#/duplicated-message?event=15')
  await expect(page.locator('.moves li')).toHaveCount(1)
  await expect(page.locator('.moves')).toContainText('Timeout')
  await expect(handle(page)).toHaveAttribute('aria-valuetext', /2.s/)
  const before = await middle(page)
  await drag(page, -90)
  await expect.poll(() => link(page)).toMatch(/timeout=1\.\d+s/)
  // The window keeps still and the event stays under the pointer.
  await expect.poll(async () => Math.abs((await middle(page)).x - (before.x - 90))).toBeLessThan(4)
  await page.mouse.up()
  await expect(page.locator('.inspector .sentence')).toContainText('patience')
  await expect(page.locator('.handle.held')).toHaveCount(0)
  await expect(said(page)).toContainText('was 2')
  // The other levers of an event further on, each with how far it moves it.
  await open(page, '#/duplicated-message?event=30')
  await expect(page.locator('.moves li')).toHaveCount(3)
  await expect(page.locator('.moves')).toContainText('2 times as far')
  await page.locator('.moves .plain-button', { hasText: 'Timeout' }).click()
  await expect(page.getByRole('slider', { name: 'Drag Timeout' })).toBeVisible()
})

test('keys alone: steps, ten at once, Enter keeps and Escape takes back', async ({ page }) => {
  await open(page, '#/duplicated-message?event=15')
  await expect(page.locator('.moves li')).toHaveCount(1)
  await page.keyboard.press('.')
  await page.keyboard.press('.')
  await expect.poll(() => link(page)).toContain('timeout=2.02s')
  await expect(said(page)).toContainText('Timeout: 2.02')
  await page.keyboard.press('Escape')
  await expect.poll(() => link(page)).not.toContain('timeout')
  await page.keyboard.press('<')
  await page.keyboard.press('Enter')
  await expect.poll(() => link(page)).toContain('timeout=1.9s')
  await page.keyboard.press('ControlOrMeta+z')
  await expect.poll(() => link(page)).not.toContain('timeout')
  // The handle is a slider of its own.
  await expect(page.locator('.moves li')).toHaveCount(1)
  await handle(page).focus()
  await page.keyboard.press('ArrowRight')
  await page.keyboard.press('Enter')
  await expect.poll(() => link(page)).toContain('timeout=2.01s')
  await expect(handle(page)).toBeFocused()
  await expect(page.locator('.moves')).toContainText('2.01')
})

for (const theme of ['dark', 'light'] as const) {
  test.describe(theme, () => {
    test.use({ colorScheme: theme, locale: 'ja-JP', viewport: { width: 390, height: 844 }, hasTouch: true })
    test('on a phone, in Japanese: steps by touch, and axe finds nothing', async ({ page }) => {
      await open(page, '#/duplicated-message?event=30&fault=stage-a:slow@200ms*1.1')
      await expect(page.locator('.moves li').first()).toBeVisible()
      const value = page.locator('.moves li', { hasText: 'タイムアウト' })
      await value.getByRole('button', { name: '1 段増やす' }).tap()
      await expect.poll(() => link(page)).toMatch(/timeout=2\.\d+s/)
      const box = (await page.locator('.moves .icon-button').first().boundingBox())!
      expect(Math.min(box.width, box.height)).toBeGreaterThanOrEqual(24)
      const { violations } = await new AxeBuilder({ page })
        .include('.plot')
        .include('.inspector')
        .exclude('.source pre')
        .analyze()
      expect(violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)])).toEqual([])
    })
  })
}
