/** The timeline on the page: two canvases, one frame loop, pointer and wheel. Tells what the person did; decides nothing. */
import { axisOf } from './arrange'
import { type ChartRow, layoutCharts } from './charts'
import { type Area, listen } from './gestures'
import { hit } from './hit'
import type { Words } from './input'
import { lowerBound } from './lane_index'
import { clampScroll, type Lane, type LaneLayout, layoutLanes, rowAt, rowsOf, rowTop } from './lanes'
import { type Lens, lensOf } from './lens'
import { createMeasure } from './measure'
import { paintOverlay } from './overlay'
import { AXIS, paint } from './paint'
import { type Palette, readPalette } from './palette'
import { clamp, fit, resize, reveal, toPx, toTime, type View, zoom } from './scale'
import { buildScene, type Scene } from './scene'
import { createSheet } from './sheet'
import { stripsOn } from './strips'
import { causeChain, isLevel, type Trace } from './trace'
import { fadedBy, pointOf, type Spot, trailOf } from './trail'

/** What the person does to the timeline. */
export interface Intents {
  select(event: number): void
  seek(time: number): void
  lane(task: number): void
  /** A ruler is drawn out from one event to another. */
  measure(from: number, to: number): void
  hover(event: number | null, x: number, y: number): void
  /** Lanes moved: their headers must follow; and where the charts lie. */
  moved(layout: LaneLayout, height: number, charts: ChartRow[]): void
  /** The window onto time is this one now. */
  looked(view: View): void
}

/** What stands on the timeline now; the cursor is a place on the axis. */
export interface Standing {
  cursor: number
  selected: number | null
  lane: number | null
  playing: boolean
  /** What can have nothing to do with the chosen event fades. */
  lens: boolean
  /** Dragging draws a ruler out, as it does with the shift key held down. */
  ruler: boolean
  /** The window keeps still, whatever the run becomes: something in it is dragged. */
  held?: boolean
}

/** A timeline in the page. */
export interface Timeline {
  show(trace: Trace, lanes: Lane[], words: Words, note: string, follow: boolean): void
  /** Shows a stretch of the axis; null is all of it. */
  lookAt(window: { t0: number; t1: number } | null): void
  stand(standing: Standing): void
  zoomBy(factor: number): void
  zoomAll(): void
  /** Scrolls the lanes by px. */
  scroll(dy: number): void
  restyle(): void
  destroy(): void
}

/** How far the window may go. */
const extentOf = ({ extent, duration }: Trace) => extent ?? duration

