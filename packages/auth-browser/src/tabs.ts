// When to look again who is signed in: another tab says so, the page comes back, or the network does.

import { BroadcastChannel } from './platform.ts'

/** What a page and its other tabs know of each other. No message and nothing stored says who, or holds a credential. */
export interface Tabs {
  /** Has the other tabs look again. */
  tell(): void
  /** Keeps in mind that a session is to be ended, over reloads. */
  note(isToEnd: boolean): void
  /** Whether one is; `undefined` where nothing can be stored. */
  noted(): boolean | undefined
  dispose(): void
}

/** Another tab has signed in or out; the page was shown again, from the back/forward cache; or is looked at again, or online. */
export type Why = 'told' | 'shown' | 'back'

/**
 * Watches a page; nothing where there is none.
 *
 * @param name of the channel and of what is stored
 */
export function watchPage(name: string, onLook: (why: Why) => void): Tabs {
  const { document, window } = globalThis
  const channel = document && BroadcastChannel ? new BroadcastChannel(name) : undefined
  if (channel) channel.onmessage = () => onLook('told')
  const ending = new AbortController()
  const { signal } = ending
  if (document) {
    const back = (): void => onLook('back')
    window.addEventListener('online', back, { signal })
    window.addEventListener('pageshow', ({ persisted }) => persisted && onLook('shown'), { signal })
    document.addEventListener('visibilitychange', () => document.hidden || back(), { signal })
  }
  const tryStorage = <T>(use: (storage: Storage) => T): T | undefined => {
    try {
      return use(window.localStorage)
    } catch {
      return undefined
    }
  }
  return {
    tell: () => signal.aborted || channel?.postMessage(0),
    note: (isToEnd) => {
      tryStorage((storage) => (isToEnd ? storage.setItem(name, '1') : storage.removeItem(name)))
    },
    noted: () => tryStorage((storage) => storage.getItem(name) !== null),
    dispose() {
      ending.abort()
      channel?.close()
    },
  }
}
