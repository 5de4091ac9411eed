// What each InfluxDB product takes, as data: the one place that says it. Server profiles, hints and the documentation's tables come from here.

/** Every {@link BasicMeaning}. */
export const basicMeanings = [
  'password',
  'token',
  'token-any-user',
  'password-or-token',
  'password-or-token-any-user',
] as const

/**
 * What a Basic user name and password are: a user's own (`'password'`), a user name and one of that user's API tokens (`'token'`), any
 * name and an API token (`'token-any-user'`), either of the first two (`'password-or-token'`), or either of the first and the third: then
 * a name that has a password takes no token (`'password-or-token-any-user'`).
 */
export type BasicMeaning = (typeof basicMeanings)[number]

/** Which credentials are taken at some endpoints. */
export interface AcceptedSchemes {
  /** `Basic`; with `false` it is taken for signing in alone. */
  readonly basic: BasicMeaning | false
  /** `Token API_TOKEN`, the word in exactly this case or in any. */
  readonly token: 'exact' | 'any-case' | false
  readonly bearer: boolean
  /** `Token USER:PASSWORD`, which means what `Basic` would; where that is a password or a token, a token. */
  readonly tokenPair: boolean
  /** `u` and `p` in the query, which mean what `Basic` would, or `p` alone with a token. Proxies log them. */
  readonly query: 'u-p' | 'p' | false
  /** A session's cookie. */
  readonly session: boolean
  /** What signing in takes, where there is any. */
  readonly signIn: BasicMeaning
}

/** Endpoints that take the same credentials. */
export interface Endpoints extends AcceptedSchemes {
  /** For people: the paths. */
  readonly paths: string
  /** Whether the words `Basic` and `Bearer` must be in exactly this case. */
  readonly exactWords: boolean
  /** Whether an `Authorization` of another scheme counts as none, so that a session's cookie decides. */
  readonly ignoresOthers: boolean
}

/** A product, as far as authentication goes. */
export interface Product {
  /** For people. */
  readonly title: string
  /** Its own API. */
  readonly api: Endpoints
  /** What it has for clients of version 1, where that takes other credentials. */
  readonly compatible?: Endpoints
  /** How a refusal's body is written, where it has one: `{"error":…}`, or `{"code":…,"message":…}`. */
  readonly errors: 'error' | 'code-message'
  /** The `WWW-Authenticate` value that comes with a 401. */
  readonly challenge?: string
  /** In bytes: how short and how long a password may be. */
  readonly password?: readonly [least: number, most: number]
  /** What the tokens that it makes look like: how long they are, or how they begin. */
  readonly tokens?: { readonly length?: number; readonly prefix?: string }
  /** How the names of InfluxData's own hosts end, where it runs them; the first product in the table that fits is meant. */
  readonly hosts?: readonly string[]
  /** Whether it was seen on a running server, or what it is told after is InfluxData's documentation and sources. */
  readonly seen: boolean
}

/** The products. */
export type ProductName =
  | 'v1'
  | 'v2'
  | 'cloud-tsm'
  | 'cloud-serverless'
  | 'cloud-dedicated'
  | 'clustered'
  | 'v3'

const api: Endpoints = {
  paths: '/api/v2',
  basic: false,
  token: 'any-case',
  bearer: true,
  tokenPair: false,
  query: false,
  session: true,
  signIn: 'password',
  exactWords: false,
  ignoresOthers: true,
}
const compatible: Endpoints = {
  ...api,
  paths: '/query, /write',
  basic: 'token-any-user',
  token: 'exact',
  query: 'u-p',
  session: false,
  signIn: 'token-any-user',
  ignoresOthers: false,
}
const cloud: Endpoints = {
  ...api,
  basic: 'token',
  token: 'exact',
  bearer: false,
  signIn: 'token',
  ignoresOthers: false,
}
const cluster: Endpoints = { ...compatible, paths: '/api/v2/write', basic: false, query: false }

/** What each product takes. */
export const products: Readonly<Record<ProductName, Product>> & {
  readonly v2: Required<Pick<Product, 'compatible' | 'password'>>
} = {
  v1: {
    title: 'InfluxDB 1',
    api: {
      ...compatible,
      basic: 'password',
      token: false,
      bearer: false,
      tokenPair: true,
      signIn: 'password',
    },
    errors: 'error',
    challenge: 'Basic realm="InfluxDB"',
    seen: true,
  },
  v2: {
    title: 'InfluxDB 2',
    api,
    compatible: { ...compatible, basic: 'password-or-token-any-user', bearer: false, tokenPair: true },
    errors: 'code-message',
    password: [8, 72],
    tokens: { length: 88 },
    seen: true,
  },
  'cloud-serverless': {
    title: 'InfluxDB Cloud Serverless',
    api: cloud,
    compatible,
    errors: 'code-message',
    hosts: ['us-east-1-1.aws.cloud2.influxdata.com', 'eu-central-1-1.aws.cloud2.influxdata.com'],
    seen: false,
  },
  'cloud-tsm': {
    title: 'InfluxDB Cloud (TSM)',
    api: cloud,
    compatible: { ...compatible, bearer: false },
    errors: 'code-message',
    hosts: ['cloud2.influxdata.com'],
    seen: false,
  },
  'cloud-dedicated': {
    title: 'InfluxDB Cloud Dedicated',
    api: cluster,
    compatible: { ...compatible, query: 'p' },
    errors: 'code-message',
    hosts: ['influxdb.io'],
    seen: false,
  },
  clustered: {
    title: 'InfluxDB Clustered',
    api: cluster,
    compatible: { ...compatible, query: 'p' },
    errors: 'code-message',
    seen: false,
  },
  v3: {
    title: 'InfluxDB 3 Core and Enterprise',
    api: { ...compatible, paths: 'all', query: false, exactWords: true },
    compatible: { ...compatible, query: 'p', exactWords: true },
    errors: 'error',
    tokens: { prefix: 'apiv3_' },
    seen: false,
  },
}
