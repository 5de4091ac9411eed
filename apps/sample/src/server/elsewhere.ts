// A server of another origin: it says nothing of CORS, and notes what came along with each request.

import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A request that came there. */
interface Visit {
  /** The first is 1. */
  readonly number: number
  readonly method: string
  readonly path: string
  /** Which of the headers that say who somebody is came along; never what stood in them. */
  readonly carried: readonly string[]
}

/** A server of another origin. */
export interface OtherServer {
  readonly origin: string
  /** What came, the oldest first. */
  readonly visits: readonly Visit[]
  stop(): Promise<void>
}

/** How many visits are kept. */
const MOST = 50
const TELLING = ['authorization', 'cookie']

/** Starts one on loopback, which answers or, given a URL, redirects to it. */
export async function startOtherServer(redirectTo?: string): Promise<OtherServer> {
  const visits: Visit[] = []
  let count = 0
  const server = createServer((request, response) => {
    visits.push({
      number: ++count,
      method: request.method ?? '',
      path: request.url ?? '',
      carried: TELLING.filter((name) => request.headers[name] !== undefined),
    })
    if (visits.length > MOST) visits.shift()
    if (redirectTo) response.writeHead(307, { location: redirectTo }).end()
    else response.writeHead(200, { 'content-type': 'application/json' }).end('{"name":"another origin"}')
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(0, '127.0.0.1', resolve)
  })
  const { port } = server.address() as AddressInfo
  const stop = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve())
      server.closeAllConnections()
    })
  return { origin: `http://127.0.0.1:${port}`, visits, stop }
}
