/** A button that is an icon; what it does is its name, and is shown to whoever points at it. */
import type { ComponentChildren } from 'preact'

export function IconButton(props: { label: string; disabled?: boolean; act(): void; children: ComponentChildren }) {
  const { label, disabled, act, children } = props
  return (
    <button type="button" class="icon-button" aria-label={label} title={label} disabled={disabled} onClick={act}>
      {children}
    </button>
  )
}
