// What never settles, comes late or comes again: whom it holds up, and when a provider is asked once more.

import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { Credentials } from '../index.ts'
import { type Authorization, type AuthorizerOptions, createAuthorizer } from './index.ts'

const origin = 'https://influx.example'
const other = 'https://other.example'
const url = { origin }

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['performance', 'setTimeout', 'clearTimeout'] })
})
afterEach(() => {
  vi.useRealTimers()
})

/** A provider whose answers are given by the test, in the order in which they were asked for. */
function asked(options: Partial<AuthorizerOptions> = {}) {
  const answers: { give(token: string): void; fail(error: Error): void }[] = []
  const origins: string[] = []
  const authorizer = createAuthorizer({
    origin: [origin, other],
    credentials: ({ origin }) => {
      origins.push(origin)
      return new Promise<string>((resolve, reject) => answers.push({ give: resolve, fail: reject }))
    },
    ...options,
  })
  return { authorizer, answers, origins }
}

async function sent(authorization: ReturnType<ReturnType<typeof asked>['authorizer']['authorize']>) {
  return (await authorization) as Authorization
}

test('an answer that can be waited for and is no promise counts', async () => {
  // biome-ignore lint/suspicious/noThenProperty: what is tried here
  const later = { then: (next: (token: string) => unknown) => void next('my-token') } as never
  const { authorizer } = asked({ credentials: () => later })
  expect((await sent(authorizer.authorize(url))).value).toBe('Token my-token')
})

describe('an answer of the provider that never comes', () => {
  test('holds up others for a while only: then it is asked again, once for all', async () => {
    const { authorizer, answers, origins } = asked()
    let first = false
    void sent(authorizer.authorize(url)).then(() => {
      first = true
    })
    const joined = [sent(authorizer.authorize(url)), sent(authorizer.authorize(url))]
    await vi.advanceTimersByTimeAsync(29_999)
    expect(answers).toHaveLength(1)
    await vi.advanceTimersByTimeAsync(1)
    expect(answers).toHaveLength(2)
    answers[1]?.give('second')
    for (const { value } of await Promise.all(joined)) expect(value).toBe('Token second')
    expect(first).toBe(false)
    expect(origins).toEqual([origin, origin])
  })

  test('and that is then failed by the next is told to those who waited for it', async () => {
    const { authorizer, answers, origins } = asked()
    void authorizer.authorize(url)
    const joined = sent(authorizer.authorize(url))
    await vi.advanceTimersByTimeAsync(30_000)
    answers[1]?.fail(new Error('no vault'))
    await expect(joined).rejects.toThrow('no vault')
    void authorizer.authorize({ origin: other })
    await vi.advanceTimersByTimeAsync(60_000)
    void authorizer.authorize({ origin: other })
    await vi.advanceTimersByTimeAsync(0)
    expect(origins).toEqual([origin, origin, other, other])
  })

  test('holds up nobody who comes later', async () => {
    const { authorizer, answers } = asked()
    void authorizer.authorize(url)
    await vi.advanceTimersByTimeAsync(3_600_000)
    const later = sent(authorizer.authorize(url))
    answers[1]?.give('second')
    expect((await later).value).toBe('Token second')
  })

  test('holds up nobody after a 401 either', async () => {
    const { authorizer, answers } = asked()
    const both = [sent(authorizer.authorize(url)), sent(authorizer.authorize(url))]
    answers[0]?.give('old')
    const [one, two] = (await Promise.all(both)) as [Authorization, Authorization]
    void authorizer.rejected(url, 401, one)
    await vi.advanceTimersByTimeAsync(60_000)
    const repeated = authorizer.rejected(url, 401, two)
    await vi.advanceTimersByTimeAsync(0)
    answers.at(-1)?.give('new')
    expect((await repeated)?.value).toBe('Token new')
  })

  test('is as good as the other when it comes first after all', async () => {
    const { authorizer, answers } = asked()
    void authorizer.authorize(url)
    const joined = sent(authorizer.authorize(url))
    await vi.advanceTimersByTimeAsync(30_000)
    expect(answers).toHaveLength(2)
    answers[0]?.give('first')
    expect((await joined).value).toBe('Token first')
  })

  test('is nothing to another origin', async () => {
    const { authorizer, answers } = asked()
    void authorizer.authorize(url)
    const answer = sent(authorizer.authorize({ origin: other }))
    answers[1]?.give('other')
    expect((await answer).value).toBe('Token other')
  })

  test('leaves no timer behind when it comes after all', async () => {
    const { authorizer, answers } = asked()
    const both = [sent(authorizer.authorize(url)), sent(authorizer.authorize(url))]
    answers[0]?.give('token')
    await Promise.all(both)
    expect(vi.getTimerCount()).toBe(0)
  })
})

