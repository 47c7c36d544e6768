// No text of a scenario or of the core is missing, and none is left over: the catalogue says what there is to name.
import { readdirSync, readFileSync } from 'node:fs'
import { catalogue, initSync } from 'heartrace'
import { expect, test } from 'vitest'
import { GOALS } from '../src/challenge/goals'
import { QUESTIONS } from '../src/challenge/questions'

initSync({ module: readFileSync(new URL('../../pkg/heartrace_bg.wasm', import.meta.url)) })

const read = (path: string) =>
  JSON.parse(readFileSync(new URL(`../locales/en/${path}.json`, import.meta.url), 'utf8')) as Record<string, string>
const core = read('core')
const rust = sources('../../src', '.rs')
const page = sources('../src', '.ts')

function sources(folder: string, end: string): string {
  const root = new URL(`${folder}/`, import.meta.url)
  return readdirSync(root, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith(end) || name.endsWith(`${end}x`))
    .map((name) => readFileSync(new URL(name, root), 'utf8'))
    .join('\n')
}

/** The words in the texts of the Rust sources: `"gauge owed {}/{}"` holds `gauge` and `owed`. */
const words = new Set([...rust.matchAll(/"((?:[^"\\\n]|\\.)*)"/g)].flatMap(([, text = '']) => text.split(/[^\w-]+/)))

/** The names of the enumerations' members as links and events write them: `AcceptFirst` is `accept-first`. */
const members = new Set(
  [...rust.matchAll(/\b[A-Z][A-Za-z0-9]+\b/g)].map(([name]) => name.replace(/(?<!^)[A-Z]/g, '-$&').toLowerCase()),
)

const named = (word: string) => words.has(word) || members.has(word)

test.each(catalogue().scenarios)('$id: every name has a text, and every text a name', (scenario) => {
  const texts = read(`scenarios/${scenario.id}`)
  const { parameters, presets, claims } = scenario
  const required = [
    ...['title', 'lesson', 'look'],
    ...parameters.map(({ name }) => `parameter.${name}`),
    ...parameters.flatMap(({ name, values, kind }) =>
      kind === 'choice' ? (values ?? []).map((value) => `parameter.${name}.${value}`) : [],
    ),
    ...presets.map(({ id }) => `preset.${id}`),
  ]
  expect(required.filter((key) => !(key in texts))).toEqual([])
  const ids = claims.map(({ id }) => id)
  expect(ids.filter((id) => !(`claim.${id}` in texts) && !(`claim.${id}` in core))).toEqual([])
  const asked = QUESTIONS.filter((one) => one.scenario === scenario.id)
  const goals = GOALS.filter((one) => one.scenario === scenario.id)
  const known = new Set([
    ...required,
    ...ids.map((id) => `claim.${id}`),
    ...asked.flatMap(({ preset }) => [`question.${preset}`, `why.${preset}`]),
    ...goals.map(({ id }) => `goal.${id}`),
  ])
  // Notes, messages and charts are named where they are made.
  const made = (key: string) => /^(note|message|gauge)\./.test(key) && named(key.slice(key.indexOf('.') + 1))
  expect(Object.keys(texts).filter((key) => !known.has(key) && !made(key))).toEqual([])
})

test('every text of the core is a code that the core or the page uses', () => {
  const used = (key: string) =>
    rust.includes(`"${key}"`) || page.includes(`'${key}'`) || named(key.split('.').at(-1) ?? '')
  expect(Object.keys(core).filter((key) => !used(key))).toEqual([])
})
