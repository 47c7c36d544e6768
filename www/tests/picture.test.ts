// A picture carries its link, through everything that happens to files; and its SVG is the same picture with text as text.
import { deflateSync } from 'node:zlib'
import fc from 'fast-check'
import jsQR from 'jsqr'
import { describe, expect, test } from 'vitest'
import { type LinkIn, linkIn } from '../src/picture/link'
import { layoutPicture, toSvg } from '../src/picture/picture'
import { crc, withText } from '../src/picture/png'
import { type QrCode, qrCode } from '../src/picture/qr'
import { SvgBrush, stripsInSvg } from '../src/picture/svg'
import { escaped, unescaped } from '../src/picture/xml'
import { fileName, TAKES } from '../src/state/files'
import { indexTrace } from '../src/timeline/index_trace'
import { lanesOf } from '../src/timeline/lanes'
import { broken } from '../src/timeline/paint_text'
import { readPalette } from '../src/timeline/palette'
import { rawTrace } from './raw_trace'

const ADDRESS = 'https://example.org/play/#/duplicated-message?~2s&policy=accept-first&note=<&"é\u{1f493}>'
const LINK = ADDRESS.slice(ADDRESS.indexOf('#'))

function chunk(type: string, data: Uint8Array): Uint8Array {
  const whole = new Uint8Array(data.length + 12)
  const view = new DataView(whole.buffer)
  view.setUint32(0, data.length)
  whole.set(new TextEncoder().encode(type), 4)
  whole.set(data, 8)
  view.setUint32(data.length + 8, crc(whole.subarray(4, data.length + 8)))
  return whole
}

/** A grey picture of one dot, as another program makes it; `more` stands before its dots. */
function foreign(...more: Uint8Array[]): Uint8Array {
  const head = new Uint8Array([0, 0, 0, 1, 0, 0, 0, 1, 8, 0, 0, 0, 0])
  const dots = new Uint8Array(deflateSync(new Uint8Array([0, 128])))
  const signature = new Uint8Array([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])
  const parts = [signature, chunk('IHDR', head), ...more, chunk('IDAT', dots), chunk('IEND', new Uint8Array())]
  return Uint8Array.from(parts.flatMap((part) => [...part]))
}

const words = (text: string) => new TextEncoder().encode(text)
const lacks = (why: string) => ({ link: null, why })

/** What a reader of codes sees in one that is drawn with squares of three dots. */
function readCode({ size, path }: QrCode): string | undefined {
  const side = size * 3
  const dots = new Uint8ClampedArray(side * side * 4).fill(255)
  for (const [, x, y, width] of path.matchAll(/M(\d+) (\d+)h(\d+)v1/g))
    for (let row = Number(y) * 3; row < (Number(y) + 1) * 3; row++)
      for (let column = Number(x) * 3; column < (Number(x) + Number(width)) * 3; column++)
        dots.fill(0, (row * side + column) * 4, (row * side + column) * 4 + 3)
  return jsQR(dots, side, side)?.data
}

