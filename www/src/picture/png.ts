/** A text inside a PNG: a chunk of its own, which every other program passes over. (PNG, third edition, 5.3, 11.3.3, annex D.) */

/** The first bytes of every PNG. */
const SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]
/** The keyword of the text, as PNG keywords are: 1 to 79 letters of Latin-1. */
const KEYWORD = 'heartrace'
/** Keyword, language and translated keyword of a text of ours are shorter, bytes. */
const FIELDS = 300
/** Length, type and check around a chunk's data. */
const FRAME = 12

/** What is found in a PNG. `cut`: it ends before its end; what was found is whole all the same. */
export type PngText = { text: string; cut: boolean } | { text: null; why: 'none' | 'cut' | 'damaged' }

/** Whether these bytes begin like a PNG. */
export function isPng(bytes: Uint8Array): boolean {
  return SIGNATURE.every((byte, i) => bytes[i] === byte)
}

/** The same PNG with a text in it, right after its head: what cuts the picture leaves the text. */
export function withText(png: Uint8Array, text: string): Uint8Array<ArrayBuffer> {
  const head = SIGNATURE.length + FRAME + 13
  const chunk = textChunk(text)
  const whole = new Uint8Array(png.length + chunk.length)
  whole.set(png.subarray(0, head))
  whole.set(chunk, head)
  whole.set(png.subarray(head), head + chunk.length)
  return whole
}

/** The text that `withText` put into a PNG; also where a program has written it anew as `tEXt`. */
export function textOf(png: Uint8Array): PngText {
  const data = new DataView(png.buffer, png.byteOffset, png.byteLength)
  let found: string | null = null
  for (let at = SIGNATURE.length; ; ) {
    if (at + FRAME > png.length) return found === null ? { text: null, why: 'cut' } : { text: found, cut: true }
    const length = data.getUint32(at)
    const next = at + FRAME + length
    const type = latin(png.subarray(at + 4, at + 8))
    if (next > png.length) return found === null ? { text: null, why: 'cut' } : { text: found, cut: true }
    if (type === 'IEND') return found === null ? { text: null, why: 'none' } : { text: found, cut: false }
    const text: string | null = found === null ? readText(type, png.subarray(at + 8, next - 4)) : null
    if (text !== null) {
      if (crc(png.subarray(at + 4, next - 4)) !== data.getUint32(next - 4)) return { text: null, why: 'damaged' }
      found = text
    }
    at = next
  }
}

/** Keyword, nothing, not compressed, no language, no translated keyword, text in UTF-8. */
function textChunk(text: string): Uint8Array {
  const body = new TextEncoder().encode(`iTXt${KEYWORD}\0\0\0\0\0${text}`)
  const chunk = new Uint8Array(body.length + 8)
  const data = new DataView(chunk.buffer)
  data.setUint32(0, body.length - 4)
  chunk.set(body, 4)
  data.setUint32(chunk.length - 4, crc(body))
  return chunk
}

/** The text of a chunk, if it is ours and not compressed. */
function readText(type: string, body: Uint8Array): string | null {
  const fields: RegExp | false =
    (type === 'iTXt' && /^([^\0]+)\0\0\0[^\0]*\0[^\0]*\0/) || (type === 'tEXt' && /^([^\0]+)\0/)
  if (!fields) return null
  // One byte is one letter here, so places in the letters are places in the bytes.
  const [before, keyword] = fields.exec(latin(body.subarray(0, FIELDS))) ?? []
  if (before === undefined || keyword !== KEYWORD) return null
  return type === 'iTXt' ? new TextDecoder().decode(body.subarray(before.length)) : latin(body.subarray(before.length))
}

function latin(bytes: Uint8Array): string {
  let text = ''
  for (const byte of bytes) text += String.fromCharCode(byte)
  return text
}

/** CRC-32 of a chunk's type and data. */
export function crc(bytes: Uint8Array): number {
  let sum = ~0
  for (const byte of bytes) {
    sum ^= byte
    for (let bit = 0; bit < 8; bit++) sum = (sum >>> 1) ^ (sum & 1 ? 0xedb88320 : 0)
  }
  return ~sum >>> 0
}
