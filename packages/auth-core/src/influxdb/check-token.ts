// Whether a token is good: asked of the one endpoint that tells, since lists answer an inactive token with nothing in them.

import type { CredentialSource } from '../client/provider.ts'
import type { InfluxError } from './errors.ts'
import { me } from './session.ts'
import type { CallOptions, Influx } from './types.ts'

/** What a token is found to be. */
export type TokenCheck =
  /** Good; and whose it is, by id alone where it may not read that user. */
  | { readonly state: 'good'; readonly user: { readonly id: string; readonly name?: string } | undefined }
  | { readonly state: 'inactive' }
  /** The server does not know it: never made, deleted, or another server's. */
  | { readonly state: 'unknown' }
  /** Its user is inactive or deleted. */
  | { readonly state: 'user-inactive' }

/**
 * Tells whether a token is good. A list is no test: an inactive token is answered with an empty one.
 *
 * @param influx the server
 * @param given the token to check, and `{ signal }`; left out, the credential that `influx` has is checked
 * @throws {CredentialsError} `ERR_CREDENTIALS_TYPE` for a token that is `undefined`: a variable that is not set
 * @throws {InfluxError} for all that says nothing of the token: no answer, a server that fails, one without `/api/v2/me`, a proxy's page
 * @example
 * import { checkToken, influxApi } from '@fluxauth/auth-core/influxdb'
 *
 * const influx = influxApi({ url: 'http://localhost:8086' })
 * console.log((await checkToken(influx, 'my-token')).state) // good
 * console.log((await checkToken(influx, 'another')).state) // unknown
 */
export async function checkToken(
  influx: Influx,
  ...given: readonly [] | readonly [token: CredentialSource | undefined, options?: CallOptions]
): Promise<TokenCheck> {
  const [token, options] = given
  const checked = given.length === 0 ? influx : influx.as(token as CredentialSource)
  try {
    const { id, name } = await me(checked, options)
    return { state: 'good', user: { id, name } }
  } catch (error) {
    const { reason, serverMessage } = error as Partial<InfluxError>
    // Where InfluxDB says why, it is InfluxDB who refused, and not a proxy before it.
    if (!serverMessage) throw error
    if (reason === 'credential') return { state: 'unknown' }
    if (reason === 'token-inactive') return { state: 'inactive' }
    if (reason === 'user-inactive') return { state: 'user-inactive' }
    if (reason !== 'permission') throw error
    const id = /^read:users\/([\da-f]{16}) is unauthorized$/.exec(serverMessage)?.[1]
    return { state: 'good', user: id === undefined ? undefined : { id } }
  }
}
