// undici passes the shared client suite, and drops the credential under and over undici's own redirects too.

import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import {
  type ClientRequest,
  type KeptRequest,
  type Network,
  redirectScenarios,
  startNetwork,
  testClient,
} from '@fluxauth/auth-testkit'
import { Agent, BalancedPool, Client, Dispatcher, interceptors, Pool, RetryAgent, request } from 'undici'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { connectedTo } from './connected.ts'
import { authDispatcher, authInterceptor } from './undici.ts'

/** A request whose options, and the URL object in them, are its caller's. */
function keep(dispatcher: Dispatcher, { url, method, headers, body }: ClientRequest): KeptRequest {
  const origin = new URL(url)
  const options = { origin, path: origin.pathname, method, headers: { ...headers }, body } as {
    origin: URL
    path: string
    method: Dispatcher.HttpMethod
    headers: Record<string, string>
    body: string
  }
  return {
    send: async () => (await dispatcher.request(options)).body.dump(),
    change(to) {
      origin.href = to
      Object.assign(options, { path: origin.pathname, method: 'DELETE' })
      options.headers['x-mine'] = 'changed'
    },
  }
}

type Interceptor = Dispatcher.DispatcherComposeInterceptor

testClient(
  'undici, as a dispatcher',
  {
    redirects: 'left',
    streamsRequests: true,
    streamsAnswers: true,
    signals: true,
    seesUserinfo: false,
    keeps: true,
  },
  ({ ca, lookup, ...options }) => {
    const agent = new Agent({ connect: { ...(ca && { ca }), lookup } })
    const dispatcher = authDispatcher(agent, options)
    return {
      inHand: dispatcher,
      async request({ url, redirect: _, ...init }) {
        const response = await request(url, { ...init, dispatcher } as Parameters<typeof request>[1])
        return { status: response.statusCode, body: response.body, given: response }
      },
      keep: (asked) => keep(dispatcher, asked),
      close: () => dispatcher.destroy(),
    }
  },
)

testClient(
  'undici',
  {
    redirects: 'followed',
    streamsRequests: true,
    streamsAnswers: true,
    signals: true,
    seesUserinfo: false,
    keeps: true,
  },
  ({ ca, lookup, ...options }) => {
    const agent = new Agent({ connect: { ...(ca && { ca }), lookup } })
    const dispatcher = agent.compose(authInterceptor({ ...options, redirect: 'follow' }))
    return {
      inHand: dispatcher,
      async request({ url, redirect: _, ...init }) {
        const response = await request(url, { ...init, dispatcher } as Parameters<typeof request>[1])
        return { status: response.statusCode, body: response.body, given: response }
      },
      keep: (asked) => keep(dispatcher, asked),
      close: () => agent.destroy(),
    }
  },
)

testClient(
  'undici, as a pool',
  { redirects: 'left', streamsRequests: true, streamsAnswers: true, signals: true, seesUserinfo: false },
  ({ ca, lookup, ...options }) => {
    const [to = ''] = [options.origin].flat().map(String)
    const dispatcher = authDispatcher(new Pool(to, { connect: { ...(ca && { ca }), lookup } }), options)
    return {
      inHand: dispatcher,
      async request({ url, redirect: _, ...init }) {
        const response = await request(url, { ...init, dispatcher } as Parameters<typeof request>[1])
        return { status: response.statusCode, body: response.body, given: response }
      },
      close: () => dispatcher.destroy(),
    }
  },
)

