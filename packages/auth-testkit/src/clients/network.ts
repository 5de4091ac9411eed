// A small internet on this machine: hosts with names, real TLS, and servers that note what reaches them.

import { randomUUID } from 'node:crypto'
import http, { type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http'
import https from 'node:https'
import type { AddressInfo, LookupFunction, Server } from 'node:net'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'

/** A request as it reached a server. */
export interface Visit {
  /** The origin it was sent to, by its `Host` header. */
  readonly origin: string
  readonly method: string
  readonly path: string
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  /** How many `Authorization` fields there were. */
  readonly credentials: number
  readonly body: string
  /** Which connection it came over: a number of its own for each. */
  readonly connection: number
  /** Whether the client still waits for its answer, or the rest of it. */
  readonly isOpen: () => boolean
}

/** What a server answers with. */
export interface Step {
  readonly status?: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string | AsyncIterable<string>
}

/** Answers the requests of one test; `index` counts them from 0. A promise may make them wait. */
export type Responder = (visit: Visit, index: number) => Step | Promise<Step>

/** The requests of one test, told from those of others by their path or their `x-scenario` header. */
export interface Stage {
  readonly id: string
  readonly visits: Visit[]
  /** A URL of this test at an origin. */
  url(origin: string, path?: string): string
}

/** The hosts, and how a client reaches them. */
export interface Network {
  /** `https://influx.test`, on a port of its own: the server that the credential is for. */
  readonly home: string
  /** Another host name on `home`'s port. */
  at(host: string): string
  /** The same host on another port. */
  readonly otherPort: string
  /** The same host, without TLS. */
  readonly plain: string
  /** This machine's own address without TLS, where a credential may go by default. */
  readonly loopback: string
  /** `https://[::1]`, or `undefined` on a machine without IPv6. */
  readonly six: string | undefined
  /** An address where nobody listens. */
  readonly nowhere: string
  /** The certificate authority that vouches for all of it, as PEM. */
  readonly ca: string
  /** Finds the hosts; to be handed to the client in the place of DNS. */
  readonly lookup: LookupFunction
  /** Starts a test. */
  stage(respond: Responder): Stage
  stop(): Promise<void>
}

/** The names in the certificate. */
const HOSTS = [
  'influx.test',
  'eu.influx.test',
  'us.influx.test',
  'other.test',
  'evilinflux.test',
  'influx.test.evil.test',
  'xn--bcher-kva.test',
  'localhost',
]

/** Starts the network: servers on free loopback ports, with a certificate made for them. */
export async function startNetwork(): Promise<Network> {
  const tls = await makeCertificate()
  const stages = new Map<string, { stage: Stage; respond: Responder }>()
  const connections = new WeakMap<object, number>()
  let connection = 0

  const listener = (scheme: string): RequestListener => {
    return (request, response) => {
      answer(request, response, scheme).catch((error) => response.destroy(error))
    }
  }
  const answer = async (request: IncomingMessage, response: ServerResponse, scheme: string) => {
    const { socket, headers } = request
    const [, named] = (request.url ?? '').split('/', 2)
    const found = stages.get(named ?? '') ?? stages.get(`${headers['x-scenario']}`)
    if (!found) {
      response.writeHead(404).end('nobody waits for this request')
      return
    }
    if (!connections.has(socket)) connections.set(socket, connection++)
    let body = ''
    for await (const chunk of request) body += chunk
    const visit: Visit = {
      origin: `${scheme}://${headers.host}`,
      method: request.method ?? '',
      path: request.url ?? '',
      headers,
      credentials: request.rawHeaders.filter((name) => /^authorization$/i.test(name)).length,
      body,
      connection: connections.get(socket) ?? -1,
      isOpen: () => !response.closed,
    }
    const index = found.stage.visits.push(visit) - 1
    const step = await found.respond(visit, index)
    response.writeHead(step.status ?? 200, step.headers)
    if (typeof step.body === 'object') {
      response.flushHeaders()
      // As fast as the client reads, and no longer than it does.
      await pipeline(Readable.from(step.body), response)
    } else {
      response.end(step.body)
    }
  }

  const servers: Server[] = []
  const listen = async (server: Server, host: string): Promise<number> => {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject).listen(0, host, 1024, resolve)
    })
    servers.push(server)
    return (server.address() as AddressInfo).port
  }
  const secure = () => https.createServer(tls, listener('https'))
  const port = await listen(secure(), '127.0.0.1')
  const otherPort = await listen(secure(), '127.0.0.1')
  const plainPort = await listen(http.createServer(listener('http')), '127.0.0.1')
  const sixPort = await listen(secure(), '::1').catch(() => undefined)
  const nobody = http.createServer()
  const freePort = await listen(nobody, '127.0.0.1')
  await new Promise((resolve) => nobody.close(resolve))

  return {
    home: `https://influx.test:${port}`,
    at: (host) => `https://${host}:${port}`,
    otherPort: `https://influx.test:${otherPort}`,
    plain: `http://influx.test:${plainPort}`,
    loopback: `http://127.0.0.1:${plainPort}`,
    six: sixPort === undefined ? undefined : `https://[::1]:${sixPort}`,
    nowhere: `http://127.0.0.1:${freePort}`,
    ca: tls.cert,
    lookup,
    stage(respond) {
      const id = randomUUID()
      const stage: Stage = { id, visits: [], url: (origin, path = '') => `${origin}/${id}/${path}` }
      stages.set(id, { stage, respond })
      return stage
    },
    async stop() {
      await Promise.all(
        servers.map((server) => {
          if ('closeAllConnections' in server) (server as http.Server).closeAllConnections()
          return new Promise((resolve) => server.close(resolve))
        }),
      )
    },
  }
}

/** Every name under `test` is this machine, and no other name is known: no test can leave it. */
const lookup: LookupFunction = (hostname, options, callback) => {
  if (!/(^|\.)(test\.?|localhost)$/.test(hostname)) {
    callback(
      Object.assign(new Error(`no such host in the test network: ${hostname}`), { code: 'ENOTFOUND' }),
      '',
    )
  } else if (options.all) {
    callback(null, [{ address: '127.0.0.1', family: 4 }])
  } else {
    callback(null, '127.0.0.1', 4)
  }
}

/** A certificate for the hosts of the test network and this machine, which vouches for itself. */
export async function makeCertificate(): Promise<{ key: string; cert: string }> {
  const { generate } = await import('selfsigned')
  const { private: key, cert } = await generate([{ name: 'commonName', value: 'influx.test' }], {
    keyType: 'ec',
    algorithm: 'sha256',
    extensions: [
      { name: 'basicConstraints', cA: true },
      { name: 'keyUsage', digitalSignature: true, keyCertSign: true },
      {
        name: 'subjectAltName',
        altNames: [
          ...HOSTS.map((value) => ({ type: 2 as const, value })),
          { type: 7 as const, ip: '127.0.0.1' },
          { type: 7 as const, ip: '::1' },
        ],
      },
    ],
  })
  return { key, cert }
}
