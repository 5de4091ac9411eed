// A vault in the page's memory: a closure that nothing leads into, gone when the page is left.

import { bare, isRequest } from '../platform.ts'
import type { CreateVault } from '../vault.ts'
import { vaultError } from '../vault-error.ts'
import { checkUrl, headersOf, isRedirect, toAuthorization } from './request.ts'

/**
 * Keeps the token in a closure. A script that comes later cannot read it, but can have requests made with it, and hears a token that is
 * typed while it runs.
 *
 * @returns for the `vault` of `createBrowserAuth`
 * @example
 * import { createBrowserAuth } from '@fluxauth/auth-browser'
 * import { memoryVault } from '@fluxauth/auth-browser/memory'
 *
 * const auth = createBrowserAuth({ vault: memoryVault() })
 * await auth.signIn({ token: 'my-token' })
 * console.log((await auth.fetch('/api/v2/buckets')).status) // 200
 */
export function memoryVault(): CreateVault {
  return (origin, send) => {
    let authorization = ''
    let ended = false
    return {
      hold(token) {
        const value = toAuthorization(token)
        if (!ended) authorization = value
      },
      async fetch(input, init) {
        if (!authorization) throw vaultError('ERR_VAULT_EMPTY')
        const url = checkUrl(input, origin)
        const headers = headersOf(input, init)
        headers.authorization = authorization
        const options = bare({ ...init, headers, credentials: 'omit', redirect: 'manual' } as const)
        const response = await send(isRequest(input) ? input : url, options)
        if (isRedirect(response)) throw vaultError('ERR_VAULT_REDIRECT')
        return response
      },
      clear() {
        authorization = ''
      },
      dispose() {
        ended = true
        authorization = ''
      },
    }
  }
}

export { VaultError, type VaultErrorCode } from '../vault-error.ts'
