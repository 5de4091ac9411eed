// Instead of keeping a password: an API token that may no more than it has to.

import { hostname } from 'node:os'
import {
  allAccess,
  authorizations,
  buckets,
  describePermissions,
  type Influx,
  type InfluxPermission,
  type Org,
  orgs,
  readBucket,
  writeBucket,
} from '@fluxauth/auth-core/influxdb'
import { ask, canAsk, choose, confirm } from '../../input/ask.ts'
import { UsageError, usage } from '../../output/errors.ts'

/** What the token is to be. */
export interface NewTokenOptions {
  readonly createToken?: true
  readonly keepPassword?: true
  readonly org?: string
  readonly permissions: 'all' | 'read' | 'write' | 'read-write'
  readonly bucket: readonly string[]
  readonly description?: string
  readonly expires?: string
}

/** A token that was made. */
export interface MadeToken {
  readonly id: string
  readonly token: string
  readonly org: string
  readonly replaceBy: string | undefined
  /** What it may do, in words. */
  readonly may: readonly string[]
}

/** Makes a token if that is wanted; `undefined` where the password is to be kept. */
export async function createTokenInstead(
  influx: Influx,
  options: NewTokenOptions,
): Promise<MadeToken | undefined> {
  if (options.keepPassword) return undefined
  if (!options.createToken && canAsk()) {
    const wants = await confirm('Make an API token, and keep that instead of the password?', {
      byDefault: true,
    })
    if (!wants) return undefined
    return createToken(influx, await askWhat(options))
  }
  if (!options.createToken) {
    throw usage(
      'Say --create-token, for an API token to be made and kept instead of the password, or --keep-password',
    )
  }
  return createToken(influx, options)
}

async function askWhat(options: NewTokenOptions): Promise<NewTokenOptions> {
  const permissions = await choose('What may it do', [
    ['all', 'everything in the organization'],
    ['read', 'read buckets'],
    ['write', 'write to buckets'],
    ['read-write', 'read and write buckets'],
  ])
  const names =
    permissions === 'all' || options.bucket.length > 0
      ? options.bucket
      : (await ask('Which buckets, with commas between (none: all)')).split(',').map((name) => name.trim())
  const expires = options.expires ?? (await ask('To be replaced in how many days (none: never)'))
  return { ...options, permissions, bucket: names.filter(Boolean), ...(expires && { expires }) }
}

async function createToken(influx: Influx, options: NewTokenOptions): Promise<MadeToken> {
  const replaceBy = readExpiry(options.expires)
  const org = await findOrg(influx, options.org)
  const permissions = await permissionsFor(influx, org, options)
  const words = options.description ?? `fluxauth on ${hostname()}`
  const description = replaceBy ? `${words} (to be replaced by ${replaceBy})` : words
  const made = await authorizations.create(influx, { orgID: org.id, permissions, description })
  const { id, token } = made
  if (token === undefined) {
    throw new UsageError(
      'ERR_TOKEN_HIDDEN',
      'The server made a token and did not show it: use --keep-password',
    )
  }
  return { id, token, org: org.name, replaceBy, may: describePermissions(made.permissions) }
}

export function readExpiry(days: string | undefined): string | undefined {
  if (days === undefined || days === '') return undefined
  const number = Number(days)
  if (!Number.isInteger(number) || number < 1 || number > 3650) {
    throw usage('--expires takes a number of days, from 1 to 3650')
  }
  return new Date(Date.now() + number * 86_400_000).toISOString().slice(0, 10)
}

export async function findOrg(influx: Influx, name: string | undefined): Promise<Org> {
  if (name !== undefined) {
    const org = await orgs.find(influx, name)
    if (org) return org
    throw new UsageError('ERR_NO_ORG', 'There is no such organization, or none that you may see')
  }
  const { body } = await influx.send({ path: '/api/v2/orgs' })
  const all = (body as { readonly orgs?: readonly Org[] } | undefined)?.orgs ?? []
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

export async function permissionsFor(
  influx: Influx,
  org: Org,
  { permissions, bucket }: NewTokenOptions,
): Promise<InfluxPermission[]> {
  if (permissions === 'all') {
    if (bucket.length > 0) throw usage('--bucket is for --permissions read, write or read-write')
    return allAccess(org.id)
  }
  const actions = (['read', 'write'] as const).filter((action) => permissions.includes(action))
  if (bucket.length === 0) {
    return actions.map((action) => ({ action, resource: { type: 'buckets', orgID: org.id } }))
  }
  const of = { read: readBucket, write: writeBucket }
  const all = await buckets.list(influx, { orgID: org.id })
  return bucket.flatMap((name) => {
    const found = all.find((each) => each.name === name)
    if (!found) {
      const names = all.map(({ name }) => name).filter((name) => !name.startsWith('_'))
      throw new UsageError(
        'ERR_NO_BUCKET',
        `There is no bucket of one of these names: there are ${names.join(', ')}`,
      )
    }
    return actions.map((action) => of[action](found.id, org.id))
  })
}
