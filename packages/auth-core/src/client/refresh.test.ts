// What happens after a refusal, over real sockets: one refresh for all, one retry each, and waits that end when told to.

import { getEventListeners } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { inspect } from 'node:util'
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import type { Credentials } from '../index.ts'
import { type AuthEvent, type AuthorizerOptions, createAuthorizer, retryDelay, withAuth } from './index.ts'

let origin: string
let received: string[] = []
let respond: (request: IncomingMessage, response: ServerResponse) => void
const server = createServer((request, response) => {
  received.push(request.headers.authorization ?? '')
  request.resume().on('end', () => respond(request, response))
})

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', 1024, resolve))
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterAll(() => new Promise((resolve) => server.close(resolve)))
beforeEach(() => {
  received = []
})

/** A server that knows one token. */
function accept(valid: string): void {
  respond = (request, response) => {
    response.writeHead(request.headers.authorization === `Token ${valid}` ? 200 : 401).end()
  }
}

/** A provider whose token changes when it is invalidated. */
function rotating(...tokens: string[]) {
  const provider = {
    get: vi.fn(async (): Promise<Credentials> => ({ scheme: 'token', token: tokens[0] ?? '' })),
    invalidate: vi.fn(() => {
      if (tokens.length > 1) tokens.shift()
    }),
  }
  return provider
}

function authFetch(options: Omit<AuthorizerOptions, 'origin'>): typeof fetch {
  return withAuth(fetch, createAuthorizer({ origin, ...options }))
}

describe('a 401', () => {
  test('asks the provider anew and repeats the request once', async () => {
    accept('new')
    const credentials = rotating('old', 'new')
    const response = await authFetch({ credentials })('/', { method: 'POST', body: 'data' })
    expect(response.status).toBe(200)
    expect(received).toEqual(['Token old', 'Token new'])
    expect(credentials.invalidate).toHaveBeenCalledExactlyOnceWith({ scheme: 'token', token: 'old' })
  })

  test('is the answer when the provider has nothing better', async () => {
    accept('other')
    const credentials = rotating('old')
    expect((await authFetch({ credentials })('/')).status).toBe(401)
    expect(received).toEqual(['Token old'])
    expect(credentials.invalidate).toHaveBeenCalledOnce()
  })

  describe('that says a permission is missing', () => {
    const MESSAGE = 'read:orgs/0123456789abcdef/buckets is unauthorized'
    const refuse = (message: string, headers: Record<string, string> = {}) => {
      const body = JSON.stringify({ code: 'unauthorized', message })
      respond = (_, response) => {
        const length = headers['transfer-encoding'] ? {} : { 'content-length': `${body.length}` }
        const type = 'application/json; charset=utf-8'
        response.writeHead(401, { 'content-type': type, ...length, ...headers }).end(body)
      }
    }

    test.each([MESSAGE, 'access to /api/v2/config requires operator permissions'])(
      'refuses no credential: "%s"',
      async (message) => {
        refuse(message)
        const credentials = rotating('old', 'new')
        const response = await authFetch({ credentials })('/')
        expect([response.status, await response.json()]).toEqual([401, { code: 'unauthorized', message }])
        expect(received).toEqual(['Token old'])
        expect(credentials.invalidate).not.toHaveBeenCalled()
      },
    )

    test.each([
      ['says something else', () => refuse('unauthorized access')],
      ['is no JSON', () => refuse(MESSAGE, { 'content-type': 'text/plain' })],
      ['is long', () => refuse(`${'x'.repeat(1024)} is unauthorized`)],
      ['has no length', () => refuse(MESSAGE, { 'transfer-encoding': 'chunked' })],
    ])('is not looked for in a body that %s', async (_, prepare) => {
      prepare()
      const credentials = rotating('old', 'new')
      await (await authFetch({ credentials })('/')).text()
      expect(received).toEqual(['Token old', 'Token new'])
    })

    test('is waited for a second at most, and by nobody who gave up', async () => {
      respond = (_, response) => {
        response.writeHead(401, { 'content-type': 'application/json', 'content-length': 100 })
        response.write('{')
      }
      const credentials = rotating('old')
      const start = performance.now()
      const aborter = new AbortController()
      setTimeout(() => aborter.abort(new Error('given up')), 100)
      await expect(authFetch({ credentials })('/', { signal: aborter.signal })).rejects.toThrow('given up')
      expect(performance.now() - start).toBeLessThan(900)
      const response = await authFetch({ credentials })('/')
      expect(response.status).toBe(401)
      await response.body?.cancel()
    })
  })

  test('is the answer when the new credential is refused as well', async () => {
    accept('third')
    expect((await authFetch({ credentials: rotating('first', 'second', 'third') })('/')).status).toBe(401)
    expect(received).toEqual(['Token first', 'Token second'])
  })

  test('is the answer when the body was a stream', async () => {
    accept('new')
    const body = new Blob(['data']).stream()
    const init = { method: 'POST', body, duplex: 'half' } as RequestInit
    expect((await authFetch({ credentials: rotating('old', 'new') })('/', init)).status).toBe(401)
    expect(received).toEqual(['Token old'])
  })

  test('in a thousand requests at once causes exactly one refresh, and all of them succeed', async () => {
    accept('new')
    const credentials = rotating('old', 'new', 'too new')
    const request = authFetch({ credentials })
    const answers = await Promise.all(Array.from({ length: 1000 }, () => request('/')))
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]))
    expect(credentials.invalidate).toHaveBeenCalledOnce()
  })

  test('of another origin, after a redirect, says nothing of our credential', async () => {
    const other = createServer((_, response) => response.writeHead(401).end())
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve))
    respond = (_, response) =>
      response
        .writeHead(302, { location: `http://127.0.0.1:${(other.address() as AddressInfo).port}/` })
        .end()
    const credentials = rotating('old', 'new')
    expect((await authFetch({ credentials })('/')).status).toBe(401)
    expect(credentials.invalidate).not.toHaveBeenCalled()
    await new Promise((resolve) => other.close(resolve))
  })
})

