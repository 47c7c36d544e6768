/** The link in a picture that somebody brings: a PNG or SVG of this page, or anything else. */
import { isPng, textOf } from './png'
import { unescaped } from './xml'

/** Larger files are not looked into, bytes. */
export const LARGEST = 64 * 1024 * 1024

/** Why there is no link. */
export type Lack = 'empty' | 'foreign' | 'none' | 'cut' | 'damaged' | 'large' | 'unreadable'

/** The link, from its `#` on; `cut` says that the picture is not whole though its link is. */
export type LinkIn = { link: string; cut: boolean } | { link: null; why: Lack }

/** How an SVG of ours says where its run is. */
export const METADATA = { open: '<run xmlns="urn:heartrace">', close: '</run>' } as const

/** Looks for the link in the bytes of a file. */
export function linkIn(bytes: Uint8Array): LinkIn {
  if (bytes.length === 0) return { link: null, why: 'empty' }
  if (isPng(bytes)) {
    const found = textOf(bytes)
    return found.text === null ? { link: null, why: found.why } : linkOf(found.text, found.cut)
  }
  const text = new TextDecoder().decode(bytes)
  return /^\uFEFF?\s*<(?:\?xml|!--|!DOCTYPE svg|svg[\s>])/.test(text) && text.includes('<svg')
    ? inSvg(text)
    : { link: null, why: isCutPng(bytes) ? 'cut' : 'foreign' }
}

function inSvg(text: string): LinkIn {
  const cut = !/<\/svg>\s*$/.test(text)
  const from = text.indexOf(METADATA.open)
  const to = text.indexOf(METADATA.close, from)
  if (from < 0 || to < 0) return { link: null, why: cut ? 'cut' : 'none' }
  return linkOf(unescaped(text.slice(from + METADATA.open.length, to)), cut)
}

/** Only what follows the `#` is taken: a picture cannot lead to another site. */
function linkOf(address: string, cut: boolean): LinkIn {
  const hash = address.indexOf('#/')
  return hash < 0 ? { link: null, why: 'none' } : { link: address.slice(hash), cut }
}

function isCutPng(bytes: Uint8Array): boolean {
  return bytes.length < 8 && bytes[0] === 0x89 && bytes[1] === 0x50
}
