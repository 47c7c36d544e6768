/** Take it with you: every form of a run, without a network; pictures that open their run; and pictures that cannot. */
import { readFileSync } from 'node:fs'
import AxeBuilder from '@axe-core/playwright'
import { expect, type Page, test } from '@playwright/test'
import { openRun } from './run'

const LINK = '#/duplicated-message?policy=accept-first'

async function openSheet(page: Page, link = LINK) {
  // A sheet that is open stays open over the next run.
  await page.keyboard.press('Escape')
  await openRun(page, link)
  await page.getByRole('button', { name: 'Share' }).click()
  await expect(page.getByRole('dialog')).toBeVisible()
}

/** The file that a button gives. */
async function download(page: Page, what: string): Promise<{ name: string; bytes: Buffer; path: string }> {
  const [file] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: `Download: ${what}`, exact: true }).click(),
  ])
  const path = await file.path()
  return { name: file.suggestedFilename(), bytes: readFileSync(path), path }
}

/** Drops a file on the page, as a person would from another window. */
async function drop(page: Page, name: string, bytes: Uint8Array) {
  const files = await page.evaluateHandle(
    ([name, bytes]) => {
      const transfer = new DataTransfer()
      transfer.items.add(new File([new Uint8Array(bytes)], name))
      return transfer
    },
    [name, [...bytes]] as const,
  )
  await page.dispatchEvent('body', 'dragover', { dataTransfer: files })
  await expect(page.locator('.dropping')).toBeVisible()
  await page.dispatchEvent('body', 'drop', { dataTransfer: files })
  await expect(page.locator('.dropping')).toHaveCount(0)
}

test('every form is there without a network, with a name that tells the run', async ({ page, context }) => {
  await openSheet(page)
  await context.setOffline(true)
  const requests: string[] = []
  page.on('request', (request) => {
    if (!request.url().startsWith('blob:')) requests.push(request.url())
  })
  const begins: [what: string, name: RegExp, text: RegExp][] = [
    ['Picture (PNG)', /^duplicated-message-[0-9a-f]{8}\.png$/, /^.PNG/],
    ['Picture (SVG)', /^duplicated-message-[0-9a-f]{8}\.svg$/, /^<svg /],
    ['Markdown for an issue', /\.md$/, /duplicated-message\?.*policy=accept-first/],
    ['Rust test', /^duplicated_message_[0-9a-f]{8}\.rs$/, /#\[test\]/],
    ['Mermaid diagram', /\.mmd$/, /^%% .*\nsequenceDiagram\n/],
    ['Perfetto (Chrome trace)', /\.trace\.json$/, /"traceEvents"/],
    ['CSV', /\.csv$/, /^id,/],
    ['Text', /\.txt$/, /outcome {6}once/],
  ]
  for (const [what, name, text] of begins) {
    const file = await download(page, what)
    expect(file.name).toMatch(name)
    expect(file.bytes.toString('latin1'), what).toMatch(text)
    await expect(page.locator('.take output')).toContainText(file.name)
  }
  expect(JSON.parse((await download(page, 'Perfetto (Chrome trace)')).bytes.toString()).otherData.link).toContain(
    'policy=accept-first',
  )
  expect(requests).toEqual([])
})

test('a form can be copied, and where copying is not allowed the sheet says so', async ({ page, context }) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write'])
  await openSheet(page)
  await page.getByRole('button', { name: 'Copy: Mermaid diagram' }).click()
  await expect(page.locator('.take output')).toHaveText('Copied')
  expect(await page.evaluate(() => navigator.clipboard.readText())).toContain('sequenceDiagram')
  await page.evaluate(() => {
    navigator.clipboard.writeText = () => Promise.reject(new Error('no'))
  })
  await page.getByRole('button', { name: 'Copy: CSV' }).click()
  await expect(page.locator('.take output')).toContainText('not allowed')
})