/** Puts a timeline into `host`, which gives it its size. */
export function createTimeline(host: HTMLElement, intents: Intents): Timeline {
  const document = host.ownerDocument
  const window = document.defaultView as Window & typeof globalThis
  const base = createSheet(host)
  const top = createSheet(host)
  const strips = base.plain && stripsOn(base.plain)
  let palette = styles()
  let measure = createMeasure(base.plain, palette)
  let trace: Trace | null = null
  let lanes: Lane[] = []
  let words: Words | null = null
  let note = ''
  let view: View = { t0: 0, t1: 1, width: 1 }
  let rowOf: Int32Array = new Int32Array()
  let layout: LaneLayout = layoutLanes([], rowOf, 1, 0)
  /** Runs shown so far, and what the headers were told last. */
  let shows = 0
  let toldAs = ''
  /** Of lanes and charts together. */
  let height = 1
  let charts: ChartRow[] = []
  let scene: Scene | null = null
  let standing: Standing = { cursor: 0, selected: null, lane: null, playing: false, lens: false, ruler: false }
  let hovered: number | null = null
  let chain: number[] = []
  let lens: Lens | null = null
  let frame = 0
  let stale = true
  /** The stretch to be shown at the next frame, whatever moves the window until then; undefined is none. */
  let wanted: { t0: number; t1: number } | null | undefined
  const still = window.matchMedia('(prefers-reduced-motion: reduce)')

  function styles(): Palette {
    const style = window.getComputedStyle(host)
    return readPalette((name) => style.getPropertyValue(`--${name}`).trim())
  }

  /** Asks for one frame; `whole` when more than the overlay changed. */
  function request(whole: boolean): void {
    stale ||= whole
    frame ||= window.requestAnimationFrame(draw)
  }

  function draw(): void {
    frame = 0
    if (!trace || !words) return
    if (wanted !== undefined) {
      const { width } = view
      view = wanted ? clamp({ ...wanted, width }, extentOf(trace)) : fit(extentOf(trace), width)
      wanted = undefined
    }
    if (stale || !scene) {
      stale = false
      charts = layoutCharts(trace.charts, height)
      const above = lanesHeight()
      layout = layoutLanes(lanes, rowOf, above, layout.scroll)
      tellHeaders(above)
      intents.looked(view)
      scene = buildScene({ trace, view, layout, height: above, charts, words, measure })
      const c = base.cleared(view.width, height + AXIS)
      const drawn = { scene, view, layout, height: above, below: height - above, palette }
      if (c && strips) paint(c, { ...drawn, note: scene.tooManyArrows ? note : null }, strips)
    }
    const c = top.cleared(view.width, height + AXIS)
    if (!c) return
    const row = standing.lane === null ? -1 : (layout.rowOf[standing.lane] ?? -1)
    paintOverlay(c, {
      ...standing,
      scene,
      view,
      height,
      palette,
      hovered,
      chain: standing.selected === null ? [] : trailOf(trace, [standing.selected, ...chain], point),
      faded: lens && fadedBy(lens, view, layout, lanesHeight()),
      duration: trace.duration,
      lane: row < 0 ? null : { y: rowTop(layout, row), height: layout.height },
      point,
    })
  }

  /** Headers follow when lanes have moved, not at every frame of a zoom. */
  function tellHeaders(above: number): void {
    const now = `${shows} ${layout.scroll} ${layout.height} ${height}`
    if (now === toldAs) return
    toldAs = now
    intents.moved(layout, above, charts)
  }

  function lanesHeight(): number {
    return charts[0]?.y ?? height
  }

  /** Where an event lies, in the lanes' area. */
  function point(event: number): Spot | null {
    return trace && pointOf(trace, event, view, layout, lanesHeight())
  }

  function measureHost(): void {
    const width = Math.max(1, Math.floor(host.clientWidth))
    height = Math.max(1, Math.floor(host.clientHeight) - AXIS)
    view = trace ? clamp(resize(view, width), extentOf(trace)) : resize(view, width)
    request(true)
  }

  const observer = new ResizeObserver(measureHost)
  observer.observe(host)

  function setView(next: View): void {
    if (next.t0 === view.t0 && next.t1 === view.t1) return
    view = next
    request(true)
  }

  function pick(x: number, y: number, touch: boolean): number | null {
    return scene && y - AXIS < lanesHeight() ? hit(scene, x, y - AXIS, touch ? 18 : undefined) : null
  }

  /** The event that a ruler snaps to: the one under the pointer, else the nearest in time that has a lane. */
  function near({ x, y }: { x: number; y: number }): number | null {
    const found = pick(x, y, false)
    if (found !== null || !trace) return found
    const { time, task } = trace.columns
    const at = toTime(view, x)
    const drawn = (i: number) => (layout.rowOf[task[i]!] ?? -1) >= 0 && !isLevel(trace as Trace, i)
    let after = lowerBound(0, trace.count, at, (i) => time[i]!)
    let before = after - 1
    while (after < trace.count && !drawn(after)) after++
    while (before >= 0 && !drawn(before)) before--
    if (before < 0) return after < trace.count ? after : null
    return after < trace.count && time[after]! - at < at - time[before]! ? after : before
  }

  function scrollBy(dy: number): boolean {
    const next = clampScroll(layout.scroll + dy, layout.lanes.length * layout.height, lanesHeight())
    if (next === layout.scroll) return false
    layout = { ...layout, scroll: next }
    request(true)
    return true
  }

  function hover(event: number | null, at: { x: number; y: number }): void {
    if (event !== hovered) request(false)
    hovered = event
    host.classList.toggle('pointing', event !== null)
    intents.hover(event, at.x, at.y)
  }

  /** What led to the chosen event, and what can have nothing to do with it. */
  function trackChosen(): void {
    const { selected, lens: asked, playing } = standing
    const chosen = trace && selected !== null && selected < trace.count ? { trace, event: selected } : null
    chain = chosen ? causeChain(chosen.trace, chosen.event, 40) : []
    lens = chosen && asked && !playing ? lensOf(chosen.trace, chosen.event) : null
  }

  const area: Area = {
    shows: () => trace !== null,
    cursor: () => toPx(view, standing.cursor),
    rules: () => standing.ruler,
    pick,
    near,
    laneAt: (y) => (y - AXIS < lanesHeight() ? (layout.lanes[rowAt(layout, y - AXIS)]?.task ?? null) : null),
    place: (x) => toTime(view, x),
    look: (change) => trace && setView(change(view, extentOf(trace))),
    scrollBy,
    hover,
  }
  const deaf = listen(host, area, intents)

  return {
    show(next, nextLanes, nextWords, nextNote, follow) {
      const first = trace === null
      const [was, is] = [trace && axisOf(trace), axisOf(next)]
      const whole =
        !trace || view.t1 - view.t0 > (fit(extentOf(trace), view.width).t1 - fit(extentOf(trace), view.width).t0) * 0.98
      trace = next
      words = nextWords
      note = nextNote
      lanes = nextLanes
      rowOf = rowsOf(lanes, next.laneOf)
      shows += 1
      if (first) measureHost()
      // On another axis the same stretch of the run.
      if (was && was.kind !== is.kind) view = { ...view, t0: is.x(was.time(view.t0)), t1: is.x(was.time(view.t1)) }
      if (!standing.held) view = whole || follow ? fit(extentOf(next), view.width) : clamp(view, extentOf(next))
      // The event that is chosen may have the same number as before, and other causes.
      trackChosen()
      hovered = null
      scene = null
      request(true)
    },
    lookAt(window) {
      wanted = window
      request(true)
    },
    stand(next) {
      const jumped = trace !== null && next.selected !== standing.selected && !next.playing && !standing.playing
      standing = next
      trackChosen()
      // A window that follows the cursor moves by itself; who asked for less motion moves it by hand.
      const follows = next.playing && !still.matches
      if (trace && !next.held && (jumped || follows)) setView(reveal(view, next.cursor, extentOf(trace)))
      if (jumped && next.selected !== null && trace) {
        const row = layout.rowOf[trace.columns.task[next.selected]!] ?? -1
        const y = rowTop(layout, row)
        if (row >= 0 && y < 0) scrollBy(y)
        else if (row >= 0 && y + layout.height > lanesHeight()) scrollBy(y + layout.height - lanesHeight())
      }
      request(false)
    },
    zoomBy(factor) {
      if (!trace) return
      const x = toPx(view, standing.cursor)
      setView(zoom(view, factor, x >= 0 && x <= view.width ? x : view.width / 2, extentOf(trace)))
    },
    zoomAll() {
      if (trace) setView(fit(extentOf(trace), view.width))
    },
    scroll: (dy) => void scrollBy(dy),
    restyle() {
      palette = styles()
      measure = createMeasure(base.plain, palette)
      request(true)
    },
    destroy() {
      observer.disconnect()
      window.cancelAnimationFrame(frame)
      deaf()
      base.remove()
      top.remove()
    },
  }
}
