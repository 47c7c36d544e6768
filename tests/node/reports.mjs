// The shipped module in Node: what `run` gives and throws is what the corpus says of the same links.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { catalogue, initSync, run } from '../../pkg/heartrace.js'

const read = (path) => readFileSync(new URL(path, import.meta.url))
const lines = (path) => read(path).toString().trim().split('\n').map((line) => JSON.parse(line))

initSync({ module: read('../../pkg/heartrace_bg.wasm') })

test('good links give the runs of the corpus', () => {
  for (const { link, canonical, end, outcome, fingerprint } of lines('../corpus/links.jsonl')) {
    const report = run(link)
    const found = { link: report.link, end: report.end, outcome: report.outcome, fingerprint: report.fingerprint }
    assert.deepEqual(found, { link: canonical, end, outcome: outcome ?? null, fingerprint }, link)
  }
})

test('bad links throw a HeartraceError with the message of the gallery', () => {
  // The gallery says SCENARIOS where the list of them stands.
  const scenarios = catalogue().scenarios.map(({ id }) => id).join(', ')
  for (const { link, code, part, ...bad } of lines('../corpus/bad-links.jsonl')) {
    const message = bad.message.replace('SCENARIOS', scenarios)
    assert.throws(() => run(link), (error) => {
      assert.ok(error instanceof Error)
      assert.equal(error.name, 'HeartraceError', link)
      assert.deepEqual({ code: error.code, part: error.part, message: error.message }, { code, part, message }, link)
      return true
    })
  }
})

test('a run as long as can be is cut at a moment that is still an exact number', () => {
  const report = run('#/duplicated-message?requests=100000&timeout=1h&work=1h')
  assert.equal(report.end, 'cut')
  assert.ok(Number.isSafeInteger(report.duration_ns), `${report.duration_ns}`)
})