for (const [what, name] of [
  ['Picture (PNG)', 'a.png'],
  ['Picture (SVG)', 'b.svg'],
] as const) {
  test(`${what}: dropped on the page or chosen as a file, it opens its run`, async ({ page }) => {
    await openSheet(page)
    const fingerprint = await page.locator('.fingerprint').textContent()
    const { bytes } = await download(page, what)

    await page.goto('./')
    await expect(page.locator('.hero')).toBeVisible()
    await drop(page, name, bytes)
    await expect(page).toHaveURL(/policy=accept-first/)
    await expect(page.locator('.fingerprint')).toHaveText(fingerprint ?? '')
    await expect(page.getByRole('status').filter({ hasText: 'Opened from the picture' })).toBeVisible()

    // Where the sheet is open as well, over another run; the keyboard reaches the chooser.
    await openSheet(page, '#/deadlock')
    const chooser = page.waitForEvent('filechooser')
    await page.getByRole('button', { name: 'Open a picture of a run' }).press('Enter')
    await (await chooser).setFiles({ name, mimeType: 'application/octet-stream', buffer: bytes })
    await expect(page).toHaveURL(/duplicated-message.*policy=accept-first/)
    await expect(page.getByRole('dialog')).toHaveCount(0)
    await expect(page.locator('.fingerprint')).toHaveText(fingerprint ?? '')
  })
}

test('a picture that cannot be opened says why, and the run on the page stays', async ({ page }) => {
  await openSheet(page)
  const { bytes } = await download(page, 'Picture (PNG)')
  await page.keyboard.press('Escape')
  const damaged = Buffer.from(bytes)
  damaged[33 + 8 + 20]! ^= 1
  const foreign = await page.evaluate(() => document.createElement('canvas').toDataURL().split(',')[1] ?? '')
  const cases: [name: string, bytes: Uint8Array, says: RegExp, japanese: RegExp][] = [
    ['cut.png', bytes.subarray(0, 60), /cut off before its link/, /手前で切れて/],
    ['damaged.png', damaged, /damaged/, /壊れて/],
    ['foreign.png', Buffer.from(foreign, 'base64'), /no link to a run/, /リンクがありません/],
    [
      'foreign.svg',
      Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"></svg>'),
      /no link to a run/,
      /リンクがありません/,
    ],
    ['photo.jpg', Buffer.from([0xff, 0xd8, 0xff, 0xe0, 0, 16]), /neither a PNG nor an SVG/, /PNG でも SVG でも/],
    ['empty.png', Buffer.from([]), /empty/, /空です/],
  ]
  for (const [name, bytes, says] of cases) {
    await drop(page, name, bytes)
    await expect(page.getByRole('alert').filter({ hasText: says })).toBeVisible()
    await expect(page).toHaveURL(/policy=accept-first/)
    await expect(page.locator('.fingerprint')).toBeVisible()
  }
  const { violations } = await new AxeBuilder({ page }).include('.notice').analyze()
  expect(violations.map(({ id }) => id)).toEqual([])
  await page.getByRole('button', { name: '日本語' }).click()
  for (const [name, bytes, , says] of cases) {
    await drop(page, name, bytes)
    await expect(page.getByRole('alert').filter({ hasText: says })).toBeVisible()
  }
  await page.getByRole('button', { name: 'メッセージを閉じる' }).click()
  await expect(page.locator('.notice p')).toHaveCount(0)

  // Cut after its link: the run opens, and the page says what is the matter.
  await page.goto('./#/deadlock')
  await expect(page.locator('.fingerprint')).toBeVisible()
  await drop(page, 'half.png', bytes.subarray(0, bytes.length / 2))
  await expect(page.locator('.notice').filter({ hasText: '途中で切れて' })).toBeVisible()
  await expect(page).toHaveURL(/policy=accept-first/)
})

