// Sessions: signing in and out, how long they last, whose they are, and what another site can not do with them.

import { afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { encodeBasic, encodeBearer, encodeToken } from '../../index.ts'
import {
  type AuditEvent,
  createMemoryStore,
  createVerifier,
  pbkdf2Passwords,
  type ServerRequest,
  type SessionStore,
  type StoredSession,
  StoreError,
  type User,
  type VerifierOptions,
} from '../index.ts'

const passwords = pbkdf2Passwords({ iterations: 100 })
const users = new Map<string, User>()
beforeAll(async () => {
  users.set('zoë', { id: 'u1', name: 'zoë', password: await passwords.hash('x') })
  users.set('idle', { id: 'u2', name: 'idle', password: await passwords.hash('x'), status: 'inactive' })
})
afterEach(() => {
  vi.useRealTimers()
})

function request(
  headers: Readonly<Record<string, string | undefined>> = {},
  more: Partial<ServerRequest> = {},
): ServerRequest {
  const { authorization, ...others } = headers
  return { method: 'GET', url: '/', authorization, secure: false, header: (name) => others[name], ...more }
}

function setUp(options: VerifierOptions = {}) {
  const events: AuditEvent[] = []
  const store = createMemoryStore()
  const verifier = createVerifier({
    product: 'v2',
    store,
    findUser: (name) => users.get(name),
    passwords,
    onEvent: (event) => events.push(event),
    ...options,
  })
  const signIn = async (headers: Record<string, string> = {}, more: Partial<ServerRequest> = {}) => {
    const reply = await verifier.signIn(
      request({ authorization: encodeBasic('zoë', 'x'), ...headers }, { method: 'POST', ...more }),
    )
    const setCookie = reply.headers['set-cookie'] ?? ''
    return { reply, setCookie, cookie: setCookie.split(';', 1)[0] ?? '' }
  }
  const who = async (
    cookie: string,
    more: Partial<ServerRequest> = {},
    headers: Record<string, string> = {},
  ) => {
    const verdict = await verifier.verify(request({ cookie, ...headers }, more))
    return 'principal' in verdict ? verdict.principal.user : verdict.refusal.reason
  }
  return { verifier, store, events, signIn, who }
}

describe('signing in', () => {
  test('gives a cookie that no script can read and no other site sends', async () => {
    const { signIn, who, events } = setUp()
    const address = '192.0.2.1'
    const { reply, setCookie, cookie } = await signIn({}, { address })
    expect(reply).toMatchObject({ status: 204, body: '' })
    expect(setCookie).toMatch(
      /^influxdb-oss-session=[\w-]{43}; Path=\/api\/; Expires=[^;]+ GMT; HttpOnly; SameSite=Strict$/,
    )
    expect(await who(cookie)).toBe('zoë')
    expect(events).toMatchObject([{ type: 'signed-in', user: 'zoë', address }])
  })

  test('over TLS the cookie stays on TLS; its name and path can be chosen', async () => {
    const { signIn, who } = setUp({ session: { cookie: '__Host-session', path: '/' } })
    const { setCookie, cookie } = await signIn({}, { secure: true })
    expect(setCookie).toMatch(
      /^__Host-session=.*; Path=\/; Expires=[^;]+; HttpOnly; SameSite=Strict; Secure$/,
    )
    expect(await who(`theme=dark; ${cookie}; a=b`)).toBe('zoë')
  })

  test.each([
    [{ path: '/app' }, 'influxdb-oss-session', '/app', false],
    [{ cookie: '__secure-session' }, '__secure-session', '/api/', true],
    [{ cookie: 'my__Secure-session' }, 'my__Secure-session', '/api/', false],
    [{ cookie: 'my__Host-session', path: '/app' }, 'my__Host-session', '/app', false],
  ])(
    'without TLS the cookie says so where browsers demand it of its name: %j',
    async (session, ...expected) => {
      const { setCookie } = await setUp({ session }).signIn()
      const [, name, path] = /^([^=]+)=[^;]+; Path=([^;]+); /.exec(setCookie) ?? []
      expect([name, path, setCookie.endsWith('; Secure')]).toEqual(expected)
    },
  )

  test('for less time than it may be unused ends with that', async () => {
    const { verifier, signIn } = setUp({ session: { idle: 60, lifetime: 10 } })
    await signIn()
    const [session] = await verifier.sessions.list('u1')
    expect(session?.expiresAt).toBe((session?.createdAt ?? 0) + 10_000)
    expect(session?.endsAt).toBe(session?.expiresAt)
  })

  test('is over at its end, whatever is kept of when it expires, and is never moved on beyond it', async () => {
    vi.useFakeTimers()
    const store = createMemoryStore()
    const renew = vi.fn(store.sessions.renew)
    const { signIn, who, verifier, events } = setUp({
      store: { ...store, sessions: { ...store.sessions, renew } },
      session: { idle: 60, lifetime: 100 },
    })
    const { cookie } = await signIn()
    const [{ id, endsAt } = { id: '', endsAt: 0 }] = await store.sessions.list('u1')
    for (const seconds of [...Array<number>(9).fill(10), 9, 1]) {
      expect(await who(cookie)).toBe('zoë')
      vi.advanceTimersByTime(seconds * 1000)
    }
    expect(await who(cookie)).toBe('wrong')
    expect(renew).toHaveBeenCalled()
    for (const [, until] of renew.mock.calls) expect(until).toBeLessThanOrEqual(endsAt)
    store.sessions.renew(id, endsAt + 60_000)
    expect(await who(cookie)).toBe('wrong')
    expect((await verifier.signOut(request({ cookie }, { method: 'POST' }))).status).toBe(401)
    expect(events.filter(({ type }) => type === 'signed-out')).toEqual([])
  })

  test('cannot be signed out of once it was unused for too long', async () => {
    vi.useFakeTimers()
    const { signIn, verifier } = setUp({ session: { idle: 60, lifetime: 3600 } })
    const { cookie } = await signIn()
    vi.advanceTimersByTime(60_000)
    expect((await verifier.signOut(request({ cookie }, { method: 'POST' }))).status).toBe(401)
  })

  test('is remembered as before where another of its user was revoked, and one alone is told of', async () => {
    const store = createMemoryStore()
    const find = vi.fn(store.sessions.find)
    const { signIn, who, verifier, events } = setUp({
      store: { ...store, sessions: { ...store.sessions, find } },
    })
    const { cookie } = await signIn()
    const [{ id } = { id: '' }] = await verifier.sessions.list('u1')
    const signInElsewhere = async () => {
      await signIn()
      events.length = 0
      return (await verifier.sessions.list('u1')).find((session) => session.id !== id)?.id ?? ''
    }
    const other = await signInElsewhere()
    expect(await who(cookie)).toBe('zoë')
    const { cookie: third } = await signIn()
    await verifier.sessions.revoke('u1', other)
    await verifier.signOut(request({ cookie: third }, { method: 'POST' }))
    find.mockClear()
    expect(await who(cookie)).toBe('zoë')
    expect(find).not.toHaveBeenCalled()
    events.splice(0, events.length, ...events.filter(({ type }) => type === 'sessions-revoked'))
    expect(events).toEqual([{ type: 'sessions-revoked', userID: 'u1', count: 1 }])
    await signInElsewhere()
    await verifier.sessions.revokeAll('u1', id)
    expect(events).toEqual([{ type: 'sessions-revoked', userID: 'u1', count: 1 }])
  })

  test('goes on where what has expired cannot be swept away, and the error log is told', async () => {
    const store = createMemoryStore()
    const errors: unknown[] = []
    const sweep = async () => {
      throw new Error('not now')
    }
    const { signIn } = setUp({
      store: { ...store, sessions: { ...store.sessions, sweep } },
      onError: (error) => errors.push(error),
    })
    expect((await signIn()).reply.status).toBe(204)
    await vi.waitFor(() => expect(errors).toMatchObject([{ message: 'not now' }]))
  })

  test('takes nothing back that the store says it did not do', async () => {
    const store = createMemoryStore()
    const remove = vi.fn(store.sessions.delete)
    const create = () => {
      throw new StoreError('ERR_STORE_EXISTS', 'There is such a session already')
    }
    const { signIn } = setUp({ store: { ...store, sessions: { ...store.sessions, create, delete: remove } } })
    expect((await signIn()).reply.status).toBe(503)
    expect(remove).not.toHaveBeenCalled()
  })

  test('makes a new key each time, and ends the session that came along', async () => {
    const { signIn, who } = setUp()
    const first = await signIn()
    const second = await signIn({ cookie: first.cookie })
    expect(second.cookie).not.toBe(first.cookie)
    expect([await who(first.cookie), await who(second.cookie)]).toEqual(['wrong', 'zoë'])
  })

  test.each([
    ['a wrong password', encodeBasic('zoë', 'y'), 401],
    ['an unknown user', encodeBasic('nobody', 'x'), 401],
    ['an inactive user', encodeBasic('idle', 'x'), 403],
    ['an inactive user and a wrong password', encodeBasic('idle', 'y'), 401],
    ['a token', encodeToken('x'), 401],
    ['malformed Basic', 'Basic !', 401],
  ])('is refused with %s', async (_, authorization, status) => {
    const { signIn, store } = setUp()
    const { reply } = await signIn({ authorization })
    expect([reply.status, reply.headers['set-cookie']]).toEqual([status, undefined])
    expect(await store.sessions.list('u1')).toEqual([])
  })

  test.each([
    ['Token', encodeToken],
    ['Bearer', encodeBearer],
    ['Token USER:TOKEN', (token: string) => `Token zoe:${token}`],
  ])('is refused with a right token as %s: a session begins with Basic alone', async (_, encode) => {
    const { verifier, signIn } = setUp({
      schemes: { bearer: true, tokenPair: true, basic: 'token', signIn: 'token' },
      findUser: undefined,
    })
    const { token } = await verifier.tokens.create({ userID: 'u1', user: 'zoe', permissions: [] })
    const authorization = encode(token)
    expect(await verifier.verify(request({ authorization }))).toHaveProperty('principal')
    expect((await signIn({ authorization })).reply).toMatchObject({ status: 401, reason: 'scheme' })
    expect((await signIn({ authorization: encodeBasic('zoe', token) })).reply.status).toBe(204)
  })

  test('is refused without a credential, and with two', async () => {
    const errors: unknown[] = []
    const { verifier } = setUp({ onError: (error) => errors.push(error) })
    const asked = request({}, { method: 'POST' })
    expect(await verifier.signIn(asked)).toMatchObject({ status: 401, reason: 'missing' })
    const right = encodeBasic('zoë', 'x')
    expect(await verifier.signIn({ ...asked, authorization: [right, right] })).toMatchObject({
      status: 401,
      reason: 'malformed',
    })
    expect(await verifier.signOut(asked)).toMatchObject({ status: 401, reason: 'missing' })
    expect(errors).toEqual([])
  })

  test('is refused where sessions are not taken', async () => {
    const { signIn } = setUp({ product: 'v1' })
    expect((await signIn()).reply.status).toBe(401)
  })

  /** A store whose sessions are deleted somewhat later, as over a network. */
  const slowly = (sessions: SessionStore, isGone = (_: string): boolean => true): SessionStore => ({
    ...sessions,
    async delete(id) {
      await new Promise((resolve) => setTimeout(resolve, 20))
      if (!isGone(id)) throw new StoreError('ERR_STORE_EXISTS', 'not this one')
      return sessions.delete(id)
    },
  })

  test('starts no session where the one that came along cannot be ended, and leaves none behind', async () => {
    const store = createMemoryStore()
    let old: string | undefined
    const { signIn, who } = setUp({
      store: { ...store, sessions: slowly(store.sessions, (id) => id !== old) },
    })
    const first = await signIn()
    old = (await store.sessions.list('u1'))[0]?.id
    const { reply } = await signIn({ cookie: first.cookie })
    expect([reply.status, reply.headers['set-cookie']]).toEqual([503, undefined])
    expect((await store.sessions.list('u1')).map(({ id }) => id)).toEqual([old])
    expect(await who(first.cookie)).toBe('zoë')
  })

  test('leaves no session behind where its user was changed each time that one was started', async () => {
    const store = createMemoryStore()
    const sessions = slowly(store.sessions)
    const create = vi.fn((session: StoredSession) => {
      verifier.forget('u1')
      return store.sessions.create(session)
    })
    const { verifier, signIn, events } = setUp({ store: { ...store, sessions: { ...sessions, create } } })
    expect((await signIn()).reply.status).toBe(503)
    expect(create.mock.calls.length).toBeGreaterThan(1)
    expect(await store.sessions.list('u1')).toEqual([])
    expect(events).toMatchObject([{ type: 'refused', reason: 'unavailable' }])
  })

  test('as Cloud Serverless has it: with a token, and for what that token permits, as long as it is good', async () => {
    const { verifier, signIn, who } = setUp({ product: 'cloud-serverless' })
    const permissions = [{ action: 'read', resource: { type: 'buckets' } }] as const
    const { token, stored } = await verifier.tokens.create({ userID: 'u1', user: 'zoë', permissions })
    const { reply, cookie } = await signIn({ authorization: encodeBasic('zoë', token) })
    expect(reply.status).toBe(204)
    const verdict = await verifier.verify(request({ cookie }))
    const [session] = await verifier.sessions.list('u1')
    expect(verdict).toMatchObject({
      principal: { by: 'session', permissions, tokenID: stored.id, sessionID: session?.id },
    })
    const other = await signIn({ authorization: encodeBasic('zoë', token) })
    expect(await who(other.cookie)).toBe('zoë')
    expect((await verifier.signOut(request({ cookie: other.cookie }, { method: 'POST' }))).status).toBe(204)
    expect([await who(other.cookie), await who(cookie)]).toEqual(['wrong', 'zoë'])
    await verifier.tokens.update(stored.id, { status: 'inactive' })
    expect(await who(cookie)).toBe('wrong')
  })
})

describe('a session', () => {
  test('ends an hour after it was last used, and a day after it began whatever happens', async () => {
    vi.useFakeTimers()
    const { signIn, who } = setUp()
    const idle = await signIn()
    const used = await signIn()
    for (let minutes = 0; minutes < 24 * 60 - 30; minutes += 30) {
      expect(await who(used.cookie)).toBe('zoë')
      vi.advanceTimersByTime(30 * 60_000)
    }
    expect(await who(idle.cookie)).toBe('wrong')
    expect(await who(used.cookie)).toBe('zoë')
    vi.advanceTimersByTime(31 * 60_000)
    expect(await who(used.cookie)).toBe('wrong')
  })

  test('that was just remembered ends in time nevertheless', async () => {
    vi.useFakeTimers()
    const { signIn, who } = setUp({ session: { idle: 2 }, cache: { seconds: 60 } })
    const { cookie } = await signIn()
    expect(await who(cookie)).toBe('zoë')
    vi.advanceTimersByTime(1999)
    expect(await who(cookie)).toBe('zoë')
    vi.advanceTimersByTime(2001)
    expect(await who(cookie)).toBe('wrong')
  })

  test('that is used goes on, however long it would be remembered', async () => {
    vi.useFakeTimers()
    const { signIn, who } = setUp({ session: { idle: 2 }, cache: { seconds: 60 } })
    const { cookie } = await signIn()
    for (let i = 0; i < 20; i++) {
      expect(await who(cookie)).toBe('zoë')
      vi.advanceTimersByTime(i % 2 ? 50 : 1900)
    }
    vi.advanceTimersByTime(2000)
    expect(await who(cookie)).toBe('wrong')
  })

  test('is written to the store no oftener than it needs', async () => {
    vi.useFakeTimers()
    const { signIn, who, store } = setUp({ cache: false })
    const { cookie } = await signIn()
    const renew = vi.spyOn(store.sessions, 'renew')
    for (let second = 0; second < 600; second++) {
      await who(cookie)
      vi.advanceTimersByTime(1000)
    }
    expect(renew.mock.calls.length).toBeGreaterThan(1)
    expect(renew.mock.calls.length).toBeLessThan(5)
  })

  test('is ended by signing out, once', async () => {
    const { verifier, signIn, who, events } = setUp()
    const { cookie } = await signIn()
    expect(await who(cookie)).toBe('zoë')
    const address = '192.0.2.2'
    const reply = await verifier.signOut(request({ cookie }, { method: 'POST', address }))
    expect(reply.status).toBe(204)
    expect(reply.headers['set-cookie']).toMatch(
      /^influxdb-oss-session=; Path=\/api\/; Expires=Thu, 01 Jan 1970/,
    )
    expect(await who(cookie)).toBe('wrong')
    expect((await verifier.signOut(request({ cookie }, { method: 'POST' }))).status).toBe(401)
    expect((await verifier.signOut(request({}, { method: 'POST' }))).status).toBe(401)
    expect(events).toContainEqual({ type: 'signed-out', user: 'zoë', address })
  })

  test.each([
    [undefined, undefined],
    [false, undefined],
    [true, '"cookies", "cache"'],
  ])('ends with what the browser is to forget, where clearSiteData is %s', async (clearSiteData, header) => {
    const { verifier, signIn } = setUp({ session: { clearSiteData } })
    const { cookie } = await signIn()
    const reply = await verifier.signOut(request({ cookie }, { method: 'POST' }))
    expect([reply.status, reply.headers['clear-site-data']]).toEqual([204, header])
    expect(reply.headers).toMatchObject({ 'cache-control': 'no-store', 'set-cookie': expect.any(String) })
  })

  test('that cannot be renewed is refused, and one that is renewed is good for its time again', async () => {
    const store = createMemoryStore()
    const errors: unknown[] = []
    const renew = vi.fn(store.sessions.renew)
    const { signIn, who } = setUp({
      store: { ...store, sessions: { ...store.sessions, renew } },
      session: { idle: 100 },
      cache: false,
      onError: (error) => errors.push(error),
    })
    vi.useFakeTimers({ toFake: ['Date'] })
    const { cookie } = await signIn()
    vi.advanceTimersByTime(50_000)
    renew.mockImplementationOnce(() => Promise.reject(new Error('gone')) as never)
    expect(await who(cookie)).toBe('unavailable')
    expect(errors).toMatchObject([{ message: 'gone' }])
    expect(await who(cookie)).toBe('zoë')
    vi.advanceTimersByTime(99_999)
    expect(await who(cookie)).toBe('zoë')
    vi.advanceTimersByTime(100_000)
    expect(await who(cookie)).toBe('wrong')
  })

  test("is listed for its user without its key, and revoked by its user's list alone", async () => {
    vi.useFakeTimers()
    const { verifier, signIn, who, events } = setUp()
    const first = await signIn({ 'user-agent': 'curl/8'.padEnd(500, '!') }, { address: '::1' })
    vi.advanceTimersByTime(1)
    const second = await signIn()
    const list = await verifier.sessions.list('u1')
    expect(list).toMatchObject([{}, { address: '::1', agent: 'curl/8'.padEnd(256, '!') }])
    expect(JSON.stringify(list)).not.toContain(first.cookie.split('=')[1])
    const id = list[1]?.id ?? ''
    expect(await who(first.cookie)).toBe('zoë')
    expect(await verifier.sessions.revoke('u2', id)).toBe(false)
    expect(await verifier.sessions.revoke('u1', id)).toBe(true)
    expect([await who(first.cookie), await who(second.cookie)]).toEqual(['wrong', 'zoë'])
    expect(events.at(-2)).toEqual({ type: 'sessions-revoked', userID: 'u1', count: 1 })
  })

  test('and all of its user but one are revoked together', async () => {
    const { verifier, signIn, who, events } = setUp()
    const cookies = await Promise.all([signIn(), signIn(), signIn()])
    for (const { cookie } of cookies) expect(await who(cookie)).toBe('zoë')
    const [kept] = await verifier.sessions.list('u1')
    expect(await verifier.sessions.revokeAll('u1', kept?.id)).toBe(2)
    expect(
      (await Promise.all(cookies.map(({ cookie }) => who(cookie)))).filter((user) => user === 'zoë'),
    ).toHaveLength(1)
    expect(events).toContainEqual({ type: 'sessions-revoked', userID: 'u1', count: 2 })
    expect(await verifier.sessions.revokeAll('u1')).toBe(1)
    const told = events.length
    expect(await verifier.sessions.revokeAll('u1')).toBe(0)
    expect(await verifier.sessions.revoke('u1', kept?.id ?? '')).toBe(false)
    expect(events).toHaveLength(told)
  })

  test('that somebody else deleted first is revoked by them alone', async () => {
    const store = createMemoryStore()
    const { verifier, signIn, events } = setUp({
      store: { ...store, sessions: { ...store.sessions, delete: () => false } },
    })
    await signIn()
    const [session] = await verifier.sessions.list('u1')
    expect(await verifier.sessions.revoke('u1', session?.id ?? '')).toBe(false)
    expect(events.map(({ type }) => type)).toEqual(['signed-in'])
  })

  test('is good for a user who is', async () => {
    const { verifier, signIn, who } = setUp()
    const { cookie } = await signIn()
    const zoe = users.get('zoë') as User
    for (const [user, expected] of [
      [{ ...zoe, status: 'inactive' }, 'disabled'],
      [{ ...zoe, id: 'another' }, 'wrong'],
      [undefined, 'wrong'],
    ] as const) {
      if (user) users.set('zoë', user)
      else users.delete('zoë')
      verifier.forget()
      expect(await who(cookie)).toBe(expected)
    }
    users.set('zoë', zoe)
    expect(await who(cookie)).toBe('zoë')
  })

  test('is good also where its user, its token and itself are found later', async () => {
    const later = <T extends object>(methods: T): T =>
      new Proxy(methods, {
        get:
          (_, name: keyof T & string) =>
          async (...args: readonly unknown[]) =>
            (methods[name] as (...given: readonly unknown[]) => unknown)(...args),
      })
    const { tokens, sessions } = createMemoryStore()
    const { verifier, signIn, who } = setUp({
      schemes: { signIn: 'password-or-token' },
      store: { tokens: later(tokens), sessions: later(sessions) },
      findUser: async (name) => users.get(name),
      cache: false,
    })
    const { token, stored } = await verifier.tokens.create({ userID: 'u1', user: 'zoë', permissions: [] })
    const { cookie } = await signIn()
    const { cookie: ofToken } = await signIn({ authorization: encodeBasic('zoë', token) })
    expect([await who(cookie), await who(ofToken)]).toEqual(['zoë', 'zoë'])
    const zoe = users.get('zoë') as User
    users.set('zoë', { ...zoe, status: 'inactive' })
    expect([await who(cookie), await who(ofToken)]).toEqual(['disabled', 'disabled'])
    users.set('zoë', zoe)
    await verifier.tokens.delete(stored.id)
    expect([await who(cookie), await who(ofToken)]).toEqual(['zoë', 'wrong'])
    for (const { id } of await verifier.sessions.list('u1')) {
      expect(await verifier.sessions.revoke('u1', id)).toBe(true)
    }
    expect(await who(cookie)).toBe('wrong')
  })

  test('has ended at the millisecond that it ends, also for signing out', async () => {
    vi.useFakeTimers()
    const { verifier, store, signIn, who, events } = setUp({
      session: { idle: 2, lifetime: 3 },
      cache: false,
    })
    const [idle, used] = [await signIn(), await signIn()]
    vi.advanceTimersByTime(1999)
    expect(await who(used.cookie)).toBe('zoë')
    vi.advanceTimersByTime(1)
    expect([await who(idle.cookie), await who(used.cookie)]).toEqual(['wrong', 'zoë'])
    vi.advanceTimersByTime(999)
    expect(await who(used.cookie)).toBe('zoë')
    vi.advanceTimersByTime(1)
    expect(await who(used.cookie)).toBe('wrong')
    for (const { cookie } of [idle, used]) {
      const reply = await verifier.signOut(request({ cookie }, { method: 'POST' }))
      expect(reply).toMatchObject({ status: 401, reason: 'wrong' })
    }
    expect(events.filter(({ type }) => type === 'signed-out')).toEqual([])
    expect(await store.sessions.list('u1')).toEqual([])
  })

  test('does not have the store swept with each that begins, but every ten minutes at most', async () => {
    vi.useFakeTimers()
    const store = createMemoryStore()
    const sweep = vi.fn(store.sessions.sweep)
    const { signIn } = setUp({ store: { ...store, sessions: { ...store.sessions, sweep } } })
    for (const [after, times] of [
      [0, 1],
      [0, 1],
      [599_999, 1],
      [1, 2],
      [599_999, 2],
    ] as const) {
      vi.advanceTimersByTime(after)
      await signIn()
      expect(sweep).toHaveBeenCalledTimes(times)
    }
  })

  test('is none where there is no store for it, which is said to whoever asks for the list', async () => {
    const errors: unknown[] = []
    const { verifier, who } = setUp({ store: undefined, onError: (error) => errors.push(error) })
    const { sessions } = verifier
    for (const asked of [sessions.list('u1'), sessions.revokeAll('u1'), sessions.sweep()]) {
      await expect(asked).rejects.toMatchObject({ code: 'ERR_STORE_ABSENT' })
    }
    expect(await sessions.revoke('u1', 'x')).toBe(false)
    expect(await who('influxdb-oss-session=x')).toBe('wrong')
    expect(errors).toEqual([])
  })

  describe('where the store has its answer at hand', () => {
    const digest = (key: string) => `of ${key}`

    test('a key of no session costs no promise, whether there was one or not', async () => {
      vi.useFakeTimers()
      const { verifier, signIn, events } = setUp({ digest })
      const { cookie } = await signIn()
      vi.advanceTimersByTime(3_600_000)
      for (const key of ['influxdb-oss-session=x', cookie]) {
        expect(verifier.verify(request({ cookie: key }))).toMatchObject({ refusal: { reason: 'wrong' } })
        expect(events.at(-1)).toMatchObject({ type: 'refused', reason: 'wrong' })
      }
    })

    /** It can be waited for, and is no promise. */
    const thenable = <T>(value: () => T) =>
      // biome-ignore lint/suspicious/noThenProperty: what is tried here
      ({ then: (next: (value: T) => unknown) => void next(value()) }) as unknown as Promise<T>

    test.each<[string, <T>(value: () => T) => T | Promise<T>]>([
      ['at once', (value) => value()],
      ['a turn later', async (value) => value()],
      ['by something that can be waited for', thenable],
    ])('a session is found, and a store that fails is told of: %s', async (_, tell) => {
      const { tokens, sessions } = createMemoryStore()
      const answer = { find: (id: string) => sessions.find(id) }
      const find = (id: string) => tell(() => answer.find(id) as StoredSession | undefined)
      const errors: unknown[] = []
      const { signIn, who } = setUp({
        digest,
        cache: false,
        store: { tokens, sessions: { ...sessions, find } },
        onError: (error) => errors.push(error),
      })
      const { cookie } = await signIn()
      expect(await who(cookie)).toBe('zoë')
      const lost = new Error('lost')
      answer.find = () => {
        throw lost
      }
      expect(await who(cookie)).toBe('unavailable')
      expect(errors).toEqual([lost])
    })
  })

  test('is swept out of the store when it has ended', async () => {
    vi.useFakeTimers()
    const { verifier, signIn, store } = setUp()
    await signIn()
    vi.advanceTimersByTime(3_600_001)
    await signIn() // which sweeps as well
    expect(await store.sessions.list('u1')).toHaveLength(1)
    vi.advanceTimersByTime(3_600_001)
    expect(await verifier.sessions.sweep()).toBe(1)
  })

  test('counts only where there is no Authorization header', async () => {
    const { signIn, who, verifier } = setUp()
    const { cookie } = await signIn()
    expect(await who(cookie, {}, { authorization: 'Token wrong' })).toBe('wrong')
    const { token } = await verifier.tokens.create({ userID: 'u1', user: 'zoë', permissions: [] })
    expect(await verifier.verify(request({ cookie, authorization: encodeToken(token) }))).toMatchObject({
      principal: { by: 'token' },
    })
  })

  test('is found by its cookie however that is written beside others', async () => {
    const { signIn, who } = setUp({ session: { cookie: 's' } })
    const { cookie } = await signIn()
    const key = cookie.split('=')[1] ?? ''
    for (const written of [
      `s=${key}`,
      `a=b;s=${key};c=d`,
      ` s = ${key} ; c=d`,
      `s="${key}"`,
      `=x; s; s=${key}`,
      `ss=x; S=y; s=${key}`,
    ]) {
      expect(await who(written), written.replace(key, 'KEY')).toBe('zoë')
    }
    for (const written of [`s="${key}`, `s=x"${key}"`, `s="${key}"x`, `ss=${key}`, `S=${key}`, key]) {
      expect(await who(written), written.replace(key, 'KEY')).not.toBe('zoë')
    }
  })

  test('cannot be presented as a header', async () => {
    const { signIn, who, verifier } = setUp()
    const { cookie } = await signIn()
    expect(await who(cookie)).toBe('zoë')
    const key = cookie.split('=')[1]
    for (const authorization of [key, `Token ${key}`, `session ${key}`, cookie]) {
      expect(await verifier.verify(request({ authorization }))).toHaveProperty('refusal')
    }
  })
})

describe('another site', () => {
  const host = 'influx.test:8086'
  test.each([
    ['POST', {}, true],
    ['POST', { origin: 'http://influx.test:8086' }, true],
    ['POST', { origin: 'http://INFLUX.test:8086' }, true],
    ['POST', { origin: 'http://influx.test' }, false],
    ['POST', { origin: 'http://evil.test' }, false],
    ['POST', { origin: 'http://influx.test:8086.evil.test' }, false],
    ['POST', { origin: 'null' }, false],
    ['POST', { origin: 'https://app.test' }, true],
    ['POST', { 'sec-fetch-site': 'same-origin' }, true],
    ['POST', { 'sec-fetch-site': 'same-origin', origin: 'https://public.test' }, true],
    ['POST', { 'sec-fetch-site': 'none' }, true],
    ['POST', { 'sec-fetch-site': 'same-site' }, false],
    ['POST', { 'sec-fetch-site': 'cross-site' }, false],
    ['POST', { 'sec-fetch-site': 'cross-site', origin: 'http://influx.test:8086' }, false],
    ['POST', { 'sec-fetch-site': 'cross-site', origin: 'https://app.test' }, true],
    ['DELETE', { origin: 'http://evil.test' }, false],
    ['PATCH', { origin: 'http://evil.test' }, false],
    ['GET', { 'sec-fetch-site': 'cross-site' }, true],
    ['HEAD', { 'sec-fetch-site': 'cross-site' }, true],
    ['OPTIONS', { 'sec-fetch-site': 'cross-site' }, true],
    ['TRACE', { 'sec-fetch-site': 'cross-site' }, true],
    ['get', { 'sec-fetch-site': 'cross-site' }, false],
    ['PROPFIND', { 'sec-fetch-site': 'cross-site' }, false],
  ] as const)('%s with %j: let in %s', async (method, headers, letIn) => {
    const { verifier, signIn, who } = setUp({ session: { origins: ['https://app.test'] } })
    const { cookie } = await signIn()
    expect(await who(cookie, { method }, { host, ...headers })).toBe(letIn ? 'zoë' : 'cross-site')
    const signOut = await verifier.signOut(request({ cookie, host, ...headers }, { method }))
    expect(signOut.status).toBe(letIn ? 204 : 401)
  })

  // How an origin and a Host are spelt is not what they are.
  test.each([
    ['https://a.test', 'a.test:443', true, true],
    ['https://a.test', 'A.TEST', true, true],
    ['https://a.test:443', 'a.test', true, true],
    ['http://a.test', 'a.test:80', false, true],
    ['https://a.test', 'a.test.', true, true],
    ['https://bücher.test', 'xn--bcher-kva.test', true, true],
    ['http://[::1]:8086', '[0:0:0:0:0:0:0:1]:8086', false, true],
    ['http://127.0.0.1:8086', '0x7f.1:8086', false, true],
    // A proxy ended TLS, and nobody told the server.
    ['https://a.test', 'a.test', false, true],
    ['http://a.test', 'a.test', true, false],
    ['http://a.test', 'a.test:443', false, false],
    ['https://a.test', 'a.test:80', true, false],
    ['https://a.test:8443', 'a.test', true, false],
    ['capacitor://a.test', 'a.test', true, false],
    ['https://evil.test/@a.test', 'a.test', true, false],
    ['https://a.test', 'evil.test/@a.test', true, false],
    ['https://a.test', 'evil@a.test', true, false],
    ['https://a.test', 'a.test:99999', true, false],
    ['https://a.test:99999', 'a.test:99999', true, false],
  ] as const)('%s at the host %s, over TLS %s: let in %s', async (origin, host, secure, letIn) => {
    const { signIn, who } = setUp()
    const { cookie } = await signIn()
    const more = { method: 'POST', secure }
    expect(await who(cookie, more, { host, origin })).toBe(letIn ? 'zoë' : 'cross-site')
  })

  test.each([
    [{ origin: 'https://evil.influx.test' }, 'cross-site'],
    [{ 'sec-fetch-site': 'same-site' }, 'cross-site'],
    [{ origin: 'http://influx.test:8086' }, 'zoë'],
    [{}, 'zoë'],
  ])('opens a WebSocket with %j: %s', async (headers, expected) => {
    const { signIn, who } = setUp()
    const { cookie } = await signIn()
    expect(await who(cookie, {}, { host, upgrade: 'websocket', ...headers })).toBe(expected)
  })

  test('cannot put a session of its own beside one', async () => {
    const { verifier, signIn, who } = setUp()
    const [first, second] = [await signIn(), await signIn()]
    for (const cookie of [`${first.cookie}; ${second.cookie}`, `${second.cookie}; ${first.cookie}`]) {
      expect(await who(cookie)).toBe('malformed')
      expect(await verifier.signOut(request({ cookie }, { method: 'POST' }))).toMatchObject({
        status: 401,
        reason: 'malformed',
      })
      expect((await signIn({ cookie })).reply.status).toBe(204)
    }
    expect(await who(`${first.cookie}; ${first.cookie}`)).toBe('zoë')
  })

  test.each([
    ['__Host-s', 'Path=/;', true],
    ['__host-s', 'Path=/;', true],
    ['__Secure-s', 'Path=/api/;', true],
    ['s', 'Path=/api/;', false],
  ])('the cookie %s has what browsers demand of its name', async (name, path, secure) => {
    const { setCookie } = await setUp({ session: { cookie: name } }).signIn()
    expect(setCookie).toContain(path)
    expect(setCookie.endsWith('; Secure')).toBe(secure)
    if (path === 'Path=/;') {
      expect(() => setUp({ session: { cookie: name, path: '/api/' } })).toThrow(
        expect.objectContaining({ code: 'ERR_OPTION_VALUE' }),
      )
    }
  })

  test('cannot sign anybody in', async () => {
    const { signIn } = setUp()
    expect((await signIn({ origin: 'http://evil.test', host })).reply.status).toBe(401)
  })

  test('may send what it likes with a token, which no browser adds by itself', async () => {
    const { verifier } = setUp()
    const { token } = await verifier.tokens.create({ userID: 'u1', user: 'zoë', permissions: [] })
    const asked = request(
      { authorization: encodeToken(token), origin: 'http://evil.test', host },
      { method: 'POST' },
    )
    expect(await verifier.verify(asked)).toHaveProperty('principal')
  })
})
