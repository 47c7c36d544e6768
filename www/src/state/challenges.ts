/**
 * Questions that are answered before a run is seen, and goals that its claims tick off. A question holds its run at the
 * start; the answer is read from the run itself. What was answered and reached is kept where the browser keeps anything.
 */
import { batch, effect, type Signal, signal, untracked } from '@preact/signals'
import { allows, GOALS, type Goal, goalId, reached } from '../challenge/goals'
import { QUESTIONS, type Question, questionId } from '../challenge/questions'
import type { Reading } from '../challenge/reading'
import type { LinkInfo } from '../worker/core'
import type { Session } from './session'
import type { Store } from './settings'
import type { Transport } from './transport'

/** What the reader has done so far, by id: whether a question was answered rightly, and which goals were reached. */
export interface Achieved {
  answered: Record<string, boolean>
  reached: string[]
}

/** A question that is asked now; once it is answered, with what was given and what the run says. */
export interface Open {
  question: Question
  /** Its run, once that has been begun. */
  run: string | null
  given: string | null
  reading: Reading | null
}

/** Everything about questions and goals. */
export type Challenges = ReturnType<typeof createChallenges>

/** Follows a session; `held` hides the run while a question waits for its answer, `say` speaks of a goal that is reached. */
export function createChallenges(
  session: Pick<Session, 'shown' | 'info' | 'face' | 'scenario' | 'openText' | 'catalogue'>,
  transport: Pick<Transport, 'seek' | 'select' | 'playing' | 'duration'>,
  held: Signal<boolean>,
  store: Store,
  say: (goal: Goal) => void,
) {
  const achieved = signal(readAchieved(store.read('challenges')))
  const open = signal<Open | null>(null)
  /** What was on the screen when the question was asked. */
  let before: LinkInfo | null = null

  function keep(next: Achieved) {
    achieved.value = next
    store.write('challenges', JSON.stringify(next))
  }

  function close() {
    batch(() => {
      open.value = null
      held.value = false
    })
  }

  // A question belongs to one run: whoever goes on to another has left it.
  effect(() => {
    const [info, face, asked] = [session.info.value, session.face.value, open.value]
    if (!asked) return
    if (face.kind !== 'run' && face.kind !== 'loading') return close()
    if (asked.run === null && info && info !== before) open.value = { ...asked, run: info.run }
    else if (asked.run !== null && info?.run !== asked.run) close()
  })
  // As long as it is held, a run stands at its start.
  effect(() => {
    const now = session.shown.value
    if (!now || !held.value) return
    untracked(() => transport.seek(0))
  })
  effect(() => {
    const [now, scenario] = [session.shown.value, session.scenario.value]
    if (!now?.report || !scenario || now.live || now.stopped) return
    const { report, info } = now
    untracked(() => {
      const { reached: before } = achieved.value
      const fresh = GOALS.filter(
        (goal) => !before.includes(goalId(goal)) && allows(goal, scenario, info) && reached(goal, report),
      )
      if (fresh.length === 0) return
      keep({ ...achieved.value, reached: [...before, ...fresh.map(goalId)] })
      fresh.forEach(say)
    })
  })

  return {
    achieved,
    open,
    /** Whether what is achieved is there at the next visit. */
    kept: store.keeps(),
    /** Opens the situation of a question and holds it. */
    ask(question: Question) {
      const scenario = session.catalogue.value?.scenarios.find(({ id }) => id === question.scenario)
      const link = scenario?.presets.find(({ id }) => id === question.preset)?.link
      if (link === undefined) return
      batch(() => {
        transport.playing.value = false
        held.value = true
        before = session.info.value
        open.value = { question, run: null, given: null, reading: null }
      })
      session.openText(link)
    },
    /** Answers the question that is open; the run is shown where it says what the answer is. */
    answer(given: string) {
      const [asked, report] = [open.value, session.shown.value?.report]
      if (asked?.run == null || asked.reading || !report) return
      const reading = asked.question.asked.read(report)
      const id = questionId(asked.question)
      const { answered } = achieved.value
      batch(() => {
        held.value = false
        open.value = { ...asked, given, reading }
        if (reading.evidence === null) transport.seek(transport.duration.value)
        else transport.select(reading.evidence)
      })
      // Who was right once has understood it.
      keep({ ...achieved.value, answered: { ...answered, [id]: answered[id] || given === reading.answer } })
    },
    close,
  }
}

/** What was kept, as far as it can be read; what this version does not ask is forgotten. */
export function readAchieved(text: string | null): Achieved {
  let kept: Partial<Record<keyof Achieved, unknown>> = {}
  try {
    kept = JSON.parse(text ?? '{}') ?? {}
  } catch {
    // Something else was written there.
  }
  const answered = typeof kept.answered === 'object' && kept.answered !== null ? kept.answered : {}
  const questions = QUESTIONS.map(questionId)
  const goals = GOALS.map(goalId)
  return {
    answered: Object.fromEntries(
      Object.entries(answered).filter(
        (entry): entry is [string, boolean] => questions.includes(entry[0]) && typeof entry[1] === 'boolean',
      ),
    ),
    reached: goals.filter((id) => Array.isArray(kept.reached) && kept.reached.includes(id)),
  }
}
