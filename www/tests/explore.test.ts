// The search's state without a page: workers are told what to do by hand, and may speak out of turn.
import { afterEach, describe, expect, test, vi } from 'vitest'
import { PLAIN } from '../src/state/edit'
import { createExplore, outcomeOf, poolSize } from '../src/state/explore'
import { curveOf, inevitableFrom } from '../src/state/futures'
import { formOf, optionsOf, problemOf, subjectKey, subjectOf, targetsOf } from '../src/state/search_form'
import { tally } from '../src/state/tally'
import { Refused } from '../src/worker/client'
import type { CoreError, Exploration, ExploreProgress, LinkEdit, LinkInfo, ScenarioInfo } from '../src/worker/core'
import type { ExploreReply, ExploreRequest } from '../src/worker/explore_protocol'
import type { ExplorerPort } from '../src/worker/explorer'

const info: LinkInfo = {
  scenario: 'duplicated-message',
  parameters: { policy: 'none' },
  model: 'any-speed',
  order: 'canonical',
  seed: '0',
  may: ['crash:stage-a*1'],
  faults: [],
  schedule: 'IQA',
  expect: 'a3e8f4369fb80e61',
  live: false,
  view: PLAIN,
  unknown: [],
  checked: true,
  run: '#/duplicated-message?model=any-speed',
  link: '#/duplicated-message?model=any-speed',
}

const progress = (executions: number, outcomes: Record<string, number>): ExploreProgress => ({
  done: false,
  shortening: false,
  executions,
  executions_per_second: 1_000,
  behaviours: executions / 2,
  outcomes,
})

const report = (shard: string | null): Exploration => ({
  link: '#/duplicated-message',
  version: '0',
  model: 'any-speed',
  strategy: 'prove',
  budget: 1_000_000,
  seed: 0,
  shard,
  executions: 10,
  executions_per_second: 100,
  exhausted: true,
  behaviours: 4,
  limit: null,
  outcomes: {},
  claims: [],
})

const refused: CoreError = {
  code: 'out-of-range',
  part: '--executions',
  value: '0',
  position: null,
  allowed: '1–100000000000',
  message: 'no',
}

/** A worker that answers when it is told to. Unlike a real one it is still heard after its end, if somebody listens. */
function fakePort() {
  const asked: ExploreRequest[] = []
  const port: ExplorerPort = {
    postMessage: (message) => void asked.push(message),
    terminate: vi.fn(),
    onmessage: null,
    onerror: null,
  }
  const hear = port as { onmessage: ExplorerPort['onmessage'] }
  return {
    port,
    asked,
    /** The listener as it is now, for messages that are already under way. */
    line: () => hear.onmessage,
    say: (data: ExploreReply) => hear.onmessage?.({ data } as MessageEvent<ExploreReply>),
    epoch: () => (asked.at(-1) as { epoch: number } | undefined)?.epoch ?? 0,
  }
}

function world(workers: number) {
  const ports: ReturnType<typeof fakePort>[] = []
  const formatted: LinkEdit[] = []
  const explore = createExplore({
    workers,
    spawn() {
      const made = fakePort()
      ports.push(made)
      return made.port
    },
    format(edit) {
      formatted.push(edit)
      return Promise.resolve('#/subject')
    },
  })
  return { explore, ports, formatted }
}

afterEach(() => vi.useRealTimers())

