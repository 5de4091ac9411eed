// Fastify passes the shared server suite.

import { once } from 'node:events'
import { connect } from 'node:http2'
import { Readable } from 'node:stream'
import { encodeBasic, encodeToken } from '@fluxauth/auth-core'
import { createMemoryStore, createVerifier, type Verifier } from '@fluxauth/auth-core/server'
import { testServer } from '@fluxauth/auth-testkit'
import fastify, {
  type FastifyInstance,
  type FastifyServerOptions,
  type onRequestHookHandler,
  type preHandlerHookHandler,
  type preParsingHookHandler,
} from 'fastify'
import { describe, expect, test } from 'vitest'
import { guardFastify } from './fastify.ts'

testServer('Fastify', {}, async ({ verifier, visited, cors, tls }) => {
  const app = (
    tls ? fastify({ https: tls, forceCloseConnections: true }) : fastify({ forceCloseConnections: true })
  ) as FastifyInstance
  await app.register(guardFastify, { verifier })
  const visit: onRequestHookHandler = ({ principal }, _, done) => {
    if (principal) visited(principal)
    done()
  }
  const { authenticate, signIn, signOut } = app
  const needs = (...args: Parameters<typeof app.requirePermission>) => ({
    onRequest: [app.requirePermission(...args), visit],
  })
  app.get('/open', async () => 'open')
  app.get('/api/v2/signin', signIn)
  app.post('/api/v2/signin', signIn)
  app.post('/api/v2/signout', signOut)
  app.get('/api/v2/me', { onRequest: [authenticate, visit] }, async ({ principal }) => principal)
  app.put('/api/v2/me', { onRequest: [authenticate, visit] }, async ({ principal }) => principal)
  app.options('/api/v2/me', { onRequest: [authenticate, visit] }, async (_, reply) => reply.code(204).send())
  app.get('/api/v2/buckets', needs('read', 'buckets'), async () => ({ buckets: [] }))
  app.post('/api/v2/buckets', needs('write', 'buckets'), async (_, reply) => reply.code(201).send({}))
  app.get<{ Params: { id: string } }>(
    '/api/v2/buckets/:id',
    needs('read', ({ params }) => ({ type: 'buckets', id: (params as { id: string }).id })) as object,
    async ({ params }) => ({ id: params.id }),
  )
  await app.register(async (pages) => {
    pages.addHook('onRequest', async ({ method }, reply) => {
      reply.headers(cors)
      if (method === 'OPTIONS') return reply.code(204).send()
    })
    const onRequest = [authenticate, visit]
    pages.route({
      method: ['GET', 'OPTIONS'],
      url: '/shared',
      onRequest,
      handler: async ({ principal }) => principal,
    })
  })
  await app.register(async (streams) => {
    streams.removeAllContentTypeParsers()
    streams.addContentTypeParser('*', (_request, payload, done) => done(null, payload))
    streams.post('/api/v2/echo', { onRequest: [authenticate, visit] }, async ({ body }, reply) =>
      reply.type('application/octet-stream').send(body),
    )
  })
  const origin = await app.listen({ host: '127.0.0.1', port: 0 })
  return { server: app.server, origin, close: () => app.close() }
})

