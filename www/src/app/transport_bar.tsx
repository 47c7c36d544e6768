/** Play, step and scrub. The slider is a native one: it says the event under the cursor in words. */

import { useMemo } from 'preact/hooks'
import { SPEEDS, type Speed } from '../state/player'
import { timedSentence } from '../text/core'
import { showTime } from '../text/duration'
import { t } from '../text/locale'
import { landmarks, type Trace } from '../timeline/trace'
import { MARK } from '../worker/core'
import { AxisChoice } from './axis'
import { useApp } from './context'
import { IconButton } from './icon_button'
import { Cone, Pause, Play, Replay, Rows, Sliders, StepBack, StepOn, ToStart } from './icons'

/** Steps of the slider; a page key moves a tenth. */
const STEPS = 1_000
/** Strokes on the slider. */
const STROKES = 120

/** The transport. */
export function TransportBar() {
  const { transport, session, live, ui } = useApp()
  const shown = session.shown.value
  const playing = transport.playing.value
  const atEnd = transport.cursor.value >= transport.duration.value
  const off = shown === null || (shown.live && live.state.value?.poll?.done !== true)
  return (
    <fieldset class="transport" aria-label={t('transport.label')}>
      <IconButton label={t('transport.start')} disabled={off} act={() => transport.seek(0)}>
        <ToStart />
      </IconButton>
      <IconButton label={t('transport.back')} disabled={off} act={() => transport.step(-1, false)}>
        <StepBack />
      </IconButton>
      <button
        type="button"
        class="icon-button main"
        disabled={off}
        aria-label={playing ? t('transport.pause') : atEnd ? t('transport.replay') : t('transport.play')}
        onClick={transport.toggle}
      >
        {playing ? <Pause /> : atEnd ? <Replay /> : <Play />}
      </button>
      <IconButton label={t('transport.step')} disabled={off} act={() => transport.step(1, false)}>
        <StepOn />
      </IconButton>
      <Scrubber off={off} />
      <time>{showTime(transport.cursor.value)}</time>
      <label class="speed">
        <span class="hidden">{t('transport.speed')}</span>
        <select
          value={transport.speed.value}
          onChange={(event) => (transport.speed.value = event.currentTarget.value as Speed)}
        >
          {SPEEDS.map((speed) => (
            <option key={speed} value={speed}>
              {speedText(speed)}
            </option>
          ))}
        </select>
      </label>
      <AxisChoice short />
      <button
        type="button"
        class="icon-button"
        aria-pressed={ui.viewing.value}
        aria-label={t('view.toggle')}
        title={t('view.toggle')}
        onClick={() => (ui.viewing.value = !ui.viewing.value)}
      >
        <Sliders />
      </button>
      <button
        type="button"
        class="icon-button"
        aria-pressed={ui.lens.value}
        aria-label={t('lens.toggle')}
        title={t('lens.toggle')}
        onClick={() => (ui.lens.value = !ui.lens.value)}
      >
        <Cone />
      </button>
      <button
        type="button"
        class="icon-button"
        aria-pressed={ui.table.value}
        aria-label={t('events.open')}
        title={t('events.open')}
        onClick={() => (ui.table.value = !ui.table.value)}
      >
        <Rows />
      </button>
    </fieldset>
  )
}

function speedText(speed: Speed): string {
  if (speed === 'fit') return t('transport.speed.fit')
  return t(Number(speed) < 0.1 ? 'transport.speed.slow' : 'transport.speed.times', { factor: speed })
}

function Scrubber({ off }: { off: boolean }) {
  const { transport, look, session } = useApp()
  const shown = session.shown.value
  const run = look.drawn.value
  const length = Math.max(1, run?.duration ?? 1)
  const share = look.cursor.value / length
  const selected = transport.selected.value
  const row = selected === null ? undefined : shown?.rows.get(selected)
  const time = showTime(transport.cursor.value)
  const words = row && shown ? timedSentence(row, shown.info.scenario) : t('event.none', { time })
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== 'ArrowLeft' && event.key !== 'ArrowRight') return
    event.preventDefault()
    event.stopPropagation()
    transport.step(event.key === 'ArrowRight' ? 1 : -1, !event.shiftKey && transport.lane.value !== null)
  }
  return (
    <span class="scrub">
      {run && <Strokes run={run} length={length} />}
      <input
        type="range"
        min="0"
        max={STEPS}
        step="1"
        disabled={off}
        value={Math.round(share * STEPS)}
        aria-label={t('transport.time')}
        aria-valuetext={words}
        onInput={(event) => look.seek((event.currentTarget.valueAsNumber / STEPS) * length)}
        onKeyDown={onKeyDown}
        style={{ '--done': `${share * 100}%` }}
      />
    </span>
  )
}

/** The landmarks of a run; looked for once a run, not at every step of the cursor. */
function Strokes({ run, length }: { run: Trace; length: number }) {
  const found = useMemo(() => landmarks(run, STROKES, length / STROKES), [run, length])
  return (
    <svg class="strokes" viewBox="0 0 1000 10" preserveAspectRatio="none" aria-hidden="true">
      {found.map(({ time, kind, event }) => (
        <rect
          key={`${event} ${kind}`}
          class={strokeClass(kind)}
          x={(time / length) * 998}
          y="0"
          width="2"
          height="10"
        />
      ))}
    </svg>
  )
}

function strokeClass(kind: number): string {
  if (kind === MARK.accept) return 'ok'
  if (kind === MARK.timeout || kind === MARK.cancelled) return 'timeout'
  if (kind === MARK.restart || kind === MARK.refused) return 'quiet'
  return 'bad'
}
