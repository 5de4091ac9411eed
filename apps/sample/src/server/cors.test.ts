// A page of another origin calls a guarded API with a token: on each framework, CORS is answered before the guard, which lets no OPTIONS
// pass that has no credential. In real browsers.

import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createGuard, createVerifier, type Verifier } from '@fluxauth/auth-node/server'
import { guardExpress } from '@fluxauth/auth-node/servers/express'
import { guardFastify } from '@fluxauth/auth-node/servers/fastify'
import { guardHttp } from '@fluxauth/auth-node/servers/http'
import { guardKoa } from '@fluxauth/auth-node/servers/koa'
import { createMemoryStore } from '@fluxauth/auth-node/stores/memory'
import { describeReal, requirePart } from '@fluxauth/auth-testkit/real'
import { getRequestListener } from '@hono/node-server'
import express from 'express'
import fastify from 'fastify'
import { H3 } from 'h3'
import { toNodeHandler } from 'h3/node'
import { Hono } from 'hono'
import Koa from 'koa'
import puppeteer, { type Browser, type Page } from 'puppeteer-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

const TOKEN = 'my-token'

/** What a server says to pages of other origins. To allow any header by `*` would not allow `Authorization`. */
const CORS = {
  'access-control-allow-origin': '*',
  'access-control-allow-headers': 'authorization, content-type',
  'access-control-allow-methods': 'GET, POST, PATCH, DELETE',
}

/** Whether CORS is answered before the guard, or not at all. */
type Place = 'before the guard' | 'nowhere'

/** A server of each framework, whose one route says that it was reached. */
const frameworks: Readonly<
  Record<string, (verifier: Verifier, place: Place) => Promise<RequestListener> | RequestListener>
> = {
  'node:http': (verifier, place) => {
    const answer = guardHttp(verifier).protect((_, response) => response.end('let in'))
    return (request, response) => {
      if (place === 'nowhere') return answer(request, response)
      for (const [name, value] of Object.entries(CORS)) response.setHeader(name, value)
      if (request.method === 'OPTIONS') response.writeHead(204).end()
      else answer(request, response)
    }
  },
  Express: (verifier, place) => {
    const app = express()
    if (place === 'before the guard') {
      app.use((request, response, next) => {
        response.set(CORS)
        if (request.method === 'OPTIONS') response.status(204).end()
        else next()
      })
    }
    app.use(guardExpress(verifier).authenticate)
    app.all('/{*path}', (_, response) => {
      response.send('let in')
    })
    return app
  },
  Fastify: async (verifier, place) => {
    const app = fastify()
    if (place === 'before the guard') {
      app.addHook('onRequest', async (request, reply) => {
        reply.headers(CORS)
        if (request.method === 'OPTIONS') return reply.code(204).send()
      })
    }
    await app.register(guardFastify, { verifier })
    app.addHook('onRequest', app.authenticate)
    app.all('/*', async () => 'let in')
    await app.ready()
    return (request, response) => app.routing(request, response)
  },
  Koa: (verifier, place) => {
    const app = new Koa()
    if (place === 'before the guard') {
      app.use(async (context, next) => {
        context.set(CORS)
        if (context.method === 'OPTIONS') context.status = 204
        else await next()
      })
    }
    app.use(guardKoa(verifier).authenticate)
    app.use((context) => {
      context.body = 'let in'
    })
    return app.callback()
  },
  Hono: (verifier, place) => {
    const guard = createGuard(verifier)
    const app = new Hono()
    if (place === 'before the guard') {
      app.use(async (context, next) => {
        if (context.req.method === 'OPTIONS') return new Response(null, { status: 204, headers: CORS })
        await next()
        for (const [name, value] of Object.entries(CORS)) context.header(name, value)
        return undefined
      })
    }
    app.all('*', ({ req }) => guard.protect(() => new Response('let in'))(req.raw))
    return getRequestListener(app.fetch)
  },
  h3: (verifier, place) => {
    const guard = createGuard(verifier)
    const app = new H3()
    if (place === 'before the guard') {
      app.use(async ({ req }, next) => {
        if (req.method === 'OPTIONS') return new Response(null, { status: 204, headers: CORS })
        const response = (await next()) as Response
        for (const [name, value] of Object.entries(CORS)) response.headers.set(name, value)
        return response
      })
    }
    app.all('/**', ({ req }) => guard.protect(() => new Response('let in'))(req))
    return toNodeHandler(app) as RequestListener
  },
}

const browsers = {
  chromium: () =>
    puppeteer.launch({ executablePath: requirePart('chromium'), args: ['--no-sandbox', '--disable-gpu'] }),
  firefox: () => puppeteer.launch({ browser: 'firefox', executablePath: requirePart('firefox') }),
}

async function listen(listener: RequestListener): Promise<{ server: Server; origin: string }> {
  const server = createServer(listener)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return { server, origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }
}

/** What a page's script gets from another origin. */
const callFrom = (page: Page, origin: string, token: string) =>
  page.evaluate(
    async (url, authorization) => {
      try {
        const response = await fetch(url, { headers: { authorization } })
        return `${response.status} ${response.ok ? await response.text() : ''}`.trim()
      } catch {
        return 'the browser lets the page know nothing'
      }
    },
    `${origin}/api/v2/buckets`,
    `Token ${token}`,
  )

for (const [name, launch] of Object.entries(browsers)) {
  describeReal(`a page of another origin in ${name}`, [name as 'chromium' | 'firefox'], () => {
    let browser: Browser
    let page: Page
    let pages: Awaited<ReturnType<typeof listen>>
    let verifier: Verifier
    beforeAll(async () => {
      pages = await listen((_, response) => response.setHeader('content-type', 'text/html').end('<p>'))
      browser = await launch()
      page = await browser.newPage()
      await page.goto(pages.origin.replace('127.0.0.1', 'localhost'))
      verifier = createVerifier({ product: 'v2', store: createMemoryStore() })
      await verifier.tokens.create({ userID: '1', user: 'joe', token: TOKEN, permissions: [] })
    }, 60_000)
    afterAll(async () => {
      await browser?.close()
      pages?.server.closeAllConnections()
      pages?.server.close()
    })

    describe.each(Object.entries(frameworks))('%s', (_, create) => {
      const started = async (place: Place, look: (origin: string) => Promise<void>) => {
        const { server, origin } = await listen(await create(verifier, place))
        try {
          await look(origin)
        } finally {
          server.closeAllConnections()
          server.close()
        }
      }

      test('is let in with a token, and told why not with another, where CORS is answered before the guard', () =>
        started('before the guard', async (origin) => {
          expect(await callFrom(page, origin, TOKEN)).toBe('200 let in')
          expect(await callFrom(page, origin, 'wrong')).toBe('401')
        }))

      test('is not let in where the guard is asked first: a preflight has no credential', () =>
        started('nowhere', async (origin) => {
          expect(await callFrom(page, origin, TOKEN)).toBe('the browser lets the page know nothing')
          expect((await fetch(origin, { method: 'OPTIONS' })).status).toBe(401)
        }))
    })
  })
}
