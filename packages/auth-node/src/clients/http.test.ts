// Node's http and https pass the shared client suite.

import http, { Agent, createServer } from 'node:http'
import https from 'node:https'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { setTimeout } from 'node:timers/promises'
import { inspect } from 'node:util'
import { type Network, startNetwork, testClient } from '@fluxauth/auth-testkit'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { authHttp } from './http.ts'

testClient(
  'node:http',
  {
    redirects: 'followed',
    redirectModes: true,
    streamsRequests: true,
    streamsAnswers: true,
    signals: true,
    keeps: true,
  },
  ({ ca, lookup, ...options }) => {
    const agents = {
      http: new http.Agent({ keepAlive: true, lookup }),
      https: new https.Agent({ keepAlive: true, lookup, ...(ca && { ca }) }),
    }
    const { request } = authHttp({ ...options, agents })
    return {
      inHand: request,
      async request({ url, ...init }) {
        const response = await request(url, init)
        return { status: response.statusCode ?? 0, body: response, given: response }
      },
      keep({ url, ...given }) {
        const to = new URL(url)
        const init = { ...given, headers: { ...given.headers } }
        return {
          send: async () => (await request(to, init)).resume(),
          change(url) {
            to.href = url
            Object.assign(init, { method: 'DELETE', redirect: 'follow' })
            init.headers['x-mine'] = 'changed'
          },
        }
      },
      async close() {
        agents.http.destroy()
        agents.https.destroy()
      },
    }
  },
)

describe('requests over node:http', () => {
  let network: Network
  beforeAll(async () => {
    network = await startNetwork()
  })
  afterAll(() => network.stop())
  const http = () => authHttp({ origin: network.loopback, credentials: 'my-s3cret' })

  test('say which URL answered, and print as little', async () => {
    const stage = network.stage((_, index) =>
      index === 0
        ? { status: 302, headers: { location: stage.url(network.loopback, 'there') } }
        : { body: 'here' },
    )
    const response = await http().get(`/${stage.id}/`)
    expect(response.url).toBe(stage.url(network.loopback, 'there'))
    expect(await text(response)).toBe('here')
    expect(inspect(response, { depth: 1 })).toContain(
      `ClientRequest GET ${network.loopback}/${stage.id}/there`,
    )
    expect(inspect(response, { depth: 9, showHidden: true })).not.toContain('my-s3cret')
  })

  test('end when nothing comes for so long', async () => {
    const stage = network.stage(() => new Promise(() => undefined))
    const start = performance.now()
    await expect(http().get(stage.url(network.loopback), { timeout: 50 })).rejects.toMatchObject({
      message: expect.stringMatching(/^No answer from .* within 50 ms/),
      code: 'ETIMEDOUT',
    })
    // Node's own agent has a limit of five seconds.
    expect(performance.now() - start).toBeLessThan(3000)
  })

  test('are sent with an agent, or refused before', () => {
    const options = { origin: network.loopback, credentials: 'my-s3cret', agents: { http: {} as never } }
    expect(() => authHttp(options)).toThrow(expect.objectContaining({ code: 'ERR_OPTION_VALUE' }))
  })

  test('are sent with no agent that a mistake elsewhere put on the prototype of all objects', async () => {
    const stage = network.stage(() => ({ body: 'here' }))
    const another = new Agent()
    const { get } = http()
    Object.defineProperty(Object.prototype, 'http', { value: another, configurable: true, writable: true })
    try {
      const response = await get(stage.url(network.loopback))
      expect(await text(response)).toBe('here')
      const { req } = response as unknown as { readonly req: { readonly agent: Agent } }
      expect(req.agent === another).toBe(false)
    } finally {
      delete (Object.prototype as { http?: Agent }).http
    }
  })

  test('stop sending a body that a redirect wants again', async () => {
    const server = createServer((request, response) => {
      request.on('error', () => undefined)
      response.writeHead(307, { location: '/again' }).end()
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    let ended = false
    async function* endless() {
      try {
        for (;;) {
          yield Buffer.alloc(1024)
          await setTimeout(1)
        }
      } finally {
        ended = true
      }
    }
    const { request } = authHttp({ origin, credentials: 'my-s3cret' })
    const answer = request('/', { method: 'POST', body: endless() })
    await expect(answer).rejects.toMatchObject({ code: 'ERR_REDIRECT_BODY' })
    await expect.poll(() => ended).toBe(true)
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  })

  test('that Node refuses when they are sent hold no connection', async () => {
    const agents = { http: new Agent({ keepAlive: true }) }
    const { get } = authHttp({ origin: network.loopback, credentials: 'my-s3cret', agents })
    const sent = get('/', { headers: { trailer: 'x-sum' } })
    await expect(sent).rejects.toMatchObject({ code: 'ERR_HTTP_TRAILER_INVALID' })
    await expect.poll(() => agents.http.sockets).toEqual({})
    // Node 24 keeps for the next what was opened and not written on.
    for (const free of Object.values(agents.http.freeSockets).flatMap((sockets) => sockets ?? [])) {
      expect(free.bytesWritten).toBe(0)
    }
  })

  test('send headers with several values, and bytes', async () => {
    const stage = network.stage(() => ({}))
    await http().request(stage.url(network.loopback), {
      method: 'post',
      headers: { accept: ['text/csv', 'application/json'], 'x-count': 2 },
      body: new TextEncoder().encode('bytes'),
    })
    expect(stage.visits[0]).toMatchObject({
      method: 'POST',
      headers: { accept: 'text/csv, application/json', 'x-count': '2', 'content-length': '5' },
      body: 'bytes',
    })
  })
})
