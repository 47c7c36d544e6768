/** The Japanese texts that every view needs, in one chunk: the page's, the core's, and what the scenarios are called. */
import titles from 'virtual:titles/ja'
import core from '../../locales/ja/core.json'
import page from '../../locales/ja/page.json'
import type { Messages } from './messages'

/** Texts by key. */
export const messages: Messages = { ...page, ...core, ...titles }
