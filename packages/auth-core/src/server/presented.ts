// What a request presents: the Authorization header or the query, read as the product reads them.

import { AuthError, type AuthorizationSyntaxError } from '../errors.ts'
import { decodeBasic } from '../schemes/basic.ts'
import { decodeBearer } from '../schemes/bearer.ts'
import { decodeToken, splitTokenPair } from '../schemes/token.ts'
import type { AcceptedSchemes, BasicMeaning, ProductProfile } from './profiles.ts'
import type { RefusalReason } from './refusal.ts'

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
  const pair = schemes.tokenPair && basic ? splitTokenPair(token) : undefined
  if (pair && basic) return { kind: 'pair', ...pair, means: basic }
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

/** Reads the query's credentials; `undefined` where there are none. */
export function readQuery(url: string, { query, basic }: AcceptedSchemes): Presented | undefined {
  if (!query || !/[?&]p=/.test(url)) return undefined
  const { searchParams } = new URL(url, 'http://localhost')
  const [username, password] = [searchParams.get('u'), searchParams.get('p')]
  if (!password) return undefined
  if (query === 'p') return { kind: 'token', token: password }
  return username && basic ? { kind: 'pair', username, password, means: basic } : undefined
}
