/** All scenarios by chapter: the side list, the sheet of a phone, and the start page. */
import type { ScenarioInfo } from '../worker/core'
import { find, t } from '../text/locale'
import { scenarioText, scenarioTitle } from '../text/core'
import { useApp } from './context'
import { Beat } from './icons'

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

/** The list of scenarios as links; `chosen` is called after a choice. */
export function ScenarioList({ chosen }: { chosen?: () => void }) {
  const { session } = useApp()
  const here = session.info.value?.scenario
  return (
    <>
      {byChapter(session.catalogue.value?.scenarios ?? []).map(([chapter, scenarios]) => (
        <section key={chapter}>
          <h2>{chapterTitle(chapter)}</h2>
          <ul>
            {scenarios.map(({ id }) => (
              <li key={id}>
                <a href={`#/${id}`} aria-current={id === here ? 'page' : undefined} onClick={chosen}>
                  <span class="number">{chapter}</span>
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

/** The page without a link: what this is, and where to begin. */
export function Start() {
  const { session } = useApp()
  const scenarios = session.catalogue.value?.scenarios ?? []
  return (
    <main class="start" id="main">
      <div class="hero">
        <Beat />
        <h1>{t('app.tagline')}</h1>
        <p>{t('start.how')}</p>
        <a class="button main" href={`#/${MAIN}`}>
          {t('start.main')}
        </a>
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
