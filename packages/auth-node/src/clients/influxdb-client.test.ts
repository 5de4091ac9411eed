// The InfluxDB v2 client passes the shared client suite; its write and query APIs use a token that changes while the client lives.

import http from 'node:http'
import https from 'node:https'
import { inspect } from 'node:util'
import {
  type Network,
  type RedirectScenario,
  redirectScenarios,
  startNetwork,
  testClient,
} from '@fluxauth/auth-testkit'
import { HttpError } from '@influxdata/influxdb-client'
import followRedirects from 'follow-redirects'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { fixHeaders } from './influxdb-attempts.ts'
import { authInfluxDB } from './influxdb-client.ts'

testClient(
  '@influxdata/influxdb-client',
  {
    redirects: 'left',
    streamsAnswers: true,
    readsRefusals: true,
    signals: true,
    leavesListeners: true,
    seesUserinfo: false,
    headersOfClient: true,
    keeps: true,
  },
  ({ ca, lookup, origin, headers = { 'x-client': '1' }, ...options }) => {
    const [url = ''] = [origin].flat().map(String)
    const { Agent } = url.startsWith('https') ? https : http
    const agent = new Agent({ keepAlive: true, lookup, ...(ca && { ca }) })
    // A thousand requests at once may take longer than it waits for one.
    const given = { ...options, url, origin, headers, timeout: 30_000, transportOptions: { agent } }
    const influx = authInfluxDB(given)
    const { transport } = influx
    return {
      inHand: influx,
      async request({ url: to, method, headers, body = '', signal }) {
        const { pathname } = new URL(to)
        const sendOptions = { method, headers, ...(signal && { signal }) }
        try {
          const answer = transport.iterate(pathname, `${body}`, sendOptions)
          const { value, done } = await answer.next()
          return { status: 200, body: prepend(done ? [] : [value], answer), given: influx }
        } catch (error) {
          if (!(error instanceof HttpError)) throw error
          return { status: error.statusCode, body: error.body ?? '', given: error }
        }
      },
      keep({ url: to, method, headers, body = '' }) {
        const sendOptions = { method: method as string, headers: { ...headers } as Record<string, string> }
        return {
          send: () => transport.request(new URL(to).pathname, `${body}`, sendOptions),
          change(to) {
            const { hostname, port, origin } = new URL(to)
            sendOptions.method = 'DELETE'
            Object.assign(sendOptions, { hostname, host: hostname, port })
            sendOptions.headers['x-mine'] = 'changed'
            Object.assign(given, { url: to, origin, proxyUrl: to, headers: { 'x-mine': 'changed' } })
            Object.assign(given.transportOptions, { hostname, host: hostname, port })
            Object.assign((influx as unknown as { _options: object })._options, { url: to, proxyUrl: to })
          },
        }
      },
      async close() {
        agent.destroy()
      },
    }
  },
)

async function* prepend<T>(first: readonly T[], rest: AsyncIterable<T>): AsyncGenerator<T> {
  yield* first
  yield* rest
}

describe('with the package follow-redirects', () => {
  let network: Network
  beforeAll(async () => {
    network = await startNetwork()
  })
  afterAll(() => network.stop())

  test('the caller’s beforeRedirect is called as well', async () => {
    const stage = network.stage((_, index) =>
      index === 0 ? { status: 302, headers: { location: stage.url(network.at('other.test')) } } : {},
    )
    const seen: unknown[] = []
    const beforeRedirect = (next: { headers: Record<string, string> }) => {
      seen.push(next.headers['x-mine'])
      next.headers.authorization = 'Token put-back'
    }
    const { lookup, ca } = network
    const { transport } = authInfluxDB({
      url: network.home,
      credentials: 'my-token',
      transportOptions: { 'follow-redirects': followRedirects, lookup, ca, beforeRedirect },
    })
    await transport.request(`/${stage.id}/`, '', { method: 'GET', headers: { 'x-mine': '1' } })
    expect(seen).toEqual(['1'])
    expect(stage.visits.map(({ headers }) => headers.authorization)).toEqual(['Token my-token', undefined])
  })

  // The package leaves nothing out before a redirect that it cannot read, and has limits and loops of its own.
  const followed = ({ refused, bound, method, hops }: RedirectScenario) =>
    !refused && !bound && !method && hops.length < 20
  test.for(redirectScenarios.filter(followed))('$title', async ({ hops, carries }) => {
    const stage = network.stage((_, index) => {
      const [status, location] = hops[index] ?? [200]
      return location ? { status, headers: { location: location(network, `/${stage.id}/`) } } : { status }
    })
    const events: string[] = []
    const { transport } = authInfluxDB({
      url: network.home,
      credentials: 'my-token',
      onEvent: ({ type }) => events.push(type),
      transportOptions: {
        'follow-redirects': followRedirects,
        lookup: network.lookup,
        ca: network.ca,
      },
    })
    await transport.request(`/${stage.id}/`, '', { method: 'GET' })
    expect(stage.visits.map(({ headers }) => headers.authorization === 'Token my-token')).toEqual(carries)
    expect(events.filter((type) => type === 'dropped')).toHaveLength(carries.includes(false) ? 1 : 0)
  })
})

