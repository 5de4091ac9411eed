// undici passes the shared client suite, and drops the credential under and over undici's own redirects too.

import { type Network, redirectScenarios, startNetwork, testClient } from '@fluxauth/auth-testkit'
import { Agent, type Dispatcher, interceptors, request } from 'undici'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { authDispatcher, authInterceptor } from './undici.ts'

type Interceptor = Dispatcher.DispatcherComposeInterceptor

testClient(
  'undici, as a dispatcher',
  {
    redirects: 'left',
    streamsRequests: true,
    streamsAnswers: true,
    signals: true,
    seesUserinfo: false,
  },
  ({ ca, lookup, ...options }) => {
    const agent = new Agent({ connect: { ...(ca && { ca }), lookup } })
    const dispatcher = authDispatcher(agent, options)
    return {
      async request({ url, redirect: _, ...init }) {
        const response = await request(url, { ...init, dispatcher } as Parameters<typeof request>[1])
        return { status: response.statusCode, body: response.body, given: response }
      },
      close: () => dispatcher.destroy(),
    }
  },
)

testClient(
  'undici',
  { redirects: 'followed', streamsRequests: true, streamsAnswers: true, signals: true, seesUserinfo: false },
  ({ ca, lookup, ...options }) => {
    const agent = new Agent({ connect: { ...(ca && { ca }), lookup } })
    const dispatcher = agent.compose(authInterceptor({ ...options, redirect: 'follow' }))
    return {
      async request({ url, redirect: _, ...init }) {
        const response = await request(url, { ...init, dispatcher } as Parameters<typeof request>[1])
        return { status: response.statusCode, body: response.body, given: response }
      },
      close: () => agent.destroy(),
    }
  },
)

describe.each([
  ['under', (auth: Interceptor, redirect: Interceptor) => [auth, redirect]],
  ['over', (auth: Interceptor, redirect: Interceptor) => [redirect, auth]],
])('%s undici’s own redirects', (_, order) => {
  let network: Network
  beforeAll(async () => {
    network = await startNetwork()
  })
  afterAll(() => network.stop())

  test('from https to http, where it is bound to both', async () => {
    const stage = network.stage((_, index) =>
      index === 0 ? { status: 302, headers: { location: stage.url(network.loopback) } } : {},
    )
    const agent = new Agent({ connect: { ca: network.ca, lookup: network.lookup } })
    const auth = authInterceptor({ origin: [network.home, network.loopback], credentials: 'my-token' })
    const dispatcher = agent.compose(order(auth, interceptors.redirect({ maxRedirections: 20 })))
    const send = async (origin: string) => (await request(stage.url(origin), { dispatcher })).body.dump()
    await send(network.home)
    await send(network.loopback)
    await agent.destroy()
    expect(stage.visits.map(({ headers }) => headers.authorization)).toEqual([
      'Token my-token',
      undefined,
      'Token my-token',
    ])
  })

  const followed = redirectScenarios.filter(({ refused, bound, method }) => !refused && !bound && !method)
  test.for(followed)('$title', async ({ hops, carries }) => {
    const stage = network.stage((_, index) => {
      const [status, location] = hops[index] ?? [200]
      // Undici takes a URL that it has seen before for a loop.
      const headers = location && { location: location(network, `/${stage.id}/${index}`) }
      return headers ? { status, headers } : { status }
    })
    const agent = new Agent({ connect: { ca: network.ca, lookup: network.lookup } })
    const auth = authInterceptor({ origin: network.home, credentials: 'my-token' })
    const dispatcher = agent.compose(order(auth, interceptors.redirect({ maxRedirections: 20 })))
    const { body } = await request(stage.url(network.home), { dispatcher })
    await body.dump()
    await agent.destroy()
    expect(stage.visits.map(({ headers }) => headers.authorization === 'Token my-token')).toEqual(carries)
  })
})

test('undici itself refuses what is no URL, and nothing shows its password', async () => {
  const dispatcher = authDispatcher(new Agent(), {
    origin: 'https://localhost:8086',
    credentials: 'my-token',
  })
  const origin = 'http://joe:s3cret@localhost:99999'
  const error = await dispatcher.request({ origin, path: '/', method: 'GET' }).catch((reason) => reason)
  expect(error).toBeInstanceOf(Error)
  expect(error).toMatchObject({ name: expect.not.stringContaining('AssertionError') })
})
