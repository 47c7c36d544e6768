/** The Japanese texts, in one chunk. */
import { collect, type Messages } from './messages'

/** All Japanese texts by key. */
export const messages = collect(
  import.meta.glob<Messages>('../../locales/ja/**/*.json', { eager: true, import: 'default' }),
)
