/** Whether the run is the one that its link expected: said aloud, and where it is not, told above the picture as well. */
import { useEffect } from 'preact/hooks'
import { t } from '../text/locale'
import { useApp } from './context'

/** The verdicts are said aloud first; their words come to rest within half a second. */
const AFTER_VERDICTS_MS = 700

/** The notice; nothing where no run was expected, or where it is this one. */
export function Expected() {
  const { session, ui } = useApp()
  const shown = session.shown.value
  const expected = shown?.live ? null : shown?.info.expect
  const report = expected ? shown?.report : null
  const same = report?.fingerprint === expected
  const words = !report
    ? ''
    : same
      ? t('run.reproduced')
      : t('run.not-reproduced.long', { expected: expected ?? '', found: report.fingerprint, version: report.version })
  useEffect(() => {
    if (!words) return
    const timer = setTimeout(() => (ui.announcement.value = words), AFTER_VERDICTS_MS)
    return () => clearTimeout(timer)
  }, [words])
  return report && !same ? <p class="unexpected">{words}</p> : null
}
