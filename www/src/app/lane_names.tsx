/** The names of the lanes beside the picture: a tree with one stop for the Tab key; arrows move in it, Alt and arrows move a lane, as do a mouse and a finger that rests on it. */
import { useSignal } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'
import { count, t } from '../text/locale'
import type { Lane } from '../timeline/lane_tree'
import { type LaneLayout, rowTop, visibleRows } from '../timeline/lanes'
import { AXIS } from '../timeline/paint'
import { useApp } from './context'

/** Px that a press may stray: a mouse then drags the lane, a finger scrolls; and px that a lane under another is set in. */
const STRAY = 6
/** Milliseconds after which a finger that rests on a lane has taken hold of it. */
const HOLD_MS = 450
const INDENT = 9

/** The tree; only the lanes in view are in the document. */
export function LaneNames(props: { layout: LaneLayout | null; height: number; scroll(dy: number): void }) {
  const { layout, height, scroll } = props
  const { look, transport } = useApp()
  const tree = useRef<HTMLDivElement>(null)
  const press = useRef<{ y: number; touch: boolean; lane: Lane | null; hold: number } | null>(null)
  /** The lane that is dragged, and the one that it would be put before. */
  const drag = useSignal<{ lane: Lane; before: Lane | null } | null>(null)
  // While a finger has hold of a lane it moves that and not the page.
  useEffect(() => {
    const own = (event: TouchEvent) => {
      if (drag.peek() && event.cancelable) event.preventDefault()
    }
    const element = tree.current
    element?.addEventListener('touchmove', own, { passive: false })
    return () => element?.removeEventListener('touchmove', own)
  }, [layout === null])
  if (!layout) return <div class="lanes" />
  const { lanes } = layout
  const [first, last] = visibleRows(layout, height)
  const chosen = transport.lane.value
  const row = chosen === null ? -1 : (layout.rowOf[chosen] ?? -1)
  const choose = (at: number) => {
    const lane = lanes[Math.min(Math.max(at, 0), lanes.length - 1)]
    if (lane) transport.lane.value = lane.task
  }
  const onKeyDown = (event: KeyboardEvent) => {
    // With Alt the lane itself moves: that is a key of the whole page.
    if (event.altKey || event.ctrlKey || event.metaKey) return
    const lane = lanes[row]
    if (event.key === 'ArrowDown') choose(row + 1)
    else if (event.key === 'ArrowUp') choose(row - 1)
    else if (event.key === 'Enter' && lane?.branch) look.fold(lane)
    else if (event.key === 'ArrowLeft' && lane?.branch === 'open') look.fold(lane, true)
    else if (event.key === 'ArrowRight' && lane?.branch === 'folded') look.fold(lane, false)
    else return
    event.preventDefault()
    event.stopPropagation()
  }
  const laneAt = (target: EventTarget | null): Lane | null => {
    const element = (target as Element).closest<HTMLElement>('[data-task]')
    return element ? (lanes.find(({ task }) => task === Number(element.dataset.task)) ?? null) : null
  }
  const onClick = ({ target }: MouseEvent) => {
    const lane = laneAt(target)
    if (!lane) return
    transport.lane.value = lane.task
    if ((target as Element).closest('.fold')) look.fold(lane)
  }
  // In the picture a finger's way up is the page's; here it scrolls the lanes, if there are more than fit.
  const longer = lanes.length * layout.height > height + 1
  const onPointerMove = (event: PointerEvent) => {
    const held = press.current
    if (!held) return
    // It was let go outside.
    if (event.buttons === 0) {
      clearTimeout(held.hold)
      press.current = null
      return
    }
    const strayed = Math.abs(event.clientY - held.y) >= STRAY
    if (!drag.value && held.touch) {
      if (strayed) clearTimeout(held.hold)
      if (!longer) return
      scroll(held.y - event.clientY)
      held.y = event.clientY
      return
    }
    if (held.lane && (drag.value || strayed)) carry(held.lane, event)
  }
  const carry = (lane: Lane, { clientY, pointerId }: Pick<PointerEvent, 'clientY' | 'pointerId'>) => {
    const element = tree.current
    if (!element) return
    // Not before: a press that is held is no click on what is under it.
    if (!drag.value) element.setPointerCapture(pointerId)
    drag.value = { lane, before: dropAt(layout, lane, clientY - element.getBoundingClientRect().top - AXIS) }
  }
  const lift = (event: PointerEvent) => {
    clearTimeout(press.current?.hold)
    press.current = null
    const dropped = drag.value
    drag.value = null
    if (dropped && event.type === 'pointerup') look.move(dropped.lane, dropped.before)
  }
  const active = row >= 0 ? `lane-${chosen}` : undefined
  const mark = drag.value && markOf(layout, drag.value.lane, drag.value.before)
  return (
    <div
      ref={tree}
      class={`lanes ${lanes.some(({ branch }) => branch) ? 'tree' : ''} ${drag.value ? 'dragging' : ''}`}
      role="tree"
      aria-label={t('timeline.lanes')}
      aria-description={t('timeline.lanes.keys')}
      tabIndex={0}
      aria-activedescendant={active}
      style={{ height: `${AXIS + height}px`, touchAction: longer ? 'none' : 'auto' }}
      onPointerDown={(event) => {
        const touch = event.pointerType === 'touch'
        if (event.button !== 0 || (event.target as Element).closest('.fold')) return
        const lane = laneAt(event.target)
        const { clientY, pointerId } = event
        const hold = touch && lane ? window.setTimeout(() => carry(lane, { clientY, pointerId }), HOLD_MS) : 0
        press.current = { y: clientY, touch, lane, hold }
      }}
      onContextMenu={(event) => {
        // A finger that rests asks for the lane, not for a menu.
        if (press.current?.touch) event.preventDefault()
      }}
      onPointerMove={onPointerMove}
      onPointerUp={lift}
      onPointerCancel={lift}
      onWheel={(event) => scroll(event.deltaY)}
      onKeyDown={onKeyDown}
      onClick={onClick}
    >
      {lanes.slice(first, last + 1).map((lane, i) => {
        const notes = [
          lane.tasks > 1 && t('timeline.shared', { count: count(lane.tasks) }),
          lane.server && t('timeline.server'),
        ].filter(Boolean)
        return (
          <div
            key={lane.task}
            id={`lane-${lane.task}`}
            data-task={lane.task}
            class={`lane ${drag.value?.lane.task === lane.task ? 'held' : ''}`}
            role="treeitem"
            tabIndex={-1}
            aria-label={[lane.name, ...notes].join(' ')}
            aria-level={lane.depth + 1}
            aria-selected={lane.task === chosen}
            aria-expanded={lane.branch === null ? undefined : lane.branch === 'open'}
            style={{
              top: `${AXIS + rowTop(layout, first + i)}px`,
              height: `${layout.height}px`,
              '--indent': `${lane.depth * INDENT}px`,
            }}
            title={lane.name}
          >
            {lane.branch && <span class="fold" aria-hidden="true" title={t(`timeline.fold.${lane.branch}`)} />}
            <LaneName name={lane.name} />
            {notes.map((note) => (
              <small key={note}>{note}</small>
            ))}
          </div>
        )
      })}
      {mark !== null && <span class="drop" style={{ top: `${AXIS + mark}px` }} />}
    </div>
  )
}

