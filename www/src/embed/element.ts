/**
 * `<heart-race src="…">`: a run in any page, by one line. It makes a frame of the `embed.html` that lies beside this script;
 * what is written inside the element is shown where no script runs, and a picture there until the run is wanted.
 */
import texts from 'virtual:texts/element'
import { type Asked, type Said, type State, saidBy, send } from './messages'
import { NAMES } from './options'

/** Height before the embed has said what it needs, px. */
const HEIGHT = 420

/** What is asked of a frame that is not there yet: this many of the last wishes are kept. */
const KEPT = 20

/** This script's address. Not written into `new URL` below, where the bundler would take the page for a part of it. */
const SCRIPT = import.meta.url

/** What a sandboxed embed may do: run, and open the whole page when the reader asks for it. */
const SANDBOX = 'allow-scripts allow-popups allow-popups-to-escape-sandbox'

/** The element. Its events are `ready`, `state` (with the state as `detail`) and `failed` (with a message). */
export class HeartRace extends HTMLElement {
  static observedAttributes = ['src']

  /** Where the run stands, as the embed said last. */
  state: State | null = null

  #frame: HTMLIFrameElement | null = null
  #ready = false
  #waiting: Asked[] = []
  #eyes: IntersectionObserver | null = null
  /** What the page wrote inside the element, and a button on it. */
  readonly #poster = document.createElement('div')
  readonly #button = document.createElement('button')

  constructor() {
    super()
    const shadow = this.attachShadow({ mode: 'open' })
    // A style sheet object: an inline style is not allowed everywhere.
    const sheet = new CSSStyleSheet()
    sheet.replaceSync(STYLE)
    shadow.adoptedStyleSheets = [sheet]
    this.#button.type = 'button'
    this.#button.part.add('button')
    this.#button.addEventListener('click', () => this.play())
    this.#poster.append(document.createElement('slot'), this.#button)
    shadow.append(this.#poster)
  }

  connectedCallback(): void {
    this.#button.textContent = (texts[this.#language().slice(0, 2)] ?? texts.en)?.['element.run'] ?? ''
    this.#poster.hidden = !this.#hasPoster()
    window.addEventListener('message', this.#hear)
    // With a picture of the page's own nothing is fetched before it is wanted; else the browser waits until it comes near.
    if (!this.#hasPoster()) return this.#open('lazy')
    if (!this.hasAttribute('autoplay') && !this.hasAttribute('preload')) return
    this.#eyes = new IntersectionObserver((entries) => {
      if (entries.some((entry) => entry.isIntersecting)) this.#open('eager')
    })
    this.#eyes.observe(this)
  }

  disconnectedCallback(): void {
    window.removeEventListener('message', this.#hear)
    this.#eyes?.disconnect()
    this.#close()
  }

  attributeChangedCallback(): void {
    if (this.#frame) this.#ask({ type: 'load', link: this.#link() })
  }

  /** Plays on from where it stands, from the start at the end; makes the run first if it is not there. */
  play(): void {
    this.#open('eager')
    this.#ask({ type: 'play' })
  }

  /** Stands still. */
  pause(): void {
    this.#ask({ type: 'pause' })
  }

  /** Moves the cursor, in nanoseconds of the run. */
  seek(timeNs: number): void {
    this.#ask({ type: 'seek', timeNs })
  }

  #ask(asked: Asked): void {
    const target = this.#frame?.contentWindow
    if (this.#ready && target) send(target, asked)
    else if (this.#frame) this.#waiting = [...this.#waiting, asked].slice(-KEPT)
  }

  #open(loading: 'lazy' | 'eager'): void {
    this.#eyes?.disconnect()
    if (this.#frame) {
      this.#frame.loading = loading
      return
    }
    const frame = document.createElement('iframe')
    frame.loading = loading
    frame.title = this.title || `Heartrace: ${this.#link()}`
    if (this.hasAttribute('sandboxed')) frame.sandbox.value = SANDBOX
    frame.src = this.#address()
    frame.classList.toggle('waiting', !this.#poster.hidden)
    this.#frame = frame
    this.shadowRoot?.append(frame)
  }

  #close(): void {
    this.#frame?.remove()
    this.#frame = null
    this.#ready = false
  }

  /** The run, or why there is none, takes the picture's place. */
  #show(): void {
    this.#poster.hidden = true
    this.#frame?.classList.remove('waiting')
  }

  /** A picture is worth looking at until the run is wanted; words alone are for where no script runs. */
  #hasPoster(): boolean {
    return this.querySelector('img, picture, svg, video') !== null
  }

  readonly #hear = (event: MessageEvent): void => {
    const said = saidBy(this.#frame?.contentWindow ?? null, event)
    if (said) this.#take(said)
  }

  #take(said: Said): void {
    if (said.type === 'ready') {
      this.#ready = true
      for (const asked of this.#waiting.splice(0)) this.#ask(asked)
      this.dispatchEvent(new CustomEvent('ready'))
    } else if (said.type === 'resize') {
      if (this.#frame) this.#frame.style.blockSize = `${Math.min(said.height, 2_000)}px`
    } else if (said.type === 'state') {
      const { type: _, ...state } = said
      this.state = state
      this.#show()
      this.dispatchEvent(new CustomEvent('state', { detail: state }))
    } else {
      this.#show()
      this.dispatchEvent(new CustomEvent('failed', { detail: said.message }))
    }
  }

  /** Only what follows the `#` is taken from `src`: the run is shown by the site this script comes from, never by another. */
  #link(): string {
    const src = this.getAttribute('src') ?? ''
    return src.includes('#') ? src.slice(src.indexOf('#')) : ''
  }

  #language(): string {
    return this.closest<HTMLElement>('[lang]')?.lang ?? navigator.language
  }

  #address(): string {
    const url = new URL('embed.html', SCRIPT)
    for (const name of NAMES) {
      const value = name === 'lang' ? this.#language().slice(0, 2).toLowerCase() : this.getAttribute(name)
      if (value !== null && (name !== 'lang' || value in texts)) url.searchParams.set(name, value)
    }
    url.hash = this.#link()
    return url.href
  }
}

const STYLE = `
  :host { display: block; position: relative; }
  :host([hidden]) { display: none; }
  iframe { display: block; inline-size: 100%; block-size: ${HEIGHT}px; border: 0; border-radius: 6px; color-scheme: normal; }
  iframe.waiting { position: absolute; inset: 0; visibility: hidden; }
  button {
    position: absolute; inset-block-end: 12px; inset-inline-start: 12px; min-block-size: 44px; padding: 4px 20px;
    border: 1px solid #04120c; border-radius: 6px; background: #3fe0a5; color: #04120c;
    font: 650 15px/1.4 system-ui, sans-serif; cursor: pointer;
  }
  button::before {
    content: ""; display: inline-block; margin-inline-end: .6em;
    border-inline-start: .7em solid; border-block: .42em solid transparent;
  }
  button:focus-visible { outline: 3px solid; outline-offset: 2px; }
`

if (!customElements.get('heart-race')) customElements.define('heart-race', HeartRace)