describe('a search', () => {
  test('gives every worker its shard of the same link, without what belongs to one run of it', async () => {
    const { explore, ports, formatted } = world(2)
    explore.prepare(info)
    await explore.start(info)
    expect(formatted[0]).toMatchObject({ schedule: null, expect: null, may: [] })
    const asked = ports.map(({ asked }) => asked[0])
    expect(asked).toMatchObject([
      { type: 'search', link: '#/subject', options: { shard: '1/2', may: ['crash:stage-a*1'], executions: 1_000_000 } },
      { type: 'search', link: '#/subject', options: { shard: '2/2' } },
    ])
  })

  test('adds up its parts and has the core merge their reports', async () => {
    const { explore, ports } = world(2)
    await explore.start(info)
    const [a, b] = ports
    a!.say({ type: 'progress', epoch: 1, progress: progress(10, { once: 8, dup: 2 }) })
    b!.say({ type: 'progress', epoch: 1, progress: progress(4, { dup: 9 }) })
    expect(explore.counters.value).toMatchObject({ executions: 14, behaviours: 7, perSecond: 2_000 })
    expect(explore.counters.value?.outcomes).toEqual([
      ['dup', 11],
      ['once', 8],
    ])
    a!.say({ type: 'found', epoch: 1, report: report('1/2') })
    expect(explore.phase.value).toBe('running')
    b!.say({ type: 'found', epoch: 1, report: report('2/2') })
    expect(explore.phase.value).toBe('merging')
    expect(a!.port.terminate).toHaveBeenCalled()
    const merger = ports[2]!
    expect(merger.asked[0]).toMatchObject({ type: 'merge', reports: [{ shard: '1/2' }, { shard: '2/2' }] })
    merger.say({ type: 'found', epoch: merger.epoch(), report: report(null) })
    expect(explore.phase.value).toBe('idle')
    expect(explore.explored.value).toMatchObject({ report: { shard: null }, stopped: false })
  })

  test('of one worker needs no merging', async () => {
    const { explore, ports } = world(1)
    await explore.start(info)
    expect((ports[0]!.asked[0] as { options: object }).options).not.toHaveProperty('shard')
    ports[0]!.say({ type: 'found', epoch: 1, report: report(null) })
    expect(explore.explored.value?.report.executions).toBe(10)
    expect(ports.length).toBe(1)
  })

  test('that is stopped shows what it has', async () => {
    const { explore, ports } = world(1)
    await explore.start(info)
    explore.stop()
    expect(explore.phase.value).toBe('stopping')
    expect(ports[0]!.asked.at(-1)).toEqual({ type: 'stop', epoch: 1 })
    ports[0]!.say({ type: 'found', epoch: 1, report: { ...report(null), exhausted: false, limit: 'interrupted' } })
    expect(explore.explored.value?.stopped).toBe(true)
  })

  test('that is stopped before its link was written never begins', async () => {
    const { explore, ports } = world(1)
    const started = explore.start(info)
    explore.stop()
    await started
    expect(explore.phase.value).toBe('idle')
    expect(ports).toEqual([])
  })

  test('does not hear the search before it', async () => {
    const { explore, ports } = world(1)
    await explore.start(info)
    const line = ports[0]!.line()
    await explore.start(info)
    line?.({ data: { type: 'found', epoch: 1, report: report(null) } } as MessageEvent<ExploreReply>)
    line?.({ data: { type: 'progress', epoch: 1, progress: progress(99, {}) } } as MessageEvent<ExploreReply>)
    line?.({ data: { type: 'crashed', message: 'late' } } as MessageEvent<ExploreReply>)
    expect(explore.explored.value).toBeNull()
    expect(explore.counters.value).toBeNull()
    expect(explore.loss.value).toBeNull()
    expect(explore.phase.value).toBe('running')
  })

  test('that the core refuses says so at the field, with the text as it was typed', async () => {
    const { explore, ports } = world(2)
    explore.prepare(info)
    explore.fill({ budget: 'a lot' })
    await explore.start(info)
    ports[0]!.say({ type: 'refused', epoch: 1, error: refused })
    expect(explore.problem.value).toMatchObject({ field: 'budget', error: { value: 'a lot' } })
    expect(explore.phase.value).toBe('idle')
    expect(ports.every(({ port }) => vi.mocked(port.terminate).mock.calls.length > 0)).toBe(true)
    explore.fill({ seed: '2' })
    expect(explore.problem.value).not.toBeNull()
    explore.fill({ budget: '5' })
    expect(explore.problem.value).toBeNull()
  })

  test('goes on without a worker that crashed, and tells of it', async () => {
    const { explore, ports } = world(2)
    await explore.start(info)
    ports[0]!.say({ type: 'crashed', message: 'unreachable' })
    expect(explore.loss.value).toEqual({ kind: 'crashed', message: 'unreachable' })
    ports[1]!.say({ type: 'found', epoch: 1, report: report('2/2') })
    const merger = ports[2]!
    expect(merger.asked[0]).toMatchObject({ type: 'merge', reports: [{ shard: '2/2' }] })
    merger.say({ type: 'found', epoch: merger.epoch(), report: { ...report(null), exhausted: false, limit: 'parts' } })
    expect(explore.explored.value?.report.limit).toBe('parts')
  })

  test('whose workers are all silent ends, and can be started again', async () => {
    vi.useFakeTimers()
    const { explore, ports } = world(2)
    await explore.start(info)
    vi.advanceTimersByTime(60_000)
    expect(explore.loss.value).toEqual({ kind: 'silent' })
    expect(explore.phase.value).toBe('idle')
    await explore.start(info)
    expect(explore.loss.value).toBeNull()
    expect(ports.length).toBe(4)
    explore.follow(null)
  })

  test('in a browser that gives no worker says so', async () => {
    const spawn = () => {
      throw new Error('no workers')
    }
    const explore = createExplore({ workers: 2, spawn, format: () => Promise.resolve('#/x') })
    await explore.start(info)
    expect(explore.loss.value).toMatchObject({ kind: 'crashed' })
    expect(explore.phase.value).toBe('idle')
  })

  test('of a link that the core does not write is refused as a whole', async () => {
    const format = () => Promise.reject(new Refused({ ...refused, part: 'work' }))
    const explore = createExplore({ workers: 1, spawn: () => fakePort().port, format })
    await explore.start(info)
    expect(explore.problem.value?.field).toBe('whole')
    expect(explore.phase.value).toBe('idle')
  })
})

