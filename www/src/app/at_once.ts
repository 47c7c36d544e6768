/**
 * Effects of signals on what draws in frames of its own. `useSignalEffect` waits for a frame: that one would still draw the
 * picture before, and what it tells of the window would be taken for the next run's.
 */
import { effect } from '@preact/signals'
import { useLayoutEffect } from 'preact/hooks'

/** Runs an effect before the first paint, and then whenever its signals change. It keeps what it closed over at first. */
export function useAtOnce(act: () => void): void {
  useLayoutEffect(() => effect(act), [])
}
