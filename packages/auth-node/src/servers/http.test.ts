// A server of node:http passes the shared server suite.

import { once } from 'node:events'
import { type RequestListener, request } from 'node:http'
import { connect, createServer as createHttp2Server } from 'node:http2'
import type { AddressInfo } from 'node:net'
import { encodeToken } from '@fluxauth/auth-core'
import {
  createMemoryStore,
  createVerifier,
  type ServerRequest,
  type Verifier,
} from '@fluxauth/auth-core/server'
import { testServer } from '@fluxauth/auth-testkit'
import { describe, expect, test, vi } from 'vitest'
import { guardHttp, readRequest } from './http.ts'
import { listen } from './testing/listen.ts'

const BUCKET = /^\/api\/v2\/buckets\/(\w+)$/

testServer('node:http', {}, ({ verifier, visited, cors, tls }) => {
  const guard = guardHttp(verifier)
  const json = (status: number, value: unknown): RequestListener =>
    guard.protect((_, response, principal) => {
      visited(principal)
      const body = JSON.stringify(value ?? principal)
      response
        .writeHead(status, { 'content-type': 'application/json', 'content-length': body.length })
        .end(body)
    })
  const listers = {
    me: json(200, undefined),
    options: guard.protect((_, response, principal) => {
      visited(principal)
      response.writeHead(204).end()
    }),
    list: guard.protect(
      (_, response, principal) => {
        visited(principal)
        response.end('{"buckets":[]}')
      },
      ['read', 'buckets'],
    ),
    create: guard.protect(
      (_, response, principal) => {
        visited(principal)
        response.writeHead(201).end('{}')
      },
      ['write', 'buckets'],
    ),
    one: guard.protect(
      ({ url = '' }, response, principal) => {
        visited(principal)
        response.end(JSON.stringify({ id: BUCKET.exec(url)?.[1] }))
      },
      ['read', ({ url = '' }) => ({ type: 'buckets', id: BUCKET.exec(url)?.[1] })],
    ),
    echo: guard.protect((request, response, principal) => {
      visited(principal)
      request.pipe(response)
    }),
  }
  const shared: RequestListener = (request, response) => {
    for (const [name, value] of Object.entries(cors)) response.setHeader(name, value)
    if (request.method === 'OPTIONS') response.writeHead(204).end()
    else listers.me(request, response)
  }
  return listen((request, response) => {
    const { method, url = '' } = request
    const path = url.split('?', 1)[0]
    const route = `${method === 'HEAD' ? 'GET' : method} ${path}`
    const routes: Record<string, RequestListener> = {
      'GET /api/v2/me': listers.me,
      'PUT /api/v2/me': listers.me,
      'OPTIONS /api/v2/me': listers.options,
      'GET /api/v2/buckets': listers.list,
      'POST /api/v2/buckets': listers.create,
      'POST /api/v2/echo': listers.echo,
      'GET /api/v2/signin': guard.signIn,
      'POST /api/v2/signin': guard.signIn,
      'POST /api/v2/signout': guard.signOut,
      'GET /shared': shared,
      'OPTIONS /shared': shared,
      'GET /open': (_, response) => response.end('open'),
    }
    const listener = routes[route] ?? listers.one
    listener(request, response)
  }, tls)
})

/** A verifier that lets everybody in, after a wait or at once, and notes what it was told. */
function open(told: ServerRequest[], wait?: Promise<unknown>): Verifier {
  const verdict = { principal: { by: 'token', userID: '1', user: 'joe', permissions: 'all' } } as const
  return {
    ...createVerifier({ store: createMemoryStore() }),
    verify(request) {
      told.push(request)
      return wait ? wait.then(() => verdict) : verdict
    },
  }
}

