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
  let ended = false
  const hear = ({ type, persisted }: Event & { readonly persisted?: boolean }): void => {
    if (type === 'pageshow') persisted && onLook('shown')
    else if (type === 'online' || !document.hidden) onLook('back')
  }
  // Without a signal: where a page is tested, the controller may be Node's, whose signals the page's events do not take.
  const listen = (how: 'addEventListener' | 'removeEventListener'): void => {
    if (!document) return
    window[how]('online', hear)
    window[how]('pageshow', hear)
    document[how]('visibilitychange', hear)
  }
  listen('addEventListener')
  const tryStorage = <T>(use: (storage: Storage) => T): T | undefined => {
    try {
      return use(window.localStorage)
    } catch {
      return undefined
    }
  }
  return {
    tell: () => ended || channel?.postMessage(0),
    note: (isToEnd) => {
      tryStorage((storage) => (isToEnd ? storage.setItem(name, '1') : storage.removeItem(name)))
    },
    noted: () => tryStorage((storage) => storage.getItem(name) !== null),
    dispose() {
      ended = true
      listen('removeEventListener')
      channel?.close()
    },
  }
}
