// Revoked means revoked: at once in this process, whatever is under way; and what others revoke costs nobody what is remembered of them.

import { afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { encodeBasic, encodeBearer, encodeToken } from '../../index.ts'
import {
  createMemoryStore,
  createVerifier,
  type MemoryStore,
  pbkdf2Passwords,
  type ServerRequest,
  StoreError,
  type User,
  type Verifier,
  type VerifierOptions,
} from '../index.ts'
import { RevocationLog } from './revocations.ts'

const passwords = pbkdf2Passwords({ iterations: 100 })
const hashed: Record<string, string> = {}
beforeAll(async () => {
  for (const password of ['old', 'new']) hashed[password] = await passwords.hash(password)
})

let store: MemoryStore
let users: Map<string, User>
beforeEach(() => {
  store = createMemoryStore()
  users = new Map(['joe', 'zoë'].map((name) => [name, { id: `id of ${name}`, name, password: hashed.old }]))
})
afterEach(() => {
  vi.useRealTimers()
})

function make(options: VerifierOptions = {}): Verifier {
  const findUser = (name: string) => users.get(name)
  return createVerifier({ product: 'v2', store, findUser, passwords, tarpit: false, ...options })
}

function request(headers: Readonly<Record<string, string>> = {}): ServerRequest {
  const { authorization, ...others } = headers
  return { method: 'POST', url: '/', authorization, secure: false, header: (name) => others[name] }
}

async function signIn(verifier: Verifier, user = 'joe', password = 'old', cookie = ''): Promise<string> {
  const reply = await verifier.signIn(request({ authorization: encodeBasic(user, password), cookie }))
  return reply.headers['set-cookie']?.split(';', 1)[0] ?? String(reply.status)
}

async function who(verifier: Verifier, headers: Readonly<Record<string, string>>): Promise<string> {
  const verdict = await verifier.verify(request(headers))
  return 'principal' in verdict ? verdict.principal.user : verdict.refusal.reason
}

const tokenOf = async (verifier: Verifier, user = 'joe') => {
  const { token, stored } = await verifier.tokens.create({ userID: `id of ${user}`, user, permissions: [] })
  return { id: stored.id, authorization: encodeToken(token) }
}

/** Holds a store's answers back, or loses them, once it has done what it was asked. */
function held<A extends readonly unknown[], R>(act: (...args: A) => R) {
  const waiting: (() => void)[] = []
  const spy = vi.fn(async (...args: A): Promise<Awaited<R>> => {
    const answer = await act(...args)
    await new Promise<void>((resolve) => waiting.push(resolve))
    return answer
  })
  return {
    spy,
    /** Lets the first that waits go on. */
    async answer() {
      await vi.waitFor(() => expect(waiting).not.toHaveLength(0))
      waiting.shift()?.()
    },
    arrived: () => vi.waitFor(() => expect(waiting).not.toHaveLength(0)),
  }
}

const lost = <A extends readonly unknown[]>(act: (...args: A) => unknown) =>
  vi.fn(async (...args: A): Promise<never> => {
    await act(...args)
    throw new Error('the connection was lost')
  })

describe('what is remembered of others outlives', () => {
  const setUp = async () => {
    const find = vi.fn(store.sessions.find)
    const findToken = vi.fn(store.tokens.find)
    const verifier = make({
      store: { tokens: { ...store.tokens, find: findToken }, sessions: { ...store.sessions, find } },
    })
    const cookie = await signIn(verifier)
    const { authorization } = await tokenOf(verifier)
    const known = async () => [await who(verifier, { cookie }), await who(verifier, { authorization })]
    await known()
    return {
      verifier,
      async lookUps() {
        for (const spy of [find, findToken]) spy.mockClear()
        expect(await known()).toEqual(['joe', 'joe'])
        return find.mock.calls.length + findToken.mock.calls.length
      },
    }
  }

  test.each<[string, (verifier: Verifier) => Promise<unknown>]>([
    ['signing out with a cookie of nobody', (v) => v.signOut(request({ cookie: 'influxdb-oss-session=x' }))],
    ['signing in with a cookie of nobody', (v) => signIn(v, 'zoë', 'old', 'influxdb-oss-session=x')],
    ["another's sign-in and sign-out", async (v) => v.signOut(request({ cookie: await signIn(v, 'zoë') }))],
    ["another's second sign-in", async (v) => signIn(v, 'zoë', 'old', await signIn(v, 'zoë'))],
    ['the end of all sessions of another', (v) => v.sessions.revokeAll('id of zoë')],
    ['a change of another', async (v) => v.forget('id of zoë')],
    ['the end of a token of another', async (v) => v.tokens.delete((await tokenOf(v, 'zoë')).id)],
    ['the end of a session that is not theirs', (v) => v.sessions.revoke('id of zoë', 'x')],
  ])('%s', async (_, act) => {
    const { verifier, lookUps } = await setUp()
    await act(verifier)
    expect(await lookUps()).toBe(0)
  })

  test('a sign-out of nobody while the store fails', async () => {
    const { verifier, lookUps } = await setUp()
    const broken = make({ store: { ...store, sessions: { ...store.sessions, find: lost(() => 0) } } })
    expect((await broken.signOut(request({ cookie: 'influxdb-oss-session=x' }))).status).toBe(503)
    expect(await lookUps()).toBe(0)
    expect(verifier).toBeDefined()
  })
})

describe('at once', () => {
  test.each<[string, (verifier: Verifier) => unknown]>([
    ['a change of the user', (v) => v.forget('id of joe')],
    ['a change of everybody', (v) => v.forget()],
    ['a change that a listener is told of', (v) => (v.forget as (event: unknown) => void)({ user: 'zoë' })],
  ])('%s is seen', async (_, change) => {
    const verifier = make()
    const { authorization } = await tokenOf(verifier)
    const cookie = await signIn(verifier)
    const both = async () => [await who(verifier, { authorization }), await who(verifier, { cookie })]
    expect(await both()).toEqual(['joe', 'joe'])
    users.set('joe', { ...(users.get('joe') as User), status: 'inactive' })
    await change(verifier)
    expect(await both()).toEqual(['disabled', 'disabled'])
  })

  test('a session ends with the token that it was started with', async () => {
    const verifier = make({ product: 'cloud-serverless' })
    const { token, stored } = await verifier.tokens.create({
      userID: 'id of joe',
      user: 'joe',
      permissions: [],
    })
    const cookie = await signIn(verifier, 'joe', token)
    expect(await who(verifier, { cookie })).toBe('joe')
    await verifier.tokens.delete(stored.id)
    expect(await who(verifier, { cookie })).toBe('wrong')
  })

  test('a second verifier over the same store sees what the first revoked', async () => {
    // As auth-node's does, with a copy of the store and a memory of its own.
    const [one, other] = [make(), make({ store: { ...store } })]
    const { id, authorization } = await tokenOf(one)
    const cookie = await signIn(one)
    expect([await who(other, { authorization }), await who(other, { cookie })]).toEqual(['joe', 'joe'])
    await one.tokens.delete(id)
    await one.sessions.revokeAll('id of joe')
    expect([await who(other, { authorization }), await who(other, { cookie })]).toEqual(['wrong', 'wrong'])
  })

  test('what a store did is seen, also where its answer was lost', async () => {
    const { sessions, tokens } = store
    const verifier = make({
      store: {
        tokens: { ...tokens, delete: lost(tokens.delete), update: lost(tokens.update) },
        sessions: { ...sessions, delete: lost(sessions.delete), deleteAll: lost(sessions.deleteAll) },
      },
    })
    const acts: ((ids: { token: string; session: string; cookie: string }) => Promise<unknown>)[] = [
      ({ token }) => verifier.tokens.delete(token),
      ({ token }) => verifier.tokens.update(token, { status: 'inactive' }),
      ({ session }) => verifier.sessions.revoke('id of joe', session),
      () => verifier.sessions.revokeAll('id of joe'),
      ({ cookie }) => verifier.signOut(request({ cookie })),
    ]
    for (const [i, act] of acts.entries()) {
      await sessions.deleteAll('id of joe')
      const { id: token, authorization } = await tokenOf(verifier)
      const cookie = await signIn(verifier)
      const [session] = await verifier.sessions.list('id of joe')
      const asked = i < 2 ? { authorization } : { cookie }
      expect(await who(verifier, asked)).toBe('joe')
      await act({ token, session: session?.id ?? '', cookie }).catch(() => undefined)
      expect(await who(verifier, asked)).toMatch(/^(wrong|inactive)$/)
    }
  })

  describe.each<['a token' | 'a session']>([['a token'], ['a session']])(
    '%s that nobody was told of',
    (what) => {
      const known = { userID: 'id of joe', user: 'joe', permissions: [], token: 'known-beforehand' }
      const setUp = (failures: number) => {
        const { sessions, tokens } = store
        const errors: unknown[] = []
        const gone = new StoreError('ERR_STORE_UNAVAILABLE', 'gone')
        /** Fails a few times, and does nothing then. */
        const deletes = (remove: (id: string) => unknown) =>
          vi.fn(async (id: string) => {
            if (failures-- > 0) throw gone
            return remove(id) as boolean
          })
        const removeToken = deletes(tokens.delete)
        const removeSession = deletes(sessions.delete)
        const verifier = make({
          store: {
            tokens: { ...tokens, create: lost(tokens.create), delete: removeToken },
            sessions: { ...sessions, create: lost(sessions.create), delete: removeSession },
          },
          onError: (error) => errors.push(error),
        })
        const isToken = what === 'a token'
        return {
          errors,
          async act() {
            const began = performance.now()
            const outcome = isToken
              ? await verifier.tokens.create(known).catch((error) => error.message)
              : (await verifier.signIn(request({ authorization: encodeBasic('joe', 'old') }))).status
            return { outcome, milliseconds: performance.now() - began }
          },
          kept: () => (isToken ? tokens.list() : sessions.list('id of joe')),
          verifier,
          isToken,
        }
      }

      test('is deleted again, at once or a second later', async () => {
        for (const failures of [0, 1]) {
          const { act, kept, verifier, isToken } = setUp(failures)
          const { outcome, milliseconds } = await act()
          expect(outcome).toBe(isToken ? 'the connection was lost' : 503)
          // Whoever makes a token waits for it, and may try again; whoever signs in does not.
          if (!isToken || failures === 0) expect(milliseconds).toBeLessThan(900)
          else expect(kept()).toEqual([])
          await vi.waitFor(() => expect(kept()).toEqual([]), 3000)
          expect(await who(verifier, { authorization: encodeToken(known.token) })).toBe('wrong')
        }
      })

      test('is told of where it cannot be deleted', async () => {
        const { act, kept, errors, isToken } = setUp(2)
        await act()
        await vi.waitFor(() => expect(errors.length).toBeGreaterThan(isToken ? 0 : 1), 3000)
        expect(kept()).toHaveLength(1)
        const id = isToken ? (await kept())[0]?.id : 'gone'
        expect(`${errors.at(-1)}`).toContain(id)
        expect(errors.at(-1)).toMatchObject({ code: 'ERR_STORE_UNAVAILABLE' })
        if (isToken) expect(errors.at(-1)).toHaveProperty('cause')
        expect(`${errors}`).not.toContain(known.token)
      })
    },
  )

  test('a token that there is already is not deleted because it cannot be made again', async () => {
    const remove = vi.fn(store.tokens.delete)
    const verifier = make({ store: { ...store, tokens: { ...store.tokens, delete: remove } } })
    const known = { userID: 'id of joe', user: 'joe', permissions: [], token: 'known-beforehand' }
    await verifier.tokens.create(known)
    await expect(verifier.tokens.create(known)).rejects.toMatchObject({ code: 'ERR_STORE_EXISTS' })
    expect(remove).not.toHaveBeenCalled()
    expect(await who(verifier, { authorization: encodeToken(known.token) })).toBe('joe')
  })

  test('more revocations than are told apart end all the same', async () => {
    const verifier = make()
    const { id, authorization } = await tokenOf(verifier)
    const { authorization: untouched } = await tokenOf(verifier)
    expect(await who(verifier, { authorization })).toBe('joe')
    expect(await who(verifier, { authorization: untouched })).toBe('joe')
    await verifier.tokens.delete(id)
    for (let i = 0; i < 10_000; i++) await verifier.tokens.delete(`${i}`)
    expect(await who(verifier, { authorization })).toBe('wrong')
    expect(await who(verifier, { authorization: untouched })).toBe('joe')
  })
})

describe('while something is under way', () => {
  test('a session that was looked up before it was revoked is not remembered', async () => {
    const find = held(store.sessions.find)
    const cookie = await signIn(make())
    const verifier = make({ store: { ...store, sessions: { ...store.sessions, find: find.spy } } })
    const asked = who(verifier, { cookie })
    await find.arrived()
    await verifier.sessions.revokeAll('id of joe')
    await find.answer()
    await asked
    const again = who(verifier, { cookie })
    await find.answer()
    expect(await again).toBe('wrong')
  })

  test('a token that is let in while it is being deleted is forgotten once it is', async () => {
    const remove = held(() => undefined)
    const tokens = {
      ...store.tokens,
      delete: async (id: string) => {
        await remove.spy()
        return store.tokens.delete(id)
      },
    }
    const verifier = make({ store: { ...store, tokens } })
    const { token, stored } = await verifier.tokens.create({
      userID: 'id of joe',
      user: 'joe',
      permissions: [],
    })
    const authorization = encodeToken(token)
    const deleting = verifier.tokens.delete(stored.id)
    await remove.arrived()
    expect(await who(verifier, { authorization })).toBe('joe')
    await remove.answer()
    expect(await deleting).toBe(true)
    expect(await who(verifier, { authorization })).toBe('wrong')
  })

  test('a session that is renewed as it is revoked does not come back', async () => {
    const cookie = await signIn(make())
    vi.useFakeTimers({ now: Date.now() + 1_800_000, toFake: ['Date'] })
    const renew = held(() => undefined)
    const sessions = {
      ...store.sessions,
      renew: async (id: string, until: number) => {
        await renew.spy()
        await store.sessions.renew(id, until)
      },
    }
    const verifier = make({ store: { ...store, sessions } })
    const asked = who(verifier, { cookie })
    await renew.arrived()
    await verifier.sessions.revokeAll('id of joe')
    await renew.answer()
    await asked
    expect(await who(verifier, { cookie })).toBe('wrong')
    expect(await verifier.sessions.list('id of joe')).toEqual([])
  })

  test.each<[string, string, (verifier: Verifier) => unknown]>([
    [
      'the password changes, and its user is forgotten',
      '401',
      (v) => {
        users.set('joe', { ...(users.get('joe') as User), password: hashed.new })
        v.forget('id of joe')
      },
    ],
    [
      'the password changes, and all sessions end',
      '401',
      async (v) => {
        users.set('joe', { ...(users.get('joe') as User), password: hashed.new })
        await v.sessions.revokeAll('id of joe')
      },
    ],
    ['all sessions end', 'influxdb-oss-session=', (v) => v.sessions.revokeAll('id of joe')],
  ])('a sign-in is checked again when %s', async (_, expected, change) => {
    for (const slow of ['verify', 'create'] as const) {
      users.set('joe', { id: 'id of joe', name: 'joe', password: hashed.old })
      const verify = held(passwords.verify)
      const create = held(store.sessions.create)
      const verifier = make({
        passwords: { ...passwords, ...(slow === 'verify' && { verify: verify.spy }) },
        store: {
          ...store,
          sessions: { ...store.sessions, ...(slow === 'create' && { create: create.spy }) },
        },
      })
      const under = slow === 'verify' ? verify : create
      const signing = signIn(verifier)
      await under.arrived()
      await change(verifier)
      let done = false
      void signing.finally(() => {
        done = true
      })
      while (!done) {
        await vi.waitFor(() => under.answer().catch(() => undefined))
        await new Promise((resolve) => setTimeout(resolve, 5))
      }
      expect((await signing).startsWith(expected)).toBe(true)
      const left = await store.sessions.list('id of joe')
      expect(left).toHaveLength(expected.startsWith('influxdb') ? 1 : 0)
      await store.sessions.deleteAll('id of joe')
    }
  })

  test('a password that was checked while it was changed is not remembered', async () => {
    const verify = held(passwords.verify)
    const verifier = make({ product: 'v1', passwords: { ...passwords, verify: verify.spy } })
    const authorization = encodeBasic('joe', 'old')
    const before = who(verifier, { authorization })
    await verify.arrived()
    users.set('joe', { ...(users.get('joe') as User), password: hashed.new })
    // Whoever comes with the old password after the change must not share the check that began before it.
    const after = who(verifier, { authorization })
    let done = false
    void Promise.all([before, after]).finally(() => {
      done = true
    })
    while (!done) await verify.answer().catch(() => undefined)
    expect([await before, await after]).toEqual(['wrong', 'wrong'])
  })

  test.each<[string, string, () => unknown]>([
    ['changed', '401', () => users.set('joe', { ...(users.get('joe') as User), password: hashed.new })],
    ['deactivated', '403', () => users.set('joe', { ...(users.get('joe') as User), status: 'inactive' })],
    ['deleted', '401', () => users.delete('joe')],
  ])(
    'a sign-in is refused whose user was %s while the hash ran, though nobody says so',
    async (_, status, change) => {
      const verify = held(passwords.verify)
      const verifier = make({ passwords: { ...passwords, verify: verify.spy } })
      const signing = signIn(verifier)
      await verify.arrived()
      await change()
      let done = false
      void signing.finally(() => {
        done = true
      })
      while (!done) await verify.answer().catch(() => undefined)
      expect(await signing).toBe(status)
      expect(await store.sessions.list('id of joe')).toEqual([])
    },
  )

  test('a better hash of an old password does not take the place of a new one', async () => {
    const hash = held(passwords.hash)
    const onPasswordUpgrade = vi.fn()
    const verifier = make({
      passwords: { ...passwords, isOutdated: () => true, hash: hash.spy },
      onPasswordUpgrade,
    })
    const signing = signIn(verifier)
    await hash.answer() // that of nobody
    await hash.arrived()
    users.set('joe', { ...(users.get('joe') as User), password: hashed.new })
    await hash.answer()
    await signing
    expect(onPasswordUpgrade).not.toHaveBeenCalled()
  })
})

describe('is bounded:', () => {
  test('one token under any number of names is one entry, and drives nobody out', async () => {
    const find = vi.fn(store.tokens.find)
    const verifier = make({
      product: 'v3',
      store: { ...store, tokens: { ...store.tokens, find } },
      cache: { entries: 2 },
    })
    const { authorization } = await tokenOf(verifier, 'zoë')
    const { token } = await verifier.tokens.create({ userID: 'id of joe', user: 'joe', permissions: [] })
    expect(await who(verifier, { authorization })).toBe('zoë')
    for (let i = 0; i < 100; i++) {
      expect(await who(verifier, { authorization: encodeBasic(`user ${i}`, token) })).toBe('joe')
    }
    expect(await who(verifier, { authorization: encodeBearer(token) })).toBe('joe')
    expect(await who(verifier, { authorization })).toBe('zoë')
    expect(find).toHaveBeenCalledTimes(2)
  })

  test('one token that is asked for many times at once is one entry, and drives nobody out', async () => {
    const find = vi.fn(async (hash: string) => store.tokens.find(hash))
    const verifier = make({
      product: 'v3',
      store: { ...store, tokens: { ...store.tokens, find } },
      cache: { bytes: 3000 },
    })
    const { authorization } = await tokenOf(verifier, 'zoë')
    const { token } = await verifier.tokens.create({ userID: 'id of joe', user: 'joe', permissions: [] })
    expect(await who(verifier, { authorization })).toBe('zoë')
    const asked = Array.from({ length: 50 }, (_, i) =>
      who(verifier, { authorization: encodeBasic(`user ${i}`, token) }),
    )
    expect(new Set(await Promise.all(asked))).toEqual(new Set(['joe']))
    find.mockClear()
    expect(await who(verifier, { authorization })).toBe('zoë')
    expect(find).not.toHaveBeenCalled()
  })

  test('by bytes, those of the ways to write a credential included', async () => {
    const find = vi.fn(store.tokens.find)
    const verifier = make({
      product: 'v3',
      store: { ...store, tokens: { ...store.tokens, find } },
      cache: { bytes: 8000 },
    })
    const tokens = await Promise.all(
      Array.from({ length: 3 }, () =>
        verifier.tokens.create({ userID: 'id of joe', user: 'joe', permissions: [] }),
      ),
    )
    const ask = (i: number, name: string) =>
      who(verifier, { authorization: encodeBasic(name, tokens[i]?.token ?? '') })
    for (const i of [0, 1, 2, 0, 1, 2]) await ask(i, 'a')
    expect(find).toHaveBeenCalledTimes(3)
    for (const i of [0, 1, 2]) await ask(i, 'a'.repeat(3000))
    expect(find).toHaveBeenCalledTimes(3)
    for (const i of [0, 1, 2]) await ask(i, 'a')
    expect(find.mock.calls.length).toBeGreaterThan(3)
  })

  test('a clock that is set back, or ahead, prolongs nothing', async () => {
    vi.useFakeTimers()
    const find = vi.fn(store.tokens.find)
    const verifier = make({ store: { ...store, tokens: { ...store.tokens, find } } })
    const { authorization } = await tokenOf(verifier)
    for (const jump of [-86_400_000, 86_400_000]) {
      find.mockClear()
      vi.advanceTimersByTime(5000)
      await who(verifier, { authorization })
      vi.setSystemTime(Date.now() + jump)
      await who(verifier, { authorization })
      expect(find).toHaveBeenCalledTimes(1)
      vi.advanceTimersByTime(5000)
      await who(verifier, { authorization })
      expect(find).toHaveBeenCalledTimes(2)
    }
  })

  test('a session is remembered no longer than it lasts', async () => {
    vi.useFakeTimers()
    const verifier = make({ session: { idle: 2, lifetime: 2 } })
    const cookie = await signIn(verifier)
    expect(await who(verifier, { cookie })).toBe('joe')
    vi.advanceTimersByTime(1999)
    expect(await who(verifier, { cookie })).toBe('joe')
    vi.advanceTimersByTime(1)
    expect(await who(verifier, { cookie })).toBe('wrong')
  })

  test('what was asked for long before its answer is not remembered beyond its seconds', async () => {
    vi.useFakeTimers()
    const find = vi.fn(async (hash: string) => {
      const found = await store.tokens.find(hash)
      await new Promise((resolve) => setTimeout(resolve, 4000))
      return found
    })
    const digest = (secret: string) => `digest of ${secret}`
    const verifier = make({ digest, store: { ...store, tokens: { ...store.tokens, find } } })
    const { authorization } = await tokenOf(verifier)
    const ask = async () => {
      const asked = who(verifier, { authorization })
      await vi.advanceTimersByTimeAsync(4000)
      return asked
    }
    expect(await ask()).toBe('joe')
    vi.advanceTimersByTime(1000)
    expect(await ask()).toBe('joe')
    expect(find).toHaveBeenCalledTimes(2)
  })
})

describe('a log of revocations', () => {
  const joe = { by: 'session', userID: 'id of joe', user: 'joe', sessionID: 's1', permissions: [] } as const

  test.each([{ userID: joe.userID }, { sessionID: joe.sessionID }, { sessionsOf: joe.userID }])(
    'holds nothing against what was found to be right since: %j',
    (revoked) => {
      const log = new RevocationLog()
      const before = RevocationLog.now()
      log.note(revoked)
      const since = RevocationLog.now()
      log.note({ userID: 'id of zoë' })
      expect([log.hasRevoked(joe, before), log.hasRevoked(joe, since)]).toEqual([true, false])
    },
  )

  test('tells 10,000 apart, forgets everybody with the next, and tells as many apart from there on', () => {
    const log = new RevocationLog()
    for (let round = 0; round < 3; round++) {
      const since = RevocationLog.now()
      for (let i = 0; i < 10_000; i++) log.note({ tokenID: `${round} ${i}` })
      expect(log.hasRevoked(joe, since)).toBe(false)
      log.note({ tokenID: `${round} last` })
      expect(log.hasRevoked(joe, since)).toBe(true)
    }
  })
})
