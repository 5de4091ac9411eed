// InfluxDB's permissions: read or write, on a type of resource, on all of them or on one.

import { isPromise } from '../../awaitable.ts'
import { OptionsError } from '../../options.ts'

/** What a permission lets its holder do. */
export type Action = 'read' | 'write'

/** What a permission is for. What it does not name, it does not narrow. */
export interface Resource {
  /** For example `buckets`, `authorizations`, `orgs`, `users`. */
  readonly type: string
  readonly id?: string | undefined
  readonly name?: string | undefined
  readonly orgID?: string | undefined
  readonly org?: string | undefined
}

/** One permission of an API token, in InfluxDB's form. */
export interface Permission {
  readonly action: Action
  readonly resource: Resource
}

/** All that an owner holds; `'all'` is everything. */
export type Permissions = readonly Permission[] | 'all'

/**
 * What is in no organization: users, and organizations themselves. As with InfluxDB, a permission for all of them in an organization is for
 * none, and for one of them the organization beside its identifier does not count.
 */
export function standsAlone(type: string): boolean {
  return type === 'users' || type === 'orgs'
}

/**
 * Whether permissions cover an action on a resource.
 *
 * A permission covers what it does not narrow: one without `id` covers every resource of its type, one with an `id` that one alone, and
 * one with an `orgID` those of that organization alone. Users and organizations are in none: unless what is wanted names one, a permission
 * for them with an `orgID` and no `id` covers nothing. Where a resource is wanted by its identifier and its name, a permission that names
 * one of them has to name the other as well: what is not covered by itself is not covered for being named beside something that is.
 *
 * @param permissions of a token or a user
 * @param action what is to be done
 * @param resource on what; without `id` it means all of the type
 * @example
 * import { permits } from '@fluxauth/auth-core/server'
 *
 * permits([{ action: 'read', resource: { type: 'buckets' } }], 'read', { type: 'buckets', id: '1f' }) // true
 * @see InfluxDB v2 API reference, "authorizations"
 */
export function permits(permissions: Permissions, action: Action, resource: Resource): boolean {
  return (
    permissions === 'all' ||
    permissions.some((held) => held.action === action && covers(held.resource, resource))
  )
}

/**
 * Whether permissions cover all of others: what a new token may be given by the holder of these. What the others cover is covered by these
 * as well: for one user or organization that is itself alone, and beside the organizations that the permission names or does not narrow.
 *
 * @example
 * import { includesAll } from '@fluxauth/auth-core/server'
 *
 * const resource = { type: 'buckets' }
 * includesAll([{ action: 'read', resource }], [{ action: 'write', resource }]) // false
 */
export function includesAll(permissions: Permissions, wanted: readonly Permission[]): boolean {
  return (
    permissions === 'all' ||
    wanted.every(({ action, resource }) =>
      permissions.some((held) => held.action === action && coversAll(held.resource, resource)),
    )
  )
}

/** What is wanted, in one form. Where it is something else, for example a promise of it, nobody may be let in by mistake. */
export function toResource(resource: string | Resource, id: string | undefined): Resource {
  const given: Resource = typeof resource === 'string' ? { type: resource } : resource
  if (typeof given?.type !== 'string') {
    if (isPromise<unknown>(given)) given.then(undefined, () => undefined)
    throw new OptionsError('ERR_OPTION_VALUE', 'resource has to be a type or an object with a type, at once')
  }
  return id === undefined ? given : { ...given, id }
}

function covers(held: Resource, wanted: Resource): boolean {
  const nowhere = wanted.orgID === undefined && wanted.org === undefined
  return reaches(isOneAlone(held) && nowhere ? alone(held) : held, wanted)
}

/** Whether all that a permission covers is covered by another one. */
function coversAll(held: Resource, given: Resource): boolean {
  return reaches(held, given) && (!isOneAlone(given) || covers(held, alone(given)))
}

function reaches(held: Resource, wanted: Resource): boolean {
  return (
    held.type === wanted.type &&
    narrows(held.id, held.name, wanted.id, wanted.name) &&
    narrows(held.orgID, held.org, wanted.orgID, wanted.org)
  )
}

/** Whether a permission is for a user or an organization by its identifier, which it then covers outside of any organization as well. */
function isOneAlone({ type, id }: Resource): boolean {
  return standsAlone(type) && id !== undefined
}

function alone(resource: Resource): Resource {
  return { ...resource, orgID: undefined, org: undefined }
}

/**
 * Whether what is held reaches what is wanted: an identifier decides, and a name where there is none. But whatever is wanted by both must
 * be held by both: whoever serves the request may go by either of them.
 */
function narrows(
  heldID: string | undefined,
  heldName: string | undefined,
  wantedID: string | undefined,
  wantedName: string | undefined,
): boolean {
  if (heldID === undefined && heldName === undefined) return true
  if (wantedID !== undefined && wantedName !== undefined)
    return heldID === wantedID && heldName === wantedName
  return heldID === undefined ? heldName === wantedName : heldID === wantedID
}
