// The manners that a server takes on: what a product takes, from the table of products, and how it refuses.

import { type AcceptedSchemes, type Endpoints, products } from '../../influxdb/products.ts'
import type { RefusalReason } from '../outgoing/refusal.ts'

/** A product whose manners a server can take on; `'v2-query'` are those of InfluxDB 2 at `/query` and `/write`. */
export type ServerProduct = 'v1' | 'v2' | 'v2-query' | 'cloud-serverless' | 'v3'

/** How a refusal looks on the wire. */
interface RefusalForm {
  readonly status: number
  /** InfluxDB v2's `code`. */
  readonly code?: string
  /** Empty for an answer without body. */
  readonly message: string
}

/** A product's manners. */
export interface ProductProfile extends Pick<Endpoints, 'exactWords' | 'ignoresOthers'> {
  readonly schemes: AcceptedSchemes
  /** The `WWW-Authenticate` value that comes with a 401, if the product sends one. */
  readonly challenge: string | undefined
  /** How it refuses. */
  readonly refusals: Readonly<Record<RefusalReason, RefusalForm>>
}

/** What is taken at a product's endpoints, but in a query, which proxies log: that is off wherever it is not asked for. */
function taken({ paths: _, exactWords, ignoresOthers, ...schemes }: Endpoints) {
  return { schemes: { ...schemes, query: false as const }, exactWords, ignoresOthers }
}

const { v1: influxdb1, v2: influxdb2, 'cloud-serverless': serverless, v3: influxdb3 } = products

const v1Refused = { status: 401, message: 'unable to parse authentication credentials' }
const v1Wrong = { status: 401, message: 'authorization failed' }

const v1: ProductProfile = {
  ...taken(influxdb1.api),
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
  ...taken(influxdb2.api),
  challenge: undefined,
  refusals: {
    missing: unauthorized,
    malformed: unauthorized,
    'non-ascii': unauthorized,
    scheme: unauthorized,
    username: unauthorized,
    wrong: unauthorized,
    inactive: { ...unauthorized, message: 'token is inactive' },
    disabled: { status: 403, code: 'forbidden', message: 'User is inactive' },
    'cross-site': unauthorized,
    forbidden: { status: 403, code: 'forbidden', message: 'insufficient permissions' },
    limited: { status: 429, code: 'too many requests', message: 'too many failed attempts' },
    busy: { status: 503, code: 'unavailable', message: 'authentication is unavailable' },
    unavailable: { status: 503, code: 'unavailable', message: 'authentication is unavailable' },
    failed: { status: 500, code: 'internal error', message: 'internal error' },
  },
}

const refused = { status: 401, code: 'unauthorized', message: 'Unauthorized' }

const v2Query: ProductProfile = {
  ...v2,
  ...taken(influxdb2.compatible),
  refusals: { ...v2.refusals, username: refused, wrong: refused, inactive: refused, disabled: refused },
}

const cloudServerless: ProductProfile = {
  ...v2,
  ...taken(serverless.api),
  refusals: { ...v2.refusals, inactive: unauthorized },
}

const empty = { status: 401, message: '' }
const malformed = { status: 400, message: 'Authorization header was malformed' }

const v3: ProductProfile = {
  ...taken(influxdb3.api),
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
  'v2-query': v2Query,
  'cloud-serverless': cloudServerless,
  v3,
}
