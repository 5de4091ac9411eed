// A server that lets everybody in, and shows what it was sent; and one that never answers.

import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createGuard } from '@fluxauth/auth-core/server'
import { type ServerUnderTest, testServer } from '../index.ts'

testServer('that is open', { sockets: false, addresses: false }, () => ({
  fetch: (request) => Response.json({ user: 'alice', sent: request.headers.get('authorization') }),
  close: async () => undefined,
}))

testServer('that hangs', { sockets: false, addresses: false }, () => ({
  fetch: () => new Promise(() => undefined),
  close: async () => undefined,
}))

/** Servers that believe what a client says of itself, or tell what it said. */
const mistakes: Readonly<Record<string, (request: Request) => Request>> = {
  'takes another header for Authorization': ({ url, method, headers }) => {
    const given = new Headers(headers)
    const other = headers.get('x-authorization')
    if (other) given.set('authorization', other)
    return new Request(url, { method, headers: given })
  },
  'takes a header for the method': ({ url, method, headers }) =>
    new Request(url, { method: headers.get('x-http-method-override') ?? method, headers }),
  'takes a header for its own name': ({ url, method, headers }) => {
    const given = new Headers(headers)
    const host = headers.get('x-forwarded-host') ?? '127.0.0.1'
    given.set('host', host)
    return new Request(`http://${host}${new URL(url).pathname}`, { method, headers: given })
  },
  'takes a header for TLS': ({ url, method, headers }) =>
    new Request(headers.has('x-forwarded-proto') ? url.replace('http:', 'https:') : url, { method, headers }),
  'prints what it is sent': (request) => {
    console.log(Object.fromEntries(request.headers))
    return request
  },
  'takes a header for the address': (request) => request,
}
for (const [mistake, read] of Object.entries(mistakes)) {
  testServer(`that ${mistake}`, { sockets: false }, ({ verifier, visited }) => {
    const address = ({ headers }: Request) => headers.get('x-forwarded-for') ?? '127.0.0.1'
    const guard = createGuard<Request>(verifier, { address })
    const letIn = guard.protect((_, principal) => {
      visited(principal)
      return Response.json(principal)
    })
    return {
      async fetch(request) {
        const asked = read(request)
        return new URL(asked.url).pathname.endsWith('/signin') ? guard.signIn(asked) : letIn(asked)
      },
      close: async () => undefined,
    }
  })
}

/** What a server on sockets does before it answers. It lets in whoever has a credential, and gives the body back when it is there. */
const waits: Readonly<Record<string, (incoming: IncomingMessage) => Promise<unknown>>> = {
  'reads bodies before all else': async (incoming) => {
    for await (const _ of incoming);
  },
  'reads a body as text': async () => undefined,
  'answers one after the other': () => {
    const before = queue
    queue = before.then(() => new Promise((resolve) => setTimeout(resolve, 500)))
    return before
  },
}
let queue: Promise<unknown> = Promise.resolve()
for (const [mistake, wait] of Object.entries(waits)) {
  testServer(`that ${mistake}`, {}, async ({ verifier }) => {
    const guard = createGuard<Request>(verifier)
    const server = createServer(async (incoming, outgoing) => {
      await wait(incoming)
      const authorization = incoming.headers.authorization ?? ''
      await guard(new Request('http://127.0.0.1/', { headers: { authorization } }))
      if (!authorization) return outgoing.writeHead(401).end()
      let text = ''
      for await (const chunk of incoming) text += chunk
      return outgoing.end(text)
    })
    return listen(server)
  })
}

testServer('that joins fields by a comma', {}, ({ verifier }) => {
  const letIn = createGuard<Request>(verifier).protect(() => new Response())
  const server = createServer(async ({ headersDistinct }, outgoing) => {
    const headers = Object.entries(headersDistinct).map(([name, values = []]) => [name, values.join(', ')])
    const { status } = await letIn(
      new Request('http://127.0.0.1/', { headers: headers as [string, string][] }),
    )
    outgoing.writeHead(status, { 'content-length': 0 }).end()
  })
  return listen(server)
})

async function listen(server: Server): Promise<ServerUnderTest> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => {
      server.closeAllConnections()
      return new Promise((resolve) => server.close(resolve))
    },
  }
}

testServer('that gives pages of others no headers', { sockets: false, addresses: false }, ({ verifier }) => {
  const letIn = createGuard<Request>(verifier).protect(() => Response.json({}))
  return { fetch: (request) => letIn(request), close: async () => undefined }
})
