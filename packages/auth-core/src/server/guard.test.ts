// The web-standard guard: Request in, principal or Response out, the body untouched.

import { beforeAll, describe, expect, expectTypeOf, test, vi } from 'vitest'
import { encodeBasic, encodeToken } from '../index.ts'
import {
  createGuard,
  createMemoryStore,
  createVerifier,
  pbkdf2Passwords,
  type Verifier,
  type WebRequest,
} from './index.ts'

const passwords = pbkdf2Passwords({ iterations: 100 })
const URL = 'http://influx.test/api/v2/buckets'
let verifier: Verifier
let token: string
beforeAll(async () => {
  const password = await passwords.hash('x')
  const findUser = (name: string) => (name === 'zoë' ? { id: 'u1', name, password } : undefined)
  verifier = createVerifier({ product: 'v2', store: createMemoryStore(), findUser, passwords })
  const permissions = [{ action: 'read', resource: { type: 'buckets' } }] as const
  token = (await verifier.tokens.create({ userID: 'u1', user: 'zoë', permissions })).token
})
const withToken = (init: RequestInit = {}) =>
  new Request(URL, { ...init, headers: { authorization: encodeToken(token) } })

describe('the guard', () => {
  test('gives the principal, or the answer that refuses', async () => {
    const guard = createGuard(verifier)
    expect(await guard(withToken(), ['read', 'buckets'])).toMatchObject({ user: 'zoë', by: 'token' })
    const refused = (await guard(new Request(URL))) as Response
    expect([refused.status, await refused.json()]).toEqual([
      401,
      { code: 'unauthorized', message: 'unauthorized access' },
    ])
    const forbidden = (await guard(withToken(), ['write', 'buckets'])) as Response
    expect([forbidden.status, forbidden.headers.get('x-platform-error-code')]).toEqual([403, 'forbidden'])
  })

  test('takes a Request where nothing says otherwise, and so does its handler', async () => {
    const guard = createGuard(verifier, { address: ({ headers }) => headers.get('x-address') ?? undefined })
    const handler = guard.protect(async (request) => new Response(await request.text()), ['read', 'buckets'])
    // By these Next.js tells whether something is a route's handler.
    expectTypeOf(handler).parameter(0).toEqualTypeOf<Request>()
    expectTypeOf(guard.signIn).parameter(0).toEqualTypeOf<Request>()
    expect(await (await handler(withToken({ method: 'POST', body: 'data' }))).text()).toBe('data')
  })

  test('hands on what comes beside the request, of which `address` need not know', async () => {
    const address = ({ headers }: Request) => headers.get('x-address') ?? undefined
    const route = createGuard(verifier, { address }).protect(
      async (_, { user }, { params }: { params: Promise<{ id: string }> }) =>
        new Response(`${user}: ${(await params).id}`),
    )
    const response = await route(withToken(), { params: Promise.resolve({ id: '1f' }) })
    expect(await response.text()).toBe('zoë: 1f')
  })

  test('has a handler ask for what `address` asks for, or for nothing', async () => {
    type Server = { readonly requestIP: () => string }
    const address = (_: Request, server: Server) => server.requestIP()
    const guard = createGuard(verifier, { address })
    const server = { requestIP: () => '192.0.2.1' }
    const contextual = guard.protect((_, __, { requestIP }) => new Response(requestIP()))
    expect(await (await contextual(withToken(), server)).text()).toBe('192.0.2.1')
    const without = guard.protect(() => new Response('in'))
    expect(await (await without(withToken(), server)).text()).toBe('in')
    // @ts-expect-error the server is missing, whose address is asked for
    void without(withToken())
    // @ts-expect-error it is no server
    guard.protect((_: Request, __: unknown, other: string) => new Response(other))
  })

  test('stands before a handler, and leaves it the body', async () => {
    const guard = createGuard(verifier)
    const handler = guard.protect(
      async (request: Request, { user }, suffix: string) =>
        new Response(`${user}: ${await request.text()}${suffix}`),
      ['read', 'buckets'],
    )
    expect(await (await handler(withToken({ method: 'POST', body: 'data' }), '!')).text()).toBe('zoë: data!')
    const request = new Request(URL, { method: 'POST', body: 'data' })
    expect((await handler(request, '!')).status).toBe(401)
    expect(request.bodyUsed).toBe(false)
  })

  test.each([
    ['looked up', {}],
    ['looked up at once', { digest: (secret: string) => secret }],
  ])('keeps out whoever is not permitted, %s, before a handler or without', async (_, options) => {
    const store = createMemoryStore()
    const own = createVerifier({ store, ...options })
    const guard = createGuard(own)
    const handler = vi.fn(() => new Response())
    const statusOf = (answer: object) => (answer instanceof Response ? answer.status : 'let in')
    for (const needed of [
      ['write', 'buckets'],
      ['read', 'buckets', '1f'],
    ] as const) {
      const permissions = [{ action: 'read', resource: { type: 'buckets' } }] as const
      const made = await own.tokens.create({ userID: 'u1', user: 'zoë', permissions })
      const ask = () => new Request(URL, { headers: { authorization: encodeToken(made.token) } })
      const expected = needed[0] === 'read' ? ['let in', 200] : [403, 403]
      for (let i = 0; i < 2; i++) {
        const admitted = await guard(ask(), needed)
        const { status } = await guard.protect(handler, needed)(ask())
        expect([statusOf(admitted), status]).toEqual(expected)
        own.forget()
      }
      expect(handler).toHaveBeenCalledTimes(needed[0] === 'read' ? 2 : 0)
    }
  })

  test('tells of what fails with the request that it was for', async () => {
    const cause = new Error('not this')
    const rejects = () => Promise.reject(cause)
    const throws = () => {
      throw cause
    }
    for (const failing of [rejects, throws]) {
      const fail = vi.fn(verifier.fail)
      const guard = createGuard({ ...verifier, fail, verify: failing, signIn: failing, signOut: failing })
      for (const answer of [guard(withToken()), guard.signIn(withToken()), guard.signOut(withToken())]) {
        expect(await answer).toMatchObject({ status: 500 })
        expect(fail).toHaveBeenLastCalledWith(cause, expect.objectContaining({ url: URL, method: 'GET' }))
      }
    }
  })

  test.each([
    ['https://influx.test/api/v2/signin', true],
    ['http://influx.test/api/v2/signin?from=https:', false],
  ])('takes the URL’s word for TLS: %s', async (url, secure) => {
    const headers = { authorization: encodeBasic('zoë', 'x') }
    const answer = await createGuard(verifier).signIn(new Request(url, { method: 'POST', headers }))
    expect([answer.status, answer.headers.get('set-cookie')?.endsWith('; Secure')]).toEqual([204, secure])
  })

  test('signs in and out', async () => {
    const guard = createGuard(verifier, { secure: () => true })
    const signedIn = await guard.signIn(
      new Request(URL, { method: 'POST', headers: { authorization: encodeBasic('zoë', 'x') } }),
    )
    const setCookie = signedIn.headers.get('set-cookie') ?? ''
    expect([signedIn.status, signedIn.body, setCookie.endsWith('; Secure')]).toEqual([204, null, true])
    const cookie = setCookie.split(';', 1)[0] ?? ''
    expect(await guard(new Request(URL, { headers: { cookie } }))).toMatchObject({ by: 'session' })
    expect((await guard.signOut(new Request(URL, { method: 'POST', headers: { cookie } }))).status).toBe(204)
    expect(await guard(new Request(URL, { headers: { cookie } }))).toBeInstanceOf(Response)
  })

  test('refuses two credentials, which a Request joins', async () => {
    const headers = new Headers()
    for (let i = 0; i < 2; i++) headers.append('authorization', encodeToken(token))
    expect(await createGuard(verifier)(new Request(URL, { headers }))).toHaveProperty('status', 401)
  })

  test('calls no handler for a client that went while it waited', async () => {
    const client = new AbortController()
    let answer: (() => void) | undefined
    const waiting = createVerifier({
      findToken: () =>
        new Promise((resolve) => {
          answer = () => resolve(undefined)
        }),
    })
    const visits: unknown[] = []
    const handler = createGuard(waiting).protect((_, principal) => {
      visits.push(principal)
      return new Response()
    })
    const asked = handler(withToken({ signal: client.signal }))
    await vi.waitFor(() => expect(answer).toBeDefined())
    client.abort()
    answer?.()
    expect([(await asked).status, visits]).toEqual([499, []])
  })

  test.each([
    ['the request’s signal', { aborted: true }, false],
    ['what reads it', { aborted: false }, true],
    ['nobody', { aborted: false }, false],
  ])('goes by %s whether the client has gone', async (_, signal, gone) => {
    const waiting = createVerifier({ findToken: async () => undefined })
    const guard = createGuard(waiting, {
      read: ({
        method,
        url,
      }: {
        readonly method: string
        readonly url: string
        readonly signal: object
      }) => ({
        method,
        url,
        gone,
        authorization: encodeToken('x'),
        secure: true,
        header: () => undefined,
      }),
    })
    const expected = signal.aborted || gone ? 499 : 401
    expect(await guard({ method: 'GET', url: '/', signal })).toMatchObject({ status: expected })
  })

  test('takes what has no more of a Request than it looks at', async () => {
    const plain = createVerifier({
      product: 'v1',
      findUser: (name) => ({ id: 'u1', name, password: 'hash of x', permissions: 'all' }),
      passwords: {
        hash: async (password) => `hash of ${password}`,
        verify: async (password, stored) => stored === `hash of ${password}`,
        isOutdated: () => false,
      },
      hashes: { running: 1, waiting: 1 },
    })
    const guard = createGuard<WebRequest>(plain)
    const headers = new Headers({ authorization: encodeBasic('zoë', 'x') })
    const asked = Array.from({ length: 2 }, (_, i) => guard({ url: `/${i}`, method: 'GET', headers }))
    expect(await Promise.all(asked)).toMatchObject([{ user: 'zoë' }, { user: 'zoë' }])
    expect(await guard({ url: '/', method: 'POST', headers: new Headers({ origin: 'x' }) })).toMatchObject({
      status: 401,
    })
  })

  test('goes by the Host in the URL, and by the method, where it looks for other sites', async () => {
    const guard = createGuard(verifier)
    const signedIn = await guard.signIn(
      new Request(URL, { method: 'POST', headers: { authorization: encodeBasic('zoë', 'x') } }),
    )
    const cookie = signedIn.headers.get('set-cookie')?.split(';', 1)[0] ?? ''
    const ask = async (method: string, origin: string) => {
      const answer = await guard(new Request(URL, { method, headers: { cookie, origin } }))
      return 'by' in answer ? answer.by : answer.status
    }
    expect(await ask('POST', 'http://influx.test')).toBe('session')
    expect(await ask('POST', 'http://evil.test')).toBe(401)
    expect(await ask('GET', 'http://evil.test')).toBe('session')
  })

  test('asks for the address of a request once, also where that fails', async () => {
    const errors: unknown[] = []
    const attempts = { begin: () => ({ wait: 0, locks: false }), succeed: () => undefined }
    let asked = 0
    const listening = createVerifier({
      product: 'v2',
      store: { attempts },
      findToken: () => undefined,
      onError: (error) => errors.push(error),
      onEvent: () => undefined,
    })
    const guard = createGuard(listening, {
      address: () => {
        asked++
        throw new Error('not known')
      },
    })
    expect(await guard(withToken())).toMatchObject({ status: 503 })
    expect(asked).toBe(1)
    expect(errors).toMatchObject([{ message: 'not known' }])
  })

  test('tells the address that the runtime knows', async () => {
    const addresses: unknown[] = []
    const listening = createVerifier({
      onEvent: (event) => addresses.push('address' in event && event.address),
    })
    await createGuard(listening, { address: () => '::1' })(new Request(URL))
    await createGuard(listening)(new Request(URL))
    expect(addresses).toEqual(['::1', undefined])
  })

  describe.each<[string, () => unknown]>([
    ['a promise', () => Promise.resolve('::1')],
    ['a promise that fails later', () => Promise.reject(new Error('later'))],
  ])('takes no %s', (_, told) => {
    const setUp = () => {
      const errors: unknown[] = []
      const telling = createVerifier({
        product: 'v2',
        schemes: { basic: 'password' },
        store: createMemoryStore(),
        findUser: () => undefined,
        passwords,
        onError: (error) => errors.push(error),
      })
      return { telling, errors, asOption: [expect.objectContaining({ code: 'ERR_OPTION_VALUE' })] }
    }
    const withPassword = () =>
      new Request(URL, { method: 'POST', headers: { authorization: encodeBasic('zoë', 'x') } })

    test('for an address, which would be one for each request', async () => {
      const { telling, errors, asOption } = setUp()
      const guard = createGuard(telling, { address: told as never })
      expect(await guard(withPassword())).toMatchObject({ status: 503 })
      expect(errors).toEqual(asOption)
    })

    test('for whether there is TLS, which would be true', async () => {
      const { telling, errors, asOption } = setUp()
      const guard = createGuard(telling, { secure: told as never })
      const headers = { cookie: 'influxdb-oss-session=x', origin: 'http://influx.test' }
      const response = await guard(new Request(URL, { method: 'POST', headers }))
      expect(response).toMatchObject({ status: 503 })
      expect(errors).toEqual(asOption)
    })

    test('for a request', async () => {
      const { telling, errors, asOption } = setUp()
      const guard = createGuard(telling, { read: told as never })
      const answers = [await guard(withPassword()), await guard.signIn(withPassword())]
      expect(answers).toMatchObject([{ status: 500 }, { status: 500 }])
      expect(errors).toEqual([...asOption, ...asOption])
    })
  })
})
