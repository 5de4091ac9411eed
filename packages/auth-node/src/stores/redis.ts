// Everything in Redis or Valkey, for many machines.

import { type AuthStore, allowed, checkOptions, type OptionRule } from '@fluxauth/auth-core/server'
import { createClosing } from './closing.ts'
import { absent, guard } from './failures.ts'
import { type AttemptLimits, attemptLimits, timeoutRule } from './limits.ts'
import { connect, type RedisClient, type SendCommand, useClient } from './redis-connection.ts'
import { redisAttempts, redisSessions, redisTokens } from './redis-keys.ts'

export type { RedisClient } from './redis-connection.ts'

/** Options of {@link createRedisStore}. */
export type RedisStoreOptions = RedisPlace & {
  /** What every key begins with. Default `fluxauth:`. */
  readonly prefix?: string | undefined
  /** How many milliseconds to wait for an answer. Default 2,000. */
  readonly timeout?: number | undefined
  /** How many failed attempts are let through. */
  readonly limits?: AttemptLimits | undefined
}

/** Where the store is. */
export type RedisPlace =
  /** `redis://user:password@host:port/database`, or `rediss:` for TLS. */
  | { readonly url: string; readonly client?: undefined }
  /**
   * A client of the package `redis`, for whatever a URL does not say. It stays yours to close, and to connect anew where a connection is
   * dead without having been closed: give it a `pingInterval`, and a `socket.socketTimeout` that is longer.
   */
  | { readonly client: RedisClient; readonly url?: undefined }

const hasMethods = allowed.having('connect', 'sendCommand', 'on', 'off')

/** What goes by the same names and takes commands otherwise would be a Redis that is gone for good. */
const aClient: OptionRule = {
  wanted:
    "a client of the package redis, as createClient makes it: no pool, cluster or sentinel, and no other package's",
  test(value) {
    const { isReady, sendCommand } = Object(value) as Partial<RedisClient>
    return hasMethods.test(value) && typeof isReady === 'boolean' && (sendCommand?.length ?? 0) <= 2
  },
}

/**
 * Opens a store in Redis or Valkey, through the optional package `redis`. What one server writes the others see at once.
 *
 * While Redis is gone every call rejects at once, or after `timeout`, with `StoreError` `ERR_STORE_UNAVAILABLE`, which a verifier answers
 * with 503; it is used again as soon as it is back. Nothing is put in a queue meanwhile. What was asked for when an answer was lost may
 * have been done nonetheless. Have Redis write to its disk (`appendonly yes`),
 * and not evict keys (`maxmemory-policy noeviction`), where tokens must outlast it.
 *
 * @param options `url` or `client`, `prefix`, `timeout` and `limits`
 * @returns the store, once it is connected
 * @throws {StoreError} `ERR_STORE_ABSENT` without either, `ERR_STORE_PACKAGE` without `redis`, `ERR_STORE_UNAVAILABLE` when it cannot be reached, or lets nobody in
 * @throws {OptionsError} `ERR_OPTION_NAME` or `ERR_OPTION_VALUE`
 * @example
 * import { createVerifier } from '@fluxauth/auth-node/server'
 * import { createRedisStore } from '@fluxauth/auth-node/stores/redis'
 *
 * const store = await createRedisStore({ url: 'redis://localhost:6379' })
 * const verifier = createVerifier({ store })
 * await store.close()
 * @see Redis documentation, "Persistence" and "Key eviction"
 */
export async function createRedisStore(options: RedisStoreOptions): Promise<AuthStore> {
  options = checkOptions(options, {
    url: allowed.string(),
    client: aClient,
    prefix: allowed.string(),
    timeout: timeoutRule,
    limits: allowed.group(attemptLimits),
  })
  const { prefix = 'fluxauth:', timeout = 2000, limits } = options
  if (!options.client && !options.url) throw absent('a url, or a client')
  const connection = options.client
    ? await useClient(options.client, timeout)
    : await connect(options.url, timeout)
  const { check, close } = createClosing('Redis', () => connection.close())
  const send: SendCommand = async (...args) => {
    check()
    return connection.send(...args)
  }
  return {
    tokens: guard('Redis', redisTokens(send, prefix)),
    sessions: guard('Redis', redisSessions(send, prefix)),
    attempts: guard('Redis', redisAttempts(send, prefix, limits)),
    close,
  }
}
