// A server for pages under a strict policy, with sessions and tokens of InfluxDB 2's manner, that can be told to fail.

import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { decodeBasic } from '@fluxauth/auth-core'

const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "worker-src 'self'",
  'connect-src *',
  "style-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "require-trusted-types-for 'script'",
].join('; ')

/** A running server. */
export interface TestServer {
  readonly origin: string
  /** What came in, and its `Authorization`. */
  readonly requests: {
    readonly line: string
    readonly authorization: string | undefined
    readonly body: string
  }[]
  /** The user of each session. */
  readonly sessions: Map<string, string>
  /** Says how to answer a path; nothing for as usual. */
  answer: (path: string, response: ServerResponse, request: IncomingMessage) => boolean | undefined
  stop(): Promise<void>
}

/** Starts a server that serves these files; the password of every user is `s3cret`, the token `s3cret-token`. */
export async function startTestServer(files: Readonly<Record<string, string>>): Promise<TestServer> {
  let count = 0
  const server = createServer(async (request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://localhost')
    const pieces: Buffer[] = []
    for await (const piece of request) pieces.push(piece as Buffer)
    const { authorization, cookie = '' } = request.headers
    running.requests.push({
      line: `${request.method} ${pathname}`,
      authorization,
      body: Buffer.concat(pieces).toString(),
    })
    if (running.answer(pathname, response, request)) return
    const file = files[pathname]
    if (file !== undefined) {
      const type = pathname.endsWith('.js')
        ? 'text/javascript'
        : pathname.endsWith('.css')
          ? 'text/css'
          : 'text/html; charset=utf-8'
      response.writeHead(200, { 'content-type': type, 'content-security-policy': POLICY }).end(file)
      return
    }
    const key = /session=(\w+)/.exec(cookie)?.[1] ?? ''
    const user =
      authorization === 'Token s3cret-token' ? 'token' : authorization ? undefined : running.sessions.get(key)
    const json = (status: number, body: object, headers = {}) =>
      response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body))
    if (pathname === '/api/v2/signin') {
      const { username, password } = decodeBasic(authorization ?? '')
      if (password !== 's3cret') return json(401, { code: 'unauthorized', message: 'unauthorized access' })
      const made = `key${++count}`
      running.sessions.set(made, username)
      response
        .writeHead(204, { 'set-cookie': `session=${made}; Path=/api/; HttpOnly; SameSite=Strict` })
        .end()
    } else if (pathname === '/api/v2/signout') {
      if (!running.sessions.delete(key)) return json(401, {})
      response.writeHead(204, { 'set-cookie': 'session=; Path=/api/; Max-Age=0' }).end()
    } else if (!user) json(401, { code: 'unauthorized', message: 'unauthorized access' })
    else if (pathname === '/api/v2/me') json(200, { id: user, name: user })
    else json(200, { buckets: [] })
    return
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const running: TestServer = {
    origin: `http://localhost:${(server.address() as AddressInfo).port}`,
    requests: [],
    sessions: new Map(),
    answer: () => undefined,
    async stop() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
  return running
}
