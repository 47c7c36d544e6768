/** A value as text with its message, and a slider beside it where the kind has one. */
import type { ComponentChildren } from 'preact'
import { useId, useRef } from 'preact/hooks'
import { fromSlider, hasSlider, toSlider } from '../state/slider'
import type { ParameterInfo } from '../worker/core'

/** Milliseconds after the last key before a typed value is tried. */
const TYPING_MS = 350

/** A labelled text field; a wrong value keeps its text and gets a message. */
export function Field(props: {
  label: string
  value: string
  problem: string | null
  commit(text: string): void
  /** Every key counts at once: nothing runs before a button is pressed. */
  eager?: boolean
  children?: ComponentChildren
}) {
  const { label, value, problem, commit, eager = false, children } = props
  const id = useId()
  const timer = useRef(0)
  const send = (text: string) => {
    clearTimeout(timer.current)
    if (text !== value) commit(text)
  }
  return (
    <div class={`row field ${problem ? 'wrong' : ''}`}>
      <label for={id}>{label}</label>
      {children}
      <input
        id={id}
        class="value"
        type="text"
        inputMode="text"
        autocomplete="off"
        spellcheck={false}
        value={value}
        aria-invalid={problem !== null}
        aria-describedby={problem ? `${id}-problem` : undefined}
        onInput={(event) => {
          const text = event.currentTarget.value
          clearTimeout(timer.current)
          if (eager) commit(text)
          else timer.current = setTimeout(() => send(text), TYPING_MS) as unknown as number
        }}
        onChange={(event) => send(event.currentTarget.value)}
        onKeyDown={(event) => event.key === 'Enter' && send(event.currentTarget.value)}
      />
      {problem && (
        <p class="problem" id={`${id}-problem`} role="alert">
          {problem}
        </p>
      )}
    </div>
  )
}

/** A slider over the sensible part of a parameter's range. */
export function Slider(props: { label: string; parameter: ParameterInfo; value: string; commit(text: string): void }) {
  const { label, parameter, value, commit } = props
  if (!hasSlider(parameter)) return null
  return (
    <input
      type="range"
      min="0"
      max="1000"
      step="1"
      aria-label={label}
      aria-valuetext={value}
      value={toSlider(parameter, value)}
      onInput={(event) => commit(fromSlider(parameter, event.currentTarget.valueAsNumber))}
    />
  )
}
