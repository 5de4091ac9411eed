// Slow hashes are bounded: so many run, so many wait, and one client alone keeps nobody out.

import { describe, expect, test, vi } from 'vitest'
import { encodeBasic } from '../../index.ts'
import {
  type AttemptLimiter,
  createGuard,
  createVerifier,
  type PasswordHasher,
  type ServerRequest,
  type User,
  type VerifierOptions,
} from '../index.ts'
import { HashQueue } from './hash-queue.ts'

/** A hasher whose hashes end when they are told to, and which counts those that run. */
function slowHasher() {
  const ends: (() => void)[] = []
  const state = { running: 0, most: 0, all: 0 }
  const work = async (): Promise<void> => {
    state.all++
    state.most = Math.max(state.most, ++state.running)
    await new Promise<void>((resolve) => ends.push(resolve))
    state.running--
  }
  const passwords: PasswordHasher = {
    hash: async (password) => `hash of ${password}`,
    async verify(password, stored) {
      await work()
      return stored === `hash of ${password}`
    },
    isOutdated: () => false,
  }
  /** Ends those that run, and those that come after. */
  const endAll = async (): Promise<void> => {
    for (let idle = 0; idle < 20; idle++) {
      if (ends.length > 0) idle = 0
      for (const end of ends.splice(0)) end()
      await new Promise((resolve) => setTimeout(resolve, 1))
    }
  }
  return { passwords, state, endAll }
}

const zoe: User = { id: 'u1', name: 'zoë', password: 'hash of right' }

function setUp(options: VerifierOptions = {}) {
  const { passwords, state, endAll } = slowHasher()
  const errors: unknown[] = []
  const verifier = createVerifier({
    product: 'v1',
    findUser: (name) => (name === 'zoë' ? zoe : undefined),
    passwords,
    hashes: { running: 2, waiting: 4 },
    onError: (error) => errors.push(error),
    ...options,
  })
  const ask = (
    username: string,
    password: string,
    more: Partial<ServerRequest> = {},
    client = { gone: false },
  ) =>
    verifier.verify({
      get gone() {
        return client.gone
      },
      method: 'GET',
      url: '/',
      authorization: encodeBasic(username, password),
      address: '192.0.2.1',
      secure: false,
      header: () => undefined,
      ...more,
    })
  const reasonOf = async (verdict: ReturnType<typeof ask>): Promise<string> => {
    const settled = await verdict
    return 'principal' in settled ? settled.principal.user : settled.refusal.reason
  }
  return { verifier, ask, reasonOf, state, endAll, errors }
}

const settle = () => new Promise((resolve) => setTimeout(resolve, 5))

