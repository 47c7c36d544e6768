/** All scenarios by chapter: the side list, the sheet of a phone, and the start page. */

import { useEffect, useRef } from 'preact/hooks'
import { scenarioText, scenarioTitle } from '../text/core'
import { find, t } from '../text/locale'
import type { ScenarioInfo } from '../worker/core'
import { useApp } from './context'
import { OpenPicture } from './drop'

/** The story the start page leads to. */
const MAIN = 'duplicated-message'

/** Scenarios grouped by chapter, in catalogue order. */
export function byChapter(scenarios: ScenarioInfo[]): [chapter: string, scenarios: ScenarioInfo[]][] {
  const groups = new Map<string, ScenarioInfo[]>()
  for (const scenario of scenarios) {
    const group = groups.get(scenario.chapter)
    if (group) group.push(scenario)
    else groups.set(scenario.chapter, [scenario])
  }
  return [...groups].sort(([a], [b]) => a.localeCompare(b, 'en', { numeric: true }))
}

function chapterTitle(chapter: string): string {
  return find([`chapter.${chapter}`]) ?? chapter
}

/** The list of scenarios as links. */
export function ScenarioList() {
  const { session } = useApp()
  const here = session.info.value?.scenario
  const current = useRef<HTMLAnchorElement>(null)
  useEffect(() => current.current?.scrollIntoView({ block: 'nearest' }), [here])
  return (
    <>
      {byChapter(session.catalogue.value?.scenarios ?? []).map(([chapter, scenarios]) => (
        <section key={chapter}>
          <h2>
            <span class="number">{chapter}</span> {chapterTitle(chapter)}
          </h2>
          <ul>
            {scenarios.map(({ id }) => (
              <li key={id}>
                <a href={`#/${id}`} ref={id === here ? current : null} aria-current={id === here ? 'page' : undefined}>
                  {scenarioTitle(id)}
                </a>
              </li>
            ))}
          </ul>
        </section>
      ))}
    </>
  )
}

/** The side list. */
export function SideList() {
  return (
    <nav class="side" aria-label={t('nav.catalogue')}>
      <ScenarioList />
    </nav>
  )
}

/** The first sentence of a lesson and the rest. */
export function splitLesson(lesson: string): [first: string, rest: string] {
  const match = /^(.+?[.!?。！？])(?:\s+|(?<=[。！？]))(.*)$/s.exec(lesson)
  return match ? [match[1] ?? lesson, match[2] ?? ''] : [lesson, '']
}

/** A strip of paper: two calm beats, then the one that comes twice. Decoration. */
function Strip() {
  const beat = (x: number) => `H${x}l9-7 9 7h7l5 9 9-62 9 74 6-21h8l10-11 10 11`
  return (
    <svg class="strip" viewBox="0 0 1200 120" preserveAspectRatio="xMidYMid slice" aria-hidden="true" focusable="false">
      <path d={`M-600 82${beat(180)}${beat(480)}${beat(780)}H900`} />
      <path class="again" d={`M900 82${beat(904)}H1800`} />
    </svg>
  )
}

/** The page without a link: what this is, and where to begin. */
export function Start() {
  const { session } = useApp()
  const scenarios = session.catalogue.value?.scenarios ?? []
  return (
    <main class="start" id="main">
      <Strip />
      <div class="hero">
        <h1>{t('app.tagline')}</h1>
        <p>{t('start.how')}</p>
        <a class="button main" href={`#/${MAIN}`}>
          {t('start.main')}
        </a>
        <OpenPicture />
      </div>
      <section class="cards" aria-label={t('start.catalogue')}>
        {byChapter(scenarios).map(([chapter, group]) => (
          <section key={chapter}>
            <h2>
              <span class="number">{chapter}</span> {chapterTitle(chapter)}
            </h2>
            <ul>
              {group.map(({ id }) => (
                <li key={id}>
                  <a href={`#/${id}`}>
                    <strong>{scenarioTitle(id)}</strong>
                    <span>{splitLesson(scenarioText(id, 'lesson') ?? '')[0]}</span>
                  </a>
                </li>
              ))}
            </ul>
          </section>
        ))}
      </section>
    </main>
  )
}
