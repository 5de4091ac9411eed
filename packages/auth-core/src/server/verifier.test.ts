// The verifier: what each product takes and how it refuses, what is remembered, and what nobody is told.

import { inspect } from 'node:util'
import { afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { encodeBasic, encodeBearer, encodeToken } from '../index.ts'
import {
  type AttemptLimiter,
  type AuditEvent,
  createMemoryStore,
  createVerifier,
  type Permission,
  pbkdf2Passwords,
  type ServerProduct,
  type ServerRequest,
  type StoredToken,
  sha256,
  type User,
  type Verdict,
  type Verifier,
  type VerifierOptions,
} from './index.ts'

const PASSWORD = 'p:ä ß€ s3cret'
const TOKEN = 's3cret-token-of-zoe=='
const passwords = pbkdf2Passwords({ iterations: 100 })
const users = new Map<string, User>()
beforeAll(async () => {
  const password = await passwords.hash(PASSWORD)
  users.set('zoë', { id: 'u1', name: 'zoë', password, orgID: 'o1' })
  users.set('idle', { id: 'u2', name: 'idle', password, status: 'inactive' })
  users.set('robot', { id: 'u3', name: 'robot' })
})
afterEach(() => {
  vi.useRealTimers()
})

/** A request with these headers; `authorization` may be a list. */
function request(
  headers: Readonly<Record<string, string | readonly string[] | undefined>> = {},
  more: Partial<ServerRequest> = {},
): ServerRequest {
  const { authorization, ...others } = headers
  return {
    method: 'GET',
    url: '/api/v2/buckets',
    authorization,
    address: '127.0.0.1',
    secure: false,
    header: (name) => others[name]?.toString(),
    ...more,
  }
}

/** A verifier over a store with one token, and the events it told. */
async function setUp(options: VerifierOptions = {}) {
  const events: AuditEvent[] = []
  const errors: unknown[] = []
  const store = { ...createMemoryStore(), ...options.store }
  const verifier = createVerifier({
    findUser: (name) => users.get(name),
    passwords,
    onEvent: (event) => events.push(event),
    onError: (error) => errors.push(error),
    tarpit: false,
    ...options,
    store,
  })
  const { stored } = await verifier.tokens.create({
    userID: 'u1',
    user: 'zoë',
    orgID: 'o1',
    permissions: [{ action: 'read', resource: { type: 'buckets' } }],
    token: TOKEN,
  })
  events.length = 0
  return { verifier, store, events, errors, stored }
}

/** Who it is, or the refusal's status and body. */
function shown(verdict: Verdict): string {
  return 'principal' in verdict
    ? `${verdict.principal.by} of ${verdict.principal.user}`
    : `${verdict.refusal.status} ${verdict.refusal.body}`
}

const ZOE = 'token of zoë'
const BY_PASSWORD = 'password of zoë'
const V1_PARSE = '401 {"error":"unable to parse authentication credentials"}'
const V1_WRONG = '401 {"error":"authorization failed"}'
const V2_401 = '401 {"code":"unauthorized","message":"unauthorized access"}'
const QUERY_401 = '401 {"code":"unauthorized","message":"Unauthorized"}'
const V3_400 = '400 {"error":"Authorization header was malformed"}'
const right = encodeBasic('zoë', PASSWORD)
const withToken = encodeBasic('zoë', TOKEN)

describe('takes and refuses as the product does:', () => {
  test.each<[ServerProduct, string, string | undefined, string]>([
    ['v1', 'user name and password', right, BY_PASSWORD],
    ['v1', 'Basic in lower case', right.replace('Basic', 'basic'), BY_PASSWORD],
    ['v1', 'Token USER:PASSWORD', 'Token robot:x', V1_WRONG],
    ['v1', 'Token USER:PASSWORD in lower case', 'token robot:x', V1_PARSE],
    ['v1', 'a token without a colon', encodeToken(TOKEN), V1_PARSE],
    ['v1', 'Bearer', encodeBearer(TOKEN), V1_PARSE],
    ['v1', 'two spaces', right.replace(' ', '  '), V1_PARSE],
    ['v1', 'nothing', undefined, V1_PARSE],
    ['v1', 'a wrong password', encodeBasic('zoë', 'x'), V1_WRONG],
    ['v1', 'an unknown user', encodeBasic('nobody', PASSWORD), V1_WRONG],
    ['v1', 'a user without a password', encodeBasic('robot', ''), V1_WRONG],
    ['v1', 'no user name', encodeBasic('', 'x'), '401 {"error":"username required"}'],
    ['v1', 'an inactive user', encodeBasic('idle', PASSWORD), V1_WRONG],
    ['v2', 'a token', encodeToken(TOKEN), ZOE],
    ['v2', 'Token in any case', `tOKEN ${TOKEN}`, ZOE],
    ['v2', 'Bearer', encodeBearer(TOKEN), ZOE],
    ['v2', 'two spaces', `Token  ${TOKEN}`, V2_401],
    ['v2', 'a password, which signs in only', right, V2_401],
    ['v2', 'an unknown token', encodeToken('x'), V2_401],
    ['v2', 'a word alone', 'Token', V2_401],
    ['v2', 'a token alone', TOKEN, V2_401],
    ['cloud-serverless', 'a token', encodeToken(TOKEN), ZOE],
    ['cloud-serverless', 'Token in lower case', `token ${TOKEN}`, V2_401],
    ['cloud-serverless', 'Bearer, which is not documented', encodeBearer(TOKEN), V2_401],
    ['cloud-serverless', 'user name and token', withToken, ZOE],
    ['cloud-serverless', 'another user name and token', encodeBasic('robot', TOKEN), V2_401],
    ['cloud-serverless', 'user name and password', right, V2_401],
    ['v2-query', 'a token under the name of somebody without a password', encodeBasic('nobody', TOKEN), ZOE],
    ['v2-query', 'a token without a name', encodeBasic('', TOKEN), ZOE],
    ['v2-query', 'user name and password', right, BY_PASSWORD],
    ['v2-query', 'a name that somebody has, and a token', encodeBasic('robot', TOKEN), QUERY_401],
    ['v2-query', 'Token NAME:TOKEN, whoever has the name', `Token robot:${TOKEN}`, ZOE],
    ['v2-query', 'a name that nobody has, and what is neither', encodeBasic('nobody', 'x'), QUERY_401],
    ['v3', 'a token', encodeToken(TOKEN), ZOE],
    ['v3', 'Bearer', encodeBearer(TOKEN), ZOE],
    ['v3', 'any user name and token', encodeBasic('', TOKEN), ZOE],
    ['v3', 'a colon in the user name', `Basic ${btoa(`a:b:${TOKEN}`)}`, V3_400],
    ['v3', 'Basic in lower case', encodeBasic('x', TOKEN).replace('Basic', 'basic'), V3_400],
    ['v3', 'Bearer in lower case', `bearer ${TOKEN}`, V3_400],
    ['v3', 'Token in lower case', `token ${TOKEN}`, V3_400],
    ['v3', 'two spaces', `Token  ${TOKEN}`, V3_400],
    ['v3', 'a third part', `Token ${TOKEN} x`, V3_400],
    ['v3', 'an unknown scheme', 'Digest x', V3_400],
    ['v3', 'bytes outside ASCII', `Token ${TOKEN}ä`, '500 '],
    ['v3', 'an unknown token', encodeToken('x'), '401 '],
    ['v3', 'nothing', undefined, '401 '],
  ])('%s: %s', async (product, _, authorization, expected) => {
    const { verifier, errors } = await setUp({ product })
    expect(shown(await verifier.verify(request({ authorization })))).toBe(expected)
    expect(errors).toEqual([])
  })

  test.each<[string, Partial<VerifierOptions['schemes']>, string, string]>([
    [
      'Token USER:PASSWORD as v1.8',
      { tokenPair: true, basic: 'password', token: false },
      `Token robot:${TOKEN}`,
      V2_401,
    ],
    [
      'Token USER:TOKEN as v2 for v1 clients',
      { tokenPair: true, basic: 'password-or-token' },
      `Token robot:${TOKEN}`,
      V2_401,
    ],
    ['user name and password or token', { basic: 'password-or-token' }, right, BY_PASSWORD],
    ['user name and password or token, the latter', { basic: 'password-or-token' }, withToken, ZOE],
    ['Token switched off', { token: false }, encodeToken(TOKEN), V2_401],
    ['Bearer switched on', { bearer: true }, encodeBearer(TOKEN), ZOE],
    [
      'what is undefined, which is as the product has it',
      { token: undefined as never },
      encodeToken(TOKEN),
      ZOE,
    ],
  ])('by configuration: %s', async (_, schemes, authorization, expected) => {
    const { verifier } = await setUp({ schemes: schemes as Partial<never> })
    expect(shown(await verifier.verify(request({ authorization })))).toBe(expected)
  })

  test('Token USER:PASSWORD with the right password, which must be visible ASCII', async () => {
    users.set('ascii', { id: 'u4', name: 'ascii', password: await passwords.hash('p:x') })
    const { verifier } = await setUp({ product: 'v1' })
    expect(shown(await verifier.verify(request({ authorization: 'Token ascii:p:x' })))).toBe(
      'password of ascii',
    )
    // InfluxDB 2 takes a password from Basic alone.
    const compatible = (await setUp({ product: 'v2-query' })).verifier
    expect(shown(await compatible.verify(request({ authorization: 'Token ascii:p:x' })))).toBe(QUERY_401)
  })

  test.each([
    ['u and p', 'u-p', '?u=zo%C3%AB&p=p%3A%C3%A4+%C3%9F%E2%82%AC+s3cret', BY_PASSWORD],
    ['u and p before the header', 'u-p', '?u=zo%C3%AB&p=wrong', V1_WRONG],
    ['u without p: then the header', 'u-p', '?u=x', BY_PASSWORD],
    // InfluxDB 1.6.7 and 2.8.0 read the names decoded.
    ['names that are encoded', 'u-p', '?%75=zo%C3%AB&%70=wrong', V1_WRONG],
    ['an empty p: then the header', 'u-p', '?u=x&p=', BY_PASSWORD],
    ['p without u: then the header', 'u-p', '?p=x', BY_PASSWORD],
    ['p alone', 'p', `?p=${encodeURIComponent(TOKEN)}`, ZOE],
    ['p beside names that do not count', 'p', `?u=a&u=b&p=${encodeURIComponent(TOKEN)}`, ZOE],
    ['names that end as u and p do', 'u-p', '?help=x&menu=x&u=zo%C3%AB&p=wrong', V1_WRONG],
    ['names that end as u and p do, alone', 'u-p', '?menu=x&help=x', BY_PASSWORD],
    ['off by default', false, '?u=x&p=x', BY_PASSWORD],
  ] as const)('the query: %s', async (_, query, url, expected) => {
    const { verifier } = await setUp({ product: 'v1', schemes: { query } })
    const asked = request({ authorization: right }, { url: `/query${url}` })
    for (let i = 0; i < 2; i++) expect(shown(await verifier.verify(asked))).toBe(expected)
  })

  test('two Authorization headers are no choice', async () => {
    const { verifier, events } = await setUp()
    const authorization = [encodeToken(TOKEN), encodeToken(TOKEN)]
    expect(shown(await verifier.verify(request({ authorization })))).toBe(V2_401)
    expect(shown(await verifier.verify(request({ authorization: authorization.join(', ') })))).toBe(V2_401)
    expect(events).toMatchObject([{ reason: 'malformed' }, { reason: 'malformed' }])
  })

  test.each([
    ['Token', encodeToken(TOKEN)],
    ['Bearer', encodeBearer(TOKEN)],
    ['Basic', encodeBasic('zoe', TOKEN)],
  ])('%s over maxLength, and as long as it', async (_, authorization) => {
    const ask = async (maxLength: number) => {
      const { verifier, events } = await setUp({ product: 'v3', maxLength })
      const verdict = await verifier.verify(request({ authorization }))
      return 'principal' in verdict ? verdict.principal.user : events.at(-1)
    }
    expect(await ask(authorization.length)).toBe('zoë')
    expect(await ask(authorization.length - 1)).toMatchObject({ reason: 'malformed' })
  })

  test.each<[VerifierOptions, string, string]>([
    [{}, 'Token', 'malformed'],
    [{}, 'Digest x', 'scheme'],
    [{}, TOKEN, 'malformed'],
    [{ product: 'v3' }, `token ${TOKEN}`, 'scheme'],
    [{ product: 'v3' }, `bearer ${TOKEN}`, 'scheme'],
    [{ product: 'v3' }, `Token ${TOKEN} x`, 'malformed'],
    [{ schemes: { token: false } }, encodeToken(TOKEN), 'scheme'],
    [{ product: 'v1' }, encodeToken(TOKEN), 'malformed'],
    [{ product: 'v1' }, encodeBearer(TOKEN), 'scheme'],
    [{ product: 'v2' }, right, 'scheme'],
    [{ product: 'v2' }, TOKEN, 'malformed'],
  ])('the log is told why: %j, %s: %s', async (options, authorization, reason) => {
    const { verifier, events } = await setUp(options)
    await verifier.verify(request({ authorization }))
    expect(events).toMatchObject([{ type: 'refused', reason }])
  })

  test('Token USER:TOKEN is no pair where none is taken, and a token may hold a colon', async () => {
    const { verifier } = await setUp({ findUser: undefined })
    const permissions: never[] = []
    await verifier.tokens.create({ userID: 'u6', user: 'a', permissions, token: 'b' })
    await verifier.tokens.create({ userID: 'u7', user: 'whole', permissions, token: 'a:c' })
    const ask = async (authorization: string) => shown(await verifier.verify(request({ authorization })))
    expect(await ask('Token b')).toBe('token of a')
    expect(await ask('Token a:b')).toBe(V2_401)
    expect(await ask('Token a:c')).toBe('token of whole')
  })
})

describe('asks for credentials', () => {
  const challengeOf = (verdict: Verdict) =>
    'refusal' in verdict ? verdict.refusal.headers['www-authenticate'] : undefined

  test.each([
    ['v1', 'auto', undefined, 'Basic realm="InfluxDB"'],
    ['v1', 'auto', 'navigate', 'Basic realm="InfluxDB"'],
    ['v1', 'auto', 'cors', undefined],
    ['v1', 'always', 'cors', 'Basic realm="InfluxDB"'],
    ['v1', 'never', undefined, undefined],
    ['v2', 'auto', undefined, undefined],
    ['v2', 'always', undefined, 'Token realm="InfluxDB", Bearer realm="InfluxDB"'],
    [
      'cloud-serverless',
      'always',
      undefined,
      'Basic realm="InfluxDB", charset="UTF-8", Token realm="InfluxDB"',
    ],
  ] as const)('of %s: %s, fetch mode %s', async (product, challenge, mode, expected) => {
    const { verifier } = await setUp({ product, challenge })
    expect(challengeOf(await verifier.verify(request({ 'sec-fetch-mode': mode })))).toBe(expected)
  })

  const browser = { 'user-agent': 'Mozilla/5.0' }
  test.each<[boolean, string, Record<string, string>]>([
    [true, 'a program', {}],
    [true, 'a program that takes anything', { accept: '*/*', 'user-agent': 'curl/8.0 Mozilla/' }],
    [true, 'a program that calls itself a browser', browser],
    [true, 'a page that is opened', { ...browser, accept: 'text/html,*/*' }],
    [true, 'a page that is opened, as its browser says', { 'sec-fetch-mode': 'navigate', accept: '*/*' }],
    [false, 'a script', { ...browser, accept: '*/*' }],
    [false, 'a script that says so', { 'x-requested-with': 'XMLHttpRequest' }],
    [false, 'a script, as its browser says', { 'sec-fetch-mode': 'no-cors', accept: 'text/html' }],
  ])('%s of %s', async (asks, _, headers) => {
    const { verifier } = await setUp({ product: 'v1' })
    expect(challengeOf(await verifier.verify(request(headers))) !== undefined).toBe(asks)
  })

  test.each([
    [{ token: false }, 'Bearer realm="InfluxDB"'],
    [{ bearer: false }, 'Token realm="InfluxDB"'],
    [{ token: false, bearer: false, basic: 'token' }, 'Basic realm="InfluxDB", charset="UTF-8"'],
  ] as const)('of the schemes that are taken: %j', async (schemes, expected) => {
    const { verifier } = await setUp({ product: 'v2', challenge: 'always', schemes })
    expect(challengeOf(await verifier.verify(request()))).toBe(expected)
  })

  test('in InfluxDB v2 form, and says that no cache may keep it', async () => {
    const { verifier } = await setUp({ product: 'v2' })
    expect(await verifier.verify(request())).toStrictEqual({
      refusal: {
        status: 401,
        reason: 'missing',
        body: '{"code":"unauthorized","message":"unauthorized access"}',
        headers: {
          'content-type': 'application/json; charset=utf-8',
          'cache-control': 'no-store',
          'x-platform-error-code': 'unauthorized',
        },
      },
    })
  })
})

describe('sends no header that says nothing', () => {
  const json = 'application/json; charset=utf-8'
  test.each<[ServerProduct, string | undefined, number, Record<string, string>]>([
    ['v1', undefined, 401, { 'content-type': json, 'www-authenticate': 'Basic realm="InfluxDB"' }],
    ['v2', undefined, 401, { 'content-type': json, 'x-platform-error-code': 'unauthorized' }],
    ['v3', undefined, 401, {}],
    ['v3', 'Token', 400, { 'content-type': json }],
    ['v3', 'Token ä', 500, {}],
  ])('as %s with %s: %i', async (product, authorization, status, headers) => {
    const { verifier } = await setUp({ product })
    const verdict = await verifier.verify(request({ authorization }))
    if ('principal' in verdict) throw new Error('let in')
    expect(verdict.refusal.status).toBe(status)
    expect(verdict.refusal.headers).toStrictEqual({ 'cache-control': 'no-store', ...headers })
  })

  test('but all that InfluxDB 2 sends with what it never refuses for', async () => {
    const { attempts } = limiter(7)
    const { verifier } = await setUp({ product: 'v2', store: { attempts }, findToken: () => undefined })
    const limited = await verifier.verify(request({ authorization: encodeToken('wrong') }))
    const { verifier: broken } = await setUp({
      product: 'v2',
      findToken: () => {
        throw new Error('connection refused')
      },
    })
    const unavailable = await broken.verify(request({ authorization: encodeToken('x') }))
    const failed = { refusal: verifier.fail(new Error('not this'), request()) }
    for (const [verdict, status, code, message, after] of [
      [limited, 429, 'too many requests', 'too many failed attempts', '7'],
      [unavailable, 503, 'unavailable', 'authentication is unavailable', '1'],
      [failed, 500, 'internal error', 'internal error', undefined],
    ] as const) {
      if ('principal' in verdict) throw new Error('let in')
      const { refusal } = verdict
      expect([refusal.status, JSON.parse(refusal.body)]).toEqual([status, { code, message }])
      expect(refusal.headers).toStrictEqual({
        'cache-control': 'no-store',
        'content-type': json,
        'x-platform-error-code': code,
        ...(after && { 'retry-after': after }),
      })
    }
  })

  test('and is the same for all, whatever an application does with one', async () => {
    const { verifier } = await setUp()
    const verdict = await verifier.verify(request())
    if ('principal' in verdict) throw new Error('let in')
    expect([Object.isFrozen(verdict.refusal), Object.isFrozen(verdict.refusal.headers)]).toEqual([true, true])
  })

  test('and asks nobody for another credential whose own is right', async () => {
    const { verifier } = await setUp({ product: 'v1', challenge: 'always' })
    const nobody = { by: 'password', userID: 'u1', user: 'zoë', permissions: [] } as const
    const refusal = verifier.permit(nobody, request(), 'read', 'buckets')
    expect(refusal?.status).toBe(403)
    expect(refusal?.headers).toStrictEqual({ 'cache-control': 'no-store', 'content-type': json })
  })
})

test('findToken stands in for the find of a store of any class, of which all else is used', async () => {
  class OwnTokens {
    readonly #kept = createMemoryStore().tokens
    find = () => expect.fail('not this')
    get(id: string) {
      return this.#kept.get(id)
    }
    list() {
      return this.#kept.list()
    }
    create(token: StoredToken) {
      return this.#kept.create(token)
    }
    update(id: string, change: { updatedAt: string }) {
      return this.#kept.update(id, change)
    }
    delete(id: string) {
      return this.#kept.delete(id)
    }
  }
  const { stored } = await setUp()
  const verifier = createVerifier({ store: { tokens: new OwnTokens() }, findToken: () => stored })
  const made = await verifier.tokens.create({ userID: 'u1', user: 'zoë', permissions: [], token: TOKEN })
  expect(await verifier.tokens.list()).toEqual([made.stored])
  expect(await verifier.tokens.find(TOKEN)).toBe(stored)
  expect(await verifier.tokens.delete(made.stored.id)).toBe(true)
})

describe('remembers', () => {
  test('a verified token for a few seconds, and answers at once', async () => {
    vi.useFakeTimers()
    const found = vi.fn<(hash: string) => StoredToken | undefined>()
    const { stored } = await setUp()
    found.mockReturnValue(stored)
    const verifier = createVerifier({ findToken: found, cache: { seconds: 5 } })
    const asked = request({ authorization: encodeToken(TOKEN) })
    await verifier.verify(asked)
    for (let i = 0; i < 10; i++) expect(shown(verifier.verify(asked) as Verdict)).toBe(ZOE)
    expect(found.mock.calls).toEqual([[await sha256(TOKEN)]])
    vi.advanceTimersByTime(5000)
    await verifier.verify(asked)
    expect(found).toHaveBeenCalledTimes(2)
  })

  test('it as long as the clock says that it is given', async () => {
    const { stored } = await setUp()
    const findToken = vi.fn(() => stored)
    let time = performance.now()
    const verifier = createVerifier({ findToken, cache: { seconds: 5, now: () => time } })
    const ask = () => verifier.verify(request({ authorization: encodeToken(TOKEN) }))
    await ask()
    time += 4900
    await ask()
    expect(findToken).toHaveBeenCalledTimes(1)
    time += 200
    await ask()
    expect(findToken).toHaveBeenCalledTimes(2)
  })

  test('no refusal', async () => {
    const { verifier } = await setUp()
    const asked = request({ authorization: encodeToken('later') })
    expect(shown(await verifier.verify(asked))).toBe(V2_401)
    await verifier.tokens.create({ userID: 'u1', user: 'zoë', permissions: [], token: 'later' })
    expect(shown(await verifier.verify(asked))).toBe(ZOE)
  })

  test('nothing when it is told so', async () => {
    const { stored } = await setUp()
    const findToken = vi.fn(() => stored)
    const verifier = createVerifier({ findToken, cache: false })
    for (let i = 0; i < 3; i++) {
      expect(shown(await verifier.verify(request({ authorization: encodeToken(TOKEN) })))).toBe(ZOE)
    }
    expect(findToken).toHaveBeenCalledTimes(3)
  })

  test('a token in whatever way it comes', async () => {
    const { stored } = await setUp()
    const findToken = vi.fn(() => stored)
    const verifier = createVerifier({ product: 'v3', findToken })
    for (const authorization of [encodeToken(TOKEN), encodeBearer(TOKEN), encodeBasic('anybody', TOKEN)]) {
      expect(shown(await verifier.verify(request({ authorization })))).toBe(ZOE)
    }
    expect(findToken).toHaveBeenCalledTimes(1)
  })

  test('a bounded number, the latest', async () => {
    const lookups = vi.fn((hash: string): StoredToken => ({ ...stored, hash }))
    const { stored } = await setUp()
    const verifier = createVerifier({ findToken: lookups, cache: { entries: 2 } })
    const ask = (token: string) => verifier.verify(request({ authorization: encodeToken(token) }))
    for (const token of ['a', 'b', 'c', 'c', 'b']) await ask(token)
    expect(lookups).toHaveBeenCalledTimes(3)
    await ask('a')
    expect(lookups).toHaveBeenCalledTimes(4)
  })

  test.each<[string, (verifier: Verifier, stored: StoredToken) => unknown]>([
    ['deleted', (verifier, { id }) => verifier.tokens.delete(id)],
    ['deactivated', (verifier, { id }) => verifier.tokens.update(id, { status: 'inactive' })],
  ])('nothing of a token that was %s', async (_, revoke) => {
    const { verifier, stored } = await setUp()
    const asked = request({ authorization: encodeToken(TOKEN) })
    expect(shown(await verifier.verify(asked))).toBe(ZOE)
    await revoke(verifier, stored)
    expect(shown(await verifier.verify(asked))).toMatch(/^40[13] /)
  })

  test('nothing of a token that was deleted while it was looked up', async () => {
    const { store, stored } = await setUp()
    let answer: (() => void) | undefined
    const verifier = createVerifier({
      store: {
        tokens: {
          ...store.tokens,
          find: async (hash) => {
            const found = store.tokens.find(hash)
            await new Promise<void>((resolve) => {
              answer = resolve
            })
            return found
          },
        },
      },
    })
    const asked = request({ authorization: encodeToken(TOKEN) })
    const slow = verifier.verify(asked)
    await vi.waitFor(() => expect(answer).toBeDefined())
    await verifier.tokens.delete(stored.id)
    answer?.()
    expect(shown(await slow)).toBe(ZOE)
    answer = undefined
    const next = verifier.verify(asked)
    await vi.waitFor(() => expect(answer).toBeDefined())
    ;(answer as unknown as () => void)()
    expect(shown(await next)).toBe(V2_401)
  })

  test('a verified password, so that a busy client costs one slow hash', async () => {
    const verify = vi.spyOn(passwords, 'verify')
    const { verifier } = await setUp({ product: 'v1' })
    const asked = request({ authorization: right })
    const answers = await Promise.all(Array.from({ length: 50 }, () => verifier.verify(asked)))
    expect(new Set(answers.map(shown))).toEqual(new Set([BY_PASSWORD]))
    expect(verify).toHaveBeenCalledTimes(1)
    verify.mockRestore()
  })

  test('nothing after forget, when a user was changed', async () => {
    const { verifier } = await setUp({ product: 'v1' })
    const asked = request({ authorization: right })
    await verifier.verify(asked)
    const zoe = users.get('zoë') as User
    users.set('zoë', { ...zoe, password: await passwords.hash('another') })
    expect(shown(await verifier.verify(asked))).toBe(BY_PASSWORD)
    verifier.forget()
    expect(shown(await verifier.verify(asked))).toBe(V1_WRONG)
    users.set('zoë', zoe)
  })
})

describe('a token', () => {
  test('of an inactive user, or of one who is gone, is refused', async () => {
    const { verifier } = await setUp({ product: 'v2' })
    for (const [userID, user] of [
      ['u2', 'idle'],
      ['u9', 'gone'],
      ['u9', 'zoë'],
    ] as const) {
      const { token } = await verifier.tokens.create({ userID, user, permissions: [] })
      const verdict = await verifier.verify(request({ authorization: encodeToken(token) }))
      expect(shown(verdict)).toBe('403 {"code":"forbidden","message":"User is inactive"}')
    }
  })

  test('is good by its own name and status alone where no users are looked up', async () => {
    const { verifier, stored } = await setUp({ findUser: undefined, schemes: { bearer: true } })
    const ways = [encodeToken(TOKEN), encodeBearer(TOKEN), withToken]
    const ask = async (authorization: string) => shown(await verifier.verify(request({ authorization })))
    for (const authorization of ways) expect(await ask(authorization)).toBe(ZOE)
    expect(await ask(encodeBasic('robot', TOKEN))).toBe(V2_401)
    expect(await ask(encodeBasic('', TOKEN))).toBe(V2_401)
    await verifier.tokens.update(stored.id, { status: 'inactive' })
    for (const authorization of ways) expect(await ask(authorization)).toMatch(/^401 /)
  })

  test.each<[string, VerifierOptions, string | undefined]>([
    ['that is inactive', {}, 'inactive'],
    ['that is inactive, where no users are looked up', { findUser: undefined }, 'inactive'],
    ['of an inactive user', { findUser: () => users.get('idle') }, undefined],
    ['of nobody', { findUser: () => undefined }, undefined],
  ])('%s is told to the log with its user’s name', async (_, options, status) => {
    const { verifier, stored, events } = await setUp(options)
    if (status) await verifier.tokens.update(stored.id, { status: 'inactive' })
    await verifier.verify(request({ authorization: encodeToken(TOKEN) }))
    expect(events.at(-1)).toMatchObject({ reason: status ?? 'disabled', user: 'zoë' })
  })

  test('says which organization its holder is of', async () => {
    const { verifier, stored } = await setUp()
    expect(await verifier.verify(request({ authorization: encodeToken(TOKEN) }))).toMatchObject({
      principal: { userID: 'u1', orgID: 'o1', tokenID: stored.id },
    })
  })

  test.each(['NFC', 'NFD'] as const)('is its owner’s however the name is spelt: kept in %s', async (form) => {
    const { verifier } = await setUp({ findUser: undefined })
    const made = { userID: 'u1', user: 'zoë'.normalize(form), permissions: [] }
    const { token } = await verifier.tokens.create(made)
    for (const spelt of ['NFC', 'NFD'] as const) {
      const authorization = encodeBasic('zoë'.normalize(spelt), token)
      expect(await verifier.verify(request({ authorization }))).toMatchObject({ principal: { userID: 'u1' } })
    }
  })

  test('is inactive from the start where it is made so, and never good before', async () => {
    const { verifier } = await setUp({ product: 'v2' })
    const made = { userID: 'u1', user: 'zoë', permissions: [], status: 'inactive' } as const
    const { token, stored } = await verifier.tokens.create(made)
    expect(stored.status).toBe('inactive')
    const verify = async () => shown(await verifier.verify(request({ authorization: encodeToken(token) })))
    expect(await verify()).toContain('401')
    await verifier.tokens.update(stored.id, { status: 'active' })
    expect(await verify()).not.toContain('401')
  })

  test('and a session stay good under another name, where users are found by the id that comes along', async () => {
    const password = await passwords.hash(PASSWORD)
    let user: User = { id: 'u1', name: 'zoë', password }
    const { verifier } = await setUp({
      schemes: { basic: 'token', signIn: 'password-or-token' },
      findUser: (name, id) => (id === user.id || name === user.name ? user : undefined),
    })
    const cookies: string[] = []
    for (const secret of [PASSWORD, TOKEN]) {
      const { headers } = await verifier.signIn(request({ authorization: encodeBasic('zoë', secret) }))
      cookies.push(headers['set-cookie']?.split(';', 1)[0] ?? '')
    }
    user = { ...user, name: 'zoe' }
    verifier.forget('u1')
    for (const headers of [
      { authorization: encodeToken(TOKEN) },
      { authorization: encodeBasic('zoe', TOKEN) },
      { authorization: encodeBasic('zoë', TOKEN) },
      ...cookies.map((cookie) => ({ cookie })),
    ]) {
      expect(await verifier.verify(request(headers))).toMatchObject({
        principal: { userID: 'u1', user: 'zoe' },
      })
    }
    expect(shown(await verifier.verify(request({ authorization: encodeBasic('mia', TOKEN) })))).toContain(
      '401',
    )
    user = { ...user, id: 'u9' }
    verifier.forget('u1')
    expect(shown(await verifier.verify(request({ authorization: encodeToken(TOKEN) })))).toContain('403')
  })

  test('that no header can carry is not made', async () => {
    const { verifier } = await setUp()
    const made = verifier.tokens.create({ userID: 'u1', user: 'zoë', permissions: [], token: 'a b' })
    await expect(made).rejects.toMatchObject({ code: 'ERR_TOKEN_SYNTAX' })
    const again = verifier.tokens.create({ userID: 'u1', user: 'zoë', permissions: [], token: TOKEN })
    await expect(again).rejects.toMatchObject({ code: 'ERR_STORE_EXISTS' })
  })

  test('is random, in the form of InfluxDB v2', async () => {
    const { verifier } = await setUp()
    const make = async () =>
      (await verifier.tokens.create({ userID: 'u1', user: 'zoë', permissions: [] })).token
    const made = await Promise.all(Array.from({ length: 20 }, make))
    expect(new Set(made).size).toBe(20)
    for (const token of made) expect(token).toMatch(/^[\w-]{86}==$/)
  })

  test('is listed without its value, and found by it', async () => {
    const { verifier, stored } = await setUp()
    expect(await verifier.tokens.list({ token: TOKEN })).toEqual([stored])
    expect(await verifier.tokens.list({ token: 'x' })).toEqual([])
    expect(JSON.stringify(await verifier.tokens.list())).not.toContain('s3cret')
    expect(await verifier.tokens.get(stored.id)).toEqual(stored)
  })

  test('is told of as it is made, and described by nothing where nothing was said', async () => {
    const { verifier, events } = await setUp()
    const { stored } = await verifier.tokens.create({ userID: 'u3', user: 'robot', permissions: [] })
    expect(stored.description).toBe('')
    expect(events).toEqual([{ type: 'token-created', tokenID: stored.id, user: 'robot' }])
  })

  test('that is changed leaves the others remembered', async () => {
    const store = createMemoryStore()
    const find = vi.fn(store.tokens.find)
    const { verifier } = await setUp({ store: { ...store, tokens: { ...store.tokens, find } } })
    const { stored } = await verifier.tokens.create({ userID: 'u1', user: 'zoë', permissions: [] })
    const asked = request({ authorization: encodeToken(TOKEN) })
    await verifier.verify(asked)
    find.mockClear()
    await verifier.tokens.update(stored.id, { status: 'inactive' })
    await verifier.tokens.delete(stored.id)
    expect(shown(await verifier.verify(asked))).toBe(ZOE)
    expect(find).not.toHaveBeenCalled()
  })

  test('is told of as it is changed and deleted, and one that is none is not', async () => {
    const { verifier, stored, events } = await setUp()
    expect(await verifier.tokens.update('none', { description: 'x' })).toBeUndefined()
    expect(await verifier.tokens.delete('none')).toBe(false)
    expect(events).toEqual([])
    expect(await verifier.tokens.update(stored.id, { description: 'x' })).toMatchObject({ description: 'x' })
    expect(await verifier.tokens.delete(stored.id)).toBe(true)
    expect(events).toEqual([
      { type: 'token-updated', tokenID: stored.id, user: 'zoë' },
      { type: 'token-deleted', tokenID: stored.id },
    ])
  })

  test('permits what it permits', async () => {
    const { verifier, events } = await setUp()
    const asked = request({ authorization: encodeToken(TOKEN) })
    const verdict = await verifier.verify(asked)
    if (!('principal' in verdict)) throw new Error('refused')
    const { principal } = verdict
    expect(verifier.permit(principal, asked, 'read', 'buckets')).toBeUndefined()
    expect(verifier.permit(principal, asked, 'write', 'buckets')).toMatchObject({
      status: 403,
      reason: 'forbidden',
      body: '{"code":"forbidden","message":"insufficient permissions"}',
    })
    expect(events.at(-1)).toMatchObject({ type: 'refused', reason: 'forbidden', user: 'zoë' })
  })

  test('for one organization permits what is in it, and by default means that of its own', async () => {
    const { verifier } = await setUp()
    const principal = {
      by: 'token',
      userID: 'u1',
      user: 'zoë',
      orgID: 'o1',
      permissions: [{ action: 'read', resource: { type: 'buckets', orgID: 'o1' } }],
    } as const
    expect(verifier.permit(principal, request(), 'read', 'buckets')).toBeUndefined()
    expect(verifier.permit(principal, request(), 'read', { type: 'buckets', orgID: 'o2' })?.status).toBe(403)
  })
})

/** A limiter that counts what it is asked, and locks when told so. */
function limiter(wait = 0) {
  const calls: string[] = []
  const attempts: AttemptLimiter & { wait: number } = {
    wait,
    async begin({ user, address }) {
      calls.push(`begin ${user} ${address}`)
      return { wait: this.wait, locks: this.wait > 0 && calls.length === 1 }
    },
    async succeed({ user, address }) {
      calls.push(`succeed ${user} ${address}`)
    },
  }
  return { attempts, calls }
}

describe('limits attempts:', () => {
  test('a right password gives its attempt back, a wrong one does not', async () => {
    const { attempts, calls } = limiter()
    const { verifier } = await setUp({ product: 'v1', store: { attempts } })
    await verifier.verify(request({ authorization: right }))
    await verifier.verify(request({ authorization: encodeBasic('zoë', 'x') }))
    expect(calls).toEqual(['begin u1 127.0.0.1', 'succeed u1 127.0.0.1', 'begin u1 127.0.0.1'])
  })

  test.each(['succeed', 'cancel'] as const)(
    'where %s fails, at once or later, nobody is let in, and the error log is told',
    async (name) => {
      for (const fails of [
        () => Promise.reject(new Error('connection refused')),
        () => {
          throw new Error('connection refused')
        },
      ]) {
        const { attempts } = limiter()
        const { verifier, errors } = await setUp({
          product: 'v1',
          store: { attempts: { ...attempts, [name]: fails } },
          hashes: { running: 1, waiting: 0 },
        })
        const passwordsInTurn = name === 'succeed' ? [right] : [encodeBasic('zoë', 'x'), right]
        const asked = passwordsInTurn.map((authorization) => verifier.verify(request({ authorization })))
        expect((await Promise.all(asked)).at(-1)).toMatchObject({
          refusal: { status: 503, reason: 'unavailable' },
        })
        expect(errors).toMatchObject([{ message: 'connection refused' }])
      }
    },
  )

  test('a wrong token counts on its address, and on none where that is not told', async () => {
    const begin = vi.fn(() => ({ wait: 0, locks: false }))
    const { verifier } = await setUp({ store: { attempts: { begin, succeed: () => undefined } } })
    const ask = async (address: string | undefined) =>
      shown(await verifier.verify(request({ authorization: encodeToken('wrong') }, { address })))
    expect(await ask('192.0.2.1')).toBe(V2_401)
    for (const address of [undefined, '']) expect(await ask(address)).toBe(V2_401)
    expect(begin.mock.calls).toEqual([[{ address: '192.0.2.1', kind: 'token' }]])
  })

  test.each<[ServerProduct, string]>([
    ['v1', right],
    ['v2', encodeToken('wrong')],
  ])('one second is waited for as more are: %s', async (product, authorization) => {
    const { attempts } = limiter(1)
    const { verifier } = await setUp({ product, store: { attempts } })
    expect(await verifier.verify(request({ authorization }))).toMatchObject({
      refusal: { status: 429, headers: { 'retry-after': '1' } },
    })
  })

  test('over the limit no slow hash is run, and the answer says how long to wait', async () => {
    const verify = vi.spyOn(passwords, 'verify')
    const { attempts } = limiter(42)
    const { verifier, events } = await setUp({ product: 'v1', store: { attempts } })
    const verdict = await verifier.verify(request({ authorization: right }))
    expect(verdict).toMatchObject({
      refusal: {
        status: 429,
        headers: { 'retry-after': '42' },
        body: '{"error":"too many failed attempts"}',
      },
    })
    expect(verify).not.toHaveBeenCalled()
    expect(events).toEqual([
      { type: 'locked', seconds: 42, user: 'zoë', address: '127.0.0.1' },
      { type: 'refused', reason: 'limited', status: 429, user: undefined, address: '127.0.0.1' },
    ])
    verify.mockRestore()
  })

  test('a wrong token counts for its address, a right one is let in all the same', async () => {
    const { attempts, calls } = limiter(7)
    const { verifier } = await setUp({ product: 'v2', store: { attempts } })
    expect(shown(await verifier.verify(request({ authorization: encodeToken(TOKEN) })))).toBe(ZOE)
    expect(calls).toEqual([])
    const verdict = await verifier.verify(request({ authorization: encodeToken('x') }))
    expect(verdict).toMatchObject({ refusal: { status: 429, headers: { 'retry-after': '7' } } })
    expect(calls).toEqual(['begin undefined 127.0.0.1'])
  })

  test('a wrong token within the limit is wrong, and that the limit is reached is told once', async () => {
    const { attempts } = limiter()
    const { verifier, events } = await setUp({ product: 'v2', store: { attempts } })
    const ask = () => verifier.verify(request({ authorization: encodeToken('x') }))
    expect(await ask()).toMatchObject({ refusal: { status: 401, reason: 'wrong' } })
    expect(events.map(({ type }) => type)).toEqual(['refused'])
    const { attempts: locked } = limiter(7)
    const { verifier: locking, events: told } = await setUp({ product: 'v2', store: { attempts: locked } })
    for (let i = 0; i < 2; i++) await locking.verify(request({ authorization: encodeToken('x') }))
    expect(told).toMatchObject([
      { type: 'locked', seconds: 7, address: '127.0.0.1' },
      { type: 'refused', reason: 'limited' },
      { type: 'refused', reason: 'limited' },
    ])
  })

  test('what is over the limit is answered at once where no answer is to be held back', async () => {
    vi.useFakeTimers()
    const { attempts } = limiter(7)
    const { verifier } = await setUp({ product: 'v2', store: { attempts }, tarpit: false })
    const verdict = await verifier.verify(request({ authorization: encodeToken('x') }))
    expect(verdict).toMatchObject({ refusal: { reason: 'limited' } })
  })

  test('what is over the limit waits for its answer, but not too many at once', async () => {
    vi.useFakeTimers()
    const { attempts } = limiter(7)
    const { verifier } = await setUp({
      product: 'v2',
      store: { attempts },
      tarpit: { milliseconds: 500, answers: 2 },
    })
    const answered: number[] = []
    const asked = Array.from({ length: 3 }, async (_, index) => {
      await verifier.verify(request({ authorization: encodeToken(`x${index}`) }))
      answered.push(index)
    })
    await vi.waitFor(() => expect(answered).toHaveLength(1))
    await vi.advanceTimersByTimeAsync(500)
    await Promise.all(asked)
    expect(answered.toSorted()).toEqual([0, 1, 2])
    // Whoever comes after them waits as well.
    const late = vi.fn()
    const next = Promise.resolve(verifier.verify(request({ authorization: encodeToken('x3') }))).then(late)
    while (vi.getTimerCount() === 0) await sha256('')
    await vi.advanceTimersByTimeAsync(499)
    expect(late).not.toHaveBeenCalled()
    await vi.advanceTimersByTimeAsync(1)
    await next
  })
})

describe('a store that fails', () => {
  const failing = () => {
    throw new Error('connection refused')
  }

  test.each<[string, VerifierOptions, string | undefined]>([
    ['at once', { findToken: failing }, encodeToken(TOKEN)],
    ['later', { findToken: async () => failing() }, encodeToken(TOKEN)],
    ['in findUser', { findUser: failing, product: 'v1' }, right],
    ['in the limiter', { store: { attempts: { begin: failing, succeed: failing } }, product: 'v1' }, right],
    ['in findUser of a token', { findUser: async () => failing() }, encodeToken(TOKEN)],
  ])('%s lets nobody in, and is told to the error log alone', async (_, options, authorization) => {
    const { verifier, errors, events } = await setUp(options)
    const verdict = await verifier.verify(request({ authorization }))
    expect(verdict).toMatchObject({
      refusal: { status: 503, reason: 'unavailable', headers: { 'retry-after': '1' } },
    })
    expect(inspect(verdict, { depth: 9 })).not.toContain('connection refused')
    expect(errors).toMatchObject([{ message: 'connection refused' }])
    expect(events.at(-1)).toMatchObject({ type: 'refused', reason: 'unavailable', address: '127.0.0.1' })
  })

  test('recovers by itself', async () => {
    const { stored } = await setUp()
    let broken = true
    const verifier = createVerifier({
      findToken: () => {
        if (broken) throw new Error('gone')
        return stored
      },
    })
    const asked = request({ authorization: encodeToken(TOKEN) })
    expect(shown(await verifier.verify(asked))).toMatch(/^503 /)
    broken = false
    expect(shown(await verifier.verify(asked))).toBe(ZOE)
  })

  test('that is not there says so', async () => {
    const verifier = createVerifier({})
    expect(shown(await verifier.verify(request({ authorization: encodeToken('x') })))).toBe(V2_401)
    const error = await verifier.tokens
      .create({ userID: 'u', user: 'u', permissions: [] })
      .catch((reason) => reason)
    expect(error).toMatchObject({ name: 'StoreError', code: 'ERR_STORE_ABSENT' })
    expect(await verifier.signIn(request({ authorization: right }))).toMatchObject({ status: 401 })
  })
})

test('at InfluxDB 2’s /query what is no token of anybody costs a name that nobody has a slow hash', async () => {
  const verify = vi.spyOn(passwords, 'verify')
  const { verifier, events } = await setUp({ product: 'v2-query' })
  for (const [name, hashes] of [
    ['nobody', 1],
    ['zoë', 1],
    ['', 0],
  ] as const) {
    verify.mockClear()
    await verifier.verify(request({ authorization: encodeBasic(name, 'wrong') }))
    expect([name, verify.mock.calls.length]).toEqual([name, hashes])
    expect(events.at(-1)).toMatchObject({ type: 'refused', reason: 'wrong' })
  }
  verify.mockRestore()
})

describe('what is checked for a user who does not exist', () => {
  const ask = async (verifier: Verifier, name: string, password = PASSWORD) =>
    shown(await verifier.verify(request({ authorization: encodeBasic(name, password) })))

  test('is made with the first check and not before: as their modules load, Workers have no random numbers', async () => {
    const random = vi.spyOn(crypto, 'getRandomValues').mockImplementation(() => {
      throw new Error('Disallowed operation called within global scope')
    })
    const hash = vi.fn(passwords.hash)
    const verifier = createVerifier({
      product: 'v1',
      findUser: (name) => users.get(name),
      passwords: { ...passwords, hash },
    })
    random.mockRestore()
    expect(hash).not.toHaveBeenCalled()
    // Whoever comes first waits for it, whether there is such a user or not.
    expect(await ask(verifier, 'zoë')).toBe(BY_PASSWORD)
    expect(hash).toHaveBeenCalledTimes(1)
    expect(await ask(verifier, 'nobody')).toBe(V1_WRONG)
    expect(hash).toHaveBeenCalledTimes(1)
  })

  test.each(['zoë', 'nobody'])('is waited for by %s, where it is still being made', async (name) => {
    let made = (_: string): void => undefined
    const hash = () =>
      new Promise<string>((resolve) => {
        made = resolve
      })
    const { verifier } = await setUp({ product: 'v1', passwords: { ...passwords, hash } })
    const answered = vi.fn()
    const asked = ask(verifier, name).finally(answered)
    await new Promise((resolve) => setTimeout(resolve, 50))
    expect(answered).not.toHaveBeenCalled()
    made(await passwords.hash('x'))
    expect(await asked).toBe(name === 'zoë' ? BY_PASSWORD : V1_WRONG)
  })

  test('keeps nobody out where it cannot be made, is told to the error log, and made the next time', async () => {
    const hash = vi.fn(passwords.hash).mockRejectedValueOnce(new Error('no memory'))
    const { verifier, errors } = await setUp({ product: 'v1', passwords: { ...passwords, hash } })
    expect(await ask(verifier, 'zoë')).toBe(BY_PASSWORD)
    expect(errors).toMatchObject([{ message: 'no memory' }])
    expect(await ask(verifier, 'nobody')).toBe(V1_WRONG)
    expect(hash).toHaveBeenCalledTimes(2)
  })

  test('refuses them with 503 where it cannot be made', async () => {
    const hash = vi.fn(() => Promise.reject(new Error('no memory')))
    const { verifier, errors } = await setUp({ product: 'v1', passwords: { ...passwords, hash } })
    expect(await ask(verifier, 'nobody')).toMatch(/^503 /)
    expect(errors).toContainEqual(expect.objectContaining({ message: 'no memory' }))
  })
})

test('a password made in an older way is hashed anew at the next sign-in, and nothing is lost when it cannot be kept', async () => {
  const old = await pbkdf2Passwords({ iterations: 10 }).hash(PASSWORD)
  const user: User = { id: 'u5', name: 'old', password: old }
  const kept: string[] = []
  const { verifier, events } = await setUp({
    product: 'v2',
    findUser: () => user,
    onPasswordUpgrade: (_, hash) => kept.push(hash),
  })
  expect(await verifier.signIn(request({ authorization: encodeBasic('old', PASSWORD) }))).toMatchObject({
    status: 204,
  })
  expect(await passwords.verify(PASSWORD, kept[0] ?? '')).toBe(true)
  expect(events.map(({ type }) => type)).toEqual(['password-upgraded', 'signed-in'])

  const { verifier: unlucky, errors } = await setUp({
    product: 'v2',
    findUser: () => user,
    onPasswordUpgrade: () => Promise.reject(new Error('disk full')),
  })
  expect(await unlucky.signIn(request({ authorization: encodeBasic('old', PASSWORD) }))).toMatchObject({
    status: 204,
  })
  expect(errors).toMatchObject([{ message: 'disk full' }])
})

test('a sign-in is answered once the new hash of its password is kept: some runtimes stop with the answer', async () => {
  const old = await pbkdf2Passwords({ iterations: 10 }).hash(PASSWORD)
  let kept = false
  const { verifier } = await setUp({
    product: 'v2',
    findUser: async () => ({ id: 'u5', name: 'old', password: old }),
    onPasswordUpgrade: async () => {
      await new Promise((resolve) => setTimeout(resolve, 50))
      kept = true
    },
  })
  const { status } = await verifier.signIn(request({ authorization: encodeBasic('old', PASSWORD) }))
  expect([status, kept]).toEqual([204, true])
})

test('users may be found later', async () => {
  const { verifier } = await setUp({ product: 'v1', findUser: async (name) => users.get(name) })
  const asked = async (password: string, name = 'zoë') =>
    shown(await verifier.verify(request({ authorization: encodeBasic(name, password) })))
  expect(await asked(PASSWORD)).toBe(BY_PASSWORD)
  expect(await asked('x')).toBe(V1_WRONG)
  expect(await asked(PASSWORD, 'nobody')).toBe(V1_WRONG)
  expect(await asked(PASSWORD, 'idle')).toBe(V1_WRONG)
})

test('nothing that it gives or tells holds a secret', async () => {
  const given: unknown[] = []
  for (const product of ['v1', 'v2', 'cloud-serverless', 'v3'] as const) {
    const { verifier, events, stored } = await setUp({ product })
    for (const authorization of [
      right,
      withToken,
      encodeToken(TOKEN),
      encodeToken(`${TOKEN}x`),
      encodeBasic(PASSWORD.replace(':', ''), 'x'),
      `Basic ${TOKEN}`,
      TOKEN,
    ]) {
      given.push(await verifier.verify(request({ authorization })))
      given.push(await verifier.signIn(request({ authorization }, { method: 'POST' })))
    }
    given.push(events, stored, verifier, await verifier.tokens.list())
  }
  const text = inspect(given, { depth: 12, showHidden: true })
  expect(text).not.toContain('s3cret')
  expect(text).not.toContain(right.slice(6))
  expect(text).not.toContain(withToken.slice(6))
})

test.each([
  ['a token', encodeToken(TOKEN)],
  ['a user and a token', encodeBasic('zoë', TOKEN)],
])('an answer that can be waited for and is no promise counts: %s', async (_, authorization) => {
  // biome-ignore lint/suspicious/noThenProperty: what is tried here
  const thenable = <T>(value: T) => ({ then: (next: (value: T) => unknown) => void next(value) }) as never
  const { store, stored } = await setUp()
  const { verifier } = await setUp({
    findToken: (hash) => thenable(store.tokens.find(hash)),
    findUser: (name) => thenable({ id: stored.userID, name }),
  })
  expect(await verifier.verify(request({ authorization }))).toMatchObject({ principal: { user: 'zoë' } })
})

describe('nothing from what is absent', () => {
  const record = { userID: 'u1', user: 'zoë', createdAt: 0, expiresAt: 9e15, endsAt: 9e15 }
  const cookie = 'influxdb-oss-session=key'

  test('a session that began with a password is nothing where no user can be found', async () => {
    const store = createMemoryStore()
    await store.sessions.create({ ...record, id: await sha256('key') })
    const { verifier } = await setUp({ store, findUser: undefined })
    expect(await verifier.verify(request({ cookie }))).toMatchObject({ refusal: { reason: 'wrong' } })
  })

  test.each([
    ['another whose name is longer', 'influxdb-oss-sessionX', 'missing'],
    ['one without a name', '=influxdb-oss-session', 'missing'],
    ['one with an equals sign in its value', 'influxdb-oss-session=a=b', 'wrong'],
  ])('a cookie is no session: %s', async (_, cookie, reason) => {
    const { verifier } = await setUp()
    expect(await verifier.verify(request({ cookie }))).toMatchObject({ refusal: { reason } })
  })

  test.each<VerifierOptions>([{ product: 'v1' }, { product: 'v3' }, { schemes: { session: false } }])(
    'a session’s cookie is nothing where no sessions are taken: %j',
    async (options) => {
      const store = createMemoryStore()
      const { verifier, stored } = await setUp({ store, ...options })
      await store.sessions.create({ ...record, id: await sha256('key'), tokenID: stored.id })
      expect(await verifier.verify(request({ cookie }))).toMatchObject({ refusal: { reason: 'missing' } })
    },
  )

  test('a session of an inactive user, or token, is told to the log with its user’s name', async () => {
    const store = createMemoryStore()
    const { verifier, stored, events } = await setUp({ store })
    await verifier.tokens.update(stored.id, { status: 'inactive' })
    for (const [session, reason] of [
      [{ userID: 'u2', user: 'idle' }, 'disabled'],
      [{ tokenID: stored.id }, 'wrong'],
    ] as const) {
      await store.sessions.create({ ...record, ...session, id: await sha256('key') })
      await verifier.verify(request({ cookie }))
      expect(events.at(-1)).toMatchObject({ reason, user: { ...record, ...session }.user })
    }
  })

  test('a session stands in for no Authorization of another scheme, but at InfluxDB 2', async () => {
    const store = createMemoryStore()
    const { verifier, stored } = await setUp({ store })
    await store.sessions.create({ ...record, id: await sha256('key'), tokenID: stored.id })
    expect(shown(await verifier.verify(request({ cookie })))).toBe('session of zoë')
    const asked = request({ cookie, authorization: encodeBearer(TOKEN) })
    expect(await verifier.verify(asked)).toMatchObject({ refusal: { reason: 'scheme' } })
  })

  test('a session that began with a token stays one, as long as the token is good', async () => {
    const store = createMemoryStore()
    const { verifier, stored } = await setUp({ store, findUser: undefined, cache: false })
    await store.sessions.create({ ...record, id: await sha256('key'), tokenID: stored.id })
    expect(await verifier.verify(request({ cookie }))).toMatchObject({
      principal: { by: 'session', permissions: stored.permissions },
    })
    await verifier.tokens.delete(stored.id)
    expect(await verifier.verify(request({ cookie }))).toMatchObject({ refusal: { reason: 'wrong' } })
  })

  test('an inactive user is told to the log by name, once the password is right', async () => {
    const { verifier, events } = await setUp({ product: 'v1' })
    await verifier.verify(request({ authorization: encodeBasic('idle', PASSWORD) }))
    expect(events.at(-1)).toMatchObject({ reason: 'disabled', user: 'idle' })
  })

  test('a user of whom no permissions are known has none', async () => {
    const { verifier } = await setUp({ product: 'v1' })
    const asked = request({ authorization: encodeBasic('zoë', PASSWORD) })
    const verdict = await verifier.verify(asked)
    expect(verdict).toMatchObject({ principal: { orgID: 'o1', permissions: [] } })
    if ('refusal' in verdict) return
    expect(verifier.permit(verdict.principal, asked, 'read', 'buckets')).toMatchObject({ status: 403 })
  })
})

describe('a principal', () => {
  test.each([
    ['remembered', {}],
    ['looked up each time', { cache: false }],
  ] as const)('cannot be changed, nor what a store keeps through it, %s', async (_, options) => {
    const { verifier, stored } = await setUp(options)
    const asked = request({ authorization: encodeToken(TOKEN) })
    const verdict = await verifier.verify(asked)
    if ('refusal' in verdict) throw new Error('refused')
    const { principal } = verdict as unknown as { principal: { userID: string; permissions: unknown[] } }
    const [permission] = principal.permissions as { resource: { type: string } }[]
    expect(() => {
      principal.userID = 'u2'
    }).toThrow(TypeError)
    expect(() => principal.permissions.push('x')).toThrow(TypeError)
    expect(() => {
      if (permission) permission.resource.type = 'orgs'
    }).toThrow(TypeError)
    expect(await verifier.verify(asked)).toMatchObject({
      principal: { userID: 'u1', permissions: [{ resource: { type: 'buckets' } }] },
    })
    expect((await verifier.tokens.get(stored.id))?.permissions).toHaveLength(1)
  })

  test.each([
    ['a user', { product: 'v1' }, right],
    ['a token', { product: 'v2' }, encodeToken(TOKEN)],
  ] as const)(
    'leaves what the application gives for %s its own, and cannot be changed by it',
    async (_, how, authorization) => {
      const { stored } = await setUp()
      const permissions: Permission[] = [{ action: 'read', resource: { type: 'buckets' } }]
      const user: User = { ...(users.get('zoë') as User), permissions }
      const { verifier } = await setUp({
        ...how,
        findUser: () => user,
        findToken: () => ({ ...stored, permissions }),
      })
      const verdict = await verifier.verify(request({ authorization }))
      if ('refusal' in verdict) throw new Error('refused')
      permissions.push({ action: 'write', resource: { type: 'orgs' } })
      expect(verdict.principal.permissions).toEqual([{ action: 'read', resource: { type: 'buckets' } }])
      expect(Object.isFrozen(verdict.principal.permissions)).toBe(true)
      expect(Object.isFrozen(permissions)).toBe(false)
    },
  )

  test('of a user who may do everything may do everything', async () => {
    const { verifier } = await setUp({
      product: 'v1',
      findUser: (name) => ({ ...(users.get(name) as User), permissions: 'all' }),
    })
    const asked = request({ authorization: right })
    const verdict = await verifier.verify(asked)
    if ('refusal' in verdict) throw new Error('refused')
    expect(verdict.principal.permissions).toBe('all')
    expect(verifier.permit(verdict.principal, asked, 'write', 'orgs')).toBeUndefined()
  })

  test("leaves the application's own users, and tokens that it made, to be changed", async () => {
    const store = createMemoryStore()
    const { verifier } = await setUp({ store })
    const permissions = [{ action: 'read', resource: { type: 'buckets' } }] as never[]
    await verifier.tokens.create({ userID: 'u1', user: 'zoë', permissions, token: 'another' })
    permissions.push({ action: 'write', resource: { type: 'orgs' } } as never)
    const asked = request({ authorization: encodeToken('another') })
    expect(await verifier.verify(asked)).toMatchObject({
      principal: { permissions: [{ resource: { type: 'buckets' } }] },
    })
  })
})

describe('lets nothing out', () => {
  const throwing = () => {
    throw new Error('not this')
  }
  const broken = (headers: Record<string, string>): ServerRequest =>
    Object.defineProperty(request(headers), 'address', { get: throwing })

  test.each([
    ['no credential', {}],
    ['a right one', { authorization: encodeToken(TOKEN) }],
    ['a wrong one', { authorization: encodeToken('wrong') }],
    ['a wrong password', { authorization: encodeBasic('zoë', 'wrong') }],
    ['a session that there is none of', { cookie: 'influxdb-oss-session=x' }],
  ])('where the address cannot be told, with %s', async (_, headers) => {
    const attempts: AttemptLimiter = { begin: () => ({ wait: 0, locks: false }), succeed: () => undefined }
    const { verifier } = await setUp({
      product: 'v1',
      schemes: { token: 'exact', session: true },
      store: { attempts },
    })
    const verdict = await verifier.verify(broken(headers))
    if ('refusal' in verdict) expect([401, 503]).toContain(verdict.refusal.status)
    expect((await verifier.signIn(broken(headers))).status).toBeGreaterThanOrEqual(401)
    expect((await verifier.signOut(broken(headers))).status).toBeGreaterThanOrEqual(401)
  })

  test('where a listener throws, at once or later', async () => {
    const { verifier } = await setUp({
      onEvent: (async () => throwing()) as never,
      onError: throwing,
      findToken: throwing,
    })
    expect(await verifier.verify(request())).toMatchObject({ refusal: { status: 401 } })
    expect(await verifier.verify(request({ authorization: encodeToken('x') }))).toMatchObject({
      refusal: { status: 503 },
    })
    expect(verifier.fail(new Error('x'))).toMatchObject({ status: 500, reason: 'failed' })
  })

  test('where a resource is none, and lets in nobody for it', async () => {
    const { verifier, errors } = await setUp()
    const owner = { by: 'token', userID: '1', user: 'joe', permissions: 'all' } as const
    for (const resource of [undefined, null, {}, 7, Promise.reject(new Error('later'))]) {
      expect(verifier.permit(owner, request(), 'read', resource as never)).toMatchObject({ status: 500 })
    }
    expect(errors).toEqual(Array(5).fill(expect.objectContaining({ code: 'ERR_OPTION_VALUE' })))
  })
})

describe('an address that no attempts can be counted on', () => {
  const attempts: AttemptLimiter = { begin: () => ({ wait: 0, locks: false }), succeed: () => undefined }
  const look = async (address: string | undefined, store = { attempts } as VerifierOptions['store']) => {
    const { verifier, errors } = await setUp({ store })
    for (let i = 0; i < 3; i++) {
      await verifier.verify(request({ authorization: encodeToken(`wrong${i}`) }, { address }))
    }
    return errors.map(String)
  }

  test.each([
    ['none', undefined, /is not known/],
    ['an empty one', '', /is not known/],
    ['a name', 'unknown', /is no IP address/],
    ['a list', '203.0.113.7, 127.0.0.1', /is no IP address/],
  ])('is told once: %s', async (_, address, message) => {
    expect(await look(address)).toEqual([expect.stringMatching(message)])
  })

  test.each(['203.0.113.7', '203.0.113.7:40001', '[2001:db8::1]:443', '::ffff:127.0.0.1'])(
    'is not %s',
    async (address) => {
      expect(await look(address)).toEqual([])
    },
  )

  test('is nobody’s business where attempts are not counted', async () => {
    expect(await look(undefined, {})).toEqual([])
  })
})

describe('credentials in the query', () => {
  const options: VerifierOptions = { product: 'v1', schemes: { query: 'u-p' } }
  const right = new URLSearchParams({ u: 'zoë', p: PASSWORD })

  test.each([
    ['a path', `/query?q=1&${right}`],
    ['two slashes', `//?${right}`],
    ['an absolute form', `http://[?${right}`],
    ['an asterisk', `*?${right}`],
    ['no path', `?${right}`],
    ['a fragment', `/?${right}#&p=x`],
  ])('are read behind %s', async (_, url) => {
    const { verifier } = await setUp(options)
    expect(await verifier.verify(request({}, { url }))).toMatchObject({ principal: { user: 'zoë' } })
  })

  test.each(['a=b==', 'a?b', '=', '?'])('end at an ampersand alone: %s', async (token) => {
    const { verifier } = await setUp({ product: 'v3', schemes: { query: 'p' } })
    await verifier.tokens.create({ userID: 'u3', user: 'robot', permissions: [], token })
    const url = `/query?db=x?&p=${token}&q=y`
    expect(await verifier.verify(request({}, { url }))).toMatchObject({ principal: { user: 'robot' } })
  })

  test.each([
    ['a per cent sign alone', '/?u=a&p=%', 'malformed'],
    ['bytes that are no UTF-8', '/?u=a&p=%ff', 'malformed'],
    ['a control character', '/?u=a&p=b%00', 'malformed'],
    ['a line end in the name', '/?u=a%0Ab&p=b', 'malformed'],
    ['two passwords', '/?u=a&p=b&p=c', 'malformed'],
    ['two names', '/?u=a&u=b&p=c', 'malformed'],
    ['two names, one of them encoded', '/?u=a&%75=b&p=c', 'malformed'],
    ['two passwords, one of them encoded', '/?u=a&p=b&%70=c', 'malformed'],
    ['more than 8,192 characters', `/?u=a&p=${'b'.repeat(8192)}`, 'malformed'],
    ['characters outside ASCII', '/?u=a&p=\xe4', 'non-ascii'],
    ['no more than 8,192 characters', `/?u=a&p=${'b'.repeat(8191)}`, 'wrong'],
    ['none, with no question mark', '/&p=b', 'missing'],
    ['none, with no question mark, but a name', '/&u=a&p=b', 'missing'],
    ['none, in a target that is none', 'http://[', 'missing'],
  ])('are refused with %s', async (_, url, reason) => {
    const { verifier, errors } = await setUp(options)
    expect(await verifier.verify(request({}, { url }))).toMatchObject({ refusal: { reason } })
    expect(errors).toEqual([])
  })

  test.each([options, { product: 'v3', schemes: { query: 'p' } } as const])(
    'are none before and behind the query: %j',
    async (options) => {
      const { verifier } = await setUp(options)
      expect(await verifier.verify(request({}, { url: '/&u=a&p=b?q=1#&u=a&p=b' }))).toMatchObject({
        refusal: { reason: 'missing' },
      })
    },
  )

  test('are refused where they are longer than maxLength', async () => {
    const { verifier } = await setUp({ ...options, maxLength: 9 })
    for (const [length, reason] of [
      [8, 'wrong'],
      [9, 'malformed'],
    ] as const) {
      const url = `/?u=a&p=${'b'.repeat(length)}`
      expect(await verifier.verify(request({}, { url }))).toMatchObject({ refusal: { reason } })
    }
  })

  test.each(['%20x', 'x%20', 'x%20y', 'x%C3%A4', '%09x'])(
    'are refused where p is to be a token, and is none: %s',
    async (p) => {
      const { verifier } = await setUp({ product: 'v3', schemes: { query: 'p' } })
      expect(await verifier.verify(request({}, { url: `/?p=${p}` }))).toMatchObject({
        refusal: { reason: 'malformed' },
      })
    },
  )

  test('are none where no user name and password is taken at all', async () => {
    const { verifier } = await setUp({ schemes: { query: 'u-p', basic: false } })
    expect(await verifier.verify(request({}, { url: `/?${right}` }))).toMatchObject({
      refusal: { reason: 'missing' },
    })
  })
})

describe('what a browser adds by itself', () => {
  const basic = { authorization: encodeBasic('zoë', TOKEN) }
  const host = 'influx.test:8086'

  test.each([
    ['Basic with a form of another site', basic, { origin: 'https://evil.test' }, 'cross-site'],
    [
      'Basic with a script of another site',
      basic,
      { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'cors' },
      'cross-site',
    ],
    ['Basic from a program', basic, {}, 'zoë'],
    ['Basic from an own page', basic, { origin: 'http://influx.test:8086' }, 'zoë'],
    ['Basic from an own page, in capitals', basic, { origin: 'HTTP://INFLUX.TEST:8086' }, 'zoë'],
    [
      'Basic from what only ends as an own page',
      basic,
      { origin: 'x-http://influx.test:8086' },
      'cross-site',
    ],
    [
      'Basic from a page that is named',
      basic,
      { origin: 'https://app.test', 'sec-fetch-site': 'cross-site' },
      'zoë',
    ],
    [
      'a Token, which no browser adds',
      { authorization: encodeToken(TOKEN) },
      { origin: 'https://evil.test' },
      'zoë',
    ],
    [
      'a Bearer, which no browser adds',
      { authorization: encodeBearer(TOKEN) },
      { origin: 'https://evil.test' },
      'zoë',
    ],
  ])('%s', async (_, credential, headers, expected) => {
    const { verifier } = await setUp({
      schemes: { bearer: true },
      session: { origins: ['https://app.test'] },
    })
    const asked = request({ host, ...credential, ...headers }, { method: 'POST' })
    const verdict = await verifier.verify(asked)
    expect('principal' in verdict ? verdict.principal.user : verdict.refusal.reason).toBe(expected)
    const read = await verifier.verify({ ...asked, method: 'GET' })
    expect('principal' in read && read.principal.user).toBe('zoë')
    const remembered = await verifier.verify(asked)
    expect('principal' in remembered ? remembered.principal.user : remembered.refusal.reason).toBe(expected)
  })
})

test('over TLS a page that came in clear is not the server’s own, however its origin is spelt', async () => {
  const { verifier } = await setUp()
  const authorization = encodeBasic('zoë', TOKEN)
  for (const [origin, reason] of [
    ['https://influx.test', undefined],
    ['http://influx.test', 'cross-site'],
    ['HTTP://influx.test', 'cross-site'],
  ] as const) {
    const asked = request({ authorization, host: 'influx.test', origin }, { method: 'POST', secure: true })
    const verdict = await verifier.verify(asked)
    expect([origin, 'refusal' in verdict ? verdict.refusal.reason : undefined]).toEqual([origin, reason])
  }
})

test('beside a session an Authorization of another scheme counts as none, also after one that is remembered', async () => {
  const { verifier, store } = await setUp({ product: 'v2' })
  const record = { userID: 'u3', user: 'robot', createdAt: 0, expiresAt: 9e15, endsAt: 9e15 }
  await store.sessions.create({ ...record, id: await sha256('key') })
  users.set('u3', { id: 'u3', name: 'robot' })
  const cookie = 'influxdb-oss-session=key'
  const asked = async (authorization: string | undefined, headers: Record<string, string> = { cookie }) =>
    shown(await verifier.verify(request({ authorization, ...headers })))
  for (let i = 0; i < 3; i++) {
    expect(await asked(encodeToken(TOKEN))).toBe(ZOE)
    expect(await asked(encodeBearer(TOKEN))).toBe(ZOE)
    for (const other of [
      withToken,
      right,
      'Basic !',
      'Token',
      `Token\t${TOKEN}`,
      TOKEN,
      'Negotiate x',
      'Negotiate Token x',
      undefined,
    ]) {
      expect(await asked(other), other).toBe('session of robot')
      expect(await asked(other, {}), other).toBe(V2_401)
    }
    expect(await asked(encodeToken('unknown'))).toBe(V2_401)
  }
  for (const [schemes, other, taken] of [
    [{ bearer: false }, encodeBearer(TOKEN), encodeToken(TOKEN)],
    [{ token: false }, encodeToken(TOKEN), encodeBearer(TOKEN)],
  ] as const) {
    const { verifier: choosy } = await setUp({ product: 'v2', schemes, store: { sessions: store.sessions } })
    const ask = async (authorization: string) =>
      shown(await choosy.verify(request({ authorization, cookie })))
    expect([await ask(other), await ask(taken)]).toEqual(['session of robot', ZOE])
  }
  users.delete('u3')
})
