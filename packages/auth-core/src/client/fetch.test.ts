// Requests and redirects over real sockets: the credential reaches its own origin and no other.

import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { inspect } from 'node:util'
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { AuthError } from '../index.ts'
import { createAuthorizer, isStream, RecordHeaders, withAuth } from './index.ts'

interface Seen {
  readonly method: string | undefined
  readonly path: string | undefined
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

/** A server that notes what it is sent and redirects as `/redirect/STATUS?to=URL` asks. */
async function startServer() {
  const seen: Seen[] = []
  const server = createServer(async (request, response: ServerResponse) => {
    let body = ''
    for await (const chunk of request) body += chunk
    seen.push({ method: request.method, path: request.url, headers: request.headers, body })
    const url = new URL(request.url ?? '/', 'http://localhost')
    const status = /^\/redirect\/(\d+)$/.exec(url.pathname)?.[1]
    if (!status) {
      response.end('here')
      return
    }
    const to = url.searchParams.get('to')
    response.writeHead(Number(status), to === null ? {} : { location: to })
    response.end('elsewhere')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return { origin, seen, stop: () => new Promise((resolve) => server.close(resolve)) }
}

const SECRET = 'my-s3cret-token'
let a: Awaited<ReturnType<typeof startServer>>
let b: Awaited<ReturnType<typeof startServer>>
let authFetch: typeof fetch

beforeAll(async () => {
  a = await startServer()
  b = await startServer()
  authFetch = withAuth(fetch, createAuthorizer({ origin: a.origin, credentials: SECRET }))
})
afterAll(() => Promise.all([a.stop(), b.stop()]))
beforeEach(() => {
  a.seen.length = 0
  b.seen.length = 0
})

/** A path on which `server` redirects. */
const redirect = (status: number, to: string): string => `/redirect/${status}?to=${encodeURIComponent(to)}`

async function rejection(promise: Promise<unknown>): Promise<AuthError> {
  const error = await promise.then(
    () => expect.fail('should have been refused'),
    (reason) => reason,
  )
  expect(error).toBeInstanceOf(AuthError)
  expect(inspect(error, { depth: 9 })).not.toContain(SECRET)
  return error as AuthError
}

describe('the header', () => {
  test.each([
    ['an API token', SECRET, `Token ${SECRET}`],
    [
      'Basic credentials',
      { scheme: 'basic', username: 'Aladdin', password: 'open sesame' },
      'Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==',
    ],
    ['a function', async () => ({ scheme: 'bearer', token: SECRET }) as const, `Bearer ${SECRET}`],
    ['a provider', { get: () => ({ scheme: 'token', token: SECRET }) as const }, `Token ${SECRET}`],
  ] as const)('is made from %s', async (_, credentials, expected) => {
    const response = await withAuth(
      fetch,
      createAuthorizer({ origin: a.origin, credentials }),
    )('/api/v2/buckets')
    expect(await response.text()).toBe('here')
    expect(a.seen).toMatchObject([
      { method: 'GET', path: '/api/v2/buckets', headers: { authorization: expected } },
    ])
  })

  test('goes along with what the caller sends, in every form of it', async () => {
    await authFetch(new URL('/url', a.origin), { method: 'POST', body: 'data', headers: { 'x-mine': '1' } })
    await authFetch(
      new Request(`${a.origin}/request`, { method: 'PUT', body: 'more', headers: { 'x-mine': '2' } }),
    )
    await authFetch(new Request(`${a.origin}/both`), { headers: [['x-mine', '3']] })
    const authorization = `Token ${SECRET}`
    expect(a.seen).toMatchObject([
      { path: '/url', method: 'POST', body: 'data', headers: { 'x-mine': '1', authorization } },
      { path: '/request', method: 'PUT', body: 'more', headers: { 'x-mine': '2', authorization } },
      { path: '/both', method: 'GET', headers: { 'x-mine': '3', authorization } },
    ])
  })

  test('goes along with all that a Request says, on every way that it takes', async () => {
    const said = {
      cache: 'no-store',
      credentials: 'omit',
      integrity: 'sha256-x',
      keepalive: true,
      mode: 'same-origin',
      referrer: `${a.origin}/page`,
      referrerPolicy: 'no-referrer',
    } as const
    const sent: Request[] = []
    const credentials = { get: () => ({ scheme: 'token', token: `t${sent.length}` }) as const }
    const fake = async (input: never, init: RequestInit) => {
      const index = sent.push(new Request(input, init))
      const status = [401, 302, 200][index - 1] ?? 500
      return new Response(null, { status, headers: { location: '/there' } })
    }
    const send = withAuth(
      fake as unknown as typeof fetch,
      createAuthorizer({ origin: a.origin, credentials }),
    )
    await send(new Request(`${a.origin}/here`, said))
    expect(sent.map(({ url }) => new URL(url).pathname)).toEqual(['/here', '/here', '/there'])
    for (const one of sent) expect(one).toMatchObject(said)
    // Of both the options count, as with `fetch`.
    await send(new Request(`${a.origin}/here`, said), { referrerPolicy: 'origin' })
    expect(sent.at(-1)).toMatchObject({ ...said, referrerPolicy: 'origin' })
  })

  test('is ours where the caller’s is undefined', async () => {
    await authFetch('/', { headers: { Authorization: undefined } as never })
    expect(a.seen[0]?.headers.authorization).toBe(`Token ${SECRET}`)
  })

  test('is not sent to another origin', async () => {
    await authFetch(`${b.origin}/`)
    expect(b.seen[0]?.headers.authorization).toBeUndefined()
  })

  test('gives way to one that the caller set', async () => {
    await authFetch('/', { headers: { Authorization: 'Token mine' } })
    expect(a.seen[0]?.headers.authorization).toBe('Token mine')
  })

  test('is not attempted where a browser would drop it', async () => {
    const asked = new Request(`${a.origin}/`, { mode: 'no-cors' })
    for (const call of [authFetch('/', { mode: 'no-cors' }), authFetch(asked)])
      expect((await rejection(call)).code).toBe('ERR_TARGET_NO_CORS')
    expect(a.seen).toEqual([])
  })

  test('is never shown by what holds it', () => {
    const authorizer = createAuthorizer({ origin: a.origin, credentials: SECRET })
    for (const text of [
      inspect(authorizer, { depth: 9, showHidden: true }),
      JSON.stringify(authorizer),
      String(authorizer),
      inspect(new RecordHeaders({ authorization: SECRET }), { showHidden: true }),
      JSON.stringify(new RecordHeaders({ authorization: SECRET })),
      inspect(structuredClone(new RecordHeaders({ authorization: SECRET }))),
    ]) {
      expect(text).not.toContain(SECRET)
    }
  })
})

describe('a redirect', () => {
  test('within the origin keeps the credential', async () => {
    const response = await authFetch(redirect(302, '/there'))
    expect(response.redirected).toBe(true)
    expect(response.url).toBe(`${a.origin}/there`)
    expect(a.seen.map(({ headers }) => headers.authorization)).toEqual([`Token ${SECRET}`, `Token ${SECRET}`])
  })

  test.each([301, 302, 303, 307, 308])(
    'with %d to another origin drops credential, cookie and proxy credential',
    async (status) => {
      await authFetch(redirect(status, `${b.origin}/there`), {
        headers: { cookie: 'session=x', 'proxy-authorization': 'Basic eDp5', 'x-mine': '1' },
      })
      expect(b.seen).toHaveLength(1)
      expect(b.seen[0]?.headers).toMatchObject({ 'x-mine': '1' })
      expect(b.seen[0]?.headers).not.toHaveProperty('authorization')
      expect(b.seen[0]?.headers).not.toHaveProperty('cookie')
      expect(b.seen[0]?.headers).not.toHaveProperty('proxy-authorization')
    },
  )

  test('back from another origin does not bring the credential back', async () => {
    await authFetch(redirect(307, `${b.origin}${redirect(307, `${a.origin}/home`)}`))
    expect(a.seen.map(({ path, headers }) => [path?.slice(0, 5), headers.authorization])).toEqual([
      ['/redi', `Token ${SECRET}`],
      ['/home', undefined],
    ])
  })

  test('to a protocol-relative URL counts as the origin it leads to', async () => {
    await authFetch(redirect(302, `//${b.origin.slice(7)}/there`))
    expect(b.seen[0]?.headers.authorization).toBeUndefined()
  })

  test.each([
    [301, 'POST', 'GET', ''],
    [302, 'POST', 'GET', ''],
    [303, 'POST', 'GET', ''],
    [303, 'PUT', 'GET', ''],
    [301, 'PUT', 'PUT', 'data'],
    [307, 'POST', 'POST', 'data'],
    [308, 'POST', 'POST', 'data'],
  ])('with %d turns %s into %s', async (status, method, becomes, body) => {
    await authFetch(redirect(status, '/there'), {
      method,
      body: 'data',
      headers: { 'content-type': 'text/x' },
    })
    expect(a.seen[1]).toMatchObject({ method: becomes, body })
    expect(a.seen[1]?.headers['content-type']).toBe(body ? 'text/x' : undefined)
  })

  test('without a Location is an answer like any other', async () => {
    expect((await authFetch('/redirect/302')).status).toBe(302)
  })

  test('is left to the caller with manual, and refused with error', async () => {
    expect((await authFetch(redirect(302, '/x'), { redirect: 'manual' })).status).toBe(302)
    expect((await rejection(authFetch(redirect(302, '/x'), { redirect: 'error' }))).code).toBe(
      'ERR_REDIRECT_REFUSED',
    )
    expect(a.seen).toHaveLength(2)
  })

  test('is followed twenty times at most', async () => {
    const circle = createServer((request, response) => {
      const hop = Number(new URL(request.url ?? '/', 'http://localhost').pathname.slice(1))
      response.writeHead(hop < 20 ? 302 : 200, hop < 20 ? { location: `/${hop + 1}` } : {}).end()
    })
    await new Promise<void>((resolve) => circle.listen(0, '127.0.0.1', resolve))
    const origin = `http://127.0.0.1:${(circle.address() as AddressInfo).port}`
    const circleFetch = withAuth(fetch, createAuthorizer({ origin, credentials: SECRET }))
    expect((await circleFetch('/0')).status).toBe(200)
    expect((await rejection(circleFetch('/-1'))).code).toBe('ERR_REDIRECT_COUNT')
    await new Promise((resolve) => circle.close(resolve))
  })

  test.each(['http://joe:s3cret@127.0.0.1/', 'data:text/plain,x', 'http://', 'javascript:alert(1)'])(
    'to %s is refused',
    async (to) => {
      const error = await rejection(authFetch(redirect(302, to)))
      expect(error.code).toBe('ERR_REDIRECT_LOCATION')
      expect(inspect(error)).not.toContain('s3cret')
    },
  )

  test('with a streamed body is refused where the body would be sent again', async () => {
    const stream = () => new Blob(['data']).stream()
    const error = await rejection(
      authFetch(redirect(307, '/there'), { method: 'POST', body: stream(), duplex: 'half' } as RequestInit),
    )
    expect(error.code).toBe('ERR_REDIRECT_BODY')
    const response = await authFetch(redirect(303, '/there'), {
      method: 'POST',
      body: stream(),
      duplex: 'half',
    } as RequestInit)
    expect(await response.text()).toBe('here')
  })

  test('is left, followed or refused as a Request says, whose body is read once', async () => {
    const say = (status: number, init: RequestInit) =>
      new Request(`${a.origin}${redirect(status, '/x')}`, init)
    expect((await authFetch(say(302, { redirect: 'manual' }))).status).toBe(302)
    expect((await rejection(authFetch(say(302, { redirect: 'error' })))).code).toBe('ERR_REDIRECT_REFUSED')
    const post = { method: 'POST', body: 'data' }
    expect(await rejection(authFetch(say(307, post)))).toMatchObject({
      code: 'ERR_REDIRECT_BODY',
      message: expect.stringContaining('or that of a Request,'),
    })
    a.seen.length = 0
    expect(await (await authFetch(say(303, post))).text()).toBe('here')
    expect(await (await authFetch(say(307, { method: 'DELETE' }))).text()).toBe('here')
    // A method in lower case is as `fetch` takes it.
    expect(await (await authFetch(redirect(301, '/x'), { method: 'post', body: 'data' })).text()).toBe('here')
    expect(a.seen.map(({ method }) => method)).toEqual(['POST', 'GET', 'DELETE', 'DELETE', 'POST', 'GET'])
    const enough = AbortSignal.abort(new Error('enough'))
    await expect(authFetch(say(302, { signal: enough }))).rejects.toThrow('enough')
    await expect(authFetch('/', { redirect: 'never' as 'error' })).rejects.toThrow(TypeError)
  })

  test('that a browser does not show is refused, but where it is for the caller', async () => {
    const hidden = { type: 'opaqueredirect', status: 0 }
    const send = (async () => hidden) as unknown as typeof fetch
    const request = withAuth(send, createAuthorizer({ origin: a.origin, credentials: SECRET }))
    expect((await rejection(request('/'))).code).toBe('ERR_REDIRECT_REFUSED')
    expect(await request('/', { redirect: 'manual' })).toBe(hidden)
  })

  test('has its body read to an end that is near, and else cut off', async () => {
    for (const [chunks, cut] of [
      [0, false],
      [16, false],
      [17, true],
      [Number.POSITIVE_INFINITY, true],
    ] as const) {
      let left = chunks
      const cancel = vi.fn()
      const close = vi.fn()
      const body = new ReadableStream(
        {
          pull(controller) {
            if (left-- > 0) return controller.enqueue(new Uint8Array(4096))
            close()
            return controller.close()
          },
          cancel,
        },
        { highWaterMark: 0 },
      )
      const answers = [new Response(body, { status: 302, headers: { location: '/x' } }), new Response('here')]
      const send = (async () => answers.shift()) as unknown as typeof fetch
      const request = withAuth(send, createAuthorizer({ origin: a.origin, credentials: SECRET }))
      expect(await (await request('/')).text()).toBe('here')
      expect([cancel.mock.calls.length, close.mock.calls.length]).toEqual(cut ? [1, 0] : [0, 1])
    }
  })

  test('has its body cut off where it takes long', async () => {
    vi.useFakeTimers()
    try {
      const cancel = vi.fn()
      const body = new ReadableStream({ cancel })
      const answers = [new Response(body, { status: 302, headers: { location: '/x' } }), new Response('here')]
      const send = vi.fn(async () => answers.shift())
      const request = withAuth(
        send as never as typeof fetch,
        createAuthorizer({ origin: a.origin, credentials: SECRET }),
      )
      const answer = request('/')
      await vi.advanceTimersByTimeAsync(999)
      expect(send).toHaveBeenCalledOnce()
      await vi.advanceTimersByTimeAsync(1)
      expect(await (await answer).text()).toBe('here')
      expect(cancel).toHaveBeenCalledOnce()
    } finally {
      vi.useRealTimers()
    }
  })

  test('is followed though its own body breaks off', async () => {
    const broken = createServer((request, response) => {
      if (request.url !== '/') return response.end('here')
      response.writeHead(302, { location: '/there', 'content-length': 100 })
      response.write('moved')
      return setTimeout(() => response.destroy(), 20)
    })
    await new Promise<void>((resolve) => broken.listen(0, '127.0.0.1', resolve))
    const origin = `http://127.0.0.1:${(broken.address() as AddressInfo).port}`
    const response = await withAuth(fetch, createAuthorizer({ origin, credentials: SECRET }))('/')
    expect(await response.text()).toBe('here')
    await new Promise((resolve) => broken.close(resolve))
  })

  test('stops with the caller’s signal', async () => {
    await expect(authFetch(redirect(302, '/x'), { signal: AbortSignal.abort() })).rejects.toThrow(/aborted/)
  })
})

test('isStream tells what can be read only once from what can be sent again', () => {
  function* generator() {
    yield 'data'
  }
  for (const once of [new Blob(['x']).stream(), generator(), generator()[Symbol.iterator]()])
    expect(isStream(once)).toBe(true)
  for (const many of [
    'x',
    null,
    undefined,
    new Uint8Array(1),
    new URLSearchParams(),
    new FormData(),
    new Blob([]),
  ])
    expect(isStream(many)).toBe(false)
})
