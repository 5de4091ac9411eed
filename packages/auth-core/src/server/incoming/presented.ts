// What a request presents: the Authorization header or the query, read as the product reads them.

import { AuthError, type AuthorizationSyntaxError } from '../../errors.ts'
import type { AcceptedSchemes, BasicMeaning } from '../../influxdb/products.ts'
import { CONTROL, decodeBasic } from '../../schemes/basic.ts'
import { decodeBearer } from '../../schemes/bearer.ts'
import { decodeToken, splitTokenPair } from '../../schemes/token.ts'
import type { RefusalReason } from '../outgoing/refusal.ts'
import type { ProductProfile } from './profiles.ts'

/** A credential that is to be checked. */
export type Presented =
  | { readonly kind: 'token'; readonly token: string }
  | {
      readonly kind: 'pair'
      readonly username: string
      readonly password: string
      readonly means: BasicMeaning
    }

/** How an `Authorization` value is read. */
export interface HeaderRules {
  readonly schemes: AcceptedSchemes
  readonly exactWords: ProductProfile['exactWords']
  readonly ignoresOthers: ProductProfile['ignoresOthers']
  /** What `Basic` means in this place: it may be taken for signing in alone. */
  readonly basic: BasicMeaning | false
  readonly maxLength: number | undefined
}

/** Reads an `Authorization` value; why not, where it cannot. */
export function readHeader(value: string, rules: HeaderRules): Presented | RefusalReason {
  const { schemes, basic, maxLength } = rules
  if (/[^\0-\x7f]/.test(value)) return 'non-ascii'
  const space = value.indexOf(' ')
  const word = space < 0 ? value : value.slice(0, space)
  // Every product wants exactly one space, although RFC 9110 allows more.
  if (value[space + 1] === ' ') return 'malformed'
  try {
    switch (word.toLowerCase()) {
      case 'token':
        return readToken(value, rules)
      case 'bearer':
        if (!schemes.bearer || !isWord(word, 'Bearer', rules)) return 'scheme'
        return { kind: 'token', token: decodeBearer(value, { maxLength }).token }
      case 'basic':
        if (!basic || !isWord(word, 'Basic', rules)) return 'scheme'
        return readBasic(value, basic, maxLength)
      default:
        return word === value ? 'malformed' : 'scheme'
    }
  } catch (error) {
    if (!(error instanceof AuthError)) throw error
    const { code } = error as AuthorizationSyntaxError
    return code === 'ERR_AUTHORIZATION_CASE' ? 'scheme' : 'malformed'
  }
}

function isWord(word: string, canonical: string, { exactWords }: HeaderRules): boolean {
  return !exactWords || word === canonical
}

function readToken(value: string, { schemes, basic, maxLength }: HeaderRules): Presented | RefusalReason {
  if (!schemes.token && !schemes.tokenPair) return 'scheme'
  const { token } = decodeToken(value, { scheme: schemes.token || 'exact', maxLength })
  const pair = schemes.tokenPair ? splitTokenPair(token) : undefined
  // InfluxDB 2 takes a name's password from Basic alone.
  const means = basic === 'password-or-token-any-user' ? 'token-any-user' : basic
  if (pair && means) return { kind: 'pair', ...pair, means }
  return schemes.token ? { kind: 'token', token } : 'malformed'
}

function readBasic(
  value: string,
  means: BasicMeaning,
  maxLength: number | undefined,
): Presented | RefusalReason {
  const { username, password } = decodeBasic(value, { maxLength })
  // v3 splits at the last colon and refuses one on its left: there may be no more than one.
  if (means === 'token-any-user' && password.includes(':')) return 'malformed'
  return { kind: 'pair', username, password, means }
}

/** Whether a value is of no scheme that is taken in this place, whatever follows its word. */
export function isOther(value: string, { schemes, basic }: HeaderRules): boolean {
  const word = /^(token|bearer|basic) /i.exec(value)?.[1]?.toLowerCase()
  if (word === 'basic') return !basic
  return word === 'bearer' ? !schemes.bearer : !word || !(schemes.token || schemes.tokenPair)
}

/** Whether a value begins as Basic does, and no other scheme that is taken. */
export function isBasic(value: string): boolean {
  return (value.charCodeAt(0) | 0x20) === 0x62 && (value.charCodeAt(1) | 0x20) === 0x61
}

/**
 * Reads the query's credentials, by the rules that headers have; `undefined` where there are none, and why not, where they cannot be read.
 *
 * Only what stands behind the `?` is looked at: before it there may be anything (RFC 9112, section 3.2).
 */
export function readQuery(
  url: string,
  { query, basic }: AcceptedSchemes,
  maxLength = 8192,
): Presented | RefusalReason | undefined {
  const start = url.indexOf('?')
  if (start < 0 || !/[?&](p|%70)=/.test(url)) return undefined
  const pairs =
    url
      .slice(start + 1)
      .split('#', 1)[0]
      ?.split('&') ?? []
  const passwords = valuesOf(pairs, /^(p|%70)=/)
  const usernames = query === 'u-p' ? valuesOf(pairs, /^(u|%75)=/) : []
  const [p = '', u = ''] = [passwords[0], usernames[0]]
  if (!p || (query === 'u-p' && !(u && basic))) return undefined
  // Two are an error, not a choice, as with headers.
  if (passwords.length > 1 || usernames.length > 1 || p.length + u.length > maxLength) return 'malformed'
  if (/[^\0-\x7f]/.test(p + u)) return 'non-ascii'
  try {
    const [username, password] = [decodeValue(u), decodeValue(p)]
    if (query === 'p') return /^[!-~]+$/.test(password) ? { kind: 'token', token: password } : 'malformed'
    if (!basic || CONTROL.test(username) || CONTROL.test(password)) return 'malformed'
    return { kind: 'pair', username, password, means: basic }
  } catch {
    return 'malformed' // a per cent sign without its digits, or bytes that are no UTF-8
  }
}

/** @param name as it may be spelt: InfluxDB reads it decoded */
function valuesOf(pairs: readonly string[], name: RegExp): string[] {
  return pairs.filter((pair) => name.test(pair)).map((pair) => pair.slice(pair.indexOf('=') + 1))
}

function decodeValue(value: string): string {
  return decodeURIComponent(value.replaceAll('+', ' '))
}
