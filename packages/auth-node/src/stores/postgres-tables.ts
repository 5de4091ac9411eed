// Tokens, sessions and attempts in the tables of a PostgreSQL database.

import type { AttemptLimiter, SessionStore, TokenStore } from '@fluxauth/auth-core/server'
import { counterState, createAttempts, knownPairs } from './attempts.ts'
import { exists } from './failures.ts'
import { type AttemptLimits, completeLimits } from './limits.ts'
import { byOwnClock, LEAST_SHIFT } from './own-clock.ts'
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

/** What a query gives. */
interface PostgresResult {
  readonly rows: unknown[]
  readonly rowCount: number | null
}

/** What is asked of a pool, as `pg`'s `QueryConfig` has it. */
export interface PostgresQuery {
  readonly text: string
  readonly values: unknown[] | undefined
  /** In milliseconds: then the connection is given up, so that its late answer is nobody else's. */
  readonly query_timeout: number
}

/** What is used of a pool of the package `pg`. */
export interface PostgresPool {
  query(query: PostgresQuery): Promise<PostgresResult>
  on(event: 'error', listener: (error: Error) => void): unknown
  off(event: 'error', listener: (error: Error) => void): unknown
  end(): Promise<unknown>
}

/** Asks for something, within a time. */
export type Query = (text: string, values?: unknown[]) => Promise<PostgresResult>

/** PostgreSQL's own time, in milliseconds since the epoch. */
const NOW = '(extract(epoch FROM clock_timestamp()) * 1000)::bigint'

/** A time by this process's clock, `$time`, by PostgreSQL's, with this process's time as `$now`. */
const kept = (time: string, now: string): string =>
  `(${time}::bigint + CASE WHEN abs(${NOW} - ${now}::bigint) < ${LEAST_SHIFT} THEN 0 ELSE ${NOW} - ${now}::bigint END)`

/** Any number that nobody else is likely to lock. */
const LOCK = 0x666c7578

/** Makes the tables where there are none: one server at a time, in one transaction, which statements sent together are. */
export async function createTables(query: Query, prefix: string): Promise<void> {
  const text = 'text COLLATE "C"'
  const names = ['tokens', 'sessions', 'attempts'].map((name) => `${prefix}${name}`)
  const areThere = names.map((_, i) => `to_regclass($${i + 1}) IS NOT NULL`).join(' AND ')
  const { rows } = await query(`SELECT ${areThere} AS made`, names)
  if ((rows[0] as { made?: boolean } | undefined)?.made) return
  await query(`
SELECT pg_advisory_xact_lock(${LOCK});
CREATE TABLE IF NOT EXISTS ${prefix}tokens (
  hash ${text} PRIMARY KEY, id ${text} NOT NULL UNIQUE, user_id ${text}, user_name ${text}, org_id ${text}, org_name ${text},
  status text NOT NULL, description text NOT NULL, updated_at text NOT NULL, record text NOT NULL
);
CREATE INDEX IF NOT EXISTS ${prefix}tokens_user_id ON ${prefix}tokens (user_id, id);
CREATE INDEX IF NOT EXISTS ${prefix}tokens_user_name ON ${prefix}tokens (user_name, id);
CREATE INDEX IF NOT EXISTS ${prefix}tokens_org_id ON ${prefix}tokens (org_id, id);
CREATE INDEX IF NOT EXISTS ${prefix}tokens_org_name ON ${prefix}tokens (org_name, id);
CREATE TABLE IF NOT EXISTS ${prefix}sessions (
  id ${text} PRIMARY KEY, user_id ${text} NOT NULL, created_at bigint NOT NULL, expires_at bigint NOT NULL, ends_at bigint NOT NULL,
  record text NOT NULL
);
CREATE INDEX IF NOT EXISTS ${prefix}sessions_user ON ${prefix}sessions (user_id, created_at);
CREATE INDEX IF NOT EXISTS ${prefix}sessions_end ON ${prefix}sessions (least(expires_at, ends_at));
CREATE TABLE IF NOT EXISTS ${prefix}attempts (key text PRIMARY KEY, points integer NOT NULL DEFAULT 0, expire bigint);
CREATE INDEX IF NOT EXISTS ${prefix}attempts_expire ON ${prefix}attempts (expire);`)
}

/** Tokens, by one indexed read each. */
export function postgresTokens(query: Query, prefix: string): TokenStore {
  const columns = 'status, description, updated_at, record'
  const select = `SELECT ${columns} FROM ${prefix}tokens`
  const token = ({ rows: [row] }: PostgresResult) => (row ? fromTokenRow(row as TokenRow) : undefined)
  return {
    find: async (hash) => token(await query(`${select} WHERE hash = $1`, [quote(hash)])),
    get: async (id) => token(await query(`${select} WHERE id = $1`, [quote(id)])),
    async list({ hash, after, limit = 1000, ...filter } = {}) {
      const values: unknown[] = []
      const wheres: string[] = []
      const where = (condition: string, text: string | undefined) => {
        if (text === undefined) return
        values.push(quote(text))
        wheres.push(`${condition} $${values.length}`)
      }
      for (const [column, key] of TOKEN_FILTERS) where(`${column} =`, filter[key])
      where('hash =', hash)
      where('id >', after)
      values.push(limit)
      const narrowed = wheres.length > 0 ? `WHERE ${wheres.join(' AND ')}` : ''
      const { rows } = await query(`${select} ${narrowed} ORDER BY id LIMIT $${values.length}`, values)
      return rows.map((row) => fromTokenRow(row as TokenRow))
    },
    async create(created) {
      const { status, description, updated_at, record } = toTokenRow(created)
      const { id, hash, userID, user, orgID, org } = created
      const keys = [id, hash, userID, user, orgID, org].map((text) => quote(text) ?? null)
      const { rowCount } = await query(
        `INSERT INTO ${prefix}tokens (id, hash, user_id, user_name, org_id, org_name, status, description, updated_at, record)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT DO NOTHING`,
        [...keys, status, description, updated_at, record],
      )
      if (rowCount === 0) throw exists()
    },
    update: async (id, { status, description, updatedAt }) =>
      token(
        await query(
          `UPDATE ${prefix}tokens SET status = coalesce($1, status), description = coalesce($2, description), updated_at = $3
           WHERE id = $4 RETURNING ${columns}`,
          [status ?? null, quote(description) ?? null, updatedAt, quote(id)],
        ),
      ),
    delete: async (id) =>
      (await query(`DELETE FROM ${prefix}tokens WHERE id = $1`, [quote(id)])).rowCount === 1,
  }
}

