/** Just enough Rust to colour it: comments, strings, words. A miss is a wrong colour, never a wrong text. */

/** A stretch of one line in one colour. */
export interface Piece {
  kind: 'plain' | 'comment' | 'string' | 'keyword' | 'type' | 'number' | 'macro' | 'attribute'
  text: string
}

const KEYWORDS =
  'as async await break const continue crate dyn else enum extern false fn for if impl in let loop match mod move mut pub ref return self Self static struct super trait true type unsafe use where while'
const KEYWORD = new Set(KEYWORDS.split(' '))
const TOKEN =
  /\/\/[^\n]*|\/\*[\s\S]*?\*\/|b?r(#*)"[\s\S]*?"\1|b?"(?:\\[\s\S]|[^"\\])*"|b?'(?:\\[^']+|[^'\\])'|'[a-z_]\w*|#!?\[[^\]\n]*\]|\d[\w.]*|[A-Za-z_]\w*!?/g

/** A file's lines as coloured pieces; joined they are the file again. */
export function highlight(text: string): Piece[][] {
  const lines: Piece[][] = [[]]
  const add = (kind: Piece['kind'], part: string) => {
    part.split('\n').forEach((line, i) => {
      if (i > 0) lines.push([])
      if (line !== '') lines[lines.length - 1]?.push({ kind, text: line })
    })
  }
  let at = 0
  for (const match of text.matchAll(TOKEN)) {
    add('plain', text.slice(at, match.index))
    add(kindOf(match[0]), match[0])
    at = match.index + match[0].length
  }
  add('plain', text.slice(at))
  if (text.endsWith('\n')) lines.pop()
  return lines
}

function kindOf(token: string): Piece['kind'] {
  if (token.startsWith('//') || token.startsWith('/*')) return 'comment'
  if (token.startsWith('#')) return 'attribute'
  if (/^b?r?#*"/.test(token) || /^b?'.*'$/.test(token)) return 'string'
  if (/^\d/.test(token)) return 'number'
  if (token.endsWith('!')) return 'macro'
  if (KEYWORD.has(token)) return 'keyword'
  return /^[A-Z]/.test(token) ? 'type' : 'plain'
}
