/** What every worker with a core does between two slices of work: let messages in, and tell a refusal from a crash. */
import type { CoreError } from './core'

/** Lets messages in; never a timer, which would cost 4 ms. */
const channel = new MessageChannel()
const waiting: (() => void)[] = []
channel.port1.onmessage = () => waiting.shift()?.()

/** Resolves when the messages that have come meanwhile were heard. */
export function breathe(): Promise<void> {
  return new Promise((resolve) => {
    waiting.push(resolve)
    channel.port2.postMessage(null)
  })
}

/** What the core refused, as plain fields: an error object would lose them on its way to the page. Else null. */
export function refusal(thrown: unknown): CoreError | null {
  if (typeof thrown !== 'object' || thrown === null || !('code' in thrown) || !('part' in thrown)) return null
  const { code, part, value, position, allowed, message } = thrown as CoreError
  return { code, part, value, position, allowed, message }
}

/** What a crash of the core says. */
export function crash(thrown: unknown): string {
  return String(thrown instanceof Error ? thrown.message : thrown)
}
