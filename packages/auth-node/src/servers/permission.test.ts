// A resource can be named by its type and id wherever a permission is required.

import { encodeToken } from '@fluxauth/auth-core'
import { createGuard } from '@fluxauth/auth-core/server'
import express from 'express'
import fastify from 'fastify'
import Koa from 'koa'
import { expect, test } from 'vitest'
import { createMemoryStore } from '../stores/memory.ts'
import { createVerifier } from '../verifier/index.ts'
import { guardExpress } from './express.ts'
import { guardFastify } from './fastify.ts'
import { guardHttp } from './http.ts'
import { guardKoa } from './koa.ts'
import { listen } from './testing/listen.ts'

/** A verifier that knows one token, which may read the bucket `b1` alone. */
async function makeVerifier() {
  const verifier = createVerifier({ store: createMemoryStore() })
  const permissions = [{ action: 'read', resource: { type: 'buckets', id: 'b1' } }] as const
  await verifier.tokens.create({ userID: '1', user: 'joe', token: 'my-token', permissions })
  return verifier
}
type TestVerifier = Awaited<ReturnType<typeof makeVerifier>>

const headers = { authorization: encodeToken('my-token') }
const statusOf = async (listener: Parameters<typeof listen>[0]) => {
  const server = await listen(listener)
  const { status } = await fetch(server.origin, { headers })
  await server.close()
  return status
}

/** The status of a request that needs to read a bucket, or all of them. */
const servers: Record<string, (verifier: TestVerifier, id: string | undefined) => Promise<number>> = {
  'node:http': (verifier, id) =>
    statusOf(guardHttp(verifier).protect((_, response) => response.end(), ['read', 'buckets', id])),
  Express: (verifier, id) => {
    const guard = guardExpress(verifier).requirePermission('read', 'buckets', id)
    return statusOf(express().get('/', guard, (_, response) => void response.end()))
  },
  Koa: (verifier, id) => {
    const app = new Koa().use(guardKoa(verifier).requirePermission('read', 'buckets', id))
    app.use((ctx) => {
      ctx.status = 200
    })
    return statusOf(app.callback())
  },
  Fastify: async (verifier, id) => {
    const app = fastify()
    await app.register(guardFastify, { verifier })
    app.get('/', { onRequest: app.requirePermission('read', 'buckets', id) }, async () => '')
    const { statusCode } = await app.inject({ url: '/', headers })
    await app.close()
    return statusCode
  },
  'the web guard': async (verifier, id) => {
    const handler = createGuard(verifier).protect(() => new Response(), ['read', 'buckets', id])
    return (await handler(new Request('https://api.test/', { headers }))).status
  },
}

test.each(Object.entries(servers))('%s requires one bucket by its id', async (_, ask) => {
  const verifier = await makeVerifier()
  expect(await ask(verifier, 'b1')).toBe(200)
  expect(await ask(verifier, 'b2')).toBe(403)
  expect(await ask(verifier, undefined)).toBe(403)
})