describe('its APIs', () => {
  let network: Network
  beforeAll(async () => {
    network = await startNetwork()
  })
  afterAll(() => network.stop())

  /** A client over one token file that is replaced, whose server knows one token. */
  const living = () => {
    const state = { token: 'old', valid: 'old', body: '' }
    const stage = network.stage(({ headers }) =>
      headers.authorization === `Token ${state.valid}`
        ? { status: state.body ? 200 : 204, body: state.body, headers: { 'content-type': 'text/csv' } }
        : { status: 401, body: '{"code":"unauthorized","message":"unauthorized access"}' },
    )
    const influx = authInfluxDB({
      url: `${network.loopback}/${stage.id}`,
      credentials: () => state.token,
    })
    return { state, stage, influx }
  }

  test('write with the next token after a rotation', async () => {
    const { state, stage, influx } = living()
    const api = influx.getWriteApi('org', 'bucket', 'ns', { flushInterval: 0, maxRetries: 0 })
    api.writeRecord('air,room=a temperature=20')
    await api.flush()
    state.token = state.valid = 'new'
    api.writeRecord('air,room=a temperature=21')
    await api.close()
    expect(stage.visits.map(({ headers, body }) => [headers.authorization, body])).toEqual([
      ['Token old', 'air,room=a temperature=20'],
      ['Token new', 'air,room=a temperature=21'],
    ])
  })

  test('query with the next token after a refusal, in every form of it', async () => {
    const { state, stage, influx } = living()
    state.body =
      '#datatype,string,long,string\n#group,false,false,false\n#default,_result,,\n,result,table,name\n,,0,one\n'
    const api = influx.getQueryApi('org')
    const forms: Record<string, () => Promise<unknown>> = {
      collectRows: () => api.collectRows('buckets()'),
      queryRaw: () => api.queryRaw('buckets()'),
      iterateRows: async () => {
        for await (const { values } of api.iterateRows('buckets()')) return values
        return undefined
      },
    }
    for (const [form, run] of Object.entries(forms)) {
      const before = stage.visits.length
      state.token = 'refused'
      state.valid = form
      const promise = run()
      setImmediate(() => {
        state.token = form
      })
      expect(JSON.stringify(await promise)).toContain('one')
      expect(stage.visits.slice(before).map(({ headers }) => headers.authorization)).toEqual([
        'Token refused',
        `Token ${form}`,
      ])
    }
  })

  test('ask for no other credential where a permission is missing', async () => {
    const refusal = { code: 'unauthorized', message: 'read:orgs/1/buckets is unauthorized' }
    const stage = network.stage(() => ({
      status: 401,
      body: JSON.stringify(refusal),
      headers: { 'content-type': 'application/json' },
    }))
    const credentials = vi.fn(() => `token-${stage.visits.length}`)
    const { transport } = authInfluxDB({ url: `${network.loopback}/${stage.id}`, credentials })
    await expect(transport.request('/', '', { method: 'DELETE' })).rejects.toMatchObject({ statusCode: 401 })
    expect(stage.visits.map(({ method }) => method)).toEqual(['DELETE'])
    expect(credentials).toHaveBeenCalledOnce()
  })

  test('have the credential for the origin that is given alone, and no server without TLS where there is one with', async () => {
    const stage = network.stage(() => ({ status: 204 }))
    const [origin, credentials] = ['https://influx.example', 'my-token']
    const { transport } = authInfluxDB({ url: `${network.loopback}/${stage.id}`, origin, credentials })
    await transport.request('/', '', { method: 'GET' })
    expect(stage.visits.map(({ headers }) => headers.authorization)).toEqual([undefined])
    expect(() => authInfluxDB({ url: 'http://influx.example', origin, credentials })).toThrow(
      expect.objectContaining({ code: 'ERR_TARGET_INSECURE' }),
    )
  })

  test('leave other headers of as many letters as the credential’s as they are', () => {
    const headers = {
      'Cache-Control': 'no-store',
      'If-None-Match': '"a"',
      AUTHORIZATION: 'Token a',
      'X-Mine': '1',
    }
    expect(fixHeaders(headers)).toEqual({
      'Cache-Control': 'no-store',
      'If-None-Match': '"a"',
      authorization: 'Token a',
      'X-Mine': '1',
    })
  })

  test('hand what they receive to an object of a class, at its own pace', async () => {
    const { state, influx } = living()
    state.body = 'rows'
    const seen: unknown[] = await new Promise((resolve, reject) => {
      class Observer {
        readonly #seen: unknown[] = []
        readonly error = reject
        responseStarted(_: unknown, status?: number) {
          this.#seen.push(status)
        }
        next(data: Uint8Array): boolean {
          this.#seen.push(Buffer.from(data).toString())
          return false // until it says so
        }
        useResume(resume: () => void) {
          this.#seen.push('paused')
          setImmediate(resume)
        }
        complete() {
          resolve([...this.#seen, 'complete'])
        }
      }
      influx.transport.send('/', '', { method: 'POST' }, new Observer())
    })
    expect(seen).toEqual([200, 'rows', 'paused', 'complete'])
  })

  test('stop a query that is cancelled while it waits for a busy server', async () => {
    const stage = network.stage(() => ({ status: 503, headers: { 'retry-after': '25' } }))
    const url = `${network.loopback}/${stage.id}`
    const influx = authInfluxDB({ url, credentials: 'my-token', retry: true })
    const start = Date.now()
    await new Promise<void>((complete, error) => {
      influx.getQueryApi('org').queryLines('buckets()', {
        next: () => undefined,
        complete,
        error,
        useCancellable: (cancellable) => setTimeout(() => cancellable.cancel(), 100),
      })
    })
    expect(Date.now() - start).toBeLessThan(10_000)
    expect(stage.visits).toHaveLength(1)
  })

  test('stop a query that is cancelled before its credential is found', async () => {
    const stage = network.stage(() => ({}))
    let give: (token: string) => void = () => undefined
    const credentials = () =>
      new Promise<string>((resolve) => {
        give = resolve
      })
    const influx = authInfluxDB({ url: `${network.loopback}/${stage.id}`, credentials })
    const done = new Promise<void>((complete, error) => {
      let cancel: () => void = () => undefined
      influx.getQueryApi('org').queryLines('buckets()', {
        next: () => undefined,
        complete,
        error,
        useCancellable: (cancellable) => {
          cancel = () => cancellable.cancel()
        },
      })
      cancel()
      setImmediate(() => give('my-token'))
    })
    await done
    expect(stage.visits).toEqual([])
  })

  test.each([
    ['http://joe:s3cret@127.0.0.1', 'ERR_TARGET_USERINFO'],
    ['http://joe:s3cret@127.0.0.1:99999', 'ERR_TARGET_ORIGIN'],
    ['ftp://joe:s3cret@127.0.0.1', 'ERR_TARGET_ORIGIN'],
    ['', 'ERR_TARGET_ORIGIN'],
  ])('refuse %s, and do not show a password', (url, code) => {
    let error: unknown
    try {
      authInfluxDB({ url, credentials: 'x' })
    } catch (thrown) {
      error = thrown
    }
    expect(error).toMatchObject({ code })
    expect(inspect(error)).not.toContain('s3cret')
  })
})
