// One request from its first sending to its answer, over the answers alone: what goes along, what is waited for, and what is let go of.

import { afterEach, describe, expect, test, vi } from 'vitest'
import {
  type AuthEvent,
  type AuthorizerOptions,
  createAuthorizer,
  type ExchangeRequest,
  isDeciding,
  isStream,
  RecordHeaders,
  startExchange,
} from './index.ts'

const [a, b] = ['https://a.example', 'https://b.example']
const BOUND = [a, b, 'http://localhost', 'http://127.0.0.1']

afterEach(() => vi.useRealTimers())

/** A request that was begun; each origin has a credential of its own, which is its name. */
async function begin(
  url: string,
  request: Partial<ExchangeRequest> = {},
  options: Partial<AuthorizerOptions> = {},
  given: Record<string, string> = {},
) {
  const events: AuthEvent[] = []
  const asked: string[] = []
  const authorizer = createAuthorizer({
    origin: BOUND,
    credentials: ({ origin }) => {
      asked.push(origin)
      return new URL(origin).host
    },
    onEvent: (event) => events.push(event),
    ...options,
  })
  const headers = new RecordHeaders({ host: 'named', cookie: 'c', ...given })
  const exchange = await startExchange(authorizer, {
    url: new URL(url),
    method: 'GET',
    headers,
    replayable: true,
    redirect: 'follow',
    ...request,
  })
  events.length = 0
  return { exchange, events, asked, sent: () => ({ ...headers.record }) }
}
const answerOf = (status: number, headers: Record<string, string> = {}) => {
  return { status, header: (name: string) => headers[name], discard: vi.fn() }
}
const to = (location: string, status = 302) => answerOf(status, { location })

test('only some statuses can lead to more than an answer', () => {
  const statuses = Array.from({ length: 500 }, (_, index) => index + 100)
  expect(statuses.filter(isDeciding)).toEqual([301, 302, 303, 307, 308, 401, 403, 429, 503])
})

test('another word for what to do with redirects is refused', async () => {
  await expect(begin(a, { redirect: 'never' as 'error' })).rejects.toMatchObject({ code: 'ERR_OPTION_VALUE' })
})

describe('a redirect', () => {
  test('that is refused says to which server it leads, and no more of the address', async () => {
    const { exchange } = await begin(a, { redirect: 'error' })
    await expect(exchange.again(to(`${b}/there?p=s3cret`))).rejects.toMatchObject({
      code: 'ERR_REDIRECT_REFUSED',
      message: `The server redirects to ${b}, and the request says redirect: 'error'`,
    })
  })

  test('within the origin changes nothing, and asks nobody', async () => {
    const { exchange, events, asked, sent } = await begin(a)
    expect(await exchange.again(to('/there'))).toBe(true)
    expect(sent()).toEqual({ host: 'named', cookie: 'c', authorization: 'Token a.example' })
    expect(asked).toEqual([a])
    expect(events).toEqual([{ type: 'sent', origin: a, reason: 'redirect' }])
  })

  test.each([
    [a, b],
    ['http://localhost', a],
    ['http://localhost', 'http://127.0.0.1'],
  ])(
    'from %s to %s, both bound, has the other’s credential, and no host of the caller’s',
    async (from, next) => {
      const { exchange, events, asked, sent } = await begin(from)
      expect(await exchange.again(to(next))).toBe(true)
      expect(sent()).toEqual({ cookie: 'c', authorization: `Token ${new URL(next).host}` })
      expect(asked).toEqual([from, next])
      expect(events).toEqual([
        { type: 'credential-resolved', origin: next, reason: 'request' },
        { type: 'sent', origin: next, reason: 'redirect' },
      ])
    },
  )

  test.each([
    ['out of encryption', a, 'http://localhost', {}],
    ['to another origin', a, 'https://c.example', {}],
    [
      'with a credential of the caller’s, from another origin',
      'https://c.example',
      a,
      { authorization: 'own' },
    ],
    [
      'with a credential of the caller’s, to another origin',
      a,
      'https://c.example',
      { authorization: 'own' },
    ],
  ])('%s drops the credentials for good, and tells', async (_, from, next, given) => {
    const { exchange, events, sent } = await begin(from, {}, {}, given)
    expect(await exchange.again(to(next))).toBe(true)
    expect(sent()).toEqual({})
    expect(events).toEqual([{ type: 'dropped', origin: next, reason: 'redirect' }])
    expect(await exchange.again(to(from))).toBe(true)
    expect(sent()).toEqual({})
    expect(events).toHaveLength(1)
  })

  test('keeps a credential of the caller’s between bound origins', async () => {
    const { exchange, asked, sent } = await begin(a, {}, {}, { authorization: 'own' })
    expect(await exchange.again(to(b))).toBe(true)
    expect(sent()).toEqual({ cookie: 'c', authorization: 'own' })
    expect(asked).toEqual([])
  })

  test('that cannot be followed has the answer let go of first, and as many are as may be', async () => {
    const { exchange } = await begin(a, { maxRedirects: 1 })
    const answers = [to('/1'), to('data:,'), to('/2')]
    expect(await exchange.again(answers[0] as never)).toBe(true)
    await expect(exchange.again(answers[1] as never)).rejects.toMatchObject({ code: 'ERR_REDIRECT_LOCATION' })
    await expect(exchange.again(answers[2] as never)).rejects.toMatchObject({ code: 'ERR_REDIRECT_COUNT' })
    for (const { discard } of answers) expect(discard).toHaveBeenCalledOnce()
  })
})

