// Who is signed in, as far as a page knows, and who is told when that changes.

/** How somebody is signed in: user name and password for a session, or an API token. */
export type Scheme = 'basic' | 'token'

/** A user, as `/api/v2/me` names them. */
export interface Who {
  readonly id: string
  readonly name: string
}

/**
 * Who is signed in, as far as a page knows. Until a sign-in has its answer, and where it is refused, all is as it was before.
 *
 * `who` is undefined where the server does not say: a token may lack the permission, and InfluxDB 1 and 3 have no `/api/v2/me`.
 */
export type BrowserAuthState =
  /** Nobody has asked, or there was no answer yet; also while a page is rendered on a server. */
  | { readonly status: 'unknown' }
  /** `sessionLives`: the server has not said yet that it has ended the session. It is told again when the network is back. */
  | { readonly status: 'signed-out'; readonly sessionLives: boolean }
  /** `who` is who was signed in before, or whose sign-in expired: their work may still be on the page. */
  | { readonly status: 'signing-in'; readonly scheme: Scheme; readonly who: Who | undefined }
  | { readonly status: 'signed-in'; readonly scheme: Scheme; readonly who: Who | undefined }
  /**
   * The server no longer knows the session or token, or the token is gone with its worker. The page may keep what is on it, and let `who`
   * sign in again in place.
   */
  | { readonly status: 'expired'; readonly scheme: Scheme; readonly who: Who | undefined }

/** What a state is where nothing is known: the same object always, also while rendering on a server. */
export const UNKNOWN: BrowserAuthState = { status: 'unknown' }

/** Nobody is signed in, here or on the server. */
export const SIGNED_OUT: BrowserAuthState = { status: 'signed-out', sessionLives: false }

/** The user that a state is about. */
export function whoIn(state: BrowserAuthState): Who | undefined {
  return 'who' in state ? state.who : undefined
}

/** A state, and those who are told. */
export interface StateStore {
  get(): BrowserAuthState
  set(next: BrowserAuthState): void
  subscribe(listener: (state: BrowserAuthState) => void): () => void
  /** Nobody is told any more. */
  dispose(): void
}

/** Makes a store in Svelte's sense: `subscribe` calls at once. What a listener throws is reported, and stops nothing. */
export function createState(): StateStore {
  // An object for each subscription: the same function may be subscribed twice.
  const listeners = new Set<{ readonly tell: (state: BrowserAuthState) => void }>()
  let state = UNKNOWN
  const call = (tell: (state: BrowserAuthState) => void): void => {
    try {
      tell(state)
    } catch (error) {
      ;(globalThis.reportError ?? console.error)(error)
    }
  }
  return {
    get: () => state,
    set(next) {
      if (JSON.stringify(state) === JSON.stringify(next)) return
      state = next
      for (const entry of [...listeners]) {
        // One before may have ended this one.
        if (listeners.has(entry)) call(entry.tell)
        if (state !== next) return // a listener has changed it, and all were told
      }
    },
    subscribe(tell) {
      const entry = { tell }
      listeners.add(entry)
      call(tell)
      return () => listeners.delete(entry)
    },
    dispose: () => listeners.clear(),
  }
}
