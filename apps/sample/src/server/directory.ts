// What the server is about: one organization, its users and its buckets. All that is secret is kept by fluxauth's store.

import type { Permission, User } from '@fluxauth/auth-node/server'

/** The types of resources that a token can be for, as InfluxDB 2.8 has them. */
export const RESOURCES: readonly string[] = [
  'authorizations',
  'buckets',
  'dashboards',
  'orgs',
  'sources',
  'tasks',
  'telegrafs',
  'users',
  'variables',
  'scrapers',
  'secrets',
  'labels',
  'views',
  'documents',
  'notificationRules',
  'notificationEndpoints',
  'checks',
  'dbrp',
  'notebooks',
  'annotations',
  'remotes',
  'replications',
]

/** Everything on every resource: what InfluxDB's operator token holds. */
export const OPERATOR: readonly Permission[] = RESOURCES.flatMap((type) => [
  { action: 'read', resource: { type } },
  { action: 'write', resource: { type } },
])

/** A bucket, as far as tokens need to speak of it. */
export interface Bucket {
  readonly id: string
  readonly name: string
  readonly type: 'user' | 'system'
  readonly description?: string
  /** How long it keeps data; 0 for ever. */
  readonly seconds: number
}

/** A user's name or status, or both. */
export type UserChange = Partial<Pick<User, 'name' | 'status' | 'password'>>

let lastID = BigInt(Date.now()) << 20n

/** An identifier in the form of InfluxDB's: 16 hexadecimal digits. The later, the greater. */
function newID(): string {
  lastID += 1n
  return lastID.toString(16).padStart(16, '0')
}

/** The organization and what is in it. */
export class Directory {
  /** When all of it was made. */
  readonly made: string = new Date().toISOString()
  readonly org = { id: newID(), name: 'fluxauth' }
  readonly buckets: readonly Bucket[] = [
    { id: newID(), name: 'air-quality', type: 'user', seconds: 0 },
    { id: newID(), name: 'weather', type: 'user', seconds: 0 },
    {
      id: newID(),
      name: '_monitoring',
      type: 'system',
      description: 'System bucket for monitoring logs',
      seconds: 7 * 86_400,
    },
    {
      id: newID(),
      name: '_tasks',
      type: 'system',
      description: 'System bucket for task logs',
      seconds: 3 * 86_400,
    },
  ]
  readonly #users = new Map<string, User>()

  get users(): readonly User[] {
    return [...this.#users.values()]
  }

  userByID(id: string): User | undefined {
    return this.#users.get(id)
  }

  userByName(name: string): User | undefined {
    return this.users.find((user) => user.name === name)
  }

  /** Adds a user, who may see and change themselves, and do what else is said. */
  addUser({ permissions: more = [], ...user }: Omit<User, 'id' | 'orgID'>): User {
    const id = newID()
    const own: Permission[] = [
      { action: 'read', resource: { type: 'users', id } },
      { action: 'write', resource: { type: 'users', id } },
    ]
    const permissions = more === 'all' ? more : [...own, ...more]
    const added: User = { status: 'active', ...user, permissions, id, orgID: this.org.id }
    this.#users.set(id, added)
    return added
  }

  /** Changes a user; `undefined` when there is none. */
  changeUser(id: string, change: UserChange): User | undefined {
    const user = this.#users.get(id)
    if (!user) return undefined
    const changed = { ...user, ...change }
    this.#users.set(id, changed)
    return changed
  }

  /** Whether there was one. */
  removeUser(id: string): boolean {
    return this.#users.delete(id)
  }
}
