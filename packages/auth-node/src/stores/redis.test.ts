// The store in Redis passes the suite, never keeps anybody waiting for a Redis that is gone, and shows no password.

import { inspect } from 'node:util'
import { testStore } from '@fluxauth/auth-testkit'
import { describeReal, type RunningRedis, startRedis } from '@fluxauth/auth-testkit/real'
import { createClient } from 'redis'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { startHoldingProxy } from '../testing/holding-proxy.ts'
import { createRedisStore, type RedisStoreOptions } from './redis.ts'

describeReal('a store in Redis', ['redis'], () => {
  let redis: RunningRedis
  let client: ReturnType<typeof createClient>
  beforeAll(async () => {
    redis = await startRedis()
    client = createClient({ url: redis.url })
    client.on('error', () => undefined)
    await client.connect()
  })
  afterAll(async () => {
    client?.destroy()
    await redis?.stop()
  })

  let places = 0
  const newPrefix = () => `suite-${++places}:`
  const keysOf = async (prefix: string) => (await client.keys(`${prefix}*`)).sort()
  /** All that Redis holds under a prefix. */
  const dump = async (prefix: string): Promise<string> => {
    const parts: unknown[] = []
    for (const key of await keysOf(prefix)) {
      const type = await client.type(key)
      if (type === 'string') parts.push(key, await client.get(key))
      else if (type === 'hash') parts.push(key, await client.hGetAll(key))
      else parts.push(key, await client.zRange(key, 0, -1))
    }
    return JSON.stringify(parts)
  }

  testStore('in Redis', { shared: true, ownClock: true, network: true }, async ({ limits, timeout }) => {
    const prefix = newPrefix()
    const proxy = await startHoldingProxy(redis.url)
    return {
      open: () => createRedisStore({ url: proxy.url, prefix, limits, timeout }),
      dump: () => dump(prefix),
      network: proxy,
      remove: () => proxy.close(),
    }
  })

  testStore('in Redis, on a client of the application', { ownClock: true }, ({ limits }) => {
    const prefix = newPrefix()
    return { open: () => createRedisStore({ client, prefix, limits }), dump: () => dump(prefix) }
  })

  const session = (id: string, milliseconds: number) => ({
    id,
    userID: '1',
    user: 'joe',
    createdAt: Date.now(),
    expiresAt: Date.now() + milliseconds,
    endsAt: Date.now() + 3_600_000,
  })

  const token = {
    id: '00000000000000b1',
    hash: 'hash',
    userID: '1',
    user: 'joe',
    orgID: '2',
    status: 'active',
    description: '',
    permissions: [],
    createdAt: '2026-01-01T00:00:00Z',
    updatedAt: '2026-01-01T00:00:00Z',
  } as const

  test('keeps nothing of what has ended, or was deleted', async () => {
    const prefix = newPrefix()
    const store = await createRedisStore({ url: redis.url, prefix })
    await store.sessions.create(session('a', 150))
    await store.sessions.create(session('b', 300))
    await new Promise((resolve) => setTimeout(resolve, 200))
    await store.sessions.create(session('c', 150))
    expect(await client.zRange(`${prefix}sessions:"1"`, 0, -1)).toEqual(['"b"', '"c"'].sort())
    await new Promise((resolve) => setTimeout(resolve, 300))
    await store.tokens.create(token)
    await store.tokens.delete(token.id)
    expect(await keysOf(prefix)).toEqual([])
    // Nor does one come back in part that went while it was changed.
    await store.tokens.create(token)
    await client.del(`${prefix}token:"hash"`)
    expect(await store.tokens.update(token.id, { status: 'inactive', updatedAt: '2027' })).toBeUndefined()
    expect(await keysOf(prefix)).not.toContain(`${prefix}token:"hash"`)
    await store.close()
  })

  test('ends a session, and its user’s list, when it does, wherever it was moved, and takes it off the list when it is deleted', async () => {
    const prefix = newPrefix()
    const store = await createRedisStore({ url: redis.url, prefix })
    const [key, list] = [`${prefix}session:"a"`, `${prefix}sessions:"1"`]
    const after = (minutes: number) => Date.now() + minutes * 60_000
    /** In how many minutes the session ends, its place on the list, and the list. */
    const ends = async () => {
      const place = (await client.zScore(list, '"a"')) ?? Number.NaN
      const milliseconds = [await client.pTTL(key), place - Date.now(), await client.pTTL(list)]
      return milliseconds.map((number) => Math.round(number / 60_000))
    }
    await store.sessions.create({ ...session('a', 0), expiresAt: after(90) })
    expect(await ends()).toEqual([60, 60, 60])
    for (const [minutes, expected] of [
      [5, 5],
      [90, 60],
      [2, 2],
    ] as const) {
      await store.sessions.renew('a', after(minutes))
      expect(await ends()).toEqual([expected, expected, expected])
    }
    await store.sessions.create(session('b', 30 * 60_000))
    expect(await ends()).toEqual([2, 2, 30])
    await store.sessions.renew('a', after(3))
    expect(await ends()).toEqual([3, 3, 30])
    await store.sessions.delete('a')
    await store.sessions.renew('a', after(3))
    expect(await client.zRange(list, 0, -1)).toEqual(['"b"'])
    expect(await keysOf(prefix)).toEqual([`${prefix}session:"b"`, list])
    await store.close()
  })

  test('takes no session off a user’s list because of a server whose clock is ahead, so that all are revoked', async () => {
    const prefix = newPrefix()
    const store = await createRedisStore({ url: redis.url, prefix })
    await store.sessions.create(session('a', 60_000))
    vi.setSystemTime(Date.now() + 2 * 3_600_000)
    try {
      await store.sessions.create(session('b', 60_000))
      await store.sessions.renew('b', Date.now() + 120_000)
    } finally {
      vi.useRealTimers()
    }
    expect((await store.sessions.list('1')).map(({ id }) => id).sort()).toEqual(['a', 'b'])
    expect(await store.sessions.deleteAll('1')).toBe(2)
    expect(await keysOf(prefix)).toEqual([])
    await store.close()
  })

  test('gives each counter of attempts an end', async () => {
    const prefix = newPrefix()
    const store = await createRedisStore({ url: redis.url, prefix, limits: { user: 1 } })
    const attempt = { user: 'joe', address: '192.0.2.1' }
    await store.attempts?.begin(attempt)
    await store.attempts?.succeed(attempt)
    for (let i = 0; i < 5; i++) await store.attempts?.begin({ ...attempt, address: `192.0.2.${i}` })
    const keys = await keysOf(prefix)
    expect(keys.length).toBeGreaterThan(3)
    for (const key of keys) expect(await client.pTTL(key)).toBeGreaterThan(0)
    await store.close()
  })

  test('knows nothing after FLUSHALL, breaks at nothing, and goes on from there', async () => {
    const prefix = newPrefix()
    const store = await createRedisStore({ url: redis.url, prefix, limits: { user: 1 } })
    const attempt = { user: 'joe', address: '192.0.2.1' }
    const fill = async () => {
      await store.tokens.create(token)
      await store.sessions.create(session('a', 60_000))
      await store.attempts?.begin(attempt)
    }
    await fill()
    await client.flushAll()
    expect(await store.tokens.find('hash')).toBeUndefined()
    expect(await store.sessions.find('a')).toBeUndefined()
    expect(await store.sessions.list('1')).toEqual([])
    expect(await store.sessions.deleteAll('1')).toBe(0)
    expect(await store.tokens.delete(token.id)).toBe(false)
    await fill()
    expect(await store.tokens.find('hash')).toEqual(token)
    expect(await store.sessions.list('1')).toHaveLength(1)
    await store.close()
  })

  const refusalOf = async (promise: Promise<unknown>) => {
    const start = performance.now()
    const error = await promise.then(
      () => expect.fail('should have been refused'),
      (reason) => reason,
    )
    expect(inspect(error, { depth: 9 })).not.toContain(redis.password)
    return { code: error.code, message: `${error.message}`, milliseconds: performance.now() - start }
  }

  test('says at the start when Redis is not there, or does not let it in, without the password', async () => {
    const wrong = redis.url.replace(redis.password, 'wrong-s3cret')
    for (const [url, hint] of [
      [wrong, 'WRONGPASS'],
      [redis.url.replace(/:\d+$/, ':1'), 'ECONNREFUSED'],
      [redis.url.replace('redis:', 'http:'), ''],
      [`redis://:${redis.password}@no host`, ''],
    ] as const) {
      const { code, message } = await refusalOf(createRedisStore({ url }))
      expect([code, message]).toEqual(['ERR_STORE_UNAVAILABLE', expect.stringContaining(hint)])
      expect(message).not.toContain('s3cret')
    }
  })

  test('says what to do where there is no room in it, keeps what it has, and goes on when there is', async () => {
    const own = await startRedis()
    const store = await createRedisStore({ url: own.url })
    await store.sessions.create(session('a', 60_000))
    const admin = createClient({ url: own.url })
    await admin.connect()
    await admin.configSet('maxmemory', '1')
    const { code, message } = await refusalOf((async () => store.sessions.create(session('b', 60_000)))())
    expect([code, message]).toEqual([
      'ERR_STORE_UNAVAILABLE',
      expect.stringContaining('(OOM): its memory is full'),
    ])
    expect((await store.sessions.find('a'))?.user).toBe('joe')
    expect(await store.sessions.list('1')).toHaveLength(1)
    await admin.configSet('maxmemory', '0')
    await store.sessions.create(session('b', 60_000))
    expect(await store.sessions.deleteAll('1')).toBe(2)
    await store.close()
    admin.destroy()
    await own.stop()
  })

  test('refuses at once while Redis is gone, does nothing later, and comes back by itself', async () => {
    const own = await startRedis()
    const handed = createClient({ url: own.url })
    const stores = [
      await createRedisStore({ url: own.url }),
      await createRedisStore({ client: handed, prefix: 'handed:' }),
    ]
    for (const store of stores) await store.sessions.create(session('a', 60_000))
    await own.halt('SIGKILL')
    for (const store of stores) {
      for (let i = 0; i < 50; i++) {
        const { code, milliseconds } = await refusalOf(
          (async () => store.sessions.create(session('late', 60_000)))(),
        )
        expect(code).toBe('ERR_STORE_UNAVAILABLE')
        expect(milliseconds).toBeLessThan(500)
      }
      const begin = async () => {
        const { code, message } = await refusalOf((async () => store.attempts?.begin({ user: 'joe' }))())
        return [code, message]
      }
      // Until connecting was tried again, all that was told is that the connection was closed.
      await expect
        .poll(begin, { interval: 5 })
        .toEqual([
          'ERR_STORE_UNAVAILABLE',
          expect.stringMatching(
            /^Redis is gone \(ECONN\w+\): see that it runs, .*; it is used again as soon as/,
          ),
        ])
    }
    await own.resume()
    for (const store of stores) {
      await expect.poll(async () => (await store.sessions.find('a'))?.user, { timeout: 5000 }).toBe('joe')
      expect(await store.sessions.find('late')).toBeUndefined()
      await store.close()
      await store.close()
      expect(await refusalOf(Promise.resolve(store.sessions.find('a')))).toMatchObject({
        code: 'ERR_STORE_UNAVAILABLE',
        message: expect.stringContaining('The store in Redis was closed'),
      })
    }
    handed.destroy()
    await own.stop()
  })

  test('does not wait for a Redis that does not answer, and comes back by itself', async () => {
    const own = await startRedis()
    const store = await createRedisStore({ url: own.url, timeout: 300 })
    await store.sessions.create(session('a', 60_000))
    process.kill(own.pid ?? 0, 'SIGSTOP')
    const first = await refusalOf((async () => store.sessions.find('a'))())
    expect([first.code, first.message]).toEqual(['ERR_STORE_UNAVAILABLE', expect.stringContaining('300 ms')])
    expect(first.milliseconds).toBeLessThan(1500)
    const then = await refusalOf((async () => store.sessions.find('a'))())
    expect(then.milliseconds).toBeLessThan(1500)
    process.kill(own.pid ?? 0, 'SIGCONT')
    await expect.poll(async () => (await store.sessions.find('a'))?.user, { timeout: 5000 }).toBe('joe')
    await store.close()
    await own.stop()
  })

  test('ends all that is asked in time on a client of the application that gets no answer any more', async () => {
    const proxy = await startHoldingProxy(redis.url)
    const { url } = proxy
    const handed = createClient({ url })
    handed.on('error', () => undefined)
    const store = await createRedisStore({ client: handed, prefix: newPrefix(), timeout: 300 })
    await store.sessions.create(session('a', 60_000))
    void proxy.lose('silent')
    for (const ask of [
      () => store.sessions.find('a'),
      () => store.sessions.create(session('b', 60_000)),
      () => store.sessions.deleteAll('1'),
      () => store.tokens.list(),
      () => store.attempts?.begin({ user: 'joe' }),
    ]) {
      const { code, milliseconds } = await refusalOf((async () => ask())())
      expect([code, milliseconds < 1500]).toEqual(['ERR_STORE_UNAVAILABLE', true])
    }
    await store.close()
    handed.destroy()
    // Nor does it wait at its start.
    const starting = createClient({ url })
    starting.on('error', () => undefined)
    const start = await refusalOf(createRedisStore({ client: starting, timeout: 300 }))
    expect([start.code, start.milliseconds < 1500]).toEqual(['ERR_STORE_UNAVAILABLE', true])
    starting.destroy()
    proxy.close()
  })

  test('lists no more than it was asked for, whatever of its pages the other filters take', async () => {
    const store = await createRedisStore({ url: redis.url, prefix: newPrefix() })
    for (const [i, orgID] of ['2', '3', '2', '2'].entries()) {
      await store.tokens.create({ ...token, id: `${i}`, hash: `hash ${i}`, orgID })
    }
    const ids = async (filter: Parameters<typeof store.tokens.list>[0]) =>
      (await store.tokens.list(filter)).map(({ id }) => id)
    expect(await ids({ userID: '1', orgID: '2', limit: 2 })).toEqual(['0', '2'])
    expect(await ids({ hash: 'hash 2', after: '1' })).toEqual(['2'])
    await store.close()
  })

  test('leaves the application its client, as it was', async () => {
    const listeners = client.listenerCount('error')
    const store = await createRedisStore({ client, prefix: newPrefix() })
    expect(client.listenerCount('error')).toBe(listeners + 1)
    await store.close()
    expect([client.isReady, client.listenerCount('error')]).toEqual([true, listeners])
  })

  test.each(['own', 'handed'])(
    'takes no late answer for the next one, and what was done stays (%s client)',
    async (whose) => {
      const prefix = newPrefix()
      const proxy = await startHoldingProxy(redis.url)
      const { url } = proxy
      const handed = createClient({ url })
      handed.on('error', () => undefined)
      const place = whose === 'own' ? { url } : { client: handed }
      const store = await createRedisStore({ ...place, prefix, timeout: 300 } as RedisStoreOptions)
      const direct = await createRedisStore({ client, prefix })
      for (const id of ['a', 'b']) await direct.sessions.create(session(id, 60_000))
      proxy.hold()
      const { code, milliseconds } = await refusalOf((async () => store.sessions.delete('a'))())
      expect([code, milliseconds < 1500]).toEqual(['ERR_STORE_UNAVAILABLE', true])
      expect(await direct.sessions.find('a')).toBeUndefined()
      proxy.release()
      const find = async () => (await (async () => store.sessions.find('b'))().catch(() => undefined))?.id
      await expect.poll(find, { timeout: 5000 }).toBe('b')
      await store.sessions.renew('a', Date.now() + 60_000)
      expect(await store.sessions.find('a')).toBeUndefined()
      expect(await store.sessions.deleteAll('1')).toBe(1)
      await store.close()
      await direct.close()
      if (handed.isOpen) handed.destroy()
      proxy.close()
    },
  )
})