describe('the plugin for Fastify', () => {
  const headers = { authorization: encodeToken('my-token') }
  const makeVerifier = async (): Promise<Verifier> => {
    const verifier = createVerifier({ store: createMemoryStore() })
    const permissions = [{ action: 'read', resource: { type: 'buckets' } }] as const
    await verifier.tokens.create({ userID: '1', user: 'joe', token: 'my-token', permissions })
    return verifier
  }
  const guarded = async (options: FastifyServerOptions = {}) => {
    const app = fastify(options) as FastifyInstance
    await app.register(guardFastify, { verifier: await makeVerifier() })
    return app
  }

  test('decorates the server that registers it, and guards a part of it alone where its hook is added there', async () => {
    const app = await guarded()
    await app.register(async (part) => {
      part.addHook('onRequest', app.authenticate)
      part.get('/inside', async ({ principal }) => principal?.user)
    })
    app.get('/outside', async ({ principal }) => ({ principal: principal ?? 'nobody' }))
    expect(await app.inject({ url: '/inside' })).toMatchObject({ statusCode: 401 })
    expect(await app.inject({ url: '/inside', headers })).toMatchObject({ statusCode: 200, body: 'joe' })
    expect((await app.inject({ url: '/outside', headers })).json()).toEqual({ principal: 'nobody' })
  })

  test('can be registered with another verifier in each of two parts', async () => {
    const app = fastify()
    for (const [prefix, verifier] of [
      ['/ours', await makeVerifier()],
      ['/theirs', createVerifier({ store: createMemoryStore() })],
    ] as const) {
      await app.register(
        async (part) => {
          await part.register(guardFastify, { verifier })
          part.addHook('onRequest', part.authenticate)
          part.get('/me', async ({ principal }) => principal?.user)
        },
        { prefix },
      )
    }
    expect(await app.inject({ url: '/ours/me', headers })).toMatchObject({ statusCode: 200, body: 'joe' })
    expect(await app.inject({ url: '/theirs/me', headers })).toMatchObject({ statusCode: 401 })
  })

  test('guards a part by another verifier than the whole', async () => {
    const app = await guarded()
    app.addHook('onRequest', app.authenticate)
    app.get('/', async ({ principal }) => principal?.user)
    const verifier = createVerifier({ product: 'v2', store: createMemoryStore() })
    await verifier.tokens.create({ userID: '2', user: 'ann', token: 'my-token', permissions: [] })
    await app.register(async (part) => {
      await part.register(guardFastify, { verifier })
      part.get('/part', { onRequest: part.authenticate }, async ({ principal }) => principal?.user)
    })
    expect(await app.inject({ url: '/', headers })).toMatchObject({ statusCode: 200, body: 'joe' })
    expect(await app.inject({ url: '/part', headers })).toMatchObject({ statusCode: 200, body: 'ann' })
    expect(await app.inject({ url: '/part' })).toMatchObject({ statusCode: 401 })
  })

  test('keeps no principal from one request to the next', async () => {
    const app = await guarded()
    app.get('/maybe', async ({ principal }) => ({ user: principal?.user ?? 'nobody' }))
    app.get('/me', { onRequest: app.authenticate }, async ({ principal }) => ({ user: principal?.user }))
    for (let i = 0; i < 3; i++) {
      expect((await app.inject({ url: '/me', headers })).json()).toEqual({ user: 'joe' })
      expect((await app.inject({ url: '/maybe', headers })).json()).toEqual({ user: 'nobody' })
    }
  })

  test("hands what a handler throws to the server's error handler, and answers for a resource by itself", async () => {
    const app = await guarded()
    app.setErrorHandler((error, _, reply) => reply.code(418).send(String(error)))
    app.get('/handler', { onRequest: app.authenticate }, async () => {
      throw new RangeError('from the handler')
    })
    const throwing = (): string => {
      throw new RangeError('from the resource')
    }
    app.get('/resource', { onRequest: app.requirePermission('read', throwing) }, async () => 'let in')
    const handler = await app.inject({ url: '/handler', headers })
    expect([handler.statusCode, handler.body]).toEqual([418, 'RangeError: from the handler'])
    expect((await app.inject({ url: '/resource', headers })).statusCode).toBe(500)
  })

  test('runs the hooks of others over its refusals', async () => {
    const app = await guarded()
    app.addHook('onSend', async (_, reply) => {
      reply.header('x-mine', '1')
    })
    app.get('/me', { onRequest: app.authenticate }, async () => 'me')
    const { statusCode, headers } = await app.inject({ url: '/me' })
    expect([statusCode, headers['x-mine']]).toEqual([401, '1'])
  })

  test('does not parse the body of a request that it refuses', async () => {
    const app = await guarded()
    app.post('/data', { onRequest: app.authenticate }, async () => 'data')
    const payload = {
      method: 'POST',
      url: '/data',
      payload: '{',
      headers: { 'content-type': 'application/json' },
    } as const
    expect((await app.inject(payload)).statusCode).toBe(401)
    expect((await app.inject({ ...payload, headers: { ...payload.headers, ...headers } })).statusCode).toBe(
      400,
    )
  })

  test('leaves the answer to whom it was handed over to while the guard waited', async () => {
    const app = fastify() as FastifyInstance
    let handOver = () => {}
    const findToken = async () => handOver() as undefined
    await app.register(guardFastify, { verifier: createVerifier({ findToken }) })
    const takeOver: onRequestHookHandler = (_, reply, done) => {
      handOver = () => {
        reply.hijack()
        setImmediate(() => reply.raw.end('mine'))
      }
      done()
    }
    app.get('/me', { onRequest: [takeOver, app.authenticate] }, async () => 'me')
    expect(await app.inject({ url: '/me', headers })).toMatchObject({ statusCode: 200, body: 'mine' })
  })

  test('takes a type without a body from who signs in, over HTTP/2 too, and leaves a route its own hooks', async () => {
    const app = fastify({ http2: true }) as unknown as FastifyInstance
    await app.register(guardFastify, { verifier: await makeVerifier() })
    const asked: unknown[] = []
    const own: preParsingHookHandler = ({ headers }, _reply, payload, done) => {
      asked.push(headers['content-type'])
      done(null, payload)
    }
    app.post('/signin', { preParsing: own }, app.signIn)
    app.post('/signout', { preParsing: [own, own] }, app.signOut)
    app.post('/other', async ({ body }) => body)
    const client = connect(await app.listen({ host: '127.0.0.1', port: 0 }))
    const ask = async (path: string, body?: string) => {
      const stream = client.request(
        {
          ':method': 'POST',
          ':path': path,
          authorization: encodeBasic('joe', 'my-token'),
          'content-type': 'application/json',
        },
        { endStream: body === undefined },
      )
      if (body !== undefined) stream.end(body)
      const [headers] = await once(stream, 'response')
      stream.resume()
      return headers[':status']
    }
    try {
      expect(await ask('/signin')).toBe(204)
      expect(await ask('/signin', '{}')).toBe(204)
      expect(await ask('/signin', '{'), 'which is parsed').toBe(400)
      expect(await ask('/signout'), 'without a session').toBe(401)
      expect(await ask('/other')).toBe(400)
      expect(asked).toEqual(Array(5).fill('application/json'))
    } finally {
      client.destroy()
      await app.close()
    }
  })

  test('leaves an answer that somebody gave past Fastify as it is', async () => {
    const logged: string[] = []
    const app = await guarded({ logger: { level: 'warn', stream: { write: (line) => logged.push(line) } } })
    const answer: onRequestHookHandler = (_, reply, done) => {
      reply.raw.writeHead(200).write('mi')
      setImmediate(() => reply.raw.end('ne'))
      done()
    }
    app.get('/me', { onRequest: [answer, app.authenticate] }, async () => 'me')
    expect(await app.inject({ url: '/me' })).toMatchObject({ statusCode: 200, body: 'mine' })
    expect(logged).toEqual([])
  })

  test('has the body of who signs in parsed where there is one, and forgets no other header', async () => {
    const app = await guarded()
    app.addHook('onRequest', async (request) => {
      request.headers = { 'x-theirs': '2' }
    })
    const seen: unknown[] = []
    const preHandler: preHandlerHookHandler = ({ headers, body }, _reply, done) => {
      seen.push([headers['content-type'], headers['x-mine'], headers['x-theirs'], body])
      done()
    }
    app.post('/signin', { preHandler }, app.signIn)
    const type = 'application/json'
    const ask = async (more: Record<string, string>, payload?: string | Readable) => {
      const headers = {
        authorization: encodeBasic('joe', 'my-token'),
        'content-type': type,
        'x-mine': '1',
        ...more,
      }
      return (await app.inject({ method: 'POST', url: '/signin', headers, ...(payload && { payload }) }))
        .statusCode
    }
    expect(await ask({})).toBe(204)
    expect(await ask({ 'content-length': '0' })).toBe(204)
    expect(await ask({}, '{"a":1}')).toBe(204)
    expect(await ask({ 'transfer-encoding': 'chunked' }, Readable.from(['{"b":2}']))).toBe(204)
    expect(await ask({}, '{')).toBe(400)
    expect(seen).toEqual([
      [undefined, '1', '2', undefined],
      [undefined, '1', '2', undefined],
      [type, '1', '2', { a: 1 }],
      [type, '1', '2', { b: 2 }],
    ])
  })

  test('is known by its name, and adds its cookie to those that others set', async () => {
    const app = await guarded()
    app.addHook('onRequest', async (_, reply) => {
      reply.header('set-cookie', 'theirs=1')
    })
    app.get('/signin', app.signIn)
    const authorization = encodeBasic('joe', 'my-token')
    const { headers } = await app.inject({ url: '/signin', headers: { authorization } })
    expect(headers['set-cookie']).toEqual(['theirs=1', expect.stringMatching(/^influxdb-oss-session=/)])
    expect(app.hasPlugin('@fluxauth/auth-node')).toBe(true)
    expect(app.printPlugins()).toContain('@fluxauth/auth-node')
    expect(app.pluginName).toContain('@fluxauth/auth-node')
    // By which Fastify refuses it in another version.
    expect(guardFastify).toMatchObject({ [Symbol.for('plugin-meta')]: { fastify: '5.x' } })
    // As plugins ask that say what they are built on.
    expect(app.hasRequestDecorator('principal')).toBe(true)
  })

  test('knows the client behind a proxy as far as the server trusts it', async () => {
    for (const trustProxy of [true, false]) {
      const app = await guarded({ trustProxy })
      app.get('/signin', app.signIn)
      const { headers } = await app.inject({
        url: '/signin',
        headers: { authorization: encodeBasic('joe', 'my-token'), 'x-forwarded-proto': 'https' },
      })
      expect(/; Secure$/.test(String(headers['set-cookie']))).toBe(trustProxy)
    }
  })
})
