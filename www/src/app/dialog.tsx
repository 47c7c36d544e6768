/** A native dialog: the browser keeps the focus inside, closes it with Escape and gives the focus back. */
import type { ComponentChildren } from 'preact'
import { useEffect, useId, useRef } from 'preact/hooks'
import { t } from '../text/locale'
import { Close } from './icons'

/** A modal sheet with a title; `close` is called however it closes. */
export function Dialog({ title, close, children }: { title: string; close(): void; children: ComponentChildren }) {
  const ref = useRef<HTMLDialogElement>(null)
  const id = useId()
  useEffect(() => {
    ref.current?.showModal()
  }, [])
  return (
    <dialog ref={ref} aria-labelledby={id} onClose={close} closedby="any">
      <div class="sheet">
        <div class="sheet-head">
          <h2 id={id}>{title}</h2>
          <button type="button" class="icon-button" aria-label={t('dialog.close')} onClick={() => ref.current?.close()}>
            <Close />
          </button>
        </div>
        {children}
      </div>
    </dialog>
  )
}
