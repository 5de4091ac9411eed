// Nothing shows the credential while a request is under way, whatever sends it, nor afterwards with any adapter or transport of axios.

import { Console } from 'node:console'
import http from 'node:http'
import { Writable } from 'node:stream'
import { inspect } from 'node:util'
import { type Network, type Stage, startNetwork } from '@fluxauth/auth-testkit'
import { Server, ServerCredentials, type ServerWritableStream, status } from '@grpc/grpc-js'
import axios, { AxiosError, type AxiosRequestConfig, type InternalAxiosRequestConfig } from 'axios'
import { http as followHttp } from 'follow-redirects'
import { Agent, Pool } from 'undici'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { authAxios } from './clients/axios.ts'
import { authHttp } from './clients/http.ts'
import { authInfluxDB } from './clients/influxdb-client.ts'
import { authInfluxDBClient } from './clients/influxdb3-client.ts'
import { authDispatcher } from './clients/undici.ts'

// Whether there is one axios asks once, as it is loaded.
await vi.hoisted(async () => {
  const { PlainXMLHttpRequest } = await import('./testing/xml-http-request.ts')
  vi.stubGlobal('XMLHttpRequest', PlainXMLHttpRequest)
})

const credentials = 'my-s3cret'
let network: Network
beforeAll(async () => {
  network = await startNetwork()
})
afterAll(() => network.stop())

function showsNothing(value: unknown): void {
  const depth = { depth: 20, maxStringLength: 1e6, maxArrayLength: 1e4 }
  expect(inspect(value, depth)).not.toContain(credentials)
  expect(inspect({ ...(value as object) }, depth)).not.toContain(credentials)
  let printed = ''
  const stdout = new Writable({
    write(chunk, _, done) {
      printed += chunk
      done()
    },
  })
  const console = new Console({ stdout, inspectOptions: { depth: 20 } })
  console.log(value)
  console.log('%o %O', value, value)
  expect(printed).not.toContain(credentials)
  let json: string | undefined
  try {
    json = JSON.stringify(value)
  } catch {} // a circular structure: no log prints it this way
  expect(json ?? '').not.toContain(credentials)
}

describe('while a request is under way', () => {
  const clients: Record<string, (stage: Stage) => { held: unknown; answer: Promise<unknown> }> = {
    'undici Agent'(stage) {
      const agent = new Agent()
      const dispatcher = authDispatcher(agent, { origin: network.loopback, credentials })
      const answer = dispatcher.request({ origin: network.loopback, path: `/${stage.id}/`, method: 'GET' })
      return { held: { agent, dispatcher }, answer: answer.then(({ body }) => body.dump()) }
    },
    'undici Pool'(stage) {
      const pool = new Pool(network.loopback)
      const dispatcher = authDispatcher(pool, { origin: network.loopback, credentials })
      const answer = dispatcher.request({ path: `/${stage.id}/`, method: 'GET' })
      return { held: { pool, dispatcher }, answer: answer.then(({ body }) => body.dump()) }
    },
    'node:http'(stage) {
      const agent = new http.Agent({ keepAlive: true })
      const client = authHttp({ origin: network.loopback, credentials, agents: { http: agent } })
      const answer = client.get(stage.url(network.loopback))
      return { held: { agent, client }, answer: answer.then((response) => response.resume()) }
    },
    axios(stage) {
      const httpAgent = new http.Agent({ keepAlive: true })
      const api = axios.create({ httpAgent })
      authAxios(api, { origin: network.loopback, credentials })
      return { held: { httpAgent, api }, answer: api.get(stage.url(network.loopback)) }
    },
    'influxdb-client'(stage) {
      const agent = new http.Agent({ keepAlive: true })
      const influx = authInfluxDB({ url: network.loopback, credentials, transportOptions: { agent } })
      const answer = influx.transport.request(`/${stage.id}/`, '', { method: 'GET' })
      return { held: { agent, influx }, answer }
    },
  }

  test.each(Object.keys(clients))('%s', async (name) => {
    let release = (): void => undefined
    const held = new Promise<void>((resolve) => {
      release = resolve
    })
    const stage = network.stage(async () => {
      await held
      return {}
    })
    const client = clients[name]?.(stage)
    await expect.poll(() => stage.visits.length).toBe(1)
    showsNothing(client?.held)
    release()
    await client?.answer
    showsNothing(client?.held)
    expect(stage.visits[0]?.headers.authorization).toBe('Token my-s3cret')
  })
})

