/** The key grammar: which key means what. Letters by what they write, so that any keyboard layout works. */

/** What a key asks for. */
export type KeyIntent =
  | { do: 'toggle' | 'table' | 'lens' | 'find' | 'explore' | 'help' | 'undo' | 'redo' }
  | { do: 'view' | 'sound' | 'axis' | 'measure' | 'note' | 'fold' }
  | { do: 'move-lane'; direction: 1 | -1 }
  | { do: 'cause' | 'effect' | 'first' | 'last' }
  | { do: 'step'; direction: 1 | -1; anywhere: boolean }
  | { do: 'lane'; direction: 1 | -1 }
  | { do: 'zoom'; factor: number }
  | { do: 'nudge'; steps: number }
  | { do: 'keep'; fork: boolean }

/** The part of a keyboard event that matters. */
export interface Press {
  key: string
  ctrlKey: boolean
  metaKey: boolean
  altKey: boolean
  shiftKey: boolean
}

/** One zoom step. */
const ZOOM = 1.6

/** Reads a key; `letters` tells whether single-letter keys are on. Null when the key is not ours. */
export function readKey(press: Press, letters: boolean): KeyIntent | null {
  const { key, shiftKey } = press
  if (press.altKey) {
    if (press.ctrlKey || press.metaKey || (key !== 'ArrowUp' && key !== 'ArrowDown')) return null
    return { do: 'move-lane', direction: key === 'ArrowUp' ? -1 : 1 }
  }
  if (press.ctrlKey || press.metaKey) {
    if (key.toLowerCase() === 'z') return { do: shiftKey ? 'redo' : 'undo' }
    return key.toLowerCase() === 'y' ? { do: 'redo' } : null
  }
  switch (key) {
    case ' ':
      return { do: 'toggle' }
    case 'ArrowLeft':
      return { do: 'step', direction: -1, anywhere: shiftKey }
    case 'ArrowRight':
      return { do: 'step', direction: 1, anywhere: shiftKey }
    case 'ArrowUp':
      return { do: 'lane', direction: -1 }
    case 'ArrowDown':
      return { do: 'lane', direction: 1 }
    case 'Home':
      return { do: 'first' }
    case 'End':
      return { do: 'last' }
  }
  if (!letters) return null
  switch (key) {
    case '[':
      return { do: 'cause' }
    case ']':
      return { do: 'effect' }
    case '+':
    case '=':
      return { do: 'zoom', factor: ZOOM }
    case '-':
      return { do: 'zoom', factor: 1 / ZOOM }
    case '0':
      return { do: 'zoom', factor: 0 }
    case ',':
    case '.':
      return { do: 'nudge', steps: key === ',' ? -1 : 1 }
    case '<':
    case '>':
      return { do: 'nudge', steps: key === '<' ? -10 : 10 }
    case 'k':
    case 'b':
      return { do: 'keep', fork: key === 'b' }
    case 't':
      return { do: 'table' }
    case '/':
      return { do: 'find' }
    case 'l':
      return { do: 'lens' }
    case 's':
      return { do: 'sound' }
    case 'v':
      return { do: 'view' }
    case 'a':
      return { do: 'axis' }
    case 'm':
      return { do: 'measure' }
    case 'n':
      return { do: 'note' }
    case 'f':
      return { do: 'fold' }
    case 'x':
      return { do: 'explore' }
    case '?':
      return { do: 'help' }
    default:
      return null
  }
}

/** Whether a press belongs to the focused element instead: typing, a widget with keys of its own, or a button's Space. */
export function belongsToFocus(tag: string, type: string, role: string | null, key: string): boolean {
  if (tag === 'TEXTAREA' || tag === 'SELECT') return true
  if (tag === 'INPUT') return type !== 'range' || ![...'[]tlsxvamnfkb,.<>/? +-=0'].includes(key)
  if (key === ' ' || key === 'Enter') return tag === 'BUTTON' || tag === 'A' || tag === 'SUMMARY'
  const moves = key.startsWith('Arrow') || key === 'Home' || key === 'End'
  return moves && (role === 'grid' || tag === 'SECTION')
}
