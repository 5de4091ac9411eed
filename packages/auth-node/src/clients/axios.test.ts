// axios passes the shared client suite; its own options for credentials and redirects keep their meaning, safely.

import { getEventListeners } from 'node:events'
import http from 'node:http'
import https from 'node:https'
import { Readable, Stream, type Writable } from 'node:stream'
import { inspect } from 'node:util'
import { type Network, startNetwork, testClient } from '@fluxauth/auth-testkit'
import axios, { AxiosError, type InternalAxiosRequestConfig, isAxiosError } from 'axios'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { authAxios } from './axios.ts'

testClient(
  'axios',
  {
    redirects: 'followed',
    streamsRequests: true,
    streamsAnswers: true,
    signals: true,
    headersOfClient: true,
    keeps: true,
  },
  ({ ca, lookup, headers = {}, ...options }) => {
    const httpAgent = new http.Agent({ keepAlive: true, lookup })
    const httpsAgent = new https.Agent({ keepAlive: true, lookup, ...(ca && { ca }) })
    const api = axios.create({ httpAgent, httpsAgent, responseType: 'stream', headers })
    authAxios(api, options)
    return {
      inHand: api,
      async request({ url, method, headers, body, signal }) {
        const data = typeof body === 'object' ? Readable.from(body) : body
        const config = { url, method, headers, ...(data && { data }), ...(signal && { signal }) }
        try {
          const response = await api.request(config)
          return { status: response.status, body: response.data, given: response }
        } catch (error) {
          if (!isAxiosError(error) || !error.response) throw error
          return { status: error.response.status, body: error.response.data, given: error }
        }
      },
      keep({ url, method, headers, body }) {
        const instanceConfig: Record<string, unknown> = {}
        const inner = axios.create({ httpAgent, httpsAgent, adapter: 'http' })
        authAxios(inner, options)
        // Interceptors that run last see, and may keep, the very config that is sent.
        inner.interceptors.request.use((config) => {
          Object.assign(instanceConfig, { config })
          return config
        }, undefined)
        const config = { url, method: method as string, headers: { ...headers }, ...(body && { data: body }) }
        return {
          send: () => inner.request(config),
          change(to) {
            for (const held of [config, instanceConfig.config as typeof config | undefined]) {
              if (!held) continue
              Object.assign(held, { url: to, baseURL: to, method: 'DELETE', maxRedirects: 5 })
              held.headers['x-mine'] = 'changed'
            }
          },
        }
      },
      async close() {
        httpAgent.destroy()
        httpsAgent.destroy()
      },
    }
  },
)

