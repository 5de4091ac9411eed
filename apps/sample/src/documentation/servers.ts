// The servers that examples talk to beside the sample: real ones, and an InfluxDB 3 as it is documented.

import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createVerifier } from '@fluxauth/auth-node/server'
import { guardHttp } from '@fluxauth/auth-node/servers/http'
import { createMemoryStore } from '@fluxauth/auth-node/stores/memory'
import {
  type RealPartName,
  type RunningServer,
  startInfluxdb,
  startInfluxdb2,
  startPostgres,
  startRedis,
} from '@fluxauth/auth-testkit/real'
import { READER } from './example.ts'

/** A server that examples talk to. */
export interface DocumentedServer {
  /** As a page says that its examples run against it, in a comment. */
  readonly title: string
  /** What the pages call it. */
  readonly address: string
  /** Whether any page may name it, beside the server that its examples are about. */
  readonly beside: boolean
  /** The programs it needs. */
  readonly parts: readonly RealPartName[]
  start(): Promise<Pick<RunningServer, 'url' | 'stop'>>
}

export const servers: readonly DocumentedServer[] = [
  {
    title: 'Redis',
    address: 'redis://localhost:6379',
    beside: true,
    parts: ['redis'],
    start: startRedis,
  },
  {
    title: 'PostgreSQL',
    address: 'postgres://localhost:5432/postgres',
    beside: true,
    parts: ['postgres', 'initdb'],
    start: startPostgres,
  },
  {
    title: 'a real InfluxDB 1',
    address: 'http://localhost:8086',
    beside: false,
    parts: ['influxdb'],
    start: async () => localhost(await startInfluxdb(READER)),
  },
  {
    title: 'a real InfluxDB 2',
    address: 'http://localhost:8086',
    beside: false,
    parts: ['influxdb2'],
    start: async () => localhost(await startInfluxdb2({ ...READER, org: 'my-org' })),
  },
  {
    title: 'an InfluxDB 3 as it is documented',
    address: 'http://localhost:8181',
    beside: false,
    parts: [],
    start: startInfluxdb3,
  },
]

/** As the pages call this machine. */
function localhost({ url, stop }: RunningServer): RunningServer {
  return { url: url.replace('127.0.0.1', 'localhost'), stop }
}

/** What the reader of an InfluxDB 3 page has for a token. */
const TOKEN_V3 = 'apiv3_my-token'

/**
 * InfluxDB 3 runs on no machine of ours: this takes the credentials that its API reference and its sources name, by our own guard, and
 * answers a query of one row.
 */
async function startInfluxdb3() {
  const verifier = createVerifier({ product: 'v3', store: createMemoryStore() })
  await verifier.tokens.create({ userID: '1', user: '_admin', token: TOKEN_V3, permissions: [] })
  const protect = guardHttp(verifier).protect((request, response) => {
    const isQuery = request.url?.startsWith('/api/v3/query_sql')
    const isWrite = /^\/api\/(v2\/write|v3\/write_lp)\?/.test(request.url ?? '')
    response.statusCode = isQuery ? 200 : isWrite ? 204 : 404
    response.setHeader('content-type', 'application/json')
    response.end(isQuery ? JSON.stringify([{ place: 'roof', celsius: 21.5 }]) : undefined)
  })
  const server = createServer(protect)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://localhost:${(server.address() as AddressInfo).port}`,
    stop: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
