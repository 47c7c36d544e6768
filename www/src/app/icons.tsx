/** Icons as inline SVG: characters would depend on the reader's fonts. All are decoration; buttons carry the words. */
import type { ComponentChildren } from 'preact'

function Icon({ children, box = '0 0 20 20' }: { children: ComponentChildren; box?: string }) {
  return (
    <svg class="icon" viewBox={box} aria-hidden="true" focusable="false">
      {children}
    </svg>
  )
}

/** The brand: one beat. */
export const Beat = () => (
  <svg class="beat" viewBox="0 0 34 18" aria-hidden="true" focusable="false">
    <path d="M0 10h8l2-3 2 3h2l2 6 3-15 3 13 2-4h10" />
  </svg>
)

export const ToStart = () => (
  <Icon>
    <path d="M5 4v12M16 4.5L8.5 10l7.5 5.5z" />
  </Icon>
)
export const StepBack = () => (
  <Icon>
    <path d="M14 4.5L6 10l8 5.5z" />
  </Icon>
)
export const StepOn = () => (
  <Icon>
    <path d="M6 4.5l8 5.5-8 5.5z" />
  </Icon>
)
export const Play = () => (
  <Icon>
    <path class="solid" d="M6 4l10 6-10 6z" />
  </Icon>
)
export const Pause = () => (
  <Icon>
    <path class="solid" d="M5.5 4h3v12h-3zM11.5 4h3v12h-3z" />
  </Icon>
)
export const Replay = () => (
  <Icon>
    <path d="M15.5 10a5.5 5.5 0 1 1-2-4.2M14 2.5v3.6h-3.6" />
  </Icon>
)
export const Moon = () => (
  <Icon>
    <path d="M15.8 12.3A6.6 6.6 0 0 1 7.7 4.2a6.6 6.6 0 1 0 8.1 8.1z" />
  </Icon>
)
export const Sun = () => (
  <Icon>
    <circle cx="10" cy="10" r="3.4" />
    <path d="M10 2.5v2M10 15.5v2M2.5 10h2M15.5 10h2M4.7 4.7l1.4 1.4M13.9 13.9l1.4 1.4M15.3 4.7l-1.4 1.4M6.1 13.9l-1.4 1.4" />
  </Icon>
)
export const Menu = () => (
  <Icon>
    <path d="M3 5.5h14M3 10h14M3 14.5h14" />
  </Icon>
)
export const Plus = () => (
  <Icon>
    <path d="M10 4.5v11M4.5 10h11" />
  </Icon>
)
export const Minus = () => (
  <Icon>
    <path d="M4.5 10h11" />
  </Icon>
)
export const Fit = () => (
  <Icon>
    <path d="M3 10h14M3 10l3.5-3M3 10l3.5 3M17 10l-3.5-3M17 10l-3.5 3" />
  </Icon>
)
export const Close = () => (
  <Icon>
    <path d="M5 5l10 10M15 5L5 15" />
  </Icon>
)
export const Undo = () => (
  <Icon>
    <path d="M4 8h8a4 4 0 0 1 0 8H8M4 8l3.5-3.5M4 8l3.5 3.5" />
  </Icon>
)
export const Redo = () => (
  <Icon>
    <path d="M16 8H8a4 4 0 0 0 0 8h4M16 8l-3.5-3.5M16 8l-3.5 3.5" />
  </Icon>
)
export const Branches = () => (
  <Icon>
    <path d="M3 10h4c4 0 4-5.5 8-5.5h2M7 10h10M7 10c4 0 4 5.5 8 5.5h2" />
  </Icon>
)
export const Rows = () => (
  <Icon>
    <path d="M3 4.5h14v11H3zM3 8.2h14M3 11.8h14M7.5 4.5v11" />
  </Icon>
)

export const Arrow = ({ down }: { down: boolean }) => (
  <Icon>
    <path d={down ? 'M10 4v12M5.5 11.5L10 16l4.5-4.5' : 'M10 16V4M5.5 8.5L10 4l4.5 4.5'} />
  </Icon>
)
export const Sliders = () => (
  <Icon>
    <path d="M3 5.5h7M14 5.5h3M3 14.5h2.5M9.5 14.5H17" />
    <circle cx="12" cy="5.5" r="2" />
    <circle cx="7.5" cy="14.5" r="2" />
  </Icon>
)

/** The verdicts: shape and word always go together. */
export const Verdict = ({ holds }: { holds: boolean | null }) => (
  <svg
    class={`verdict ${holds === null ? 'open' : holds ? 'ok' : 'bad'}`}
    viewBox="0 0 18 18"
    aria-hidden="true"
    focusable="false"
  >
    {holds === null ? (
      <path d="M4 9h10" />
    ) : holds ? (
      <path d="M3.5 9.5l4 4 7-9" />
    ) : (
      <path d="M4.5 4.5l9 9M13.5 4.5l-9 9" />
    )}
  </svg>
)
export const Cone = () => (
  <Icon>
    <path d="M2.5 4.5v11L10 10zM17.5 4.5v11L10 10z" />
  </Icon>
)
