// No credential goes in clear through a proxy that only the environment names: a real proxy on this machine notes what reaches it.

import http, { type IncomingMessage } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { type Network, startNetwork } from '@fluxauth/auth-testkit'
import axios from 'axios'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { authAxios } from './axios.ts'
import { authInfluxDB } from './influxdb-client.ts'
import { authInfluxDBClient } from './influxdb3-client.ts'

let network: Network
let seen: string[] = []
const proxy = http.createServer((request, response) => {
  seen.push(`${request.method} ${request.headers.authorization}`)
  response.end('{}')
})
proxy.on('connect', (_: IncomingMessage, socket: Socket) => {
  seen.push('CONNECT')
  socket.on('error', () => undefined).end('HTTP/1.1 502 Bad Gateway\r\n\r\n')
})
let proxyUrl = ''
const sockets = new Set<Socket>()
proxy.on('connection', (socket) => sockets.add(socket))

beforeAll(async () => {
  network = await startNetwork()
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve))
  proxyUrl = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`
})
afterAll(async () => {
  for (const socket of sockets) socket.destroy()
  await new Promise((resolve) => proxy.close(resolve))
  await network.stop()
})
beforeEach(() => {
  seen = []
  for (const name of ['http_proxy', 'https_proxy', 'grpc_proxy']) vi.stubEnv(name, proxyUrl)
  for (const name of ['no_proxy', 'NO_PROXY', 'no_grpc_proxy']) vi.stubEnv(name, '')
})
afterEach(() => {
  vi.unstubAllEnvs()
})

describe('axios', () => {
  const credentials = 'my-s3cret'
  const api = (options: { allowInsecure?: boolean } = {}) => {
    const instance = axios.create()
    authAxios(instance, { origin: network.loopback, credentials, ...options })
    return instance
  }

  test('calls this machine without the proxy of the environment', async () => {
    const stage = network.stage(() => ({}))
    await api().get(stage.url(network.loopback))
    expect(stage.visits[0]?.headers.authorization).toBe('Token my-s3cret')
    expect(seen).toEqual([])
  })

  test('takes the proxy for what goes without a credential', async () => {
    await api().get('http://elsewhere.test/')
    expect(seen).toEqual(['GET undefined'])
  })

  test('takes the proxy where plain http is allowed', async () => {
    await api({ allowInsecure: true }).get('/')
    expect(seen).toEqual(['GET Token my-s3cret'])
  })

  test('takes a proxy that the caller names', async () => {
    const { hostname, port } = new URL(proxyUrl)
    await api().get('/', { proxy: { protocol: 'http', host: hostname, port: Number(port) } })
    expect(seen).toEqual(['GET Token my-s3cret'])
  })
})

describe('the InfluxDB 3 client', () => {
  test('opens no tunnel through the proxy of the environment to a server without TLS', async () => {
    const influx = authInfluxDBClient({ host: network.nowhere, credentials: 'my-token', database: 'db' })
    const rows = influx.query('SELECT 1', 'db')
    await expect(rows.next()).rejects.toThrow()
    await influx.close()
    expect(seen).toEqual([])
  })

  test('sends its queries, which no proxyUrl is for, where the credential is for', async () => {
    const origins: string[] = []
    const influx = authInfluxDBClient({
      host: network.nowhere,
      proxyUrl,
      database: 'db',
      credentials: ({ origin }) => {
        origins.push(origin)
        return 'my-token'
      },
    })
    await expect(influx.query('SELECT 1').next()).rejects.toThrow()
    await influx.close()
    expect(origins).toEqual([network.nowhere])
  })
})

describe('a server without TLS that is not this machine is refused, though a proxy on this machine stands before it:', () => {
  const remote = 'http://influx.example:8086'
  const refused = expect.objectContaining({ code: 'ERR_TARGET_INSECURE' })

  test('by the InfluxDB 2 client', () => {
    expect(() => authInfluxDB({ url: remote, proxyUrl, credentials: 'my-token' })).toThrow(refused)
    authInfluxDB({ url: remote, proxyUrl, credentials: 'my-token', allowInsecure: true })
  })

  test('by the InfluxDB 3 client', async () => {
    expect(() => authInfluxDBClient({ host: remote, proxyUrl, credentials: 'my-token' })).toThrow(refused)
    await authInfluxDBClient({ host: remote, proxyUrl, credentials: 'my-token', allowInsecure: true }).close()
  })
})
