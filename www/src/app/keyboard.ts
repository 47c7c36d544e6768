/** Listens to the keyboard and turns key intents into what they mean here. */
import { lanesOf } from '../timeline/lanes'
import { causeChain, effects } from '../timeline/trace'
import type { App } from './context'
import { belongsToFocus, type KeyIntent, readKey } from './keys'

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
    if (!intent || app.session.face.value.kind !== 'run') return
    event.preventDefault()
    carryOut(app, intent)
  }
  window.addEventListener('keydown', onKeyDown)
  return () => window.removeEventListener('keydown', onKeyDown)
}

function carryOut({ session, transport, ui }: App, intent: KeyIntent): void {
  const trace = session.shown.value?.trace
  const here = transport.selected.value
  switch (intent.do) {
    case 'toggle':
      return transport.toggle()
    case 'step':
      return transport.step(intent.direction, !intent.anywhere && transport.lane.value !== null)
    case 'lane': {
      if (!trace) return
      const lanes = lanesOf(trace, session.scenario.value?.tasks ?? [])
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
    case 'table':
      ui.table.value = !ui.table.value
      return
    case 'find':
      ui.table.value = true
      ui.search.value += 1
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
