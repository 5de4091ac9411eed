// Hono passes the shared server suite with auth-core's guard, on Node's http and as plain calls.

import { createServer as createSecureServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { createGuard, type Principal } from '@fluxauth/auth-core/server'
import { type ServerOptions, testServer } from '@fluxauth/auth-testkit'
import { type HttpBindings, serve } from '@hono/node-server'
import { getConnInfo } from '@hono/node-server/conninfo'
import { type Context, Hono, type MiddlewareHandler } from 'hono'

type Env = { Bindings: HttpBindings; Variables: { principal: Principal } }

function suiteApp({ verifier, visited }: ServerOptions, sockets: boolean): Hono<Env> {
  const contexts = new WeakMap<Request, Context<Env>>()
  const guard = createGuard<Request>(verifier, {
    address(request) {
      const context = contexts.get(request)
      return context && getConnInfo(context).remote.address
    },
  })
  const needs =
    (needed?: (context: Context<Env>) => Parameters<typeof guard>[1]): MiddlewareHandler<Env> =>
    async (context, next) => {
      if (sockets) contexts.set(context.req.raw, context)
      const admitted = await guard(context.req.raw, needed?.(context))
      if (admitted instanceof Response) return admitted
      visited(admitted)
      context.set('principal', admitted)
      return next()
    }
  const app = new Hono<Env>()
  app.get('/open', (context) => context.text('open'))
  app.on(['GET', 'POST'], '/api/v2/signin', ({ req }) => guard.signIn(req.raw))
  app.post('/api/v2/signout', ({ req }) => guard.signOut(req.raw))
  app.get('/api/v2/me', needs(), (context) => context.json(context.get('principal')))
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

testServer('Hono', { headLength: false }, async (options) => {
  const { fetch } = suiteApp(options, true)
  const { tls } = options
  const server = serve({
    fetch,
    hostname: '127.0.0.1',
    port: 0,
    ...(tls && { createServer: createSecureServer, serverOptions: tls }),
  })
  await new Promise((resolve) => server.once('listening', resolve))
  return {
    origin: `${tls ? 'https' : 'http'}://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => {
      if ('closeAllConnections' in server) server.closeAllConnections()
      return new Promise((resolve) => server.close(resolve))
    },
  }
})

testServer('Hono as plain calls', { sockets: false, addresses: false }, (options) => {
  const app = suiteApp(options, false)
  return { fetch: (request) => app.fetch(request), close: async () => undefined }
})
