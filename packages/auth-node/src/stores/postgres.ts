// Everything in PostgreSQL, for many machines.

import { type AuthStore, allowed, checkOptions, type OptionRule } from '@fluxauth/auth-core/server'
import { createClosing } from './closing.ts'
import { createDeadline } from './deadline.ts'
import { absent, guard, missingPackage, unavailable } from './failures.ts'
import { type AttemptLimits, attemptLimits, timeoutRule } from './limits.ts'
import {
  createTables,
  type PostgresPool,
  postgresAttempts,
  postgresSessions,
  postgresTokens,
  type Query,
} from './postgres-tables.ts'

export type { PostgresPool, PostgresQuery } from './postgres-tables.ts'

/** Options of {@link createPostgresStore}. */
export type PostgresStoreOptions = PostgresPlace & {
  /** What every table's name begins with: lower-case letters, digits and `_`. Default `fluxauth_`. */
  readonly prefix?: string | undefined
  /** How many milliseconds to wait for an answer. Default 5,000. */
  readonly timeout?: number | undefined
  /** How many failed attempts are let through. */
  readonly limits?: AttemptLimits | undefined
}

/** Where the store is. */
export type PostgresPlace =
  /** `postgres://user:password@host:port/database`. */
  | { readonly connectionString: string; readonly pool?: undefined }
  /** A pool of the package `pg`, for whatever a string does not say: give it `connectionTimeoutMillis`. It stays yours to close. */
  | { readonly pool: PostgresPool; readonly connectionString?: undefined }

const SWEEP_MILLISECONDS = 300_000

const hasMethods = allowed.having('query', 'on', 'off')

/** A client has the same methods, and one connection that is not made again. */
const aPool: OptionRule = {
  wanted: `${hasMethods.wanted}: a pool of the package pg, and no client, whose connection is not made again once it is lost`,
  test: (value) => hasMethods.test(value) && !('connectionParameters' in (value as object)),
}

/**
 * Opens a store in PostgreSQL, through the optional package `pg`. Its tables are made where there are none, by one of the
 * servers that start at the same time; without the permission to make tables, have them made once by somebody who may.
 *
 * While PostgreSQL is gone every call rejects at once, or after `timeout`, with `StoreError` `ERR_STORE_UNAVAILABLE`, which a verifier
 * answers with 503; it is used again as soon as it is back. What was asked for when an answer was lost may have been done nonetheless.
 *
 * @param options `connectionString` or `pool`, `prefix`, `timeout` and `limits`
 * @returns the store, once its tables are there
 * @throws {StoreError} `ERR_STORE_ABSENT` without either, `ERR_STORE_PACKAGE` without `pg`, `ERR_STORE_UNAVAILABLE` when it cannot be reached, or lets nobody in
 * @throws {OptionsError} `ERR_OPTION_NAME` or `ERR_OPTION_VALUE`
 * @example
 * import { createVerifier } from '@fluxauth/auth-node/server'
 * import { createPostgresStore } from '@fluxauth/auth-node/stores/postgres'
 *
 * const store = await createPostgresStore({ connectionString: 'postgres://localhost:5432/postgres' })
 * const verifier = createVerifier({ store })
 * await store.close()
 */
export async function createPostgresStore(options: PostgresStoreOptions): Promise<AuthStore> {
  options = checkOptions(options, {
    connectionString: allowed.string(),
    pool: aPool,
    prefix: allowed.string(/^[a-z_][a-z0-9_]{0,30}$/, 'lower-case letters, digits and _, 31 at most'),
    timeout: timeoutRule,
    limits: allowed.group(attemptLimits),
  })
  const { prefix = 'fluxauth_', timeout = 5000, limits } = options
  if (!options.pool && !options.connectionString) throw absent('a connectionString, or a pool')
  const pool = options.pool ?? (await openPool(options.connectionString, timeout))
  // Without a listener a connection that is lost while nobody uses it would end the process.
  const ignore = () => undefined
  pool.on('error', ignore)
  const deadline = createDeadline('PostgreSQL', timeout)
  // Also a pool that knows no time limits gives a connection up that does not answer, or all of them would be held up for good.
  const query: Query = (text, values) =>
    deadline(async () => {
      check()
      return pool.query({ text, values, query_timeout: timeout })
    })
  let timer: NodeJS.Timeout | undefined
  const { check, close } = createClosing('PostgreSQL', () => {
    clearInterval(timer)
    return options.pool ? pool.off('error', ignore) : pool.end()
  })
  try {
    await createTables(query, prefix)
  } catch (error) {
    await close()
    throw error
  }
  const { attempts, sweep } = postgresAttempts(query, prefix, limits)
  timer = setInterval(sweep, SWEEP_MILLISECONDS).unref()
  return {
    tokens: guard('PostgreSQL', postgresTokens(query, prefix)),
    sessions: guard('PostgreSQL', postgresSessions(query, prefix)),
    attempts: guard('PostgreSQL', attempts),
    close,
  }
}

async function openPool(connectionString: string, timeout: number): Promise<PostgresPool> {
  const { default: pg } = await import('pg').catch(missingPackage('pg'))
  try {
    return new pg.Pool({
      connectionTimeoutMillis: timeout,
      query_timeout: timeout,
      statement_timeout: timeout,
      keepAlive: true,
      connectionString,
    }) as unknown as PostgresPool
  } catch (error) {
    // What is wrong with a connection string is told without it.
    throw unavailable('PostgreSQL', error)
  }
}
