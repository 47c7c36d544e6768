/** A live session: the same scenario on real timers, in a worker of its own, with hands on the tasks. */
import { batch, effect, type Signal, signal } from '@preact/signals'
import { writeDuration } from '../text/duration'
import { type Client, createClient, type Loss, type Port } from '../worker/client'
import type { CoreError, LinkInfo, LivePoll } from '../worker/core'
import { createRows } from './rows'
import { type Session, type Shown, told } from './session'

/** One thing the person did, and when (ns since the start). */
export interface LiveAction {
  action: string
  atNs: number
}

/** A live session as the panel shows it. */
export interface Live {
  poll: LivePoll | null
  actions: LiveAction[]
  error: CoreError | null
}

/** Everything about live sessions. */
export type LiveMode = ReturnType<typeof createLive>

/** Draws its pictures into `shown`. */
export function createLive(spawn: () => Port, shown: Signal<Shown | null>, lost: (loss: Loss) => void) {
  const state = signal<Live | null>(null)
  let client: Client | null = null

  function close() {
    client?.close()
    client = null
  }

  return {
    state,
    /** Starts the link's scenario on the browser's own timers. */
    start(info: LinkInfo) {
      close()
      state.value = { poll: null, actions: [], error: null }
      let count = 0
      const mine = createClient(spawn, (loss) => {
        state.value = null
        lost(loss)
      })
      client = mine
      const rows = createRows(() => count, mine.rows)
      mine.live(info.link, {
        refused(error) {
          if (state.value) state.value = { ...state.value, error }
        },
        picture(poll, trace, judged) {
          if (!state.value || client !== mine) return
          count = trace.count
          batch(() => {
            if (state.value) state.value = { ...state.value, poll }
            const find = (text: string) => mine.find(text, trace.count)
            const { write, levers } = mine
            shown.value = {
              info,
              trace,
              ...told(judged),
              rows,
              find,
              write,
              levers,
              arrange: null,
              deviations: [],
              stopped: false,
              live: true,
            }
          })
        },
      })
    },
    /** Does something to a task now: `stage-a:crash`, `stage-a:hang+2s`. */
    act(action: string) {
      const now = state.value
      if (!now || !client) return
      client.act(action)
      state.value = { ...now, error: null, actions: [...now.actions, { action, atNs: now.poll?.time_ns ?? 0 }] }
    },
    /** Ends the session; its timeline stays. */
    stop: () => client?.stopLive(),
    /** Leaves live mode. */
    leave() {
      close()
      state.value = null
    },
  }
}

/** A link with `mode=live` runs live as soon as its virtual run is there; any other link ends a live session. */
export function followLive({ shown, info }: Pick<Session, 'shown' | 'info'>, live: LiveMode): void {
  effect(() => {
    const now = shown.value
    if (now?.info.live && !now.live && live.state.peek() === null) live.start(now.info)
  })
  effect(() => {
    if (!info.value?.live && live.state.peek() !== null) live.leave()
  })
}

/** The person's actions as faults of a virtual run: `stage-a:hang+2s` at 1.2 s is `stage-a:hang@1.2s+2s`. */
export function asFaults(actions: LiveAction[]): string[] {
  return actions.map(({ action, atNs }) => {
    const [, head = action, extra = ''] = /^([^+*]*)([+*].*)?$/.exec(action) ?? []
    return `${head}@${writeDuration(atNs)}${extra}`
  })
}