describe('slow hashes', () => {
  test('run and wait in bounded numbers; what is more is answered at once, and told to no error log', async () => {
    const { ask, state, endAll, errors } = setUp()
    const answered: number[] = []
    const all = Array.from({ length: 20 }, async (_, i) => {
      const verdict = await ask(`name${i}`, 'x')
      if ('refusal' in verdict) answered.push(verdict.refusal.status)
      return verdict
    })
    await settle()
    expect(answered).toEqual(Array(14).fill(503))
    await endAll()
    const verdicts = await Promise.all(all)
    expect(state).toEqual({ running: 0, most: 2, all: 6 })
    expect(answered.toSorted()).toEqual([...Array(6).fill(401), ...Array(14).fill(503)])
    expect(verdicts).toContainEqual({
      refusal: {
        reason: 'busy',
        status: 503,
        body: '{"error":"authentication is unavailable"}',
        headers: expect.objectContaining({ 'retry-after': '1' }),
      },
    })
    expect(errors).toEqual([])
  })

  test('wait by address in turn, so that who sends hundreds keeps out nobody else', async () => {
    const { ask, reasonOf, endAll, state } = setUp()
    const flood = Array.from({ length: 50 }, (_, i) => reasonOf(ask(`name${i}`, 'x')))
    await settle()
    const right = reasonOf(ask('zoë', 'right', { address: '192.0.2.2' }))
    await endAll()
    expect(await right).toBe('zoë')
    expect((await Promise.all(flood)).filter((reason) => reason === 'wrong')).toHaveLength(5)
    expect(state.all).toBe(6)
  })

  test.each<[string, (i: number) => string]>([
    ['addresses in one IPv6 network', (i) => `2001:db8::${i}`],
    ['one address with a port each', (i) => `192.0.2.9:${40_000 + i}`],
    ['what is no address', (i) => `client-${i}`],
  ])('of %s are of one client', async (_, addressOf) => {
    const { ask, reasonOf, endAll } = setUp()
    const flood = Array.from({ length: 50 }, (_, i) =>
      reasonOf(ask(`name${i}`, 'x', { address: addressOf(i) })),
    )
    await settle()
    const right = reasonOf(ask('zoë', 'right', { address: '192.0.2.2' }))
    await endAll()
    expect(await right).toBe('zoë')
    await Promise.all(flood)
  })

  test('are not run for clients that have gone, whose places are free', async () => {
    const { ask, reasonOf, endAll, state } = setUp()
    const clients = Array.from({ length: 6 }, () => ({ gone: false }))
    const flood = clients.map((client, i) =>
      reasonOf(ask(`name${i}`, 'x', { address: `192.0.2.${i}` }, client)),
    )
    await settle()
    for (const client of clients) client.gone = true
    const right = reasonOf(ask('zoë', 'right'))
    await endAll()
    expect(await right).toBe('zoë')
    expect((await Promise.all(flood)).filter((reason) => reason === 'busy')).toHaveLength(4)
    expect(state.all).toBe(3)
  })

  test('are run for who shares one with a client that has gone', async () => {
    const { ask, reasonOf, endAll } = setUp({ hashes: { running: 1 } })
    const client = { gone: false }
    const first = reasonOf(ask('other', 'x'))
    await settle()
    const both = [reasonOf(ask('zoë', 'right', {}, client)), reasonOf(ask('zoë', 'right'))]
    await settle()
    client.gone = true
    await endAll()
    expect(await Promise.all([first, ...both])).toEqual(['wrong', 'zoë', 'zoë'])
  })

  test('are shared by verifiers that are given the same bound', async () => {
    const hashes = { running: 1, waiting: 0 }
    const one = setUp({ hashes })
    const other = setUp({ hashes })
    const first = one.reasonOf(one.ask('zoë', 'right'))
    await settle()
    expect(await other.reasonOf(other.ask('zoë', 'right'))).toBe('busy')
    await one.endAll()
    expect(await first).toBe('zoë')
  })

  test('are none where nobody has a password', async () => {
    const { ask, reasonOf, state } = setUp({ findUser: undefined })
    expect(await reasonOf(ask('zoë', 'right'))).toBe('wrong')
    expect(state.all).toBe(0)
  })

  test('that are not run count no attempt', async () => {
    const calls: string[] = []
    const attempts: AttemptLimiter = {
      begin: ({ user }) => {
        calls.push(`begin ${user}`)
        return { wait: 0, locks: false }
      },
      succeed: ({ user }) => void calls.push(`succeed ${user}`),
      cancel: ({ user }) => void calls.push(`cancel ${user}`),
    }
    const { ask, reasonOf, endAll } = setUp({ hashes: { running: 1, waiting: 0 }, store: { attempts } })
    const first = reasonOf(ask('nobody', 'x'))
    await settle()
    expect(await reasonOf(ask('zoë', 'right'))).toBe('busy')
    await endAll()
    await first
    expect(calls).toEqual(['begin nobody', 'begin u1', 'cancel u1'])
  })
})

