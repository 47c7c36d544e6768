/** How a run is looked at: axes, lanes, notes and the ruler, each by mouse and by keyboard, and all of it in the link. */
import { readFileSync } from 'node:fs'
import AxeBuilder from '@axe-core/playwright'
import { expect, type Page, test } from '@playwright/test'
import { openRun } from './run'

async function open(page: Page, link: string) {
  await openRun(page, link)
}

const names = (page: Page) => page.locator('.lane .name').allInnerTexts()
const time = (page: Page) => page.getByRole('slider', { name: 'Time', exact: true })
/** The link as it reads, without its check. */
const link = async (page: Page) => decodeURIComponent(new URL(page.url()).hash).replace(/\?~..&?/, '?')

/** Opens the address anew, in a page that knows nothing. */
async function reopen(page: Page) {
  const there = await page.context().newPage()
  await there.goto(page.url())
  await expect(there.locator('.fingerprint')).toBeVisible()
  return there
}

test('three axes: each event one step, idle stretches folded, and the link says which', async ({ page }) => {
  await open(page, '#/duplicated-message')
  const position = () => time(page).evaluate((input: HTMLInputElement) => input.valueAsNumber)
  await page.keyboard.press('a')
  await expect(page).toHaveURL(/axis=events/)
  await expect(page.locator('.transport .axis select')).toHaveValue('events')
  await page.keyboard.press('Home')
  const steps: number[] = []
  for (let i = 0; i < 6; i++) {
    steps.push(await position())
    await page.keyboard.press('Shift+ArrowRight')
  }
  const gaps = steps.slice(2).map((step, i) => step - steps[i + 1]!)
  expect(Math.max(...gaps) - Math.min(...gaps)).toBeLessThanOrEqual(1)
  expect(Math.min(...gaps)).toBeGreaterThan(20)
  // The slider goes to events too, and says what it has found.
  await time(page).fill('500')
  await expect(time(page)).toHaveAttribute('aria-valuetext', /stage-a|generator|stage-b/)
  await page.locator('.transport .axis select').selectOption('squeezed')
  await expect(page).toHaveURL(/axis=squeezed/)
  const there = await reopen(page)
  await expect(there.locator('.transport .axis select')).toHaveValue('squeezed')
  await there.locator('.transport .axis select').selectOption('time')
  await expect(there).not.toHaveURL(/axis=/)
  // Another axis is a step that can be taken back.
  await there.keyboard.press('ControlOrMeta+z')
  await expect(there.locator('.transport .axis select')).toHaveValue('squeezed')
})

for (const axis of ['time', 'events', 'squeezed']) {
  // A page of its own for each: a place that is read off the run before would be another event's.
  test(`the pointer meets the event where it is drawn: axis ${axis}`, async ({ page }) => {
    await open(page, `#/duplicated-message?axis=${axis}&event=30`)
    const told = page.locator('.inspector .sentence')
    await expect(told).not.toHaveText('…')
    await expect(page.locator('.transport .axis select')).toHaveValue(axis)
    const sentence = await told.innerText()
    const share = await time(page).evaluate((input: HTMLInputElement) => input.valueAsNumber / 1_000)
    await page.keyboard.press('Home')
    await expect(told).not.toHaveText(sentence)
    const plot = (await page.locator('.plot').boundingBox())!
    const lane = (await page.locator('.lane', { hasText: 'stage-b' }).boundingBox())!
    // The picture has a little room on both sides of the run.
    const x = plot.x + ((share + 0.02) / 1.095) * plot.width
    await page.mouse.click(x, lane.y + lane.height * 0.43)
    await expect(told).toHaveText(sentence)
  })
}

