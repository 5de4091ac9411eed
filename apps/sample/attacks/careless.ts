// A vault that does what one should not: the attacks have to get at its token, or they would show nothing where they are stopped.

import type { Vault } from '@fluxauth/auth-browser'

/** Where it lies: any script of the page, and the next visit's as well, reads it there. */
const PLACE = 'token'

export function carelessVault(startWorker: () => Worker): Vault {
  const worker = startWorker()
  return {
    hold(token) {
      localStorage.setItem(PLACE, token)
      // Whatever stands in the place of this function by now.
      worker.postMessage({ type: 'hold', authorization: `Token ${token}` })
    },
    fetch(input, init) {
      const headers = new Headers(init?.headers)
      headers.set('authorization', `Token ${localStorage.getItem(PLACE)}`)
      return fetch(input, { ...init, headers, credentials: 'omit' })
    },
    clear: () => localStorage.removeItem(PLACE),
    dispose() {
      localStorage.removeItem(PLACE)
      worker.terminate()
    },
  }
}