test('the SVG by itself: well-formed, text as text, a link, words for who does not see it; and the PNG is the same picture', async ({
  page,
  browser,
}) => {
  for (const link of ['#/duplicated-message', '#/duplicated-message?requests=200', '#/saturation']) {
    await openSheet(page, link)
    const title = await page.locator('h1').textContent()
    const svg = (await download(page, 'Picture (SVG)')).bytes.toString()
    const png = await download(page, 'Picture (PNG)')
    const alone = await browser.newPage({ deviceScaleFactor: 2, viewport: { width: 800, height: 600 } })
    const seen = await alone.evaluate((svg) => {
      const whole = new DOMParser().parseFromString(svg, 'image/svg+xml')
      const texts = [...whole.querySelectorAll('text')].map((text) => text.textContent)
      return {
        broken: whole.querySelector('parsererror')?.textContent ?? null,
        title: whole.querySelector('title')?.textContent ?? '',
        summary: whole.querySelector('desc')?.textContent ?? '',
        href: whole.querySelector('a')?.getAttribute('href') ?? '',
        texts,
        active: whole.querySelectorAll('script, foreignObject, image, style').length,
      }
    }, svg)
    expect(seen.broken).toBeNull()
    expect(seen.title).toBe(title)
    expect(seen.summary).toContain(link.slice(1, 20))
    expect(seen.href).toContain(link.slice(0, 20))
    expect(seen.texts).toContain(title)
    expect(seen.texts).toContain(link.includes('saturation') ? 'server' : 'stage-b')
    expect(seen.active).toBe(0)
    // The same picture point by point, but for the edges of letters.
    const share = await alone.evaluate(
      async ([svg, png]) => {
        const draw = async (source: string) => {
          const image = new Image()
          image.src = source
          await image.decode()
          return image
        }
        const two = await draw(`data:image/png;base64,${png}`)
        const one = await draw(`data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`)
        const { width, height } = two
        const dots = [one, two].map((image) => {
          const canvas = Object.assign(document.createElement('canvas'), { width, height })
          const c = canvas.getContext('2d') as CanvasRenderingContext2D
          c.drawImage(image, 0, 0, width, height)
          return c.getImageData(0, 0, width, height).data
        })
        let other = 0
        for (let i = 0; i < width * height * 4; i += 4)
          if ([0, 1, 2].some((part) => Math.abs(dots[0]![i + part]! - dots[1]![i + part]!) > 60)) other++
        return other / (width * height)
      },
      [svg, png.bytes.toString('base64')] as const,
    )
    expect(share, link).toBeLessThan(0.002)
    await alone.close()
  }
})

test('the QR code has the link in its words; a link that is too long has none, and the sheet says so', async ({
  page,
}) => {
  await openSheet(page)
  await expect(page.getByRole('img', { name: /QR code of the link .*policy=accept-first/ })).toBeVisible()
  const faults = Array.from({ length: 60 }, (_, i) => `fault=stage-a:hang@${i + 1}ms%2B1ns`)
  await openSheet(page, `#/duplicated-message?${faults.join('&')}`)
  await expect(page.getByText('too long for a QR code')).toBeVisible()
  await expect(page.locator('.qr')).toHaveCount(0)
})

for (const locale of ['en-US', 'ja-JP']) {
  test.describe(`at 320 px, ${locale}`, () => {
    test.use({ viewport: { width: 320, height: 640 }, locale })
    test('nothing of the sheet is wider than the screen', async ({ page }) => {
      await page.goto(`./${LINK}`)
      await expect(page.locator('.fingerprint')).toBeVisible()
      await page.locator('.head .main').click()
      const sheet = page.getByRole('dialog')
      await expect(sheet.locator('.take li')).toHaveCount(8)
      expect(await sheet.evaluate((one) => one.scrollWidth - one.clientWidth)).toBe(0)
      for (const button of await sheet.getByRole('button').all()) {
        await button.scrollIntoViewIfNeeded()
        const box = await button.boundingBox()
        expect(box && box.x >= 0 && box.x + box.width <= 320).toBe(true)
      }
    })
  })
}
