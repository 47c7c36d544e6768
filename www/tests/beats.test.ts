// Which heartbeats playback passes between two frames: none twice, none lost, against a slow search.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { beatsBetween } from '../src/state/beats'
import type { Trace } from '../src/timeline/trace'
import { MARK } from '../src/worker/core'

const event = fc.record({ gap: fc.nat(5), task: fc.nat(2), beats: fc.boolean() })

test('frame by frame every beat is heard once on its lane', () => {
  fc.assert(
    fc.property(fc.array(event, { maxLength: 30 }), fc.array(fc.nat(90), { maxLength: 12 }), (events, frames) => {
      let now = 0
      const time = events.map(({ gap }) => (now += gap))
      const trace = {
        columns: { time, task: events.map(({ task }) => task) },
        laneOf: [0, 1, 1],
        timeline: {
          marks: {
            kind: events.map(({ beats }) => (beats ? MARK.pulse : MARK.note)),
            event: Uint32Array.from(events, (_, i) => i),
          },
        },
      } as unknown as Trace
      let before = -1
      for (const frame of frames.map((x) => x / 2 + 0.25).sort((p, q) => p - q)) {
        const passed = events.flatMap(({ beats, task }, i) =>
          beats && time[i]! > before && time[i]! <= frame ? [trace.laneOf[task]!] : [],
        )
        expect(beatsBetween(trace, before, frame).sort()).toEqual([...new Set(passed)].sort())
        before = frame
      }
    }),
  )
})
