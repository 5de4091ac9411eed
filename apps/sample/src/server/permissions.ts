// Permissions on the wire: read from a request, shown with the names of what they are for, and said in a word.

import type { Permission, Resource } from '@fluxauth/auth-node/server'
import { type Directory, RESOURCES } from './directory.ts'
import { isRecord, readID } from './reading.ts'
import { invalid } from './refusals.ts'

/**
 * Reads a list of permissions. A member of the wrong type, or one that is not known, is not passed over: the token would be for more than was
 * asked for.
 */
export function readPermissions(value: unknown): Permission[] {
  if (value === undefined || value === null) throw invalid('authorization must include permissions')
  if (!Array.isArray(value)) throw invalid('invalid json structure: permissions have to be a list')
  if (value.length === 0) throw invalid('authorization must include permissions')
  return value.map(readPermission)
}

function readPermission(value: unknown): Permission {
  const { action, resource } = isRecord(value) ? value : {}
  if (!isRecord(resource) || typeof resource.type !== 'string' || !RESOURCES.includes(resource.type)) {
    throw invalid('invalid resource type for permission: unknown resource type for permission')
  }
  if (action !== 'read' && action !== 'write') {
    throw invalid('invalid action type for permission: unknown action for permission')
  }
  return { action, resource: readResource(resource, resource.type) }
}

/** What is named by its id may have its name beside it, as lists show it: the id counts. A name alone is not looked up, and so refused. */
function readResource(resource: Readonly<Record<string, unknown>>, type: string): Resource {
  const unknown = Object.keys(resource).find((name) => !MEMBERS.includes(name))
  if (unknown !== undefined)
    throw invalid(`invalid json structure: a resource has no ${JSON.stringify(unknown)}`)
  const { id, name, orgID, org } = resource
  for (const [named, by] of [
    [name, id],
    [org, orgID],
  ]) {
    if (named === undefined) continue
    if (typeof named !== 'string') throw invalid('invalid json structure: a name has to be text')
    if (by === undefined)
      throw invalid('a resource is named by its id: a name alone would be for all of its type')
  }
  return {
    type,
    ...(id !== undefined && { id: readID(id, 'invalid json structure: ') }),
    ...(orgID !== undefined && { orgID: readID(orgID, 'invalid json structure: ') }),
  }
}

const MEMBERS = ['type', 'id', 'name', 'orgID', 'org']

/** A permission with the names of what it is for. */
export function showPermission({ action, resource }: Permission, directory: Directory): Permission {
  const { type, id, orgID } = resource
  const name = id === undefined ? undefined : nameOf(type, id, directory)
  return {
    action,
    resource: {
      type,
      ...(id && { id }),
      ...(orgID && { orgID }),
      ...(name && { name }),
      ...(orgID === directory.org.id && { org: directory.org.name }),
    },
  }
}

function nameOf(type: string, id: string, directory: Directory): string | undefined {
  const { org, buckets } = directory
  if (type === 'orgs') return id === org.id ? org.name : undefined
  if (type === 'buckets') return buckets.find((bucket) => bucket.id === id)?.name
  return type === 'users' ? directory.userByID(id)?.name : undefined
}

/** A permission as InfluxDB's messages say it: `read:orgs/ORG/buckets/BUCKET`. */
export function describePermission({ action, resource: { type, id, orgID } }: Permission): string {
  return `${action}:${orgID ? `orgs/${orgID}/` : ''}${type}${id ? `/${id}` : ''}`
}
