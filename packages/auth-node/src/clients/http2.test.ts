// The clients that speak HTTP/2 by option, over TLS: the same credential, redirects and successor as over HTTP/1.1, and nothing printed.

import { once } from 'node:events'
import { createSecureServer, type Http2SecureServer } from 'node:http2'
import type { AddressInfo } from 'node:net'
import { inspect } from 'node:util'
import axios from 'axios'
import { generate } from 'selfsigned'
import { Agent, Pool, request } from 'undici'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { authAxios } from './axios.ts'
import { authDispatcher } from './undici.ts'

/** What each of two servers was asked for, and with what. */
let seen: string[] = []
const servers: Http2SecureServer[] = []
let ours: string
let other: string

beforeAll(async () => {
  const { private: key, cert } = await generate([{ name: 'commonName', value: 'localhost' }])
  const start = async (name: string): Promise<string> => {
    const server = createSecureServer({ key, cert }, ({ url, method, headers, httpVersion }, response) => {
      const { authorization } = headers
      seen.push(`${name} ${httpVersion} ${method} ${url} ${authorization}`)
      if (url === '/moved') response.writeHead(307, { location: '/data' })
      if (url === '/away') response.writeHead(307, { location: `${other}/data` })
      if (url === '/rotated' && authorization !== 'Token s3cret-2') response.writeHead(401)
      response.end('data')
    }).listen(0, 'localhost')
    await once(server, 'listening')
    servers.push(server)
    return `https://localhost:${(server.address() as AddressInfo).port}`
  }
  ours = await start('ours')
  other = await start('other')
})
afterAll(() => {
  for (const server of servers) server.close()
})

/** What a client has open is closed after each test. */
let close: (() => unknown) | undefined
afterEach(async () => {
  await close?.()
  seen = []
})

/** Each time that it is asked another one. */
function rotated() {
  let asked = 0
  return () => ({ scheme: 'token', token: `s3cret-${++asked}` }) as const
}

const insecureTls = { rejectUnauthorized: false }
const CLIENTS = {
  axios: async (path: string, method: 'GET' | 'POST') => {
    // A session of its own for each, which ends when nothing goes over it any more.
    const http2Options = { ...insecureTls, sessionTimeout: 50 }
    const api = axios.create({ httpVersion: 2, http2Options })
    authAxios(api, { origin: ours, credentials: rotated() })
    const response = await api.request({
      url: ours + path,
      method,
      ...(method === 'POST' && { data: 'points' }),
    })
    return { status: response.status, text: response.data, response }
  },
  undici: async (path: string, method: 'GET' | 'POST') => {
    const agent = new Agent({ allowH2: true, connect: insecureTls })
    close = () => agent.close()
    const dispatcher = authDispatcher(agent, {
      origin: ours,
      credentials: rotated(),
      redirect: 'follow',
    })
    const body = method === 'POST' ? 'points' : null
    const response = await request(ours + path, { dispatcher, method, body })
    return { status: response.statusCode, text: await response.body.text(), response }
  },
  'undici, a pool': async (path: string, method: 'GET' | 'POST') => {
    const pool = new Pool(ours, { allowH2: true, connect: insecureTls })
    close = () => pool.close()
    const dispatcher = authDispatcher(pool, {
      origin: ours,
      credentials: rotated(),
      redirect: path === '/away' ? 'manual' : 'follow',
    })
    const response = await dispatcher.request({ path, method, body: method === 'POST' ? 'points' : null })
    return { status: response.statusCode, text: await response.body.text(), response }
  },
}

describe.each(Object.entries(CLIENTS))('%s', (name, call) => {
  test.each([
    ['GET', '/data', ['ours 2.0 GET /data Token s3cret-1']],
    ['POST', '/data', ['ours 2.0 POST /data Token s3cret-1']],
    ['GET', '/moved', ['ours 2.0 GET /moved Token s3cret-1', 'ours 2.0 GET /data Token s3cret-1']],
    ['GET', '/away', ['ours 2.0 GET /away Token s3cret-1', 'other 2.0 GET /data undefined']],
    ['GET', '/rotated', ['ours 2.0 GET /rotated Token s3cret-1', 'ours 2.0 GET /rotated Token s3cret-2']],
  ] as const)('%s %s', async (method, path, expected) => {
    const { status, text, response } = await call(path, method)
    // A pool goes to its own server alone, and leaves a redirect to another as it is.
    const staysHere = name === 'undici, a pool' && path === '/away'
    expect([status, text]).toEqual([staysHere ? 307 : 200, 'data'])
    expect(seen).toEqual(staysHere ? expected.slice(0, 1) : expected)
    expect(inspect(response, { depth: 12, showHidden: true })).not.toContain('s3cret')
  })
})
