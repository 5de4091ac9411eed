// The suite passes on auth-core's own guard, behind node:http and as it is.

import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { createServer as createSecureServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { ReadableStream } from 'node:stream/web'
import { createGuard } from '@fluxauth/auth-core/server'
import { type ServerOptions, testServer } from './index.ts'

/** The suite's routes over the guard. */
function routes(
  { verifier, visited, cors }: ServerOptions,
  address?: (request: Request) => string | undefined,
): (request: Request) => Promise<Response> {
  const guard = createGuard<Request>(verifier, { address })
  const me = guard.protect((_, principal) => {
    visited(principal)
    return Response.json(principal)
  })
  const options = guard.protect((_, principal) => {
    visited(principal)
    return new Response(null, { status: 204 })
  })
  const list = guard.protect(
    (_, principal) => {
      visited(principal)
      return Response.json({ buckets: [] })
    },
    ['read', 'buckets'],
  )
  const create = guard.protect(
    (_, principal) => {
      visited(principal)
      return Response.json({}, { status: 201 })
    },
    ['write', 'buckets'],
  )
  const echo = guard.protect((request, principal) => {
    visited(principal)
    return new Response(request.body)
  })
  const one = (id: string) =>
    guard.protect(
      (_, principal) => {
        visited(principal)
        return Response.json({ id })
      },
      ['read', { type: 'buckets', id }],
    )
  const shared = async (request: Request) => {
    if (request.method === 'OPTIONS') return new Response(null, { status: 204, headers: cors })
    const response = await me(request)
    for (const [name, value] of Object.entries(cors)) response.headers.set(name, value)
    return response
  }
  return async (request) => {
    const { pathname } = new URL(request.url)
    switch (`${request.method === 'HEAD' ? 'GET' : request.method} ${pathname}`) {
      case 'GET /api/v2/me':
      case 'PUT /api/v2/me':
        return me(request)
      case 'OPTIONS /api/v2/me':
        return options(request)
      case 'GET /api/v2/buckets':
        return list(request)
      case 'POST /api/v2/buckets':
        return create(request)
      case 'POST /api/v2/echo':
        return echo(request)
      case 'GET /api/v2/signin':
      case 'POST /api/v2/signin':
        return guard.signIn(request)
      case 'POST /api/v2/signout':
        return guard.signOut(request)
      case 'GET /shared':
      case 'OPTIONS /shared':
        return shared(request)
      case 'GET /open':
        return new Response('open')
      default:
        return one(pathname.slice('/api/v2/buckets/'.length))(request)
    }
  }
}

/** A bridge from node:http to `Request` and `Response`, as small as can be. */
async function bridge(
  answer: (request: Request) => Promise<Response>,
  scheme: string,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  addresses: WeakMap<Request, string>,
): Promise<void> {
  const { method = '', rawHeaders, socket } = incoming
  const headers = new Headers()
  for (let i = 0; i < rawHeaders.length; i += 2) headers.append(rawHeaders[i] ?? '', rawHeaders[i + 1] ?? '')
  const aborter = new AbortController()
  outgoing.once('close', () => {
    if (!outgoing.writableFinished) aborter.abort()
  })
  const body = method === 'POST' ? (Readable.toWeb(incoming) as ReadableStream<Uint8Array>) : null
  const request = new Request(`${scheme}://127.0.0.1${incoming.url}`, {
    method,
    headers,
    body,
    duplex: 'half',
    signal: aborter.signal,
  } as RequestInit)
  addresses.set(request, socket.remoteAddress ?? '')
  const response = await answer(request)
  // Who comes too late leaves the answer of somebody else as it is.
  if (outgoing.headersSent) return
  outgoing.statusCode = response.status
  outgoing.setHeaders(response.headers)
  if (!response.body || method === 'HEAD') outgoing.end()
  else await pipeline(Readable.fromWeb(response.body as ReadableStream), outgoing)
}

testServer('the guard behind node:http', { seesAnswers: false }, async (options) => {
  const addresses = new WeakMap<Request, string>()
  const answer = routes(options, (request) => addresses.get(request))
  const scheme = options.tls ? 'https' : 'http'
  const listener = (incoming: IncomingMessage, outgoing: ServerResponse) => {
    bridge(answer, scheme, incoming, outgoing, addresses).catch((error) => outgoing.destroy(error))
  }
  const server = options.tls ? createSecureServer(options.tls, listener) : createServer(listener)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    server,
    origin: `${scheme}://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => {
      server.closeAllConnections()
      return new Promise((resolve) => server.close(resolve))
    },
  }
})

testServer('the guard as it is', { sockets: false, addresses: false }, (options) => ({
  fetch: routes(options),
  close: async () => undefined,
}))
