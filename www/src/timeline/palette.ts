/** The theme's colours, read from the style sheet's custom properties. */
import type { Tone } from './input'

/** Resolved colours. */
export interface Palette {
  background: string
  panel: string
  line: string
  grid: string
  gridLarge: string
  ink: string
  ink2: string
  ink3: string
  pulse: string
  glow: string
  work: string
  onWork: string
  message: string
  now: string
  select: string
  bad: string
  tones: Record<Tone, string>
  sans: string
  mono: string
}

/** Reads the palette through `read` (a custom property's value by name, without the dashes). */
export function readPalette(read: (name: string) => string): Palette {
  const ink = read('ink')
  const ink2 = read('ink2')
  const message = read('msg')
  const bad = read('bad')
  return {
    background: read('bg'),
    panel: read('panel'),
    line: read('line'),
    grid: read('grid'),
    gridLarge: read('grid2'),
    ink,
    ink2,
    ink3: read('ink3'),
    pulse: read('pulse'),
    glow: read('glow'),
    work: read('work'),
    onWork: read('on-work'),
    message,
    now: read('now'),
    select: read('sel'),
    bad,
    tones: {
      text: ink2,
      quiet: ink2,
      work: read('work'),
      message,
      ok: read('ok'),
      bad,
      none: ink2,
      timeout: read('timeout'),
      user: read('user'),
      parent: read('parent'),
      replica: read('replica'),
      shutdown: ink2,
    },
    sans: read('sans'),
    mono: read('mono'),
  }
}

/** Dash patterns by reason: a cancel is told apart without its colour. */
export const DASHES: Record<string, number[]> = {
  none: [],
  timeout: [6, 4],
  user: [10, 3],
  parent: [2, 3.5],
  replica: [9, 3, 2, 3],
  shutdown: [4, 2],
}
