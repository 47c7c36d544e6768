/** Handles in the picture: drag the cause of the chosen event, or a fault, and the run is made again at once. */
import { computed, effect, signal, untracked } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'
import { faultLevers, type Lever, pulled, stepOf, stepped, targetOf, usable } from '../state/levers'
import { createPull, type Held, type Pulled } from '../state/pull'
import { eventSentence, scenarioText } from '../text/core'
import { aboutTime, showDuration } from '../text/duration'
import { t } from '../text/locale'
import { toPx, toTime } from '../timeline/scale'
import type { Trace } from '../timeline/trace'
import { MARK } from '../worker/core'
import { type App, useApp } from './context'

/** Milliseconds that an event is chosen before its levers are measured, and that keys rest before a pull is one step. */
const MEASURE_MS = 150
const REST_MS = 1_200
/** Milliseconds in which the verdicts of a run are told. */
const VERDICTS_MS = 400
/** Handles of faults in the picture, and levers listed. */
const MOST = 40
const LISTED = 6

type Hands = ReturnType<typeof createHands>
let hands: Hands | null = null
const handsOf = (app: App): Hands => (hands ??= createHands(app))

/** What the picture and the inspector share. */
function createHands(app: App) {
  const { session, transport, ui } = app
  /** The levers of the chosen event, the nearest first; null while they are measured. */
  const levers = signal<Lever[] | null>(null)
  /** The one that the handle pulls, by what it is called without its value. */
  const chosen = signal<string | null>(null)
  const lever = computed(() => levers.value?.find((one) => idOf(one) === chosen.value) ?? levers.value?.[0] ?? null)
  const last = signal<Pulled | null>(null)
  const pull = createPull(session, transport, ui.still, (now) => (last.value = now))
  let resting: ReturnType<typeof setTimeout> | undefined
  /** What was pulled last and has not been measured since. */
  let pulledLast: Held | null = null
  /** What the live region was made to say, and the sentence of it that is ours. */
  let mine = ''
  let saying: { sentence: string; until: number } | null = null

  effect(() => {
    const [shown, event, playing] = [session.shown.value, transport.selected.value, transport.playing.value]
    const held = pull.held.value
    if (held) {
      pulledLast = held
      return
    }
    // A list that was just used stays as it is under the finger until it is measured again.
    const kept = pulledLast
    levers.value = kept && untracked(() => moved(levers.value, kept))
    pulledLast = null
    if (!shown || shown.live || playing || event === null || event >= shown.trace.count) return
    const timer = setTimeout(async () => {
      const found = await shown.levers(event)
      if (session.shown.peek() !== shown || transport.selected.peek() !== event || pull.held.peek()) return
      levers.value = usable(found, shown.info, session.scenario.peek()?.parameters ?? []).slice(0, LISTED)
    }, MEASURE_MS)
    return () => clearTimeout(timer)
  })
  // The words of the event may come a moment later.
  effect(() => {
    const said = last.value && (last.value.back ? t('moves.back') : saidOf(app, last.value))
    if (said) untracked(() => say(said))
  })
  effect(() => {
    const other = ui.announcement.value
    if (saying && other !== mine && performance.now() < saying.until) untracked(() => say(saying?.sentence ?? ''))
  })
  effect(() => {
    const asked = ui.nudge.value
    if (asked) untracked(() => nudge(asked.steps))
  })

  /** Says what was done, and after it what the new run has told by itself meanwhile: its verdicts. */
  function say(sentence: string) {
    const other = ui.announcement.peek()
    if (sentence !== saying?.sentence) saying = { sentence, until: performance.now() + VERDICTS_MS }
    mine = other && other !== mine ? `${sentence} ${other}` : sentence
    ui.announcement.value = mine
  }

  function take(which: Lever, event: number) {
    mine = ui.announcement.peek()
    pull.take(which, event)
  }

  /** Moves a lever by some steps, as keys and buttons do; it stays in the hand for a while. */
  function nudge(steps: number, which = lever.peek()) {
    const [event, window, shown] = [transport.selected.peek(), ui.window.peek(), session.shown.peek()]
    if (!window || !shown || event === null) return
    const now = pull.held.peek()
    const given = now?.lever ?? which
    if (!given) {
      const why = levers.peek() === null ? 'moves.measuring' : shown.info.schedule ? 'moves.schedule' : 'moves.none'
      ui.announcement.value = t(why)
      return
    }
    if (!now) take(given, event)
    const value = pull.held.peek()?.value ?? given.value_ns
    pull.to(stepped(given, value, steps, stepOf(window)))
    clearTimeout(resting)
    resting = setTimeout(pull.drop, REST_MS)
  }

  window.addEventListener(
    'keydown',
    (event) => {
      if (!pull.held.peek() || (event.key !== 'Escape' && event.key !== 'Enter')) return
      event.preventDefault()
      event.stopPropagation()
      clearTimeout(resting)
      if (event.key === 'Enter') return pull.drop()
      pull.cancel()
    },
    true,
  )

  return {
    levers,
    lever,
    chosen,
    pull,
    nudge,
    take,
    drop() {
      clearTimeout(resting)
      pull.drop()
    },
  }
}

