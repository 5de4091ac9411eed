// What each InfluxDB product takes, and how it refuses, as data.

import type { RefusalReason } from '../outgoing/refusal.ts'

/** A product whose manners a server can take on. */
export type ServerProduct = 'v1' | 'v2' | 'cloud-serverless' | 'v3'

/** Every {@link BasicMeaning}. */
export const basicMeanings = ['password', 'token', 'token-any-user', 'password-or-token'] as const

/**
 * What a Basic user name and password are: a user's own (`'password'`), a user name and one of that user's API tokens (`'token'`), any
 * name and an API token (`'token-any-user'`), or either of the first two.
 */
export type BasicMeaning = (typeof basicMeanings)[number]

/** Which credentials are taken. */
export interface AcceptedSchemes {
  /** `Basic`; with `false` it is taken for signing in alone. */
  readonly basic: BasicMeaning | false
  /** `Token API_TOKEN`, the word in exactly this case or in any. */
  readonly token: 'exact' | 'any-case' | false
  readonly bearer: boolean
  /** `Token USER:PASSWORD`, which means what `Basic` would. */
  readonly tokenPair: boolean
  /** `u` and `p` in the query, which mean what `Basic` would, or `p` alone with a token. Proxies log them: off in every product here. */
  readonly query: 'u-p' | 'p' | false
  /** A session's cookie. */
  readonly session: boolean
  /** What signing in takes. */
  readonly signIn: BasicMeaning
}

/** How a refusal looks on the wire. */
interface RefusalForm {
  readonly status: number
  /** InfluxDB v2's `code`. */
  readonly code?: string
  /** Empty for an answer without body. */
  readonly message: string
}

/** A product's manners. */
export interface ProductProfile {
  readonly schemes: AcceptedSchemes
  /** Whether the words `Basic` and `Bearer` must be in exactly this case. */
  readonly exactWords: boolean
  /** The `WWW-Authenticate` value that comes with a 401, if the product sends one. */
  readonly challenge: string | undefined
  /** How it refuses. */
  readonly refusals: Readonly<Record<RefusalReason, RefusalForm>>
}

const v1Refused = { status: 401, message: 'unable to parse authentication credentials' }
const v1Wrong = { status: 401, message: 'authorization failed' }

const v1: ProductProfile = {
  schemes: {
    basic: 'password',
    token: false,
    bearer: false,
    tokenPair: true,
    query: false,
    session: false,
    signIn: 'password',
  },
  exactWords: false,
  challenge: 'Basic realm="InfluxDB"',
  refusals: {
    missing: v1Refused,
    malformed: v1Refused,
    'non-ascii': v1Refused,
    scheme: v1Refused,
    username: { status: 401, message: 'username required' },
    wrong: v1Wrong,
    inactive: v1Wrong,
    disabled: v1Wrong,
    'cross-site': v1Refused,
    forbidden: { status: 403, message: 'insufficient permissions' },
    limited: { status: 429, message: 'too many failed attempts' },
    busy: { status: 503, message: 'authentication is unavailable' },
    unavailable: { status: 503, message: 'authentication is unavailable' },
    failed: { status: 500, message: 'internal error' },
  },
}

const unauthorized = { status: 401, code: 'unauthorized', message: 'unauthorized access' }

const v2: ProductProfile = {
  schemes: {
    basic: false,
    token: 'any-case',
    bearer: true,
    tokenPair: false,
    query: false,
    session: true,
    signIn: 'password',
  },
  exactWords: false,
  challenge: undefined,
  refusals: {
    missing: unauthorized,
    malformed: unauthorized,
    'non-ascii': unauthorized,
    scheme: unauthorized,
    username: unauthorized,
    wrong: unauthorized,
    inactive: unauthorized,
    disabled: { status: 403, code: 'forbidden', message: 'User is inactive' },
    'cross-site': unauthorized,
    forbidden: { status: 403, code: 'forbidden', message: 'insufficient permissions' },
    limited: { status: 429, code: 'too many requests', message: 'too many failed attempts' },
    busy: { status: 503, code: 'unavailable', message: 'authentication is unavailable' },
    unavailable: { status: 503, code: 'unavailable', message: 'authentication is unavailable' },
    failed: { status: 500, code: 'internal error', message: 'internal error' },
  },
}

const cloudServerless: ProductProfile = {
  ...v2,
  schemes: { ...v2.schemes, basic: 'token', token: 'exact', bearer: false, signIn: 'token' },
}

const empty = { status: 401, message: '' }
const malformed = { status: 400, message: 'Authorization header was malformed' }

const v3: ProductProfile = {
  schemes: {
    basic: 'token-any-user',
    token: 'exact',
    bearer: true,
    tokenPair: false,
    query: false,
    session: false,
    signIn: 'token-any-user',
  },
  exactWords: true,
  challenge: undefined,
  refusals: {
    missing: empty,
    malformed,
    'non-ascii': { status: 500, message: '' },
    scheme: malformed,
    username: empty,
    wrong: empty,
    inactive: empty,
    disabled: { status: 403, message: '' },
    'cross-site': empty,
    forbidden: { status: 403, message: '' },
    limited: { status: 429, message: 'too many failed attempts' },
    busy: { status: 503, message: 'authentication is unavailable' },
    unavailable: { status: 503, message: 'authentication is unavailable' },
    failed: { status: 500, message: 'internal error' },
  },
}

/** The products' manners, by name. */
export const profiles: Readonly<Record<ServerProduct, ProductProfile>> = {
  v1,
  v2,
  'cloud-serverless': cloudServerless,
  v3,
}
