// Every question is answered by the real engine, every goal is reached by a link that it allows: no answer can rot.
import { readFileSync } from 'node:fs'
import { catalogue, initSync, parse_link, run } from 'heartrace'
import { describe, expect, test } from 'vitest'
import { allows, GOALS, type Goal, goalId, reached, startOf } from '../src/challenge/goals'
import { QUESTIONS, questionId } from '../src/challenge/questions'
import { readAchieved } from '../src/state/challenges'
import type { LinkInfo, Report } from '../src/worker/core'

initSync({ module: readFileSync(new URL('../../pkg/heartrace_bg.wasm', import.meta.url)) })

const scenarios = new Map(catalogue().scenarios.map((scenario) => [scenario.id, scenario]))
const report = (link: string): Report => run(link)
const texts = (language: string, scenario: string) =>
  JSON.parse(
    readFileSync(new URL(`../locales/${language}/scenarios/${scenario}.json`, import.meta.url), 'utf8'),
  ) as Record<string, string>

test('there are questions for half of the scenarios, and goals for a third of them', () => {
  expect(new Set(QUESTIONS.map(({ scenario }) => scenario)).size).toBeGreaterThanOrEqual(12)
  expect(new Set(GOALS.map(({ scenario }) => scenario)).size).toBeGreaterThanOrEqual(8)
  expect(new Set(QUESTIONS.map(questionId)).size).toBe(QUESTIONS.length)
  expect(new Set(GOALS.map(goalId)).size).toBe(GOALS.length)
})

describe.each(QUESTIONS.map((question) => [questionId(question), question] as const))('%s', (_, question) => {
  const { scenario, preset, asked } = question
  const presets = scenarios.get(scenario)!.presets
  const found = presets.find(({ id }) => id === preset)

  test('has two to five answers, and the run gives one of them', () => {
    expect(asked.answers.length).toBeGreaterThanOrEqual(2)
    expect(asked.answers.length).toBeLessThanOrEqual(5)
    const made = report(found!.link)
    const { answer, evidence } = asked.read(made)
    expect(asked.answers).toContain(answer)
    if (evidence !== null) expect(evidence).toBeLessThan(made.event_count)
    // Where something breaks there is something to look at.
    if (answer === 'breaks' || answer === 'dup' || answer === 'lost') expect(evidence).not.toBeNull()
  })

  test('other situations of the scenario answer otherwise: it is the run that is read', () => {
    const answers = presets
      .filter(({ id }) => !id.startsWith('long-'))
      .map(({ link }) => asked.read(report(link)).answer)
    expect(new Set(answers).size).toBeGreaterThan(1)
  })

  test('is told in both languages', () => {
    for (const language of ['en', 'ja']) {
      const told = texts(language, scenario)
      expect([told[`question.${preset}`], told[`why.${preset}`]]).not.toContain(undefined)
    }
  })
})

/** A way to each goal: the value of the one parameter. */
const WAYS: Record<string, string> = {
  'duplicated-message/once': 'accept-first',
  'preemption/heard': 'full',
  'shared-state/window': '3.2s',
  'saturation/back': '50',
  'stale-data/both': 'newest',
  'deadlock/done': 'ordered',
  'interval-heartbeat/false-alarm': '500ms',
  'rate-limit/not-in-vain': 'atomic',
  'retry-storm/calm': 'top',
  'steward/noticed': '5s',
  'restarted-stream/enough': '5',
  'healthy-ward-restarted/guarded': '500ms',
}

describe.each(GOALS.map((goal) => [goalId(goal), goal] as const))('%s', (id, goal) => {
  const scenario = scenarios.get(goal.scenario)!
  const read = (link: string) => parse_link(link) as LinkInfo
  const way = (one: Goal, name: string, value: string) => startOf({ ...one, from: { ...one.from, [name]: value } })

  test('begins where it is not reached, and a run that it allows reaches it', () => {
    const start = read(startOf(goal))
    expect(allows(goal, scenario, start)).toBe(true)
    expect(reached(goal, report(start.link))).toBe(false)
    const there = read(way(goal, goal.change, WAYS[id]!))
    expect(allows(goal, scenario, there)).toBe(true)
    expect(reached(goal, report(there.link))).toBe(true)
  })

  test('allows nothing else to be changed', () => {
    const there = read(way(goal, goal.change, WAYS[id]!))
    for (const other of scenario.parameters) {
      if (other.name === goal.change) continue
      const parameters = { ...there.parameters, [other.name]: `${there.parameters[other.name]}0` }
      expect(allows(goal, scenario, { ...there, parameters })).toBe(false)
    }
    expect(allows(goal, scenario, { ...there, faults: [...there.faults, 'any:crash@1s'] })).toBe(false)
    expect(allows(goal, scenario, { ...there, order: 'seeded' })).toBe(false)
    expect(allows(goal, scenario, { ...there, live: true })).toBe(false)
  })

  test('is told in both languages', () => {
    for (const language of ['en', 'ja']) expect(texts(language, goal.scenario)[`goal.${goal.id}`]).toBeTruthy()
  })
})

test('what was kept is read as far as it can be: nothing that is there makes the page fail', () => {
  const nothing = { answered: {}, reached: [] }
  for (const text of [null, '', 'x', 'null', '3', '[]', '{"answered":3,"reached":{}}', '{"answered":null}'])
    expect(readAchieved(text)).toEqual(nothing)
  const kept = {
    answered: { 'deadlock/in-step': true, 'steward/live-lock': 'yes', 'gone/away': true },
    reached: ['preemption/heard', 'gone/away', 'preemption/heard'],
  }
  expect(readAchieved(JSON.stringify(kept))).toEqual({
    answered: { 'deadlock/in-step': true },
    reached: ['preemption/heard'],
  })
})