/** The levers after one of them was pulled. */
function moved(levers: Lever[] | null, { lever, value }: Held): Lever[] | null {
  return levers?.map((one) => (idOf(one) === idOf(lever) ? { ...one, value_ns: value } : one)) ?? null
}

const idOf = ({ parameter, fault, length }: Lever) => parameter ?? `${fault} ${length}`

/** What a lever is called. */
function nameOf({ parameter, name, length }: Lever, scenario: string): string {
  if (parameter !== null) return scenarioText(scenario, `parameter.${parameter}`) ?? parameter
  const target = targetOf(name)
  if (length) return t('moves.length', { fault: name })
  return target ? `${target.task}:${target.kind}` : name
}

/** What came of a pull, as a sentence. */
function saidOf({ session }: App, { lever, value, was, now, event }: Pulled): string {
  const shown = session.shown.value
  const row = event === null ? null : shown?.rows.get(event)
  const what = { name: nameOf(lever, shown?.info.scenario ?? ''), value: showDuration(value) }
  if (now === null || !shown) return t('moves.said.gone', what)
  const words = row ? eventSentence(row, shown.info.scenario) : t('inspector.number', { id: event ?? 0 })
  return t('moves.said', { ...what, event: words, now: aboutTime(now), was: aboutTime(was) })
}

/** A place in the plot, px. */
type Spot = { x: number; y: number }

/** The handles; `spot` tells where on the lane of a task a px of the axis is, if that is in view. */
export function Handles({ spot }: { spot(task: number, x: number): Spot | null }) {
  const app = useApp()
  const { session, look, transport, ui } = app
  const { lever, pull } = handsOf(app)
  const [shown, window, axis] = [session.shown.value, ui.window.value, look.axis.value]
  if (!shown || shown.live || !window || !axis) return null
  const { trace, info } = shown
  const held = pull.held.value
  const event = transport.selected.value
  const faults = faultLevers(info).slice(0, MOST)
  const own = faults.map((one) => struckBy(trace, one))
  const handles = faults.map((one, i) => {
    const mark = own[i] ?? null
    const task = mark === null ? taskOf(trace, one) : trace.columns.task[mark]!
    const x = mark === null ? axis.x(one.value_ns) : look.placeOf(mark)
    return { key: `fault ${i}`, lever: one, event: mark, spot: spot(task, toPx(window, x)), chosen: mark === event }
  })
  const pulls = held && !handles.some(({ chosen }) => chosen) ? held.lever : lever.value
  if (pulls && event !== null && event < trace.count && !own.includes(event)) {
    const gone = held !== null && held.now === null
    const x = gone ? axis.x(held.was + held.lever.ratio * (held.value - held.lever.value_ns)) : look.placeOf(event)
    const place = spot(trace.columns.task[event]!, toPx(window, x))
    handles.push({ key: 'chosen', lever: pulls, event, spot: place, chosen: true })
  }
  return (
    <div class="handles">
      {handles.map(
        (one) =>
          one.spot &&
          one.event !== null && (
            <Handle key={one.key} lever={one.lever} event={one.event} at={one.spot} chosen={one.chosen} />
          ),
      )}
    </div>
  )
}

/** The event of a fault: of its kind, on its task, at its time. */
function struckBy({ columns, tasks, timeline: { marks } }: Trace, lever: Lever): number | null {
  const target = targetOf(lever.name)
  const wanted = target?.kind === 'crash' ? MARK.crash : MARK.fault
  for (let i = 0; i < marks.event.length; i++) {
    const event = marks.event[i]!
    if (marks.kind[i] !== wanted || columns.time[event] !== lever.value_ns) continue
    if (tasks[columns.task[event]!]?.name === target?.task) return event
  }
  return null
}

function taskOf({ tasks }: Trace, lever: Lever): number {
  return tasks.findIndex(({ name }) => name === targetOf(lever.name)?.task)
}

