// The same small answer from each framework: bare, behind our guard with the rules of a product, and behind the framework's own Basic.

import { timingSafeEqual } from 'node:crypto'
import { createServer } from 'node:http'
import fastifyBasicAuth from '@fastify/basic-auth'
import { createGuard } from '@fluxauth/auth-core/server'
import { guardExpress } from '@fluxauth/auth-node/servers/express'
import { guardFastify } from '@fluxauth/auth-node/servers/fastify'
import { guardHttp, readRequest } from '@fluxauth/auth-node/servers/http'
import { serve } from '@hono/node-server'
import express from 'express'
import expressBasicAuth from 'express-basic-auth'
import fastify from 'fastify'
import { Hono } from 'hono'
import { basicAuth } from 'hono/basic-auth'
import { makeVerifier, TOKEN, USER } from './accounts.js'

/** A Fastify plugin that does nothing, for the instance that registers it. */
const nothing = Object.assign(async () => {}, { [Symbol.for('skip-override')]: true })

const ANSWER = { buckets: [], total: 0 }

async function listening(server) {
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
  return server.address().port
}

/** Each starts a framework's servers and says on which ports they listen. */
export const frameworks = {
  async 'node:http'(product) {
    const body = JSON.stringify(ANSWER)
    const head = { 'content-type': 'application/json', 'content-length': body.length }
    const answer = (_, response) => response.writeHead(200, head).end(body)
    const { protect } = guardHttp(await makeVerifier({ product }))
    return {
      bare: await listening(createServer(answer)),
      again: await listening(createServer(answer)),
      ours: await listening(createServer(protect(answer))),
    }
  },

  async express(product) {
    const answer = (_, response) => response.json(ANSWER)
    const make = async (...guards) => listening(createServer(express().get('/', ...guards, answer)))
    const { authenticate } = guardExpress(await makeVerifier({ product }))
    return {
      bare: await make(),
      again: await make(),
      step: await make((_request, _response, next) => next()),
      ours: await make(authenticate),
      peer: await make(expressBasicAuth({ users: { [USER]: TOKEN } })),
    }
  },

  async fastify(product) {
    const make = async (prepare) => {
      const app = fastify()
      const options = (await prepare?.(app)) ?? {}
      app.get('/', options, async () => ANSWER)
      await app.listen({ host: '127.0.0.1', port: 0 })
      return app.server.address().port
    }
    const verifier = await makeVerifier({ product })
    return {
      bare: await make(),
      again: await make(),
      step: await make(async (app) => {
        await app.register(nothing)
        return { onRequest: (_request, _reply, next) => next() }
      }),
      ours: await make(async (app) => {
        await app.register(guardFastify, { verifier })
        return { onRequest: app.authenticate }
      }),
      peer: await make(async (app) => {
        const same = (a, b) => a.length === b.length && timingSafeEqual(Buffer.from(a), Buffer.from(b))
        await app.register(fastifyBasicAuth, {
          validate: (name, password, _request, _reply, done) =>
            done(same(name, USER) && same(password, TOKEN) ? undefined : new Error('refused')),
        })
        return { onRequest: app.basicAuth }
      }),
    }
  },

  async hono(product) {
    const answer = (context) => context.json(ANSWER)
    const make = async (answer, ...guards) => {
      const app = new Hono().get('/', ...guards, answer)
      return new Promise((resolve) => {
        serve({ fetch: app.fetch, hostname: '127.0.0.1', port: 0 }, ({ port }) => resolve(port))
      })
    }
    const { protect } = createGuard(await makeVerifier({ product }), {
      read: (context) => readRequest(context.env.incoming),
    })
    return {
      bare: await make(answer),
      again: await make(answer),
      step: await make(answer, (_context, next) => next()),
      ours: await make(protect(answer)),
      peer: await make(answer, basicAuth({ username: USER, password: TOKEN })),
    }
  },
}