describe.each([
  ['Client', Client],
  ['Pool', Pool],
] as const)('a %s', (_, Connected) => {
  let network: Network
  beforeAll(async () => {
    network = await startNetwork()
  })
  afterAll(() => network.stop())
  const credentials = 'my-token'
  const connect = () => ({ connect: { ca: network.ca, lookup: network.lookup } })
  const sent = ({ visits }: { visits: readonly { headers: Record<string, unknown> }[] }) =>
    visits.map(({ headers }) => headers.authorization)

  test('that is connected to the bound origin needs no origin in its requests', async () => {
    const stage = network.stage(() => ({}))
    const pool = authDispatcher(new Connected(network.home, connect()), { origin: network.home, credentials })
    await (await pool.request({ path: `/${stage.id}/`, method: 'GET' })).body.dump()
    await pool.destroy()
    expect(sent(stage)).toEqual(['Token my-token'])
  })

  test('that is connected elsewhere never gets the credential, whatever a request says', async () => {
    const stage = network.stage(() => ({}))
    const elsewhere = new Connected(network.at('other.test'), connect())
    const pool = authDispatcher(elsewhere, { origin: network.home, credentials })
    await (await pool.request({ path: `/${stage.id}/`, method: 'GET' })).body.dump()
    await (await pool.request({ origin: network.home, path: `/${stage.id}/`, method: 'GET' })).body.dump()
    await (await request(stage.url(network.home), { dispatcher: pool })).body.dump()
    await pool.destroy()
    expect(sent(stage)).toEqual([undefined, undefined, undefined])
  })

  test.each(['before the first request', 'while the provider is asked', 'while it connects'])(
    'sends nothing elsewhere when the URL that it was given changes %s',
    async (when) => {
      const stage = network.stage(() => ({}))
      const to = new URL(network.home)
      const change = () => {
        to.href = network.at('other.test')
      }
      const asked = async () => {
        if (when === 'while the provider is asked') change()
        return credentials
      }
      const pool = authDispatcher(new Connected(to, connect()), { origin: network.home, credentials: asked })
      if (when === 'before the first request') change()
      const answer = pool.request({ path: `/${stage.id}/`, method: 'GET' })
      if (when === 'while it connects') queueMicrotask(() => queueMicrotask(change))
      await answer.then(
        ({ body }) => body.dump(),
        (error) => expect(error).toMatchObject({ code: 'ERR_TARGET_DISPATCHER' }),
      )
      await pool.destroy().catch(() => undefined)
      expect(
        stage.visits.filter(({ origin, headers }) => origin !== network.home && headers.authorization),
      ).toEqual([])
    },
  )

  test('follows a redirect on its server, to the path and the query that it names and no other', async () => {
    const stage = network.stage((_, index) =>
      index === 0 ? { status: 302, headers: { location: `/${stage.id}/there?b=2` } } : {},
    )
    const pool = authDispatcher(new Connected(network.home, connect()), {
      origin: network.home,
      credentials,
      redirect: 'follow',
    })
    const asked = { path: `/${stage.id}/`, method: 'GET', query: { a: 1 } } as const
    await (await pool.request(asked)).body.dump()
    await pool.destroy()
    expect(sent(stage)).toEqual(['Token my-token', 'Token my-token'])
    expect(stage.visits.map(({ path }) => path)).toEqual([`/${stage.id}/?a=1`, `/${stage.id}/there?b=2`])
  })

  test('does not follow a redirect to where it cannot go', async () => {
    const stage = network.stage(() => ({
      status: 302,
      headers: { location: stage.url(network.at('other.test')) },
    }))
    const pool = authDispatcher(new Connected(network.home, connect()), {
      origin: network.home,
      credentials,
      redirect: 'follow',
    })
    const answer = pool.request({ path: `/${stage.id}/`, method: 'GET' })
    await expect(answer).rejects.toMatchObject({ code: 'ERR_REDIRECT_LOCATION' })
    await pool.destroy()
    expect(sent(stage)).toEqual(['Token my-token'])
  })
})

test('a pool of several servers is refused: it does not say where a request goes', () => {
  const origin = 'https://localhost:8086'
  expect(() => authDispatcher(new BalancedPool(origin), { origin, credentials: 'my-token' })).toThrow(
    expect.objectContaining({ code: 'ERR_TARGET_DISPATCHER' }),
  )
})

test('what does not say where it goes is refused by the name of its class, or of one that it is made from, and no other', () => {
  const connected = (name: string) => {
    const named = { [name]: class extends Dispatcher {} }[name] as typeof Dispatcher
    class Own extends named {}
    return [new named(), new Own()].map((each) => {
      try {
        return connectedTo(each)
      } catch (error) {
        return (error as { code?: string }).code
      }
    })
  }
  for (const name of ['RetryAgent', 'Client', 'H2CClient', 'RoundRobinPool']) {
    expect(connected(name), name).toEqual(['ERR_TARGET_DISPATCHER', 'ERR_TARGET_DISPATCHER'])
  }
  for (const name of ['Agent', 'MyRetryAgent', 'RetryAgents', 'MyClient', 'Clients', 'Pools']) {
    expect(connected(name), name).toEqual([undefined, undefined])
  }
})

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

