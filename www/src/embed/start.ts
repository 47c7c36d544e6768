/** The sleeping embed: a picture, a text and a button, and nothing else fetched until somebody wants the run. */
import './start.css'
import texts from 'virtual:texts/embed'
import { type Asked, askedBy, type Said, send } from './messages'
import { readOptions } from './options'
import type { Player } from './player'

/** Messages from the page around that are kept while the player is on its way. */
const KEPT = 20

const options = readOptions(location.search, location.hash)
const lang =
  options.lang === 'auto'
    ? (navigator.languages.map((tag) => tag.slice(0, 2).toLowerCase()).find((tag) => tag === 'en' || tag === 'ja') ??
      'en')
    : options.lang
const light = matchMedia('(prefers-color-scheme: light)')
const still = matchMedia('(prefers-reduced-motion: reduce)')
const page = window.parent === window ? null : window.parent
const root = document.documentElement
const poster = document.getElementById('poster') as HTMLElement
const button = document.getElementById('run') as HTMLButtonElement

const text = (key: string) => texts[lang]?.[key] ?? key
const say = (said: Said) => page && send(page, said)

let player: Player | null = null
let asked = false
let seen = false
const kept: Asked[] = []

drawPoster()
button.addEventListener('click', () => wake(true))
window.addEventListener('message', (event) => {
  const message = askedBy(page, event)
  if (!message) return
  if (player) return player.ask(message)
  if (message.type === 'load') options.link = message.link
  else kept.push(message)
  kept.splice(0, kept.length - KEPT)
  if (message.type === 'load') drawPoster()
  else if (message.type === 'play') void wake(false)
})
new IntersectionObserver((entries) => {
  seen = entries.at(-1)?.isIntersecting ?? true
  look()
}).observe(root)
document.addEventListener('visibilitychange', look)
say({ type: 'ready' })

/** Nobody sees an embed that is scrolled away or in a hidden tab: it sleeps. */
function look(): void {
  const awake = seen && !document.hidden
  player?.see(awake)
  if (awake && (options.autoplay || options.preload)) void wake(options.autoplay && !still.matches)
}

/** Fetches the player, once; `plays` from the start. */
async function wake(plays: boolean): Promise<void> {
  if (asked) return
  asked = true
  poster.classList.add('busy')
  button.disabled = true
  try {
    const { start } = await import('./player')
    const stage = document.createElement('div')
    stage.id = 'embed'
    poster.before(stage)
    player = await start(stage, { ...options, lang }, plays, say, () => poster.remove())
    for (const message of kept.splice(0)) player.ask(message)
    player.see(seen && !document.hidden)
  } catch (error) {
    asked = false
    button.disabled = false
    poster.classList.remove('busy')
    const message = error instanceof Error ? error.message : String(error)
    note(`${text('embed.failed')} ${message}`)
    say({ type: 'failed', message })
  }
}

/** What can be said before anything runs: the title, and what the link changes. */
function drawPoster(): void {
  root.lang = lang
  root.dataset.theme = options.theme === 'auto' ? (light.matches ? 'paper' : 'monitor') : options.theme
  const [, id = '', query = ''] = /^#?\/?([a-z0-9-]*)\??(.*)$/s.exec(options.link) ?? []
  const title = text(id)
  document.title = `${title} · ${text('embed.name')}`
  put('title', title === '' ? text('embed.name') : title)
  put('what', text('embed.what'))
  put('run', text('embed.run'))
  const open = put('open', text('embed.open')) as HTMLAnchorElement
  open.href = new URL(`./${options.link}`, location.href).href
  const changed = query.split('&').filter((part) => part !== '' && !part.startsWith('~'))
  put('link', changed.slice(0, 6).map(readable).join(' · '))
}

function readable(part: string): string {
  try {
    return decodeURIComponent(part).slice(0, 80)
  } catch {
    return part.slice(0, 80)
  }
}

function note(message: string): void {
  put('note', message)
}

function put(id: string, words: string): HTMLElement {
  const element = document.getElementById(id) as HTMLElement
  element.textContent = words
  return element
}
