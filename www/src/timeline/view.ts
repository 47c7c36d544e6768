/** The timeline on the page: two canvases, one frame loop, pointer and wheel. Tells what the person did; decides nothing. */
import { axisOf } from './arrange'
import { type ChartRow, layoutCharts } from './charts'
import { hit } from './hit'
import type { Words } from './input'
import { lowerBound } from './lane_index'
import {
  anatomy,
  clampScroll,
  type Lane,
  type LaneLayout,
  layoutLanes,
  rowAt,
  rowsOf,
  rowTop,
  visibleRows,
} from './lanes'
import { type Lens, lensOf } from './lens'
import { createMeasure } from './measure'
import { paintOverlay } from './overlay'
import { AXIS, paint } from './paint'
import { type Palette, readPalette } from './palette'
import { clamp, fit, pan, resize, reveal, toPx, toTime, type View, zoom } from './scale'
import { buildScene, type Scene } from './scene'
import { stripsOn } from './strips'
import { causeChain, isLevel, type Trace } from './trace'

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

/** Milliseconds a press lasts before it selects instead of panning (touch). */
const LONG_PRESS_MS = 450

/** Puts a timeline into `host`, which gives it its size. */
export function createTimeline(host: HTMLElement, intents: Intents): Timeline {
  const document = host.ownerDocument
  const window = document.defaultView as Window & typeof globalThis
  const base = canvas()
  const top = canvas()
  let palette = styles()
  let measure = createMeasure(base.getContext('2d'), palette)
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
  const still = window.matchMedia('(prefers-reduced-motion: reduce)')

  function canvas(): HTMLCanvasElement {
    const element = document.createElement('canvas')
    element.setAttribute('aria-hidden', 'true')
    host.append(element)
    return element
  }

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
    if (stale || !scene) {
      stale = false
      charts = layoutCharts(trace.charts, height)
      const above = lanesHeight()
      layout = layoutLanes(lanes, rowOf, above, layout.scroll)
      tellHeaders(above)
      intents.looked(view)
      scene = buildScene({ trace, view, layout, height: above, charts, words, measure })
      const c = context(base)
      const drawn = { scene, view, layout, height: above, below: height - above, palette }
      c?.clearRect(0, 0, view.width, height + AXIS)
      if (c) paint(c, { ...drawn, note: scene.tooManyArrows ? note : null }, stripsOn(c))
    }
    const c = context(top)
    if (!c) return
    const row = standing.lane === null ? -1 : (layout.rowOf[standing.lane] ?? -1)
    paintOverlay(c, {
      ...standing,
      scene,
      view,
      height,
      palette,
      hovered,
      chain: path(),
      faded: lens ? faded(lens) : null,
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

  /** On each lane in view the stretch between what comes before the chosen event and what comes after it. */
  function faded({ before, after }: Lens) {
    const [first, last] = visibleRows(layout, lanesHeight())
    return layout.lanes.slice(first, last + 1).map(({ task }, i) => {
      const y = rowTop(layout, first + i)
      const x0 = Math.max(0, toPx(view, Math.max(before[task]!, view.t0)) + 1)
      const x1 = Math.min(view.width, toPx(view, Math.min(after[task]!, view.t1)) - 1)
      return { x0, x1: Math.max(x0, x1), y: Math.max(0, y), height: Math.min(layout.height, lanesHeight() - y) }
    })
  }

  /** The cause chain as points; a task's start is left on the parent's lane and entered on its own at the same time. */
  function path(): ({ x: number; y: number } | null)[] {
    if (!trace || standing.selected === null) return []
    const spawn = trace.kinds.indexOf('spawn')
    const points = [point(standing.selected)]
    for (const cause of chain) {
      const at = point(cause)
      const effect = points.at(-1)
      if (at && effect && trace.columns.kind[cause] === spawn) points.push({ x: at.x, y: effect.y })
      points.push(at)
    }
    return points
  }

  /** Where an event lies, in the lanes' area. */
  function point(event: number): { x: number; y: number } | null {
    if (!trace || event >= trace.count) return null
    const row = layout.rowOf[trace.columns.task[event]!] ?? -1
    if (row < 0) return null
    const y = rowTop(layout, row) + anatomy(layout.height).middle
    return y < lanesHeight() ? { x: toPx(view, trace.columns.time[event]!), y } : null
  }

  function context(element: HTMLCanvasElement): CanvasRenderingContext2D | null {
    const ratio = window.devicePixelRatio || 1
    const width = Math.round(view.width * ratio)
    const tall = Math.round((height + AXIS) * ratio)
    if (element.width !== width || element.height !== tall) {
      element.width = width
      element.height = tall
      element.style.width = `${view.width}px`
      element.style.height = `${height + AXIS}px`
    }
    const c = element.getContext('2d')
    c?.setTransform(ratio, 0, 0, ratio, 0, 0)
    return c
  }

  function measureHost(): void {
    const width = Math.max(1, Math.floor(host.clientWidth))
    height = Math.max(1, Math.floor(host.clientHeight) - AXIS)
    view = trace ? clamp(resize(view, width), trace.duration) : resize(view, width)
    request(true)
  }

  const observer = new ResizeObserver(measureHost)
  observer.observe(host)

  function setView(next: View): void {
    if (next.t0 === view.t0 && next.t1 === view.t1) return
    view = next
    request(true)
  }

  // Pointers: one pans or scrubs, two pinch, a long press selects on touch.
  const pointers = new Map<number, { x: number; y: number }>()
  let moved = 0
  let scrubbing = false
  /** The event that a ruler is drawn out from. */
  let ruled: number | null = null
  let pressTimer = 0

  function local(event: { clientX: number; clientY: number }): { x: number; y: number } {
    const box = host.getBoundingClientRect()
    return { x: event.clientX - box.left, y: event.clientY - box.top }
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

  function onDown(event: PointerEvent): void {
    if (event.button !== 0 || !trace) return
    const at = local(event)
    pointers.set(event.pointerId, at)
    host.setPointerCapture(event.pointerId)
    moved = 0
    ruled = pointers.size === 1 && (event.shiftKey || standing.ruler) ? near(at) : null
    scrubbing =
      ruled === null &&
      pointers.size === 1 &&
      (at.y < AXIS || Math.abs(at.x - toPx(view, standing.cursor)) < 5) &&
      pick(at.x, at.y, false) === null
    if (scrubbing) intents.seek(toTime(view, at.x))
    window.clearTimeout(pressTimer)
    if (event.pointerType === 'touch') {
      pressTimer = window.setTimeout(() => {
        const found = moved < 8 ? pick(at.x, at.y, true) : null
        if (found !== null) intents.select(found)
      }, LONG_PRESS_MS)
    }
  }

  function onMove(event: PointerEvent): void {
    const at = local(event)
    const before = pointers.get(event.pointerId)
    if (!before) {
      hover(pick(at.x, at.y, false), at)
      return
    }
    if (!trace) return
    const dx = at.x - before.x
    moved += Math.abs(dx) + Math.abs(at.y - before.y)
    if (pointers.size === 2) {
      const other = [...pointers].find(([id]) => id !== event.pointerId)?.[1] ?? before
      const was = Math.abs(before.x - other.x)
      const is = Math.abs(at.x - other.x)
      if (was > 8 && is > 8) setView(zoom(view, is / was, (at.x + other.x) / 2, trace.duration))
    } else if (ruled !== null) {
      const end = near(at)
      if (end !== null && moved > 4) intents.measure(ruled, end)
    } else if (scrubbing) intents.seek(toTime(view, at.x))
    else if (moved > 4) {
      setView(pan(view, -dx, trace.duration))
      scrollBy(before.y - at.y)
    }
    pointers.set(event.pointerId, at)
  }

  function onUp(event: PointerEvent): void {
    window.clearTimeout(pressTimer)
    const at = pointers.get(event.pointerId)
    pointers.delete(event.pointerId)
    const measured = ruled !== null && moved > 4
    ruled = null
    if (!at || scrubbing || measured || moved > 4 || event.type === 'pointercancel') return
    const found = pick(at.x, at.y, event.pointerType === 'touch')
    const row = at.y - AXIS < lanesHeight() ? rowAt(layout, at.y - AXIS) : -1
    const lane = layout.lanes[row]
    if (found !== null) intents.select(found)
    else intents.seek(toTime(view, at.x))
    if (lane) intents.lane(lane.task)
  }

  function hover(event: number | null, at: { x: number; y: number }): void {
    if (event !== hovered) request(false)
    hovered = event
    host.classList.toggle('pointing', event !== null)
    intents.hover(event, at.x, at.y)
  }

  function onLeave(): void {
    hover(null, { x: 0, y: 0 })
  }

  function scrollBy(dy: number): boolean {
    const next = clampScroll(layout.scroll + dy, layout.lanes.length * layout.height, lanesHeight())
    if (next === layout.scroll) return false
    layout = { ...layout, scroll: next }
    request(true)
    return true
  }

  function onWheel(event: WheelEvent): void {
    if (!trace) return
    const sideways = event.shiftKey
      ? event.deltaY || event.deltaX
      : Math.abs(event.deltaX) > Math.abs(event.deltaY)
        ? event.deltaX
        : 0
    if (sideways !== 0) {
      event.preventDefault()
      return setView(pan(view, sideways, trace.duration))
    }
    const page = document.documentElement
    const pageScrolls = page.scrollHeight > page.clientHeight + 1
    const zooms = event.ctrlKey || event.metaKey
    if (!zooms && scrollBy(event.deltaY)) return event.preventDefault()
    // Where the page itself scrolls, a plain wheel is the page's.
    if (!zooms && pageScrolls) return
    event.preventDefault()
    const step = event.deltaMode === 1 ? event.deltaY * 16 : event.deltaY
    setView(zoom(view, Math.exp(-step * (event.ctrlKey ? 0.01 : 0.002)), local(event).x, trace.duration))
  }

  function onDouble(event: MouseEvent): void {
    if (trace && pick(local(event).x, local(event).y, false) === null)
      setView(zoom(view, 2.5, local(event).x, trace.duration))
  }

  host.addEventListener('pointerdown', onDown)
  host.addEventListener('pointermove', onMove)
  host.addEventListener('pointerup', onUp)
  host.addEventListener('pointercancel', onUp)
  host.addEventListener('pointerleave', onLeave)
  host.addEventListener('wheel', onWheel, { passive: false })
  host.addEventListener('dblclick', onDouble)

  return {
    show(next, nextLanes, nextWords, nextNote, follow) {
      const first = trace === null
      const [was, is] = [trace && axisOf(trace), axisOf(next)]
      const whole =
        !trace || view.t1 - view.t0 > (fit(trace.duration, view.width).t1 - fit(trace.duration, view.width).t0) * 0.98
      trace = next
      words = nextWords
      note = nextNote
      lanes = nextLanes
      rowOf = rowsOf(lanes, next.laneOf)
      shows += 1
      if (first) measureHost()
      // On another axis the same stretch of the run.
      if (was && was.kind !== is.kind) view = { ...view, t0: is.x(was.time(view.t0)), t1: is.x(was.time(view.t1)) }
      view = whole || follow ? fit(next.duration, view.width) : clamp(view, next.duration)
      hovered = null
      scene = null
      request(true)
    },
    lookAt(window) {
      if (trace)
        setView(window ? clamp({ ...window, width: view.width }, trace.duration) : fit(trace.duration, view.width))
    },
    stand(next) {
      const jumped = trace !== null && next.selected !== standing.selected && !next.playing && !standing.playing
      standing = next
      chain = trace && next.selected !== null ? causeChain(trace, next.selected, 40) : []
      lens = trace && next.lens && next.selected !== null && !next.playing ? lensOf(trace, next.selected) : null
      // A window that follows the cursor moves by itself; who asked for less motion moves it by hand.
      const follows = next.playing && !still.matches
      if (trace && (jumped || follows)) setView(reveal(view, next.cursor, trace.duration))
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
      setView(zoom(view, factor, x >= 0 && x <= view.width ? x : view.width / 2, trace.duration))
    },
    zoomAll() {
      if (trace) setView(fit(trace.duration, view.width))
    },
    scroll: (dy) => void scrollBy(dy),
    restyle() {
      palette = styles()
      measure = createMeasure(base.getContext('2d'), palette)
      request(true)
    },
    destroy() {
      observer.disconnect()
      window.cancelAnimationFrame(frame)
      window.clearTimeout(pressTimer)
      base.remove()
      top.remove()
    },
  }
}
