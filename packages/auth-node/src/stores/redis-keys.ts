// Tokens, sessions and attempts under the keys of a Redis.

import type {
  AttemptLimiter,
  SessionStore,
  StoredToken,
  TokenFilter,
  TokenStore,
} from '@fluxauth/auth-core/server'
import { RateLimiterRedis } from 'rate-limiter-flexible'
import { createAttempts, knownPairs } from './attempts.ts'
import { exists } from './failures.ts'
import { type AttemptLimits, completeLimits } from './limits.ts'
import { byOwnClock } from './own-clock.ts'
import { fromSessionRow, fromTokenRow, quote, TOKEN_FILTERS, toSessionRecord, toTokenRow } from './records.ts'
import type { SendCommand } from './redis-connection.ts'
import {
  CREATE_SESSION,
  CREATE_TOKEN,
  DELETE_SESSION,
  DELETE_SESSIONS,
  DELETE_TOKEN,
  RENEW_SESSION,
  UPDATE_TOKEN,
} from './redis-scripts.ts'

const TOKEN_FIELDS = ['status', 'description', 'updated_at', 'record'] as const
const SESSION_FIELDS = ['created_at', 'expires_at', 'ends_at', 'record'] as const
/** Ids that are asked for at once, at most. */
const PAGE = 1000

const run = (send: SendCommand, script: string, keys: readonly string[], args: readonly string[]) =>
  send('EVAL', script, `${keys.length}`, ...keys, ...args)

/** Tokens: each by its hash, an id for each, and sorted ids to list them by. */
export function redisTokens(send: SendCommand, prefix: string): TokenStore {
  const tokenKey = (hash: string) => `${prefix}token:${quote(hash)}`
  const idKey = (quotedID: string) => `${prefix}token-id:${quotedID}`
  const indexKeys = (token: Pick<StoredToken, 'userID' | 'user' | 'orgID' | 'org'>) => [
    `${prefix}tokens`,
    ...TOKEN_FILTERS.filter(([, key]) => token[key] !== undefined).map(
      ([column, key]) => `${prefix}tokens:${column}:${quote(token[key])}`,
    ),
  ]
  const toToken = (fields: unknown): StoredToken | undefined => {
    const [status, description, updated_at, record] = (fields ?? []) as readonly (string | null)[]
    if (!status || !description || !updated_at || !record) return undefined
    return fromTokenRow({ status, description, updated_at, record })
  }
  const find = async (hash: string) => toToken(await send('HMGET', tokenKey(hash), ...TOKEN_FIELDS))
  const hashOf = async (id: string) => unquote(await send('GET', idKey(quote(id))))
  const get = async (id: string) => {
    const hash = await hashOf(id)
    return hash === undefined ? undefined : find(hash)
  }
  /** Tokens of a page of ids; those that were deleted meanwhile are left out. */
  const page = async (quotedIDs: readonly string[]): Promise<StoredToken[]> => {
    if (quotedIDs.length === 0) return []
    const hashes = (await send('MGET', ...quotedIDs.map(idKey))) as readonly (string | null)[]
    const tokens = hashes.map(unquote).map((hash) => (hash === undefined ? undefined : find(hash)))
    return (await Promise.all(tokens)).filter((token) => token !== undefined)
  }
  const list = async (filter: TokenFilter): Promise<StoredToken[]> => {
    const { hash, limit = 1000, after } = filter
    if (hash !== undefined) {
      const token = await find(hash)
      return token && (after === undefined || token.id > after) && matches(token, filter) ? [token] : []
    }
    // The first filter chooses the index, the others are looked at in what it gives.
    const [all, index = all ?? ''] = indexKeys(filter as Parameters<typeof indexKeys>[0])
    const found: StoredToken[] = []
    const size = Math.min(limit, PAGE)
    let from = after === undefined ? '-' : `(${quote(after)}`
    while (found.length < limit) {
      const ids = (await send('ZRANGEBYLEX', index, from, '+', 'LIMIT', '0', `${size}`)) as readonly string[]
      found.push(...(await page(ids)).filter((token) => matches(token, filter)))
      if (ids.length < size) break
      from = `(${ids.at(-1)}`
    }
    return found.slice(0, limit)
  }
  return {
    find,
    get,
    list: (filter = {}) => list(filter),
    async create(token) {
      const { status, description, updated_at, record } = toTokenRow(token)
      const [id, hash] = [quote(token.id), quote(token.hash)]
      const keys = [tokenKey(token.hash), idKey(id), ...indexKeys(token)]
      const args = [status, description, updated_at, record, hash, id]
      if ((await run(send, CREATE_TOKEN, keys, args)) !== 1) throw exists()
    },
    async update(id, { status = '', description, updatedAt }) {
      const hash = await hashOf(id)
      if (hash === undefined) return undefined
      const args = [status, quote(description) ?? '', updatedAt]
      return toToken(await run(send, UPDATE_TOKEN, [tokenKey(hash)], args))
    },
    async delete(id) {
      const token = await get(id)
      if (!token) return false
      const keys = [tokenKey(token.hash), idKey(quote(id)), ...indexKeys(token)]
      return (await run(send, DELETE_TOKEN, keys, [quote(token.hash), quote(id)])) === 1
    },
  }
}

