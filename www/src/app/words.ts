/** The words on the picture, in the reader's language. */

import { clip, noteLabel, visible } from '../text/core'
import { aboutTime, roughDuration, showDuration } from '../text/duration'
import { count, type PageKey, t } from '../text/locale'
import type { Reason, Words } from '../timeline/input'
import type { Trace } from '../timeline/trace'
import { MARK } from '../worker/core'

/** Longest word at a mark, in characters. */
const LONGEST = 36

/** Words for a run of a scenario; live ones are measured and therefore rounded. */
export function wordsFor(trace: Trace, scenario: string, live: boolean): Words {
  const show = live ? roughDuration : showDuration
  const reason = (why: Reason) => (why === 'none' ? '' : t(`reason.${why}` as PageKey))
  return {
    work: (ns) => t('word.work', { duration: show(ns) }),
    slowed: (ns) => t('word.slowed', { duration: show(ns) }),
    hang: (ns) => t('word.hang', { duration: show(ns) }),
    tooLate: (ns) => t('word.too-late', { duration: show(ns) }),
    folded: (ns) => `+${aboutTime(ns)}`,
    folds: (folds, ns) => `×${count(folds)} +${aboutTime(ns)}`,
    step: (event, ns) => `#${event} · ${aboutTime(ns)}`,
    cancel: (why) => (why === 'none' ? t('word.cancelled') : t('word.cancel.by', { reason: reason(why) })),
    crowd: (many) => t('word.crowd', { count: count(many) }),
    mark(kind, event, why) {
      const row = trace.words.get(event)
      const words = row ? (noteLabel(row, scenario) ?? visible(row.detail)) : ''
      const detail = clip(words, LONGEST)
      switch (kind) {
        case MARK.accept:
          return t('word.accept')
        case MARK.acceptAgain:
          return t('word.accept-again')
        case MARK.timeout: {
          const timer = trace.words.get(trace.words.get(event)?.cause ?? -1)?.args.duration_ns
          return typeof timer === 'number' ? t('word.timeout.after', { duration: aboutTime(timer) }) : t('word.timeout')
        }
        case MARK.cancelled:
          return why === 'none' ? t('word.cancelled') : t('word.cancelled.by', { reason: reason(why) })
        case MARK.crash:
          return t('word.crash')
        case MARK.fault:
          return t('word.fault', { detail })
        case MARK.lost:
          return t('word.lost')
        case MARK.refused:
          return t('word.refused')
        case MARK.restart:
          return t('word.restart')
        case MARK.duplicate:
          return t('word.duplicate')
        default:
          return detail || null
      }
    },
  }
}
