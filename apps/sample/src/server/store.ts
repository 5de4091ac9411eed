// What the server knows: one organization, its users, buckets and API tokens, and who is signed in. In memory, secrets hashed.

import { hashPassword, hashSecret, newId, newToken, type PasswordHash } from './secrets.ts'

/** What a token may do, in InfluxDB's form. */
export interface Permission {
  readonly action: 'read' | 'write'
  readonly resource: { readonly type: string; readonly id?: string; readonly orgID?: string }
}

export interface User {
  readonly id: string
  readonly name: string
  readonly password: PasswordHash
}

/** An API token without its value, which only its holder knows. */
export interface StoredAuthorization {
  readonly id: string
  readonly userID: string
  readonly permissions: readonly Permission[]
  readonly createdAt: string
  status: 'active' | 'inactive'
  description: string
  updatedAt: string
}

interface Session {
  readonly userID: string
  /** When it ends whatever happens, in milliseconds since the epoch. */
  readonly endsAt: number
  /** When it ends unless it is used. */
  expiresAt: number
}

/** What to put in at the start. All of it is made up at random where it is not given. */
export interface Seed {
  readonly username?: string | undefined
  readonly password?: string | undefined
  readonly token?: string | undefined
}

/** What was put in, in clear: shown once at the start and kept nowhere. */
export type Credentials = Readonly<Record<'username' | 'password' | 'token', string>>

const SESSION_MILLISECONDS = 60 * 60 * 1000
const LONGEST_SESSION_MILLISECONDS = 24 * SESSION_MILLISECONDS
export const RESOURCES = ['authorizations', 'buckets', 'users']

export class Store {
  readonly org = { id: newId(), name: 'fluxauth' }
  readonly buckets = ['air-quality', 'weather', '_monitoring'].map((name) => ({
    id: newId(),
    orgID: this.org.id,
    name,
    type: name.startsWith('_') ? 'system' : 'user',
    retentionRules: [{ type: 'expire', everySeconds: 30 * 24 * 60 * 60 }],
  }))
  readonly users = new Map<string, User>()
  readonly #authorizations = new Map<string, StoredAuthorization>()
  readonly #sessions = new Map<string, Session>()

  /** Makes a store with one user and one all-access token. */
  static async seeded(seed: Seed = {}): Promise<{ store: Store; credentials: Credentials }> {
    const store = new Store()
    const { username = 'zoë', password = newToken().slice(0, 16) } = seed
    const user = { id: newId(), name: username, password: await hashPassword(password) }
    store.users.set(user.name, user)
    const permissions = RESOURCES.flatMap((type) =>
      (['read', 'write'] as const).map((action) => ({ action, resource: { type, orgID: store.org.id } })),
    )
    const { token } = store.addAuthorization(user.id, permissions, 'all access', seed.token)
    return { store, credentials: { username, password, token } }
  }

  userById(id: string): User | undefined {
    return [...this.users.values()].find((user) => user.id === id)
  }

  addAuthorization(
    userID: string,
    permissions: readonly Permission[],
    description: string,
    token: string = newToken(),
  ) {
    const createdAt = new Date().toISOString()
    const status: StoredAuthorization['status'] = 'active'
    const authorization = {
      id: newId(),
      userID,
      permissions,
      createdAt,
      status,
      description,
      updatedAt: createdAt,
    }
    this.#authorizations.set(hashSecret(token), authorization)
    return { authorization, token }
  }

  get authorizations(): readonly StoredAuthorization[] {
    return [...this.#authorizations.values()]
  }

  findToken(token: string): StoredAuthorization | undefined {
    return this.#authorizations.get(hashSecret(token))
  }

  removeAuthorization(id: string): void {
    for (const [hash, authorization] of this.#authorizations)
      if (authorization.id === id) this.#authorizations.delete(hash)
  }

  /** Signs a user in. The key is returned and only its hash is kept. */
  addSession(userID: string): { key: string; expires: Date } {
    const key = newToken()
    const now = Date.now()
    const session = {
      userID,
      endsAt: now + LONGEST_SESSION_MILLISECONDS,
      expiresAt: now + SESSION_MILLISECONDS,
    }
    this.#sessions.set(hashSecret(key), session)
    return { key, expires: new Date(session.expiresAt) }
  }

  /** The user of a session, whose end moves on. */
  useSession(key: string): User | undefined {
    const hash = hashSecret(key)
    const session = this.#sessions.get(hash)
    if (!session) return undefined
    const now = Date.now()
    if (now >= Math.min(session.expiresAt, session.endsAt)) {
      this.#sessions.delete(hash)
      return undefined
    }
    session.expiresAt = now + SESSION_MILLISECONDS
    return this.userById(session.userID)
  }

  removeSession(key: string): boolean {
    return this.#sessions.delete(hashSecret(key))
  }
}
