// The shipped module in Node against the same golden file as tests/fingerprints.rs: `node --test tests/node/fingerprints.mjs`.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { initSync, run } from '../../pkg/heartrace.js'

const read = (path) => readFileSync(new URL(path, import.meta.url))

initSync({ module: read('../../pkg/heartrace_bg.wasm') })

for (const line of read('../golden/fingerprints.txt').toString().trim().split('\n')) {
  const [stem, golden, digits] = line.split(' ')
  test(stem, () => {
    let digest = 0n
    for (let seed = 0; seed < digits.length / 2; seed++) {
      const { fingerprint } = run(`${stem}&seed=${seed}`)
      const known = digits.slice(2 * seed, 2 * seed + 2)
      assert.equal(fingerprint.slice(-2), known, `${stem}&seed=${seed} is another run than natively`)
      digest = BigInt.asUintN(64, digest * 0x100000001b3n) ^ BigInt(`0x${fingerprint}`)
    }
    assert.equal(digest.toString(16).padStart(16, '0'), golden, `${stem}: one of its seeds is another run than natively`)
  })
}
