/** Opening runs one after another in one page. */
import { expect, type Page } from '@playwright/test'

/**
 * Opens a link and waits until its run is there. The page keeps the run before it until then: so in one page two links
 * after each other must be of runs that differ.
 */
export async function openRun(page: Page, link: string) {
  const fingerprint = page.locator('.fingerprint')
  const [before] = await fingerprint.allTextContents()
  await page.goto(`./${link}`)
  await expect(fingerprint).toBeVisible()
  if (before) await expect(fingerprint).not.toHaveText(before)
}