test('lanes are a tree: folded, sifted and moved, by keyboard and by mouse', async ({ page }) => {
  await open(page, '#/duplicated-message')
  expect(await names(page)).toEqual(['generator', 'stage-a', 'stage-a2', 'stage-b'])
  const tree = page.getByRole('tree', { name: 'Lanes' })
  await tree.focus()
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('ArrowLeft')
  await expect(page.locator('.lane .name')).toHaveText(['generator', 'stage-b'])
  await expect(page.getByRole('treeitem', { name: /generator/ })).toHaveAttribute('aria-expanded', 'false')
  await expect(page).toHaveURL(/fold=generator/)
  const there = await reopen(page)
  await expect(there.locator('.lane .name')).toHaveText(['generator', 'stage-b'])
  await there.close()
  await page.keyboard.press('ArrowRight')
  await expect(page.locator('.lane .name')).toHaveCount(4)
  // Down past its sibling, with everything under it.
  await page.keyboard.press('Alt+ArrowDown')
  await expect(page.locator('.lane .name')).toHaveText(['stage-b', 'generator', 'stage-a', 'stage-a2'])
  await expect(page).toHaveURL(/lanes=stage-b/)
  await expect(page.locator('[aria-live]', { hasText: 'generator is lane 2 of 4' })).toHaveCount(1)
  // And by hand: a click chooses, and stage-a2 is dragged over stage-a.
  await page.locator('.lane', { hasText: 'stage-a2' }).click()
  await expect(page.getByRole('treeitem', { name: /stage-a2/ })).toHaveAttribute('aria-selected', 'true')
  const from = (await page.locator('.lane', { hasText: 'stage-a2' }).boundingBox())!
  const to = (await page.locator('.lane', { hasText: 'stage-a' }).first().boundingBox())!
  await page.mouse.move(from.x + 60, from.y + from.height / 2)
  await page.mouse.down()
  await page.mouse.move(to.x + 60, to.y + 4, { steps: 6 })
  await expect(page.locator('.drop')).toBeVisible()
  await page.mouse.up()
  await expect(page.locator('.lane .name')).toHaveText(['stage-b', 'generator', 'stage-a2', 'stage-a'])
  await page.keyboard.press('v')
  await page.getByRole('searchbox', { name: 'Lanes named' }).fill('STAGE-A')
  await expect(page.locator('.lane .name')).toHaveText(['stage-a2', 'stage-a'])
  await expect(page).toHaveURL(/filter=STAGE-A/)
  await page.getByRole('searchbox', { name: 'Lanes named' }).fill('nobody')
  await expect(page.getByText('No lane has such a name.')).toBeVisible()
  await page.getByRole('button', { name: 'Reset view' }).click()
  await expect(page.locator('.lane .name')).toHaveText(['generator', 'stage-a', 'stage-a2', 'stage-b'])
  await expect.poll(() => link(page)).not.toMatch(/lanes|filter|fold/)
  await page.keyboard.press('ControlOrMeta+z')
  await expect(page.getByText('No lane has such a name.')).toBeVisible()
})

test('a note is written, found again by its link, changed and taken away; its text is text', async ({ page }) => {
  await open(page, '#/duplicated-message')
  const dialogs: string[] = []
  page.on('dialog', (dialog) => dialogs.push(dialog.message()))
  await page.keyboard.press('n')
  const field = page.getByRole('textbox', { name: /^Note at/ })
  await expect(field).toBeFocused()
  await page.keyboard.type('<img src=x onerror=alert(1)> & ?=#%')
  await page.keyboard.press('Enter')
  const note = page.getByRole('button', { name: /^Note at .*<img src=x/ })
  await expect(note).toBeVisible()
  await expect(page).toHaveURL(/pin=3\.2s:/)
  const there = await reopen(page)
  await expect(there.locator('.note bdi')).toHaveText('<img src=x onerror=alert(1)> & ?=#%')
  await there.locator('.note button').click()
  await there.getByRole('textbox', { name: /^Note at/ }).fill('after all')
  await there.getByRole('button', { name: 'Keep' }).click()
  await expect(there.locator('.note bdi')).toHaveText('after all')
  await there.locator('.note button').click()
  await there.getByRole('button', { name: 'Delete' }).click()
  await expect(there.locator('.note')).toHaveCount(0)
  await expect.poll(() => link(there)).not.toContain('pin=')
  await there.keyboard.press('ControlOrMeta+z')
  await expect(there.locator('.note bdi')).toHaveText('after all')
  // A picture to take along has it too.
  await page.getByRole('button', { name: 'Share' }).click()
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'Download: Picture (SVG)' }).click(),
  ])
  const svg = readFileSync((await download.path())!, 'utf8')
  expect(svg).toMatch(/<text [^>]*>&lt;img src=x onerror=/)
  await page.keyboard.press('Escape')
  // Escape leaves everything as it was.
  await page.keyboard.press('n')
  await page.keyboard.type('never')
  await page.keyboard.press('Escape')
  await expect(page.locator('.note')).toHaveCount(1)
  expect(dialogs).toEqual([])
})

