// No credential goes in clear through a proxy that only the environment names: a real proxy on this machine notes what reaches it.

import http, { type IncomingMessage, type RequestOptions } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { type Network, startNetwork } from '@fluxauth/auth-testkit'
import axios, { type AxiosHeaders, type InternalAxiosRequestConfig } from 'axios'
import followRedirects from 'follow-redirects'
import {
  Agent,
  EnvHttpProxyAgent,
  getGlobalDispatcher,
  interceptors,
  setGlobalDispatcher,
  fetch as undiciFetch,
} from 'undici'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { authFetch } from '../auth-fetch.ts'
import { authAxios } from './axios.ts'
import { authHttp } from './http.ts'
import { authInfluxDB } from './influxdb-client.ts'
import { authInfluxDBClient } from './influxdb3-client.ts'
import { authDispatcher } from './undici.ts'

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

  test('tunnels through the proxy what goes over https', async () => {
    const instance = axios.create()
    authAxios(instance, { origin: 'https://influx.example', credentials })
    await expect(instance.get('/')).rejects.toThrow()
    expect(seen).toEqual(['CONNECT'])
  })

  test('refuses an axios that would hand it to the proxy as it is', async () => {
    const instance = axios.create()
    authAxios(instance, { origin: 'https://influx.example', credentials })
    const { hostname, port } = new URL(proxyUrl)
    // What axios up to 1.16 makes of a request for https, when the environment or its caller names a proxy.
    let to: RequestOptions = { protocol: 'http:', hostname, port }
    const adapter = async (config: InternalAxiosRequestConfig) => {
      const { transport, headers } = config as { transport: typeof http; headers: AxiosHeaders }
      const options = { ...to, path: config.url ?? '', headers: headers.toJSON() }
      await new Promise((resolve) => transport.request(options as RequestOptions, resolve).end())
      return { status: 200, statusText: '', headers: {}, config, data: '' }
    }
    await expect(instance.get('/', { adapter })).rejects.toMatchObject({ code: 'ERR_TARGET_INSECURE' })
    expect(seen).toEqual([])
    await instance.get('https://elsewhere.example/', { adapter })
    expect(seen).toEqual(['GET undefined'])
    for (const other of [{ hostname: 'proxy.test' }, { port: '8443' }, { protocol: 'http:' }]) {
      to = { protocol: 'https:', hostname: 'influx.example', ...other }
      await expect(instance.get('/', { adapter })).rejects.toMatchObject({ code: 'ERR_TARGET_INSECURE' })
    }
  })
})

type Options = { readonly allowInsecure?: true }
type Call = (origin: string, path: string, options: Options) => Promise<unknown>

/** Whether this Node heeds `NODE_USE_ENV_PROXY`: 22.21 and 24.5 do. */
const nodeHeeds = process.allowedNodeEnvironmentFlags.has('--use-env-proxy')

describe.each<[string, boolean, Record<string, Call>]>([
  [
    'a dispatcher that heeds the environment',
    true,
    {
      async 'authFetch over Node’s fetch'(origin, path, options) {
        await authFetch({ origin, credentials: 'my-token', ...options })(path)
      },
      async 'authFetch over undici’s fetch'(origin, path, options) {
        const fetch = undiciFetch as unknown as typeof globalThis.fetch
        await authFetch({ origin, credentials: 'my-token', fetch, ...options })(path)
      },
      async 'authFetch with a dispatcher of the request'(origin, path, options) {
        const fetch = undiciFetch as unknown as typeof globalThis.fetch
        const dispatcher = new EnvHttpProxyAgent()
        await authFetch({ origin, credentials: 'my-token', fetch, ...options })(path, {
          dispatcher,
        } as unknown as RequestInit)
      },
      async authDispatcher(origin, path, options) {
        const dispatcher = authDispatcher(new EnvHttpProxyAgent(), {
          origin,
          credentials: 'my-token',
          ...options,
        })
        const { body } = await dispatcher.request({ origin: new URL(origin), path, method: 'GET' })
        await body.dump()
      },
      async 'authDispatcher over interceptors'(origin, path, options) {
        const agent = new EnvHttpProxyAgent().compose(interceptors.retry())
        const dispatcher = authDispatcher(agent, { origin, credentials: () => 'my-token', ...options })
        await (await dispatcher.request({ origin, path, method: 'GET' })).body.dump()
      },
      async 'axios over fetch'(origin, path, options) {
        const instance = axios.create({ adapter: 'fetch' })
        authAxios(instance, { origin, credentials: 'my-token', ...options })
        await instance.get(path)
      },
    },
  ],
  [
    'Node’s agents under NODE_USE_ENV_PROXY',
    nodeHeeds,
    {
      async authHttp(origin, path, options) {
        const response = await authHttp({ origin, credentials: 'my-token', ...options }).get(path)
        response.resume()
      },
      async 'authHttp with an agent of the caller’s'(origin, path, options) {
        const agents = { http: proxied() }
        const response = await authHttp({ origin, credentials: 'my-token', agents, ...options }).get(path)
        response.resume()
      },
      async axios(origin, path, options) {
        // Axios itself goes without the proxy where it is told so.
        const proxy = options.allowInsecure ? {} : ({ proxy: false } as const)
        const instance = axios.create({ httpAgent: proxied(), ...proxy })
        authAxios(instance, { origin, credentials: 'my-token', ...options })
        await instance.get(path)
      },
      async 'the InfluxDB 2 client'(url, path, options) {
        const { transport } = authInfluxDB({ url, credentials: 'my-token', ...options })
        await transport.request(path, '', { method: 'GET' })
      },
      async 'the InfluxDB 2 client over follow-redirects'(url, path, options) {
        const transportOptions = { 'follow-redirects': followRedirects }
        const { transport } = authInfluxDB({ url, credentials: 'my-token', transportOptions, ...options })
        await transport.request(path, '', { method: 'GET' })
      },
      async 'the InfluxDB 3 client'(origin, path, options) {
        const host = origin + path
        const influx = authInfluxDBClient({ host, credentials: 'my-token', database: 'db', ...options })
        await influx.write('air t=1')
        await influx.close()
      },
    },
  ],
])('with %s', (_, heeded, calls) => {
  const dispatcher = getGlobalDispatcher()
  const { globalAgent } = http
  beforeEach(() => {
    setGlobalDispatcher(new EnvHttpProxyAgent())
    http.globalAgent = proxied()
  })
  afterEach(() => {
    setGlobalDispatcher(dispatcher)
    http.globalAgent = globalAgent
  })

  test.skipIf(!heeded).each(Object.keys(calls))('%s calls this machine without the proxy', async (name) => {
    const stage = network.stage(() => ({}))
    await calls[name]?.(network.loopback, `/${stage.id}/`, {})
    expect(stage.visits.map(({ headers }) => headers.authorization)).toEqual(['Token my-token'])
    expect(seen).toEqual([])
  })

  test.skipIf(!heeded).each(Object.keys(calls))('%s takes it where plain http is allowed', async (name) => {
    const stage = network.stage(() => ({}))
    await calls[name]?.(network.loopback, `/${stage.id}/`, { allowInsecure: true }).catch(() => undefined)
    expect(seen).toHaveLength(1)
    expect(stage.visits).toEqual([])
  })
})

