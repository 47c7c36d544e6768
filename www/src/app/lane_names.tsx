/** The names of the lanes beside the picture: one stop for the Tab key, arrows move between them. */
import { useRef } from 'preact/hooks'
import { count, t } from '../text/locale'
import { type LaneLayout, rowTop, visibleRows } from '../timeline/lanes'
import { AXIS } from '../timeline/paint'
import { useApp } from './context'

/** The list; only the lanes in view are in the document. */
export function LaneNames(props: { layout: LaneLayout | null; height: number; scroll(dy: number): void }) {
  const { layout, height, scroll } = props
  const { transport } = useApp()
  const finger = useRef<number | null>(null)
  if (!layout) return <div class="lanes" />
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
  const onClick = ({ target }: MouseEvent) => {
    const lane = (target as Element).closest<HTMLElement>('[data-task]')
    if (lane) transport.lane.value = Number(lane.dataset.task)
  }
  // In the picture a finger's way up is the page's; here it scrolls the lanes, if there are more than fit.
  const longer = layout.lanes.length * layout.height > height + 1
  const onPointerMove = (event: PointerEvent) => {
    if (finger.current === null) return
    scroll(finger.current - event.clientY)
    finger.current = event.clientY
  }
  const lift = () => {
    finger.current = null
  }
  const active = chosen !== null && layout.lanes.some((lane) => lane.task === chosen) ? `lane-${chosen}` : undefined
  return (
    <div
      class="lanes"
      role="listbox"
      aria-label={t('timeline.lanes')}
      tabIndex={0}
      aria-activedescendant={active}
      style={{ height: `${AXIS + height}px`, touchAction: longer ? 'none' : 'auto' }}
      onPointerDown={(event) => {
        if (event.pointerType === 'touch' && longer) finger.current = event.clientY
      }}
      onPointerMove={onPointerMove}
      onPointerUp={lift}
      onPointerCancel={lift}
      onWheel={(event) => scroll(event.deltaY)}
      onKeyDown={onKeyDown}
      onClick={onClick}
    >
      {layout.lanes.slice(first, last + 1).map((lane, i) => (
        <div
          key={lane.task}
          id={`lane-${lane.task}`}
          data-task={lane.task}
          class="lane"
          role="option"
          tabIndex={-1}
          aria-selected={lane.task === chosen}
          style={{ top: `${AXIS + rowTop(layout, first + i)}px`, height: `${layout.height}px` }}
          title={lane.name}
        >
          <span>{lane.name}</span>
          {lane.tasks > 1 && <small>{t('timeline.shared', { count: count(lane.tasks) })}</small>}
          {lane.server && <small>{t('timeline.server')}</small>}
        </div>
      ))}
    </div>
  )
}
