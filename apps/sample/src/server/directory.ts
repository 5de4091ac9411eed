// What the server is about: one organization, its user and its buckets. All that is secret is kept by fluxauth's store.

import { randomBytes } from 'node:crypto'
import type { Permission, User } from '@fluxauth/auth-node/server'

/** The types of resources that a token can be for. */
export const RESOURCES: readonly string[] = ['authorizations', 'buckets', 'users']

/** An identifier in the form of InfluxDB's: 16 hexadecimal digits. */
function newID(): string {
  return randomBytes(8).toString('hex')
}

/** The organization and what is in it. */
export class Directory {
  readonly org = { id: newID(), name: 'fluxauth' }
  readonly buckets = ['air-quality', 'weather', '_monitoring'].map((name) => ({
    id: newID(),
    orgID: this.org.id,
    name,
    type: name.startsWith('_') ? 'system' : 'user',
    retentionRules: [{ type: 'expire', everySeconds: 30 * 24 * 60 * 60 }],
  }))
  readonly #users = new Map<string, User>()

  /** Adds a user, or replaces the one of that name. */
  putUser(user: Omit<User, 'id' | 'orgID'> & { readonly id?: string }): User {
    const added = { id: newID(), orgID: this.org.id, ...user }
    this.#users.set(user.name, added)
    return added
  }

  userByName(name: string): User | undefined {
    return this.#users.get(name)
  }

  /** Every permission there is in the organization. */
  get allAccess(): Permission[] {
    return RESOURCES.flatMap((type) =>
      (['read', 'write'] as const).map((action) => ({ action, resource: { type, orgID: this.org.id } })),
    )
  }
}
