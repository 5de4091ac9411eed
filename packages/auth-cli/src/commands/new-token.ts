// What a new API token is to be: of which organization, what it may do, and until when.

import { hostname } from 'node:os'
import {
  type ApiToken,
  allAccess,
  authorizations,
  type Bucket,
  buckets,
  type Influx,
  type InfluxPermission,
  type Org,
  operator,
  orgs,
  readBucket,
  writeBucket,
} from '@fluxauth/auth-core/influxdb'
import { canAsk, choose } from '../input/ask.ts'
import { UsageError, usage } from '../output/errors.ts'
import { making } from './left-on-server.ts'
import { dayIn, withReplaceBy } from './tokens/replace-by.ts'

/** Options of what makes a token. */
export interface NewTokenOptions {
  readonly org?: string | undefined
  readonly permissions: 'all' | 'read' | 'write' | 'read-write' | 'operator'
  /** By name; none stands for all. */
  readonly bucket?: readonly string[] | undefined
  readonly description?: string
  readonly expires?: string
}

/** A token that was made. */
export interface MadeToken {
  readonly authorization: ApiToken
  readonly token: string
  readonly org: Org
  readonly replaceBy: string | undefined
}

/**
 * Makes it.
 *
 * @param list the command to type that shows which tokens there are
 * @throws {UsageError} `ERR_TOKEN_HIDDEN` where the server does not show it
 */
export async function makeToken(influx: Influx, options: NewTokenOptions, list: string): Promise<MadeToken> {
  const { org, replaceBy, ...wanted } = await describeToken(influx, options)
  const authorization = await making(authorizations.create(influx, { orgID: org.id, ...wanted }), list)
  const { id, token } = authorization
  if (token === undefined) {
    throw new UsageError('ERR_TOKEN_HIDDEN', `The server made ${id} and did not show its value: delete it`)
  }
  return { authorization, token, org, replaceBy }
}

/** What is to be made, as the server wants to have it. */
export async function describeToken(
  influx: Influx,
  options: NewTokenOptions,
): Promise<Pick<MadeToken, 'org' | 'replaceBy'> & { permissions: InfluxPermission[]; description: string }> {
  if (options.bucket?.length && /^(all|operator)$/.test(options.permissions)) {
    throw usage('--bucket is for --permissions read, write or read-write')
  }
  const replaceBy = readExpiry(options.expires)
  const org = await findOrg(influx, options.org)
  const permissions = await permissionsFor(influx, org, options)
  const words = options.description ?? `fluxauth on ${hostname()}`
  return { org, permissions, description: withReplaceBy(words, replaceBy), replaceBy }
}

/** @returns the day */
export function readExpiry(days: string | undefined): string | undefined {
  if (days === undefined || days === '') return undefined
  const number = Number(days)
  if (!/^\d+$/.test(days) || number < 1 || number > 3650) {
    throw usage('--expires takes a number of days, from 1 to 3650')
  }
  return dayIn(number)
}

/** As many as InfluxDB gives at once; unless it is asked for so many, it gives 20. */
const PAGE = 100

/** The organizations that one may see, however many. */
export async function visibleOrgs(influx: Influx): Promise<readonly Org[]> {
  const found = new Map<string, Org>()
  for (let offset = 0; ; offset += PAGE) {
    const { body } = await influx.send({ path: '/api/v2/orgs', query: { limit: PAGE, offset } })
    const page = (body as { readonly orgs?: readonly Org[] } | undefined)?.orgs ?? []
    const before = found.size
    for (const org of page) found.set(org.id, org)
    // A server that knows no pages gives the same ones again.
    if (page.length < PAGE || found.size === before) return [...found.values()]
  }
}

async function findOrg(influx: Influx, name: string | undefined): Promise<Org> {
  if (name === '') throw usage('--org is empty: name the organization, or leave it out')
  if (name !== undefined) {
    const org = await orgs.find(influx, name)
    if (org) return org
    throw new UsageError('ERR_NO_ORG', 'There is no such organization, or none that you may see')
  }
  const all = await visibleOrgs(influx)
  const [only, ...others] = all
  if (only && others.length === 0) return only
  if (!only)
    throw new UsageError('ERR_NO_ORG', 'You are in no organization, or may see none: name it with --org')
  const names = all.map(({ name }) => name)
  if (!canAsk()) throw usage(`Name the organization with --org: there are ${names.join(', ')}`)
  const chosen = await choose(
    'Organization',
    all.map(({ name }) => [name, name] as const),
  )
  return all.find((org) => org.name === chosen) ?? only
}

async function permissionsFor(
  influx: Influx,
  org: Org,
  { permissions, bucket = [] }: NewTokenOptions,
): Promise<InfluxPermission[]> {
  if (permissions === 'all') return allAccess(org.id)
  if (permissions === 'operator') return operator()
  const actions = (['read', 'write'] as const).filter((action) => permissions.includes(action))
  if (bucket.length === 0) {
    return actions.map((action) => ({ action, resource: { type: 'buckets', orgID: org.id } }))
  }
  const of = { read: readBucket, write: writeBucket }
  const found = bucketsOf(bucket, await buckets.list(influx, { orgID: org.id }))
  return found.flatMap(({ id }) => actions.map((action) => of[action](id, org.id)))
}

/** @throws {UsageError} `ERR_NO_BUCKET`, with the names that there are */
export function bucketsOf(names: readonly string[], all: readonly Bucket[]): Bucket[] {
  return names.map((name) => {
    const found = all.find((each) => each.name === name)
    if (found) return found
    const others = all.map(({ name }) => name).filter((name) => !name.startsWith('_'))
    throw new UsageError(
      'ERR_NO_BUCKET',
      `There is no bucket of one of these names: there are ${others.join(', ')}`,
    )
  })
}
