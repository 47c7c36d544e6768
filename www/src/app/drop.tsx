/** Pictures of runs that somebody brings: dropped on the page or chosen as a file, they open their run. */
import { useRef } from 'preact/hooks'
import { LARGEST, type Lack, linkIn } from '../picture/link'
import { t } from '../text/locale'
import { type App, useApp } from './context'
import { Close } from './icons'

/** Listens for files; returns how to stop. A file that is dropped never takes the page's place. */
export function listenForPictures(app: App, window: Window): () => void {
  const hasFiles = (event: DragEvent) => event.dataTransfer?.types.includes('Files') ?? false
  const over = (event: DragEvent) => {
    if (!hasFiles(event)) return
    event.preventDefault()
    app.ui.dropping.value = true
  }
  const leave = (event: DragEvent) => {
    if (event.relatedTarget === null) app.ui.dropping.value = false
  }
  const drop = (event: DragEvent) => {
    app.ui.dropping.value = false
    if (!hasFiles(event)) return
    event.preventDefault()
    const file = event.dataTransfer?.files[0]
    if (file) void openPicture(app, file)
  }
  window.addEventListener('dragover', over)
  window.addEventListener('dragleave', leave)
  window.addEventListener('drop', drop)
  return () => {
    window.removeEventListener('dragover', over)
    window.removeEventListener('dragleave', leave)
    window.removeEventListener('drop', drop)
  }
}

/** Opens the run of a picture, or says why there is none. */
async function openPicture({ ui, open }: App, file: Blob): Promise<void> {
  const found = file.size > LARGEST ? { link: null, why: 'large' as const } : await look(file)
  // A sheet would hide what is said.
  ui.dialog.value = null
  if (found.link === null) {
    ui.notice.value = { text: t(`picture.${found.why}`), bad: true }
    return
  }
  ui.notice.value = { text: found.cut ? t('picture.opened.cut') : t('picture.opened'), bad: false }
  open(found.link)
}

async function look(file: Blob): Promise<ReturnType<typeof linkIn>> {
  try {
    return linkIn(new Uint8Array(await file.arrayBuffer()))
  } catch {
    const why: Lack = 'unreadable'
    return { link: null, why }
  }
}

/** A button that asks for a picture, for who does not drag. */
export function OpenPicture() {
  const app = useApp()
  const input = useRef<HTMLInputElement>(null)
  const take = async () => {
    const file = input.current?.files?.[0]
    if (file) await openPicture(app, file)
    // The same file may be chosen again.
    if (input.current) input.current.value = ''
  }
  return (
    <>
      <button type="button" onClick={() => input.current?.click()}>
        {t('picture.open')}
      </button>
      <input ref={input} type="file" accept="image/png,image/svg+xml" hidden onChange={take} />
    </>
  )
}

/** What came of a picture; and where to drop one that is on its way. */
export function Pictures() {
  const { ui } = useApp()
  const notice = ui.notice.value
  return (
    <>
      {/* An alert speaks when it comes; good news has its place in the page before there is any. */}
      {notice?.bad && (
        <div class="notice" role="alert">
          <Notice text={notice.text} />
        </div>
      )}
      <output class="notice">{notice && !notice.bad && <Notice text={notice.text} />}</output>
      {ui.dropping.value && (
        <div class="dropping" aria-hidden="true">
          <p>{t('picture.drop')}</p>
        </div>
      )}
    </>
  )
}

function Notice({ text }: { text: string }) {
  const { ui } = useApp()
  return (
    <p>
      <span>{text}</span>
      <button
        type="button"
        class="icon-button"
        aria-label={t('notice.close')}
        onClick={() => {
          ui.notice.value = null
        }}
      >
        <Close />
      </button>
    </p>
  )
}
