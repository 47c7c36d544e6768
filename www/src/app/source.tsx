/** The real source file, shipped with the site, with the line of an event lit. */
import sources from 'virtual:sources'
import { useSignal } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'
import { t } from '../text/locale'
import { causeChain, type Trace } from '../timeline/trace'
import { useApp } from './context'
import { highlight, type Piece } from './rust'

/** Where an event comes from, and whether it had to be looked for in its causes. */
export interface Place {
  file: string
  line: number
  borrowed: boolean
}

/** The line of an event, or of its nearest cause in a pattern or a scenario when its own is deep in the runtime. */
export function placeOf(trace: Trace, event: number): Place | null {
  const at = (id: number) => trace.sources[trace.columns.source[id] ?? -1] ?? null
  const own = at(event)
  if (own && told(own.file)) return { ...own, borrowed: false }
  for (const cause of causeChain(trace, event, 20)) {
    const place = at(cause)
    if (place && told(place.file)) return { ...place, borrowed: true }
  }
  return own && own.line > 0 ? { ...own, borrowed: false } : null
}

function told(file: string): boolean {
  return file.startsWith('src/patterns/') || file.startsWith('src/scenarios/')
}

/** The panel part. */
export function Source({ trace, event }: { trace: Trace; event: number }) {
  const { read } = useApp()
  const place = placeOf(trace, event)
  const file = place?.file ?? ''
  const lines = useSignal<Piece[][] | null>(null)
  const failed = useSignal(false)
  const lit = useRef<HTMLSpanElement>(null)
  useEffect(() => {
    if (!file) return
    let current = true
    lines.value = null
    failed.value = false
    void read(`${sources}/${file}`).then((text) => {
      if (!current) return
      if (text === null) failed.value = true
      else lines.value = highlight(text)
    })
    return () => {
      current = false
    }
  }, [file])
  useEffect(() => {
    const line = lit.current
    const box = line?.closest<HTMLElement>('.scroll')
    if (line && box) box.scrollTop = line.offsetTop - box.clientHeight / 2 + line.offsetHeight / 2
  }, [place?.line, lines.value])
  if (!place) return <p class="quiet">{t('inspector.source.none')}</p>
  const digits = String(lines.value?.length ?? 0).length
  return (
    <figure class="source">
      <figcaption>
        {place.borrowed ? t('inspector.source.cause') : t('inspector.source')}{' '}
        <code>
          {place.file}:{place.line}
        </code>
      </figcaption>
      {failed.value ? (
        <p class="quiet">{t('inspector.source.failed')}</p>
      ) : (
        <section
          class="scroll"
          // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached without a mouse.
          tabIndex={0}
          aria-label={t('inspector.source.label', { file: place.file, line: place.line })}
        >
          <pre>
            {(lines.value ?? []).map((pieces, i) => {
              const here = i + 1 === place.line
              return (
                <span
                  key={i}
                  class={here ? 'code hit' : 'code'}
                  ref={here ? lit : null}
                  aria-current={here ? 'true' : undefined}
                >
                  <span class="line-number" aria-hidden="true">
                    {String(i + 1).padStart(digits)}
                  </span>
                  {pieces.map((piece, n) =>
                    piece.kind === 'plain' ? (
                      piece.text
                    ) : (
                      <i key={n} class={`rust-${piece.kind}`}>
                        {piece.text}
                      </i>
                    ),
                  )}
                  {'\n'}
                </span>
              )
            })}
          </pre>
        </section>
      )}
    </figure>
  )
}
