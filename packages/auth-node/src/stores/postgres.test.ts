// The store in PostgreSQL passes the suite, is made by many who start at once, and does not wait for a PostgreSQL that is gone.

import { inspect } from 'node:util'
import { testStore } from '@fluxauth/auth-testkit'
import { describeReal, type RunningPostgres, startPostgres } from '@fluxauth/auth-testkit/real'
import pg from 'pg'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { startHoldingProxy } from '../testing/holding-proxy.ts'
import { expectWindows, WINDOWS } from '../testing/windows.ts'
import { createPostgresStore } from './postgres.ts'

describeReal('a store in PostgreSQL', ['postgres', 'initdb'], () => {
  let postgres: RunningPostgres
  let pool: pg.Pool
  beforeAll(async () => {
    postgres = await startPostgres()
    pool = new pg.Pool({ connectionString: postgres.url })
    pool.on('error', () => undefined)
  })
  afterAll(async () => {
    await pool?.end()
    await postgres?.stop()
  })

  let places = 0
  const newPrefix = () => `suite_${++places}_`
  const dump = async (prefix: string): Promise<string> => {
    const tables = ['tokens', 'sessions', 'attempts'].map((name) =>
      pool.query(`SELECT * FROM ${prefix}${name}`),
    )
    return JSON.stringify((await Promise.all(tables)).map(({ rows }) => rows))
  }

  testStore('in PostgreSQL', { shared: true, ownClock: true, network: true }, async ({ limits, timeout }) => {
    const prefix = newPrefix()
    const proxy = await startHoldingProxy(postgres.url)
    return {
      open: () => createPostgresStore({ connectionString: proxy.url, prefix, limits, timeout }),
      dump: () => dump(prefix),
      network: proxy,
      remove: () => proxy.close(),
    }
  })

  testStore('in PostgreSQL, on a pool of the application', { ownClock: true }, ({ limits }) => {
    const prefix = newPrefix()
    return { open: () => createPostgresStore({ pool, prefix, limits }), dump: () => dump(prefix) }
  })

  test('is made once by twenty that start at the same time', async () => {
    const prefix = newPrefix()
    const pools = Array.from({ length: 20 }, () => new pg.Pool({ connectionString: postgres.url, max: 1 }))
    const stores = await Promise.all(pools.map((own) => createPostgresStore({ pool: own, prefix })))
    await Promise.all(stores.map((store, i) => store.sessions.create(session(`${i}`))))
    expect(await stores[0]?.sessions.list('1')).toHaveLength(20)
    await Promise.all(stores.map((store) => store.close()))
    await Promise.all(pools.map((own) => own.end()))
  })

  test('finds a token, those of a user, and what has ended, by an index', async () => {
    const prefix = newPrefix()
    const store = await createPostgresStore({ connectionString: postgres.url, prefix })
    const client = await pool.connect()
    await client.query('SET enable_seqscan = off')
    for (const statement of [
      ...[`hash = 'x'`, `id = 'x'`, `user_id = 'x' AND id > 'y' ORDER BY id`].map(
        (where) => `SELECT record FROM ${prefix}tokens WHERE ${where}`,
      ),
      `SELECT record FROM ${prefix}sessions WHERE user_id = 'x' ORDER BY created_at DESC`,
      `DELETE FROM ${prefix}sessions WHERE least(expires_at, ends_at) <= 5`,
      `DELETE FROM ${prefix}attempts WHERE expire < 5`,
    ]) {
      const { rows } = await client.query(`EXPLAIN ${statement}`)
      expect([statement, JSON.stringify(rows)]).toEqual([
        statement,
        expect.stringMatching(/Index (Only )?Scan|Bitmap Index Scan/),
      ])
    }
    await client.query('RESET enable_seqscan')
    client.release()
    await store.close()
  })

  test.each(['a; DROP TABLE tokens; --', '; DROP TABLE tokens; a', `a${'b'.repeat(31)}`, 'A', '1a', ''])(
    'takes no prefix that could be a statement, or another name than it is: %j',
    async (prefix) => {
      await expect(createPostgresStore({ pool, prefix })).rejects.toMatchObject({ code: 'ERR_OPTION_VALUE' })
    },
  )

  test('has tables of its own name, and answers nobody once it is closed, on a pool that goes on', async () => {
    const store = await createPostgresStore({ pool })
    await store.sessions.create(session('a'))
    const { rows } = await pool.query(`SELECT count(*)::int FROM fluxauth_sessions`)
    expect(rows).toEqual([{ count: 1 }])
    await store.close()
    for (const ask of [
      () => store.sessions.find('a'),
      () => store.sessions.renew('a', Date.now()),
      () => store.tokens.get('a'),
      () => store.attempts?.begin({ user: 'joe' }),
    ]) {
      const { code, message } = await refusalOf((async () => ask())())
      expect([code, message]).toEqual(['ERR_STORE_UNAVAILABLE', expect.stringContaining('was closed')])
    }
  })

  const session = (id: string) => ({
    id,
    userID: '1',
    user: 'joe',
    createdAt: Date.now(),
    expiresAt: Date.now() + 60_000,
    endsAt: Date.now() + 60_000,
  })
  const refusalOf = async (promise: Promise<unknown>) => {
    const start = performance.now()
    const error = await promise.then(
      () => expect.fail('should have been refused'),
      (reason) => reason,
    )
    expect(inspect(error, { depth: 9 })).not.toContain(postgres.password)
    return { code: error.code, message: `${error.message}`, milliseconds: performance.now() - start }
  }

  test('says at the start when PostgreSQL is not there, or does not let it in, without the password', async () => {
    for (const [connectionString, hint] of [
      [postgres.url.replace(postgres.password, 'wrong-s3cret'), '28P01'],
      [postgres.url.replace(/:\d+\//, ':1/'), 'ECONNREFUSED'],
      [postgres.url.replace('/postgres', '/nowhere'), '3D000'],
      [`postgres://joe:${postgres.password}@no host/x`, ''],
    ] as const) {
      const { code, message } = await refusalOf(createPostgresStore({ connectionString }))
      expect([code, message]).toEqual(['ERR_STORE_UNAVAILABLE', expect.stringContaining(hint)])
      expect(message).not.toContain('s3cret')
    }
  })

  test('says what to do where it can only be read, and answers nonetheless', async () => {
    const prefix = newPrefix()
    const store = await createPostgresStore({ pool, prefix })
    await store.sessions.create(session('a'))
    const options = encodeURIComponent('-c default_transaction_read_only=on')
    const connectionString = `${postgres.url}?options=${options}`
    const reading = await createPostgresStore({ connectionString, prefix })
    const { code, message } = await refusalOf((async () => reading.sessions.create(session('b')))())
    expect([code, message]).toEqual([
      'ERR_STORE_UNAVAILABLE',
      expect.stringContaining('(25006): it can only be read: give the address of the one that is written to'),
    ])
    expect((await reading.sessions.list('1')).map(({ id }) => id)).toEqual(['a'])
    await reading.close()
    await store.close()
  })

  test('makes a table that is not there any more as it is opened again, and says so until then', async () => {
    const prefix = newPrefix()
    const store = await createPostgresStore({ pool, prefix })
    await pool.query(`DROP TABLE ${prefix}sessions`)
    const { message } = await refusalOf((async () => store.sessions.create(session('a')))())
    expect(message).toMatch(
      /\(42P01\): a table of the store is not there any more: .* start this server again/,
    )
    const again = await createPostgresStore({ pool, prefix })
    await again.sessions.create(session('a'))
    expect((await store.sessions.find('a'))?.user).toBe('joe')
    await Promise.all([store.close(), again.close()])
  })

  test('refuses at once while PostgreSQL is gone, and comes back by itself', async () => {
    const own = await startPostgres()
    const store = await createPostgresStore({ connectionString: own.url, timeout: 1000 })
    await store.sessions.create(session('a'))
    await own.halt()
    for (let i = 0; i < 20; i++) {
      const { code, milliseconds } = await refusalOf((async () => store.sessions.find('a'))())
      expect(code).toBe('ERR_STORE_UNAVAILABLE')
      expect(milliseconds).toBeLessThan(2000)
    }
    const begin = (async () => store.attempts?.begin({ user: 'joe' }))()
    expect((await refusalOf(begin)).code).toBe('ERR_STORE_UNAVAILABLE')
    await own.resume()
    await expect.poll(async () => (await store.sessions.find('a'))?.user, { timeout: 5000 }).toBe('joe')
    await Promise.all([store.close(), store.close()])
    expect(await refusalOf(Promise.resolve(store.sessions.find('a')))).toMatchObject({
      code: 'ERR_STORE_UNAVAILABLE',
      message: expect.stringContaining('The store in PostgreSQL was closed'),
    })
    await own.stop()
  })

  test('counts attempts from the first of them', async () => {
    const prefix = newPrefix()
    const store = await createPostgresStore({ pool, prefix, limits: WINDOWS })
    await expectWindows(store.attempts, (seconds) =>
      pool.query(`UPDATE ${prefix}attempts SET expire = expire - ${seconds * 1000}`),
    )
    await store.close()
  })

  test('clears attempts away once they are over, until it is closed', async () => {
    const prefix = newPrefix()
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
    try {
      const store = await createPostgresStore({ pool, prefix })
      await store.attempts?.begin({ user: 'joe' })
      await pool.query(`INSERT INTO ${prefix}attempts (key, points, expire) VALUES ('over', 1, 0)`)
      const keys = async () =>
        (await pool.query(`SELECT key FROM ${prefix}attempts`)).rows.map(({ key }) => key)
      expect(await keys()).toHaveLength(2)
      vi.advanceTimersByTime(300_000)
      await expect.poll(keys).toEqual([expect.stringMatching(/^user:/)])
      await store.close()
      expect(vi.getTimerCount()).toBe(0)
    } finally {
      vi.useRealTimers()
    }
  })

  test('goes on where they cannot be cleared away', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
    try {
      const query = vi.fn(async ({ text }: { readonly text: string }) => {
        if (text.startsWith('DELETE')) throw new Error('connection refused')
        return { rows: [{ made: true }], rowCount: 1 }
      })
      const own = { query, on: () => undefined, off: () => undefined, end: async () => undefined }
      const store = await createPostgresStore({ pool: own })
      for (let times = 1; times < 3; times++) {
        vi.advanceTimersByTime(300_000)
        await vi.waitFor(() => expect(query).toHaveBeenCalledTimes(1 + times))
      }
      await store.close()
    } finally {
      vi.useRealTimers()
    }
  })

  test('leaves the application its pool, as it was, also where the store could not be opened', async () => {
    const listeners = pool.listenerCount('error')
    const store = await createPostgresStore({ pool, prefix: newPrefix() })
    expect(pool.listenerCount('error')).toBe(listeners + 1)
    await store.close()
    expect([pool.ended, pool.listenerCount('error')]).toEqual([false, listeners])
    const prefix = newPrefix()
    await pool.query(`CREATE VIEW ${prefix}tokens AS SELECT 1`)
    expect((await refusalOf(createPostgresStore({ pool, prefix }))).code).toBe('ERR_STORE_UNAVAILABLE')
    expect([pool.ended, pool.listenerCount('error')]).toEqual([false, listeners])
  })

  test('has nothing swept away by a server whose clock is ahead', async () => {
    const store = await createPostgresStore({ connectionString: postgres.url, prefix: newPrefix() })
    await store.sessions.create(session('a'))
    expect(await store.sessions.sweep(Date.now() + 2 * 3_600_000)).toBe(0)
    expect((await store.sessions.find('a'))?.user).toBe('joe')
    await store.close()
  })

  test('does not wait longer than it was told for an answer', async () => {
    const prefix = newPrefix()
    const store = await createPostgresStore({ connectionString: postgres.url, prefix, timeout: 300 })
    const locker = await pool.connect()
    await locker.query(`BEGIN; LOCK TABLE ${prefix}sessions`)
    const { code, milliseconds } = await refusalOf((async () => store.sessions.find('a'))())
    expect([code, milliseconds < 1500]).toEqual(['ERR_STORE_UNAVAILABLE', true])
    // Nor does PostgreSQL go on with what nobody waits for.
    const waiting = `SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '%${prefix}sessions%'`
    await expect.poll(async () => (await pool.query(waiting)).rowCount, { timeout: 5000 }).toBe(0)
    await locker.query('ROLLBACK')
    locker.release()
    expect(await store.sessions.find('a')).toBeUndefined()
    await store.close()
  })

  test.each([{ swallow: true }, { swallow: false }])(
    'is back after answers were lost, takes no late one for the next, and what was done stays (%j)',
    async ({ swallow }) => {
      const prefix = newPrefix()
      const proxy = await startHoldingProxy(postgres.url)
      const connectionString = proxy.url
      // Without any time limit of its own.
      const handed = new pg.Pool({ connectionString, max: 1 })
      const stores = [
        await createPostgresStore({ connectionString, prefix, timeout: 300 }),
        await createPostgresStore({ pool: handed, prefix, timeout: 300 }),
      ]
      const direct = await createPostgresStore({ pool, prefix })
      for (const store of stores) {
        for (const id of ['a', 'b']) await direct.sessions.create(session(id))
        expect((await store.sessions.find('a'))?.id).toBe('a')
        proxy.hold()
        const { code, milliseconds } = await refusalOf((async () => store.sessions.delete('a'))())
        expect([code, milliseconds < 1500]).toEqual(['ERR_STORE_UNAVAILABLE', true])
        expect(await direct.sessions.find('a')).toBeUndefined()
        proxy.release(swallow)
        const find = async () => (await (async () => store.sessions.find('b'))().catch(() => undefined))?.id
        await expect.poll(find, { timeout: 5000 }).toBe('b')
        expect(await store.sessions.find('a')).toBeUndefined()
        expect(await direct.sessions.deleteAll('1')).toBe(1)
      }
      for (const store of [...stores, direct]) await store.close()
      await handed.end()
      proxy.close()
    },
  )
})
