// A page that React takes up as a server rendered it.

import { createElement } from 'react'
import { hydrateRoot } from 'react-dom/client'
import { createBrowserAuth } from '../index.ts'
import { useAuth } from '../react.ts'

const auth = createBrowserAuth()
window.auth = auth

/** Shows the state, and who it is about. */
export function Status() {
  const state = useAuth(auth)
  return createElement(
    'p',
    { id: 'status' },
    `${state.status} ${'who' in state ? (state.who?.name ?? '') : ''}`.trim(),
  )
}
const root = globalThis.document?.getElementById('root')
if (root) {
  hydrateRoot(root, createElement(Status), { onRecoverableError: (error) => window.seen.push(String(error)) })
}
