// The credential that the caller has in hand.

import type { Credentials } from '@fluxauth/auth-core'
import { type CredentialFinder, defineSource, SourceError } from './source.ts'

/**
 * Gives the credential that the caller has in hand. In a chain it comes first, and may be undefined.
 *
 * @param credentials an API token, or credentials; without one the chain goes on
 * @returns the source
 * @throws {SourceError} `ERR_SOURCE_ABSENT` (from `get` and `find`) when there is none
 * @example
 * await fromValue('my-token').get() // { scheme: 'token', token: 'my-token' }
 */
export function fromValue(credentials: string | Credentials | undefined): CredentialFinder {
  return defineSource('explicit', () => {
    if (!credentials) throw new SourceError('ERR_SOURCE_ABSENT', 'No credential was given')
    const given =
      typeof credentials === 'string' ? ({ scheme: 'token', token: credentials } as const) : credentials
    return { credentials: given, source: 'explicit' }
  })
}
