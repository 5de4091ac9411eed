// The credential that the caller has in hand.

import type { Credentials } from '@fluxauth/auth-core'
import { checkOptions, type OptionRule } from '@fluxauth/auth-core/client'
import { readToken } from './secret.ts'
import { type CredentialFinder, defineSource, SourceError } from './source.ts'

/** What `credentials` in hand may be. */
export const CREDENTIALS: OptionRule = {
  wanted: 'a token, or credentials with a scheme',
  test: (value) =>
    typeof value === 'string' || (typeof value === 'object' && value !== null && 'scheme' in value),
}

/**
 * Gives the credential that the caller has in hand. In a chain it comes first, and may be undefined.
 *
 * @param credentials an API token, or credentials; without one the chain goes on
 * @returns the source
 * @throws {OptionsError} `ERR_OPTION_VALUE` for what is neither a token nor credentials
 * @throws {SourceError} from `get` and `find`: `ERR_SOURCE_ABSENT` when there is none, `ERR_SOURCE_INVALID` for what is no token
 * @example
 * import { fromValue } from '@fluxauth/auth-node'
 *
 * await fromValue('my-token').get() // { scheme: 'token', token: 'my-token' }
 */
export function fromValue(credentials: string | Credentials | undefined): CredentialFinder {
  checkOptions({ credentials }, { credentials: CREDENTIALS })
  return defineSource('explicit', () => {
    if (!credentials) throw new SourceError('ERR_SOURCE_ABSENT', 'No credential was given')
    if (typeof credentials !== 'string') return { credentials, source: 'explicit' }
    const token = readToken(credentials, 'The token that was given')
    return { credentials: { scheme: 'token', token }, source: 'explicit' }
  })
}
