/** What an embed and the page around it say to each other: plain objects, believed only from the right window and in shape. */

/** The version of these messages; another one is not heard. */
const VERSION = 1

/** Where playback stands, and what is told there. Times in nanoseconds of the run. */
export interface State {
  link: string
  playing: boolean
  timeNs: number
  durationNs: number
  /** The event at the cursor as a sentence, in the embed's language. */
  event: string
  /** How the run ended: `finished`, `stalled`, `live-locked` or `cut`; null while it is made. */
  end: string | null
}

/** From an embed to the page around it. `ready`: it listens. `resize`: the height it would like, in px. */
export type Said =
  | { type: 'ready' }
  | { type: 'resize'; height: number }
  | ({ type: 'state' } & State)
  | { type: 'failed'; message: string }

/** From the page to an embed. `load` shows another link; what comes before the run is there waits for it. */
export type Asked =
  | { type: 'load'; link: string }
  | { type: 'play' }
  | { type: 'pause' }
  | { type: 'seek'; timeNs: number }

/** The fields of each message and what they are made of; a message with any other is none. */
const SAID: Shapes<Said> = {
  ready: {},
  resize: { height: isNumber },
  state: {
    link: isText,
    playing: isFlag,
    timeNs: isNumber,
    durationNs: isNumber,
    event: isText,
    end: (value) => value === null || isText(value),
  },
  failed: { message: isText },
}
const ASKED: Shapes<Asked> = { load: { link: isText }, play: {}, pause: {}, seek: { timeNs: isNumber } }

type Shape = Record<string, (value: unknown) => boolean>
type Shapes<M extends { type: string }> = {
  [T in M['type']]: Record<Exclude<keyof Extract<M, { type: T }>, 'type'>, (value: unknown) => boolean>
}

/** Says something to the other side. An embed may have no origin to name, and nothing here is secret: hence `*`. */
export function send(to: Window, message: Said | Asked): void {
  to.postMessage({ heartrace: VERSION, ...message }, '*')
}

/** What the embed in `frame` said, or null: another window's message, another version's, or not in shape. */
export function saidBy(frame: Window | null, event: Pick<MessageEvent, 'source' | 'data'>): Said | null {
  return read<Said>(SAID, frame, event)
}

/** What the page around this embed asks for, or null. */
export function askedBy(page: Window | null, event: Pick<MessageEvent, 'source' | 'data'>): Asked | null {
  return read<Asked>(ASKED, page, event)
}

function read<M>(
  shapes: Record<string, Shape>,
  from: Window | null,
  { source, data }: Pick<MessageEvent, 'source' | 'data'>,
): M | null {
  if (from === null || source !== from || typeof data !== 'object' || data === null) return null
  if (data.heartrace !== VERSION || typeof data.type !== 'string' || !Object.hasOwn(shapes, data.type)) return null
  const shape = shapes[data.type]!
  const fields = Object.keys(shape)
  if (!fields.every((name) => shape[name]!(data[name]))) return null
  return Object.fromEntries(['type', ...fields].map((name) => [name, data[name]])) as M
}

function isNumber(value: unknown): boolean {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0
}

function isText(value: unknown): boolean {
  return typeof value === 'string'
}

function isFlag(value: unknown): boolean {
  return typeof value === 'boolean'
}
