/** Questions that hold a run until they are answered, and goals that its claims tick off. */
import AxeBuilder from '@axe-core/playwright'
import { expect, type Page, test } from '@playwright/test'

async function open(page: Page, link: string) {
  await page.goto(`./${link}`)
  await expect(page.locator('.fingerprint')).toBeVisible()
  await expect(page.locator('.challenges')).toBeVisible()
}

const question = (page: Page) => page.getByRole('region', { name: 'What will happen?' })

test('a question holds the run at its start, is answered by the run, and shows where', async ({ page }) => {
  await open(page, '#/deadlock')
  await page.locator('.challenges').getByRole('button', { name: 'in step, for ever' }).click()
  await expect(question(page)).toBeFocused()
  await expect(question(page)).toContainText('after the same time')
  // Nothing gives the answer away: neither to the eye, nor to a screen reader, nor to the keys.
  for (const part of ['.claims', '.log', '.summary', '.transport', '.plot canvas'])
    if ((await page.locator(part).count()) > 0) await expect(page.locator(part).first()).toBeHidden()
  await page.keyboard.press(' ')
  await expect(page.locator('output[aria-live]').first()).not.toContainText('broken')
  const answer = question(page).getByRole('button', { name: 'Everybody' })
  await expect(answer).toBeEnabled()
  expect((await new AxeBuilder({ page }).analyze()).violations).toEqual([])
  await answer.click()
  await expect(question(page).getByRole('status')).toContainText('Right.')
  await expect(page.locator('.claims')).toBeVisible()
  // The event that shows it is chosen; it is evidence of the broken claim.
  await expect(page).toHaveURL(/event=\d+/)
  await expect(page.locator('.challenges')).toContainText('guessed')
  expect((await new AxeBuilder({ page }).analyze()).violations).toEqual([])
  await question(page).getByRole('button', { name: 'Close' }).click()
  await expect(question(page)).toHaveCount(0)
  // It is remembered.
  await page.reload()
  await expect(page.locator('.challenges')).toContainText('1 of')
})

test('a wrong answer is told the right one, by keyboard alone; a question can be skipped', async ({ page }) => {
  await open(page, '#/duplicated-message')
  await page.locator('.challenges button', { hasText: 'the race' }).focus()
  await page.keyboard.press('Enter')
  await expect(question(page)).toBeFocused()
  await expect(question(page).getByRole('button', { name: 'accepted once' })).toBeEnabled()
  await page.keyboard.press('Tab')
  await page.keyboard.press('Enter')
  await expect(question(page).getByRole('status')).toContainText('accepted twice')
  await expect(page.locator('.challenges')).toContainText('not yet guessed')
  await page.locator('.challenges button', { hasText: 'the lease' }).click()
  await question(page).getByRole('button', { name: 'Skip' }).click()
  await expect(question(page)).toHaveCount(0)
  await expect(page.locator('.claims')).toBeVisible()
  // Whoever goes on to another run has left the question.
  await page.locator('.challenges button', { hasText: 'crash' }).click()
  await expect(page.locator('.claims')).toBeHidden()
  await page.locator('.presets button', { hasText: 'the sink remembers' }).click()
  await expect(question(page)).toHaveCount(0)
  await expect(page.locator('.claims')).toBeVisible()
})

test('a goal is ticked off when the claims say so, and only if nothing else was changed', async ({ page }) => {
  await open(page, '#/preemption?cancel=2s')
  const goal = page.locator('.challenges .goal')
  const version = page.locator('.parameters select').first()
  await version.selectOption('full')
  await expect(page).toHaveURL(/version=full/)
  await expect(page.locator('.claims')).not.toContainText('broken')
  await expect(goal).not.toContainText('reached')
  await goal.getByRole('button').click()
  await expect(page).not.toHaveURL(/version=full|cancel=/)
  await version.selectOption('full')
  await expect(goal).toContainText('reached')
  await page.reload()
  await expect(page.locator('.challenges .goal')).toContainText('reached')
})

test('where nothing can be kept it is said, and works all the same', async ({ page }) => {
  await page.addInitScript(() => {
    Object.defineProperty(window, 'localStorage', {
      get() {
        throw new DOMException('no storage', 'SecurityError')
      },
    })
  })
  await open(page, '#/steward')
  await expect(page.locator('.challenges')).toContainText('keeps nothing')
  await page.locator('.challenges li button').first().click()
  await question(page).getByRole('button', { name: 'broken' }).click()
  await expect(question(page).getByRole('status')).toContainText('Right.')
  await expect(page.locator('.challenges')).toContainText('1 of')
})
