// Both languages say the same things, and the page uses all of its own.
import { readdirSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'

const root = new URL('../', import.meta.url)
const read = (path: string) => JSON.parse(readFileSync(new URL(path, root), 'utf8')) as Record<string, string>
const files = [
  'page.json',
  'core.json',
  ...readdirSync(new URL('locales/en/scenarios', root)).map((name) => `scenarios/${name}`),
]
const sources = (folder: string): string =>
  readdirSync(new URL(folder, root), { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.tsx?$/.test(name))
    .map((name) => readFileSync(new URL(`${folder}/${name}`, root), 'utf8'))
    .join('\n')

const placeholders = (text: string) => [...text.matchAll(/\{([a-z0-9_]+)\}/gi)].map((match) => match[1]).sort()

test.each(files)('%s has the same keys and placeholders in both languages', (file) => {
  const en = read(`locales/en/${file}`)
  const ja = read(`locales/ja/${file}`)
  expect(Object.keys(ja).sort()).toEqual(Object.keys(en).sort())
  for (const [key, text] of Object.entries(en))
    expect([key, placeholders(ja[key] ?? '')]).toEqual([key, placeholders(text)])
})

// Families whose members are named at run time: `t(`reason.${why}`)`.
const FAMILIES = [
  'chapter.',
  'reason.',
  'outcome.',
  'ended.',
  'faults.kind.',
  'faults.extra.',
  'events.',
  'live.act.',
  'explore.strategy.',
  'explore.may.',
  'take.as.',
  'picture.',
  'axis.',
  'timeline.fold.',
  'offline.',
]

test('every text of the page is used, and every used text exists', () => {
  const source = sources('src')
  const page = read('locales/en/page.json')
  const used = new Set([...source.matchAll(/['`"]([a-z]+(?:[.-][a-z0-9+-]+)*)['`"]/g)].map((match) => match[1] ?? ''))
  const unused = Object.keys(page).filter((key) => !used.has(key) && !FAMILIES.some((family) => key.startsWith(family)))
  expect(unused).toEqual([])
  const asked = [...source.matchAll(/\bt\('([^']+)'/g)].map((match) => match[1] ?? '')
  expect(asked.filter((key) => !(key in page))).toEqual([])
})

test('every scenario text and event sentence is told in words', () => {
  for (const file of files)
    for (const text of Object.values(read(`locales/ja/${file}`))) expect(text.trim()).not.toBe('')
})