describe('the guard of node:http', () => {
  test('tells the address and TLS of the connection, or what a server behind a proxy knows', async () => {
    const told: ServerRequest[] = []
    const plain = guardHttp(open(told))
    const proxied = guardHttp(open(told), {
      address: ({ headers }) => String(headers['x-forwarded-for']),
      secure: ({ headers }) => headers['x-forwarded-proto'] === 'https',
    })
    const server = await listen((request, response) => {
      const { protect } = request.url === '/proxied' ? proxied : plain
      protect((_, response) => {
        const { address, secure } = told.at(-1) ?? {}
        response.end(JSON.stringify({ address, secure }))
      })(request, response)
    })
    const headers = { 'x-forwarded-for': '192.0.2.1', 'x-forwarded-proto': 'https' }
    const ask = async (path: string) => (await fetch(`${server.origin}${path}`, { headers })).json()
    expect(await ask('/')).toEqual({ address: '127.0.0.1', secure: false })
    expect(await ask('/proxied')).toEqual({ address: '192.0.2.1', secure: true })
    await server.close()
  })

  test('reads every Authorization field, and takes it for two where there may be more fields than Node tells', () => {
    const read = (count: number, maxHeadersCount?: number | null, httpVersionMajor = 1) => {
      const rawHeaders = Array.from({ length: count - 1 }, (_, i) => [`X-Other-12${i}`, 'x']).flat()
      rawHeaders.push('aUTHORIZATIOn', 'Token a')
      const socket = { server: { maxHeadersCount } }
      return readRequest({ rawHeaders, socket, httpVersionMajor } as never).authorization
    }
    for (const count of [null, undefined]) {
      expect([read(999, count), read(1000, count)]).toEqual(['Token a', []])
    }
    expect([read(2, 3), read(3, 3), read(4, 3)]).toEqual(['Token a', [], []])
    expect([read(5000, 0), read(5000, null, 2)]).toEqual(['Token a', 'Token a'])
    const rawHeaders = ['Authorization', 'Token a', 'Authorisation', 'x', 'authorization', 'Token b']
    for (const name of ['Proxy-Authorization', 'X', 'Authorizations']) rawHeaders.push(name, 'Token c')
    const { authorization } = readRequest({ rawHeaders, socket: {}, httpVersionMajor: 1 } as never)
    expect(authorization).toHaveLength(2)
    expect(authorization).toEqual(expect.arrayContaining(['Token a', 'Token b']))
  })

  test('asks for an address once, also where that throws', () => {
    const raw = { rawHeaders: [], socket: {}, httpVersionMajor: 1 } as never
    const address = vi.fn(() => '192.0.2.1')
    const request = readRequest(raw, { address })
    expect([request.address, request.address, address.mock.calls.length]).toEqual([
      '192.0.2.1',
      '192.0.2.1',
      1,
    ])
    const failing = readRequest(raw, { address: () => expect.fail('not this') })
    expect(() => failing.address).toThrow('not this')
    expect(failing.address).toBeUndefined()
  })

  test.each([
    ['at once', undefined],
    ['after a wait', Promise.resolve()],
  ])('lets what a handler throws go its usual way, %s', async (_, wait) => {
    const guard = guardHttp(open([], wait))
    const server = await listen(
      guard.protect(() => {
        throw new RangeError('from the handler')
      }),
    )
    const listeners = (['uncaughtException', 'unhandledRejection'] as const).map((event) => {
      const kept = process.listeners(event as 'uncaughtException')
      process.removeAllListeners(event)
      return { event, kept }
    })
    const thrown = Promise.race([once(process, 'uncaughtException'), once(process, 'unhandledRejection')])
    const sent = request(server.origin)
      .on('error', () => undefined)
      .end()
    expect(String((await thrown)[0])).toBe('RangeError: from the handler')
    for (const { event, kept } of listeners) for (const listener of kept) process.on(event, listener)
    sent.destroy()
    await server.close()
  })

  test('serves HTTP/2 as well, where the host is a field of its own', async () => {
    const store = createMemoryStore()
    const verifier = createVerifier({ store, session: { cookie: 's' } })
    const token = { userID: '1', user: 'joe', token: 'my-token', permissions: [] }
    await verifier.tokens.create(token)
    const guard = guardHttp(verifier)
    const protect = guard.protect((_, response, { by }) => response.end(by))
    const server = createHttp2Server((request, response) => {
      const listener = request.url === '/signin' ? guard.signIn : protect
      listener(request as never, response as never)
    })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    const client = connect(origin)
    const ask = async (headers: Record<string, string | string[]>) => {
      const stream = client.request(headers).end()
      const [answer] = await once(stream, 'response')
      let body = ''
      for await (const chunk of stream.setEncoding('utf8')) body += chunk
      return { status: answer[':status'], cookie: `${answer['set-cookie'] ?? ''}`, body }
    }
    expect(await ask({ authorization: encodeToken('my-token') })).toMatchObject({
      status: 200,
      body: 'token',
    })
    expect(await ask({ authorization: encodeToken('other') })).toMatchObject({ status: 401 })
    const basic = `Basic ${Buffer.from('joe:my-token').toString('base64')}`
    const { cookie } = await ask({ ':method': 'POST', ':path': '/signin', authorization: basic })
    const post = { ':method': 'POST', cookie: cookie.split(';', 1)[0] ?? '' }
    expect(await ask({ ...post, origin })).toMatchObject({ status: 200, body: 'session' })
    expect(await ask({ ...post, origin: 'https://evil.test' })).toMatchObject({ status: 401 })
    client.destroy()
    server.close()
  })
})
