// `Authorization` value <-> credentials, over a set of schemes. `Proxy-Authorization` has the same grammar.

import {
  checkValue,
  type DecodeOptions,
  refuseCredentials,
  refuseValue,
  type SchemeCodec,
  type SchemeCredentials,
  schemeWord,
} from './scheme.ts'
import { type BasicCredentials, basicScheme, decodeBasic } from './schemes/basic.ts'
import { type BearerCredentials, bearerScheme } from './schemes/bearer.ts'
import { decodeToken, type TokenCredentials, tokenScheme } from './schemes/token.ts'

/** What an InfluxDB server may be sent, told apart by `scheme`. */
export type Credentials = BasicCredentials | TokenCredentials | BearerCredentials

/** Options of {@link parseAuthorization}. */
export interface ParseAuthorizationOptions<S extends readonly SchemeCodec[]> extends DecodeOptions {
  /** The schemes to read. Default Basic, Token (exact case) and Bearer. */
  readonly schemes?: S | undefined
}

/** Options of {@link formatAuthorization}. */
export interface FormatAuthorizationOptions<S extends readonly SchemeCodec[]> {
  /** The schemes to write. Default Basic, Token and Bearer. */
  readonly schemes?: S | undefined
}

/** The credentials that a set of schemes reads and writes. */
export type CredentialsOf<S extends readonly SchemeCodec[]> = ReturnType<S[number]['decode']>

type DefaultSchemes = readonly [
  SchemeCodec<BasicCredentials>,
  SchemeCodec<TokenCredentials>,
  SchemeCodec<BearerCredentials>,
]

/**
 * Writes credentials as an `Authorization` (or `Proxy-Authorization`) value.
 *
 * @param credentials of one of the schemes
 * @param options `schemes` to choose from
 * @returns the whole value
 * @throws {CredentialsError} as `encodeBasic`, `encodeToken` and `encodeBearer`; `ERR_CREDENTIALS_SCHEME` for another scheme
 * @example
 * import { formatAuthorization } from '@fluxauth/auth-core'
 *
 * formatAuthorization({ scheme: 'token', token: 'my-token==' }) // 'Token my-token=='
 * @see RFC 9110, sections 11.4 and 11.7.1
 */
export function formatAuthorization<const S extends readonly SchemeCodec[] = DefaultSchemes>(
  credentials: CredentialsOf<S>,
  options?: FormatAuthorizationOptions<S>,
): string {
  const name = (credentials as SchemeCredentials | undefined)?.scheme
  const codec =
    find(options?.schemes, name) ?? refuseCredentials('ERR_CREDENTIALS_SCHEME', 'The scheme must be known')
  return codec.encode(credentials)
}

/**
 * Reads an `Authorization` (or `Proxy-Authorization`) value.
 *
 * @param value the whole value: one scheme word, one or more spaces, the credentials
 * @param options `schemes` to choose from and `maxLength` of the value (default 8,192 characters)
 * @returns the credentials, told apart by `scheme`
 * @throws {AuthorizationSyntaxError} as `decodeBasic`, `decodeToken` and `decodeBearer`; `ERR_AUTHORIZATION_SCHEME` for another scheme
 * @example
 * import { parseAuthorization } from '@fluxauth/auth-core'
 *
 * parseAuthorization('Token my-token==') // { scheme: 'token', token: 'my-token==' }
 * @see RFC 9110, sections 11.4 and 11.7.1
 */
export function parseAuthorization<const S extends readonly SchemeCodec[] = DefaultSchemes>(
  value: string,
  options?: ParseAuthorizationOptions<S>,
): CredentialsOf<S> {
  // The usual words are told by their first letter, without cutting them out. What only begins alike is refused all the same.
  if (!options?.schemes && typeof value === 'string' && value[5] === ' ') {
    if (value[0] === 'T') return decodeToken(value, options) as CredentialsOf<S>
    if (value[0] === 'B') return decodeBasic(value, options) as CredentialsOf<S>
  }
  checkValue(value, options)
  const name = schemeWord(value).toLowerCase()
  const codec =
    find(options?.schemes, name) ?? refuseValue('ERR_AUTHORIZATION_SCHEME', 'The scheme must be known', 0)
  return codec.decode(value, options) as CredentialsOf<S>
}

function find(
  schemes: readonly SchemeCodec[] = [basicScheme, tokenScheme, bearerScheme],
  name: string | undefined,
): SchemeCodec | undefined {
  return schemes.find((codec) => codec.scheme === name)
}