describe('axios shows nothing in answers and errors', () => {
  const configs: Record<string, AxiosRequestConfig> = {
    'with the adapter http': { adapter: 'http' },
    'with the adapter fetch': { adapter: 'fetch' },
    'with the adapter xhr': { adapter: 'xhr' },
    'with a transport of the caller’s': { adapter: 'http', transport: http },
    'with a transport that is not Node’s own': { adapter: 'http', transport: followHttp },
    'with a stream': { adapter: 'http', responseType: 'stream' },
  }

  test.each(Object.keys(configs))('%s', async (name) => {
    const api = axios.create(configs[name])
    authAxios(api, { origin: network.loopback, credentials })
    const stage = network.stage((_, index) => ({ status: [200, 401, 500][index] ?? 200 }))
    const response = await api.get(stage.url(network.loopback))
    showsNothing(response)
    showsNothing(response.request)
    for (let i = 0; i < 2; i++) {
      const error = await api.get(stage.url(network.loopback)).catch((reason) => reason)
      expect(error).toHaveProperty('response.status')
      showsNothing(error)
      showsNothing(error.request)
      showsNothing(error.response)
      showsNothing(error.response.request)
    }
    const lost = network.stage(() => Promise.reject(new Error('the server hangs up')))
    showsNothing(await api.get(lost.url(network.loopback)).catch((reason) => reason))
    expect(stage.visits.map(({ headers }) => headers.authorization)).toEqual(Array(3).fill('Token my-s3cret'))
  })

  test('that are made of another error, as those of some versions and adapters are', async () => {
    const adapter = (config: InternalAxiosRequestConfig) => {
      const cause = new AxiosError('refused', 'ERR_BAD_REQUEST', config, { headers: config.headers })
      return Promise.reject(Object.assign(new AxiosError('refused', 'ERR_NETWORK', config), { cause }))
    }
    const api = axios.create({ adapter })
    authAxios(api, { origin: network.loopback, credentials })
    const error = await api.get('/').catch((reason) => reason)
    expect(error.cause.config.url).toBe('/')
    showsNothing(error)
    showsNothing(error.cause)
  })

  test('with the adapter xhr, while it waits, is aborted and fails', async () => {
    const api = axios.create({ adapter: 'xhr' })
    authAxios(api, { origin: network.loopback, credentials })
    const stage = network.stage(() => new Promise(() => undefined))
    const aborter = new AbortController()
    const answer = api.get(stage.url(network.loopback), { signal: aborter.signal })
    await expect.poll(() => stage.visits.length).toBe(1)
    showsNothing({ api, answer, aborter })
    aborter.abort()
    const aborted = await answer.catch((reason) => reason)
    expect(aborted).toMatchObject({ code: 'ERR_CANCELED' })
    showsNothing(aborted)
    const lost = network.stage(() => Promise.reject(new Error('the server hangs up')))
    const failed = await api.get(lost.url(network.loopback)).catch((reason) => reason)
    expect(failed).toMatchObject({ code: 'ERR_NETWORK' })
    showsNothing(failed)
    expect(failed).toMatchObject({ event: { type: 'error' } })
    expect(lost.visits[0]?.headers.authorization).toBe('Token my-s3cret')
  })

  test('and a request of Node’s can be copied and printed', async () => {
    const stage = network.stage(() => ({}))
    const response = await authHttp({ origin: network.loopback, credentials }).get(
      stage.url(network.loopback),
    )
    response.resume()
    const { req } = response as unknown as { req: object }
    expect(inspect({ ...req })).toBe('ClientRequest')
    showsNothing(req)
  })
})

describe('a query of the InfluxDB 3 client shows nothing', () => {
  const bytes = (value: Buffer) => value
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
  const calls: ServerWritableStream<Buffer, Buffer>[] = []
  const server = new Server()
  let host = ''
  beforeAll(async () => {
    server.addService(definition, {
      DoGet: (call: ServerWritableStream<Buffer, Buffer>) => calls.push(call),
    })
    const port = await new Promise<number>((resolve, reject) => {
      server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, bound) =>
        error ? reject(error) : resolve(bound),
      )
    })
    host = `http://127.0.0.1:${port}`
  })
  afterAll(() => server.forceShutdown())

  test('while it waits, and when it is refused', async () => {
    const influx = authInfluxDBClient({ host, credentials, database: 'db' })
    const rows = influx.query('SELECT 1')
    const answer = rows.next()
    await expect.poll(() => calls.length).toBe(1)
    expect(calls[0]?.metadata.get('authorization')).toEqual(['Bearer my-s3cret'])
    showsNothing({ influx, rows, answer })
    showsNothing(influx)
    calls[0]?.emit('error', { code: status.PERMISSION_DENIED, details: 'not you' })
    const error = await answer.catch((reason) => reason)
    expect(`${error}`).toContain('not you')
    showsNothing(error)
    showsNothing({ influx, rows, answer })
    await influx.close()
  })
})
