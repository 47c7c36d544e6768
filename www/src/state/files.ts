/** What a run can be taken along as, and what the files are called. */
import type { ExportFormat } from '../worker/core'

/** Everything there is to take. */
export type Take = 'png' | 'svg' | ExportFormat

/** In the order of the panel, with the ending and the media type of each file. */
export const TAKES: readonly { take: Take; ending: string; type: string }[] = [
  { take: 'png', ending: 'png', type: 'image/png' },
  { take: 'svg', ending: 'svg', type: 'image/svg+xml' },
  { take: 'markdown', ending: 'md', type: 'text/markdown' },
  { take: 'rust', ending: 'rs', type: 'text/plain' },
  { take: 'mermaid', ending: 'mmd', type: 'text/plain' },
  { take: 'chrome', ending: 'trace.json', type: 'application/json' },
  { take: 'csv', ending: 'csv', type: 'text/csv' },
  { take: 'text', ending: 'txt', type: 'text/plain' },
]

/** Scenario and fingerprint, so that two runs do not overwrite each other; a Rust file is named like a module. */
export function fileName(take: Take, scenario: string, fingerprint: string | undefined): string {
  const ending = TAKES.find((one) => one.take === take)?.ending ?? 'txt'
  const stem = [scenario, fingerprint?.slice(0, 8)].filter(Boolean).join('-')
  return `${take === 'rust' ? stem.replaceAll('-', '_') : stem}.${ending}`
}