describe('a PNG', () => {
  test('the check is the one of the standard', () => {
    // The check of an IEND chunk, which has no data, stands at the end of every PNG.
    expect(crc(words('IEND'))).toBe(0xae426082)
    expect(crc(words('123456789'))).toBe(0xcbf43926)
  })

  test('gives back any link that was put in', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 3_000 }), (text) => {
        const whole = text.replaceAll('\0', '')
        expect(linkIn(withText(foreign(), `https://example.org/#/${whole}`))).toEqual({
          link: `#/${whole}`,
          cut: false,
        })
      }),
    )
  })

  test('stays a PNG: the text is one more chunk after the head, and all else is as it was', () => {
    const plain = foreign()
    const put = withText(plain, ADDRESS)
    const added = put.length - plain.length
    expect([...put.subarray(0, 33), ...put.subarray(33 + added)]).toEqual([...plain])
    expect(String.fromCharCode(...put.subarray(37, 41))).toBe('iTXt')
  })

  test('cut anywhere, it either says so or still has its whole link', () => {
    const whole = withText(foreign(), ADDRESS)
    const head = 33
    const text = whole.length - foreign().length
    for (let length = 1; length < whole.length; length++) {
      const found = linkIn(whole.subarray(0, length))
      // A file of which less than two bytes are left could be anything.
      const expected: LinkIn = length < 2 ? { link: null, why: 'foreign' } : { link: null, why: 'cut' }
      expect([length, found]).toEqual([length, length < head + text ? expected : { link: LINK, cut: true }])
    }
  })

  test('changed in its text, it is damaged, and no other link opens', () => {
    const whole = withText(foreign(), ADDRESS)
    const at = 33 + 8 + 'heartrace'.length + 5
    const length = new TextEncoder().encode(ADDRESS).length
    for (let i = at; i < at + length + 4; i++) {
      const changed = whole.slice()
      changed[i]! ^= 0x04
      expect(linkIn(changed)).toEqual(lacks('damaged'))
    }
  })

  test('changed elsewhere, it keeps its link or says that it is not whole', () => {
    const whole = withText(foreign(), ADDRESS)
    fc.assert(
      fc.property(fc.nat(whole.length - 1), fc.integer({ min: 1, max: 255 }), (at, bits) => {
        const changed = whole.slice()
        changed[at]! ^= bits
        const { link } = linkIn(changed)
        expect([null, LINK]).toContain(link)
      }),
    )
  })

  test('of another program has none, whatever texts it carries', () => {
    expect(linkIn(foreign())).toEqual(lacks('none'))
    expect(linkIn(foreign(chunk('tEXt', words('Software\0#/duplicated-message'))))).toEqual(lacks('none'))
    expect(linkIn(foreign(chunk('iTXt', words('heartrace\0\x01\0\0\0packed'))))).toEqual(lacks('none'))
    expect(linkIn(withText(foreign(), 'https://example.org/nowhere'))).toEqual(lacks('none'))
  })

  test('written anew by a program that knows only plain texts still opens', () => {
    const link = 'https://example.org/#/deadlock'
    expect(linkIn(foreign(chunk('tEXt', words(`heartrace\0${link}`))))).toEqual({ link: '#/deadlock', cut: false })
  })
})

describe('an SVG', () => {
  const svg = (inside: string) => words(`<svg xmlns="http://www.w3.org/2000/svg">${inside}</svg>\n`)
  const ours = `<metadata><run xmlns="urn:heartrace">${escaped(ADDRESS)}</run></metadata>`

  test('gives back its link', () => {
    expect(linkIn(svg(ours))).toEqual({ link: LINK, cut: false })
    expect(linkIn(words(`<?xml version="1.0"?>\n${new TextDecoder().decode(svg(ours))}`)).link).toBe(LINK)
  })

  test('cut anywhere, it either says so or still has its whole link', () => {
    const whole = svg(ours)
    const end = new TextDecoder().decode(whole).indexOf('</run>') + '</run>'.length
    for (let length = 5; length < whole.length - 1; length++) {
      const found = linkIn(whole.subarray(0, length))
      const bytes = new TextEncoder().encode(new TextDecoder().decode(whole).slice(0, end)).length
      expect([length, found]).toEqual([length, length < bytes ? lacks('cut') : { link: LINK, cut: true }])
    }
  })

  test('of another program has none, and other files are no pictures', () => {
    expect(linkIn(svg('<path d="M0 0"/>'))).toEqual(lacks('none'))
    expect(linkIn(words('<html><svg></svg></html>'))).toEqual(lacks('foreign'))
    expect(linkIn(words('GIF89a #/deadlock'))).toEqual(lacks('foreign'))
    expect(linkIn(words('\xff\xd8\xff\xe0 a JPEG'))).toEqual(lacks('foreign'))
    expect(linkIn(new Uint8Array())).toEqual(lacks('empty'))
  })

  test('any text is written so that it can be read again, as XML that holds no markup', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const written = escaped(text)
        expect(written).not.toMatch(/[<>"]/)
        const kept = [...text].every((c) => /[\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/u.test(c))
        if (kept) expect(unescaped(written)).toBe(text)
      }),
    )
  })
})

