/** How wide words are on a canvas, remembered: the same few words are measured at every frame. */
import type { SceneInput } from './input'
import type { Palette } from './palette'

/** Words remembered at most. */
const MOST = 4_000

/** The font of a word. */
export function fontOf(strong: boolean, mono: boolean, palette: Palette): string {
  return `${strong ? '700 ' : ''}${mono ? 11 : 11.5}px ${mono ? palette.mono : palette.sans}`
}

/** How far above their baseline a canvas has the middle of its letters, in parts of their size; it is the font's affair. */
export function middleOf(c: CanvasRenderingContext2D | null, palette: Palette): number {
  if (!c) return 0.3
  c.font = `100px ${palette.sans}`
  const top = (['alphabetic', 'middle'] as const).map((line) => {
    c.textBaseline = line
    return c.measureText('H').actualBoundingBoxAscent
  })
  return (top[0]! - top[1]!) / 100
}

/** Measures with the fonts of a palette; without a canvas it guesses. */
export function createMeasure(c: CanvasRenderingContext2D | null, palette: Palette): SceneInput['measure'] {
  const widths = new Map<string, number>()
  return (text, strong, mono) => {
    if (!c) return text.length * 7
    const key = `${strong ? 1 : 0}${mono ? 1 : 0}${text}`
    const known = widths.get(key)
    if (known !== undefined) return known
    c.font = fontOf(strong, mono, palette)
    const { width } = c.measureText(text)
    if (widths.size > MOST) widths.clear()
    widths.set(key, width)
    return width
  }
}
