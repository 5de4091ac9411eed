// What is absent comes from nowhere: not from what a mistake elsewhere in the program put on the prototype that all objects have.

import { afterEach, describe, expect, test, vi } from 'vitest'
import { type AuthorizerOptions, createAuthorizer, createTarget } from './client/index.ts'
import { encodeBasic } from './index.ts'
import { influxApi, me } from './influxdb/index.ts'
import {
  allowed,
  checkOptions,
  createGuard,
  createMemoryStore,
  createVerifier,
  type ServerRequest,
  type VerifierOptions,
} from './server/index.ts'

const polluted: string[] = []
function pollute(members: Record<string, unknown>): void {
  polluted.push(...Object.keys(members))
  Object.assign(Object.prototype, members)
}
afterEach(() => {
  for (const name of polluted.splice(0)) Reflect.deleteProperty(Object.prototype, name)
})

const asked = (authorization: string, given: Partial<ServerRequest> = {}): ServerRequest => ({
  method: 'GET',
  url: '/',
  authorization,
  secure: true,
  header: () => undefined,
  ...given,
})

describe('an option', () => {
  test('that lets a credential out in clear', () => {
    pollute({ allowInsecure: true })
    const refused = expect.objectContaining({ code: 'ERR_TARGET_INSECURE' })
    expect(() => createTarget({ origin: 'http://influx.example' })).toThrow(refused)
    expect(() => createAuthorizer({ origin: 'http://influx.example', credentials: 'x' })).toThrow(refused)
    expect(() => influxApi({ url: 'http://influx.example', credentials: 'x' })).toThrow(refused)
  })

  test('that is handed the credential', async () => {
    const stolen = vi.fn(async () => new Response('{"id":"1","name":"evil"}'))
    pollute({ fetch: stolen, onEvent: stolen })
    await me(influxApi({ url: 'http://127.0.0.1:1', credentials: 'x' })).catch(() => undefined)
    await createAuthorizer({ origin: 'http://127.0.0.1:1', credentials: 'x' }).authorize(
      new URL('http://127.0.0.1:1'),
    )
    expect(stolen).not.toHaveBeenCalled()
  })

  test('that says who has a token, or where it may stand', async () => {
    const evil = { id: '1', status: 'active', userID: '9', user: 'evil', permissions: 'all' }
    pollute({ findToken: () => evil, schemes: { query: 'p' }, query: 'p' })
    const verifier = createVerifier({ store: createMemoryStore() })
    for (const request of [asked('Token x'), asked('Token y', { url: '/?p=x' })]) {
      expect(Object.hasOwn(await verifier.verify(request), 'principal')).toBe(false)
    }
  })

  test.each([{ session: { idle: 60 } }, {}])(
    'within another, that says whose pages may use a session: %j',
    async (options) => {
      pollute({ origins: ['https://evil.example'] })
      const verifier = createVerifier({ product: 'v1', store: createMemoryStore(), ...options })
      const header = (name: string) => (name === 'origin' ? 'https://evil.example' : undefined)
      const verdict = await verifier.verify(asked(encodeBasic('a', 'b'), { method: 'POST', header }))
      expect(verdict).toMatchObject({ refusal: { reason: 'cross-site' } })
    },
  )

  test.each<[string, VerifierOptions]>([
    ['nothing', {}],
    ['another of them', { session: { clearSiteData: true } }],
  ])('that says what a session is like, where the verifier is told %s', async (_, options) => {
    pollute({ cookie: 'evil', path: '/evil', lifetime: 1, idle: 1 })
    const store = createMemoryStore()
    const verifier = createVerifier({ store, ...options })
    const permissions: never[] = []
    await verifier.tokens.create({ userID: '1', user: 'zoë', permissions, token: 'x' })
    const { headers } = await verifier.signIn(asked(encodeBasic('zoë', 'x'), { method: 'POST' }))
    expect(headers['set-cookie']).toMatch(/^influxdb-oss-session=[\w-]+; Path=\/api\/;/)
    const [session] = await verifier.sessions.list('1')
    expect((session?.expiresAt ?? 0) - (session?.createdAt ?? 0)).toBe(3_600_000)
    expect((session?.endsAt ?? 0) - (session?.createdAt ?? 0)).toBe(86_400_000)
  })

  test.each<[string, VerifierOptions]>([
    ['nothing', {}],
    ['some', { cache: {} }],
    ['that none are', { cache: false }],
  ])('that says how long a token is remembered, where the verifier is told %s', async (_, options) => {
    pollute({ seconds: 0, entries: 0, bytes: 0, now: () => Number.NaN })
    const stored = { id: '1', userID: '1', user: 'zoë', hash: '', status: 'active', permissions: [] } as const
    const findToken = vi.fn(() => ({ ...stored, description: '', createdAt: '', updatedAt: '' }))
    const verifier = createVerifier({ findToken, ...options })
    for (let i = 0; i < 2; i++) await verifier.verify(asked('Token x'))
    expect(findToken).toHaveBeenCalledTimes(options.cache === false ? 2 : 1)
  })

  test('that could not be one of its options', () => {
    pollute({ hashes: 1 })
    expect(() => createVerifier({})).not.toThrow()
  })

  test.each<[string, VerifierOptions]>([
    ['nothing', {}],
    ['something', { hashes: {}, tarpit: {} }],
  ])('that says who waits for how long, where the verifier is told %s', async (_, options) => {
    pollute({ hashes: { running: 1, waiting: 0 }, running: 1, waiting: 0, milliseconds: 0, answers: 0 })
    vi.useFakeTimers({ toFake: ['setTimeout'] })
    try {
      const passwords = { hash: async () => 'h', verify: async () => false, isOutdated: () => false }
      const attempts = { begin: () => ({ wait: 0, locks: false }), succeed: () => undefined }
      const verifier = createVerifier({
        product: 'v1',
        passwords,
        findUser: () => undefined,
        store: { attempts },
        ...options,
      })
      const verdicts = await Promise.all(
        ['a', 'b', 'c'].map((password) => verifier.verify(asked(encodeBasic('zoë', password)))),
      )
      expect(verdicts).toEqual(Array(3).fill({ refusal: expect.objectContaining({ reason: 'wrong' }) }))
      attempts.begin = () => ({ wait: 9, locks: false })
      const held = Promise.resolve(verifier.verify(asked(encodeBasic('zoë', 'd'))))
      await vi.waitFor(() => expect(vi.getTimerCount()).toBe(1))
      await vi.advanceTimersByTimeAsync(1000)
      expect(await held).toMatchObject({ refusal: { reason: 'limited' } })
    } finally {
      vi.useRealTimers()
    }
  })
})

