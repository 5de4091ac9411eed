// `request.principal` is where handlers look for it, whatever else has been done to Express' request.

import { encodeToken } from '@fluxauth/auth-core'
import { createMemoryStore, createVerifier } from '@fluxauth/auth-core/server'
import express, { type Express, type Request } from 'express'
import express4 from 'express4'
import { describe, expect, test } from 'vitest'
import { guardExpress } from './express.ts'
import { setPrincipal } from './express-principal.ts'
import { listen } from './testing/listen.ts'

const principal = { by: 'token', userID: '1', user: 'joe', permissions: [] } as const

describe.each([
  ['Express 5', express],
  ['Express 4', express4 as unknown as typeof express],
])('the principal of a request of %s', (_, create) => {
  const ask = async (app: Express): Promise<unknown> => {
    const server = await listen(app)
    const headers = { authorization: encodeToken('my-token') }
    const response = await fetch(`${server.origin}/api/me`, { headers })
    await server.close()
    return response.json()
  }
  const makeGuard = async () => {
    const verifier = createVerifier({ store: createMemoryStore() })
    await verifier.tokens.create({ userID: '1', user: 'joe', token: 'my-token', permissions: [] })
    return guardExpress(verifier)
  }

  test('is there in an application that is mounted in the guarded one, and in the one it is mounted in', async () => {
    const { authenticate } = await makeGuard()
    const inner = create()
    const outer = create()
    outer.get('/api/me', (_request, _response, next) => next())
    inner.use(authenticate, (_request, _response, next) => next())
    outer.use('/api', inner)
    outer.get('/api/me', ({ principal }, response) => {
      response.json([principal?.user])
    })
    expect(await ask(outer)).toEqual(['joe'])

    const whole = create().use(authenticate)
    const part = create().get('/me', ({ principal }, response) => {
      response.json([principal?.user])
    })
    whole.use('/api', part)
    expect(await ask(whole)).toEqual(['joe'])
  })

  test('is there on what stands in for the request, and can be set and taken away', async () => {
    const { authenticate } = await makeGuard()
    const app = create().get('/api/me', authenticate, (request, response) => {
      const seen = [
        (Object.create(request) as Request).principal?.user,
        new Proxy(request, {}).principal?.user,
        'principal' in request,
      ]
      request.principal = { ...principal, user: 'zoë' }
      seen.push(request.principal.user)
      Object.assign(request, { principal: undefined })
      seen.push(request.principal === undefined)
      response.json(seen)
    })
    expect(await ask(app)).toEqual(['joe', 'joe', true, 'zoë', true])
  })

  test('is nobody before the guard, and on the next request of the same connection', async () => {
    const { authenticate } = await makeGuard()
    const app = create()
    app.get('/open', ({ principal }, response) => {
      response.json([principal ?? 'nobody'])
    })
    app.get('/api/me', authenticate, ({ principal }, response) => {
      response.json([principal?.user])
    })
    const server = await listen(app)
    const headers = { authorization: encodeToken('my-token') }
    for (const [path, expected] of [
      ['/api/me', 'joe'],
      ['/open', 'nobody'],
      ['/api/me', 'joe'],
      ['/open', 'nobody'],
    ]) {
      expect(await (await fetch(`${server.origin}${path}`, { headers })).json()).toEqual([expected])
    }
    await server.close()
  })
})

test('a request that is none of Express, as tests make them, gets it as a property of its own', () => {
  const request = { rawHeaders: [] } as unknown as Request
  setPrincipal(request, principal)
  expect(Object.entries(request)).toEqual([
    ['rawHeaders', []],
    ['principal', principal],
  ])
  expect('principal' in {}).toBe(false)
})