/** A name; where it is too long its middle goes, for what tells the lanes of one family apart stands at its end. */
export function LaneName({ name }: { name: string }) {
  const [, head = '', tail = ''] = /^(.*?)([#-][^#-]{1,3})?$/.exec(name) ?? []
  return (
    <bdi class="name" style={{ '--tail': `${tail.length * 0.85}em` }}>
      <span>{head}</span>
      {tail}
    </bdi>
  )
}

/** The sibling before which a lane would be put at a y of the lanes' area; null is behind all of them. */
function dropAt(layout: LaneLayout, lane: Lane, y: number): Lane | null {
  const middle = (one: Lane) => rowTop(layout, layout.rowOf[one.task] ?? 0) + layout.height / 2
  const siblings = layout.lanes.filter(({ parent, task }) => parent === lane.parent && task !== lane.task)
  return siblings.find((one) => middle(one) > y) ?? null
}

/** Where a lane would come to lie, in the lanes' area: over the sibling, or under the last one's own lanes. */
function markOf(layout: LaneLayout, lane: Lane, before: Lane | null): number {
  if (before) return rowTop(layout, layout.rowOf[before.task] ?? 0)
  const { lanes } = layout
  let row = Math.max(
    0,
    lanes.findLastIndex(({ parent }) => parent === lane.parent),
  )
  while (row + 1 < lanes.length && lanes[row + 1]!.depth > lane.depth) row++
  return rowTop(layout, row + 1) - 2
}
