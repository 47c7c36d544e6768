/** Bad links and hostile input: each gets its message, nothing opens in its place, nothing becomes markup. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from '@playwright/test'

const cases: [name: string, hash: string][] = [
  ['an unknown scenario', '#/no-such-thing'],
  ['a repeated key', '#/duplicated-message?work=1s&work=2s'],
  ['a value without a unit', '#/duplicated-message?work=5'],
  ['a value out of range', '#/duplicated-message?requests=99999999999'],
  ['a negative one', '#/duplicated-message?work=-1s'],
  ['a cut link', '#/duplicated-message?~2s&policy=accept-fir'],
  ['a schedule that does not fit', '#/duplicated-message?schedule=____'],
  ['a fault on nobody', '#/duplicated-message?fault=nobody:crash@1s'],
]

for (const [name, hash] of cases) {
  test(`${name} is named`, async ({ page }) => {
    await page.goto(`./${hash}`)
    await expect(page.getByRole('heading', { name: 'This link cannot be opened' })).toBeVisible()
    await expect(page.getByRole('alert')).not.toBeEmpty()
    await expect(page.locator('.quote')).toContainText(hash.slice(0, 20))
    await expect(page.locator('.timeline')).toHaveCount(0)
  })
}

test('what is left of a bad link can be opened', async ({ page }) => {
  await page.goto('./#/duplicated-message?policy=accept-first&work=potato')
  await page.getByRole('button', { name: 'Open that' }).click()
  await expect(page.getByLabel('Policy')).toHaveValue('accept-first')
})

test('of a link whose recorded choices do not fit its run everything else can be opened', async ({ page }) => {
  await page.goto('./#/duplicated-message?policy=accept-first&schedule=IQA')
  // The place is shown in the link as it was read.
  const [line = '', caret = ''] = (await page.locator('.quote').textContent())!.split('\n')
  expect(line.slice(caret.indexOf('^'))).toBe('IQA')
  await page.getByRole('button', { name: 'Open that' }).click()
  await expect(page.getByLabel('Policy')).toHaveValue('accept-first')
  await expect(page.locator('.fingerprint')).toBeVisible()
})

test('keys of a later version are kept, named, and can be left out', async ({ page }) => {
  await page.goto('./#/duplicated-message?policy=accept-first&note=hello')
  await expect(page.getByRole('heading', { name: /does not know/ })).toBeVisible()
  await expect(page.locator('main')).toContainText('note=hello')
  await page.getByRole('button', { name: 'Run without them' }).click()
  await expect(page.locator('.fingerprint')).toBeVisible()
})

test('markup in a link stays text', async ({ page }) => {
  let dialogs = 0
  page.on('dialog', (dialog) => {
    dialogs++
    void dialog.dismiss()
  })
  await page.goto('./#/duplicated-message?work=<img src=x onerror=alert(1)>&<script>alert(2)</script>')
  await expect(page.getByRole('alert')).toBeVisible()
  expect(await page.locator('main img, main script').count()).toBe(0)
  expect(dialogs).toBe(0)
})

test('a link of a megabyte is refused at once', async ({ page }) => {
  await page.goto('./')
  await page.evaluate(() => {
    location.hash = `#/duplicated-message?work=${'9'.repeat(1_000_000)}s`
  })
  await expect(page.getByRole('heading', { name: 'This link cannot be opened' })).toBeVisible()
  expect((await page.locator('main').innerText()).length).toBeLessThan(3_000)
})

const gallery = readFileSync(join(__dirname, '../corpus/bad-links.jsonl'), 'utf8')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line) as { link: string; code: string })
  .filter(({ link, code }) => link.startsWith('#/') && link.length > 2 && code !== 'page-only')

test('the whole gallery of bad links opens nothing', async ({ page }) => {
  test.setTimeout(120_000)
  await page.goto('./')
  await expect(page.locator('.hero')).toBeVisible()
  for (const { link, code } of gallery) {
    await page.evaluate((hash) => {
      history.replaceState(null, '', '#/')
      location.hash = hash
    }, link)
    await expect(page.locator('.trouble'), `${code}: ${link.slice(0, 80)}`).toBeVisible()
    await expect(page.locator('.timeline')).toHaveCount(0)
  }
})
