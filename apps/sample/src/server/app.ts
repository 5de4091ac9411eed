// The auth-related part of the InfluxDB `/api/v2` API, and the page that uses it.

import type { PasswordHasher } from '@fluxauth/auth-node/server'
import { serve } from '@hono/node-server'
import { Hono, type MiddlewareHandler } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { type Auth, type Credentials, createAuth, RULES, type Seed } from './auth.ts'
import { startOtherServer } from './elsewhere.ts'
import { addExample } from './example.ts'
import { gatewayRoutes, type Upstream, upstreamPoints } from './gateway.ts'
import { allowedMethods } from './methods.ts'
import { notFound } from './refusals.ts'
import { authorizationRoutes } from './routes/authorizations.ts'
import { bucketRoutes } from './routes/buckets.ts'
import { orgRoutes } from './routes/orgs.ts'
import { pageNotFound, pageRoutes } from './routes/page.ts'
import { passwordRoutes } from './routes/passwords.ts'
import { memoryPoints, pointRoutes } from './routes/points.ts'
import { sessionRoutes } from './routes/sessions.ts'
import { type Shown, shownRoutes } from './routes/shown.ts'
import { statusRoutes, VERSION } from './routes/status.ts'
import { userRoutes } from './routes/users.ts'

/** What else there is beside the app. */
export interface Surroundings extends Shown {
  /** The InfluxDB to be a gateway to. */
  readonly upstream?: Upstream | undefined
}

/** The whole app. */
export function createApp(auth: Auth, { upstream, ...shown }: Surroundings = {}): Hono {
  const app = new Hono()
  app.use(async (context, next) => {
    await next()
    context.header('X-Influxdb-Version', VERSION)
    context.header('X-Influxdb-Build', 'OSS')
    if (context.req.path.startsWith('/api/')) context.header('Cache-Control', 'no-store')
  })
  app.use(bodyLimit({ maxSize: 64 * 1024 }))
  app.route('/', statusRoutes(auth))
  app.route('/api/v2', sessionRoutes(auth))
  app.route('/api/v2', passwordRoutes(auth))
  app.route('/api/v2/authorizations', authorizationRoutes(auth))
  // Where a real InfluxDB is behind it, its data takes the place of the sample's own.
  if (upstream) {
    app.route('/', gatewayRoutes(auth, upstream))
    app.route(
      '/api/v2/points',
      pointRoutes(auth, upstreamPoints(upstream), () => undefined),
    )
  } else {
    const { buckets } = auth.directory
    const idOf = (name: string) => buckets.find((bucket) => bucket.name === name)?.id
    app.route('/api/v2/buckets', bucketRoutes(auth))
    app.route(
      '/api/v2/points',
      pointRoutes(
        auth,
        memoryPoints((name) => idOf(name) !== undefined),
        idOf,
      ),
    )
  }
  app.route('/api/v2/orgs', orgRoutes(auth))
  app.route('/api/v2/users', userRoutes(auth))
  app.route('/', pageRoutes(shown.other))
  app.route('/shown', shownRoutes(shown))
  const methodsAt = allowedMethods(app)
  const otherMethod: MiddlewareHandler = async (context, next) => {
    const allow = methodsAt(context.req.path)
    return allow === '' ? next() : context.body(null, 405, { Allow: allow })
  }
  // Whoever has no credential is not told what there is.
  app.all('/api/*', auth.authenticate, otherMethod, () => {
    throw notFound('path')
  })
  app.all('*', otherMethod)
  app.notFound(pageNotFound(shown.other))
  return app
}

/** A server that runs. */
export interface SampleServer {
  readonly origin: string
  /** What the store was seeded with, in clear. */
  readonly credentials: Credentials
  stop(): Promise<void>
}

/**
 * Starts the server on loopback.
 *
 * @param options `port` (default 0: a free one), the `upstream` to be a gateway to, whether there is an `example` account for whoever opens
 * the page (never before an upstream), what hashes `passwords`, and what to seed the store with
 */
export async function startServer({
  port = 0,
  upstream,
  example: isWanted = false,
  passwords,
  ...seed
}: Seed & {
  readonly port?: number
  readonly upstream?: Upstream | undefined
  readonly example?: boolean | undefined
  readonly passwords?: PasswordHasher | undefined
} = {}): Promise<SampleServer> {
  const { auth, credentials } = await createAuth(seed, { ...RULES, passwords })
  const example = isWanted && !upstream ? await addExample(auth) : undefined
  const other = await startOtherServer()
  try {
    const { origin, stop } = await listen(createApp(auth, { upstream, other, example }), port)
    return {
      credentials,
      origin,
      async stop() {
        await Promise.all([stop(), other.stop()])
      },
    }
  } catch (error) {
    await other.stop()
    throw error
  }
}

/** Has an app answer on loopback. */
export function listen(app: Hono, port = 0): Promise<Pick<SampleServer, 'origin' | 'stop'>> {
  return new Promise((resolve, reject) => {
    const server = serve({ fetch: app.fetch, port, hostname: '127.0.0.1' }, (address) => {
      resolve({
        origin: `http://127.0.0.1:${address.port}`,
        stop: () =>
          new Promise((stopped) => {
            server.close(() => stopped())
            if ('closeAllConnections' in server) server.closeAllConnections()
          }),
      })
    })
    server.once('error', reject)
  })
}
