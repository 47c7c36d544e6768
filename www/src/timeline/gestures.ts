/** Pointers, touch and wheel on the timeline: what a gesture means, and what it does to the window or tells the page. */
import { AXIS } from './paint'
import { pan, type View, zoom } from './scale'
import type { Spot } from './trail'
import type { Intents } from './view'

/** The plot as gestures see it. */
export interface Area {
  /** Whether there is a run to look at. */
  shows(): boolean
  /** Px of the cursor. */
  cursor(): number
  /** Whether dragging draws a ruler out. */
  rules(): boolean
  /** The event under a spot. */
  pick(x: number, y: number, touch: boolean): number | null
  /** The event that a ruler snaps to. */
  near(at: Spot): number | null
  /** The task whose lane is at a height. */
  laneAt(y: number): number | null
  /** The place on the axis. */
  place(x: number): number
  /** Another window onto the axis, whose length is given. */
  look(change: (view: View, length: number) => View): void
  /** Whether there was anything to scroll. */
  scrollBy(dy: number): boolean
  hover(event: number | null, at: Spot): void
}

/** Milliseconds a press lasts before it selects instead of panning (touch). */
const LONG_PRESS_MS = 450

/** Buttons that stand in the picture have their presses to themselves. */
function onButton({ target }: Event): boolean {
  return target instanceof Element && target.closest('button') !== null
}

/** Listens to gestures on `host` until what it returns is called. */
export function listen(host: HTMLElement, area: Area, intents: Intents): () => void {
  // One pans or scrubs, two pinch, a long press selects on touch.
  const pointers = new Map<number, Spot>()
  let moved = 0
  let scrubbing = false
  /** The event that a ruler is drawn out from. */
  let ruled: number | null = null
  let pressTimer = 0

  function local(event: { clientX: number; clientY: number }): Spot {
    const box = host.getBoundingClientRect()
    return { x: event.clientX - box.left, y: event.clientY - box.top }
  }

  function onDown(event: PointerEvent): void {
    if (event.button !== 0 || !area.shows() || onButton(event)) return
    const at = local(event)
    pointers.set(event.pointerId, at)
    host.setPointerCapture(event.pointerId)
    moved = 0
    ruled = pointers.size === 1 && (event.shiftKey || area.rules()) ? area.near(at) : null
    scrubbing =
      ruled === null &&
      pointers.size === 1 &&
      (at.y < AXIS || Math.abs(at.x - area.cursor()) < 5) &&
      area.pick(at.x, at.y, false) === null
    if (scrubbing) intents.seek(area.place(at.x))
    window.clearTimeout(pressTimer)
    if (event.pointerType === 'touch') {
      pressTimer = window.setTimeout(() => {
        const found = moved < 8 ? area.pick(at.x, at.y, true) : null
        if (found !== null) intents.select(found)
      }, LONG_PRESS_MS)
    }
  }

  function onMove(event: PointerEvent): void {
    const at = local(event)
    const before = pointers.get(event.pointerId)
    if (!before) {
      area.hover(area.pick(at.x, at.y, false), at)
      return
    }
    if (!area.shows()) return
    const dx = at.x - before.x
    moved += Math.abs(dx) + Math.abs(at.y - before.y)
    if (pointers.size === 2) {
      const other = [...pointers].find(([id]) => id !== event.pointerId)?.[1] ?? before
      const was = Math.abs(before.x - other.x)
      const is = Math.abs(at.x - other.x)
      if (was > 8 && is > 8) area.look((view, length) => zoom(view, is / was, (at.x + other.x) / 2, length))
    } else if (ruled !== null) {
      const end = area.near(at)
      if (end !== null && moved > 4) intents.measure(ruled, end)
    } else if (scrubbing) intents.seek(area.place(at.x))
    else if (moved > 4) {
      area.look((view, length) => pan(view, -dx, length))
      area.scrollBy(before.y - at.y)
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
    const found = area.pick(at.x, at.y, event.pointerType === 'touch')
    const lane = area.laneAt(at.y)
    if (found !== null) intents.select(found)
    else intents.seek(area.place(at.x))
    if (lane !== null) intents.lane(lane)
  }

  function onLeave(): void {
    area.hover(null, { x: 0, y: 0 })
  }

  function onWheel(event: WheelEvent): void {
    if (!area.shows()) return
    const sideways = event.shiftKey
      ? event.deltaY || event.deltaX
      : Math.abs(event.deltaX) > Math.abs(event.deltaY)
        ? event.deltaX
        : 0
    if (sideways !== 0) {
      event.preventDefault()
      return area.look((view, length) => pan(view, sideways, length))
    }
    const page = host.ownerDocument.documentElement
    const pageScrolls = page.scrollHeight > page.clientHeight + 1
    const zooms = event.ctrlKey || event.metaKey
    if (!zooms && area.scrollBy(event.deltaY)) return event.preventDefault()
    // Where the page itself scrolls, a plain wheel is the page's.
    if (!zooms && pageScrolls) return
    event.preventDefault()
    const step = event.deltaMode === 1 ? event.deltaY * 16 : event.deltaY
    const factor = Math.exp(-step * (event.ctrlKey ? 0.01 : 0.002))
    area.look((view, length) => zoom(view, factor, local(event).x, length))
  }

  function onDouble(event: MouseEvent): void {
    const { x, y } = local(event)
    if (onButton(event)) return
    if (area.pick(x, y, false) === null) area.look((view, length) => zoom(view, 2.5, x, length))
  }

  host.addEventListener('pointerdown', onDown)
  host.addEventListener('pointermove', onMove)
  host.addEventListener('pointerup', onUp)
  host.addEventListener('pointercancel', onUp)
  host.addEventListener('pointerleave', onLeave)
  host.addEventListener('wheel', onWheel, { passive: false })
  host.addEventListener('dblclick', onDouble)

  return () => window.clearTimeout(pressTimer)
}
