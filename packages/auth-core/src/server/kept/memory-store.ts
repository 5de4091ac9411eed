// Tokens and sessions in this process's memory: for tests, for demos, and for servers whose tokens come from a file at each start.

import { freezePermissions } from '../outgoing/principal.ts'
import {
  type SessionStore,
  type StoredSession,
  type StoredToken,
  StoreError,
  type TokenFilter,
  type TokenStore,
} from './stores.ts'

/** Tokens and sessions, gone with the process. */
export interface MemoryStore {
  readonly tokens: TokenStore
  readonly sessions: SessionStore
  close(): void
}

/**
 * Makes a store in memory. Its answers are at hand, so that verifying a token costs no promise.
 *
 * @example
 * import { createMemoryStore, createVerifier } from '@fluxauth/auth-core/server'
 *
 * const verifier = createVerifier({ store: createMemoryStore() })
 * await verifier.tokens.list() // []
 */
export function createMemoryStore(): MemoryStore {
  return { tokens: memoryTokens(), sessions: memorySessions(), close: () => undefined }
}

function memoryTokens(): TokenStore {
  const byHash = new Map<string, StoredToken>()
  const byID = new Map<string, StoredToken>()
  // Copies that stay as they are: what is handed out can be kept by reference, and what was handed in goes on being its owner's.
  const put = (token: StoredToken): StoredToken => {
    const kept = Object.freeze({ ...token, permissions: freezePermissions(token.permissions) })
    byHash.set(kept.hash, kept)
    byID.set(kept.id, kept)
    return kept
  }
  return {
    find: (hash) => byHash.get(hash),
    get: (id) => byID.get(id),
    list({ limit = 1000, ...filter } = {}) {
      return [...byID.values()]
        .filter((token) => matches(token, filter))
        .sort((a, b) => (a.id < b.id ? -1 : 1))
        .slice(0, limit)
    },
    create(token) {
      if (byID.has(token.id) || byHash.has(token.hash)) {
        throw new StoreError('ERR_STORE_EXISTS', 'There is such a token already')
      }
      put(token)
    },
    update(id, { status, description, updatedAt }) {
      const token = byID.get(id)
      if (!token) return undefined
      return put({
        ...token,
        status: status ?? token.status,
        description: description ?? token.description,
        updatedAt,
      })
    },
    delete(id) {
      const token = byID.get(id)
      if (token) byHash.delete(token.hash)
      return byID.delete(id)
    },
  }
}

function matches(token: StoredToken, { after = '', ...filter }: TokenFilter): boolean {
  return (
    token.id > after &&
    (['userID', 'user', 'orgID', 'org', 'hash'] as const).every(
      (key) => filter[key] === undefined || filter[key] === token[key],
    )
  )
}

function memorySessions(): SessionStore {
  const sessions = new Map<string, StoredSession>()
  const remove = (which: (session: StoredSession) => boolean): number => {
    const found = [...sessions.values()].filter(which)
    for (const { id } of found) sessions.delete(id)
    return found.length
  }
  return {
    create(session) {
      sessions.set(session.id, Object.freeze({ ...session }))
    },
    find: (id) => sessions.get(id),
    renew(id, expiresAt) {
      const session = sessions.get(id)
      if (session) sessions.set(id, Object.freeze({ ...session, expiresAt }))
    },
    delete: (id) => sessions.delete(id),
    list: (userID) =>
      [...sessions.values()]
        .filter((session) => session.userID === userID)
        .sort((a, b) => b.createdAt - a.createdAt),
    deleteAll: (userID, except) => remove((session) => session.userID === userID && session.id !== except),
    sweep: (now) => remove(({ expiresAt, endsAt }) => Math.min(expiresAt, endsAt) <= now),
  }
}
