/** The site as files: it works wherever it lies, with the headers it asks for, and asks for nothing else. */
import { expect, test } from '@playwright/test'

const places = {
  'the root': process.env.HEARTRACE_URL ?? './',
  'a sub-path': process.env.HEARTRACE_SUB_PATH_URL ?? './',
}

for (const [name, url] of Object.entries(places)) {
  test(`works under ${name}, from its own origin alone, without a complaint`, async ({ page }) => {
    const complaints: string[] = []
    const asked: { url: string; status: number; type: string }[] = []
    page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()))
    page.on('pageerror', (error) => complaints.push(String(error)))
    page.on('response', async (response) => {
      asked.push({ url: response.url(), status: response.status(), type: response.headers()['content-type'] ?? '' })
    })
    await page.goto(url, { waitUntil: 'networkidle' })

    const base = page.url().replace(/#.*/, '')
    expect(complaints).toEqual([])
    expect(asked.filter((answer) => answer.status !== 200)).toEqual([])
    expect(asked.filter((answer) => !answer.url.startsWith(base) && !/^(blob|data):/.test(answer.url))).toEqual([])
    expect(asked.find((answer) => answer.url.endsWith('.wasm'))?.type).toBe('application/wasm')
  })
}

test('pages and workers are sent with the policy, and the page may not be framed', async ({ request }) => {
  const page = await request.get('./')
  const policy = page
    .headersArray()
    .filter((header) => header.name.toLowerCase() === 'content-security-policy')
    .map((header) => header.value)
  expect(policy.join()).toContain("default-src 'none'")
  expect(policy).toContain("frame-ancestors 'none'; worker-src 'self'")
  const script = /src="(\.\/assets\/[^"]+\.js)"/.exec(await page.text())?.[1]
  const sent = await request.get(script ?? 'no script')
  expect(sent.headers()['content-security-policy']).toContain('trusted-types heartrace-worker')
  // An embed may be framed, and what it is made of is for any origin, even none.
  const embed = (await request.get('./embed.html')).headers()['content-security-policy']
  expect(embed).not.toContain('frame-ancestors')
  for (const path of ['./heart-race.js', script ?? ''])
    expect((await request.get(path)).headers()['access-control-allow-origin']).toBe('*')
  expect((await request.get('./../Cargo.toml')).status()).toBe(404)
})
