// Over HTTP/2 a guard refuses while a body still arrives, as often as it is asked, and the connection and the other streams go on.

import { once } from 'node:events'
import { type ClientHttp2Session, connect, createServer, type Http2Server } from 'node:http2'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { encodeToken } from '@fluxauth/auth-core'
import { createMemoryStore, createVerifier, type Verifier } from '@fluxauth/auth-core/server'
import fastify, { type FastifyInstance } from 'fastify'
import Koa from 'koa'
import { describe, expect, test } from 'vitest'
import { guardFastify } from './fastify.ts'
import { guardHttp } from './http.ts'
import { guardKoa } from './koa.ts'

const TOKEN = encodeToken('my-token')

/** Starts a server that gives back what it is sent. */
type Start = (verifier: Verifier) => Promise<Http2Server>

const listen = async (server: Http2Server): Promise<Http2Server> => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return server
}

const servers: Readonly<Record<string, Start>> = {
  'node:http2': (verifier) => {
    const protect = guardHttp(verifier).protect((request, response) => void request.pipe(response))
    return listen(createServer((request, response) => protect(request as never, response as never)))
  },
  Fastify: async (verifier) => {
    const app = fastify({ http2: true }) as unknown as FastifyInstance
    await app.register(guardFastify, { verifier })
    app.removeAllContentTypeParsers()
    app.addContentTypeParser('*', (_request, payload, done) => done(null, payload))
    app.post('/', { onRequest: app.authenticate }, async ({ body }, reply) => reply.send(body))
    await app.listen({ host: '127.0.0.1', port: 0 })
    return app.server as unknown as Http2Server
  },
  Koa: (verifier) => {
    const app = new Koa().use(guardKoa(verifier).authenticate).use((ctx) => {
      ctx.body = ctx.req
    })
    const callback = app.callback()
    return listen(createServer((request, response) => callback(request as never, response as never)))
  },
}

/** Asks for a guarded answer; the body is sent in parts, each after a moment. */
async function ask(client: ClientHttp2Session, authorization: string | undefined, parts: readonly Buffer[]) {
  const stream = client.request({
    ':method': 'POST',
    ':path': '/',
    'content-type': 'text/plain',
    ...(authorization && { authorization }),
  })
  stream.on('error', () => undefined)
  let body = ''
  stream.setEncoding('latin1').on('data', (text) => {
    body += text
  })
  const response = once(stream, 'response')
  const closed = new Promise((resolve) => stream.once('close', resolve))
  for (const part of parts) {
    if (stream.writable) stream.write(part)
    await sleep(1)
  }
  stream.end()
  const [headers] = await response
  await closed
  return { status: headers[':status'], body }
}

describe.each(Object.entries(servers))('over HTTP/2, the guard of %s', (_, start) => {
  test('refuses while a body still arrives, and lets in what comes beside and after it', async () => {
    const verifier = createVerifier({ store: createMemoryStore() })
    await verifier.tokens.create({ userID: '1', user: 'joe', token: 'my-token', permissions: [] })
    const server = await start(verifier)
    const errors: unknown[] = []
    const client = connect(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
    client.on('error', (error) => errors.push(error))
    const big = Array.from({ length: 40 }, () => Buffer.alloc(16_000, 'x'))
    const small = [Buffer.from('one, '), Buffer.from('two')]
    try {
      const answers = await Promise.all(
        Array.from({ length: 20 }, (_, i) =>
          i % 2 ? ask(client, TOKEN, small) : ask(client, i % 4 ? undefined : 'Token wrong', big),
        ),
      )
      for (const [i, { status, body }] of answers.entries()) {
        if (i % 2) expect([status, body]).toEqual([200, 'one, two'])
        else expect([status, body]).toEqual([401, expect.stringContaining('unauthorized access')])
      }
      expect(await ask(client, TOKEN, small)).toEqual({ status: 200, body: 'one, two' })
      expect(errors).toEqual([])
      expect(client.closed || client.destroyed).toBe(false)
    } finally {
      client.destroy()
      server.close()
    }
  })
})
