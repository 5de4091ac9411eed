// Reads and writes Bearer credentials (RFC 6750), which InfluxDB v2 and v3 accept as a synonym of Token.

import { checkValue, type DecodeOptions, defineScheme, type SchemeCodec } from '../scheme.ts'
import { readToken, writeToken } from './token.ts'

/** A bearer token: an InfluxDB API token, or a JWT on v1. */
export interface BearerCredentials {
  readonly scheme: 'bearer'
  readonly token: string
}

/**
 * Encodes a token as a Bearer `Authorization` value.
 *
 * Takes any visible ASCII, which is more than RFC 6750's `b64token`: InfluxDB v2 knows tokens that were chosen by hand.
 *
 * @param token visible ASCII characters, at least one
 * @returns the whole value, `Bearer ` and the token
 * @throws {CredentialsError} `ERR_TOKEN_SYNTAX` or `ERR_CREDENTIALS_TYPE`
 * @example
 * import { encodeBearer } from '@fluxauth/auth-core'
 *
 * encodeBearer('apiv3_abc') // 'Bearer apiv3_abc'
 * @see RFC 6750, section 2.1
 */
export function encodeBearer(token: string): string {
  return writeToken('Bearer', token)
}

/**
 * Decodes a Bearer `Authorization` value. The scheme word may be in any case.
 *
 * @param value the whole value: the scheme word, one or more spaces, the token
 * @param options `maxLength` of the value (default 8,192 characters)
 * @returns the token, whole
 * @throws {AuthorizationSyntaxError} `ERR_AUTHORIZATION_*`
 * @example
 * import { decodeBearer } from '@fluxauth/auth-core'
 *
 * decodeBearer('Bearer apiv3_abc').token // 'apiv3_abc'
 * @see RFC 6750, section 2.1
 */
export function decodeBearer(value: string, options?: DecodeOptions): BearerCredentials {
  checkValue(value, options)
  return { scheme: 'bearer', token: readToken('Bearer', value) }
}

/** The Bearer scheme, for `parseAuthorization` and `formatAuthorization`. */
export const bearerScheme: SchemeCodec<BearerCredentials> = /* @__PURE__ */ defineScheme<BearerCredentials>({
  scheme: 'bearer',
  encode: ({ token }) => encodeBearer(token),
  decode: decodeBearer,
})