test('the ruler measures between two events, by key and by dragging', async ({ page }) => {
  await open(page, '#/duplicated-message?event=10')
  await page.keyboard.press('m')
  await expect(page.locator('[aria-live]', { hasText: 'The ruler begins here' })).toHaveCount(1)
  for (let i = 0; i < 3; i++) await page.keyboard.press('Shift+ArrowRight')
  await page.keyboard.press('m')
  await expect(page.locator('.ruler p')).toContainText('3 events')
  await expect(page).toHaveURL(/measure=10-13/)
  const there = await reopen(page)
  await expect(there.locator('.ruler p')).toContainText('3 events')
  await there.getByRole('button', { name: 'Take the ruler away' }).click()
  await expect(there.locator('.ruler')).toHaveCount(0)
  // From near the end of A's work to near A2's: it snaps to what happened there, 1.5 s apart.
  const plot = (await there.locator('.plot').boundingBox())!
  const lane = (await there.locator('.lane', { hasText: 'stage-a' }).first().boundingBox())!
  const at = (seconds: number) => plot.x + ((seconds / 3.2 + 0.02) / 1.095) * plot.width
  await there.keyboard.down('Shift')
  await there.mouse.move(at(1.7) + 3, lane.y + 12)
  await there.mouse.down()
  await there.mouse.move(at(3.2) + 5, lane.y + 12, { steps: 8 })
  await there.mouse.up()
  await there.keyboard.up('Shift')
  await expect(there.locator('.ruler p')).toContainText('1.5\u202fs')
  await expect(there).toHaveURL(/measure=/)
})

test('zooming is in the link and is no step of the history', async ({ page }) => {
  await open(page, '#/duplicated-message')
  const undo = page.getByRole('button', { name: 'Undo' })
  const steps = await page.evaluate(() => history.length)
  for (let i = 0; i < 6; i++) await page.keyboard.press('+')
  // The link rests for a while between two writings: this is the last step's.
  await expect(page).toHaveURL(/range=3\.0/)
  await expect(undo).toBeDisabled()
  expect(await page.evaluate(() => history.length)).toBe(steps)
  const there = await reopen(page)
  await expect.poll(() => link(there)).toBe(await link(page))
  // What is in view stays while a parameter changes, and comes back with a step back.
  const before = await link(there)
  await there.getByRole('textbox', { name: 'Timeout' }).fill('1.2s')
  await there.keyboard.press('Enter')
  await expect(there).toHaveURL(/timeout=1\.2s/)
  await expect(there).toHaveURL(/range=/)
  await there.getByRole('button', { name: 'Undo' }).click()
  await expect.poll(() => link(there)).toBe(before)
  await there.keyboard.press('0')
  await expect(there).not.toHaveURL(/range=/)
})

test('a run of recorded choices is marked where it departs from the usual order', async ({ page }) => {
  await open(page, '#/duplicated-message')
  await expect(page.locator('.departures')).toHaveCount(0)
  await open(page, '#/duplicated-message?model=any-speed&schedule=IQA')
  const mark = page.getByRole('button', { name: /^Departure 1 of 1 from the usual order/ })
  await expect(mark).toBeVisible()
  const told = (await mark.getAttribute('aria-label'))!.split('Next: ')[1]!
  await mark.click()
  await expect(page.locator('.inspector .sentence')).toContainText(told)
})

for (const [width, height, scheme, locale] of [
  [1440, 900, 'dark', 'en-US'],
  [390, 844, 'light', 'ja-JP'],
  [320, 640, 'dark', 'ja-JP'],
] as const) {
  test.describe(`${width} px, ${scheme}, ${locale}`, () => {
    test.use({ viewport: { width, height }, colorScheme: scheme, locale })
    test('with everything on it axe finds nothing, and nothing is cut off', async ({ page }) => {
      const view = 'axis=squeezed&fold=main&measure=3-20&pin=4s:here&pin=9s:at%20the%20end'
      await open(page, `#/steward?${view}`)
      await expect(page.locator('.note')).toHaveCount(2)
      await page.keyboard.press('v')
      await page.keyboard.press('n')
      await expect(page.locator('.note-form input')).toBeFocused()
      const { violations } = await new AxeBuilder({ page }).include('.stage').analyze()
      expect(
        violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html.slice(0, 160)).join(' | ')}`),
      ).toEqual([])
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width)
    })
  })
}

test('lanes of one family stay apart where their names are too long', async ({ page }) => {
  await page.setViewportSize({ width: 390, height: 844 })
  await page.goto('./#/supervision-tree')
  const second = page.getByRole('treeitem', { name: 'cache#2', exact: true })
  await expect(second).toBeVisible()
  await expect(second).toHaveAttribute('title', 'cache#2')
  // The end of the name is not cut off.
  const fits = await second.evaluate((lane) => {
    const name = lane.querySelector('.name')!
    return name.scrollWidth <= name.clientWidth + 1 && name.textContent === 'cache#2'
  })
  expect(fits).toBe(true)
})
