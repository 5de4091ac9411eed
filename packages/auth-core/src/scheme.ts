// What an authentication scheme is to `parseAuthorization` and `formatAuthorization`, and what all schemes check alike.

import {
  type AuthorizationErrorCode,
  AuthorizationSyntaxError,
  CredentialsError,
  type CredentialsErrorCode,
} from './errors.ts'
import { WORD_END } from './grammar.ts'

/** The 8,192 characters that servers commonly grant a header line. */
const MAX_LENGTH = 8192

/** Options that every decoder takes. */
export interface DecodeOptions {
  /** Longest value to read, in characters. Default 8,192. */
  readonly maxLength?: number | undefined
}

/** Any scheme's credentials: an object told apart by `scheme`, in lower case. */
export interface SchemeCredentials {
  readonly scheme: string
}

/** Reads and writes one scheme's `Authorization` values. Make one with {@link defineScheme}. */
export interface SchemeCodec<C extends SchemeCredentials = SchemeCredentials> {
  /** The scheme's name in lower case, for example `'basic'`. */
  readonly scheme: C['scheme']
  /** Writes the whole value, scheme word included. */
  encode(credentials: C): string
  /** Reads the whole value, scheme word included; throws {@link AuthorizationSyntaxError} when it cannot. */
  decode(value: string, options?: DecodeOptions): C
}

/**
 * Makes a codec for a scheme, to be handed to `parseAuthorization` and `formatAuthorization`.
 *
 * @param codec the scheme's name (lower case), its encoder and its decoder; both take and return whole values
 * @returns the codec, frozen
 * @throws {CredentialsError} `ERR_CREDENTIALS_SCHEME` when the name is not a lower-case token, `ERR_CREDENTIALS_TYPE` when there is none
 * @example
 * import { AuthorizationSyntaxError, CredentialsError, defineScheme, parseAuthorization } from '@fluxauth/auth-core'
 *
 * const KEY = /^[\w.~+/-]{1,4096}$/
 * const apiKey = defineScheme({
 *   scheme: 'apikey',
 *   encode({ key }: { scheme: 'apikey'; key: string }) {
 *     // A line end would begin another header, and a variable that is not set would be the key 'undefined'.
 *     if (typeof key !== 'string' || !KEY.test(key)) throw new CredentialsError('ERR_TOKEN_SYNTAX', 'Not a key')
 *     return `ApiKey ${key}`
 *   },
 *   decode(value) {
 *     const [, key = ''] = /^ApiKey (.*)$/i.exec(value) ?? []
 *     if (!KEY.test(key)) throw new AuthorizationSyntaxError('ERR_AUTHORIZATION_SYNTAX', 'Not ApiKey and a key', 0)
 *     return { scheme: 'apikey', key }
 *   },
 * })
 * parseAuthorization('ApiKey k1', { schemes: [apiKey] }).key // 'k1'
 * @see RFC 9110, section 11.1
 */
export function defineScheme<const C extends SchemeCredentials>(codec: SchemeCodec<C>): SchemeCodec<C> {
  refuseMatch(
    (codec as SchemeCodec<C> | undefined)?.scheme as string,
    /^$|[^!-@[-~]/,
    'ERR_CREDENTIALS_SCHEME',
    'The scheme must be lower case',
  )
  return Object.freeze(codec)
}

/** Throws for credentials that cannot be written. */
export function refuseCredentials(code: CredentialsErrorCode, message: string, position?: number): never {
  throw new CredentialsError(code, message, position)
}

/** Throws when the pattern finds something that may not be written. */
export function refuseMatch(
  text: string,
  pattern: RegExp,
  code: CredentialsErrorCode,
  message: string,
): void {
  if (typeof text !== 'string') refuseCredentials('ERR_CREDENTIALS_TYPE', 'Not a string')
  const position = text.search(pattern)
  if (position >= 0) refuseCredentials(code, message, position)
}

/** Throws for an `Authorization` value that cannot be read. */
export function refuseValue(code: AuthorizationErrorCode, message: string, position?: number): never {
  throw new AuthorizationSyntaxError(code, message, position)
}

/** Throws when the pattern finds something in the credentials. A comma in the value tells that there are two. */
export function refuseOutside(value: string, start: number, outside: RegExp): void {
  const position = value.slice(start).search(outside) + start
  if (position < start) return
  const comma = value.indexOf(',')
  if (comma >= 0) refuseValue('ERR_AUTHORIZATION_LIST', 'Two credentials', comma)
  if (/[!-~]/.test(value[position] as string)) refuseValue('ERR_BASE64_ALPHABET', 'Not base64', position)
  refuseValue('ERR_AUTHORIZATION_SYNTAX', 'Not visible ASCII', position)
}

/** Throws for a header value that is not worth reading. */
export function checkValue(value: string, options?: DecodeOptions): void {
  const maxLength = options?.maxLength ?? MAX_LENGTH
  if (typeof value !== 'string') refuseValue('ERR_AUTHORIZATION_TYPE', 'Not a string')
  if (!(value.length <= maxLength)) refuseValue('ERR_AUTHORIZATION_LENGTH', 'Over maxLength', maxLength)
}

/**
 * Reads the scheme word that a value starts with.
 *
 * @returns the word, as it was written
 * @throws {AuthorizationSyntaxError} `ERR_AUTHORIZATION_SYNTAX` or `_NAME`
 */
export function schemeWord(value: string): string {
  const end = value.search(WORD_END)
  const word = value.slice(0, end)
  if (/^(proxy-)?authorization$/i.test(word))
    refuseValue('ERR_AUTHORIZATION_NAME', 'The scheme must be first', 0)
  if (!word || (value[end] ?? ' ') !== ' ')
    refuseValue('ERR_AUTHORIZATION_SYNTAX', 'The scheme must be first', end)
  return word
}

/**
 * Finds where the credentials start, behind the scheme word and one or more spaces.
 *
 * @param name the scheme word in its canonical case
 * @param exact whether the word must be written in that case
 * @returns index of the first character of the credentials
 * @throws {AuthorizationSyntaxError} as {@link schemeWord}, and `ERR_AUTHORIZATION_SCHEME`, `_CASE` or `_ALONE`
 */
export function credentialsStart(value: string, name: string, exact?: boolean): number {
  const word = schemeWord(value)
  if (word.toLowerCase() !== name.toLowerCase()) {
    refuseValue('ERR_AUTHORIZATION_SCHEME', `The scheme must be ${name}`, 0)
  }
  if (exact && word !== name) refuseValue('ERR_AUTHORIZATION_CASE', `The scheme must be ${name}`, 0)
  let start = word.length
  while (value[start] === ' ') start++
  if (start === value.length) refuseValue('ERR_AUTHORIZATION_ALONE', 'No credentials', start)
  return start
}
