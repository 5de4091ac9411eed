// Vaults with a fault each.

import { CredentialsError } from '@fluxauth/auth-core'
import { testVault, type VaultUnderTest } from '../index.ts'

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

/** A vault that does all as it should, but for one mistake. */
function careless(origin: string, is: (words: string) => boolean): VaultUnderTest {
  let token = ''
  const refuse = (code: string) => Object.assign(new TypeError(code), { code })
  const vault: VaultUnderTest = {
    hold(given) {
      if (!/^[!-~]+$/.test(given ?? ''))
        throw new CredentialsError(
          'ERR_TOKEN_SYNTAX',
          is('shows what it does not hold') ? `No: ${given}` : 'No token',
        )
      token = given
      if (is('prints')) console.log('holding', token)
    },
    async fetch(input, init) {
      if (is('hangs')) return new Promise(() => undefined)
      if (!token) throw refuse('ERR_VAULT_EMPTY')
      const url = new URL(typeof input === 'string' ? input : input.url, origin)
      const isOurs = is('compares the beginning') ? url.href.startsWith(origin) : url.origin === origin
      if (!isOurs) throw refuse('ERR_VAULT_ORIGIN')
      if (is('reads its token late')) await new Promise((resolve) => setTimeout(resolve, 1))
      const headers = new Headers(init?.headers)
      headers.set('authorization', `Token ${token}`)
      const send = () => fetch(typeof input === 'string' ? url : input, { ...init, headers })
      const response = await send()
      return is('sends again') && response.status > 400 ? send() : response
    },
    clear() {
      token = ''
    },
    dispose() {
      token = ''
    },
  }
  return is('has a getter')
    ? Object.defineProperty(vault, 'token', { get: () => token, enumerable: true })
    : vault
}
for (const mistake of [
  'prints what it holds',
  'shows what it does not hold',
  'hangs',
  'compares the beginning of a URL',
  'reads its token late',
  'sends again what was refused',
  'has a getter for its token',
  'can be used again when it has ended',
]) {
  testVault(`that ${mistake}`, (origin) => careless(origin, (words) => mistake.includes(words)))
}
