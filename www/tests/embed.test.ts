// What an embed believes, what its address says, and the HTML that makes one.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { askedBy, type Said, saidBy, send } from '../src/embed/messages'
import { NAMES, readOptions } from '../src/embed/options'
import { elementSnippet, frameSnippet } from '../src/state/snippet'

/** Two windows as far as messages know them: what is posted comes out as data. */
const window = () => {
  const posted: unknown[] = []
  return { posted, postMessage: (data: unknown) => posted.push(data) } as unknown as Window & { posted: unknown[] }
}

const state: Said = { type: 'state', link: '#/x', playing: true, timeNs: 5, durationNs: 9, event: 'a beat', end: null }

test('what one side sends the other side reads, from the right window only', () => {
  const [frame, stranger, page] = [window(), window(), window()]
  for (const said of [state, { type: 'ready' }, { type: 'resize', height: 300 }, { type: 'failed', message: 'no' }])
    send(page, said as Said)
  const read = page.posted.map((data) => saidBy(frame, { source: frame, data }))
  expect(read).toEqual([state, { type: 'ready' }, { type: 'resize', height: 300 }, { type: 'failed', message: 'no' }])
  for (const data of page.posted) {
    expect(saidBy(frame, { source: stranger, data })).toBeNull()
    expect(saidBy(null, { source: null, data })).toBeNull()
    // The page does not ask what an embed says.
    expect(askedBy(frame, { source: frame, data })).toBeNull()
  }
})

test.each([
  null,
  'play',
  { type: 'play' },
  { heartrace: 2, type: 'play' },
  { heartrace: 1, type: 'constructor' },
  { heartrace: 1, type: ['play'] },
  { heartrace: 1, type: 'seek' },
  { heartrace: 1, type: 'seek', timeNs: '5' },
  { heartrace: 1, type: 'seek', timeNs: Number.NaN },
  { heartrace: 1, type: 'seek', timeNs: -1 },
  { heartrace: 1, type: 'load', link: { href: '#/x' } },
])('%j asks for nothing', (data) => {
  const page = window()
  expect(askedBy(page, { source: page, data })).toBeNull()
})

test('a message is only what its shape says', () => {
  const page = window()
  const data = { heartrace: 1, type: 'seek', timeNs: 7, more: 'than that' }
  expect(askedBy(page, { source: page, data })).toEqual({ type: 'seek', timeNs: 7 })
})

test('an address is read whatever it says, and what is wrong in it is named', () => {
  expect(readOptions('?theme=paper&lang=ja&autoplay&speed=fit', '#/a?x=1')).toEqual({
    theme: 'paper',
    lang: 'ja',
    autoplay: true,
    preload: false,
    speed: 'fit',
    link: '#/a?x=1',
    problems: [],
  })
  expect(readOptions('?theme=pink&autoplay=no&zork=1', '').problems).toEqual(['theme=pink', 'autoplay=no', 'zork=1'])
  fc.assert(
    fc.property(fc.dictionary(fc.constantFrom(...NAMES, 'constructor', '__proto__'), fc.string()), (query) => {
      const options = readOptions(`?${new URLSearchParams(query)}`, '')
      expect(['auto', 'monitor', 'paper']).toContain(options.theme)
      expect(['auto', 'en', 'ja']).toContain(options.lang)
      expect([typeof options.autoplay, typeof options.speed]).toEqual(['boolean', 'string'])
    }),
  )
})

test('whatever a link or a title holds stays text in the HTML', () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), (link, title) => {
      for (const html of [
        elementSnippet('https://h/', `#/${link}`, title),
        frameSnippet('https://h/', `#/${link}`, title),
      ]) {
        const tags = [...html.matchAll(/<\/?([a-z-]+)/g)].map(([, tag]) => tag)
        expect(tags.every((tag) => ['script', 'heart-race', 'a', 'iframe'].includes(tag ?? ''))).toBe(true)
        expect((html.match(/"/g) ?? []).length % 2).toBe(0)
      }
    }),
  )
})
