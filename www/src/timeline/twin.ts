/** The same event in another run: the n-th of its kind and object on the task of its name. */
import type { Trace } from './trace'

/** What an event is, whenever it happens. */
export interface Identity {
  task: string
  kind: string
  /** Its object; of a note the kind of its mark, for the words of notes are numbered as they come. */
  object: number
  /** How many such events come before it. */
  nth: number
}

/** What an event of a run is. */
export function identityOf(trace: Trace, event: number): Identity {
  const { kind, task } = trace.columns
  const object = objectsOf(trace)
  const what = { task: trace.tasks[task[event]!]?.name ?? '', kind: trace.kinds[kind[event]!] ?? '' }
  let nth = 0
  for (let i = 0; i < event; i++) {
    if (kind[i] === kind[event] && task[i] === task[event] && object(i) === object(event)) nth++
  }
  return { ...what, object: object(event), nth }
}

/** The event of this identity, or null where the run has none. */
export function eventOf(trace: Trace, { task: name, kind: word, object: wanted, nth }: Identity): number | null {
  const { kind, task } = trace.columns
  const object = objectsOf(trace)
  const [wantedTask, wantedKind] = [trace.tasks.findIndex((one) => one.name === name), trace.kinds.indexOf(word)]
  let left = nth
  for (let i = 0; i < trace.count; i++) {
    if (kind[i] !== wantedKind || task[i] !== wantedTask || object(i) !== wanted) continue
    if (left-- === 0) return i
  }
  return null
}

/** The object of each event. */
function objectsOf({ kinds, columns: { kind, a }, timeline: { marks } }: Trace): (event: number) => number {
  const [note, log] = [kinds.indexOf('note'), kinds.indexOf('log')]
  const marked = new Map(Array.from(marks.event, (event, i) => [event, marks.kind[i]!]))
  return (event) => {
    if (kind[event] === log) return 0
    return kind[event] === note ? (marked.get(event) ?? -1) : a[event]!
  }
}
