/** What an embed's address asks for: looks and behaviour in the query, the run after the `#` as in every link. */

import { SPEEDS } from '../state/player'

/** What is on offer; `auto` is what the reader's system prefers. */
const CHOICES = { theme: ['auto', 'monitor', 'paper'], lang: ['auto', 'en', 'ja'], speed: SPEEDS } as const
const FLAGS = ['autoplay', 'preload'] as const

/** The parameters of `embed.html` and attributes of `<heart-race>`, `src` aside. */
export const NAMES = [...Object.keys(CHOICES), ...FLAGS]

/** An embed as it is wanted. */
export interface Options {
  theme: (typeof CHOICES.theme)[number]
  lang: (typeof CHOICES.lang)[number]
  /** Makes the run and plays it whenever it is seen. */
  autoplay: boolean
  /** Makes the run as soon as it is seen, without playing it. */
  preload: boolean
  /** Seconds of the run per second, or `fit`: all of it in ten seconds. */
  speed: (typeof CHOICES.speed)[number]
  /** The run, and by its own keys how it is looked at: lanes, a stretch of time, the chosen event. */
  link: string
  /** What was not understood, as it was written. */
  problems: string[]
}

/** Reads an address. Total: whatever is wrong is left out and named. */
export function readOptions(search: string, hash: string): Options {
  const query = new URLSearchParams(search)
  const problems: string[] = []
  const options: Options = {
    theme: 'auto',
    lang: 'auto',
    autoplay: false,
    preload: false,
    speed: '1',
    link: hash,
    problems,
  }
  for (const [name, value] of query) {
    const choices: readonly string[] = Object.hasOwn(CHOICES, name) ? CHOICES[name as keyof typeof CHOICES] : []
    const flag = (FLAGS as readonly string[]).includes(name) && ['', 'true', 'false'].includes(value)
    if (flag) Object.assign(options, { [name]: value !== 'false' })
    else if (choices.includes(value)) Object.assign(options, { [name]: value })
    else problems.push(`${name}=${value}`)
  }
  return options
}