test('a user who is given no permissions has none', async () => {
  pollute({ permissions: 'all', orgID: 'evil' })
  const passwords = { hash: async () => 'h', verify: async () => true, isOutdated: () => false }
  const findUser = (name: string) => ({ id: '1', name, password: 'h' })
  const verifier = createVerifier({ product: 'v1', findUser, passwords } as VerifierOptions)
  const verdict = await verifier.verify(asked(encodeBasic('zoë', 'open sesame')))
  expect(verdict).toMatchObject({ principal: { user: 'zoë', permissions: [], orgID: undefined } })
})

test('a refusal is nobody', async () => {
  pollute({ userID: 'evil', principal: { userID: 'evil' } })
  const handler = vi.fn(() => new Response('welcome'))
  const guard = createGuard(createVerifier({ store: createMemoryStore() }), { address: () => '192.0.2.1' })
  const headers = { authorization: 'Token wrong' }
  const response = await guard.protect(handler)(new Request('https://api.test/', { headers }))
  expect(response.status).toBe(401)
  expect(handler).not.toHaveBeenCalled()
})

describe('options', () => {
  const rules = { seconds: allowed.whole(1), within: allowed.group({ most: allowed.whole(1) }) }

  test('are given back without what is on no object of theirs', () => {
    pollute({ seconds: 5, most: 6 })
    expect({ ...checkOptions<object>({ within: {} }, rules as never) }).toEqual({ within: {} })
    expect((checkOptions<object>({}, rules as never) as { seconds?: number }).seconds).toBeUndefined()
  })

  test('of a class, or made from others, are checked and count', () => {
    class Config {
      get seconds() {
        return 0
      }
    }
    const refused = expect.objectContaining({ code: 'ERR_OPTION_VALUE' })
    expect(() => checkOptions<object>(new Config(), rules as never)).toThrow(refused)
    expect(() => checkOptions<object>(Object.create({ seconds: 0 }), rules as never)).toThrow(refused)
    expect(checkOptions<object>(Object.create({ seconds: 2 }), rules as never)).toMatchObject({ seconds: 2 })
    const odd = Object.create({ allowInsecure: 'false', origin: 'http://influx.example', credentials: 'x' })
    expect(() => createAuthorizer(odd as AuthorizerOptions)).toThrow(refused)
  })

  test('are what was looked at, however often they would change', () => {
    let asked = 0
    const options = {
      get allowInsecure() {
        return asked++ > 0
      },
      origin: 'http://influx.example',
    }
    expect(() => createTarget(options)).toThrow(expect.objectContaining({ code: 'ERR_TARGET_INSECURE' }))
  })
})
