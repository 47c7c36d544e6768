// The cases of property tests are drawn from one seed, so that what is green stays green until something changes.
// `SEED=random npx vitest run` looks elsewhere; a failure prints its seed, and `SEED=1234` repeats it.
import fc from 'fast-check'

const seed = process.env.SEED ?? '1'
if (seed !== 'random') fc.configureGlobal({ seed: Number(seed) })