describe('attempts on a user', () => {
  const counting = () => {
    const begun: unknown[] = []
    const attempts: AttemptLimiter = {
      begin: (attempt) => {
        begun.push(attempt)
        return { wait: 0, locks: false }
      },
      succeed: () => undefined,
    }
    return { begun, attempts }
  }
  const lax = (name: string) => (name.trim().toLowerCase() === 'zoë' ? zoe : undefined)

  test('count on the user, however the directory lets their name be spelt, and events tell their name alone', async () => {
    const { begun, attempts } = counting()
    const told: unknown[] = []
    const { ask, reasonOf, endAll } = setUp({
      store: { attempts },
      findUser: lax,
      onEvent: (event) => told.push(event),
    })
    const all = ['zoë', 'ZOË', ' zoë  ', 'zoë'.normalize('NFD')].map((name, i) =>
      reasonOf(ask(name, `x${i}`)),
    )
    await endAll()
    expect(await Promise.all(all)).toEqual(Array(4).fill('wrong'))
    expect(begun).toEqual(Array(4).fill({ user: 'u1', address: '192.0.2.1' }))
    expect(told).toEqual(Array(4).fill(expect.objectContaining({ type: 'refused', user: 'zoë' })))
  })

  test('count together where the address is not told, and a wrong token counts apart from passwords', async () => {
    const { begun, attempts } = counting()
    const { ask, endAll } = setUp({ store: { attempts }, schemes: { token: 'exact' } })
    const asked = ask('nobody', 'x', { address: undefined })
    await endAll()
    await asked
    await ask('', '', { authorization: 'Token wrong' })
    expect(begun).toEqual([
      { user: 'nobody', address: 'unknown' },
      { address: '192.0.2.1', kind: 'token' },
    ])
  })
})

test('a stored hash that cannot be read is a wrong password that took as long, and the error log is told', async () => {
  const verified: string[] = []
  const passwords: PasswordHasher = {
    hash: async () => 'made',
    async verify(_, stored) {
      verified.push(stored)
      if (stored === '$2b$bcrypt') throw new Error('not mine')
      return false
    },
    isOutdated: () => true,
  }
  const { ask, reasonOf, errors } = setUp({
    passwords,
    findUser: () => ({ ...zoe, password: '$2b$bcrypt' }),
  })
  expect(await reasonOf(ask('zoë', 'right'))).toBe('wrong')
  expect(verified).toEqual(['$2b$bcrypt', 'made'])
  expect(errors.map(String)).toEqual(['Error: not mine'])
})

test('a guard tells a verifier whether the client has gone', async () => {
  const verify = vi.fn<(request: ServerRequest) => { refusal: never }>()
  const { verifier } = setUp()
  const guard = createGuard({
    ...verifier,
    verify: (request) => {
      verify(request)
      return verifier.verify(request)
    },
  })
  const controller = new AbortController()
  await guard(new Request('https://api.test/', { signal: controller.signal }))
  const [asked] = verify.mock.calls[0] ?? []
  expect(asked?.gone).toBe(false)
  controller.abort()
  expect(asked?.gone).toBe(true)
})

test('where it cannot be told whether a sign-in came over TLS, no session is kept', async () => {
  const create = vi.fn()
  const kept = { find: () => undefined, renew: () => undefined, list: () => [], sweep: () => 0 }
  const sessions = { ...kept, create, delete: () => true, deleteAll: () => 0 }
  const { verifier, endAll } = setUp({ product: 'v2', store: { sessions } })
  const asked = {
    method: 'POST',
    url: '/api/v2/signin',
    authorization: encodeBasic('zoë', 'right'),
    address: '192.0.2.1',
    get secure(): boolean {
      throw new Error('not this')
    },
    header: () => undefined,
  }
  const reply = verifier.signIn(asked)
  await endAll()
  expect(await reply).toMatchObject({ status: 503 })
  expect(create).not.toHaveBeenCalled()
})