test('a 403 is never repeated', async () => {
  respond = (_, response) => response.writeHead(403).end()
  const credentials = rotating('old', 'new')
  expect((await authFetch({ credentials })('/')).status).toBe(403)
  expect(received).toEqual(['Token old'])
  expect(credentials.invalidate).not.toHaveBeenCalled()
})

test('concurrent requests share one answer of a slow provider', async () => {
  accept('token')
  const get = vi.fn(async () => 'token')
  const request = authFetch({ credentials: get })
  await Promise.all(Array.from({ length: 50 }, () => request('/')))
  expect(get.mock.calls).toEqual([[{ origin }]])
})

test('what the provider throws reaches the caller, and the next request asks again', async () => {
  accept('token')
  let works = false
  const request = authFetch({
    credentials: () => {
      if (!works) throw new RangeError('no such profile')
      return 'token'
    },
  })
  await expect(request('/')).rejects.toThrow('no such profile')
  works = true
  expect((await request('/')).status).toBe(200)
})

describe('no credentials', () => {
  test.each([undefined, null, 7])('are refused at once when they are %s', (credentials) => {
    expect(() => authFetch({ credentials: credentials as unknown as string })).toThrow(
      expect.objectContaining({ name: 'CredentialsError', code: 'ERR_CREDENTIALS_TYPE' }),
    )
  })

  test.each([undefined, null, Promise.resolve(undefined)])(
    'fail the request when a function gives %s',
    async (none) => {
      const request = authFetch({ credentials: (() => none) as unknown as () => string })
      await expect(request('/')).rejects.toMatchObject({ code: 'ERR_CREDENTIALS_TYPE' })
      expect(received).toEqual([])
    },
  )
})

