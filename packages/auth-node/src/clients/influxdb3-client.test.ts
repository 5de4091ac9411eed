// The InfluxDB 3 client passes the shared client suite with its writes; its queries are gRPC, and have tests of their own.

import http from 'node:http'
import https from 'node:https'
import { createRequire } from 'node:module'
import type { AddressInfo } from 'node:net'
import { inspect } from 'node:util'
import { type Network, startNetwork, testClient } from '@fluxauth/auth-testkit'
import { type Metadata, Server, ServerCredentials, type ServerWritableStream, status } from '@grpc/grpc-js'
import {
  HttpError,
  InfluxDBClient,
  type QueryOptions,
  RequestTimedOutError,
  setLogger,
} from '@influxdata/influxdb3-client'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type AuthInfluxDBClientOptions, authInfluxDBClient } from './influxdb3-client.ts'

// The client logs each write that fails.
const logged: unknown[] = []
setLogger({ error: (...log) => logged.push(log), warn: (...log) => logged.push(log) })
afterAll(() => {
  expect(logged.length).toBeGreaterThan(0)
  expect(inspect(logged, { depth: 9, maxArrayLength: null })).not.toContain('s3cret')
})

testClient(
  '@influxdata/influxdb3-client',
  {
    redirects: 'left',
    methods: ['POST'],
    readsAnswers: false,
    seesUserinfo: false,
    headersOfClient: true,
    keeps: true,
  },
  ({ ca, lookup, origin, ...options }) => {
    const [host = ''] = [origin].flat().map(String)
    const { Agent } = host.startsWith('https') ? https : http
    const agent = new Agent({ keepAlive: true, lookup, ...(ca && { ca }) })
    // A thousand requests at once may take longer than it waits for one.
    const transportOptions = { agent }
    const given = { ...options, host, origin, database: 'db', writeTimeout: 30_000, transportOptions }
    const influx = authInfluxDBClient(given)
    return {
      inHand: influx,
      async request({ headers, body }) {
        try {
          await influx.write(`${body}`, 'db', undefined, { headers, gzipThreshold: Number.POSITIVE_INFINITY })
          return { status: 200, body: '', given: influx }
        } catch (error) {
          if (!(error instanceof HttpError)) throw error
          return { status: error.statusCode, body: '', given: error }
        }
      },
      keep({ headers, body }) {
        const writeOptions = { headers: { ...headers } as Record<string, string> }
        return {
          send: () => influx.write(`${body}`, 'db', undefined, writeOptions),
          change(to) {
            const { hostname, port, origin } = new URL(to)
            writeOptions.headers['x-mine'] = 'changed'
            Object.assign(writeOptions, { hostname, host: hostname, port })
            Object.assign(given, { host: to, origin, proxyUrl: to, headers: { 'x-mine': 'changed' } })
            Object.assign(given.transportOptions, { hostname, host: hostname, port })
          },
        }
      },
      async close() {
        agent.destroy()
        await influx.close()
      },
    }
  },
)

