/** Listens to the keyboard and turns key intents into what they mean here. */

import { MOST_PINS } from '../state/look'
import { t } from '../text/locale'
import type { Lane } from '../timeline/lane_tree'
import { causeChain, effects } from '../timeline/trace'
import type { App } from './context'
import { measured } from './flags'
import { belongsToFocus, type KeyIntent, readKey } from './keys'
import { canSound } from './sound'

/** Starts listening; returns how to stop. */
export function listen(app: App, window: Window): () => void {
  const onKeyDown = (event: KeyboardEvent) => {
    const target = event.target as HTMLElement | null
    const undoKey = (event.ctrlKey || event.metaKey) && /^[zy]$/i.test(event.key)
    const input = target as HTMLInputElement | null
    const tag = target?.tagName ?? ''
    const typing = tag === 'TEXTAREA' || (tag === 'INPUT' && ['text', 'search'].includes(input?.type ?? ''))
    if (app.ui.dialog.value !== null || (app.ui.explore.value && app.ui.narrow.value)) return
    if (typing || (!undoKey && belongsToFocus(tag, input?.type ?? '', target?.getAttribute('role') ?? null, event.key)))
      return
    const intent = readKey(event, app.ui.letters.value)
    if (!intent || app.session.face.value.kind !== 'run' || app.ui.held.value) return
    event.preventDefault()
    carryOut(app, intent)
  }
  window.addEventListener('keydown', onKeyDown)
  return () => window.removeEventListener('keydown', onKeyDown)
}

function carryOut(app: App, intent: KeyIntent): void {
  const { look, session, transport, ui } = app
  const trace = session.shown.value?.trace
  const here = transport.selected.value
  const chosenLane = () => look.lanes.value.find(({ task }) => task === transport.lane.value)
  switch (intent.do) {
    case 'toggle':
      return transport.toggle()
    case 'step':
      return transport.step(intent.direction, !intent.anywhere && transport.lane.value !== null)
    case 'lane': {
      if (!trace) return
      const lanes = look.lanes.value
      const row = lanes.findIndex((lane) => lane.task === transport.lane.value)
      const next = row < 0 ? (intent.direction === 1 ? 0 : lanes.length - 1) : row + intent.direction
      transport.lane.value = lanes[Math.min(Math.max(next, 0), lanes.length - 1)]?.task ?? null
      return
    }
    case 'first':
      return transport.seek(0)
    case 'last':
      return transport.seek(transport.duration.value)
    case 'cause':
    case 'effect': {
      if (!trace || here === null) return
      const next = intent.do === 'cause' ? causeChain(trace, here, 1)[0] : effects(trace, here, 1)[0]
      if (next !== undefined) transport.select(next)
      return
    }
    case 'zoom':
      ui.zoom.value = { factor: intent.factor }
      return
    case 'nudge':
      ui.nudge.value = { steps: intent.steps }
      return
    case 'keep':
      ui.keeping.value = { fork: intent.fork }
      return
    case 'table':
      ui.table.value = !ui.table.value
      return
    case 'find':
      ui.table.value = true
      ui.search.value += 1
      return
    case 'view':
      ui.viewing.value = !ui.viewing.value
      return
    case 'axis':
      ui.announcement.value = t(`axis.said.${look.nextAxis()}`)
      return
    case 'measure': {
      const { measure } = session.view.value
      if (here === null || !trace) return
      if (look.measureAt(here) === 'begun') {
        ui.announcement.value = measure ? t('measure.begun.anew') : t('measure.begun')
        return
      }
      const [from, to] = session.view.value.measure ?? [here, here]
      const { duration, events } = measured(from, to, trace.columns.time)
      ui.announcement.value = t('measure.done', { duration, events })
      return
    }
    case 'note':
      if (!trace) return
      if (session.view.value.pins.length >= MOST_PINS) ui.announcement.value = t('notes.full', { count: MOST_PINS })
      else ui.note.value = { at: Math.round(transport.cursor.value), instead: null }
      return
    case 'fold': {
      const lane = chosenLane()
      if (lane) look.fold(lane)
      return
    }
    case 'move-lane': {
      const lane = chosenLane()
      if (lane) moveLane(app, lane, intent.direction)
      return
    }
    case 'sound':
      if (canSound) ui.sound.value = !ui.sound.value
      return
    case 'lens':
      ui.lens.value = !ui.lens.value
      return
    case 'explore':
      ui.explore.value = !ui.explore.value
      return
    case 'help':
      ui.dialog.value = 'help'
      return
    case 'undo':
      return session.undo()
    case 'redo':
      return session.redo()
  }
}

/** Moves a lane one place up or down, and says where it is then. */
export function moveLane({ look, ui }: App, lane: Lane, direction: 1 | -1): void {
  if (!look.step(lane.task, direction)) return
  const place = look.lanes.value.findIndex(({ task }) => task === lane.task) + 1
  ui.announcement.value = t('timeline.moved', { lane: lane.name, place, count: look.lanes.value.length })
}
