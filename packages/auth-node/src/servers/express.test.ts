// Express 5 and 4 pass the shared server suite.

import { encodeToken } from '@fluxauth/auth-core'
import { createMemoryStore, createVerifier, type Verifier } from '@fluxauth/auth-core/server'
import { type ServerOptions, testServer } from '@fluxauth/auth-testkit'
import express, { type ErrorRequestHandler, type Express, type RequestHandler } from 'express'
import express4 from 'express4'
import { describe, expect, test } from 'vitest'
import { guardExpress } from './express.ts'
import { listen } from './testing/listen.ts'

// Express 4 has types of its own; the guard's middleware serves both, which `pnpm typecheck` sees.
const versions = { 'Express 5': express, 'Express 4': express4 as unknown as typeof express }
express4().use(guardExpress(createVerifier({})).authenticate as never)

function suiteApp(create: () => Express, { verifier, visited, cors }: ServerOptions): Express {
  const guard = guardExpress(verifier)
  const visit: RequestHandler = ({ principal }, _, next) => {
    if (principal) visited(principal)
    next()
  }
  const app = create()
  app.get('/open', (_, response) => {
    response.send('open')
  })
  app.route('/api/v2/signin').get(guard.signIn).post(guard.signIn)
  app.post('/api/v2/signout', guard.signOut)
  app.use('/api/v2/me', guard.authenticate, visit)
  app
    .route('/api/v2/me')
    .get(({ principal }, response) => {
      response.json(principal)
    })
    .put(({ principal }, response) => {
      response.json(principal)
    })
    .options((_, response) => {
      response.status(204).end()
    })
  const allow: RequestHandler = ({ method }, response, next) => {
    response.set(cors)
    if (method === 'OPTIONS') response.status(204).end()
    else next()
  }
  app.use('/shared', allow, guard.authenticate, visit, ({ principal }, response) => {
    response.json(principal)
  })
  app.get('/api/v2/buckets', guard.requirePermission('read', 'buckets'), visit, (_, response) => {
    response.json({ buckets: [] })
  })
  app.post('/api/v2/buckets', guard.requirePermission('write', 'buckets'), visit, (_, response) => {
    response.status(201).json({})
  })
  app.get(
    '/api/v2/buckets/:id',
    guard.requirePermission('read', ({ params }) => ({ type: 'buckets', id: String(params.id) })),
    visit,
    ({ params }, response) => {
      response.json({ id: params.id })
    },
  )
  app.post('/api/v2/echo', guard.authenticate, visit, (request, response) => {
    request.pipe(response)
  })
  return app
}

for (const [name, create] of Object.entries(versions)) {
  testServer(name, {}, (options) => listen(suiteApp(create, options), options.tls))

  describe(`the guard of ${name}`, () => {
    const token = encodeToken('my-token')
    const makeVerifier = async (): Promise<Verifier> => {
      const verifier = createVerifier({ store: createMemoryStore() })
      const permissions = [{ action: 'read', resource: { type: 'buckets' } }] as const
      await verifier.tokens.create({ userID: '1', user: 'joe', token: 'my-token', permissions })
      return verifier
    }
    const ask = async (app: Express, path: string, headers: Record<string, string> = {}) => {
      const server = await listen(app)
      const response = await fetch(`${server.origin}${path}`, {
        headers: { authorization: token, ...headers },
      })
      const answer = { status: response.status, headers: response.headers, body: await response.text() }
      await server.close()
      return answer
    }

    test("takes no other guard's word", async () => {
      const outer = guardExpress(await makeVerifier())
      const inner = guardExpress(createVerifier({ store: createMemoryStore() }))
      const app = create()
      app.use(outer.authenticate)
      app.get('/', inner.requirePermission('read', 'buckets'), (_, response) => {
        response.send('let in')
      })
      expect((await ask(app, '/')).status).toBe(401)
    })

    test('hands what a handler throws to the error handlers, and answers for a resource by itself', async () => {
      const guard = guardExpress(await makeVerifier())
      const app = create()
      app.get('/handler', guard.authenticate, () => {
        throw new RangeError('from the handler')
      })
      const throwing = (): string => {
        throw new RangeError('from the resource')
      }
      app.get('/resource', guard.requirePermission('read', throwing), (_, response) => {
        response.send('let in')
      })
      const onError: ErrorRequestHandler = (error, _, response, __) => {
        response.status(418).send(String(error))
      }
      app.use(onError)
      expect(await ask(app, '/handler')).toMatchObject({ status: 418, body: 'RangeError: from the handler' })
      expect(await ask(app, '/resource')).toMatchObject({ status: 500 })
    })

    test('is mounted like any middleware, and keeps the headers that others set', async () => {
      const guard = guardExpress(await makeVerifier())
      const app = create()
      app.use((_, response, next) => {
        response.set('x-mine', '1').append('set-cookie', 'theirs=1')
        next()
      })
      app.post('/signin', guard.signIn)
      app.get('/signin', guard.signIn)
      app.use('/api', guard.authenticate)
      app.get('/api/me', ({ principal }, response) => {
        response.send(principal?.user)
      })
      expect(await ask(app, '/api/me')).toMatchObject({ status: 200, body: 'joe' })
      const refused = await ask(app, '/api/me', { authorization: 'Token other' })
      expect([refused.status, refused.headers.get('x-mine')]).toEqual([401, '1'])
      const basic = `Basic ${Buffer.from('joe:my-token').toString('base64')}`
      const { headers } = await ask(app, '/signin', { authorization: basic })
      expect(headers.getSetCookie()).toEqual(['theirs=1', expect.stringMatching(/^influxdb-oss-session=/)])
    })

    test('knows the client behind a proxy as far as the application trusts it', async () => {
      const forwarded = { 'x-forwarded-for': '192.0.2.7', 'x-forwarded-proto': 'https' }
      const look = async (trust: boolean) => {
        const verifier = await makeVerifier()
        let told: { address: string | undefined; secure: boolean } | undefined
        const guard = guardExpress({
          ...verifier,
          verify(request) {
            told = { address: request.address, secure: request.secure }
            return verifier.verify(request)
          },
        })
        const app = create()
        app.set('trust proxy', trust)
        app.get('/', guard.authenticate, (_, response) => {
          response.end()
        })
        await ask(app, '/', forwarded)
        return told
      }
      expect(await look(true)).toEqual({ address: '192.0.2.7', secure: true })
      expect(await look(false)).toMatchObject({
        address: expect.stringMatching(/127\.0\.0\.1$/),
        secure: false,
      })
    })
  })
}
