/** A run that a search has found, told in at most ten sentences, and from when on it could not end otherwise. */
import { useEffect, useRef } from 'preact/hooks'
import { outcomeOf, type Told } from '../state/explore'
import { inevitableFrom, share } from '../state/futures'
import { outcomeText, storySentence } from '../text/core'
import { aboutTime, showTime } from '../text/duration'
import { percent, t } from '../text/locale'
import { useApp } from './context'

/** The panel; nothing while another run is shown. */
export function Story() {
  const { explore, session, transport, ui } = useApp()
  const panel = useRef<HTMLElement>(null)
  const told = explore.told.value
  const info = session.info.value
  const whole = told?.sentences != null
  // Beside the stage it lies below the search: what was asked for is brought into view.
  useEffect(() => {
    if (whole && !ui.narrow.value) panel.current?.scrollIntoView({ block: 'nearest' })
  }, [whole, told?.link])
  if (!told || told.link !== info?.run) return null
  return (
    <section class="panel story-panel" ref={panel}>
      <h2>{t('story.title')}</h2>
      {told.sentences === null && <p class="quiet">{t('story.busy')}</p>}
      <ol class="chain">
        {told.sentences?.map((sentence, i) => (
          <li key={`${sentence.event} ${i}`}>
            {sentence.event === null ? (
              <p class="outcome">{storySentence(sentence, info.scenario)}</p>
            ) : (
              <button type="button" class="plain-button" onClick={() => transport.select(sentence.event!)}>
                <span class="time">{showTime(sentence.time_ns)}</span>
                <span>{storySentence(sentence, info.scenario)}</span>
              </button>
            )}
          </li>
        ))}
      </ol>
      {told.sentences && <p class="quiet">{futuresSentence(told)}</p>}
    </section>
  )
}

/** When it became inevitable, as far as the samples show. */
function futuresSentence(told: Told): string {
  const outcome = outcomeOf(told)
  const { futures } = told
  if (!futures || !outcome) return t('story.sampling')
  const from = inevitableFrom(futures, outcome)
  const values = { outcome: outcomeText(outcome), share: percent(futures[0] ? share(futures[0], outcome) : 0) }
  if (from === null || from === futures.at(-1)?.time_ns) return t('story.open', values)
  if (from === futures[0]?.time_ns) return t('story.always', values)
  return t('story.inevitable', { ...values, time: aboutTime(from) })
}