describe('a query of the InfluxDB 3 client', () => {
  const seen: unknown[] = []
  const asked: unknown[] = []
  let valid = 'old'
  let breaksOff = false
  const server = new Server()
  const bytes = (value: Buffer) => value
  let host: string

  beforeAll(async () => {
    const definition = {
      DoGet: {
        path: '/arrow.flight.protocol.FlightService/DoGet',
        requestStream: false,
        responseStream: true,
        requestSerialize: bytes,
        requestDeserialize: bytes,
        responseSerialize: bytes,
        responseDeserialize: bytes,
      },
    }
    server.addService(definition, {
      DoGet(call: ServerWritableStream<Buffer, Buffer> & { metadata: Metadata }) {
        const given = call.metadata.get('authorization')
        seen.push(...given)
        const seconds = Math.round((Number(call.getDeadline()) - Date.now()) / 10_000)
        asked.push([call.request.toString('latin1'), call.metadata.getMap(), seconds])
        if (breaksOff) for (const message of oneRow()) call.write(message)
        if (given[0] === `Bearer ${valid}` && !breaksOff) call.end()
        else call.emit('error', { code: status.UNAUTHENTICATED, details: 'who are you?' })
      },
    })
    const port = await new Promise<number>((resolve, reject) => {
      server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, bound) =>
        error ? reject(error) : resolve(bound),
      )
    })
    host = `http://127.0.0.1:${port}`
  })
  afterAll(() => server.forceShutdown())
  beforeEach(() => {
    seen.length = 0
    asked.length = 0
    valid = 'old'
    breaksOff = false
  })

  const rows = async (credentials: string | (() => string)) => {
    const influx = authInfluxDBClient({ host, credentials, database: 'db' })
    try {
      for await (const _ of influx.query('SELECT 1')) expect.fail('there is no row')
      for await (const _ of influx.queryPoints('SELECT 1')) expect.fail('there is no row')
    } finally {
      await influx.close()
    }
  }

  test('says Bearer, whatever the scheme', async () => {
    await rows('old')
    expect(seen).toEqual(['Bearer old', 'Bearer old'])
  })

  test.each<[string, Partial<AuthInfluxDBClientOptions>, Partial<QueryOptions> | undefined, string?]>([
    ['nothing of it', {}, undefined],
    ['another database', {}, undefined, 'other ß'],
    ['its language and parameters', {}, { type: 'influxql', params: { place: 'ß', n: 1 } }],
    ['those of all queries', { queryOptions: { type: 'influxql', params: { all: true } } }, undefined],
    ['how long all may take', { queryTimeout: 132_000 }, undefined],
    ['how long it may take', { queryTimeout: 132_000 }, { timeout: 72_000 }],
    ['its own above those', { queryOptions: { type: 'influxql', params: { all: true } } }, { type: 'sql' }],
    [
      'its headers',
      { headers: { 'x-client': '1' }, queryOptions: { type: 'influxql', headers: { 'x-queries': '2' } } },
      { headers: { 'x-query': '3', 'x-client': 'mine' } },
    ],
    ['a switch of gRPC', { grpcOptions: { 'grpc.primary_user_agent': 'mine' } }, undefined],
    [
      'one for all queries',
      { queryOptions: { grpcOptions: { 'grpc.primary_user_agent': 'mine' } } },
      undefined,
    ],
  ])(
    'asks what the client alone asks where one says of a query %s',
    async (_, ofClient, ofQuery, database) => {
      const options = { host, database: 'db', ...ofClient }
      const clients = [
        new InfluxDBClient({ ...options, token: 'old' }),
        authInfluxDBClient({ ...options, credentials: 'old' }),
      ]
      for (const influx of clients) {
        for await (const _ of influx.query('SELECT 1', database, ofQuery)) expect.fail('there is no row')
        for await (const _ of influx.queryPoints('SELECT 1', database, ofQuery)) expect.fail('no row')
        await influx.close()
      }
      const [alone, alonePoints, ...ours] = asked
      expect(alone).toBeDefined()
      expect(ours).toEqual([alone, alonePoints])
    },
  )

  test('asks for the credential anew when it is refused', async () => {
    let asked = 0
    valid = 'new'
    await rows(() => (asked++ === 0 ? 'old' : 'new'))
    expect(seen).toEqual(['Bearer old', 'Bearer new', 'Bearer new'])
  })

  describe.each<[string, Partial<AuthInfluxDBClientOptions>, Partial<QueryOptions> | undefined]>([
    ['the client', { headers: { Authorization: 'Bearer mine' } }, undefined],
    ['its queries', { queryOptions: { headers: { Authorization: 'Bearer mine' } } }, undefined],
    ['one query', {}, { headers: { Authorization: 'Bearer mine' } }],
    [
      'one query, above the others, in whatever spelling',
      {
        headers: { AUTHORIZATION: 'Bearer a' },
        queryOptions: { headers: { Authorization: 'Bearer b' } },
      },
      { headers: { authorization: 'Bearer mine' } },
    ],
  ])('whose caller has an Authorization for %s', (_, ofClient, ofQuery) => {
    test('sends that alone', async () => {
      valid = 'mine'
      const influx = authInfluxDBClient({ host, credentials: 'ours', database: 'db', ...ofClient })
      for await (const _ of influx.query('SELECT 1', 'db', ofQuery)) expect.fail('there is no row')
      await influx.close()
      expect(seen).toEqual(['Bearer mine'])
    })

    test('is refused where there must be none', async () => {
      const given = { host, credentials: 'ours', database: 'db', ...ofClient, onExisting: 'error' } as const
      const influx = authInfluxDBClient(given)
      await expect(influx.query('SELECT 1', 'db', ofQuery).next()).rejects.toMatchObject({
        code: 'ERR_TARGET_EXISTING',
      })
      await influx.close()
      expect(seen).toEqual([])
    })

    test('looks at it no more while the credential is waited for', async () => {
      const copies = structuredClone(ofClient)
      const change = () => {
        for (const headers of [copies.headers, copies.queryOptions?.headers]) {
          if (headers)
            Object.assign(headers, { authorization: 'Bearer another', Authorization: 'Bearer third' })
        }
      }
      valid = 'mine'
      const influx = authInfluxDBClient({ host, credentials: 'ours', database: 'db', ...copies })
      const rows = influx.query('SELECT 1', 'db', ofQuery)
      change()
      await rows.next()
      await influx.close()
      expect(seen).toEqual(['Bearer mine'])
    })
  })

  test('does not begin anew when it is refused in its midst: rows would come twice', async () => {
    breaksOff = true
    let asked = 0
    const credentials = () => `token-${asked++}`
    const influx = authInfluxDBClient({ host, credentials, database: 'db' })
    const rows: unknown[] = []
    const reading = (async () => {
      for await (const row of influx.query('SELECT 1')) rows.push(row)
    })()
    await expect(reading).rejects.toThrow('who are you?')
    expect(rows).toEqual([{ answer: 42 }])
    expect(seen).toEqual(['Bearer token-0'])
    await influx.close()
  })

  test('fails when there is no better credential, and shows none', async () => {
    valid = 'another'
    const error = await rows('old-s3cret').then(
      () => expect.fail('should have been refused'),
      (reason) => reason,
    )
    expect(`${error}`).toContain('who are you?')
    expect(inspect(error, { depth: 9 })).not.toContain('s3cret')
    expect(seen).toEqual(['Bearer old-s3cret'])
  })
})

