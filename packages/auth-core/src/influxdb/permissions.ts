// What a token may do, in InfluxDB's form: made for the usual cases, and said in words.

import type { OptionRule } from '../option-rules.ts'
import { isPermission } from '../permission-rule.ts'
import { checkInput, id as identifier } from './input.ts'

/** What a permission is for. What it does not name, it does not narrow. */
export interface PermissionResource {
  /** For example `buckets`, `authorizations`, `orgs`, `users`. */
  readonly type: string
  readonly id?: string | undefined
  readonly orgID?: string | undefined
  /** Filled in by the server, which does not read it. */
  readonly name?: string | undefined
  /** Filled in by the server, which does not read it. */
  readonly org?: string | undefined
}

/** One permission of an API token. */
export interface InfluxPermission {
  readonly action: 'read' | 'write'
  readonly resource: PermissionResource
}

/** What an operator's token is for, in InfluxDB 2.8. */
const TYPES =
  'authorizations buckets dashboards orgs sources tasks telegrafs users variables scrapers secrets labels views documents notificationRules notificationEndpoints checks dbrp notebooks annotations remotes replications'

/**
 * Lets read one bucket.
 *
 * @param id of the bucket: `buckets.list` knows it by its name
 * @param orgID of its organization, which whoever is no operator has to name
 * @throws {OptionsError} `ERR_OPTION_VALUE`: without an identifier it would be all buckets
 * @example
 * import { readBucket } from '@fluxauth/auth-core/influxdb'
 *
 * readBucket('713c982ddc60624e') // { action: 'read', resource: { type: 'buckets', id: '713c982ddc60624e' } }
 */
export function readBucket(id: string, orgID?: string): InfluxPermission {
  return ofBucket('read', id, orgID)
}

/**
 * Lets write to one bucket; not read it. As {@link readBucket}.
 *
 * @see {@link describePermissions}, whose example has one of each kind
 */
export function writeBucket(id: string, orgID?: string): InfluxPermission {
  return ofBucket('write', id, orgID)
}

function ofBucket(action: 'read' | 'write', id: string, orgID: string | undefined): InfluxPermission {
  checkInput({ id, orgID: orgID ?? id }, { id: identifier, orgID: identifier })
  return { action, resource: { type: 'buckets', id, ...(orgID && { orgID }) } }
}

/**
 * Lets do everything in one organization.
 *
 * @throws {OptionsError} `ERR_OPTION_VALUE`: without an identifier it would be every organization
 * @see {@link describePermissions}, whose example has one of each kind
 */
export function allAccess(orgID: string): InfluxPermission[] {
  checkInput({ orgID }, { orgID: identifier })
  return everythingIn(orgID)
}

/**
 * Lets do everything in every organization, as the first token of a server. Only an operator can give it.
 *
 * @see {@link describePermissions}, whose example has one of each kind
 */
export function operator(): InfluxPermission[] {
  return everything((type) => ({ type }))
}

function everythingIn(orgID: string): InfluxPermission[] {
  return everything((type) => (type === 'orgs' ? { type, id: orgID } : { type, orgID }))
}

function everything(resourceOf: (type: string) => PermissionResource): InfluxPermission[] {
  return TYPES.split(' ').flatMap((type) =>
    (['read', 'write'] as const).map((action) => ({ action, resource: resourceOf(type) })),
  )
}

/** What permissions may be, so that none is for more than was meant: a member that is `undefined` would not arrive, and narrow nothing. */
export const permissionsRule: OptionRule = {
  wanted: "a list, not empty, of { action: 'read' or 'write', resource: { type, … } }",
  test: (value) => Array.isArray(value) && value.length > 0 && value.every(isPermission),
}

/**
 * Says in words what permissions let do, a line each: for people who are to agree to it.
 *
 * @example
 * import { allAccess, describePermissions, operator, readBucket, writeBucket } from '@fluxauth/auth-core/influxdb'
 *
 * describePermissions([readBucket('1f'), writeBucket('1f')]) // ['read and write the bucket 1f']
 * describePermissions(allAccess('2a')) // ['everything in the organization 2a']
 * describePermissions(operator()) // ['everything in every organization']
 */
export function describePermissions(permissions: readonly InfluxPermission[]): string[] {
  const keyOf = ({ action, resource: { type, id = '', orgID = '' } }: InfluxPermission) =>
    [action, type, id, orgID].join()
  let rest = permissions
  const lines: string[] = []
  const takeOut = (all: readonly InfluxPermission[], line: string): void => {
    const held = rest.map(keyOf)
    const keys = all.map(keyOf)
    if (!keys.every((key) => held.includes(key))) return
    rest = rest.filter((permission) => !keys.includes(keyOf(permission)))
    lines.push(line)
  }
  takeOut(operator(), 'everything in every organization')
  const orgs = new Map(permissions.map(({ resource: { orgID, org = orgID } }) => [orgID, org]))
  for (const [orgID, org] of orgs) {
    if (orgID) takeOut(everythingIn(orgID), `everything in the organization ${org}`)
  }
  const actions = new Map<string, string[]>()
  for (const { action, resource } of rest) {
    const { type, id, name = id, orgID, org = orgID } = resource
    const one = type.replace(/s$/, '')
    const what = (name ? `the ${one} ${name}` : `all ${type}`) + (org ? ` of the organization ${org}` : '')
    actions.set(what, [...new Set([...(actions.get(what) ?? []), action])])
  }
  return [...lines, ...[...actions].map(([what, doing]) => `${doing.join(' and ')} ${what}`)]
}
