/** The middle: the lesson, the timeline with its lanes' names, and what is going on with the run. */
import { useSignal, useSignalEffect } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'
import { endText, eventSentence, scenarioText } from '../text/core'
import { showTime } from '../text/duration'
import { count, locale, t } from '../text/locale'
import { type LaneLayout, rowTop, visibleRows } from '../timeline/lanes'
import { AXIS } from '../timeline/paint'
import { createTimeline, type Timeline } from '../timeline/view'
import { splitLesson } from './catalogue'
import { useApp } from './context'
import { Fit, Minus, Plus } from './icons'
import { wordsFor } from './words'

/** The sentence of the scenario: the point first. */
export function Lesson() {
  const { session } = useApp()
  const id = session.info.value?.scenario
  if (!id) return null
  const [first, rest] = splitLesson(scenarioText(id, 'lesson') ?? '')
  const look = scenarioText(id, 'look')
  return (
    <p class="lesson">
      <b>{first}</b> {rest}
      {look && (
        <span class="look">
          {' '}
          <i>{t('lesson.look')}</i> {look}
        </span>
      )}
    </p>
  )
}

/** The names of the lanes beside the picture: one stop for the Tab key, arrows move between them. */
function LaneNames({ layout, height }: { layout: LaneLayout | null; height: number }) {
  const { transport } = useApp()
  if (!layout) return <ul class="lanes" />
  const [first, last] = visibleRows(layout, height)
  const chosen = transport.lane.value
  const move = (row: number) => {
    const lane = layout.lanes[Math.min(Math.max(row, 0), layout.lanes.length - 1)]
    if (lane) transport.lane.value = lane.task
  }
  const onKeyDown = (event: KeyboardEvent) => {
    const row = chosen === null ? -1 : (layout.rowOf[chosen] ?? -1)
    if (event.key === 'ArrowDown') move(row + 1)
    else if (event.key === 'ArrowUp') move(row - 1)
    else return
    event.preventDefault()
    event.stopPropagation()
  }
  const active = chosen !== null && layout.lanes.some((lane) => lane.task === chosen) ? `lane-${chosen}` : undefined
  return (
    <ul
      class="lanes"
      role="listbox"
      aria-label={t('timeline.lanes')}
      tabIndex={0}
      aria-activedescendant={active}
      onKeyDown={onKeyDown}
    >
      {layout.lanes.slice(first, last + 1).map((lane, i) => (
        <li
          key={lane.task}
          id={`lane-${lane.task}`}
          role="option"
          aria-selected={lane.task === chosen}
          style={{ top: `${AXIS + rowTop(layout, first + i)}px`, height: `${layout.height}px` }}
          onClick={() => (transport.lane.value = lane.task)}
          title={lane.name}
        >
          <span>{lane.name}</span>
          {lane.server && <small>{t('timeline.server')}</small>}
        </li>
      ))}
    </ul>
  )
}

/** The timeline. */
export function TimelinePanel() {
  const { session, transport, ui } = useApp()
  const host = useRef<HTMLDivElement>(null)
  const timeline = useRef<Timeline | null>(null)
  const layout = useSignal<LaneLayout | null>(null)
  const height = useSignal(0)
  const tip = useSignal<{ event: number; x: number; y: number } | null>(null)

  useEffect(() => {
    if (!host.current) return
    const made = createTimeline(host.current, {
      select: transport.select,
      seek: transport.seek,
      lane: (task) => (transport.lane.value = task),
      hover: (event, x, y) => (tip.value = event === null ? null : { event, x, y }),
      moved(next) {
        layout.value = next
        height.value = (host.current?.clientHeight ?? 0) - AXIS
      },
    })
    timeline.current = made
    return () => made.destroy()
  }, [])

  useSignalEffect(() => {
    const now = session.shown.value
    void locale.value
    if (now)
      timeline.current?.show(
        now.trace,
        session.scenario.value?.tasks ?? [],
        wordsFor(now.trace, now.live),
        t('timeline.arrows'),
        now.live,
      )
  })
  useSignalEffect(() => {
    timeline.current?.stand({
      cursor: transport.cursor.value,
      selected: transport.selected.value,
      lane: transport.lane.value,
      playing: transport.playing.value,
    })
  })
  useSignalEffect(() => {
    void ui.theme.value
    requestAnimationFrame(() => timeline.current?.restyle())
  })
  useSignalEffect(() => {
    const asked = ui.zoom.value
    if (!asked) return
    if (asked.factor === 0) timeline.current?.zoomAll()
    else timeline.current?.zoomBy(asked.factor)
  })

  const zoom = (factor: number) => (ui.zoom.value = { factor })
  return (
    <div class="timeline" id="timeline">
      <LaneNames layout={layout.value} height={height.value} />
      <div class="plot" ref={host}>
        {tip.value && <Tip {...tip.value} />}
      </div>
      <div class="zoom">
        <button
          type="button"
          class="icon-button"
          aria-label={t('timeline.zoom.out')}
          title={t('timeline.zoom.out')}
          onClick={() => zoom(1 / 1.6)}
        >
          <Minus />
        </button>
        <button
          type="button"
          class="icon-button"
          aria-label={t('timeline.zoom.all')}
          title={t('timeline.zoom.all')}
          onClick={() => zoom(0)}
        >
          <Fit />
        </button>
        <button
          type="button"
          class="icon-button"
          aria-label={t('timeline.zoom.in')}
          title={t('timeline.zoom.in')}
          onClick={() => zoom(1.6)}
        >
          <Plus />
        </button>
      </div>
      <RunState />
    </div>
  )
}

/** What the pointer is on, in words. */
function Tip({ event, x, y }: { event: number; x: number; y: number }) {
  const { session } = useApp()
  const row = session.shown.value?.rows.get(event)
  if (!row) return null
  const width = 260
  return (
    <div
      class="tip"
      aria-hidden="true"
      style={{ left: `max(4px, min(${x + 14}px, 100% - ${width}px))`, top: `${y + 18}px` }}
    >
      <span class="time">{showTime(row.time_ns)}</span> {eventSentence(row)}
    </div>
  )
}

/** Progress with a stop button, and how the run ended when that needs saying. */
function RunState() {
  const { session } = useApp()
  const progress = session.progress.value
  const shown = session.shown.value
  if (progress) {
    return (
      <div class="run-state" role="status">
        <span class="spinner" aria-hidden="true" />
        <span>{t('run.busy', { events: count(progress.events), time: showTime(progress.timeNs) })}</span>
        <button type="button" onClick={session.stop}>
          {t('run.stop')}
        </button>
      </div>
    )
  }
  if (shown?.stopped) return <p class="run-state">{t('run.stopped', { events: count(shown.trace.count) })}</p>
  const report = shown?.report
  if (report && report.end !== 'finished') {
    return (
      <p class="run-state bad">
        {report.end_detail
          ? t('run.end', { end: endText(report.end), detail: report.end_detail })
          : endText(report.end)}
      </p>
    )
  }
  return null
}
