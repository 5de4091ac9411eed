// Tokens, sessions and attempts in the tables of an SQLite file.

import type { AttemptLimiter, SessionStore, TokenStore } from '@fluxauth/auth-core/server'
import { counterState, createAttempts, knownPairs } from './attempts.ts'
import { exists } from './failures.ts'
import { type AttemptLimits, completeLimits } from './limits.ts'
import {
  fromSessionRow,
  fromTokenRow,
  quote,
  type SessionRow,
  TOKEN_FILTERS,
  type TokenRow,
  toSessionRecord,
  toTokenRow,
} from './records.ts'
import type { WhenFree } from './sqlite-busy.ts'
import type { SqliteDatabase } from './sqlite-database.ts'

const TOKEN = 'SELECT status, description, updated_at, record FROM fluxauth_tokens'
const SESSION = 'SELECT expires_at, record FROM fluxauth_sessions'
const RETURNING = 'RETURNING status, description, updated_at, record'

/** Tokens, by one indexed read each. */
export function sqliteTokens(database: SqliteDatabase): TokenStore {
  const byHash = database.prepare(`${TOKEN} WHERE hash = ?`)
  const byID = database.prepare(`${TOKEN} WHERE id = ?`)
  const insert = database.prepare(
    `INSERT INTO fluxauth_tokens (id, hash, user_id, user_name, org_id, org_name, status, description, updated_at, record)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  )
  // `all` instead of `get`: it sees the statement through to its end.
  const change = database.prepare(
    `UPDATE fluxauth_tokens SET status = coalesce(?, status), description = coalesce(?, description), updated_at = ?
     WHERE id = ? ${RETURNING}`,
  )
  const remove = database.prepare('DELETE FROM fluxauth_tokens WHERE id = ?')
  const token = (row: unknown) => (row ? fromTokenRow(row as TokenRow) : undefined)
  return {
    find: (hash) => token(byHash.get(quote(hash))),
    get: (id) => token(byID.get(quote(id))),
    list({ hash, after, limit = 1000, ...filter } = {}) {
      const narrowed = TOKEN_FILTERS.filter(([, key]) => filter[key] !== undefined)
      const wheres = narrowed.map(([column]) => `${column} = ?`)
      const values = narrowed.map(([, key]) => quote(filter[key]))
      if (hash !== undefined) {
        wheres.push('hash = ?')
        values.push(quote(hash))
      }
      if (after !== undefined) {
        wheres.push('id > ?')
        values.push(quote(after))
      }
      const where = wheres.length > 0 ? `WHERE ${wheres.join(' AND ')}` : ''
      const rows = database.prepare(`${TOKEN} ${where} ORDER BY id LIMIT ?`).all(...values, limit)
      return rows.map((row) => fromTokenRow(row as TokenRow))
    },
    create(created) {
      const { status, description, updated_at, record } = toTokenRow(created)
      const { id, hash, userID, user, orgID, org } = created
      const columns = [id, hash, userID, user, orgID, org].map((text) => quote(text) ?? null)
      try {
        insert.run(...columns, status, description, updated_at, record)
      } catch (error) {
        throw `${(error as { code?: unknown }).code}`.startsWith('SQLITE_CONSTRAINT') ? exists() : error
      }
    },
    update: (id, { status, description, updatedAt }) =>
      token(change.all(status ?? null, quote(description) ?? null, updatedAt, quote(id))[0]),
    delete: (id) => remove.run(quote(id)).changes > 0,
  }
}

/** Sessions. */
export function sqliteSessions(database: SqliteDatabase): SessionStore {
  const byID = database.prepare(`${SESSION} WHERE id = ?`)
  const byUser = database.prepare(`${SESSION} WHERE user_id = ? ORDER BY created_at DESC`)
  const insert = database.prepare(
    'INSERT INTO fluxauth_sessions (id, user_id, created_at, expires_at, ends_at, record) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING',
  )
  const move = database.prepare('UPDATE fluxauth_sessions SET expires_at = ? WHERE id = ?')
  const remove = database.prepare('DELETE FROM fluxauth_sessions WHERE id = ?')
  const removeAll = database.prepare('DELETE FROM fluxauth_sessions WHERE user_id = ? AND id <> ?')
  const sweep = database.prepare('DELETE FROM fluxauth_sessions WHERE min(expires_at, ends_at) <= ?')
  const session = (row: unknown) => fromSessionRow(row as SessionRow)
  return {
    create(created) {
      const { id, userID, createdAt, expiresAt, endsAt } = created
      insert.run(quote(id), quote(userID), createdAt, expiresAt, endsAt, toSessionRecord(created))
    },
    find(id) {
      const row = byID.get(quote(id))
      return row ? session(row) : undefined
    },
    renew(id, expiresAt) {
      move.run(expiresAt, quote(id))
    },
    delete: (id) => remove.run(quote(id)).changes > 0,
    list: (userID) => byUser.all(quote(userID)).map(session),
    deleteAll: (userID, except) => removeAll.run(quote(userID), quote(except) ?? '').changes,
    sweep: (now) => sweep.run(now).changes,
  }
}

/** Attempts, and what clears away those that are over. */
export function sqliteAttempts(
  database: SqliteDatabase,
  limits: AttemptLimits | undefined,
  whenFree: WhenFree,
): { readonly attempts: AttemptLimiter; readonly sweep: () => void } {
  const complete = completeLimits(limits)
  const read = database.prepare('SELECT points, expire FROM fluxauth_attempts WHERE key = ?')
  const put = database.prepare(
    `INSERT INTO fluxauth_attempts (key, points, expire) VALUES (?, 1, ?)
     ON CONFLICT (key) DO UPDATE SET expire = excluded.expire`,
  )
  const add = database.prepare(
    `INSERT INTO fluxauth_attempts AS kept (key, points, expire) VALUES (?, 1, ?)
     ON CONFLICT (key) DO UPDATE SET
       points = CASE WHEN kept.expire > ? AND kept.expire <= excluded.expire THEN kept.points + 1 ELSE 1 END,
       expire = CASE WHEN kept.expire > ? AND kept.expire <= excluded.expire THEN kept.expire ELSE excluded.expire END
     RETURNING points, expire`,
  )
  const giveBack = database.prepare(
    'UPDATE fluxauth_attempts SET points = points - 1 WHERE key = ? AND points > 0',
  )
  const counter = (points: number, duration: number, name: string) => {
    const milliseconds = duration * 1000
    const keyOf = (key: string) => `${name}:${key}`
    const stateOf = (row: unknown, now: number) => {
      const { points, expire } = row as { points: number; expire: number }
      return counterState(points, expire - now)
    }
    return {
      async get(key: string) {
        const row = read.get(keyOf(key))
        const now = Date.now()
        const state = row ? stateOf(row, now) : null
        // What ends later than anything that begins now is of a clock that was ahead: it would count until time has come up with it.
        return state && state.msBeforeNext > 0 && state.msBeforeNext <= milliseconds ? state : null
      },
      consume: async (key: string) => {
        const state = await whenFree(() => {
          const now = Date.now()
          return stateOf(add.all(keyOf(key), now + milliseconds, now, now)[0], now)
        })
        if (state.consumedPoints > points) throw state
        return state
      },
      reward: async (key: string) => whenFree(() => giveBack.run(keyOf(key))),
      set: async (key: string) => whenFree(() => put.run(keyOf(key), Date.now() + milliseconds)),
    }
  }
  const { user, address, network, pair, seconds, rememberSeconds } = complete
  const known = counter(1, rememberSeconds, 'known')
  const attempts = createAttempts(
    {
      user: counter(user, seconds, 'user'),
      address: counter(address, seconds, 'address'),
      network: counter(network, seconds, 'network'),
      pair: counter(pair, seconds, 'pair'),
      known: knownPairs(known, rememberSeconds),
    },
    complete,
  )
  const clear = database.prepare('DELETE FROM fluxauth_attempts WHERE expire < ?')
  const sweep = (): void => {
    try {
      clear.run(Date.now())
    } catch {
      // Another process writes just now: the next time will do.
    }
  }
  return { attempts, sweep }
}