/** One row as Flight sends it: the schema, then the row. */
function oneRow(): Buffer[] {
  const { tableFromArrays, tableToIPC } = createRequire(
    createRequire(import.meta.url).resolve('@influxdata/influxdb3-client'),
  )('apache-arrow')
  const stream = Buffer.from(tableToIPC(tableFromArrays({ answer: Int32Array.of(42) }), 'stream'))
  // Each message: a mark, the length of its head, its head, its body; at the end of all a mark and a zero.
  const schemaEnd = 8 + stream.readInt32LE(4)
  const headStart = schemaEnd + 8
  const headEnd = headStart + stream.readInt32LE(schemaEnd + 4)
  return [
    toFlightData(stream.subarray(8, schemaEnd), Buffer.alloc(0)),
    toFlightData(stream.subarray(headStart, headEnd), stream.subarray(headEnd, -8)),
  ]
}

/** Protocol buffers: field 2 is the head, field 1000 the body. */
function toFlightData(head: Buffer, body: Buffer): Buffer {
  const varint = (n: number): number[] => (n < 128 ? [n] : [(n & 127) | 128, ...varint(n >> 7)])
  const field = (tag: number, bytes: Buffer) => [
    Buffer.from([...varint(tag * 8 + 2), ...varint(bytes.length)]),
    bytes,
  ]
  return Buffer.concat([...field(2, head), ...field(1000, body)])
}

