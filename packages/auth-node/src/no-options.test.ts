// Who writes JavaScript may leave the options out, or have none where they come from: what is needed is missed by its name, and the rest is as by default.

import { AuthError } from '@fluxauth/auth-core'
import { createAuthorizer, createTarget } from '@fluxauth/auth-core/client'
import { createVerifier as createCoreVerifier, pbkdf2Passwords } from '@fluxauth/auth-core/server'
import { Agent } from 'undici'
import { expect, test } from 'vitest'
import { authHttp } from './clients/http.ts'
import { authInfluxDB } from './clients/influxdb-client.ts'
import { authInfluxDBClient } from './clients/influxdb3-client.ts'
import { authDispatcher, authInterceptor } from './clients/undici.ts'
import { authFetch, defaultChain, fromEnv, fromInfluxConfigs, fromKeyring, fromNetrc } from './index.ts'
import { createMemoryStore } from './stores/memory.ts'
import { createPostgresStore } from './stores/postgres.ts'
import { createRedisStore } from './stores/redis.ts'
import { createSqliteStore } from './stores/sqlite.ts'
import { createVerifier, scryptPasswords } from './verifier/index.ts'

type Make = (options: never) => unknown

const needed: Readonly<Record<string, readonly [make: Make, code: string]>> = {
  authFetch: [authFetch, 'ERR_CREDENTIALS_TYPE'],
  authHttp: [authHttp, 'ERR_CREDENTIALS_TYPE'],
  authInterceptor: [authInterceptor, 'ERR_CREDENTIALS_TYPE'],
  authDispatcher: [(options) => authDispatcher(new Agent(), options), 'ERR_CREDENTIALS_TYPE'],
  authInfluxDB: [authInfluxDB, 'ERR_TARGET_ORIGIN'],
  authInfluxDBClient: [authInfluxDBClient, 'ERR_TARGET_ORIGIN'],
  createAuthorizer: [createAuthorizer, 'ERR_CREDENTIALS_TYPE'],
  createTarget: [createTarget, 'ERR_TARGET_ORIGIN'],
  createSqliteStore: [createSqliteStore, 'ERR_STORE_ABSENT'],
  createRedisStore: [createRedisStore, 'ERR_STORE_ABSENT'],
  createPostgresStore: [createPostgresStore, 'ERR_STORE_ABSENT'],
}

const byDefault: readonly Make[] = [
  createVerifier,
  createCoreVerifier,
  createMemoryStore,
  scryptPasswords,
  pbkdf2Passwords,
  defaultChain,
  fromEnv,
  fromInfluxConfigs,
  fromKeyring,
  fromNetrc,
]

test.each(Object.entries(needed))('%s says what it needs', async (_, [make, code]) => {
  for (const options of [undefined, null]) {
    const error = await (async () => make(options as never))().catch((error) => error)
    expect([options, AuthError.is(error), (error as AuthError).code]).toEqual([options, true, code])
  }
})

test('what needs nothing is made', () => {
  for (const make of byDefault) {
    for (const options of [undefined, null]) expect(make(options as never)).toBeDefined()
  }
})
