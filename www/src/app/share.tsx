/** What there is to take away: the link, its code, the command, and the run in other forms. */
import { useSignal } from '@preact/signals'
import { useEffect, useId, useRef } from 'preact/hooks'
import { command, PLAIN } from '../state/edit'
import { elementSnippet, frameSnippet } from '../state/snippet'
import { scenarioTitle } from '../text/core'
import { count, t } from '../text/locale'
import { useApp } from './context'
import { Dialog } from './dialog'
import { OpenPicture } from './drop'
import { Qr } from './qr'
import { TakeAlong } from './take'

/** Longer links are cut by chat tools. */
const LONG = 1_900

/** The sheet. */
export function Share() {
  const { session, ui, absolute } = useApp()
  const info = session.info.value
  const shown = session.shown.value
  // No live run is like another: there is nothing that a link could promise.
  const fingerprint = shown?.live || info?.live ? undefined : shown?.report?.fingerprint
  const checked = useSignal((info?.expect ?? null) !== null)
  const link = useSignal(info?.link ?? '')
  const run = useSignal(info?.run ?? '')
  useEffect(() => {
    if (!info) return
    const expect = checked.value ? (info.expect ?? fingerprint ?? null) : null
    void session.format({ ...info, expect, view: session.view.value }).then((text) => {
      link.value = text
    })
    // The command line has virtual time only.
    void session.format({ ...info, expect, live: false, view: PLAIN }).then((text) => {
      run.value = text
    })
  }, [checked.value, info?.link, session.view.value, fingerprint])
  if (!info) return null
  const address = absolute(link.value)
  return (
    <Dialog title={t('share.title')} close={() => (ui.dialog.value = null)}>
      <CopyField label={t('share.link')} button={t('share.copy')} text={address} main />
      <p class={address.length > LONG ? 'problem' : 'quiet'}>
        {address.length > LONG
          ? t('share.long', { count: count(address.length) })
          : t('share.length', { count: count(address.length) })}
      </p>
      <label class="row flag">
        <input
          type="checkbox"
          checked={checked.value}
          disabled={!fingerprint}
          onChange={(event) => (checked.value = event.currentTarget.checked)}
        />
        <span>{t('share.expect')}</span>
      </label>
      <Qr text={address} />
      <CopyField label={t('share.command.label')} button={t('share.command')} text={command(run.value)} />
      <Snippets link={link.value} title={scenarioTitle(info.scenario)} />
      {shown && <TakeAlong shown={shown} address={address} />}
      <div>
        <OpenPicture />
      </div>
    </Dialog>
  )
}

/** What puts the run into somebody's post, slide or book. */
function Snippets({ link, title }: { link: string; title: string }) {
  const site = new URL('./', useApp().absolute('')).href
  return (
    <>
      <CopyField
        label={t('share.embed.element')}
        button={t('share.embed.copy')}
        text={elementSnippet(site, link, title)}
      />
      <CopyField label={t('share.embed.frame')} button={t('share.embed.copy')} text={frameSnippet(site, link, title)} />
    </>
  )
}

function CopyField({ label, button, text, main }: { label: string; button: string; text: string; main?: boolean }) {
  const { copy } = useApp()
  const said = useSignal('')
  const field = useRef<HTMLInputElement>(null)
  const id = useId()
  const take = async () => {
    const done = await copy(text)
    said.value = done ? t('share.copied') : t('share.failed')
    if (!done) field.current?.select()
  }
  return (
    <div class="copy">
      <label for={id}>{label}</label>
      <input
        id={id}
        ref={field}
        class="value"
        type="text"
        readOnly
        value={text}
        onFocus={(event) => event.currentTarget.select()}
      />
      <button type="button" class={main ? 'main' : ''} onClick={take}>
        {button}
      </button>
      <output>{said.value}</output>
    </div>
  )
}
