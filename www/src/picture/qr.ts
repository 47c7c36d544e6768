/** A link as a QR code: which squares are dark, as one path. */
import { encode } from 'uqr'

/** Codes with more squares a side (version 25: 117) are hard to read with a telephone from a screen. */
const FINEST = 25
/** Free squares around the code; readers need four. */
const QUIET = 4

/** A code as a path in a square of `size` units; dark squares are one unit wide. */
export interface QrCode {
  size: number
  path: string
}

/** The code of a text, or null when it is too long for one that can be read. */
export function qrCode(text: string): QrCode | null {
  let squares: boolean[][]
  try {
    squares = encode(text, { ecc: 'L', boostEcc: true, border: QUIET, maxVersion: FINEST }).data
  } catch {
    return null
  }
  let path = ''
  squares.forEach((row, y) => {
    for (let x = 0; x < row.length; ) {
      let end = x
      while (row[end]) end++
      if (end > x) path += `M${x} ${y}h${end - x}v1h${x - end}z`
      x = end + 1
    }
  })
  return { size: squares.length, path }
}
