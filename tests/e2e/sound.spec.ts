/** Sound is off until the reader turns it on, beats with the run, and is not offered where there is none. */
import { expect, type Page, test } from '@playwright/test'

/** Counts what would be heard. */
async function listenIn(page: Page): Promise<() => Promise<{ contexts: number; tones: number }>> {
  await page.addInitScript(() => {
    const heard = { contexts: 0, tones: 0 }
    Object.assign(window, { heard })
    const real = window.AudioContext
    window.AudioContext = class extends real {
      constructor() {
        super()
        heard.contexts += 1
      }
      override createOscillator(): OscillatorNode {
        heard.tones += 1
        return super.createOscillator()
      }
    }
  })
  return () => page.evaluate(() => (window as unknown as { heard: { contexts: number; tones: number } }).heard)
}

test('a tone for each heartbeat, once it is turned on', async ({ page }) => {
  const heard = await listenIn(page)
  await page.goto('./#/interval-heartbeat')
  await expect(page.locator('.fingerprint')).toBeVisible()
  await page.getByLabel('Speed').selectOption('5')
  await page.keyboard.press(' ')
  await expect(page.getByRole('button', { name: 'Play again' })).toBeVisible()
  expect(await heard()).toEqual({ contexts: 0, tones: 0 })

  await page.locator('body').click({ position: { x: 2, y: 2 } })
  await page.keyboard.press('s')
  await page.keyboard.press(' ')
  await expect(page.getByRole('button', { name: 'Play again' })).toBeVisible()
  const { contexts, tones } = await heard()
  expect(contexts).toBe(1)
  expect(tones).toBeGreaterThanOrEqual(5)

  await page.keyboard.press('s')
  await page.keyboard.press(' ')
  await expect(page.getByRole('button', { name: 'Play again' })).toBeVisible()
  expect((await heard()).tones).toBe(tones)
})

test('where there is no sound none is offered, and its key does nothing', async ({ page }) => {
  const complaints: string[] = []
  page.on('pageerror', (error) => complaints.push(String(error)))
  await page.addInitScript(() => Reflect.deleteProperty(window, 'AudioContext'))
  await page.goto('./#/interval-heartbeat')
  await expect(page.locator('.fingerprint')).toBeVisible()
  await page.keyboard.press('v')
  await expect(page.locator('.view-bar')).toBeVisible()
  await expect(page.getByRole('button', { name: 'Sound', exact: true })).toHaveCount(0)
  await page.keyboard.press('s')
  await page.keyboard.press(' ')
  await expect(page.getByRole('button', { name: 'Pause' })).toBeVisible()
  expect(complaints).toEqual([])
})
