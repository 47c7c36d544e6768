/** What the reader's system asks for: forced colours, less motion, fingers instead of a mouse. */
import { type CDPSession, expect, type Page, test } from '@playwright/test'

async function open(page: Page, link: string) {
  await page.goto(`./${link}`)
  await expect(page.locator('.fingerprint')).toBeVisible()
}

/** The painted lanes as they are now: two equal answers are two equal pictures. */
function picture(page: Page): Promise<string> {
  return page.evaluate(
    () =>
      new Promise<string>((resolve) => {
        const look = () => resolve(document.querySelector<HTMLCanvasElement>('.plot canvas')?.toDataURL() ?? '')
        requestAnimationFrame(() => requestAnimationFrame(look))
      }),
  )
}

test.describe('forced colours', () => {
  test("words stand out, and the picture is painted in the system's colours, also when they come later", async ({
    page,
  }) => {
    await open(page, '#/duplicated-message')
    await page.emulateMedia({ forcedColors: 'active' })
    const leastPainted = () =>
      page.evaluate(() => {
        const canvas = document.querySelector<HTMLCanvasElement>('.plot canvas')
        const data = canvas?.getContext('2d')?.getImageData(0, 0, canvas.width, canvas.height).data ?? []
        const count = new Map<number, number>()
        for (let i = 0; i < data.length; i += 4) {
          if (data[i + 3] === 0) continue
          const shade = (data[i]! << 16) | (data[i + 1]! << 8) | data[i + 2]!
          count.set(shade, (count.get(shade) ?? 0) + 1)
        }
        const painted = ['CanvasText', 'Highlight'].map((name) => {
          const probe = document.createElement('canvas').getContext('2d')!
          probe.fillStyle = name
          probe.fillRect(0, 0, 1, 1)
          const [r = 0, g = 0, b = 0] = probe.getImageData(0, 0, 1, 1).data
          return count.get((r << 16) | (g << 8) | b) ?? 0
        })
        return Math.min(...painted)
      })
    await expect.poll(leastPainted).toBeGreaterThan(20)

    // A filled button keeps its words: they are not painted over by a plate in the colour of the words.
    const button = page.getByRole('button', { name: 'Share' })
    const [words, ground] = await button.evaluate((element) => {
      const style = getComputedStyle(element)
      return [style.color, style.backgroundColor]
    })
    expect(words).not.toBe(ground)
    await page.locator('.lane').first().click()
    await expect(page.locator('.lane').first()).toHaveCSS('outline-style', 'solid')
  })
})

for (const reducedMotion of ['no-preference', 'reduce'] as const) {
  test(`with motion “${reducedMotion}” the window ${reducedMotion === 'reduce' ? 'stays' : 'follows the cursor'}`, async ({
    page,
  }) => {
    await page.emulateMedia({ reducedMotion })
    await open(page, '#/duplicated-message')
    await page.keyboard.press('Home')
    for (let i = 0; i < 5; i++) await page.keyboard.press('+')
    const before = await picture(page)
    await page.getByLabel('Speed').selectOption('10')
    await page.getByRole('button', { name: 'Play' }).click()
    await expect(page.getByRole('button', { name: 'Play again' })).toBeVisible()
    expect((await picture(page)) === before).toBe(reducedMotion === 'reduce')
    const turning = await page.evaluate(() => {
      const spinner = document.body.appendChild(document.createElement('i'))
      spinner.className = 'spinner'
      return getComputedStyle(spinner).animationName
    })
    expect(turning).toBe(reducedMotion === 'reduce' ? 'none' : 'turn')
  })
}

