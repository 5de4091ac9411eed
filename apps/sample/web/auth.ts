// The page's sign-in: the only place where it is made. Everything else asks it.

import { type BrowserAuthState, createBrowserAuth } from '@fluxauth/auth-browser'
import { memoryVault } from '@fluxauth/auth-browser/memory'
import { useAuth } from '@fluxauth/auth-browser/react'
import { recordingFetch } from './wire/exchanges.ts'

/** One origin serves the page and the API, so that a session's cookie reaches it; a token lies in this page's memory. */
export const auth = createBrowserAuth({ vault: memoryVault(), fetch: recordingFetch(fetch) })

/** Who is signed in; what uses it is drawn anew when that changes. */
export function useAuthState(): BrowserAuthState {
  return useAuth(auth)
}
