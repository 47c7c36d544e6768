/** The English texts, in one chunk. */
import { collect, type Messages } from './messages'

/** All English texts by key. */
export const messages = collect(
  import.meta.glob<Messages>('../../locales/en/**/*.json', { eager: true, import: 'default' }),
)