describe('the brush that writes SVG', () => {
  const brush = () => new SvgBrush((text) => text.length * 7, 0.3)

  test('writes shapes where a canvas would draw them', () => {
    const c = brush()
    c.save()
    c.translate(10, 20)
    c.fillStyle = '#123456'
    c.globalAlpha = 0.5
    c.fillRect(1, 2, 3, 4)
    c.restore()
    c.setLineDash([1, 2])
    c.lineWidth = 2
    c.beginPath()
    c.moveTo(0, 0)
    c.lineTo(1.005, 2)
    c.stroke()
    expect(c.content().split('\n')).toEqual([
      '<rect x="11" y="22" width="3" height="4" fill="#123456" opacity="0.5"/>',
      '<path d="M0 0L1 2" fill="none" stroke="#000" stroke-width="2" stroke-dasharray="1 2"/>',
    ])
  })

  test('closes what it cuts to where the canvas would stop to', () => {
    const c = brush()
    c.save()
    c.beginPath()
    c.rect(0, 0, 5, 5)
    c.clip()
    c.save()
    c.restore()
    c.fillRect(0, 0, 9, 9)
    c.restore()
    c.fillRect(1, 1, 1, 1)
    const [defs, open, , close, last] = c.content().split('\n')
    expect(defs).toContain('<clipPath id="c0"><path d="M0 0h5v5h-5Z"/>')
    expect([open, close]).toEqual(['<g clip-path="url(#c0)">', '</g>'])
    expect(last).toContain('x="1"')
  })

  test('a full circle is not nothing, and a halo and its letters are one text', () => {
    const c = brush()
    c.beginPath()
    c.arc(5, 5, 2, 0, Math.PI * 2)
    c.fill()
    c.font = '700 11.5px sans'
    c.textBaseline = 'middle'
    c.strokeStyle = '#fff'
    c.strokeText('a<b', 1, 2)
    c.fillText('a<b', 1, 2)
    const [circle, text, ...none] = c.content().split('\n')
    expect(circle).toContain('d="M7 5A2 2 0 0 1 3 5A2 2 0 0 1 7 5"')
    expect(text).toMatch(/^<text .*font-size="11.5" font-weight="700".*paint-order="stroke">a&lt;b<\/text>$/)
    expect(none).toEqual([])
  })

  test('density strips cover exactly the columns that are busy', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 255 }), { minLength: 1, maxLength: 60 }), (cells) => {
        const c = brush()
        stripsInSvg(c)([{ y: 0, height: 9, cells: Uint8Array.from(cells), tone: 'work' }], {
          work: '#abc',
          message: '#def',
        })
        const covered = new Array<number>(cells.length).fill(0)
        for (const [, x, width] of c.content().matchAll(/<rect x="(\d+)" y="0" width="(\d+)"/g))
          for (let i = Number(x); i < Number(x) + Number(width); i++) covered[i]! += 1
        expect(covered).toEqual(cells.map((cell) => (cell > 0 ? 1 : 0)))
      }),
    )
  })
})

test('a QR code is read as its link, and a link that is too long has none', () => {
  const long = `https://example.org/#/duplicated-message?${'fault=stage-a:hang@1s&'.repeat(50)}`
  for (const link of ['https://example.org/#/deadlock', ADDRESS, long]) expect(readCode(qrCode(link)!)).toBe(link)
  expect(qrCode(`${long}${'x'.repeat(1_273 - long.length)}`)).not.toBeNull()
  expect(qrCode(`${long}${'x'.repeat(1_274 - long.length)}`)).toBeNull()
})