describe('a request whose path is', () => {
  let network: Network
  beforeAll(async () => {
    network = await startNetwork()
  })
  afterAll(() => network.stop())
  const send = async (path: string, scenario = '', method: 'request' | 'connect' = 'request') => {
    const dropped: string[] = []
    const agent = new Agent()
    const dispatcher = authDispatcher(agent, {
      origin: network.loopback,
      credentials: 'my-token',
      onEvent: ({ type, origin }) => type === 'dropped' && dropped.push(origin),
    })
    const headers = { 'x-scenario': scenario }
    const asked = { origin: network.loopback, path, headers }
    const answer =
      method === 'connect'
        ? dispatcher.connect(asked).then(({ socket }) => socket.destroy())
        : dispatcher.request({ method: 'GET', ...asked }).then(({ body }) => body.dump())
    const failed = await answer.catch((error: Error) => error)
    await agent.destroy()
    return { dropped, failed }
  }

  test('a whole URL of the server has the credential', async () => {
    const stage = network.stage(() => ({}))
    expect((await send(stage.url(network.loopback), stage.id)).dropped).toEqual([])
    expect(stage.visits[0]).toMatchObject({
      path: stage.url(network.loopback),
      headers: { authorization: 'Token my-token' },
    })
  })

  test('the URL of another, which the server is to ask as a proxy, goes without, and says so', async () => {
    const stage = network.stage(() => ({}))
    expect((await send(`http://other.test/`, stage.id)).dropped).toEqual(['http://other.test'])
    expect(stage.visits.map(({ headers }) => headers.authorization)).toEqual([undefined])
  })

  test('a URL with a password is refused', async () => {
    const { failed } = await send(network.loopback.replace('//', '//joe:s3cret@'))
    expect(failed).toMatchObject({ code: 'ERR_TARGET_USERINFO' })
  })

  test('whom a tunnel is for goes without, and says so', async () => {
    expect((await send('other.test:443', '', 'connect')).dropped).toEqual([network.loopback])
  })

  test.each(['buckets', '', '*', '@other.test/', 1])('%j is for undici to refuse', async (path) => {
    const { dropped, failed } = await send(path as string)
    expect(failed).toMatchObject({ code: 'UND_ERR_INVALID_ARG' })
    expect(dropped).toEqual([])
  })
})

describe('what is around another dispatcher', () => {
  let network: Network
  beforeAll(async () => {
    network = await startNetwork()
  })
  afterAll(() => network.stop())
  const options = () => ({ origin: network.loopback, credentials: 'my-token' })
  class Around extends (Agent as unknown as new () => Dispatcher) {
    readonly #inner: Dispatcher
    constructor(inner: Dispatcher) {
      super()
      this.#inner = inner
    }
    override dispatch(request: Dispatcher.DispatchOptions, handler: Dispatcher.DispatchHandler): boolean {
      return this.#inner.dispatch(request, handler)
    }
  }

  test('a RetryAgent is refused: what it sends with may go elsewhere', () => {
    expect(() => authDispatcher(new RetryAgent(new Agent()), options())).toThrow(
      expect.objectContaining({ code: 'ERR_TARGET_DISPATCHER', message: expect.stringContaining('around') }),
    )
  })

  test('a RetryAgent around what authDispatcher makes has the credential each time', async () => {
    const stage = network.stage((_, index) => ({ status: index === 0 ? 503 : 200 }))
    const agent = new RetryAgent(authDispatcher(new Agent(), options()), { minTimeout: 1 })
    const path = `/${stage.id}/`
    await (await agent.request({ origin: network.loopback, path, method: 'GET' })).body.dump()
    await agent.destroy()
    expect(stage.visits.map(({ headers }) => headers.authorization)).toEqual([
      'Token my-token',
      'Token my-token',
    ])
  })

  test.each<[string, (inner: Dispatcher) => Dispatcher]>([
    ['RetryAgent', (inner) => new RetryAgent(inner)],
    ['class of one’s own', (inner) => new Around(inner)],
  ])(
    'a %s around a pool that is connected elsewhere never gets it, where the pool is told',
    async (_, around) => {
      const stage = network.stage(() => ({}))
      const pool = new Pool(network.at('other.test'), { connect: { ca: network.ca, lookup: network.lookup } })
      const agent = around(authDispatcher(pool, options()))
      const path = `/${stage.id}/`
      await (await agent.request({ origin: network.loopback, path, method: 'GET' })).body.dump()
      await pool.destroy()
      expect(stage.visits.map(({ headers }) => headers.authorization)).toEqual([undefined])
    },
  )

  test('a class of one’s own is taken to go where a request says', async () => {
    const stage = network.stage(() => ({}))
    const agent = new Agent()
    const dispatcher = authDispatcher(new Around(agent), options())
    const path = `/${stage.id}/`
    await (await dispatcher.request({ origin: network.loopback, path, method: 'GET' })).body.dump()
    await agent.destroy()
    expect(stage.visits[0]?.headers.authorization).toBe('Token my-token')
  })
})

