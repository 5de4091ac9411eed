// The servers that examples talk to beside the sample: real ones, and an InfluxDB 3 as it is documented.

import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
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

function answerV3(line: string, body: string): readonly [status: number, body?: object] {
  if (/^\w+ \/api\/v3\/query_sql\b/.test(line)) return [200, [{ place: 'roof', celsius: 21.5 }]]
  if (/^POST \/api\/(v2\/write|v3\/write_lp)\?/.test(line)) return [204]
  if (/^DELETE \/api\/v3\/configure\/token\?token_name=/.test(line)) return [200]
  if (line !== 'POST /api/v3/configure/token/named_admin') return [404]
  const { token_name: name } = JSON.parse(body) as { readonly token_name: string }
  const [created_at, expiry] = ['2026-04-20T11:26:19.123Z', '2026-04-21T11:26:19.123Z']
  return [201, { id: 1, name, token: 'apiv3_made-up', hash: 'made-up', created_at, expiry }]
}

/**
 * InfluxDB 3 runs on no machine of ours: this takes the credentials that its API reference and its sources name, by our own guard,
 * answers a query of one row, and makes and deletes tokens as its documentation has it.
 */
async function startInfluxdb3() {
  const verifier = createVerifier({ product: 'v3', store: createMemoryStore() })
  await verifier.tokens.create({ userID: '1', user: '_admin', token: TOKEN_V3, permissions: [] })
  const protect = guardHttp(verifier).protect(async (request, response) => {
    const [status, body] = answerV3(`${request.method} ${request.url}`, await text(request))
    response.statusCode = status
    response.setHeader('content-type', 'application/json')
    response.end(body && JSON.stringify(body))
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
