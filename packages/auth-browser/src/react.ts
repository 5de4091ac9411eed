// A page's sign-in for React: the state that there is, in every render.

import { useSyncExternalStore } from 'react'
import type { BrowserAuth, BrowserAuthState } from './index.ts'
import { UNKNOWN } from './state.ts'

/**
 * The state of a sign-in, for a component, which is rendered anew as it changes. On a server, and while what it rendered is taken up, it is
 * `unknown`.
 *
 * @param auth as `createBrowserAuth` makes it, outside of components
 * @example
 * import { createBrowserAuth } from '@fluxauth/auth-browser'
 * import { useAuth } from '@fluxauth/auth-browser/react'
 * import { createElement } from 'react'
 * import { createRoot } from 'react-dom/client'
 *
 * const auth = createBrowserAuth()
 * function Status() {
 *   const { status } = useAuth(auth)
 *   console.log(status) // unknown
 *   return createElement('output', null, status)
 * }
 * createRoot(document.body.appendChild(document.createElement('main'))).render(createElement(Status))
 */
export function useAuth(auth: BrowserAuth): BrowserAuthState {
  return useSyncExternalStore(auth.subscribe, () => auth.state, getServerState)
}

function getServerState(): BrowserAuthState {
  return UNKNOWN
}
