// Buckets and organizations by their names: what permissions and tokens want is identifiers.

import { InfluxError } from './errors.ts'
import { checkInput, id, name as text } from './input.ts'
import type { CallOptions, Influx } from './types.ts'

/** A bucket, as far as a permission needs it. */
export interface Bucket {
  readonly id: string
  readonly name: string
  readonly orgID: string
}

/** An organization. */
export interface Org {
  readonly id: string
  readonly name: string
}

/** Which buckets to list. */
export interface BucketFilters {
  readonly id?: string
  readonly name?: string
  readonly orgID?: string
  readonly org?: string
}

/** As many as InfluxDB gives at once. */
const PAGE = 100

async function listBuckets(
  influx: Influx,
  filters: BucketFilters = {},
  options: CallOptions = {},
): Promise<Bucket[]> {
  checkInput(filters, { id, name: text, orgID: id, org: text })
  const found = new Map<string, Bucket>()
  for (let offset = 0; ; offset += PAGE) {
    const query = { ...filters, limit: PAGE, offset }
    const { body } = await influx.send({ ...options, path: '/api/v2/buckets', query })
    const page = listIn<Bucket>(body, 'buckets')
    const before = found.size
    for (const { id, name, orgID } of page) found.set(id, { id, name, orgID })
    // A server that knows no pages gives the same ones again.
    if (page.length < PAGE || found.size === before) break
  }
  const wanted = Object.entries(filters).filter(([name]) => name !== 'org') as [keyof Bucket, string][]
  return [...found.values()].filter((bucket) => wanted.every(([name, value]) => bucket[name] === value))
}

async function findOrg(influx: Influx, name: string, options: CallOptions = {}): Promise<Org | undefined> {
  checkInput({ name }, { name: text })
  try {
    const { body } = await influx.send({ ...options, path: '/api/v2/orgs', query: { org: name } })
    const found = listIn<Org>(body, 'orgs').find((org) => org.name === name)
    return found && { id: found.id, name }
  } catch (error) {
    if ((error as InfluxError).reason === 'not-found') return undefined
    throw error
  }
}

function listIn<T>(body: unknown, name: string): T[] {
  const list: unknown = Object(body)[name]
  if (Array.isArray(list) && list.every((one) => Object(one).id)) return list
  throw new InfluxError('ERR_INFLUX_ANSWER', `The answer is no list of ${name}`)
}

/**
 * Buckets. `list` gives all that the credential may read, however many: none where it may read none.
 *
 * @example
 * import { buckets, influxApi, readBucket } from '@fluxauth/auth-core/influxdb'
 *
 * const influx = influxApi({ url: 'http://localhost:8086', credentials: 'my-token' })
 * const found = await buckets.list(influx, { name: 'weather' })
 * console.log(found.map(({ id, orgID }) => readBucket(id, orgID).action)) // [ 'read' ]
 */
export const buckets: { readonly list: typeof listBuckets } = { list: listBuckets }

/**
 * Organizations. `find` gives the one of that name, `undefined` where there is none or the credential may not read it.
 *
 * @example
 * import { buckets, influxApi, orgs } from '@fluxauth/auth-core/influxdb'
 *
 * const influx = influxApi({ url: 'http://localhost:8086', credentials: process.env.INFLUX_TOKEN })
 * const org = await orgs.find(influx, 'my-org')
 * if (!org) throw new Error('There is no such organization, or this token may not see it')
 * const [weather] = await buckets.list(influx, { name: 'weather', orgID: org.id })
 * console.log(weather.orgID === org.id) // true
 */
export const orgs: { readonly find: typeof findOrg } = { find: findOrg }
