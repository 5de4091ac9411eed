// The walk through both schemes: each request that is sent, the answer that is expected, and why.

import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { encodeBasic, encodeToken } from '@fluxauth/auth-core'
import { authFetch } from '@fluxauth/auth-node'
import type { SampleServer } from './server/app.ts'

/** One step: what it shows, how to send it, and the status that must come back. */
export interface Step {
  readonly title: string
  readonly why: string
  /** Which headers are sent; for steps that authFetch authenticates, what it will add. */
  readonly request: {
    readonly method: string
    readonly url: string
    readonly headers: Readonly<Record<string, string>>
  }
  readonly send: () => Promise<Response>
  readonly expected: number
}

/** A server of another origin. */
export interface OtherServer {
  readonly origin: string
  /** The `Authorization` headers it has seen. */
  readonly seen: (string | undefined)[]
  stop(): Promise<void>
}

/** Starts a server of another origin, which answers or, given a URL, redirects to it. */
export async function startOtherServer(redirectTo?: string): Promise<OtherServer> {
  const seen: (string | undefined)[] = []
  const server = createServer((request, response) => {
    seen.push(request.headers.authorization)
    if (redirectTo) response.writeHead(307, { location: redirectTo }).end()
    else response.writeHead(200, { 'content-type': 'application/json' }).end('{"name":"another origin"}')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const stop = () => new Promise<void>((resolve) => server.close(() => resolve()).closeAllConnections())
  return { origin: `http://127.0.0.1:${port}`, seen, stop }
}

/** The steps, in the order of the InfluxDB page "Authentication", then what must be refused. */
export function tour({ origin, credentials }: SampleServer, redirector: OtherServer): Step[] {
  const { username, password, token } = credentials
  const basic = encodeBasic(username, password)
  const withBasic = authFetch({ origin, credentials: { scheme: 'basic', username, password } })
  const withToken = authFetch({ origin, credentials: token })

  const step = (
    title: string,
    why: string,
    [method, path]: readonly [method: string, path: string],
    authorization: string,
    expected: number,
    send?: typeof fetch,
  ): Step => {
    const url = new URL(path, origin).href
    const headers = { Authorization: authorization }
    // The good calls let authFetch add the header; the bad ones need it wrong, and so by hand.
    const call = () => (send ? send(url, { method }) : fetch(url, { method, headers }))
    return { title, why, request: { method, url, headers }, expected, send: call }
  }

  return [
    step(
      'Basic: sign in',
      'user name and password, once, for a session cookie',
      ['POST', '/api/v2/signin'],
      basic,
      204,
      withBasic,
    ),
    step(
      'Token: list the buckets',
      'an API token with every request',
      ['GET', '/api/v2/buckets'],
      encodeToken(token),
      200,
      withToken,
    ),
    step(
      'Refused: a wrong token',
      'no such token; the answer does not say why',
      ['GET', '/api/v2/buckets'],
      encodeToken('not-a-token=='),
      401,
    ),
    step(
      'Refused: token in lower case',
      'the word is case-sensitive',
      ['GET', '/api/v2/buckets'],
      `token ${token}`,
      401,
    ),
    step(
      'Refused: malformed Basic',
      'what follows the word is not base64',
      ['POST', '/api/v2/signin'],
      basic.replace(/=*$/, '!'),
      401,
    ),
    {
      ...step(
        'Safe: a redirect to another origin',
        'authFetch follows it and leaves the token behind',
        ['GET', '/'],
        encodeToken(token),
        200,
      ),
      request: {
        method: 'GET',
        url: `${redirector.origin}/`,
        headers: { Authorization: encodeToken(token) },
      },
      send: () => authFetch({ origin: redirector.origin, credentials: token })('/'),
    },
  ]
}
