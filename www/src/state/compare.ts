/** A run that is kept beside the one on the screen. It is made again from its link, in a worker of its own, so it can be any. */
import { computed, effect, type Signal, signal, untracked } from '@preact/signals'
import { divergenceOf } from '../timeline/divergence'
import { type Client, createClient, type Port } from '../worker/client'
import type { ClaimReport, LinkInfo } from '../worker/core'
import { createRows } from './rows'
import type { Session, Shown } from './session'

/** A number or a word of both runs. */
export interface Pair<T> {
  here: T
  there: T
}

/** Everything about the comparison. */
export type Compare = ReturnType<typeof createCompare>

/** `kept` is the run that is kept; `failed` hears when it cannot be made. */
export function createCompare(session: Session, kept: Signal<Shown | null>, spawn: () => Port, failed: () => void) {
  const waiting = signal(false)
  let client: Client | null = null

  function letGo() {
    client?.close()
    client = null
    waiting.value = false
    kept.value = null
  }

  function give() {
    letGo()
    failed()
  }

  /** Keeps the run of a link. */
  function keep(link: string) {
    letGo()
    waiting.value = true
    const mine = createClient(spawn, () => client === mine && give())
    client = mine
    let info: LinkInfo | null = null
    mine.open({ text: link }, false, {
      info: (read) => (info = read),
      refused: give,
      progress() {},
      result({ trace, judged, deviations, stopped }) {
        if (client !== mine || !info) return
        waiting.value = false
        const rows = createRows(() => trace.count, mine.rows)
        const report = judged?.report ?? null
        const ending = judged?.ending ?? []
        const find = (text: string) => mine.find(text, trace.count)
        const { write, levers } = mine
        kept.value = {
          info,
          trace,
          report,
          ending,
          rows,
          find,
          write,
          levers,
          arrange: null,
          deviations,
          stopped,
          live: false,
        }
      },
    })
  }

  // Another scenario has other lanes; without a run there is nothing to compare.
  effect(() => {
    const [now, face] = [session.info.value, session.face.value]
    const scenario = kept.value?.info.scenario
    if (scenario && (face.kind !== 'run' || now?.scenario !== scenario)) untracked(letGo)
  })

  return {
    waiting,
    keep,
    letGo,
    /** Where the run on the screen parts from the one that is kept: undefined while there are not two. */
    divergence: computed(() => {
      const [ours, theirs] = [session.shown.value, kept.value]
      if (!ours || !theirs || ours.live || ours.info.scenario !== theirs.info.scenario) return undefined
      return divergenceOf(ours.trace, theirs.trace)
    }),
  }
}

/** What the links of two runs say differently. */
export function settings(here: LinkInfo, there: LinkInfo): (Pair<string> & { name: string; parameter: boolean })[] {
  const rows = Object.keys(here.parameters).map((name) => ({
    name,
    parameter: true,
    here: here.parameters[name] ?? '',
    there: there.parameters[name] ?? '',
  }))
  const own = ['model', 'order', 'seed', 'faults', 'schedule'] as const
  for (const name of own) {
    const text = ({ [name]: value }: LinkInfo) => (Array.isArray(value) ? value.join(' ') : (value ?? ''))
    rows.push({ name, parameter: false, here: text(here), there: text(there) })
  }
  return rows.filter((row) => row.here !== row.there)
}

/** The claims of both runs by id, with both verdicts; a claim that one run does not judge is undecided there. */
export function verdicts(here: ClaimReport[], there: ClaimReport[]): (Pair<boolean | null> & { id: string })[] {
  const ids = [...new Set([...here, ...there].map(({ id }) => id))]
  const of = (claims: ClaimReport[], wanted: string) => claims.find(({ id }) => id === wanted)?.holds ?? null
  return ids.map((id) => ({ id, here: of(here, id), there: of(there, id) }))
}