test('a provider is asked once at a time, a refresh in between included', async () => {
  accept('new')
  const asked: ((token: string) => void)[] = []
  const authorizer = createAuthorizer({
    origin,
    credentials: () => new Promise<string>((give) => asked.push(give)),
  })
  const url = new URL(origin)
  const first = authorizer.authorize(url)
  asked[0]?.('old')
  const sent = await first
  const slow = authorizer.authorize(url) // the second asking, which takes its time
  if (!sent) throw new Error('bound')
  const refreshed = authorizer.rejected(url, 401, sent) // the third
  asked[1]?.('old')
  await slow
  const another = authorizer.authorize(url)
  expect(asked).toHaveLength(3)
  asked[2]?.('new')
  expect((await refreshed)?.value).toBe('Token new')
  expect((await another)?.value).toBe('Token new')
})

describe('Retry-After', () => {
  /** Refuses so many times, then answers. */
  const busy = (times: number, status: number, retryAfter?: () => string) => {
    respond = (_, response) => {
      if (received.length > times) response.writeHead(200).end()
      else response.writeHead(status, retryAfter ? { 'retry-after': retryAfter() } : {}).end()
    }
  }
  const retrying = (retry: AuthorizerOptions['retry']) => authFetch({ credentials: 'token', retry })

  test.each([429, 503])('of a %d is waited for, in seconds or until a date', async (status) => {
    busy(1, status, () => '0')
    expect((await retrying(true)('/')).status).toBe(200)
    received = []
    busy(1, status, () => new Date(Date.now() + 1000).toUTCString())
    expect((await retrying(true)('/', { method: 'POST', body: 'data' })).status).toBe(200)
    expect(received).toEqual(['Token token', 'Token token'])
  })

  test.each<[string, AuthorizerOptions['retry'], () => void]>([
    ['when retry is off', undefined, () => busy(1, 503, () => '0')],
    ['when it asks for more than the cap', { maxDelay: 5 }, () => busy(1, 503, () => '6')],
    ['when it cannot be read', true, () => busy(1, 503, () => 'soon')],
    ['when there is none', true, () => busy(1, 503)],
    ['when it is longer than a timer can be', { maxDelay: 2_147_483 }, () => busy(1, 503, () => '99999999')],
    ['of another status', true, () => busy(1, 500, () => '0')],
  ])('is not waited for %s', async (_, retry, prepare) => {
    prepare()
    expect((await retrying(retry)('/')).ok).toBe(false)
    expect(received).toHaveLength(1)
  })

  test('is a whole number of seconds or a date in one of three forms, and nothing else', () => {
    const now = Date.UTC(1994, 10, 6, 8, 49, 30)
    // Dates are those of Greenwich, wherever the program runs.
    const zone = process.env.TZ
    process.env.TZ = 'America/New_York'
    try {
      for (const [day, name] of [
        'Sunday',
        'Monday',
        'Tuesday',
        'Wednesday',
        'Thursday',
        'Friday',
        'Saturday',
      ].entries()) {
        const short = name.slice(0, 3)
        const of = `${6 + day}`.padStart(2, '0')
        for (const date of [
          `${short}, ${of} Nov 1994 08:49:37 GMT`,
          `${name}, ${of}-Nov-94 08:49:37 GMT`,
          `${short} Nov ${of.replace(/^0/, ' ')} 08:49:37 1994`,
        ]) {
          expect(retryDelay(503, date, now)).toBe(7000 + day * 86_400_000)
          expect(retryDelay(503, date, now + 6 * 86_400_000 + 60_000)).toBe(0)
          expect(retryDelay(503, `x${date}`, now)).toBeUndefined()
        }
      }
    } finally {
      if (zone === undefined) delete process.env.TZ
      else process.env.TZ = zone
    }
    const others = ['1.5', '-1', '+1', '1e3', '0x10', 'May', 'Sun', 'Sun, soon', '7 seconds', ' 7', '']
    for (const other of [...others, null, undefined]) expect(retryDelay(429, other, now)).toBeUndefined()
    expect(retryDelay(429, '2', now)).toBe(2000)
    for (const status of [200, 428, 430, 502, 504]) expect(retryDelay(status, '2', now)).toBeUndefined()
  })

  test('is waited for as often as attempts says', async () => {
    busy(9, 503, () => '0')
    expect((await retrying({ attempts: 3 })('/')).status).toBe(503)
    expect(received).toHaveLength(4)
  })
})