describe('an answer that is thrown away', () => {
  let network: Network
  beforeAll(async () => {
    network = await startNetwork()
  })
  afterAll(() => network.stop())

  test('leaves no timer that keeps a program from ending', async () => {
    const stage = network.stage((_, index) => ({ status: index === 0 ? 401 : 200, body: 'here' }))
    const agent = new Agent()
    const { credentials } = renewed()
    const dispatcher = authDispatcher(agent, { origin: network.loopback, credentials })
    const [started, cleared] = [vi.spyOn(globalThis, 'setTimeout'), vi.spyOn(globalThis, 'clearTimeout')]
    try {
      await (await request(stage.url(network.loopback), { dispatcher })).body.dump()
      const waits = started.mock.results.filter((_, i) => started.mock.calls[i]?.[1] === 1000)
      const timers = cleared.mock.calls.map(([timer]) => timer)
      expect(waits).toHaveLength(1)
      for (const { value } of waits) expect(timers).toContain(value)
    } finally {
      started.mockRestore()
      cleared.mockRestore()
    }
    await agent.destroy()
    expect(stage.visits).toHaveLength(2)
  })

  /** Holds what waits for a second, until it is called. */
  const holdSeconds = () => {
    const { setTimeout: start } = globalThis
    const held: (() => void)[] = []
    const spy = vi.spyOn(globalThis, 'setTimeout').mockImplementation(((end: () => void, wait?: number) => {
      if (wait !== 1000) return start(end, wait)
      held.push(end)
      return start(() => undefined)
    }) as typeof setTimeout)
    return { held, restore: () => spy.mockRestore() }
  }

  test('is cut off once it is long, whatever time it takes', async () => {
    const stage = network.stage((_, index) =>
      index === 0 ? { status: 401, body: endless() } : { body: 'here' },
    )
    async function* endless() {
      for (;;) yield 'no '.repeat(1000)
    }
    const agent = new Agent()
    const { credentials } = renewed()
    const dispatcher = authDispatcher(agent, { origin: network.loopback, credentials })
    const seconds = holdSeconds()
    try {
      const { statusCode, body } = await request(stage.url(network.loopback), { dispatcher })
      expect([statusCode, await body.text()]).toEqual([200, 'here'])
    } finally {
      seconds.restore()
      await agent.destroy()
    }
  })

  test('and was cut off is not taken for the one behind it, which fails', async () => {
    let visits = 0
    const server = createServer((_, response) => {
      if (visits++ > 0) response.destroy()
      else response.writeHead(401).write('n'.repeat(100_000))
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    const agent = new Agent()
    const { credentials } = renewed()
    const dispatcher = authDispatcher(agent, { origin, credentials })
    await expect(request(origin, { dispatcher })).rejects.toMatchObject({ code: 'UND_ERR_SOCKET' })
    expect(visits).toBe(2)
    await agent.destroy()
    server.close()
  })

  /** A credential that is another once it was refused; `later` is called before it is given. */
  function renewed(later: () => Promise<void> = async () => undefined) {
    let refused = false
    const credentials = {
      async get() {
        if (refused) await later()
        return { scheme: 'token', token: refused ? 'new-token' : 'old-token' } as const
      },
      invalidate() {
        refused = true
      },
    }
    return { credentials }
  }

  test('is followed by no other where what is below says that it failed', async () => {
    const origin = 'http://127.0.0.1:9'
    const sent: Dispatcher.DispatchHandler[] = []
    const nothing = () => undefined
    const controller = {
      aborted: false,
      paused: false,
      reason: null,
      abort: nothing,
      pause: nothing,
      resume: () => setImmediate(() => sent[0]?.onResponseEnd?.(controller, {})),
    }
    const error = new RangeError('not mine')
    const { credentials } = renewed(async () => sent[0]?.onResponseError?.(controller, error))
    const send = authInterceptor({ origin, credentials })((_, handler) => sent.push(handler) > 0)
    const failed = vi.fn()
    send(
      { origin, path: '/', method: 'GET' },
      {
        onResponseStart: () => expect.fail('no answer is wanted'),
        onResponseError: (_, error) => failed(error),
      },
    )
    await expect.poll(() => sent.length).toBe(1)
    sent[0]?.onResponseStart?.(controller, 401, {}, '')
    await expect.poll(() => failed.mock.calls).toEqual([[error]])
    await new Promise((resolve) => setTimeout(resolve, 50))
    expect([sent.length, failed.mock.calls.length]).toEqual([1, 1])
  })

  test.each([
    ['while another credential is asked for', 401],
    ['while the server is waited for', 503],
  ])('is followed by no other where the handler aborts the request %s', async (_, status) => {
    const stage = network.stage(() => ({ status, headers: { 'retry-after': '1' }, body: 'no' }))
    const reason = new RangeError('not wanted')
    const failed = vi.fn()
    const agent = new Agent()
    let controller: Dispatcher.DispatchController | undefined
    let asked = false
    let answer = (): void => undefined
    const { credentials } = renewed(
      () =>
        new Promise((resolve) => {
          asked = true
          answer = resolve
        }),
    )
    const dispatcher = authDispatcher(agent, { origin: network.loopback, credentials, retry: true })
    const handler: Dispatcher.DispatchHandler = {
      onRequestStart: (given) => {
        controller = given
      },
      onResponseStart: () => expect.fail('no answer is wanted'),
      onResponseError: (_, error) => failed(error),
    }
    const { pathname } = new URL(stage.url(network.loopback))
    const seconds = holdSeconds()
    try {
      dispatcher.dispatch({ origin: network.loopback, path: pathname, method: 'GET' }, handler)
      // Of two waits the first is for the end of the answer.
      await expect.poll(() => asked || seconds.held.length === 2).toBe(true)
      controller?.abort(reason)
      answer()
      seconds.held[1]?.()
      await expect.poll(() => failed.mock.calls).toEqual([[reason]])
      const { length } = seconds.held
      await new Promise((resolve) => setTimeout(resolve, 50))
      expect([stage.visits.length, failed.mock.calls.length, seconds.held.length]).toEqual([1, 1, length])
    } finally {
      seconds.restore()
      await agent.destroy()
    }
  })
})

test('a handler is given the whole of an answer that was looked at, and is the last', async () => {
  const server = createServer((_, response) => response.writeHead(401, 'Not you').end('no'))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const agent = new Agent()
  const dispatcher = authDispatcher(agent, { origin, credentials: 'my-token', redirect: 'follow' })
  const told: unknown[] = []
  await new Promise<void>((resolve, reject) =>
    dispatcher.dispatch(
      { origin, path: '/', method: 'GET' },
      {
        onRequestStart: () => undefined,
        onResponseStart: (_, status, __, message) => told.push(status, message),
        onResponseData: (_, chunk) => told.push(`${chunk}`),
        onResponseEnd: () => resolve(),
        onResponseError: (_, error) => reject(error),
      },
    ),
  )
  expect(told).toEqual([401, 'Not you', 'no'])
  await agent.destroy()
  server.close()
})

test('a handler of either form is told of a signal that has aborted, and nothing is sent', () => {
  const origin = 'http://127.0.0.1:9'
  const dispatcher = authDispatcher(new Agent(), { origin, credentials: 'my-token' })
  const reason = new RangeError('not wanted')
  const told: unknown[] = []
  const old = { onConnect: () => told.push('onConnect'), onError: (error: Error) => told.push(error) }
  const given = {
    onRequestStart: () => told.push('onRequestStart'),
    onResponseError: (_: unknown, error: Error) => told.push(error),
  }
  for (const handler of [old, given]) {
    const request = { origin, path: '/', method: 'GET', signal: AbortSignal.abort(reason) } as const
    expect(dispatcher.dispatch(request, handler as Dispatcher.DispatchHandler)).toBe(true)
  }
  expect(told).toEqual(['onConnect', reason, 'onRequestStart', reason])
})

test('asks nobody to hold requests back while a credential is waited for', async () => {
  const origin = 'http://127.0.0.1:9'
  const agent = new Agent()
  const dispatcher = authDispatcher(agent, { origin, credentials: () => new Promise(() => undefined) })
  expect(dispatcher.dispatch({ origin, path: '/', method: 'GET' }, {})).toBe(true)
  await agent.destroy()
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

test('takes a connection over for whoever does that, and for nobody else: undici 8 asks before it sends', () => {
  const seen: Dispatcher.DispatchHandler[] = []
  const auth = authInterceptor({ origin: 'http://localhost', credentials: 'my-token' })
  const dispatch = auth((_, handler) => seen.push(handler) > 0)
  const request = { origin: 'http://localhost', path: '/', method: 'GET', upgrade: 'echo' } as const
  const onRequestUpgrade = vi.fn()
  dispatch(request, { onResponseError() {} })
  dispatch(request, { onResponseError() {}, onRequestUpgrade })
  expect(seen.map((handler) => typeof handler.onRequestUpgrade)).toEqual(['undefined', 'function'])
  seen[1]?.onRequestUpgrade?.({} as never, 101, {}, {} as never)
  expect(onRequestUpgrade).toHaveBeenCalledWith({}, 101, {}, {})
})
