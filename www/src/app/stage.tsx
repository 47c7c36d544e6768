/** The middle: the lesson, the timeline with its lanes' names, and what is going on with the run. */
import { useComputed, useSignal } from '@preact/signals'
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks'
import { windowOf } from '../state/look'
import { endingText, endText, eventSentence, scenarioText } from '../text/core'
import { showTime } from '../text/duration'
import { count, locale, t } from '../text/locale'
import { axisOf } from '../timeline/arrange'
import type { ChartRow } from '../timeline/charts'
import { anatomy, type LaneLayout, rowTop } from '../timeline/lanes'
import { AXIS } from '../timeline/paint'
import type { Trace } from '../timeline/trace'
import { createTimeline, type Timeline } from '../timeline/view'
import { useAtOnce } from './at_once'
import { splitLesson } from './catalogue'
import { ChartNames } from './charts'
import { useApp } from './context'
import { Flags } from './flags'
import { IconButton } from './icon_button'
import { Fit, Minus, Plus } from './icons'
import { LaneNames } from './lane_names'
import { Added, Later } from './later'
import { wordsFor } from './words'

/** What the scenario shows, the point first; a long lesson is opened on demand, so that the picture keeps its room. */
export function Lesson() {
  const { session } = useApp()
  const id = session.info.value?.scenario
  const text = useRef<HTMLParagraphElement>(null)
  const whole = useSignal(false)
  const long = useSignal(false)
  useEffect(() => {
    whole.value = false
    const measure = () => {
      const p = text.current
      if (p && !whole.value) long.value = p.scrollHeight > p.clientHeight + 2
    }
    const observer = new ResizeObserver(measure)
    if (text.current) observer.observe(text.current)
    measure()
    return () => observer.disconnect()
  }, [id, locale.value])
  if (!id) return null
  const [first, rest] = splitLesson(scenarioText(id, 'lesson') ?? '')
  const look = scenarioText(id, 'look')
  return (
    <div class={`lesson ${whole.value ? 'whole' : ''}`}>
      <p ref={text}>
        <b>{first}</b> {rest}
        {look && (
          <span class="look">
            {' '}
            <i>{t('lesson.look')}</i> {look}
          </span>
        )}
      </p>
      {(long.value || whole.value) && (
        <button
          type="button"
          class="quiet-button"
          aria-expanded={whole.value}
          onClick={() => (whole.value = !whole.value)}
        >
          {whole.value ? t('lesson.less') : t('lesson.more')}
        </button>
      )}
    </div>
  )
}

