// Reads and writes InfluxDB's Token scheme.

import {
  checkValue,
  credentialsStart,
  type DecodeOptions,
  defineScheme,
  refuseMatch,
  refuseOutside,
  type SchemeCodec,
} from '../scheme.ts'

/** An API token, or for the v1-compatible endpoints `USER:PASSWORD` in one piece (see {@link splitTokenPair}). */
export interface TokenCredentials {
  readonly scheme: 'token'
  readonly token: string
}

/** Options of {@link decodeToken}. */
export interface DecodeTokenOptions extends DecodeOptions {
  /** `'exact'` (default) takes the word `Token` alone, as InfluxDB documents it; `'any-case'` is what v2 OSS takes. */
  readonly scheme?: 'exact' | 'any-case' | undefined
}

/** A literal in a function would be made anew for each call. */
const USUAL = /^Token [!-~]+$/

/**
 * Encodes an API token as an `Authorization` value. InfluxDB wants the word `Token` in exactly this case.
 *
 * @param token visible ASCII characters, at least one; also `USER:PASSWORD` for InfluxDB 1.8 and v1-compatible endpoints
 * @returns the whole value, `Token ` and the token
 * @throws {CredentialsError} `ERR_TOKEN_SYNTAX` or `ERR_CREDENTIALS_TYPE`
 * @example
 * import { encodeToken } from '@fluxauth/auth-core'
 *
 * encodeToken('my-token==') // 'Token my-token=='
 * @see InfluxDB Cloud Serverless, API reference, "Authentication"
 */
export function encodeToken(token: string): string {
  return writeToken('Token', token)
}

/**
 * Decodes a Token `Authorization` value.
 *
 * @param value the whole value: the scheme word, one or more spaces, the token
 * @param options `scheme` (the word's case: default `'exact'`) and `maxLength` of the value (default 8,192 characters)
 * @returns the token, whole
 * @throws {AuthorizationSyntaxError} `ERR_AUTHORIZATION_CASE` for a word like `token`; `ERR_AUTHORIZATION_*` for the rest
 * @example
 * import { decodeToken } from '@fluxauth/auth-core'
 *
 * decodeToken('Token my-token==').token // 'my-token=='
 * @see InfluxDB Cloud Serverless, API reference, "Authentication"
 */
export function decodeToken(value: string, options?: DecodeTokenOptions): TokenCredentials {
  checkValue(value, options)
  const token = USUAL.test(value) ? value.slice(6) : readToken('Token', value, options?.scheme !== 'any-case')
  return { scheme: 'token', token }
}

/**
 * Splits what InfluxDB 1.8 and the v1-compatible endpoints carry as `Token USER:PASSWORD`, at the first colon.
 *
 * @param token a token as {@link decodeToken} returns it
 * @returns user name and password (or token), or `undefined` when there is no colon: then it is an API token
 * @example
 * import { splitTokenPair } from '@fluxauth/auth-core'
 *
 * splitTokenPair('admin:s3cret:x') // { username: 'admin', password: 's3cret:x' }
 * splitTokenPair('my-token==') // undefined
 */
export function splitTokenPair(token: string): { username: string; password: string } | undefined {
  const colon = token.indexOf(':')
  return colon < 0 ? undefined : { username: token.slice(0, colon), password: token.slice(colon + 1) }
}

/** Writes a scheme word and a token. Shared with Bearer. */
export function writeToken(name: string, token: string): string {
  refuseMatch(token, /^$|[^!-~]/, 'ERR_TOKEN_SYNTAX', 'Not visible ASCII')
  return `${name} ${token}`
}

/** Reads the token behind a scheme word. Shared with Bearer. */
export function readToken(name: string, value: string, exact?: boolean): string {
  const start = credentialsStart(value, name, exact)
  refuseOutside(value, start, /[^!-~]/)
  return value.slice(start)
}

/** The Token scheme, for `parseAuthorization` and `formatAuthorization`. */
export const tokenScheme: SchemeCodec<TokenCredentials> = /* @__PURE__ */ defineScheme<TokenCredentials>({
  scheme: 'token',
  encode: ({ token }) => encodeToken(token),
  decode: decodeToken,
})
