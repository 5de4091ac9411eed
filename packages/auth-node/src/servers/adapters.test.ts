// What every adapter does alike that the shared suite cannot ask for: callbacks that throw, bodies that nobody wants, WebSockets, addresses.

import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type RequestListener, type Server, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { connect, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { encodeBasic, encodeToken } from '@fluxauth/auth-core'
import { createGuard, type Verifier } from '@fluxauth/auth-core/server'
import { describeReal, type RunningServer, startNginxProxy } from '@fluxauth/auth-testkit/real'
import { serve } from '@hono/node-server'
import express from 'express'
import express4 from 'express4'
import fastify, { type FastifyInstance } from 'fastify'
import { H3, type H3Event } from 'h3'
import { toNodeHandler } from 'h3/node'
import { type Context, Hono } from 'hono'
import Koa from 'koa'
import { afterAll, describe, expect, test, vi } from 'vitest'
import { createMemoryStore } from '../stores/memory.ts'
import { createVerifier, type NodeVerifierOptions } from '../verifier/index.ts'
import { guardExpress } from './express.ts'
import { guardFastify } from './fastify.ts'
import { continueWhenRead, guardHttp, readRequest } from './http.ts'
import { guardKoa } from './koa.ts'

const TOKEN = encodeToken('my-token')

async function setUp(options: NodeVerifierOptions = {}) {
  const errors: unknown[] = []
  const addresses: unknown[] = []
  const verifier = createVerifier({
    store: createMemoryStore(),
    tarpit: false,
    onError: (error) => errors.push(error),
    onEvent: (event) => addresses.push('address' in event ? event.address : undefined),
    ...options,
  })
  const permissions = [{ action: 'read', resource: { type: 'buckets' } }] as const
  await verifier.tokens.create({ userID: '1', user: 'joe', token: 'my-token', permissions })
  addresses.length = 0
  return { verifier, errors, addresses }
}

const fail = (): never => {
  throw new Error('not this')
}

/** Starts a server: `POST /echo` is guarded and gives its body back, `/broken` needs what a function throws for, `/signin` signs in. */
type Start = (verifier: Verifier, trust: 'proxy' | 'nobody') => Promise<Server>

const onServer = async (listener: RequestListener): Promise<Server> => {
  const server = createServer(listener)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return server
}
/** The address that the proxy nearest to the server has seen. */
const lastOf = (forwarded: unknown) => String(forwarded).split(',').at(-1)?.trim()

/** What Fastify takes in the place of a number of hops. */
const trustsNearest = (address: string, hop: number) => hop === 0 && address === '127.0.0.1'

const onExpress =
  (create: typeof express): Start =>
  (verifier, trust) => {
    const guard = guardExpress(verifier)
    const app = create()
    if (trust === 'proxy') app.set('trust proxy', 1)
    app.post('/echo', guard.authenticate, (request, response) => void request.pipe(response))
    app.get('/broken', guard.requirePermission('read', fail), (_, response) => void response.end())
    app.all('/signin', guard.signIn)
    return onServer(app)
  }

const adapters: Record<string, Start> = {
  'node:http': (verifier, trust) => {
    const guard = guardHttp(
      verifier,
      trust === 'proxy' ? { address: ({ headers }) => lastOf(headers['x-forwarded-for']) } : {},
    )
    const echo = guard.protect((request, response) => void request.pipe(response))
    const broken = guard.protect((_, response) => response.end(), ['read', fail])
    return onServer((request, response) => {
      const listener = { '/echo': echo, '/broken': broken }[request.url ?? ''] ?? guard.signIn
      listener(request, response)
    })
  },
  'Express 5': onExpress(express),
  'Express 4': onExpress(express4 as unknown as typeof express),
  Fastify: async (verifier, trust) => {
    const app = fastify(trust === 'proxy' ? { trustProxy: trustsNearest } : {}) as FastifyInstance
    await app.register(guardFastify, { verifier })
    app.removeAllContentTypeParsers()
    app.addContentTypeParser('*', (_request, payload, done) => done(null, payload))
    app.post('/echo', { onRequest: app.authenticate }, async ({ body }, reply) => reply.send(body))
    app.get('/broken', { onRequest: app.requirePermission('read', fail) }, async () => '')
    app.all('/signin', app.signIn)
    await app.listen({ host: '127.0.0.1', port: 0 })
    return app.server
  },
  Koa: (verifier, trust) => {
    const guard = guardKoa(verifier)
    const app = trust === 'proxy' ? new Koa({ proxy: true, maxIpsCount: 1 }) : new Koa()
    app.use((ctx, next) => {
      if (ctx.path === '/signin') return guard.signIn(ctx, next)
      if (ctx.path === '/broken') return guard.requirePermission('read', fail)(ctx as never, next)
      return guard.authenticate(ctx as never, () => {
        ctx.body = ctx.req
        return Promise.resolve()
      })
    })
    return onServer(app.callback())
  },
}

const onHono: Start = async (verifier, trust) => {
  const guard = createGuard<Request, [Context]>(
    verifier,
    trust === 'proxy' ? { address: (request) => lastOf(request.headers.get('x-forwarded-for')) } : {},
  )
  const app = new Hono()
  app.all('/signin', (context) => guard.signIn(context.req.raw, context))
  app.post('/echo', (context) =>
    guard.protect(async (request) => new Response(await request.text()))(context.req.raw, context),
  )
  return new Promise((resolve) => {
    const server = serve({ fetch: app.fetch, hostname: '127.0.0.1', port: 0 }, () =>
      resolve(server as Server),
    )
  })
}

const onH3: Start = async (verifier, trust) => {
  const guard = createGuard<H3Event['req']>(verifier, {
    address: ({ ip, headers }) => (trust === 'proxy' ? lastOf(headers.get('x-forwarded-for')) : ip),
  })
  const echo = guard.protect(async (request) => new Response(await request.text()))
  const app = new H3()
  app.all('/signin', ({ req }) => guard.signIn(req))
  app.post('/echo', ({ req }) => echo(req))
  return onServer(toNodeHandler(app))
}

const originOf = (server: Server) => `http://127.0.0.1:${(server.address() as AddressInfo).port}`
const close = (server: Server) => {
  server.closeAllConnections()
  return new Promise((resolve) => server.close(resolve))
}
async function withServer<T>(server: Server, talk: (origin: string) => Promise<T>): Promise<T> {
  // Those that became WebSockets are no longer the server's to close.
  const sockets = new Set<Socket>()
  server.on('connection', (socket) => sockets.add(socket))
  try {
    return await talk(originOf(server))
  } finally {
    for (const socket of sockets) socket.destroy()
    await close(server)
  }
}

/** Sends lines, and what `more` does then; what came back once the server has ended the connection, or after a while. */
function talk(
  origin: string,
  lines: readonly string[],
  more: (write: (data: Buffer | string) => void, text: () => string) => Promise<unknown>,
) {
  return new Promise<{ text: string; ended: boolean; sent: number }>((resolve) => {
    const socket = connect(Number(new URL(origin).port), '127.0.0.1')
    let text = ''
    let ended = false
    socket.on('data', (data) => {
      text += data.toString('latin1')
    })
    socket
      .on('error', () => undefined)
      .on('close', () => {
        ended = true
      })
    socket.write(`${[...lines, 'Host: a'].join('\r\n')}\r\n\r\n`)
    more(
      (data) => socket.writable && socket.write(data),
      () => text,
    ).then(() => {
      resolve({ text, ended, sent: socket.bytesWritten })
      socket.destroy()
    })
  })
}

describe.each(Object.entries(adapters))('the guard of %s', (name, start) => {
  test('answers for what the function for a resource throws, tells of it, and goes on', async () => {
    const { verifier, errors } = await setUp()
    await withServer(await start(verifier, 'nobody'), async (origin) => {
      for (let i = 0; i < 2; i++) {
        const answer = await fetch(`${origin}/broken`, { headers: { authorization: TOKEN } })
        expect([answer.status, await answer.json()]).toEqual([
          500,
          { code: 'internal error', message: 'internal error' },
        ])
      }
      expect(errors.map(String)).toEqual(['Error: not this', 'Error: not this'])
    })
  })

  // Of node:http it ends the process, as what any listener throws does.
  test.skipIf(name === 'node:http')('leaves what throws as a reply is sent to the framework', async () => {
    const { verifier } = await setUp()
    const server = await start(verifier, 'nobody')
    server.prependListener('request', (_, response) => {
      const { writeHead } = response
      response.writeHead = () => {
        response.writeHead = writeHead
        return fail()
      }
    })
    const logged = vi.spyOn(console, 'error').mockReturnValue() // Koa's
    await withServer(server, async (origin) => {
      const basic = encodeBasic('joe', 'my-token')
      for (const [path, headers] of [
        ['/echo', {}], // refused at once
        ['/echo', { authorization: 'Token wrong' }], // after a wait
        ['/signin', {}],
        ['/signin', { authorization: basic }],
      ] as const) {
        const answer = await fetch(origin + path, { method: 'POST', headers })
        expect(answer.status, path).toBeGreaterThanOrEqual(400)
        expect(await answer.text(), path).not.toContain('unauthorized access')
      }
    })
    logged.mockRestore()
  })

  test('says no length of a body that an answer cannot have', async () => {
    const { verifier } = await setUp()
    await withServer(await start(verifier, 'nobody'), async (origin) => {
      const authorization = encodeBasic('joe', 'my-token')
      const { status, headers } = await fetch(`${origin}/signin`, {
        method: 'POST',
        headers: { authorization },
      })
      expect([status, headers.get('content-length'), headers.get('content-type')]).toEqual([204, null, null])
    })
  })

  test('lets a client that keeps no connection send what it began, so that it gets to see the answer', async () => {
    const { verifier } = await setUp()
    await withServer(await start(verifier, 'nobody'), async (origin) => {
      const socket = connect({ port: Number(new URL(origin).port), host: '127.0.0.1', allowHalfOpen: true })
      const errors: unknown[] = []
      let text = ''
      socket.on('error', (error) => errors.push(error))
      socket.on('data', (data) => {
        text += data
      })
      socket.write('POST /echo HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 20\r\n\r\n')
      await once(socket, 'end')
      for (let i = 0; i < 2; i++) await new Promise((resolve) => socket.write('0123456789', resolve))
      socket.end()
      if (!socket.destroyed) await once(socket, 'close')
      expect([text, errors]).toEqual([expect.stringMatching(/^HTTP\/1\.1 401 /), []])
    })
  })

  test('reads no large body of whoever signs in', async () => {
    const { verifier } = await setUp()
    await withServer(await start(verifier, 'nobody'), async (origin) => {
      for (const [length, connection] of [
        [65_536, 'keep-alive'],
        [65_537, 'close'],
      ] as const) {
        const head = ['POST /signin HTTP/1.1', 'Content-Type: text/plain', `Content-Length: ${length}`]
        const { text } = await talk(origin, head, async (_, text) => {
          for (let i = 0; i < 200 && !text(); i++) await sleep(5)
        })
        expect(text).toMatch(/^HTTP\/1\.1 401 /)
        expect(text.toLowerCase()).toContain(`connection: ${connection}`)
      }
    })
  })
})

describe.each(Object.entries({ ...adapters, Hono: onHono, h3: onH3 }))('the guard of %s', (name, start) => {
  // Hono's server reads on for a moment and then ends the connection by itself, without a word.
  const told = name === 'Hono' ? /^HTTP/ : /connection: close/i
  // Node reads all that is sent where nobody tells it otherwise.
  const readsOn = name === 'h3'

  test('does not read a large body that it refuses, and lets the client see why', async () => {
    const { verifier } = await setUp()
    await withServer(await start(verifier, 'nobody'), async (origin) => {
      const chunk = Buffer.alloc(1_000_000)
      const upload = async (write: (data: Buffer) => void, text: () => string) => {
        const until = Date.now() + 5000
        while (!text() && Date.now() < until) await sleep(5)
        for (let i = 0; i < 200; i++) {
          write(chunk)
          await sleep(5)
        }
      }
      const { text, ended } = await talk(origin, ['POST /echo HTTP/1.1', 'Content-Length: 200000000'], upload)
      expect(text).toMatch(/^HTTP\/1\.1 401 /)
      expect(text).toMatch(readsOn ? /connection: keep-alive/i : told)
      expect(ended).toBe(!readsOn)
    })
  })

  test('is seen to refuse by a client that sends all the same', async () => {
    const { verifier } = await setUp()
    await withServer(await start(verifier, 'nobody'), async (origin) => {
      const answers = await Promise.all(
        Array.from({ length: 10 }, () =>
          fetch(`${origin}/echo`, { method: 'POST', body: randomBytes(2_000_000) }).then(
            ({ status }) => status,
          ),
        ),
      )
      expect(answers).toEqual(Array(10).fill(401))
    })
  })

  test('comes before a client is told to go on', async () => {
    const { verifier } = await setUp()
    const server = await start(verifier, 'nobody')
    continueWhenRead(server)
    await withServer(server, async (origin) => {
      const head = [
        'POST /echo HTTP/1.1',
        'Content-Type: text/plain',
        'Content-Length: 4',
        'Expect: 100-continue',
      ]
      const wait = async (_: unknown, text: () => string) => {
        for (let i = 0; i < 200 && !text(); i++) await sleep(5)
      }
      const refused = await talk(origin, head, wait)
      expect(refused.text).toMatch(/^HTTP\/1\.1 401 /)
      expect(refused.text).toMatch(told)
      const admitted = await talk(origin, [...head, `Authorization: ${TOKEN}`], async (write, text) => {
        await wait(write, text)
        expect(text()).toMatch(/^HTTP\/1\.1 100 Continue\r\n\r\n$/)
        write('data')
        for (let i = 0; i < 200 && !/data/.test(text()); i++) await sleep(5)
      })
      expect(admitted.text).toMatch(/HTTP\/1\.1 200 [\s\S]*data/)
      expect(admitted.text.match(/100 Continue/g)).toHaveLength(1)
    })
  })
})

test.each<[ends: boolean, headers: Record<string, string>, rest?: object, keepAlive?: boolean]>([
  [false, {}],
  [false, { 'content-length': '65536' }],
  [true, { 'content-length': '65537' }],
  [true, { 'transfer-encoding': 'chunked' }],
  [true, { 'content-length': '1', expect: '100-continue' }],
  [true, { 'content-length': '1' }, {}, false], // a proxy that keeps no connection is not to lose the answer either
  [false, { 'transfer-encoding': 'chunked' }, { complete: true }], // somebody has read it
  [false, { 'transfer-encoding': 'chunked' }, { httpVersionMajor: 2 }], // whose connection is others' as well
])(
  'a refusal ends the connection behind it, after half a second, or not: %j, %j',
  async (ends, headers, rest, keepAlive = true) => {
    const { verifier } = await setUp()
    vi.useFakeTimers({ toFake: ['setTimeout'] })
    try {
      const socket: { destroySoon?: () => void; end: unknown; destroy: unknown } = {
        end: vi.fn(),
        destroy: vi.fn(),
      }
      const raw = { rawHeaders: [], httpVersionMajor: 1, complete: false, headers, socket, ...rest }
      const response = { shouldKeepAlive: keepAlive, setHeader: vi.fn(), end: vi.fn() }
      guardHttp(verifier).protect(fail)(raw as never, response as never)
      expect([response.end.mock.calls.length, response.shouldKeepAlive]).toEqual([1, !ends])
      socket.destroySoon?.()
      expect(socket.end).toHaveBeenCalledTimes(ends ? 1 : 0)
      vi.advanceTimersByTime(499)
      expect(socket.destroy).not.toHaveBeenCalled()
      vi.advanceTimersByTime(1)
      expect(socket.destroy).toHaveBeenCalledTimes(ends ? 1 : 0)
    } finally {
      vi.useRealTimers()
    }
  },
)

test('nobody is told of a client that has gone while the guard waited: neither a handler nor who is told of errors', async () => {
  const { verifier } = await setUp({ findToken: async () => undefined })
  const raw = {
    rawHeaders: ['Authorization', TOKEN],
    headers: {},
    socket: { destroyed: true },
    complete: true,
  }
  const app = fastify() as FastifyInstance
  await app.register(guardFastify, { verifier })
  const next = vi.fn()
  const [http, express, koa] = [guardHttp(verifier), guardExpress(verifier), guardKoa(verifier)]
  const [request, response, ctx] = [raw as never, {} as never, { req: raw, res: {} } as never]
  http.protect(next)(request, response)
  express.authenticate(request, response, next)
  app.authenticate.call(app, { raw } as never, { raw: {} } as never, next)
  await koa.authenticate(ctx, next)
  await http.signIn(request, response)
  await express.signIn(request, response, next)
  app.signIn.call(app, { raw } as never, { raw: {} } as never)
  await koa.signIn(ctx, next)
  await new Promise((resolve) => setImmediate(resolve))
  expect(next).not.toHaveBeenCalled()
})

describe('callbacks that throw', () => {
  const callbacks: Record<string, () => unknown> = {
    throws: fail,
    'gives a promise that fails': async () => fail(),
  }
  const guards = Object.entries(callbacks).flatMap(([how, callback]) => [
    [`address ${how}`, { address: callback as never }],
    [`secure ${how}`, { secure: callback as never }],
  ]) as [string, { address?: never; secure?: never }][]
  const credentials = [
    {},
    { authorization: TOKEN },
    { authorization: encodeBasic('joe', 'x') },
    { authorization: encodeBasic('joe', 'my-token') },
  ]

  test.each(guards)('end no process of node:http: %s', async (_, options) => {
    const { verifier } = await setUp()
    const guard = guardHttp(verifier, options)
    const echo = guard.protect((_, response) => response.end())
    const server = await onServer((request, response) =>
      (({ '/signin': guard.signIn, '/signout': guard.signOut })[request.url ?? ''] ?? echo)(
        request,
        response,
      ),
    )
    await withServer(server, async (origin) => {
      for (const path of ['/', '/signin', '/signout']) {
        for (const headers of credentials) {
          const { status } = await fetch(origin + path, {
            method: 'POST',
            headers: { ...headers, cookie: 'influxdb-oss-session=x' },
          })
          expect([200, 204, 401, 503]).toContain(status)
        }
      }
    })
  })

  test.each([
    ...guards,
    ...Object.entries(callbacks).map(([how, read]) => [`read ${how}`, { read: read as never }] as const),
  ])('nor get out of the web guard: %s', async (_, options) => {
    const { verifier } = await setUp()
    const guard = createGuard(verifier, options as never)
    const handler = guard.protect(() => new Response())
    for (const headers of credentials) {
      const asked = () =>
        new Request('https://api.test/', { method: 'POST', headers: headers as Record<string, string> })
      for (const answer of [
        guard(asked()),
        handler(asked()),
        guard.signIn(asked()),
        guard.signOut(asked()),
      ]) {
        const settled = await answer
        if (settled instanceof Response) expect([200, 204, 401, 500, 503]).toContain(settled.status)
        else expect(settled.user).toBe('joe')
      }
    }
  })
})

describe('a WebSocket', () => {
  const handshake = (path: string, ...more: string[]) => [
    `GET ${path} HTTP/1.1`,
    'Connection: Upgrade',
    'Upgrade: websocket',
    'Sec-WebSocket-Version: 13',
    'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
    ...more,
  ]
  const answered = async (_: unknown, text: () => string) => {
    for (let i = 0; i < 200 && !text(); i++) await sleep(5)
  }
  const SWITCH =
    'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n'
  /** As the guide has it. */
  const onUpgrade = (server: Server, verifier: Verifier) =>
    server.on('upgrade', async (request, socket) => {
      socket.on('error', () => socket.destroy())
      const verdict = await verifier.verify(readRequest(request))
      if ('principal' in verdict) socket.write(SWITCH)
      else socket.end(`HTTP/1.1 ${verdict.refusal.status} Refused\r\nConnection: close\r\n\r\n`)
    })
  /** As plugins for Fastify have it: the request goes through the hooks, with an answer on the socket. */
  const onRoute = (server: Server, routing: RequestListener) =>
    server.on('upgrade', (request, socket) => {
      socket.on('error', () => socket.destroy())
      const response = new ServerResponse(request)
      response.assignSocket(socket as never)
      response.on('finish', () => socket.end())
      routing(request, response)
    })

  const starts: Record<string, (verifier: Verifier) => Promise<Server>> = {
    "node:http's upgrade": async (verifier) => {
      const server = await onServer((_, response) => response.end())
      return onUpgrade(server, verifier)
    },
    "Fastify's server": async (verifier) => {
      const app = fastify() as FastifyInstance
      onUpgrade(app.server, verifier)
      await app.listen({ host: '127.0.0.1', port: 0 })
      return app.server
    },
    "a route of Fastify's": async (verifier) => {
      const app = fastify() as FastifyInstance
      await app.register(guardFastify, { verifier })
      app.get('/', { onRequest: app.authenticate }, (request, reply) => {
        reply.hijack()
        request.raw.socket.write(SWITCH)
      })
      await app.listen({ host: '127.0.0.1', port: 0 })
      onRoute(app.server, app.routing as RequestListener)
      return app.server
    },
  }

  test.each(Object.entries(starts))(
    'is opened by own pages alone, and by who has a token: %s',
    async (_, start) => {
      const { verifier } = await setUp()
      await withServer(await start(verifier), async (origin) => {
        const signedIn = await verifier.signIn({
          method: 'POST',
          url: '/',
          authorization: encodeBasic('joe', 'my-token'),
          secure: false,
          header: () => undefined,
        })
        const cookie = `Cookie: ${signedIn.headers['set-cookie']?.split(';')[0]}`
        const open = async (...more: string[]) =>
          (await talk(origin, handshake('/', ...more), answered)).text.slice(9, 12)
        expect(await open(cookie, 'Origin: https://evil.a')).toBe('401')
        expect(await open(cookie, 'Origin: http://a:81')).toBe('401')
        expect(await open(cookie, 'Origin: http://a')).toBe('101')
        expect(await open(`Authorization: ${encodeBasic('joe', 'my-token')}`, 'Origin: https://evil.a')).toBe(
          '401',
        )
        expect(await open(`Authorization: ${TOKEN}`, 'Origin: https://evil.a')).toBe('101')
        expect(await open()).toBe('401')
      })
    },
  )
})

describeReal('behind a real nginx', ['nginx'], () => {
  const proxies: RunningServer[] = []
  afterAll(() => Promise.all(proxies.map((proxy) => proxy.stop())))

  test.each(Object.entries({ ...adapters, Hono: onHono, h3: onH3 }))(
    'a forged X-Forwarded-For is no other address to %s',
    async (_, start) => {
      const { verifier, errors, addresses } = await setUp({
        store: createMemoryStore({ limits: { address: 3 } }),
      })
      const server = await start(verifier, 'proxy')
      const proxy = await startNginxProxy(originOf(server))
      proxies.push(proxy)
      const statuses: number[] = []
      for (let i = 0; i < 6; i++) {
        const { status } = await fetch(`${proxy.url}/echo`, {
          method: 'POST',
          headers: {
            authorization: `Token wrong${i}`,
            'x-forwarded-for': `203.0.113.${i}, 198.51.100.${i}:4000${i}`,
          },
        })
        statuses.push(status)
      }
      await close(server)
      expect(statuses).toEqual([401, 401, 401, 429, 429, 429])
      expect(new Set(addresses)).toEqual(new Set(['127.0.0.1']))
      expect(errors).toEqual([])
    },
  )
})
