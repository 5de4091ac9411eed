// authFetch against real parts: the credential reaches its server, and a real server accepts it.

import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { inspect } from 'node:util'
import { parseChallenges } from '@fluxauth/auth-core'
import { describeReal, startInfluxdb, startNginx } from '@fluxauth/auth-testkit/real'
import * as undici from 'undici'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { authFetch, OptionsError } from './index.ts'

const USER = { username: 'zoë', password: 'p:ä ß€' }
const wrong = { scheme: 'basic', username: USER.username, password: 'wrong' } as const
const right = { scheme: 'basic', ...USER } as const

test('takes another fetch, and hands it what it was given', async () => {
  const calls: unknown[] = []
  const fetch = authFetch({
    origin: 'https://localhost:8086',
    credentials: 'my-token',
    fetch: async (input, init) => {
      calls.push([input, new Headers(init?.headers).get('authorization'), init?.keepalive])
      return new Response('ok')
    },
  })
  await fetch('/api/v2/buckets', { keepalive: true })
  expect(calls).toEqual([['https://localhost:8086/api/v2/buckets', 'Token my-token', true]])
})

test('refuses what is no fetch, and options that it has not', () => {
  const options = { origin: 'https://localhost:8086', credentials: 'my-token' }
  expect(() => authFetch({ ...options, fetch: {} as never })).toThrow(
    expect.objectContaining({ code: 'ERR_OPTION_VALUE' }),
  )
  expect(() => authFetch({ ...options, redirect: 'error' } as never)).toThrow(
    expect.objectContaining({ code: 'ERR_OPTION_NAME' }),
  )
})

test('what it refuses options with can be named by whoever has this entry alone', () => {
  let error: unknown
  try {
    authFetch({ origin: 'https://localhost:8086', credentials: 'my-token', redirect: 'error' } as never)
  } catch (thrown) {
    error = thrown
  }
  expect(error).toBeInstanceOf(OptionsError)
})

test('takes a Request of another fetch than Node’s', async () => {
  const received: unknown[] = []
  const server = createServer(async (request, response) => {
    let body = ''
    for await (const chunk of request) body += chunk
    received.push([request.method, request.url, request.headers.authorization, body])
    response.end()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const fetch = authFetch({ origin, credentials: 'my-token', fetch: undici.fetch as never })
  const request = new undici.Request(`${origin}/theirs`, { method: 'PUT', body: 'data' })
  expect((await fetch(request as never)).status).toBe(200)
  expect(received).toEqual([['PUT', '/theirs', 'Token my-token', 'data']])
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
})

test('sends a Request again with the dispatcher that it was made with', async () => {
  const server = createServer((request, response) => {
    response.writeHead(request.headers.authorization === 'Token new' ? 200 : 401).end()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  let token = 'old'
  let sent = 0
  const dispatcher = new undici.Agent().compose((dispatch) => (options, handler) => {
    sent++
    return dispatch(options, handler)
  })
  const credentials = {
    get: () => ({ scheme: 'token', token }) as const,
    invalidate: () => {
      token = 'new'
    },
  }
  const fetch = authFetch({ origin, credentials, fetch: undici.fetch as never })
  const request = new undici.Request(`${origin}/`, { dispatcher })
  expect((await fetch(request as never)).status).toBe(200)
  expect(sent).toBe(2)
  await dispatcher.destroy()
  await new Promise((resolve) => server.close(resolve))
})

test('says what is missing where a variable is not set', () => {
  const credentials = process.env.FLUXAUTH_NO_SUCH_VARIABLE as string
  expect(() => authFetch({ origin: 'https://localhost:8086', credentials })).toThrow(/Is the variable set/)
})

test('refuses plain http to another machine before anything is sent', () => {
  expect(() => authFetch({ origin: 'http://influx.example:8086', credentials: 'my-token' })).toThrow(
    expect.objectContaining({ code: 'ERR_TARGET_INSECURE' }),
  )
})

test('shows no credential when the server cannot be reached', async () => {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  const error = await authFetch({ origin: `http://127.0.0.1:${port}`, credentials: 's3cret-token' })(
    '/',
  ).catch((e) => e)
  expect(error).toBeInstanceOf(TypeError)
  expect(inspect(error, { depth: 9, showHidden: true })).not.toContain('s3cret-token')
})

describeReal('InfluxDB 1.6', ['influxdb'], () => {
  let influxdb: Awaited<ReturnType<typeof startInfluxdb>>
  beforeAll(async () => {
    influxdb = await startInfluxdb(USER)
  })
  afterAll(() => influxdb.stop())

  test('accepts the Basic header: a point is written and read back', async () => {
    const fetch = authFetch({ origin: influxdb.url, credentials: right })
    const query = (q: string) =>
      fetch('/query?db=weather', { method: 'POST', body: new URLSearchParams({ q }) })
    expect(await (await query('CREATE DATABASE weather')).json()).toEqual({ results: [{ statement_id: 0 }] })
    const written = await fetch('/write?db=weather', {
      method: 'POST',
      body: 'air,place=roof celsius=21.5 1000000000',
    })
    expect([written.status, await written.text()]).toEqual([204, ''])
    const answer = await (await query('SELECT celsius FROM air')).json()
    expect(answer).toMatchObject({ results: [{ series: [{ values: [['1970-01-01T00:00:01Z', 21.5]] }] }] })
  })

  test('refuses a wrong password, with a challenge that we can read', async () => {
    const response = await authFetch({ origin: influxdb.url, credentials: wrong })('/query?q=SHOW+DATABASES')
    expect(response.status).toBe(401)
    expect(parseChallenges(response.headers.get('www-authenticate') ?? '')).toEqual([
      { scheme: 'basic', params: { realm: 'InfluxDB' } },
    ])
    expect(await response.json()).toEqual({ error: 'authorization failed' })
  })
})

describeReal('nginx auth_basic', ['nginx', 'htpasswd'], () => {
  let nginx: Awaited<ReturnType<typeof startNginx>>
  beforeAll(async () => {
    nginx = await startNginx(USER)
  })
  afterAll(() => nginx.stop())

  test('accepts the same Basic header and refuses a wrong one', async () => {
    expect((await authFetch({ origin: nginx.url, credentials: right })('/')).status).toBe(200)
    expect((await authFetch({ origin: nginx.url, credentials: wrong })('/')).status).toBe(401)
  })
})
