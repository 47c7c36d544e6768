// The shipped module in Node: what `run` gives and throws is what the corpus says of the same links.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import {
  advance,
  catalogue,
  explore,
  explore_begin,
  export_run,
  format_link,
  futures_begin,
  initSync,
  live_act,
  live_start,
  merge_explorations,
  open,
  parse_link,
  run,
  story,
} from '../../pkg/heartrace.js'

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

test('arguments of a wrong type are refused by name, whatever they are', () => {
  const anything = [undefined, null, true, 5, 5n, NaN, Symbol('link'), {}, [], () => {}, new Proxy({}, {}), new Date()]
  const refuses = (call, value, part) =>
    assert.throws(call, { name: 'HeartraceError', part }, `${part}: ${typeof value}`)
  for (const value of anything) {
    for (const takesLink of [run, parse_link, open, explore, explore_begin, story, live_start])
      refuses(() => takesLink(value), value, 'link')
    refuses(() => futures_begin(value, 1, 1, 1), value, 'link')
    refuses(() => export_run(value), value, 'format')
    refuses(() => live_act(value), value, 'action')
    if (value !== 5) refuses(() => advance(value), value, 'steps')
    // An object without the fields is a link that names no scenario.
    const isRecord = typeof value === 'object' && value !== null
    refuses(() => format_link(value), value, isRecord ? 'scenario' : 'edit')
  }
  refuses(() => explore('#/deadlock', { executions: 'many' }), 'many', 'options')
  refuses(() => explore('#/deadlock', { budget: 5 }), 5, 'options')
  refuses(() => merge_explorations([{}]), {}, 'reports')
  assert.equal(run('#/duplicated-message').outcome, 'dup', 'and the module goes on')
})
