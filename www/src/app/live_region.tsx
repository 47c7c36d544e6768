/** Polite live regions: the page's is there from the start, and says at most one thing per half second. */
import { type ReadonlySignal, useSignal, useSignalEffect } from '@preact/signals'
import { useRef } from 'preact/hooks'
import { useApp } from './context'

/** Milliseconds between two messages. */
const QUIET_MS = 500

/** The page's region. */
export function LiveRegion() {
  return <Said text={useApp().ui.announcement} />
}

/** A region of its own for what lies in a sheet, where the page's is not heard. */
export function Said({ text }: { text: ReadonlySignal<string> }) {
  const said = useSignal('')
  const timer = useRef(0)
  useSignalEffect(() => {
    const next = text.value
    clearTimeout(timer.current)
    timer.current = setTimeout(() => {
      said.value = next
    }, QUIET_MS) as unknown as number
  })
  return (
    <output class="hidden" aria-live="polite">
      {said.value}
    </output>
  )
}
