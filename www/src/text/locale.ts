/** The language of the page: which one, and `t` that every component speaks through. */
import { signal } from '@preact/signals'
import type page from '../../locales/en/page.json'
import { type Arguments, fill, type Messages, ofScenario } from './messages'

/** The languages there are. */
export type Locale = 'en' | 'ja'

/** Keys of the page's own texts; a wrong one is a type error. */
export type PageKey = keyof typeof page

/** The language shown now. */
export const locale = signal<Locale>('en')

const messages = signal<Messages>({})
const common = { en: () => import('./en'), ja: () => import('./ja') }
const scenarios = import.meta.glob<Messages>('../../locales/*/scenarios/*.json', { import: 'default' })

/**
 * Loads a language and then switches to it. Of the scenarios only that of the link has its texts by then, all of them where
 * no link names one.
 */
export async function useLocale(next: Locale, link = ''): Promise<void> {
  const [, scenario = ''] = /^#\/([a-z-]+)/.exec(link) ?? []
  const own = fileOf(next, scenario) in scenarios ? textsOf(next, scenario) : allTexts(next)
  const [{ messages: texts }, theirs] = await Promise.all([common[next](), own])
  messages.value = { ...texts, ...theirs }
  locale.value = next
}

/** Scenarios whose texts could not be had. */
const silent = signal<ReadonlySet<string>>(new Set())

/** Whether a scenario can be told: its texts are there, or there is no hope of them and its keys must do. */
export function isTold(scenario: string): boolean {
  return `${scenario}/lesson` in messages.value || silent.value.has(scenario)
}

/** Loads what one scenario says, unless it is there. */
export async function loadScenario(scenario: string): Promise<void> {
  if (`${scenario}/lesson` in messages.value) return
  const wanted = locale.value
  try {
    const texts = await textsOf(wanted, scenario)
    if (locale.value === wanted) messages.value = { ...messages.value, ...texts }
  } catch {
    silent.value = new Set([...silent.value, scenario])
  }
}

/** Loads what the scenarios say that nobody has looked at yet. */
export async function loadScenarios(): Promise<void> {
  const wanted = locale.value
  const texts = await allTexts(wanted)
  if (locale.value === wanted) messages.value = { ...messages.value, ...texts }
}

function fileOf(language: Locale, scenario: string): string {
  return `../../locales/${language}/scenarios/${scenario}.json`
}

async function textsOf(language: Locale, scenario: string): Promise<Messages> {
  return ofScenario(scenario, (await scenarios[fileOf(language, scenario)]?.()) ?? {})
}

async function allTexts(language: Locale): Promise<Messages> {
  const ids = Object.keys(scenarios).flatMap((file) => new RegExp(`/${language}/.*/(.+)\\.json$`).exec(file)?.[1] ?? [])
  return Object.assign({}, ...(await Promise.all(ids.map((id) => textsOf(language, id)))))
}

/** The language to start with, from what is stored and what the browser prefers. */
export function preferredLocale(stored: string | null, preferred: readonly string[]): Locale {
  if (stored === 'en' || stored === 'ja') return stored
  for (const tag of preferred) {
    if (tag.toLowerCase().startsWith('ja')) return 'ja'
    if (tag.toLowerCase().startsWith('en')) return 'en'
  }
  return 'en'
}

/** A text of the page. */
export function t(key: PageKey, values: Arguments = {}): string {
  return fill(messages.value[key] ?? key, values)
}

/** The first of several keys that has a text; null when none has. For keys that the core makes. */
export function find(keys: string[], values: Arguments = {}): string | null {
  for (const key of keys) {
    const text = messages.value[key]
    if (text !== undefined) return fill(text, values)
  }
  return null
}

/** A count with the language's digit groups. */
export function count(value: number): string {
  return new Intl.NumberFormat(locale.value).format(value)
}

/** A measured value with at most four digits that count. */
export function level(value: number): string {
  return new Intl.NumberFormat(locale.value, { maximumSignificantDigits: 4 }).format(value)
}

/** A share from 0 to 1 as per cent, with at most two digits that count. */
export function percent(value: number): string {
  return new Intl.NumberFormat(locale.value, { style: 'percent', maximumSignificantDigits: 2 }).format(value)
}

/** A list in the language's way: `a, b and c`. */
export function list(items: string[]): string {
  return new Intl.ListFormat(locale.value, { type: 'conjunction', style: 'long' }).format(items)
}
