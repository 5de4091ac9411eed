// Hono passes the shared server suite with auth-core's guard, on Node's http and as plain calls.

import type { Server } from 'node:http'
import { createServer as createSecureServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { createGuard, type Needed, type Principal, type Verifier } from '@fluxauth/auth-core/server'
import { type ServerOptions, testServer } from '@fluxauth/auth-testkit'
import { type HttpBindings, serve } from '@hono/node-server'
import { getConnInfo } from '@hono/node-server/conninfo'
import { type Context, Hono, type MiddlewareHandler } from 'hono'
import { readRequest } from './http.ts'

type Env = { Bindings: HttpBindings; Variables: { principal: Principal } }

type HonoContext = Context<Env>

/** The guard on the `Request` that Hono has; on a socket the address is the connection's. */
function onRequest(verifier: Verifier, sockets: boolean) {
  const guard = createGuard<Request, [HonoContext]>(
    verifier,
    sockets ? { address: (_, context) => getConnInfo(context).remote.address } : {},
  )
  return {
    admit: (context: HonoContext, needed?: Needed) => guard(context.req.raw, needed, context),
    signIn: (context: HonoContext) => guard.signIn(context.req.raw, context),
    signOut: (context: HonoContext) => guard.signOut(context.req.raw, context),
  }
}

/** The guard on Hono's context, in which Node's own request is read. */
function onContext(verifier: Verifier): ReturnType<typeof onRequest> {
  const guard = createGuard<HonoContext>(verifier, { read: ({ env }) => readRequest(env.incoming) })
  return { admit: guard, signIn: guard.signIn, signOut: guard.signOut }
}

function suiteApp(
  { visited, cors }: ServerOptions,
  { admit, signIn, signOut }: ReturnType<typeof onRequest>,
): Hono<Env> {
  const needs =
    (needed?: (context: HonoContext) => Needed): MiddlewareHandler<Env> =>
    async (context, next) => {
      const admitted = await admit(context, needed?.(context))
      if (admitted instanceof Response) return admitted
      visited(admitted)
      context.set('principal', admitted)
      return next()
    }
  const app = new Hono<Env>()
  app.use('/shared', async (context, next) => {
    if (context.req.method === 'OPTIONS') return context.body(null, 204, cors)
    await next()
    for (const [name, value] of Object.entries(cors)) context.header(name, value)
    return undefined
  })
  app.get('/shared', needs(), (context) => context.json(context.get('principal')))
  app.get('/open', (context) => context.text('open'))
  app.on(['GET', 'POST'], '/api/v2/signin', signIn)
  app.post('/api/v2/signout', signOut)
  app.get('/api/v2/me', needs(), (context) => context.json(context.get('principal')))
  app.put('/api/v2/me', needs(), (context) => context.json(context.get('principal')))
  app.options('/api/v2/me', needs(), (context) => context.body(null, 204))
  app.get(
    '/api/v2/buckets',
    needs(() => ['read', 'buckets']),
    (context) => context.json({ buckets: [] }),
  )
  app.post(
    '/api/v2/buckets',
    needs(() => ['write', 'buckets']),
    (context) => context.json({}, 201),
  )
  app.get(
    '/api/v2/buckets/:id',
    needs(({ req }) => ['read', { type: 'buckets', id: req.param('id') }]),
    (context) => context.json({ id: context.req.param('id') }),
  )
  app.post('/api/v2/echo', needs(), ({ req }) => new Response(req.raw.body))
  return app
}

async function startHono(options: ServerOptions, guard: ReturnType<typeof onRequest>) {
  const { tls } = options
  const server = serve({
    fetch: suiteApp(options, guard).fetch,
    hostname: '127.0.0.1',
    port: 0,
    ...(tls && { createServer: createSecureServer, serverOptions: tls }),
  })
  await new Promise((resolve) => server.once('listening', resolve))
  return {
    server: server as Server,
    origin: `${tls ? 'https' : 'http'}://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => {
      if ('closeAllConnections' in server) server.closeAllConnections()
      return new Promise((resolve) => server.close(resolve))
    },
  }
}

testServer('Hono', { headLength: false, seesAnswers: false }, (options) =>
  startHono(options, onRequest(options.verifier, true)),
)

testServer("Hono on Node's own request", { headLength: false, seesAnswers: false }, (options) =>
  startHono(options, onContext(options.verifier)),
)

testServer('Hono as plain calls', { sockets: false, addresses: false }, (options) => {
  const app = suiteApp(options, onRequest(options.verifier, false))
  return { fetch: (request) => app.fetch(request), close: async () => undefined }
})
