/** One polite live region that is there from the start, and says at most one thing per half second. */
import { useSignal, useSignalEffect } from '@preact/signals'
import { useRef } from 'preact/hooks'
import { useApp } from './context'

/** Milliseconds between two messages. */
const QUIET_MS = 500

/** The region. */
export function LiveRegion() {
  const { ui } = useApp()
  const said = useSignal('')
  const timer = useRef(0)
  useSignalEffect(() => {
    const next = ui.announcement.value
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