describe('a busy server', () => {
  const busy = (seconds: string) => answerOf(503, { 'retry-after': seconds })

  test('is waited for, after its answer was let go of', async () => {
    vi.useFakeTimers()
    const { exchange, events } = await begin(a, {}, { retry: true })
    const answer = busy('60')
    let sends: boolean | undefined
    const again = exchange.again(answer).then((value) => {
      sends = value
    })
    await vi.advanceTimersByTimeAsync(59_999)
    expect([sends, answer.discard.mock.calls.length]).toEqual([undefined, 1])
    await vi.advanceTimersByTimeAsync(1)
    await again
    expect(sends).toBe(true)
    expect(events).toEqual([{ type: 'sent', origin: a, reason: 'retry' }])
    // Longer than is waited for: its answer is the caller's.
    const last = busy('61')
    expect(await exchange.again(last)).toBe(false)
    expect(last.discard).not.toHaveBeenCalled()
  })

  test('is waited for until a date', async () => {
    vi.useFakeTimers({ now: Date.UTC(2026, 0, 1) })
    const { exchange } = await begin(a, {}, { retry: true })
    const again = exchange.again(busy(new Date(Date.UTC(2026, 0, 1, 0, 0, 7)).toUTCString()))
    await vi.advanceTimersByTimeAsync(6999)
    expect(vi.getTimerCount()).toBe(1)
    await vi.advanceTimersByTimeAsync(1)
    expect(await again).toBe(true)
  })

  test('is not waited for once the signal aborts', async () => {
    vi.useFakeTimers()
    const controller = new AbortController()
    const { exchange } = await begin(a, { signal: controller.signal }, { retry: true })
    const again = exchange.again(busy('5'))
    controller.abort(new Error('enough'))
    await expect(again).rejects.toThrow('enough')
    expect(vi.getTimerCount()).toBe(0)
  })

  test('is not sent a stream a second time, but what is left when a redirect dropped it', async () => {
    const { exchange } = await begin(a, { method: 'POST', replayable: false }, { retry: true })
    expect(await exchange.again(busy('0'))).toBe(false)
    expect(await exchange.again(to('/there', 303))).toBe(true)
    expect([exchange.method, exchange.bodyDropped]).toEqual(['GET', true])
    expect(await exchange.again(busy('0'))).toBe(true)
  })
})

test('what can be read only once is told by each of the ways to read it', () => {
  for (const once of [{ getReader() {} }, { async *[Symbol.asyncIterator]() {} }, { next() {} }])
    expect(isStream(once)).toBe(true)
})

test.each<[Partial<AuthorizerOptions>, boolean]>([
  [{}, false],
  [{ retry: true }, true],
  [{ onEvent: () => undefined }, true],
  [{ credentials: () => 'x' }, true],
  [{ credentials: { get: () => ({ scheme: 'token', token: 'x' }) } }, true],
])('answers are looked at where they can lead to more: %o', (options, watches) => {
  expect(createAuthorizer({ origin: a, credentials: 'x', ...options }).watchesAnswers).toBe(watches)
})

describe('a refusal', () => {
  const url = new URL(a)

  test('has the provider asked for the same origin, and what it gives sent once', async () => {
    const tokens = ['old', 'new', 'newer']
    const asked: string[] = []
    const credentials = {
      get: ({ origin }: { readonly origin: string }) => {
        asked.push(origin)
        return { scheme: 'token', token: tokens.shift() ?? '' } as const
      },
    }
    const { exchange, sent } = await begin(a, {}, { credentials })
    expect(await exchange.again(answerOf(401))).toBe(true)
    expect([sent().authorization, asked]).toEqual(['Token new', [a, a]])
    expect(await exchange.again(answerOf(401))).toBe(false)
    expect(asked).toHaveLength(2)
  })

  test('has its message read where that can make a difference alone', async () => {
    const message = vi.fn(() => 'read:x is unauthorized')
    const renewed = createAuthorizer({ origin: a, credentials: () => 'x' })
    const fixed = createAuthorizer({ origin: a, credentials: 'x' })
    for (const [authorizer, status, times] of [
      [fixed, 401, 0],
      [renewed, 403, 0],
      [renewed, 500, 0],
      [renewed, 401, 1],
    ] as const) {
      const sent = await authorizer.authorize(url)
      expect(await authorizer.rejected(url, status, sent as never, null, message)).toBeUndefined()
      expect(message).toHaveBeenCalledTimes(times)
    }
  })

  test('of what another made leads to nothing, and other statuses are none', async () => {
    const onEvent = vi.fn()
    const authorizer = createAuthorizer({ origin: a, credentials: () => 'x', onEvent })
    expect(await authorizer.rejected(url, 500, { value: 'Token y' })).toBeUndefined()
    expect(onEvent).not.toHaveBeenCalled()
    expect(await authorizer.rejected(url, 401, { value: 'Token y' })).toBeUndefined()
    expect(onEvent.mock.calls).toEqual([[{ type: 'refused', origin: a, reason: '401' }]])
  })

  test('is not waited for any longer than the signal says, nor is a provider asked once it has aborted', async () => {
    const get = vi.fn(() => ({ scheme: 'token', token: 'x' }) as const)
    const credentials = { get }
    const authorizer = createAuthorizer({ origin: a, credentials })
    const aborted = AbortSignal.abort(new Error('enough'))
    expect(() => authorizer.authorize(url, aborted)).toThrow('enough')
    expect(get).not.toHaveBeenCalled()
    const sent = await authorizer.authorize(url)
    credentials.get = vi.fn(() => new Promise<never>(() => undefined)) as never
    await expect(authorizer.rejected(url, 401, sent as never, aborted)).rejects.toThrow('enough')
  })
})
