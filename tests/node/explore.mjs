// The shipped module in Node: the same seed is the same search as natively, in one go, in slices and in parts.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import {
  explore,
  explore_advance,
  explore_begin,
  explore_report,
  explore_stop,
  initSync,
  merge_explorations,
} from '../../pkg/heartrace.js'

const read = (path) => readFileSync(new URL(path, import.meta.url))
const searches = read('../corpus/searches.jsonl').toString().trim().split('\n').map((line) => JSON.parse(line))
/** Speed is no finding; and the corpus has no order of keys. */
const found = (report) => ({ ...report, executions_per_second: 0 })

initSync({ module: read('../../pkg/heartrace_bg.wasm') })

for (const { link, options, report } of searches) {
  test(`${link} ${JSON.stringify(options)}`, () => {
    assert.deepEqual(found(explore(link, options)), report)
    explore_begin(link, options)
    let slices = 0
    while (!explore_advance(3).done) slices++
    assert.ok(slices > 1)
    assert.deepEqual(found(explore_report()), report)
    explore_stop()
    assert.throws(explore_report, { name: 'HeartraceError', code: 'no-run' })
  })
}

test('parts put together are the whole', () => {
  const [link, options] = ['#/duplicated-message', { model: 'any-speed', strategy: 'hunt', executions: 300, seed: 7 }]
  const parts = [1, 2, 3].map((part) => explore(link, { ...options, shard: `${part}/3` }))
  const { outcomes, executions } = merge_explorations(parts)
  const whole = explore(link, options)
  assert.deepEqual({ outcomes, executions }, { outcomes: whole.outcomes, executions: whole.executions })
})
