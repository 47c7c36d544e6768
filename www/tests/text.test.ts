// Durations, messages, quotes: what people read.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { highlight } from '../src/app/rust'
import { clip, visible } from '../src/text/core'
import { parseDuration, roughDuration, showDuration, writeDuration } from '../src/text/duration'
import { find, loadScenarios, preferredLocale, useLocale } from '../src/text/locale'
import { fill } from '../src/text/messages'
import { quote, withoutPart } from '../src/text/quote'

const ns = fc.integer({ min: 0, max: 3_600_000_000_000 })

describe('durations', () => {
  test.each([
    [1_950_000_000, '1.95\u202fs', '1.95s'],
    [250_000_000, '250\u202fms', '250ms'],
    [0, '0\u202fs', '0s'],
    [1, '1\u202fns', '1ns'],
    [1_500, '1.5\u202fµs', '1.5us'],
    [90_000_000_000, '90\u202fs', '90s'],
    [100_000_001, '100.000001\u202fms', '100.000001ms'],
  ])('%i ns', (value, shown, written) => {
    expect(showDuration(value)).toBe(shown)
    expect(writeDuration(value)).toBe(written)
  })
  test('what is written is read back exactly', () => {
    fc.assert(fc.property(ns, (value) => void expect(parseDuration(writeDuration(value))).toBe(value)))
  })
  test('what is no duration is not read', () => {
    for (const text of ['', '5', 's', '-1s', '1e3s', '1 s s', '1,5s', '10^30']) expect(parseDuration(text)).toBeNull()
  })
  test('measured ones are rounded to three digits', () => expect(roughDuration(1_234_567)).toBe('1.23\u202fms'))
})

describe('messages', () => {
  test('placeholders are filled, unknown ones stay', () =>
    expect(fill('{a} and {b}, {0}', { a: 1, 0: 'x' })).toBe('1 and {b}, x'))
  test('a value is never read as a template', () => expect(fill('{a}', { a: '{b}', b: 'no' })).toBe('{b}'))
  test('the scenario asked for has its texts at once, the others are called by name and come later', async () => {
    await useLocale('ja', '#/deadlock?seed=1')
    expect(find(['deadlock/lesson'])).not.toBeNull()
    expect(find(['steward/title'])).not.toBeNull()
    expect(find(['steward/lesson'])).toBeNull()
    await loadScenarios()
    expect(find(['steward/lesson'])).not.toBeNull()
    await useLocale('en', '#/no-such-scenario')
    expect(find(['steward/lesson'])).not.toBeNull()
  })
  test('the language follows storage, then the browser', () => {
    expect(preferredLocale('ja', ['en'])).toBe('ja')
    expect(preferredLocale(null, ['fr', 'ja-JP', 'en'])).toBe('ja')
    expect(preferredLocale('xx', ['fr'])).toBe('en')
  })
})

describe('hostile text', () => {
  test('nothing that hides or reorders survives', () => {
    expect(visible('a\u0000b\u202ec\ud800d\u007f')).toBe('a\u2400b\ufffdc\ufffdd\u2421')
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary' }),
        (text) => void expect(visible(text)).not.toMatch(/[\p{Cc}\p{Cs}\u202a-\u202e\u2066-\u2069]/u),
      ),
    )
  })
  test('a clipped text says so', () => expect(clip('abcdef', 3)).toBe('abc…'))
  test('the caret stands under the place', () => {
    const text = '#/duplicated-message?work=x'
    const { line, caret } = quote(text, 26)
    expect(line.at(caret ?? -1)).toBe('x')
  })
  test('a megabyte is quoted in one short line', () => {
    const { line } = quote(`#/duplicated-message?work=${'9'.repeat(1e6)}`, 26)
    expect(line.length).toBeLessThan(80)
  })
  test('any text at any position gives a caret on the line', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), fc.nat(250), (text, position) => {
        const { line, caret } = quote(text, position)
        expect(caret).toBeLessThanOrEqual(Array.from(line).length)
      }),
    )
  })
})

describe('what is left of a bad link', () => {
  const cases: [string, number, string | null][] = [
    ['#/d?a=1&b=x&c=3', 10, '#/d?a=1&c=3'],
    ['#/d?~k9&a=x', 8, '#/d'],
    ['#/d?a=x', 6, '#/d'],
    ['#/nope', 2, null],
  ]
  test.each(cases)('%s at %i', (text, position, left) => expect(withoutPart(text, position)).toBe(left))
})

describe('Rust in colour', () => {
  test('the pieces are the text', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom('a', '"', "'", '\\', '/', '*', '\n', '#', '[', ']', '1', ' ', 'fn') }),
        (text) => {
          const back = highlight(text)
            .map((line) => line.map((piece) => piece.text).join(''))
            .join('\n')
          expect(back).toBe(text.endsWith('\n') ? text.slice(0, -1) : text)
        },
      ),
    )
  })
  test('words have their colours', () => {
    const kinds = highlight(`// why\nlet x: Option<'a> = vec!["s", 1];`)
      .flat()
      .filter((piece) => piece.kind !== 'plain')
      .map((piece) => piece.kind)
    expect(kinds).toEqual(['comment', 'keyword', 'type', 'macro', 'string', 'number'])
  })
})