describe('an axios instance', () => {
  let network: Network
  beforeAll(async () => {
    network = await startNetwork()
  })
  afterAll(() => network.stop())
  const instance = () => {
    const api = axios.create()
    const remove = authAxios(api, { origin: network.loopback, credentials: 'my-s3cret' })
    return { api, remove }
  }
  const moved = (location: string) => ({ status: 302, headers: { location } })

  test('resolves relative URLs, with their parameters, against the origin', async () => {
    const stage = network.stage(() => ({ body: '{"ok":true}' }))
    const { data } = await instance().api.get(`/${stage.id}/buckets`, { params: { name: 'a b' } })
    expect(data).toEqual({ ok: true })
    expect(stage.visits[0]?.path).toBe(`/${stage.id}/buckets?name=a+b`)
  })

  test('keeps auth of the request, and drops it when a redirect leads away', async () => {
    const stage = network.stage((_, index) => (index === 0 ? moved(stage.url(network.plain)) : {}))
    const config = { auth: { username: 'zoë', password: 'p' }, lookup: network.lookup as never }
    await instance().api.get(stage.url(network.loopback), config)
    expect(stage.visits.map(({ headers }) => headers.authorization)).toEqual(['Basic em/Dqzpw', undefined])
  })

  test('follows as many redirects as maxRedirects says', async () => {
    const stage = network.stage(() => moved(stage.url(network.loopback)))
    const { api } = instance()
    const to = stage.url(network.loopback)
    await expect(api.get(to, { maxRedirects: 2 })).rejects.toMatchObject({ code: 'ERR_REDIRECT_COUNT' })
    expect(stage.visits).toHaveLength(3)
    await expect(api.get(to, { maxRedirects: 0 })).rejects.toMatchObject({ status: 302 })
    expect(stage.visits).toHaveLength(4)
  })

  test.each(['http', 'fetch'])(
    'reads no redirect that it follows to the end, with the adapter %s',
    async (adapter) => {
      async function* endless() {
        yield 'x'.repeat(65_537)
        await new Promise(() => undefined)
      }
      const stage = network.stage(({ path }) =>
        path.endsWith('/end') ? { body: 'end' } : { ...moved('end'), body: endless() },
      )
      const follow = { adapter, maxContentLength: 3, onDownloadProgress: vi.fn() }
      expect((await instance().api.get(`/${stage.id}/moved`, follow)).data).toBe('end')
      expect(follow.onDownloadProgress).toHaveBeenCalledTimes(1)
      await vi.waitFor(() => expect(stage.visits[0]?.isOpen()).toBe(false))
    },
  )

  test.each(['http', 'fetch'])(
    'gives the whole of what is no redirect, or one that it leaves, with the adapter %s',
    async (adapter) => {
      const { api } = instance()
      for (const status of [201, 300, 302, 401]) {
        const headers = { ...(status !== 302 && { location: 'end' }) }
        const stage = network.stage(() => ({ status, headers, body: 'whole' }))
        expect((await api.get(`/${stage.id}`, { adapter, validateStatus: null })).data).toBe('whole')
      }
      const stage = network.stage(() => ({ ...moved('end'), body: 'moved' }))
      const stay = { adapter, maxRedirects: 0, validateStatus: null }
      expect((await api.get(`/${stage.id}`, stay)).data).toBe('moved')
    },
  )

  test('sends with the caller’s transport, whose request shows no credential while it is under way', async () => {
    let sent: http.ClientRequest | undefined
    const shown: string[] = []
    const stage = network.stage(() => {
      shown.push(inspect(sent, { depth: 9 }))
      return {}
    })
    const transport = {
      request(options: http.RequestOptions, answer: (response: http.IncomingMessage) => void) {
        sent = http.request(options, answer)
        return sent
      },
    }
    await instance().api.get(`/${stage.id}`, { transport })
    expect(shown).toEqual([expect.stringContaining('ClientRequest GET')])
    expect(shown[0]).not.toContain('my-s3cret')
  })

  test('sends a stream of the first Node versions, as of form-data, once', async () => {
    const stage = network.stage(() => ({ ...moved('end'), status: 307 }))
    const data = Object.assign(new Stream(), { pipe: (request: Writable) => request.end('once') })
    await expect(instance().api.post(`/${stage.id}`, data)).rejects.toMatchObject({
      code: 'ERR_REDIRECT_BODY',
    })
    expect(stage.visits.map(({ body }) => body)).toEqual(['once'])
  })

  test('lets go of a refusal that does not end, where it is a stream of the adapter of fetch', async () => {
    async function* endless() {
      yield 'go away'
      await new Promise(() => undefined)
    }
    const stage = network.stage((_, index) => (index === 0 ? { status: 401, body: endless() } : {}))
    const api = axios.create({ adapter: 'fetch', responseType: 'stream' })
    let asked = 0
    authAxios(api, { origin: network.loopback, credentials: () => `token-${asked++}` })
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    try {
      const answer = api.get(stage.url(network.loopback))
      await vi.waitFor(async () => {
        await vi.advanceTimersByTimeAsync(1000)
        expect(stage.visits).toHaveLength(2)
      })
      expect((await answer).status).toBe(200)
    } finally {
      vi.useRealTimers()
    }
  })

  test('has the errors of axios for a status, without the credential, and its own way to allow one', async () => {
    const stage = network.stage(() => ({ status: 418, body: 'teapot' }))
    const { api } = instance()
    const to = stage.url(network.loopback)
    const error = await api.get(to).catch((reason) => reason)
    expect(error).toMatchObject({ name: 'AxiosError', code: 'ERR_BAD_REQUEST', response: { data: 'teapot' } })
    expect(`${inspect(error, { depth: 9 })}${JSON.stringify(error)}`).not.toContain('my-s3cret')
    expect((await api.get(to, { validateStatus: () => true })).status).toBe(418)
  })

  test('shows no credential in a request of fetch, an event, or what an error was made of', async () => {
    const stage = network.stage(() => ({}))
    const { request } = await instance().api.get(`/${stage.id}/`, { adapter: 'fetch' })
    expect(request).toEqual({ method: 'GET', url: stage.url(network.loopback) })
    const adapter = async (config: InternalAxiosRequestConfig) => {
      const response = { status: 500, statusText: '', headers: {}, data: '', config, request: config }
      const cause = new AxiosError('inner', 'ERR_INNER', config, config, response)
      const event = { type: 'error', message: 'outer', target: config }
      throw Object.assign(new AxiosError('outer', 'ERR_OUTER', config, config), { cause, event })
    }
    const error = await instance()
      .api.get('/', { adapter })
      .catch((reason) => reason)
    expect(inspect(error, { depth: 9 })).not.toContain('my-s3cret')
    expect(error).toMatchObject({ code: 'ERR_OUTER', event: { type: 'error', message: 'outer' } })
    expect(error.event.target).toBeUndefined()
  })

  test('is as before when the authentication is taken away', async () => {
    const stage = network.stage(() => ({}))
    const { api, remove } = instance()
    remove()
    await api.get(stage.url(network.loopback))
    expect(stage.visits[0]?.headers.authorization).toBeUndefined()
  })

  test('sends a config again, as packages do that repeat requests, under the same rules', async () => {
    const stage = network.stage((_, index) => ({ status: index === 0 ? 500 : 200 }))
    const api = axios.create()
    const credentials = 'my-s3cret'
    const remove = authAxios(api, { origin: network.loopback, credentials, onExisting: 'error' })
    const error = await api.get(stage.url(network.loopback)).catch((reason) => reason)
    expect((await api.request(error.config)).status).toBe(200)
    remove()
    await api.request(error.config)
    expect(stage.visits.map(({ headers }) => headers.authorization)).toEqual([
      'Token my-s3cret',
      'Token my-s3cret',
      undefined,
    ])
  })

  test.each(['the provider', 'a busy server'])(
    'stops waiting for %s when its cancelToken says so',
    async (what) => {
      const stage = network.stage(() => ({ status: 503, headers: { 'retry-after': '31' } }))
      let waits: (() => void) | undefined
      const waiting = new Promise<void>((resolve) => {
        waits = resolve
      })
      const credentials = () => {
        waits?.()
        return what === 'the provider' ? new Promise<string>(() => undefined) : 'my-s3cret'
      }
      const api = axios.create()
      authAxios(api, { origin: network.loopback, credentials, retry: true })
      const { signal } = new AbortController()
      const { token, cancel } = axios.CancelToken.source()
      const answer = api
        .post(stage.url(network.loopback), 'data', { cancelToken: token, signal })
        .catch((e) => e)
      await waiting
      await vi.waitFor(() => expect(stage.visits).toHaveLength(what === 'the provider' ? 0 : 1))
      cancel('not wanted')
      const error = await answer
      expect(axios.isCancel(error)).toBe(true)
      expect(error).toMatchObject({ message: 'not wanted' })
      expect(getEventListeners(signal, 'abort')).toEqual([])
      expect(stage.visits).toHaveLength(what === 'the provider' ? 0 : 1)
    },
  )

  test.each([false, true])(
    'stops waiting for the provider at its signal, with a cancelToken (%j)',
    async (has) => {
      const api = axios.create()
      const aborter = new AbortController()
      const credentials = () => {
        setImmediate(() => aborter.abort())
        return new Promise<string>(() => undefined)
      }
      authAxios(api, { origin: network.loopback, credentials })
      const { token } = axios.CancelToken.source()
      const { signal } = aborter
      const answer = api.get('/', { signal, ...(has && { cancelToken: token }) })
      await expect(answer).rejects.toSatisfy(axios.isCancel)
      expect(Reflect.get(token, '_listeners') ?? []).toEqual([])
    },
  )

  test('works with the adapter of fetch', async () => {
    const stage = network.stage((_, index) => (index === 0 ? moved(stage.url(network.loopback)) : {}))
    const own = vi.fn(fetch)
    await instance().api.get(stage.url(network.loopback), { adapter: 'fetch' })
    await instance().api.get(stage.url(network.loopback), { adapter: 'fetch', env: { fetch: own } })
    expect(own).toHaveBeenCalledTimes(1)
    expect(stage.visits.map(({ headers }) => headers.authorization)).toEqual([
      'Token my-s3cret',
      'Token my-s3cret',
      'Token my-s3cret',
    ])
  })
})
