/** The English texts that every view needs, in one chunk: the page's, the core's, and what the scenarios are called. */
import titles from 'virtual:titles/en'
import core from '../../locales/en/core.json'
import page from '../../locales/en/page.json'
import type { Messages } from './messages'

/** Texts by key. */
export const messages: Messages = { ...page, ...core, ...titles }
