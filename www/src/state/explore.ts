/**
 * A search through the schedules of a link: a pool of workers takes a shard each, their reports are merged by the core,
 * and one more worker tells the run that was chosen. No DOM; whatever belongs to an older search is not heard.
 */
import { batch, computed, signal } from '@preact/signals'
import type { Chart } from '../timeline/charts'
import type { Loss } from '../worker/client'
import { Refused } from '../worker/client'
import type {
  CoreError,
  Exploration,
  ExploreProgress,
  Futures,
  LinkEdit,
  LinkInfo,
  StorySentence,
} from '../worker/core'
import { createExplorer, type Explorer, type ExplorerPort } from '../worker/explorer'
import { curveOf } from './futures'
import { formOf, optionsOf, problemOf, type SearchForm, type SearchProblem, subjectKey, subjectOf } from './search_form'
import { type Tally, tally } from './tally'

/** What a search needs from the browser and the core. */
export interface ExploreWorld {
  spawn(): ExplorerPort
  /** How many workers search at the same time. */
  workers: number
  /** The canonical link of some parts; rejects with `Refused`. */
  format(edit: LinkEdit): Promise<string>
}

/** A search that is over. */
export interface Explored {
  report: Exploration
  /** What was searched. */
  subject: LinkInfo
  stopped: boolean
}

/** A run that a search has found, and what there is to tell of it. */
export interface Told {
  link: string
  sentences: StorySentence[] | null
  /** Null until all are sampled. */
  futures: Futures[] | null
}

/** The outcome of the run that is told: the last sentence says it. */
export function outcomeOf({ sentences }: Told): string | null {
  const outcome = sentences?.at(-1)?.args.outcome
  return typeof outcome === 'string' ? outcome : null
}

/** What the search is doing. */
export type Phase = 'idle' | 'running' | 'stopping' | 'merging'

/** Everything about searches. */
export type Explore = ReturnType<typeof createExplore>

/** How many workers may search: one core is left to the page, and more than four help little. */
export function poolSize(cores: number | undefined): number {
  return Math.max(1, Math.min((cores ?? 2) - 1, 4))
}