test('files are named after the run, and differ in their endings', () => {
  const names = TAKES.map(({ take }) => fileName(take, 'duplicated-message', '0123456789abcdef'))
  expect(new Set(names).size).toBe(names.length)
  expect(names).toContain('duplicated-message-01234567.png')
  expect(names).toContain('duplicated_message_01234567.rs')
  expect(fileName('csv', 'deadlock', undefined)).toBe('deadlock.csv')
})

describe('what stands on the timeline besides the run', () => {
  const steps = [0, 10, 20, 30, 40].map((time) => ({ task: 1, time }))
  const tasks = ['main', 'worker'].map((name, id) => ({ name, parent: id === 0 ? null : 0 }))
  const trace = indexTrace(rawTrace({ tasks, events: steps }), 40)
  const none = () => ''
  const palette = readPalette((name) => `var-${name}`)
  const svg = (change: Partial<Parameters<typeof layoutPicture>[0]>) =>
    toSvg(
      layoutPicture({
        ...{
          trace,
          window: null,
          lanes: lanesOf(trace, []),
          pins: [],
          ruler: null,
          departures: [],
          palette,
          middle: 0,
        },
        measure: (text) => text.length * 6,
        words: {
          ...{ work: none, slowed: none, hang: none, tooLate: none, folded: none, folds: none, step: none },
          ...{ cancel: none, mark: none, crowd: none },
        },
        texts: {
          ...{ title: 'T', facts: 'F', summary: 'S', address: 'https://example.org/#/x', tooManyArrows: 'many' },
          ...{ gauge: String, server: 'server', more: String },
        },
        ...change,
      }),
    )

  test('is on the picture: notes, the ruler with its length, a fork at each departure', () => {
    const plain = svg({})
    expect(plain).not.toMatch(/20 ns, 2 events|var-replica/)
    const ruled = svg({ ruler: { from: 3, to: 1, text: '20 ns, 2 events' } })
    expect(ruled).toContain('20 ns, 2 events')
    expect(ruled).toContain('var-sel')
    const forked = svg({ departures: [2, 4, 4, 99] })
    // Two of them: one was told twice, one is not in the run.
    const numbers = [...forked.matchAll(/<text[^>]*var-replica[^>]*>(\d+)<\/text>/g)].map(([, number]) => number)
    expect(numbers).toEqual(['1', '2'])
    expect(svg({ pins: [{ at: 10, text: 'look here' }] })).toContain('look here')
  })

  test('is left out where it lies beside the window', () => {
    const window = { t0: 0, t1: 5, width: 960 }
    expect(svg({ window, ruler: { from: 1, to: 3, text: 'far away' } })).not.toContain('far away')
    expect(svg({ window, departures: [4] })).not.toContain('var-replica')
    expect(svg({ window, ruler: { from: 0, to: 3, text: 'half of it' } })).toContain('half of it')
  })
})

test('a remark that is wider than the picture is broken after blanks and signs, and loses nothing', () => {
  const wide = (text: string) => text.length
  expect(broken('Too many messages: zoom in.', 100, wide)).toEqual(['Too many messages: zoom in.'])
  expect(broken('Too many messages: zoom in.', 12, wide)).toEqual(['Too many', 'messages:', 'zoom in.'])
  expect(broken('多すぎます。拡大してください。', 10, wide)).toEqual(['多すぎます。', '拡大してください。'])
  fc.assert(
    fc.property(fc.string(), fc.nat(40), (text, room) => {
      const lines = broken(text, room, wide)
      expect(lines.join('').replaceAll(' ', '')).toBe(text.trimEnd().replaceAll(' ', '').trimEnd())
      for (const line of lines) if (line.trim().includes(' ')) expect(wide(line)).toBeLessThanOrEqual(room)
    }),
  )
})