describe('an AbortSignal', () => {
  test('ends the wait for a provider', async () => {
    const aborter = new AbortController()
    const answer = authFetch({ credentials: () => new Promise<string>(() => undefined) })('/', {
      signal: aborter.signal,
    })
    aborter.abort(new Error('enough'))
    await expect(answer).rejects.toThrow('enough')
    expect(received).toEqual([])
  })

  test('ends the wait for a busy server', async () => {
    respond = (_, response) => response.writeHead(503, { 'retry-after': '30' }).end()
    const aborter = new AbortController()
    const answer = authFetch({ credentials: 'token', retry: true })('/', { signal: aborter.signal })
    await vi.waitFor(() => expect(received).toHaveLength(1))
    setTimeout(() => aborter.abort(new Error('enough')), 20)
    await expect(answer).rejects.toThrow('enough')
  })

  test('ends the request', async () => {
    respond = () => undefined
    const aborter = new AbortController()
    const answer = authFetch({ credentials: 'token' })('/', { signal: aborter.signal })
    await vi.waitFor(() => expect(received).toHaveLength(1))
    aborter.abort(new Error('enough'))
    await expect(answer).rejects.toThrow('enough')
  })

  test('has no listener of ours left when the request is done', async () => {
    respond = (request, response) => {
      const status = request.headers.authorization === 'Token old' ? 401 : received.length === 2 ? 503 : 200
      response.writeHead(status, { 'retry-after': '0' }).end()
    }
    const { signal } = new AbortController()
    const added = vi.spyOn(signal, 'addEventListener')
    // Node's own `fetch` leaves a listener until it is collected: so it is not given the signal.
    const request = withAuth(
      ((url, init) => fetch(url, { ...init, signal: null })) as typeof fetch,
      createAuthorizer({ origin, credentials: rotating('old', 'token'), retry: true }),
    )
    expect((await request('/', { signal })).status).toBe(200)
    expect(received).toEqual(['Token old', 'Token token', 'Token token'])
    expect(added.mock.calls.length).toBeGreaterThan(1)
    expect(getEventListeners(signal, 'abort')).toEqual([])
  })
})

describe('onEvent', () => {
  test('tells what happened to the credential, and never the credential', async () => {
    accept('n3w-secret')
    const events: AuthEvent[] = []
    const request = authFetch({
      credentials: rotating('0ld-secret', 'n3w-secret'),
      onEvent: (event) => events.push(event),
    })
    await request('/')
    await request(origin.replace('127.0.0.1', 'localhost')).catch(() => undefined)
    expect(events).toEqual([
      { type: 'credential-resolved', origin, reason: 'request' },
      { type: 'sent', origin, reason: 'bound-origin' },
      { type: 'refreshed', origin, reason: 'changed' },
      { type: 'sent', origin, reason: 'retry' },
      { type: 'dropped', origin: origin.replace('127.0.0.1', 'localhost'), reason: 'other-origin' },
    ])
    expect(inspect(events)).not.toContain('secret')
  })

  test('tells of refusals', async () => {
    const events: AuthEvent[] = []
    const request = authFetch({ credentials: 'token', onEvent: (event) => events.push(event) })
    accept('other')
    await request('/')
    respond = (_, response) => response.writeHead(403).end()
    await request('/')
    expect(events.filter(({ type }) => type === 'refused' || type === 'refreshed')).toEqual([
      { type: 'refreshed', origin, reason: 'unchanged' },
      { type: 'refused', origin, reason: '401' },
      { type: 'refused', origin, reason: '403' },
    ])
  })

  test('cannot break a request', async () => {
    accept('token')
    const onEvent = () => {
      throw new Error('observer')
    }
    expect((await authFetch({ credentials: 'token', onEvent })('/')).status).toBe(200)
  })
})

test('a header of the caller is refused when onExisting says so', async () => {
  const request = authFetch({ credentials: 'token', onExisting: 'error' })
  await expect(request('/', { headers: { authorization: 'Token mine' } })).rejects.toMatchObject({
    code: 'ERR_TARGET_EXISTING',
  })
  expect(received).toEqual([])
})