/** One handle: drag it, or take the arrow keys to it. */
function Handle(props: { lever: Lever; event: number; at: Spot; chosen: boolean }) {
  const { lever, event, at, chosen } = props
  const app = useApp()
  const { session, look, transport, ui } = app
  const { pull, nudge, take, drop } = handsOf(app)
  const button = useRef<HTMLButtonElement>(null)
  /** The place on the axis where the drag began, with the axis and the window of then. */
  const began = useRef<{ x: number; time(px: number): number } | null>(null)
  const held = pull.held.value
  const mine = held !== null && chosen
  const value = mine ? held.value : lever.value_ns
  const change = mine ? value - held.lever.value_ns : 0
  const name = nameOf(mine ? held.lever : lever, session.info.value?.scenario ?? '')
  const own = { lever, event }
  const latest = useRef(own)
  latest.current = own

  // Pointer events that the page's gestures never see: a press on a button is the button's.
  useEffect(() => {
    const element = button.current
    if (!element) return
    const down = (press: PointerEvent) => {
      const [window, axis] = [ui.window.peek(), look.axis.peek()]
      if (press.button !== 0 || !window || !axis) return
      element.setPointerCapture(press.pointerId)
      began.current = { x: press.clientX, time: (px) => axis.time(toTime(window, px)) }
    }
    const move = (press: PointerEvent) => {
      const from = began.current
      const window = ui.window.peek()
      if (!from || !window) return
      const dx = press.clientX - from.x
      if (!pull.held.peek()) {
        if (Math.abs(dx) < 4) return
        transport.select(latest.current.event)
        take(latest.current.lever, latest.current.event)
      }
      const now = pull.held.peek()
      if (!now) return
      const start = toPx(window, look.axis.peek()?.x(now.was) ?? 0)
      const step = stepOf(window) / (press.shiftKey ? 10 : 1)
      pull.to(pulled(now.lever, from.time(start + dx) - from.time(start), step))
    }
    const up = (press: PointerEvent) => {
      if (!began.current) return
      began.current = null
      if (!pull.held.peek()) return transport.select(latest.current.event)
      if (press.type === 'pointercancel') pull.cancel()
      else drop()
    }
    const listeners = { pointerdown: down, pointermove: move, pointerup: up, pointercancel: up }
    for (const [type, listener] of Object.entries(listeners)) element.addEventListener(type, listener as EventListener)
    return () => {
      for (const [type, listener] of Object.entries(listeners))
        element.removeEventListener(type, listener as EventListener)
    }
  }, [])

  const onKeyDown = (press: KeyboardEvent) => {
    const steps = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1, PageUp: 10, PageDown: -10 }[press.key]
    if (!steps || press.altKey || press.ctrlKey || press.metaKey) return
    press.preventDefault()
    press.stopPropagation()
    if (!chosen) transport.select(event)
    nudge(press.shiftKey ? steps * 10 : steps, lever)
  }
  return (
    <button
      type="button"
      role="slider"
      ref={button}
      class={`handle ${chosen ? 'chosen' : ''} ${mine ? 'held' : ''} ${mine && held.now === null ? 'gone' : ''}`}
      style={{ left: `${at.x}px`, top: `${at.y}px` }}
      aria-label={t('moves.handle', { name })}
      aria-valuemin={lever.min}
      aria-valuemax={lever.max}
      aria-valuenow={value}
      aria-valuetext={showDuration(value)}
      aria-orientation="horizontal"
      onKeyDown={onKeyDown}
      onBlur={() => mine && !began.current && drop()}
    >
      <span aria-hidden="true">
        {name} <b>{showDuration(value)}</b>
        {change !== 0 && <i>{`${change > 0 ? '+' : '−'}${showDuration(Math.abs(change))}`}</i>}
      </span>
    </button>
  )
}

/** The levers of the chosen event in the inspector: which one the handle pulls, and a step this way or that. */
export function Moves() {
  const app = useApp()
  const { session } = app
  const { levers, lever, chosen, pull, nudge } = handsOf(app)
  const shown = session.shown.value
  if (!shown || shown.live) return null
  const held = pull.held.value
  const listed: Lever[] | null = levers.value ?? (held && [held.lever])
  const pulledNow = held ? idOf(held.lever) : lever.value && idOf(lever.value)
  return (
    <>
      <h3>{t('moves.title')}</h3>
      {shown.info.schedule ? (
        <p class="quiet">{t('moves.schedule')}</p>
      ) : listed === null ? (
        <p class="quiet">{t('moves.measuring')}</p>
      ) : listed.length === 0 ? (
        <p class="quiet">{t('moves.none')}</p>
      ) : (
        <ul class="moves">
          {listed.map((one) => {
            const name = nameOf(one, shown.info.scenario)
            const id = idOf(one)
            const value = held && idOf(held.lever) === id ? held.value : one.value_ns
            return (
              <li key={id}>
                <button
                  type="button"
                  class="plain-button"
                  aria-pressed={id === pulledNow}
                  title={t('moves.choose')}
                  onClick={() => (chosen.value = id)}
                >
                  <span>{name}</span> <b>{showDuration(value)}</b> <small>{ratioText(one.ratio)}</small>
                </button>
                <Step label={t('moves.earlier', { name })} text="−" act={() => nudge(-1, one)} />
                <Step label={t('moves.later', { name })} text="+" act={() => nudge(1, one)} />
              </li>
            )
          })}
        </ul>
      )}
    </>
  )
}

function Step({ label, text, act }: { label: string; text: string; act(): void }) {
  return (
    <button type="button" class="icon-button" aria-label={label} title={label} onClick={act}>
      {text}
    </button>
  )
}

/** How far the event moves with the lever, in words. */
function ratioText(ratio: number): string {
  const size = Math.abs(ratio)
  if (size === 1) return ratio > 0 ? t('moves.same') : t('moves.against')
  const times = { times: String(Number(size.toPrecision(2))) }
  return ratio > 0 ? t('moves.times', times) : t('moves.times.against', times)
}