describe('another link', () => {
  test('that is a run of the search changes nothing', async () => {
    const { explore } = world(1)
    await explore.start(info)
    explore.follow({ ...info, model: 'timed', schedule: 'AA', may: [] })
    expect(explore.phase.value).toBe('running')
    explore.follow(null)
  })
  test('with another parameter ends the search and says so', async () => {
    const { explore, ports } = world(1)
    await explore.start(info)
    explore.follow({ ...info, parameters: { policy: 'accept-first' } })
    expect(explore.phase.value).toBe('idle')
    expect(explore.dropped.value).toBe(true)
    expect(ports[0]!.port.terminate).toHaveBeenCalled()
  })
  test('with another parameter keeps what was found; another scenario drops everything', async () => {
    const { explore, ports } = world(1)
    explore.prepare(info)
    await explore.start(info)
    ports[0]!.say({ type: 'found', epoch: 1, report: report(null) })
    explore.follow({ ...info, parameters: { policy: 'accept-first' } })
    expect(explore.explored.value).not.toBeNull()
    explore.follow({ ...info, scenario: 'deadlock' })
    expect(explore.explored.value).toBeNull()
    expect(explore.form.value).toBeNull()
  })
  test('of another scenario gets a form of its own though nothing was searched', () => {
    const { explore } = world(1)
    explore.prepare(info)
    explore.follow({ ...info, scenario: 'deadlock' })
    expect(explore.form.value).toBeNull()
  })
})

describe('the run that is told', () => {
  const sentences = [{ code: 'story.holds', args: { outcome: 'once', claims: [] }, event: null, time_ns: 3 }]
  const futures = [
    { choices: 0, time_ns: 0, outcomes: { once: 1, dup: 3 } },
    { choices: 4, time_ns: 2e9, outcomes: { once: 4 } },
    { choices: 9, time_ns: 3e9, outcomes: { once: 4 } },
  ]
  test('is the one that was asked for last', () => {
    const { explore, ports } = world(1)
    explore.tell('#/a')
    explore.tell('#/b')
    const [teller] = ports
    expect(teller!.asked).toEqual([
      { type: 'tell', epoch: 1, link: '#/a' },
      { type: 'tell', epoch: 2, link: '#/b' },
    ])
    teller!.say({ type: 'story', epoch: 1, sentences: [] })
    expect(explore.told.value).toMatchObject({ link: '#/b', sentences: null })
    teller!.say({ type: 'story', epoch: 2, sentences })
    expect(outcomeOf(explore.told.value!)).toBe('once')
    expect(explore.curve.value).toBeNull()
    teller!.say({ type: 'futures', epoch: 2, futures, done: true })
    expect(explore.curve.value?.value).toEqual(Float64Array.of(25, 100, 100))
    expect(teller!.port.terminate).toHaveBeenCalled()
  })
  test('becomes inevitable where no sampled future ends otherwise any more', () => {
    expect(inevitableFrom(futures, 'once')).toBe(2e9)
    expect(inevitableFrom(futures, 'dup')).toBeNull()
    expect(inevitableFrom([], 'once')).toBeNull()
    expect(curveOf(futures, 'dup')).toMatchObject({ min: 0, last: 0, max: 100 })
  })
})

describe('the form', () => {
  const form = formOf(info)
  test('starts as the link suggests', () =>
    expect(form).toMatchObject({ strategy: 'prove', model: 'any-speed', may: ['crash:stage-a*1'] }))
  test('hands on what is no number for the core to judge', () => {
    expect(optionsOf({ ...form, budget: '' }).executions).toBeNaN()
    expect(optionsOf({ ...form, budget: '10000000000000' }).executions).toBe(1e13)
  })
  test('knows where a refusal belongs', () => {
    expect(problemOf(form, { ...refused, part: '--may', value: 'x' })).toMatchObject({
      field: 'may',
      error: { value: 'x' },
    })
    expect(problemOf(form, { ...refused, part: 'schedule' }).field).toBe('whole')
  })
  test('offers what the scenario has', () => {
    const scenario = { tasks: ['a'], channels: ['c'] } as unknown as ScenarioInfo
    expect(targetsOf('hang', scenario)).toEqual(['any', 'a'])
    expect(targetsOf('drop', scenario)).toEqual(['any', 'c'])
  })
  test('asks the same of links that differ in one run only', () => {
    expect(subjectKey(subjectOf(info))).toBe(subjectKey(info))
    expect(subjectKey({ ...info, faults: ['stage-a:crash@1s'] })).not.toBe(subjectKey(info))
  })
})

test('behaviours of a proof add up, those of a hunt are at least as many as one part has', () => {
  const parts = [progress(10, {}), undefined, progress(4, {})]
  expect(tally(parts, true)).toMatchObject({ behaviours: 7, shortening: false })
  expect(tally(parts, false).behaviours).toBe(5)
  expect(tally([{ ...progress(1, {}), shortening: true }], true).shortening).toBe(true)
})

test('the pool leaves a core to the page and has a worker in any case', () => {
  expect([undefined, 1, 2, 3, 5, 64].map(poolSize)).toEqual([1, 1, 1, 2, 4, 4])
})