test('an answer that was asked for before a newer refresh is not taken for the current one', async () => {
  const { authorizer, answers } = asked()
  const begun = [sent(authorizer.authorize(url)), sent(authorizer.authorize(url))]
  answers[0]?.give('old')
  const [one, two] = (await Promise.all(begun)) as [Authorization, Authorization]
  const refreshed = authorizer.rejected(url, 401, one)
  answers[1]?.give('middle')
  expect((await refreshed)?.value).toBe('Token middle')
  const current = sent(authorizer.authorize(url))
  answers[2]?.give('middle')
  const three = await current
  await vi.advanceTimersByTimeAsync(30_000)
  const late = authorizer.rejected(url, 401, two)
  const newest = authorizer.rejected(url, 401, three)
  answers[4]?.give('new')
  expect((await newest)?.value).toBe('Token new')
  answers[3]?.give('middle')
  expect((await late)?.value).toBe('Token new')
})

test('a refresh that failed fails nobody who comes later', async () => {
  const { authorizer, answers } = asked()
  const both = [sent(authorizer.authorize(url)), sent(authorizer.authorize(url))]
  answers[0]?.give('old')
  const [one, two] = (await Promise.all(both)) as [Authorization, Authorization]
  const failed = expect(authorizer.rejected(url, 401, one)).rejects.toThrow('no such file')
  answers[1]?.fail(new Error('no such file'))
  await failed
  const repeated = authorizer.rejected(url, 401, two)
  await vi.advanceTimersByTimeAsync(0)
  answers[2]?.give('new')
  expect((await repeated)?.value).toBe('Token new')
})

test('a promise of invalidate is waited for, and of a listener not: neither ends the process', async () => {
  let token = 'old'
  const authorizer = createAuthorizer({
    origin,
    credentials: {
      get: async (): Promise<Credentials> => ({ scheme: 'token', token }),
      invalidate: async () => {
        await Promise.resolve()
        token = 'new'
      },
    },
    onEvent: async () => {
      throw new Error('observer')
    },
  })
  const first = await sent(authorizer.authorize(url))
  expect((await authorizer.rejected(url, 401, first))?.value).toBe('Token new')
})

describe('a credential that is refused and comes again', () => {
  /** Counts how often what is kept was thrown away. */
  function kept(holdOff?: number) {
    let token = 'kept'
    const invalidate = vi.fn()
    const credentials = { get: (): Credentials => ({ scheme: 'token', token }), invalidate }
    const authorizer = createAuthorizer({ origin: [origin, other], credentials, holdOff })
    const refused = async (to = url) =>
      await authorizer.rejected(to, 401, await sent(authorizer.authorize(to)))
    const change = (next: string): void => {
      token = next
    }
    return { invalidate, refused, change }
  }

  test('is not asked about once more for half a minute, however many requests are refused', async () => {
    const { invalidate, refused } = kept()
    for (let i = 0; i < 20; i++) expect(await refused()).toBeUndefined()
    expect(invalidate).toHaveBeenCalledTimes(1)
    await vi.advanceTimersByTimeAsync(29_999)
    await refused()
    expect(invalidate).toHaveBeenCalledTimes(1)
    await vi.advanceTimersByTimeAsync(1)
    await refused()
    expect(invalidate).toHaveBeenCalledTimes(2)
  })

  test('is held for as long as holdOff says', async () => {
    const { invalidate, refused } = kept(0)
    for (let i = 0; i < 3; i++) await refused()
    expect(invalidate).toHaveBeenCalledTimes(3)
  })

  test('is another once it has changed', async () => {
    const { invalidate, refused, change } = kept()
    await refused()
    change('next')
    await refused()
    expect(invalidate).toHaveBeenCalledTimes(2)
  })

  test('is held for its origin alone', async () => {
    const { invalidate, refused } = kept()
    await refused()
    await refused({ origin: other })
    expect(invalidate).toHaveBeenCalledTimes(2)
  })

  test.each([-1, Number.NaN, '30', Number.POSITIVE_INFINITY])('is not held for %s seconds', (holdOff) => {
    expect(() => kept(holdOff as number)).toThrow(expect.objectContaining({ code: 'ERR_OPTION_VALUE' }))
  })
})