/** Nothing is started before it is asked for. */
export function createExplore(world: ExploreWorld) {
  const form = signal<SearchForm | null>(null)
  const problem = signal<SearchProblem | null>(null)
  const phase = signal<Phase>('idle')
  const counters = signal<Tally | null>(null)
  const explored = signal<Explored | null>(null)
  const told = signal<Told | null>(null)
  const loss = signal<Loss | null>(null)
  /** A search was ended because its link was changed. */
  const dropped = signal(false)

  let run = 0
  let subject: LinkInfo | null = null
  let scenario: string | null = null
  let pool: Explorer[] = []
  let teller: Explorer | null = null

  /** Ends what is under way without a result. */
  function abandon() {
    run += 1
    for (const explorer of pool) explorer.close()
    pool = []
    batch(() => {
      phase.value = 'idle'
      counters.value = null
    })
  }

  function refuse(asked: SearchForm, error: CoreError) {
    abandon()
    problem.value = problemOf(asked, error)
  }

  /** Starts a worker; null, and told, where the browser gives none. */
  function spawn(lost: (why: Loss) => void): Explorer | null {
    try {
      return createExplorer(world.spawn, lost)
    } catch (thrown) {
      lost({ kind: 'crashed', message: String(thrown) })
      return null
    }
  }

  function closeTeller() {
    teller?.close()
    teller = null
  }

  function withTeller(): Explorer | null {
    teller ??= spawn((why) => {
      teller = null
      batch(() => {
        loss.value = why
        if (phase.value === 'merging') abandon()
      })
    })
    return teller
  }

  function search(link: string, asked: SearchForm) {
    const mine = run
    const parts = new Array<ExploreProgress | undefined>(world.workers).fill(undefined)
    const reports: Exploration[] = []
    const proves = asked.strategy === 'prove'
    let left = world.workers
    const settle = () => {
      left -= 1
      if (left === 0) finish(reports)
    }
    for (let i = 0; i < world.workers && mine === run; i++) {
      const explorer = spawn((why) => {
        if (mine !== run) return
        loss.value = why
        settle()
      })
      if (!explorer) continue
      pool.push(explorer)
      const shard = world.workers > 1 ? { shard: `${i + 1}/${world.workers}` } : {}
      explorer.search(
        link,
        { ...optionsOf(asked), ...shard },
        {
          progress(next) {
            if (mine !== run) return
            parts[i] = next
            counters.value = tally(parts, proves)
          },
          found(report) {
            explorer.close()
            if (mine !== run) return
            reports.push(report)
            settle()
          },
          refused(error) {
            if (mine === run) refuse(asked, error)
          },
        },
      )
    }
  }

  function finish(reports: Exploration[]) {
    pool = []
    const stopped = phase.value === 'stopping'
    if (reports.length === 0) return abandon()
    if (world.workers === 1) return show(reports[0]!, stopped)
    phase.value = 'merging'
    withTeller()?.merge(reports, {
      found: (report) => show(report, stopped),
      refused: (error) => form.value && refuse(form.value, error),
    })
  }

  function show(report: Exploration, stopped: boolean) {
    const of = subject
    batch(() => {
      abandon()
      if (of) explored.value = { report, subject: of, stopped }
    })
  }

  return {
    form,
    problem,
    phase,
    counters,
    explored,
    told,
    loss,
    dropped,
    /** The curve of the run that is told, once it is sampled. */
    curve: computed<Chart | null>(() => {
      const now = told.value
      const outcome = now && outcomeOf(now)
      return now?.futures && outcome ? curveOf(now.futures, outcome) : null
    }),
    /** The form for a link, unless one is filled in already. */
    prepare(info: LinkInfo) {
      scenario = info.scenario
      form.value ??= formOf(info)
    },
    fill(change: Partial<SearchForm>) {
      if (!form.value) return
      const field = problem.value?.field
      batch(() => {
        form.value = { ...form.value!, ...change }
        if (field === 'whole' || (field && field in change)) problem.value = null
      })
    },
    /** Searches a link as the form says. A search under way is dropped. */
    async start(info: LinkInfo) {
      abandon()
      closeTeller()
      const mine = run
      const asked = form.value ?? formOf(info)
      subject = info
      scenario = info.scenario
      batch(() => {
        phase.value = 'running'
        problem.value = null
        loss.value = null
        explored.value = null
        told.value = null
        dropped.value = false
      })
      try {
        const link = await world.format(subjectOf(info))
        if (mine === run) search(link, asked)
      } catch (thrown) {
        if (mine !== run) return
        if (thrown instanceof Refused) refuse(asked, thrown.error)
        else throw thrown
      }
    },
    /** Ends the search; what was found is shown. */
    stop() {
      if (phase.value !== 'running') return
      if (pool.length === 0) return abandon()
      phase.value = 'stopping'
      for (const explorer of pool) explorer.stop()
    },
    /** Tells the run of a link that a search has found. */
    tell(link: string) {
      if (told.value?.link === link) return
      told.value = { link, sentences: null, futures: null }
      const more = (news: Partial<Told>) => {
        if (told.value?.link === link) told.value = { ...told.value, ...news }
      }
      withTeller()?.tell(link, {
        story: (sentences) => more({ sentences }),
        futures(futures, done) {
          if (!done) return
          more({ futures })
          closeTeller()
        },
        refused: (error) => {
          problem.value = { field: 'whole', error }
        },
      })
    },
    /** The page shows another link: a search of another one is dropped, and with the scenario everything. */
    follow(info: LinkInfo | null) {
      const other = scenario !== null && info?.scenario !== scenario
      const changed = !info || !subject || subjectKey(info) !== subjectKey(subject)
      batch(() => {
        if (changed && phase.value !== 'idle') {
          abandon()
          dropped.value = !other
        }
        if (!other) return
        scenario = null
        closeTeller()
        explored.value = null
        told.value = null
        form.value = null
        problem.value = null
        loss.value = null
        dropped.value = false
      })
    },
  }
}
