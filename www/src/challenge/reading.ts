/** What a run says to a question: read from its report, never written down beside the question. */
import type { Report } from '../worker/core'

/** An answer by its name, and the event that shows it; null where the run has nothing to show. */
export interface Reading {
  answer: string
  evidence: number | null
}

/** How a question is answered: by which of its possible answers, and how a run is read. */
export interface Asked {
  /** How the answers are told: as outcomes, as a verdict on one claim, as claims, or as durations in ns. */
  tells: 'outcome' | 'verdict' | 'claim' | 'duration'
  answers: readonly string[]
  /** The claim that a verdict is asked on. */
  claim?: string
  read(report: Report): Reading
}

/** "None of these" among claims. */
export const NONE_OF_THEM = 'none'

const claimOf = ({ claims }: Report, id: string) => claims.find((claim) => claim.id === id)

/** The last event that shows a claim broken, or how the run decided it. */
const evidenceOf = (report: Report, id: string) => claimOf(report, id)?.evidence.at(-1) ?? null

/** How does it come out? */
export function outcome(...answers: string[]): Asked {
  const read = (report: Report): Reading => {
    const broken = report.claims.find(({ holds }) => holds === false)
    return { answer: report.outcome ?? report.end, evidence: broken?.evidence.at(-1) ?? null }
  }
  return { tells: 'outcome', answers, read }
}

/** Does the claim hold? */
export function verdict(claim: string): Asked {
  const words = new Map<boolean | null | undefined, string>([
    [true, 'holds'],
    [false, 'breaks'],
  ])
  const read = (report: Report): Reading => ({
    answer: words.get(claimOf(report, claim)?.holds) ?? 'open',
    evidence: evidenceOf(report, claim),
  })
  return { tells: 'verdict', answers: ['holds', 'breaks'], claim, read }
}

/** Which of these claims is the only one that `verdict` is the verdict on? */
export function only(holds: boolean, ...claims: string[]): Asked {
  const read = (report: Report): Reading => {
    const found = claims.filter((id) => claimOf(report, id)?.holds === holds)
    const shown = holds ? claims.find((id) => claimOf(report, id)?.holds === false) : found[0]
    return {
      answer: found.length > 1 ? 'several' : (found[0] ?? NONE_OF_THEM),
      evidence: shown === undefined ? null : evidenceOf(report, shown),
    }
  }
  return { tells: 'claim', answers: [...claims, NONE_OF_THEM], read }
}

/** How long does it take, in seconds? */
export function lasting(...seconds: number[]): Asked {
  const answers = seconds.map((one) => String(one * 1e9))
  return {
    tells: 'duration',
    answers,
    read: ({ duration_ns, event_count }) => ({ answer: String(duration_ns), evidence: event_count - 1 }),
  }
}
