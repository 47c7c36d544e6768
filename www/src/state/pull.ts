/**
 * Pulling a lever: the run is made again while it moves, one run at a time and always for the latest value; all of it is one
 * step back. The event that is pulled stays the chosen one, whatever its number in the next run.
 */
import { batch, effect, type Signal, signal, untracked } from '@preact/signals'
import { eventOf, type Identity, identityOf } from '../timeline/twin'
import type { Change } from './edit'
import type { History } from './history'
import { changeTo, type Lever } from './levers'
import type { Session } from './session'
import type { Transport } from './transport'

/** A run of more events is made again only when the lever is let go. */
export const LARGE = 50_000

/** A lever in somebody's hand. */
export interface Held {
  lever: Lever
  /** Its value now; the lever has the one it began with. */
  value: number
  /** When the event happened at the beginning, and in the run on the screen: null if it happens no more. */
  was: number
  now: number | null
}

/** What came of a pull. */
export interface Pulled extends Held {
  event: number | null
  /** It was taken back. */
  back: boolean
}

/** Everything about pulling. */
export type Pull = ReturnType<typeof createPull>

/** `told` hears of every run that a pull has led to and of the last one above all. */
export function createPull(session: Session, transport: Transport, kept: Signal<boolean>, told: (now: Pulled) => void) {
  const held = signal<Held | null>(null)
  let before: { history: History; faults: string[] } | null = null
  let identity: Identity | null = null
  /** The value that was last run, or is being run. */
  let run = 0
  /** A run is being made; the last one is. */
  let flying = false
  let ending = false
  let back = false

  const change = (value: number): Change => changeTo(held.peek()!.lever, value, before!.faults)

  /** Runs the latest value unless a run is under way, which comes back here. */
  function follow() {
    const now = held.peek()
    if (!now || ending || flying || now.value === run) return
    if ((session.shown.peek()?.trace.count ?? 0) > LARGE) return
    run = now.value
    flying = true
    session.attempt(change(run))
  }

  function over() {
    batch(() => {
      held.value = null
      kept.value = false
    })
    before = null
    identity = null
    ending = false
    flying = false
    back = false
  }

  // Comes after the transport, which goes to where a new run is most telling.
  effect(() => {
    const shown = session.shown.value
    untracked(() => {
      const now = held.peek()
      if (!shown || !now || !identity || shown.info !== session.info.peek()) return
      const event = eventOf(shown.trace, identity)
      const time = event === null ? null : shown.trace.columns.time[event]!
      if (event !== null) transport.select(event)
      else transport.seek(now.was + now.lever.ratio * (now.value - now.lever.value_ns))
      held.value = { ...now, now: time }
      told({ ...held.peek()!, event, back })
      flying = false
      if (ending) over()
      else follow()
    })
  })
  // What cannot be run is told beside its field, and ends it as another scenario or a lost worker does.
  effect(() => {
    const stuck =
      Object.keys(session.problems.value).length > 0 || session.face.value.kind !== 'run' || session.loss.value
    if (stuck) untracked(() => held.peek() && over())
  })

  return {
    held,
    /** Takes a lever; `event` is the one that is to move. */
    take(lever: Lever, event: number) {
      const [info, trace] = [session.info.value, session.shown.value?.trace]
      if (held.value || !info || !trace) return
      transport.pause()
      before = { history: session.history.value, faults: info.faults }
      identity = identityOf(trace, event)
      run = lever.value_ns
      const at = trace.columns.time[event]!
      batch(() => {
        kept.value = true
        held.value = { lever, value: lever.value_ns, was: at, now: at }
      })
    },
    /** Moves it. */
    to(value: number) {
      const now = held.value
      if (!now || ending || value === now.value) return
      held.value = { ...now, value }
      follow()
    },
    /** Lets it go where it is: one step from where it was. */
    drop() {
      const now = held.value
      if (!now || !before || ending) return
      if (now.value === now.lever.value_ns && run === now.value) return over()
      ending = true
      session.history.value = { ...before.history, field: null }
      if (now.value === now.lever.value_ns) session.attempt(change(now.value))
      else session.change(change(now.value))
    },
    /** Takes all of it back. */
    cancel() {
      const now = held.value
      if (!now || !before || ending) return
      const began = now.lever.value_ns
      session.history.value = before.history
      if (run === began) return over()
      held.value = { ...now, value: began }
      ending = true
      back = true
      session.attempt(change(began))
    },
  }
}
