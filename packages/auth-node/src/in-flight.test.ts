// Nothing shows the credential while a request is under way, whatever sends it, nor afterwards with any adapter or transport of axios.

import http from 'node:http'
import { inspect } from 'node:util'
import { type Network, type Stage, startNetwork } from '@fluxauth/auth-testkit'
import axios, { type AxiosRequestConfig } from 'axios'
import { http as followHttp } from 'follow-redirects'
import { Agent, Pool } from 'undici'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { authAxios } from './clients/axios.ts'
import { authHttp } from './clients/http.ts'
import { authInfluxDB } from './clients/influxdb-client.ts'
import { authDispatcher } from './clients/undici.ts'

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