test.describe('touch', () => {
  test.use({ hasTouch: true, isMobile: true, viewport: { width: 390, height: 844 } })

  /** Fingers as the browser gets them; each step is one place per finger. */
  async function touch(page: Page, steps: { x: number; y: number }[][], pauseMs = 0) {
    const client: CDPSession = await page.context().newCDPSession(page)
    const send = (type: 'touchStart' | 'touchMove' | 'touchEnd', points: { x: number; y: number }[]) =>
      client.send('Input.dispatchTouchEvent', { type, touchPoints: points.map((point, id) => ({ ...point, id })) })
    await send('touchStart', steps[0] ?? [])
    if (pauseMs > 0) await page.waitForTimeout(pauseMs)
    for (const step of steps.slice(1)) await send('touchMove', step)
    await send('touchEnd', [])
    await client.detach()
  }

  async function plot(page: Page) {
    const box = await page.locator('.plot').boundingBox()
    if (!box) throw new Error('no plot')
    return { ...box, middle: { x: box.x + box.width / 2, y: box.y + box.height / 2 } }
  }

  /** A straight way in ten steps. */
  const way = (from: { x: number; y: number }, dx: number, dy: number) =>
    Array.from({ length: 11 }, (_, i) => ({ x: from.x + (dx * i) / 10, y: from.y + (dy * i) / 10 }))

  test('a finger that rests on a lane takes hold of it and moves it; one that does not scrolls the page', async ({
    page,
  }) => {
    await open(page, '#/duplicated-message')
    const names = () => page.locator('.lane .name').allInnerTexts()
    const before = await names()
    const lane = page.locator('.lane', { hasText: 'stage-a2' })
    await lane.scrollIntoViewIfNeeded()
    const grip = async () => {
      const box = (await lane.boundingBox())!
      return { x: box.x + 30, y: box.y + box.height / 2, height: box.height }
    }
    const from = await grip()
    const up = way(from, 0, -1.2 * from.height).map((point) => [point])
    await touch(page, up)
    expect(await names()).toEqual(before)
    // A page that was pushed goes on for a moment.
    await page.waitForTimeout(800)
    const again = await grip()
    await touch(
      page,
      way(again, 0, -1.2 * again.height).map((point) => [point]),
      700,
    )
    await expect.poll(names).not.toEqual(before)
    await expect(page).toHaveURL(/lanes=/)
    expect((await names()).indexOf('stage-a2')).toBe(before.indexOf('stage-a'))
  })

  test('two fingers zoom, one moves, two taps zoom', async ({ page }) => {
    await open(page, '#/duplicated-message')
    const { middle } = await plot(page)
    const whole = await picture(page)
    const left = way({ x: middle.x - 20, y: middle.y }, -80, 0)
    const right = way({ x: middle.x + 20, y: middle.y }, 80, 0)
    await touch(
      page,
      left.map((point, i) => [point, right[i]!]),
    )
    const zoomed = await picture(page)
    expect(zoomed).not.toBe(whole)

    await touch(
      page,
      way(middle, 90, 0).map((point) => [point]),
    )
    const moved = await picture(page)
    expect(moved).not.toBe(zoomed)

    await page.getByRole('button', { name: 'Show the whole run' }).click()
    expect(await picture(page)).toBe(whole)
    const empty = { x: middle.x, y: middle.y - 5 }
    await page.touchscreen.tap(empty.x, empty.y)
    await page.touchscreen.tap(empty.x, empty.y)
    await expect.poll(() => picture(page)).not.toBe(whole)
  })

  test('a long press and a tap select, and a swipe up scrolls the page', async ({ page }) => {
    await open(page, '#/duplicated-message')
    const sentence = page.locator('.inspector .sentence')
    await expect(sentence).not.toBeEmpty()
    const { x, y, width, height } = await plot(page)
    // The second acceptance, at 3.2 s of a run that is drawn with a margin of 2 % and 7.5 %.
    const at = { x: x + (width * (3.2 / 3.2 + 0.02)) / 1.095, y: y + 34 + (height - 34) * (3.43 / 4) }
    await page.keyboard.press('Home')
    await expect(sentence).not.toContainText('accepts request 1, from attempt 2')
    await touch(page, [[at]], 700)
    await expect(sentence).toContainText('accepts request 1, from attempt 2')
    await page.keyboard.press('Home')
    await page.touchscreen.tap(at.x, at.y)
    await expect(sentence).toContainText('accepts request 1, from attempt 2')

    const before = await page.evaluate(() => scrollY)
    const { middle } = await plot(page)
    await touch(
      page,
      way(middle, 0, -300).map((point) => [point]),
    )
    await expect.poll(() => page.evaluate(() => scrollY)).toBeGreaterThan(before + 50)
  })

  test('a finger on the names scrolls lanes that do not fit', async ({ page }) => {
    await open(page, '#/duplicated-message?requests=9')
    const first = page.locator('.lane').first()
    await expect(first).toHaveText('generator')
    const box = await page.locator('.lanes').boundingBox()
    if (!box) throw new Error('no names')
    const from = { x: box.x + box.width / 2, y: box.y + box.height - 60 }
    await touch(
      page,
      way(from, 0, -300).map((point) => [point]),
    )
    await expect(first).not.toHaveText('generator')
  })

  test('what a finger must hit is large enough', async ({ page }) => {
    await open(page, '#/duplicated-message')
    const small = await page
      .locator('button:visible, select:visible, a[href]:visible, input:visible')
      .evaluateAll((all) =>
        all
          .map((element) => ({
            name: element.outerHTML.slice(0, 80),
            box: (element.closest('label') ?? element).getBoundingClientRect(),
          }))
          .filter(({ box }) => Math.max(box.width, box.height) < 24 || Math.min(box.width, box.height) < 18)
          .map(({ name }) => name),
      )
    expect(small).toEqual([])
  })
})