/** The timeline. */
export function TimelinePanel() {
  const { explore, look, session, transport, ui } = useApp()
  const host = useRef<HTMLDivElement>(null)
  const timeline = useRef<Timeline | null>(null)
  const layout = useSignal<LaneLayout | null>(null)
  const height = useSignal(0)
  const charts = useSignal<ChartRow[]>([])
  // Under the lanes of a run that a search has found: how its futures end.
  const drawn = useComputed(() => {
    const now = session.shown.value
    const run = look.drawn.value
    if (!now || !run) return []
    const curve = explore.told.value?.link === now.info.run && !now.live ? explore.curve.value : null
    const placed = curve && { ...curve, time: curve.time.map(axisOf(run).x) }
    return placed ? [placed, ...run.charts] : run.charts
  })
  const tip = useSignal<{ event: number; x: number; y: number } | null>(null)

  useLayoutEffect(() => {
    if (!host.current) return
    const made = createTimeline(host.current, {
      select: transport.select,
      seek: look.seek,
      measure: look.measure,
      lane: (task) => (transport.lane.value = task),
      hover: (event, x, y) => (tip.value = event === null ? null : { event, x, y }),
      moved(next, lanesHeight, rows) {
        layout.value = next
        height.value = lanesHeight
        charts.value = rows
      },
      looked: (view) => (ui.window.value = view),
    })
    timeline.current = made
    return () => made.destroy()
  }, [])

  /** On the axis of time there is room for the end of the run that is kept. */
  const beside = ({ axis }: Trace) => (axis ? 0 : (ui.kept.value?.trace.duration ?? 0))
  useAtOnce(() => {
    const now = session.shown.value
    const run = look.drawn.value
    void locale.value
    if (now && run)
      timeline.current?.show(
        { ...run, charts: drawn.value, extent: Math.max(run.duration, beside(run)) },
        look.lanes.value,
        wordsFor(now.trace, now.info.scenario, now.live),
        t('timeline.arrows'),
        now.live,
      )
  })
  // A view that came with a link, or with a step back.
  useAtOnce(() => {
    void session.arrivals.value
    const now = session.shown.value
    if (ui.still.value || !now || now.live || now.info !== session.info.value) return
    const run = look.drawn.peek()
    if (run) timeline.current?.lookAt(windowOf(session.view.peek(), run))
  })
  useAtOnce(() => {
    timeline.current?.stand({
      cursor: look.cursor.value,
      selected: transport.selected.value,
      lane: transport.lane.value,
      playing: transport.playing.value,
      lens: ui.lens.value,
      ruler: ui.ruler.value,
      held: ui.still.value,
    })
  })
  useAtOnce(() => {
    if (ui.look.value) timeline.current?.lookAt(ui.look.value)
  })
  useAtOnce(() => {
    void ui.theme.value
    void ui.looks.value
    requestAnimationFrame(() => timeline.current?.restyle())
  })
  useAtOnce(() => {
    const asked = ui.zoom.value
    if (!asked) return
    if (asked.factor === 0) timeline.current?.zoomAll()
    else timeline.current?.zoomBy(asked.factor)
  })

  /** Where on the lane of a task a px of the axis is, or null out of view. */
  const spot = (task: number, x: number) => {
    const [lanes, seen] = [layout.value, ui.window.value]
    const y = lanes ? rowTop(lanes, lanes.rowOf[task] ?? -1) + anatomy(lanes.height).middle : -1
    return !seen || y < 0 || y > height.value || x < 0 || x > seen.width ? null : { x, y: AXIS + y }
  }
  const zoom = (factor: number) => (ui.zoom.value = { factor })
  return (
    <div class="timeline" id="timeline">
      <div class="gutter">
        <LaneNames layout={layout.value} height={height.value} scroll={(dy) => timeline.current?.scroll(dy)} />
        <ChartNames charts={drawn.value} rows={charts.value} />
      </div>
      <div class="plot" ref={host}>
        <Flags layout={layout.value} height={height.value} />
        <Added part="extras">
          {({ Handles, Parting }) => (
            <>
              <Parting />
              <Handles spot={spot} />
            </>
          )}
        </Added>
        {tip.value && !ui.still.value && <Tip {...tip.value} />}
      </div>
      <div class="zoom">
        <IconButton label={t('timeline.zoom.out')} act={() => zoom(1 / 1.6)}>
          <Minus />
        </IconButton>
        <IconButton label={t('timeline.zoom.all')} act={() => zoom(0)}>
          <Fit />
        </IconButton>
        <IconButton label={t('timeline.zoom.in')} act={() => zoom(1.6)}>
          <Plus />
        </IconButton>
      </div>
      <Added part="extras">{({ Kept }) => <Kept />}</Added>
      <RunState />
      {(ui.viewing.value || ui.note.value) && (
        <Later
          part="extras"
          close={() => {
            ui.viewing.value = false
            ui.note.value = null
          }}
        >
          {({ ViewBar }) => <ViewBar />}
        </Later>
      )}
    </div>
  )
}

/** What the pointer is on, in words. */
function Tip({ event, x, y }: { event: number; x: number; y: number }) {
  const { session } = useApp()
  const shown = session.shown.value
  const row = shown?.rows.get(event)
  if (!row || !shown) return null
  const width = 260
  return (
    <div
      class="tip"
      aria-hidden="true"
      style={{ left: `max(4px, min(${x + 14}px, 100% - ${width}px))`, top: `${y + 18}px` }}
    >
      <span class="time">{showTime(row.time_ns)}</span> {eventSentence(row, shown.info.scenario)}
    </div>
  )
}

/** Progress with a stop button, and how the run ended when that needs saying. */
function RunState() {
  const { look, session, ui } = useApp()
  const progress = session.progress.value
  const shown = session.shown.value
  if (ui.held.value) return <p class="run-state">{t('question.held')}</p>
  if (progress) {
    return (
      <output class="run-state">
        <span class="spinner" aria-hidden="true" />
        <span>{t('run.busy', { events: count(progress.events), time: showTime(progress.timeNs) })}</span>
        <button type="button" onClick={session.stop}>
          {t('run.stop')}
        </button>
      </output>
    )
  }
  if (look.waiting.value) {
    return (
      <output class="run-state">
        <span class="spinner" aria-hidden="true" />
        <span>{t('axis.busy')}</span>
      </output>
    )
  }
  if (shown?.stopped) return <p class="run-state">{t('run.stopped', { events: count(shown.trace.count) })}</p>
  if (!shown?.report) return null
  const { report, ending } = shown
  if (report.end === 'finished' && ending.length === 0) return null
  return <p class="run-end">{ending.length > 0 ? endingText(ending) : endText(report.end)}</p>
}
