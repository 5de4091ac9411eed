// Vaults with a fault each.

import { testVault } from '../index.ts'

testVault('that believes', (origin) => {
  let token = ''
  return {
    hold(given) {
      if (!/^[!-~]+$/.test(given)) throw new TypeError('no token')
      token = given
    },
    // Asks a request where it goes, and lets the platform follow.
    async fetch(input, init) {
      const url = new URL(typeof input === 'string' ? input : input.url, origin)
      if (!token || url.origin !== origin) throw new TypeError('no token, or another origin')
      const headers = new Headers(init?.headers)
      headers.set('authorization', `Token ${token}`)
      return fetch(typeof input === 'string' ? url : input, { ...init, headers })
    },
    clear() {
      token = ''
    },
    dispose() {},
  }
})
