/** What every component can reach: the state and its intents. Data comes down, intents go up. */
import type { Signal } from '@preact/signals'
import { createContext } from 'preact'
import { useContext } from 'preact/hooks'
import type { Explore } from '../state/explore'
import type { LiveMode } from '../state/live'
import type { Look } from '../state/look'
import type { Offline } from '../state/offline'
import type { Session, Shown } from '../state/session'
import type { Store, Theme } from '../state/settings'
import type { Transport } from '../state/transport'
import type { View } from '../timeline/scale'
import type { NoteDraft } from './flags'

/** Which dialog is open. */
export type DialogName = 'share' | 'help' | 'catalogue'

/** The page's own switches. */
export interface Ui {
  theme: Signal<Theme>
  dialog: Signal<DialogName | null>
  table: Signal<boolean>
  /** The search through all schedules is open. */
  explore: Signal<boolean>
  /** One column: what has no room of its own is a sheet. */
  narrow: Signal<boolean>
  letters: Signal<boolean>
  /** A question waits for its answer: the run is not to be seen or heard. */
  held: Signal<boolean>
  /** Heartbeats are heard while a run plays. */
  sound: Signal<boolean>
  /** What can have nothing to do with the chosen event fades. */
  lens: Signal<boolean>
  /** The bar for how the run is looked at is open. */
  viewing: Signal<boolean>
  /** Dragging in the picture draws a ruler out. */
  ruler: Signal<boolean>
  /** The note that is being written. */
  note: Signal<NoteDraft | null>
  /** Counts changes of what the system asks for (forced colours, contrast): the picture is painted anew. */
  looks: Signal<number>
  /** Counts how often the search was asked for. */
  search: Signal<number>
  /** Room for the inspector under the timeline. */
  roomy: Signal<boolean>
  /** What the live region says next. */
  announcement: Signal<string>
  /** Zooms the timeline: a factor, or 0 for the whole run; the timeline listens. */
  zoom: Signal<{ factor: number } | null>
  /** Moves the cause of the chosen event by so many steps; its handle listens. */
  nudge: Signal<{ steps: number } | null>
  /** The run that is kept beside the present one. */
  kept: Signal<Shown | null>
  /** Keeps the run or lets the kept one go; a fork keeps it and goes on to the faults. The comparison listens. */
  keeping: Signal<{ fork: boolean } | null>
  /** The window that the lanes of the kept run were moved to. */
  look: Signal<{ t0: number; t1: number } | null>
  /** Something in the picture is dragged: the timeline's window keeps still, whatever the run becomes. */
  still: Signal<boolean>
  /** The timeline's window onto time, for pictures of it; null before the first one. */
  window: Signal<View | null>
  /** What came of a picture that somebody brought. */
  notice: Signal<{ text: string; bad: boolean } | null>
  /** A file is held over the page. */
  dropping: Signal<boolean>
}

/** Everything. */
export interface App {
  session: Session
  transport: Transport
  live: LiveMode
  look: Look
  explore: Explore
  offline: Offline
  ui: Ui
  store: Store
  /** Writes to the clipboard; false where that is not allowed. */
  copy(text: string): Promise<boolean>
  /** Gives a file to the browser to keep. */
  save(name: string, file: Blob): void
  /** Opens a link as if somebody had followed it. */
  open(link: string): void
  /** Reads a text file of this site, or null. */
  read(path: string): Promise<string | null>
  /** The page's address with a link after it. */
  absolute(link: string): string
}

const AppContext = createContext<App | null>(null)

/** Gives the app to the components below. */
export const AppProvider = AppContext.Provider

/** The app. */
export function useApp(): App {
  const app = useContext(AppContext)
  if (!app) throw new Error('no app above this component')
  return app
}