/** Sessions. */
export function postgresSessions(query: Query, prefix: string): SessionStore {
  const table = `${prefix}sessions`
  const select = `SELECT created_at, expires_at, ends_at, record, ${NOW} AS now FROM ${table}`
  const session = (row: unknown) =>
    byOwnClock(fromSessionRow(row as SessionRow), Number((row as { readonly now: string }).now))
  const count = async (text: string, values: unknown[]) => (await query(text, values)).rowCount ?? 0
  return {
    async create(created) {
      const { id, userID, createdAt, expiresAt, endsAt } = created
      await query(
        `INSERT INTO ${table} (id, user_id, created_at, expires_at, ends_at, record)
         VALUES ($1, $2, ${kept('$3', '$7')}, ${kept('$4', '$7')}, ${kept('$5', '$7')}, $6) ON CONFLICT (id) DO NOTHING`,
        [quote(id), quote(userID), createdAt, expiresAt, endsAt, toSessionRecord(created), Date.now()],
      )
    },
    async find(id) {
      const { rows } = await query(`${select} WHERE id = $1`, [quote(id)])
      return rows[0] ? session(rows[0]) : undefined
    },
    async renew(id, expiresAt) {
      await query(`UPDATE ${table} SET expires_at = ${kept('$1', '$3')} WHERE id = $2`, [
        expiresAt,
        quote(id),
        Date.now(),
      ])
    },
    delete: async (id) => (await count(`DELETE FROM ${table} WHERE id = $1`, [quote(id)])) > 0,
    async list(userID) {
      const { rows } = await query(`${select} WHERE user_id = $1 ORDER BY created_at DESC`, [quote(userID)])
      return rows.map(session)
    },
    deleteAll: (userID, except) =>
      count(`DELETE FROM ${table} WHERE user_id = $1 AND id <> $2`, [quote(userID), quote(except) ?? '']),
    // A server whose clock is ahead must not sweep away what is good for all others.
    sweep: (now) =>
      count(`DELETE FROM ${table} WHERE least(expires_at, ends_at) <= least(${kept('$1', '$2')}, ${NOW})`, [
        now,
        Date.now(),
      ]),
  }
}

/** Attempts, and what clears away those that are over. */
export function postgresAttempts(
  query: Query,
  prefix: string,
  limits: AttemptLimits | undefined,
): { readonly attempts: AttemptLimiter; readonly sweep: () => void } {
  const complete = completeLimits(limits)
  const table = `${prefix}attempts`
  // What ends when is PostgreSQL's to say: a server whose clock is ahead must not end what others have locked.
  const counter = (points: number, duration: number, name: string) => {
    const milliseconds = duration * 1000
    const ask = async (text: string, key: string, more: unknown[] = []) => {
      const { rows } = await query(text, [`${name}:${key}`, ...more])
      const [row] = rows as readonly { readonly points: number; readonly rest: string }[]
      return row && counterState(row.points, Number(row.rest))
    }
    return {
      get: async (key: string) =>
        (await ask(
          `SELECT points, expire - ${NOW} AS rest FROM ${table} WHERE key = $1 AND expire > ${NOW}`,
          key,
        )) ?? null,
      async consume(key: string) {
        const state = await ask(
          `INSERT INTO ${table} AS kept (key, points, expire) VALUES ($1, 1, ${NOW} + $2::bigint)
           ON CONFLICT (key) DO UPDATE SET
             points = CASE WHEN kept.expire > ${NOW} THEN kept.points + 1 ELSE 1 END,
             expire = CASE WHEN kept.expire > ${NOW} THEN kept.expire ELSE excluded.expire END
           RETURNING points, expire - ${NOW} AS rest`,
          key,
          [milliseconds],
        )
        if (!state || state.consumedPoints > points) throw state
        return state
      },
      reward: (key: string) =>
        ask(`UPDATE ${table} SET points = points - 1 WHERE key = $1 AND points > 0`, key),
      set: (key: string) =>
        ask(
          `INSERT INTO ${table} (key, points, expire) VALUES ($1, 1, ${NOW} + $2::bigint)
           ON CONFLICT (key) DO UPDATE SET expire = excluded.expire`,
          key,
          [milliseconds],
        ),
    }
  }
  const { user, address, network, pair, seconds, rememberSeconds } = complete
  const attempts = createAttempts(
    {
      user: counter(user, seconds, 'user'),
      address: counter(address, seconds, 'address'),
      network: counter(network, seconds, 'network'),
      pair: counter(pair, seconds, 'pair'),
      known: knownPairs(counter(1, rememberSeconds, 'known'), rememberSeconds),
    },
    complete,
  )
  const sweep = (): void => {
    // What did not work out now will at the next time.
    query(`DELETE FROM ${prefix}attempts WHERE expire < ${NOW}`).catch(() => undefined)
  }
  return { attempts, sweep }
}
