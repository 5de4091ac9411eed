// A server's options that would not do what was meant are refused as they are given: limits too long for a timer would be none.

import { OptionsError, type Verifier } from '@fluxauth/auth-core/server'
import fastify from 'fastify'
import pg from 'pg'
import { createClientPool, createCluster } from 'redis'
import { describe, expect, test } from 'vitest'
import { guardExpress } from '../servers/express.ts'
import { guardFastify } from '../servers/fastify.ts'
import { guardHttp } from '../servers/http.ts'
import { guardKoa } from '../servers/koa.ts'
import { createMemoryStore } from '../stores/memory.ts'
import { createPostgresStore } from '../stores/postgres.ts'
import { createRedisStore } from '../stores/redis.ts'
import { createSqliteStore } from '../stores/sqlite.ts'
import { createMemoryAttempts, createVerifier } from './index.ts'

/** What a function throws or rejects with. */
async function refusalOf(work: () => unknown): Promise<Error & { code?: string }> {
  try {
    await work()
  } catch (error) {
    expect(error).toBeInstanceOf(OptionsError)
    return error as Error
  }
  throw new Error('should have been refused')
}

const openers: Record<string, (options: object) => unknown> = {
  createMemoryStore: (options) => createMemoryStore(options),
  createSqliteStore: (options) => createSqliteStore({ path: '/nonexistent/auth.db', ...options }),
  createRedisStore: (options) => createRedisStore({ url: 'redis://127.0.0.1:1', ...options }),
  createPostgresStore: (options) =>
    createPostgresStore({ connectionString: 'postgres://127.0.0.1:1/none', ...options }),
  createVerifier: (options) => createVerifier(options),
}

describe.each(Object.entries(openers))('%s', (opener, open) => {
  test.each([
    [{ user: Number.NaN }, 'limits.user has to be a whole number from 1: it is NaN'],
    [{ user: 0 }, 'limits.user has to be a whole number from 1: it is 0'],
    [{ address: '100' }, 'limits.address has to be a whole number from 1: it is a string'],
    [{ pair: Number.POSITIVE_INFINITY }, 'limits.pair has to be a whole number from 1: it is Infinity'],
    // More than Node's timers can wait: a counter would be forgotten at once.
    [{ seconds: 2_147_484 }, 'limits.seconds has to be a whole number from 1 to 2147483: it is 2147484'],
    [{ rememberSeconds: 0.5 }, 'limits.rememberSeconds has to be a whole number from 1 to 3153600000'],
    [{ attempts: 5 }, 'There is no option limits.attempts: there are user, address, network, pair'],
  ])('takes no limits that limit nothing: %j', async (limits, message) => {
    expect((await refusalOf(() => open({ limits }))).message).toContain(message)
  })

  test('knows its options', async () => {
    expect(await refusalOf(() => open({ limit: { user: 5 } }))).toMatchObject({
      code: 'ERR_OPTION_NAME',
      message: expect.stringMatching(/^There is no option limit: there are .*limits/),
    })
  })

  if (!['createMemoryStore', 'createVerifier'].includes(opener)) {
    test.each([Number.NaN, 0, -1, 2 ** 31, '5000'])('waits for an answer, but not %s ms', async (timeout) => {
      expect((await refusalOf(() => open({ timeout }))).message).toContain(
        'timeout has to be a number from 1 to 2147483647',
      )
    })
  }
})

test.each<[string, () => unknown, string]>([
  ['path', () => createSqliteStore({ path: 5 } as never), 'path has to be the path of a file, no URL'],
  ['path', () => createSqliteStore({ path: 5 } as never), ': it is 5'],
  [
    'database',
    () => createSqliteStore({ database: {} } as never),
    'prepare(), exec(), transaction(), close()',
  ],
  ['url', () => createRedisStore({ url: new URL('redis://u:s3cret@h') } as never), 'url has to be a string'],
  ['client', () => createRedisStore({ client: 'redis://u:s3cret@h' } as never), 'it is a string'],
  [
    'a client that is a pool',
    () => createRedisStore({ client: createClientPool() } as never),
    'client has to be a client of the package redis, as createClient makes it: no pool, cluster or sentinel',
  ],
  [
    'a client that is a cluster',
    () => createRedisStore({ client: createCluster({ rootNodes: [{}] }) } as never),
    'client has to be a client of the package redis',
  ],
  ['prefix', () => createRedisStore({ url: 'redis://h', prefix: 5 } as never), 'prefix has to be a string'],
  [
    'connectionString',
    () => createPostgresStore({ connectionString: {} } as never),
    'connectionString has to be',
  ],
  ['pool', () => createPostgresStore({ pool: Promise.resolve() } as never), 'query(), on(), off()'],
  [
    'a pool that cannot be let go of',
    () => createPostgresStore({ pool: { query: () => undefined, on: () => undefined } as never }),
    'query(), on(), off()',
  ],
  [
    'a pool that is a client',
    () => createPostgresStore({ pool: new pg.Client() as never }),
    'and no client, whose connection is not made again once it is lost',
  ],
  [
    'a limiter',
    () => createMemoryAttempts({ keys: 1 }),
    'limits.keys has to be a whole number from 5: it is 1',
  ],
])('says what %s has to be', async (_, open, message) => {
  const refused = await refusalOf(open)
  expect(refused).toMatchObject({ code: 'ERR_OPTION_VALUE', message: expect.stringContaining(message) })
  expect(refused.message).not.toContain('s3cret')
})

test('limits are given to what counts, where the store does', async () => {
  const store = createMemoryStore()
  for (const limits of [{ user: 3 }, false] as const) {
    expect(await refusalOf(() => createVerifier({ store, limits }))).toMatchObject({
      code: 'ERR_OPTION_VALUE',
      message: expect.stringContaining('give them to the function that opens it'),
    })
  }
  createVerifier({ store: { tokens: store.tokens }, limits: { user: 3 } })
})

test('a store that was not waited for is told from a store', async () => {
  const store = Promise.resolve(createMemoryStore())
  expect((await refusalOf(() => createVerifier({ store } as never))).message).toBe(
    'store has to be a store (await the function that opens it): it is an object',
  )
})

test.each<[string, (verifier: Verifier) => unknown]>([
  ['guardHttp', (verifier) => guardHttp(verifier)],
  ['guardExpress', (verifier) => guardExpress(verifier)],
  ['guardKoa', (verifier) => guardKoa(verifier)],
  ['guardFastify', (verifier) => fastify().register(guardFastify, { verifier }).ready()],
])('%s wants a verifier', async (_, guard) => {
  for (const wrong of [undefined, {}, createVerifier]) {
    expect((await refusalOf(() => guard(wrong as never))).message).toContain(
      'verifier has to be an object with',
    )
  }
})

test('guardHttp knows its options', async () => {
  const verifier = createVerifier()
  const { message } = await refusalOf(() => guardHttp(verifier, { adress: () => '' } as object))
  expect(message).toBe('There is no option adress: there are address, secure')
})