function matches(token: StoredToken, filter: TokenFilter): boolean {
  return TOKEN_FILTERS.every(([, key]) => filter[key] === undefined || filter[key] === token[key])
}

function unquote(text: unknown): string | undefined {
  return typeof text === 'string' ? (JSON.parse(text) as string) : undefined
}

/** Sessions, which end by themselves, and a list of them for each user. */
export function redisSessions(send: SendCommand, prefix: string): SessionStore {
  const keyStart = `${prefix}session:`
  const sessionKey = (id: string) => `${keyStart}${quote(id)}`
  const listKey = (userID: string) => `${prefix}sessions:${quote(userID)}`
  const read = async (key: string) => {
    const [fields, time] = await Promise.all([send('HMGET', key, ...SESSION_FIELDS), send('TIME')])
    const [created_at, expires_at, ends_at, record] = fields as readonly (string | null)[]
    if (!expires_at || !record) return undefined
    const row = { created_at: created_at ?? undefined, expires_at, ends_at: ends_at ?? undefined, record }
    return byOwnClock(fromSessionRow(row), millisecondsOf(time))
  }
  return {
    async create(session) {
      const { id, userID, createdAt, expiresAt, endsAt } = session
      const times = [createdAt, expiresAt, endsAt].map(String)
      const args = [toSessionRecord(session), ...times, quote(id), `${Date.now()}`]
      await run(send, CREATE_SESSION, [sessionKey(id), listKey(userID)], args)
    },
    find: (id) => read(sessionKey(id)),
    async renew(id, expiresAt) {
      await run(send, RENEW_SESSION, [sessionKey(id)], [`${expiresAt}`, `${Date.now()}`])
    },
    delete: async (id) => (await run(send, DELETE_SESSION, [sessionKey(id)], [])) === 1,
    async list(userID) {
      const ids = (await send('ZRANGE', listKey(userID), '0', '-1')) as readonly string[]
      const sessions = await Promise.all(ids.map((id) => read(keyStart + id)))
      return sessions.filter((session) => session !== undefined).sort((a, b) => b.createdAt - a.createdAt)
    },
    deleteAll: async (userID, except) =>
      Number(await run(send, DELETE_SESSIONS, [listKey(userID)], [keyStart, quote(except) ?? ''])),
    // They are gone by themselves.
    sweep: () => 0,
  }
}

/** Of an answer to `TIME`. */
function millisecondsOf(time: unknown): number {
  const [seconds, microseconds] = time as readonly string[]
  return Number(seconds) * 1000 + Math.floor(Number(microseconds) / 1000)
}

/** Attempts, each counter with a time at which it ends. */
export function redisAttempts(
  send: SendCommand,
  prefix: string,
  limits: AttemptLimits | undefined,
): AttemptLimiter {
  const complete = completeLimits(limits)
  const counter = (points: number, duration: number, name: string) =>
    new RateLimiterRedis({
      storeClient: limiterClient(send),
      useRedisPackage: true,
      points,
      duration,
      keyPrefix: `${prefix}attempts:${name}`,
    })
  const { user, address, network, pair, seconds, rememberSeconds } = complete
  return createAttempts(
    {
      user: counter(user, seconds, 'user'),
      address: counter(address, seconds, 'address'),
      network: counter(network, seconds, 'network'),
      pair: counter(pair, seconds, 'pair'),
      known: knownPairs(counter(1, rememberSeconds, 'known'), rememberSeconds),
    },
    complete,
  )
}

/** What rate-limiter-flexible uses of a client, through the connection that never keeps anybody waiting. */
function limiterClient(send: SendCommand) {
  const multi = () => {
    const queued: (readonly string[])[] = []
    const chain = {
      get: (key: string) => queue('GET', key),
      set: (key: string, value: number, { EX }: { EX: number }) =>
        queue('SET', key, `${value}`, 'EX', `${EX}`),
      pTTL: (key: string) => queue('PTTL', key),
      exec: () => Promise.all(queued.map((args) => send(...args))),
    }
    const queue = (...args: readonly string[]) => {
      queued.push(args)
      return chain
    }
    return chain
  }
  return {
    multi,
    eval: (script: string, { keys, arguments: args }: { keys: string[]; arguments: string[] }) =>
      run(send, script, keys, args),
    del: (key: string) => send('DEL', key),
  }
}