test('an agent of the caller’s is destroyed with the one that stands beside it, which connects and keeps as it does', async () => {
  let connections = 0
  class Own extends http.Agent {
    override createConnection(...given: Parameters<http.Agent['createConnection']>) {
      connections++
      return super.createConnection(...given)
    }
    override destroy() {
      super.destroy()
      connections = 0
    }
  }
  const stage = network.stage(() => ({}))
  const agent = new Own({ keepAlive: true, proxyEnv: process.env } as http.AgentOptions)
  const { get } = authHttp({ origin: network.loopback, credentials: 'my-token', agents: { http: agent } })
  const visit = async () => {
    const response = await get(`/${stage.id}/`)
    const { socket } = response
    response.resume()
    await new Promise((resolve) => response.once('close', resolve))
    return socket
  }
  const socket = await visit()
  expect(await visit()).toBe(socket)
  expect(connections).toBe(1)
  expect(socket.destroyed).toBe(false)
  agent.destroy()
  expect(socket.destroyed).toBe(true)
  expect(connections).toBe(0)
})

test('an EnvHttpProxyAgent whose parts are elsewhere, one or both, is refused', () => {
  class EnvHttpProxyAgent extends Agent {}
  const options = { origin: network.loopback, credentials: 'my-token' }
  for (const part of ['', '', 'no proxy agent', 'http proxy agent']) {
    const agent = Object.assign(new EnvHttpProxyAgent(), { [Symbol(part)]: new Agent() })
    expect(() => authDispatcher(agent, options)).toThrow(
      expect.objectContaining({ code: 'ERR_TARGET_DISPATCHER' }),
    )
  }
})

test('an EnvHttpProxyAgent takes its proxy to every server that no credential is for', async () => {
  const dispatcher = authDispatcher(new EnvHttpProxyAgent(), {
    origin: network.loopback,
    credentials: 'my-token',
  })
  const request = dispatcher.request({ origin: 'http://elsewhere.test', path: '/', method: 'GET' })
  await request.then(({ body }) => body.dump()).catch(() => undefined)
  expect(seen).toHaveLength(1)
  expect(seen[0]).not.toContain('my-token')
})

test('an EnvHttpProxyAgent without a proxy, whose parts are one, sends as ever', async () => {
  for (const name of ['http_proxy', 'https_proxy']) vi.stubEnv(name, '')
  const stage = network.stage(() => ({}))
  const options = { origin: network.loopback, credentials: 'my-token' }
  const dispatcher = authDispatcher(new EnvHttpProxyAgent(), options)
  const { body } = await dispatcher.request({
    origin: network.loopback,
    path: `/${stage.id}/`,
    method: 'GET',
  })
  await body.dump()
  expect(stage.visits.map(({ headers }) => headers.authorization)).toEqual(['Token my-token'])
})

/** An agent like Node's own under `NODE_USE_ENV_PROXY`. */
function proxied(): http.Agent {
  return new http.Agent({ keepAlive: true, proxyEnv: process.env } as http.AgentOptions)
}

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
