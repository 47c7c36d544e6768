/** Questions to answer before a run is seen, and goals to reach by changing one thing. */
import { useEffect, useRef } from 'preact/hooks'
import { GOALS, type Goal, goalId, startOf } from '../challenge/goals'
import { type Question as Asked, QUESTIONS, questionId } from '../challenge/questions'
import { NONE_OF_THEM } from '../challenge/reading'
import { createChallenges, type Challenges as State } from '../state/challenges'
import { claimText, endText, outcomeText, scenarioText } from '../text/core'
import { aboutTime, showDuration } from '../text/duration'
import { count, t } from '../text/locale'
import { type App, useApp } from './context'
import { Verdict } from './icons'

const states = new WeakMap<App, State>()

/** Made when it is looked at first: nothing of it is there before the first run is. */
function useChallenges(): State {
  const app = useApp()
  const { session, transport, store, ui } = app
  const known = states.get(app)
  if (known) return known
  const say = (goal: Goal) => {
    ui.announcement.value = t('challenges.said', { goal: goalText(goal) })
  }
  const made = createChallenges(session, transport, ui.held, store, say)
  states.set(app, made)
  return made
}

const goalText = ({ scenario, id }: Goal) => scenarioText(scenario, `goal.${id}`) ?? id
const presetText = ({ scenario, preset }: Asked) => scenarioText(scenario, `preset.${preset}`) ?? preset

/** An answer in words. */
function answerText({ scenario, asked }: Asked, answer: string): string {
  if (answer === NONE_OF_THEM) return t('question.none')
  if (asked.tells === 'claim') return claimText(scenario, answer)
  if (asked.tells === 'duration') return showDuration(Number(answer))
  if (asked.tells === 'verdict') return answer === 'holds' ? t('claims.holds') : t('claims.broken')
  return asked.answers.includes(answer) ? outcomeText(answer) : endText(answer)
}

/** The question that is asked now; nothing while none is. */
export function Question() {
  const challenges = useChallenges()
  const { session, transport, ui } = useApp()
  const panel = useRef<HTMLElement>(null)
  const open = challenges.open.value
  const id = open && questionId(open.question)
  useEffect(() => {
    panel.current?.focus({ preventScroll: true })
    panel.current?.scrollIntoView({ block: 'nearest' })
  }, [id])
  if (!open) return null
  const { question, given, reading } = open
  const { scenario, preset, asked } = question
  const shown = session.shown.value
  const ready = open.run !== null && shown?.info.run === open.run && !session.busy.value
  const time = reading?.evidence != null ? shown?.trace.columns.time[reading.evidence] : undefined
  return (
    <section class="panel question" ref={panel} tabIndex={-1} aria-label={t('question.title')}>
      <h2>{t('question.title')}</h2>
      <p>{scenarioText(scenario, `question.${preset}`)}</p>
      {asked.claim && <p class="asked">{claimText(scenario, asked.claim)}</p>}
      {!reading && <p class="quiet">{ready && !shown?.report ? t('question.unjudged') : t('question.held')}</p>}
      <fieldset class="answers">
        <legend class="hidden">{t('question.answers')}</legend>
        {asked.answers.map((answer) => (
          <button
            type="button"
            key={answer}
            disabled={!ready || !shown?.report || reading !== null}
            aria-pressed={given === answer}
            class={reading && answer === reading.answer ? 'is-right' : ''}
            onClick={() => challenges.answer(answer)}
          >
            {reading && answer === reading.answer && <Verdict holds={true} />}
            {reading && answer === given && answer !== reading.answer && <Verdict holds={false} />}
            {answerText(question, answer)}
          </button>
        ))}
      </fieldset>
      <div role="status">
        {reading && (
          <>
            <p class={given === reading.answer ? 'ok' : 'bad'}>
              <b>
                {given === reading.answer
                  ? t('question.right')
                  : t('question.wrong', { answer: answerText(question, reading.answer) })}
              </b>
            </p>
            <p>{scenarioText(scenario, `why.${preset}`)}</p>
          </>
        )}
      </div>
      <div class="buttons">
        {reading && time !== undefined && (
          <button type="button" onClick={() => transport.select(reading.evidence)}>
            {t('question.show', { time: aboutTime(time) })}
          </button>
        )}
        {reading && (
          <button
            type="button"
            onClick={() => {
              transport.seek(0)
              transport.playing.value = true
            }}
          >
            {t('question.play')}
          </button>
        )}
        <button
          type="button"
          onClick={() => {
            if (!reading) ui.announcement.value = t('question.skipped')
            challenges.close()
          }}
        >
          {reading ? t('question.close') : t('question.skip')}
        </button>
      </div>
    </section>
  )
}

/** What there is to guess and to reach in the scenario on the screen; nothing where there is none. */
export function Challenges() {
  const challenges = useChallenges()
  const { session, ui } = useApp()
  const scenario = session.info.value?.scenario
  const questions = QUESTIONS.filter((one) => one.scenario === scenario)
  const goals = GOALS.filter((one) => one.scenario === scenario)
  const { answered, reached } = challenges.achieved.value
  if (questions.length + goals.length === 0) return null
  return (
    <section class="panel challenges">
      <h2>{t('challenges.title')}</h2>
      {questions.length > 0 && <p class="quiet">{t('challenges.guess')}</p>}
      <ul>
        {questions.map((question) => {
          const id = questionId(question)
          return (
            <li key={id}>
              <button
                type="button"
                onClick={() => {
                  challenges.ask(question)
                  ui.announcement.value = t('question.held')
                }}
              >
                {presetText(question)}
              </button>
              {id in answered && (
                <span class={answered[id] ? 'ok' : 'bad'}>
                  <Verdict holds={answered[id] ?? null} />{' '}
                  {answered[id] ? t('challenges.right') : t('challenges.wrong')}
                </span>
              )}
            </li>
          )
        })}
      </ul>
      {goals.length > 0 && (
        <ul class="goals">
          {goals.map((goal) => (
            <GoalRow key={goalId(goal)} goal={goal} done={reached.includes(goalId(goal))} />
          ))}
        </ul>
      )}
      <p class="quiet">
        {t('challenges.count', {
          answered: count(Object.keys(answered).length),
          questions: count(QUESTIONS.length),
          reached: count(reached.length),
          goals: count(GOALS.length),
        })}{' '}
        {!challenges.kept && t('challenges.lost')}
      </p>
    </section>
  )
}

function GoalRow({ goal, done }: { goal: Goal; done: boolean }) {
  const { session } = useApp()
  const text = goalText(goal)
  const parameter = scenarioText(goal.scenario, `parameter.${goal.change}`) ?? goal.change
  return (
    <li class="goal">
      <Verdict holds={done ? true : null} />
      <div>
        {text}
        <small>{done ? <b class="word ok">{t('challenges.reached')}</b> : t('challenges.change', { parameter })}</small>
      </div>
      <button
        type="button"
        aria-label={t('challenges.begin.long', { goal: text })}
        onClick={() => session.openText(startOf(goal))}
      >
        {t('challenges.begin')}
      </button>
    </li>
  )
}