describe('the queue', () => {
  const [A, B, C, D] = ['192.0.2.1', '192.0.2.2', '192.0.2.3', '192.0.2.4']

  /** A queue, what has begun in it, and who has gone. */
  function makeQueue(waiting: number) {
    const queue = new HashQueue({ running: 1, waiting })
    const begun: string[] = []
    const gone = new Set<string>()
    const ends: (() => void)[] = []
    /** What it comes to: its name, or `undefined`. */
    const run = (name: string, address: string | undefined) =>
      queue.run(
        () => {
          begun.push(name)
          return new Promise<string>((resolve) => ends.push(() => resolve(name)))
        },
        address,
        () => gone.has(name),
      )
    /** Ends the one that runs, and says which comes next. */
    const next = async (): Promise<string | undefined> => {
      await new Promise((resolve) => setTimeout(resolve, 1))
      const before = begun.length
      ends.shift()?.()
      await new Promise((resolve) => setTimeout(resolve, 1))
      return begun[before]
    }
    return { run, next, begun, gone }
  }

  test('runs two, and has 32 wait, where nobody says how many', async () => {
    const queue = new HashQueue({})
    let begun = 0
    const ends: (() => void)[] = []
    const hash = () => {
      begun++
      return new Promise<string>((resolve) => ends.push(() => resolve('ended')))
    }
    const all = Array.from({ length: 40 }, (_, i) => queue.run(hash, `192.0.2.${i}`, () => false))
    await settle()
    expect(begun).toBe(2)
    for (let i = 0; i < 40; i++) {
      for (const end of ends.splice(0)) end()
      await new Promise((resolve) => setImmediate(resolve))
    }
    expect(await Promise.all(all)).toEqual([...Array(34).fill('ended'), ...Array(6).fill(undefined)])
  })

  test('takes each address in its turn', async () => {
    const { run, next, begun } = makeQueue(9)
    for (const [name, address] of [
      ['a1', A],
      ['a2', A],
      ['a3', A],
      ['a4', A],
      ['b1', B],
      ['c1', C],
      ['b2', B],
    ] as const) {
      void run(name, address)
    }
    while (await next());
    expect(begun).toEqual(['a1', 'a2', 'b1', 'c1', 'a3', 'b2', 'a4'])
  })

  test('passes over those that have gone, and is free again where all have', async () => {
    const { run, next, begun, gone } = makeQueue(9)
    void run('a1', A)
    const left = [run('a2', A), run('b1', B)]
    void run('c1', C)
    for (const name of ['a2', 'b1']) gone.add(name)
    expect(await next()).toBe('c1')
    expect(await Promise.all(left)).toEqual([undefined, undefined])
    const last = run('d1', D)
    gone.add('d1')
    expect(await next()).toBeUndefined()
    expect(await last).toBeUndefined()
    void run('e1', A)
    await vi.waitFor(() => expect(begun).toHaveLength(3))
    expect(begun).toEqual(['a1', 'c1', 'e1'])
  })

  test('holds no more than it may, also after some have gone, and after all have had their turn', async () => {
    const { run, next, gone } = makeQueue(2)
    for (const round of ['first', 'second', 'third']) {
      const running = run(`${round} a1`, A)
      const waiting = run(`${round} a2`, A)
      const going = run(`${round} b1`, B)
      expect(await run(`${round} c1`, C)).toBeUndefined()
      gone.add(`${round} b1`)
      const instead = run(`${round} c2`, C)
      expect(await going).toBeUndefined()
      for (const address of [A, B, C, D]) expect(await run(`${round} no`, address)).toBeUndefined()
      expect([await next(), await next(), await next()]).toEqual([`${round} a2`, `${round} c2`, undefined])
      expect([await running, await waiting, await instead]).toEqual([
        `${round} a1`,
        `${round} a2`,
        `${round} c2`,
      ])
    }
  })

  test('makes room for others by the last of the address that has most waiting', async () => {
    const { run, next, begun } = makeQueue(4)
    void run('a1', A)
    void run('a2', A)
    void run('a3', A)
    const last = run('a4', A)
    void run('b1', B)
    void run('c1', C)
    expect(await last).toBeUndefined()
    // Two to one is no more than whoever comes would have.
    expect(await run('b2', B)).toBeUndefined()
    void run('d1', D)
    while (await next());
    expect(begun).toEqual(['a1', 'a2', 'b1', 'c1', 'd1'])
    // And there is room for as many as before.
    const all = ['again 1', 'again 2', 'again 3', 'again 4', 'again 5']
    for (const [i, name] of all.entries()) void run(name, [A, B, C, D][i % 4])
    while (await next());
    expect(begun.slice(5)).toEqual(all)
  })
})
