// What the core writes as Mermaid is read by Mermaid itself: every scenario, and runs in which things go wrong.
import { readFileSync } from 'node:fs'
import { advance, catalogue, export_run, initSync, open } from 'heartrace'
import mermaid from 'mermaid'
import { expect, test } from 'vitest'

initSync({ module: readFileSync(new URL('../../pkg/heartrace_bg.wasm', import.meta.url)) })

const links = [
  ...catalogue().scenarios.map(({ id }) => `#/${id}`),
  '#/duplicated-message?fault=stage-a:crash@1s',
  '#/duplicated-message?fault=stage-a:hang@1s%2B1s&fault=inbox:duplicate@1',
  '#/duplicated-message?requests=200&policy=accept-first',
]

test.each(links)('%s', async (link) => {
  open(link)
  while (!advance(100_000).done);
  const diagram = export_run('mermaid')
  // Mermaid draws no longer text unless it is told to.
  expect(diagram.length).toBeLessThan(50_000)
  expect(await mermaid.parse(diagram)).toMatchObject({ diagramType: 'sequence' })
})

test('the reader refuses what is no diagram', async () => {
  open('#/duplicated-message')
  while (!advance(100_000).done);
  const broken = export_run('mermaid').replace('Note over', 'Note ovr')
  await expect(mermaid.parse(broken)).rejects.toThrow()
})

test('every format is written, and another one refused', () => {
  for (const format of ['text', 'csv', 'chrome', 'markdown', 'rust'] as const) expect(export_run(format)).not.toBe('')
  expect(() => export_run('pdf' as 'csv')).toThrow(/csv, chrome/)
})
