// Koa passes the shared server suite.

import { encodeBasic, encodeToken } from '@fluxauth/auth-core'
import { createMemoryStore, createVerifier, type Verifier } from '@fluxauth/auth-core/server'
import { testServer } from '@fluxauth/auth-testkit'
import Koa, { type Middleware } from 'koa'
import { describe, expect, test } from 'vitest'
import { type GuardedState, guardKoa } from './koa.ts'
import { listen } from './testing/listen.ts'

const BUCKET = /^\/api\/v2\/buckets\/(\w+)$/

testServer('Koa', {}, ({ verifier, visited, cors, tls }) => {
  const guard = guardKoa(verifier)
  const visit: Middleware<GuardedState> = (ctx, next) => {
    if (ctx.state.principal) visited(ctx.state.principal)
    return next()
  }
  const say =
    (body: (ctx: Parameters<Middleware<GuardedState>>[0]) => unknown): Middleware<GuardedState> =>
    (ctx) => {
      ctx.body = body(ctx)
    }
  const idOf = (path: string) => BUCKET.exec(path)?.[1]
  const shared: Middleware<GuardedState>[] = [
    (ctx, next) => {
      ctx.set(cors)
      if (ctx.method !== 'OPTIONS') return next()
      ctx.status = 204
      return undefined
    },
    guard.authenticate,
    visit,
    say(({ state }) => state.principal),
  ]
  const routes: Record<string, Middleware<GuardedState>[]> = {
    'GET /open': [say(() => 'open')],
    'GET /api/v2/signin': [guard.signIn],
    'POST /api/v2/signin': [guard.signIn],
    'POST /api/v2/signout': [guard.signOut],
    'GET /api/v2/me': [guard.authenticate, visit, say(({ state }) => state.principal)],
    'GET /shared': shared,
    'OPTIONS /shared': shared,
    'PUT /api/v2/me': [guard.authenticate, visit, say(({ state }) => state.principal)],
    'OPTIONS /api/v2/me': [guard.authenticate, visit, say(() => null)],
    'GET /api/v2/buckets': [guard.requirePermission('read', 'buckets'), visit, say(() => ({ buckets: [] }))],
    'POST /api/v2/buckets': [
      guard.requirePermission('write', 'buckets'),
      visit,
      (ctx) => {
        ctx.status = 201
        ctx.body = {}
      },
    ],
    'GET one': [
      guard.requirePermission('read', ({ path }) => ({ type: 'buckets', id: idOf(path) })),
      visit,
      say(({ path }) => ({ id: idOf(path) })),
    ],
    'POST /api/v2/echo': [guard.authenticate, visit, say(({ req }) => req)],
  }
  const app = new Koa<GuardedState>()
  app.use((ctx, next) => {
    const method = ctx.method === 'HEAD' ? 'GET' : ctx.method
    const steps = routes[`${method} ${ctx.path}`] ?? routes['GET one'] ?? []
    const run = (at: number): Promise<unknown> =>
      Promise.resolve(steps[at]?.(ctx, () => run(at + 1)) ?? next())
    return run(0)
  })
  return listen(app.callback(), tls)
})

