// The manners that a server takes on: what a product takes, from the table of products, and how it refuses.

import { type AcceptedSchemes, type Endpoints, type Product, products } from '../../influxdb/products.ts'
import type { RefusalReason } from '../outgoing/refusal.ts'

/** A product whose manners a server can take on; `'v2-query'` are those of InfluxDB 2 at `/query` and `/write`. */
export type ServerProduct = 'v1' | 'v2' | 'v2-query' | 'cloud-serverless' | 'v3'

/** How a refusal looks on the wire. */
interface RefusalForm {
  readonly status: number
  /** Empty for an answer without body. */
  readonly message: string
}

/** How each refusal looks. */
type Refusals = Readonly<Record<RefusalReason, RefusalForm>>

/** A product's manners. */
export interface ProductProfile
  extends Pick<Endpoints, 'exactWords' | 'ignoresOthers'>,
    Pick<Product, 'errors' | 'challenge'> {
  readonly schemes: AcceptedSchemes
  readonly refusals: Refusals
}

/** A product's manners at one of its groups of endpoints: all but the words come from the table. */
function toProfile({ errors, challenge }: Product, endpoints: Endpoints, refusals: Refusals): ProductProfile {
  const { paths: _, exactWords, ignoresOthers, ...schemes } = endpoints
  return {
    // In a query, which proxies log, nothing is taken wherever it is not asked for.
    schemes: { ...schemes, query: false },
    exactWords,
    ignoresOthers,
    errors,
    ...(challenge && { challenge }),
    refusals,
  }
}

const { v1, v2, 'cloud-serverless': serverless, v3 } = products

/** Of what no InfluxDB does. */
const ours = {
  limited: { status: 429, message: 'too many failed attempts' },
  busy: { status: 503, message: 'authentication is unavailable' },
  unavailable: { status: 503, message: 'authentication is unavailable' },
  failed: { status: 500, message: 'internal error' },
}
const forbidden = { status: 403, message: 'insufficient permissions' }

const v1Refused = { status: 401, message: 'unable to parse authentication credentials' }
const v1Wrong = { status: 401, message: 'authorization failed' }
const v1Refusals: Refusals = {
  missing: v1Refused,
  malformed: v1Refused,
  'non-ascii': v1Refused,
  scheme: v1Refused,
  username: { status: 401, message: 'username required' },
  wrong: v1Wrong,
  inactive: v1Wrong,
  disabled: v1Wrong,
  'cross-site': v1Refused,
  forbidden,
  ...ours,
}

const unauthorized = { status: 401, message: 'unauthorized access' }
const v2Refusals: Refusals = {
  missing: unauthorized,
  malformed: unauthorized,
  'non-ascii': unauthorized,
  scheme: unauthorized,
  username: unauthorized,
  wrong: unauthorized,
  inactive: { status: 401, message: 'token is inactive' },
  disabled: { status: 403, message: 'User is inactive' },
  'cross-site': unauthorized,
  forbidden,
  ...ours,
}

const refused = { status: 401, message: 'Unauthorized' }
const compatibleRefusals: Refusals = {
  ...v2Refusals,
  username: refused,
  wrong: refused,
  inactive: refused,
  disabled: refused,
}

const empty = { status: 401, message: '' }
const malformed = { status: 400, message: 'Authorization header was malformed' }
const v3Refusals: Refusals = {
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
  ...ours,
}

/** The products' manners, by name. */
export const profiles: Readonly<Record<ServerProduct, ProductProfile>> = {
  v1: toProfile(v1, v1.api, v1Refusals),
  v2: toProfile(v2, v2.api, v2Refusals),
  'v2-query': toProfile(v2, v2.compatible, compatibleRefusals),
  'cloud-serverless': toProfile(serverless, serverless.api, { ...v2Refusals, inactive: unauthorized }),
  v3: toProfile(v3, v3.api, v3Refusals),
}
