// h3 passes the shared server suite with auth-core's guard, on Node's http and as plain calls.

import type { IncomingMessage } from 'node:http'
import { createGuard, type Needed, type Principal, type Verifier } from '@fluxauth/auth-core/server'
import { type ServerOptions, testServer } from '@fluxauth/auth-testkit'
import { H3, type H3Event } from 'h3'
import { toNodeHandler } from 'h3/node'
import { readRequest } from './http.ts'
import { listen } from './testing/listen.ts'

/** The guard on the `Request` that h3 has, which knows the client's address. */
function onRequest(verifier: Verifier) {
  const guard = createGuard<H3Event['req']>(verifier, { address: ({ ip }) => ip })
  return {
    admit: ({ req }: H3Event, needed?: Needed) => guard(req, needed),
    signIn: ({ req }: H3Event) => guard.signIn(req),
    signOut: ({ req }: H3Event) => guard.signOut(req),
  }
}

/** The guard on h3's event, in which Node's own request is read. */
function onEvent(verifier: Verifier): ReturnType<typeof onRequest> {
  const guard = createGuard<H3Event>(verifier, {
    read: ({ req }) => readRequest(req.runtime?.node?.req as IncomingMessage),
  })
  return { admit: guard, signIn: guard.signIn, signOut: guard.signOut }
}

function suiteApp(
  { visited, cors }: ServerOptions,
  { admit, signIn, signOut }: ReturnType<typeof onRequest>,
): H3 {
  /** Answers with what a handler gives, for whom the guard lets in. */
  const guarded =
    (give: (event: H3Event, principal: Principal) => Response, needed?: (event: H3Event) => Needed) =>
    async (event: H3Event) => {
      const admitted = await admit(event, needed?.(event))
      if (admitted instanceof Response) return admitted
      visited(admitted)
      return give(event, admitted)
    }
  const me = guarded((_, principal) => Response.json(principal))
  const id = ({ context }: H3Event) => context.params?.id ?? ''
  const app = new H3()
  app.use('/shared', async (event, next) => {
    if (event.req.method === 'OPTIONS') return new Response(null, { status: 204, headers: cors })
    const response = (await next()) as Response
    for (const [name, value] of Object.entries(cors)) response.headers.set(name, value)
    return response
  })
  return app
    .get('/shared', me)
    .get('/open', () => 'open')
    .get('/api/v2/signin', signIn)
    .post('/api/v2/signin', signIn)
    .post('/api/v2/signout', signOut)
    .get('/api/v2/me', me)
    .put('/api/v2/me', me)
    .options(
      '/api/v2/me',
      guarded(() => new Response(null, { status: 204 })),
    )
    .get(
      '/api/v2/buckets',
      guarded(
        () => Response.json({ buckets: [] }),
        () => ['read', 'buckets'],
      ),
    )
    .post(
      '/api/v2/buckets',
      guarded(
        () => Response.json({}, { status: 201 }),
        () => ['write', 'buckets'],
      ),
    )
    .get(
      '/api/v2/buckets/:id',
      guarded(
        (event) => Response.json({ id: id(event) }),
        (event) => ['read', { type: 'buckets', id: id(event) }],
      ),
    )
    .post(
      '/api/v2/echo',
      guarded(({ req }) => new Response(req.body)),
    )
}

function startH3(options: ServerOptions, guard: ReturnType<typeof onRequest>) {
  return listen(toNodeHandler(suiteApp(options, guard)), options.tls)
}

testServer('h3', { headLength: false, seesAnswers: false }, (options) =>
  startH3(options, onRequest(options.verifier)),
)

testServer("h3 on Node's own request", { headLength: false, seesAnswers: false }, (options) =>
  startH3(options, onEvent(options.verifier)),
)

testServer('h3 as plain calls', { sockets: false, addresses: false }, (options) => {
  const app = suiteApp(options, onRequest(options.verifier))
  return { fetch: async (request) => app.fetch(request), close: async () => undefined }
})