describe('a write of the InfluxDB 3 client', () => {
  let network: Network
  beforeAll(async () => {
    network = await startNetwork()
  })
  afterAll(() => network.stop())

  test('whose options have an Authorization sends that alone, or is refused where there must be none', async () => {
    const stage = network.stage(() => ({ status: 204 }))
    const options = {
      host: `${network.loopback}/${stage.id}`,
      credentials: 'ours',
      database: 'db',
      writeOptions: { headers: { Authorization: 'Token mine' } },
    }
    const influx = authInfluxDBClient(options)
    await influx.write('a b=1')
    await influx.close()
    const strict = authInfluxDBClient({ ...options, onExisting: 'error' })
    await expect(strict.write('a b=1')).rejects.toMatchObject({ code: 'ERR_TARGET_EXISTING' })
    await strict.close()
    expect(stage.visits).toMatchObject([{ credentials: 1, headers: { authorization: 'Token mine' } }])
  })

  test('asks for no other credential where a permission is missing', async () => {
    const body = '{"code":"unauthorized","message":"write:orgs/1/buckets/2 is unauthorized"}'
    const stage = network.stage(() => ({
      status: 401,
      body,
      headers: { 'content-type': 'application/json' },
    }))
    let asked = 0
    const influx = authInfluxDBClient({
      host: `${network.loopback}/${stage.id}`,
      credentials: () => `token-${asked++}`,
      database: 'db',
    })
    await expect(influx.write('a b=1')).rejects.toMatchObject({ statusCode: 401 })
    await influx.close()
    expect([stage.visits.length, asked]).toEqual([1, 1])
  })
})

describe('the version that the InfluxDB 3 client asks for', () => {
  let respond: http.RequestListener
  const server = http.createServer((request, response) => respond(request, response))
  let origin: string
  beforeAll(async () => {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  })
  afterAll(() => {
    server.closeAllConnections()
    server.close()
  })

  test('is asked for as the client alone does, but for the credential', async () => {
    const seen: [string | undefined, string[]][] = []
    respond = ({ url, rawHeaders }, response) => {
      seen.push([url, rawHeaders.map((part) => part.replace(/^Token .*/, '[credential]'))])
      response.writeHead(200, { 'x-influxdb-version': '3.2.1' }).end('{}')
    }
    const options = { host: `${origin}/behind/a/proxy/`, headers: { 'x-mine': '1', 'User-Agent': 'mine' } }
    for (const client of [
      new InfluxDBClient({ ...options, token: 'my-token' }),
      authInfluxDBClient({ ...options, credentials: 'my-token' }),
    ]) {
      expect(await client.getServerVersion()).toBe('3.2.1')
      await client.close()
    }
    const [alone, wrapped] = seen.map(([url, headers]) => [url, ...headers].sort())
    expect(wrapped).toEqual(alone)
    expect(alone).toContain('/behind/a/proxy/ping')
    expect(alone).toContain('[credential]')
  })

  test('is asked for again when the credential is refused', async () => {
    let asked = 0
    respond = ({ headers }, response) => {
      const refused = headers.authorization !== 'Token token-1'
      response.writeHead(refused ? 401 : 200).end(refused ? '{}' : '')
    }
    const client = authInfluxDBClient({ host: origin, credentials: () => `token-${asked++}` })
    await client.getServerVersion()
    expect(asked).toBe(2)
    await client.close()
  })

  test('has the time limit of the client', async () => {
    respond = () => undefined
    const client = authInfluxDBClient({ host: origin, credentials: 'my-token', timeout: 50 })
    await expect(client.getServerVersion()).rejects.toBeInstanceOf(RequestTimedOutError)
    await client.close()
  })
})