describe('the guard of Koa', () => {
  const headers = { authorization: encodeToken('my-token') }
  const makeVerifier = async (): Promise<Verifier> => {
    const verifier = createVerifier({ store: createMemoryStore() })
    await verifier.tokens.create({ userID: '1', user: 'joe', token: 'my-token', permissions: [] })
    return verifier
  }
  const ask = async (app: Koa, headers: Record<string, string>) => {
    const server = await listen(app.callback())
    const response = await fetch(server.origin, { headers })
    await server.close()
    return { status: response.status, headers: response.headers, body: await response.text() }
  }

  test('lets ctx.throw and other errors of later middleware go their usual way', async () => {
    const { authenticate } = guardKoa(await makeVerifier())
    const errors: unknown[] = []
    const app = new Koa().use(authenticate).use((ctx) => ctx.throw(409, 'taken'))
    app.on('error', (error) => errors.push(error))
    expect(await ask(app, headers)).toMatchObject({ status: 409, body: 'taken' })
    const failing = new Koa().use(authenticate).use(() => {
      throw new RangeError('from the handler')
    })
    failing.on('error', (error) => errors.push(error))
    expect((await ask(failing, headers)).status).toBe(500)
    expect(errors.map(String)).toEqual(['ConflictError: taken', 'RangeError: from the handler'])
  })

  test('stands behind another: each asks its own verifier, and the last says who it is', async () => {
    const [one, other] = [await makeVerifier(), createVerifier({ store: createMemoryStore() })]
    const second = { authorization: encodeToken('second-token') }
    await other.tokens.create({ userID: '2', user: 'ann', token: 'second-token', permissions: [] })
    await other.tokens.create({ userID: '3', user: 'jim', token: 'my-token', permissions: [] })
    const reached: unknown[] = []
    const app = new Koa<GuardedState>()
      .use(guardKoa(one).authenticate)
      .use((ctx, next) => {
        reached.push(ctx.state.principal?.user)
        return next()
      })
      .use(guardKoa(other).authenticate)
      .use((ctx) => {
        ctx.body = ctx.state.principal?.user
      })
    expect(await ask(app as never, headers)).toMatchObject({ status: 200, body: 'jim' })
    expect(await ask(app as never, second)).toMatchObject({ status: 401 })
    await other.tokens.delete((await other.tokens.list({ userID: '3' }))[0]?.id ?? '')
    expect(await ask(app as never, headers)).toMatchObject({ status: 401 })
    expect(reached).toEqual(['joe', 'joe'])
  })

  test('answers for what a resource throws by itself', async () => {
    const app = new Koa().use(
      guardKoa(await makeVerifier()).requirePermission('read', () => {
        throw new RangeError('from the resource')
      }),
    )
    expect(await ask(app, headers)).toMatchObject({
      status: 500,
      body: expect.stringContaining('internal error'),
    })
  })

  test('shows earlier middleware how it refuses', async () => {
    const seen: unknown[] = []
    const app = new Koa()
      .use(async (ctx, next) => {
        await next()
        seen.push(ctx.status, ctx.body)
        ctx.set('x-mine', '1')
      })
      .use(guardKoa(await makeVerifier()).authenticate)
    const { status, headers } = await ask(app, {})
    expect([status, headers.get('x-mine')]).toEqual([401, '1'])
    expect(seen).toEqual([401, '{"code":"unauthorized","message":"unauthorized access"}'])
  })

  test('leaves an answer of somebody else as it is, for who looks at it afterwards too', async () => {
    const { authenticate } = guardKoa(await makeVerifier())
    const seen: unknown[] = []
    const app = new Koa().use(async (ctx, next) => {
      ctx.respond = false
      ctx.res.writeHead(200).end('mine')
      await authenticate(ctx as never, next)
      seen.push(ctx.status, ctx.body)
    })
    expect(await ask(app, {})).toMatchObject({ status: 200, body: 'mine' })
    expect(seen).toEqual([200, undefined])
  })

  test('adds its cookie to those that others set', async () => {
    const app = new Koa()
      .use((ctx, next) => {
        ctx.append('set-cookie', 'theirs=1')
        return next()
      })
      .use(guardKoa(await makeVerifier()).signIn)
    const { headers } = await ask(app, { authorization: encodeBasic('joe', 'my-token') })
    expect(headers.getSetCookie()).toEqual(['theirs=1', expect.stringMatching(/^influxdb-oss-session=/)])
  })

  test('knows the client behind a proxy as far as the application trusts it', async () => {
    for (const proxy of [true, false]) {
      const app = new Koa({ proxy }).use(guardKoa(await makeVerifier()).signIn)
      const forwarded = { authorization: encodeBasic('joe', 'my-token'), 'x-forwarded-proto': 'https' }
      const { headers } = await ask(app, forwarded)
      expect(/; Secure$/.test(`${headers.get('set-cookie')}`)).toBe(proxy)
    }
  })
})
