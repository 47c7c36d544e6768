/** The link as a QR code: always dark on light, as readers want it. */
import { qrCode } from '../picture/qr'
import { t } from '../text/locale'

/** The code, or a word why there is none. */
export function Qr({ text }: { text: string }) {
  const code = qrCode(text)
  if (!code) return <p class="quiet">{t('qr.too-long')}</p>
  return (
    <svg class="qr" viewBox={`0 0 ${code.size} ${code.size}`} role="img" aria-label={t('qr.alt', { link: text })}>
      <path class="qr-paper" d={`M0 0h${code.size}v${code.size}H0z`} />
      <path class="qr-ink" d={code.path} />
    </svg>
  )
}
