/** What stands in the middle when there is no run: a bad link, unknown keys, a lost core, a browser that cannot. */
import { useSignal } from '@preact/signals'
import type { Face } from '../state/session'
import { clip, errorSentence, visible } from '../text/core'
import { t } from '../text/locale'
import { quote } from '../text/quote'
import type { Loss } from '../worker/client'
import { useApp } from './context'

/** A link is shown for correction up to this length. */
const EDITABLE = 4_000

/** A link that is none: which part, where, what would be right, and what is left of it. */
export function BadLink({ face }: { face: Face & { kind: 'bad' } }) {
  const { session } = useApp()
  const { text, error, recovered } = face
  const { line, caret } = quote(text, error.position)
  const draft = useSignal(text.slice(0, EDITABLE))
  return (
    <main class="trouble" id="main">
      <h1>{t('bad.title')}</h1>
      <p class="sentence" role="alert">
        {errorSentence(error)}
      </p>
      <pre class="quote">
        {line}
        {caret !== null && `\n${' '.repeat(caret)}^`}
      </pre>
      <dl>
        <dt>{t('bad.part')}</dt>
        <dd>
          <code>{clip(visible(error.part), 80)}</code>
        </dd>
        {error.position !== null && (
          <>
            <dt>{t('bad.position')}</dt>
            <dd>{t('bad.position.value', { position: error.position + 1 })}</dd>
          </>
        )}
        {error.allowed && (
          <>
            <dt>{t('bad.allowed')}</dt>
            <dd>{error.allowed}</dd>
          </>
        )}
      </dl>
      {recovered ? (
        <div class="recovered">
          <p>{t('bad.recovered')}</p>
          <code>{recovered.link}</code>
          <button type="button" class="main" onClick={() => session.openText(recovered.link)}>
            {t('bad.recovered.open')}
          </button>
        </div>
      ) : (
        <p class="quiet">{t('bad.nothing')}</p>
      )}
      {text.length <= EDITABLE && (
        <form
          class="copy"
          onSubmit={(event) => {
            event.preventDefault()
            session.openText(draft.value)
          }}
        >
          <label for="bad-link">{t('bad.edit')}</label>
          <input
            id="bad-link"
            class="value"
            type="text"
            autocomplete="off"
            spellcheck={false}
            value={draft.value}
            onInput={(event) => (draft.value = event.currentTarget.value)}
          />
          <button type="submit">{t('bad.retry')}</button>
        </form>
      )}
      <p>
        <a href="#/">{t('nav.start')}</a>
      </p>
    </main>
  )
}

/** A link from a later version: its keys are kept and named. */
export function UnknownKeys({ face }: { face: Face & { kind: 'unknown' } }) {
  const { session } = useApp()
  return (
    <main class="trouble" id="main">
      <h1>{t('unknown.title')}</h1>
      <p>{t('unknown.keys')}</p>
      <ul class="chips">
        {face.info.unknown.map(({ key, value }, i) => (
          <li key={`${key} ${i}`}>
            <code>
              {clip(visible(key), 40)}={clip(visible(value), 120)}
            </code>
          </li>
        ))}
      </ul>
      <pre class="quote">{clip(visible(face.text), 2_000)}</pre>
      <button type="button" class="main" onClick={session.acceptUnknown}>
        {t('unknown.run')}
      </button>
    </main>
  )
}

/** The core is gone; the link is not. */
export function Lost({ loss }: { loss: Loss }) {
  const { session } = useApp()
  return (
    <div class="lost" role="alert">
      <h2>{t('lost.title')}</h2>
      <p>{loss.kind === 'silent' ? t('lost.silent') : t('lost.crashed')}</p>
      {loss.kind === 'crashed' && <pre class="quote">{clip(visible(loss.message), 1_000)}</pre>}
      <code>{clip(visible(session.link()), 300)}</code>
      <button type="button" class="main" onClick={session.restart}>
        {t('lost.restart')}
      </button>
    </div>
  )
}

/** The browser lacks what the page is made of. */
export function Missing({ what }: { what: 'wasm' | 'worker' }) {
  return (
    <main class="trouble" id="main">
      <h1>{t('missing.title')}</h1>
      <p role="alert">{what === 'wasm' ? t('missing.wasm') : t('missing.worker')}</p>
    </main>
  )
}
