// Requests that came over no wire: an adapter to a function in the cloud made them of an event, or a test did. They have headers, and no `rawHeaders`.

import { EventEmitter } from 'node:events'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { encodeBasic, encodeToken } from '@fluxauth/auth-core'
import express from 'express'
import express4 from 'express4'
import Koa from 'koa'
import serverless from 'serverless-http'
import { describe, expect, test } from 'vitest'
import { createMemoryStore } from '../stores/memory.ts'
import { createVerifier } from '../verifier/index.ts'
import { guardExpress } from './express.ts'
import { guardHttp } from './http.ts'
import { guardKoa } from './koa.ts'

const joe = { id: '0b501e7e557ab1ed', name: 'joe', password: 'open sesame' }
const passwords = {
  hash: async (password: string) => password,
  verify: async (password: string, hash: string | undefined) => password === hash,
  isOutdated: () => false,
}

async function setUp() {
  const addresses: unknown[] = []
  const errors: unknown[] = []
  const verifier = createVerifier({
    product: 'v2',
    store: createMemoryStore(),
    findUser: () => joe,
    passwords,
    onEvent: (event) => addresses.push('address' in event ? event.address : undefined),
    onError: (error) => errors.push(error),
  })
  const permissions = [{ action: 'read', resource: { type: 'buckets' } }] as const
  const { token } = await verifier.tokens.create({ userID: joe.id, user: joe.name, permissions })
  addresses.length = 0
  return { verifier, addresses, errors, token: encodeToken(token) }
}
type SetUp = Awaited<ReturnType<typeof setUp>>

function expressApp({ verifier }: SetUp, create: typeof express) {
  const guard = guardExpress(verifier)
  const app = create()
  app.get('/read', guard.requirePermission('read', 'buckets'), ({ principal }, response) => {
    response.send(principal?.user)
  })
  app.get('/write', guard.requirePermission('write', 'buckets'), (_, response) => {
    response.send('written')
  })
  app.post('/signin', guard.signIn)
  return app
}

function koaApp({ verifier }: SetUp) {
  const guard = guardKoa(verifier)
  const [read, write] = [
    guard.requirePermission('read', 'buckets'),
    guard.requirePermission('write', 'buckets'),
  ]
  return new Koa().use(async (context, next) => {
    if (context.path === '/signin') return guard.signIn(context, next)
    return (context.path === '/read' ? read : write)(context, async () => {
      context.body = context.state.principal.user
    })
  })
}

/** An event as a cloud's gateway makes it (API Gateway's HTTP API, version 2.0 of its payload). */
function eventOf(method: string, path: string, authorization: string | undefined) {
  const http = { method, path, protocol: 'HTTP/1.1', sourceIp: '192.0.2.1', userAgent: 'test' }
  const headers = { host: 'api.example', ...(authorization && { authorization }) }
  return { version: '2.0', rawPath: path, rawQueryString: '', headers, requestContext: { http } }
}

const apps: Record<string, (up: SetUp) => unknown> = {
  'Express 5': (up) => expressApp(up, express),
  'Express 4': (up) => expressApp(up, express4 as unknown as typeof express),
  Koa: koaApp,
}

describe.each(Object.keys(apps))('%s behind serverless-http', (name) => {
  test('lets in whom it would let in over a wire, and nobody else', async () => {
    const up = await setUp()
    const handle = serverless(apps[name]?.(up) as serverless.Application)
    const ask = async (method: string, path: string, authorization?: string) => {
      const { statusCode, body, headers } = (await handle(eventOf(method, path, authorization), {})) as {
        statusCode: number
        body: string
        headers: { 'set-cookie'?: string }
      }
      return [statusCode, statusCode === 200 ? body : headers['set-cookie']?.split('=', 1)[0]]
    }
    expect(await ask('GET', '/read', up.token)).toEqual([200, 'joe'])
    expect(await ask('GET', '/write', up.token)).toEqual([403, undefined])
    expect(await ask('GET', '/read', encodeToken('another'))).toEqual([401, undefined])
    expect(await ask('GET', '/read')).toEqual([401, undefined])
    expect(await ask('POST', '/signin', encodeBasic('joe', 'open sesame'))).toEqual([
      204,
      'influxdb-oss-session',
    ])
    expect(await ask('POST', '/signin', encodeBasic('joe', 'wrong'))).toEqual([401, undefined])
    expect(new Set(up.addresses)).toEqual(new Set(['192.0.2.1']))
    expect(up.errors).toEqual([])
  })
})

describe('a request that a test made, of method, URL and headers alone', () => {
  async function ask(method: string, url: string, authorization?: unknown) {
    const { verifier, token } = await setUp()
    const guard = guardHttp(verifier)
    const listener =
      url === '/signin'
        ? guard.signIn
        : guard.protect((_, response, { user }) => response.end(user), ['read', 'buckets'])
    const request = { method, url, headers: { authorization: authorization ?? token } }
    const response = Object.assign(new EventEmitter(), {
      setHeader() {},
      appendHeader() {},
      statusCode: 200,
    })
    return new Promise((resolve) => {
      const end = (text: string) => resolve([response.statusCode, response.statusCode === 200 ? text : ''])
      listener(
        request as unknown as IncomingMessage,
        Object.assign(response, { end }) as never as ServerResponse,
      )
    })
  }

  test('is one', async () => {
    expect(await ask('GET', '/read')).toEqual([200, 'joe'])
    expect(await ask('GET', '/read', 'Token another')).toEqual([401, ''])
    expect(await ask('GET', '/read', '')).toEqual([401, ''])
    expect(await ask('GET', '/read', ['Token a', 'Token b'])).toEqual([401, ''])
    expect(await ask('POST', '/signin', encodeBasic('joe', 'open sesame'))).toEqual([204, ''])
    expect(await ask('POST', '/signin', encodeBasic('joe', 'wrong'))).toEqual([401, ''])
  })
})
