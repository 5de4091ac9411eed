// The connection: whom the credential goes to, what is read of an answer, how long one may take, and that nothing shows the credential.

import { getEventListeners } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { inspect } from 'node:util'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { createAuthorizer, withAuth } from '../client/index.ts'
import type { AuthError } from '../errors.ts'
import {
  authorizations,
  type CallOptions,
  type Influx,
  type InfluxOptions,
  influxApi,
  me,
  signIn,
  signOut,
  v1Users,
  v3Tokens,
} from './index.ts'
import { fakeFetch, ME, refusal, UNAUTHORIZED, URL_OF_FAKE as url } from './testing/fake-fetch.ts'

const SECRET = 's3cret-token=='

function codeOf(run: () => unknown): string {
  try {
    run()
  } catch (error) {
    expect(inspect(error)).not.toContain('s3cret')
    return (error as AuthError).code
  }
  return expect.fail('should have been refused')
}

describe('the url', () => {
  test.each([
    ['http://127.0.0.1:8086', '/api/v2/me'],
    ['http://127.0.0.1:8086/', '/api/v2/me'],
    ['http://127.0.0.1:8086/influx', '/influx/api/v2/me'],
    ['http://127.0.0.1:8086/a/influx//', '/a/influx/api/v2/me'],
    [new URL('https://influx.example/in%20flux'), '/in%20flux/api/v2/me'],
    [{ href: 'https://influx.example/influx' }, '/influx/api/v2/me'],
  ])('%s keeps its path', async (url, path) => {
    const fetch = fakeFetch(() => [200, ME])
    await me(influxApi({ url, fetch }))
    expect(fetch.sent[0]?.path).toBe(path)
  })

  test.each<[unknown, string]>([
    ['', 'ERR_TARGET_URL'],
    [undefined, 'ERR_TARGET_URL'],
    ['localhost:8086', 'ERR_TARGET_URL'],
    ['ftp://localhost', 'ERR_TARGET_URL'],
    [{}, 'ERR_TARGET_URL'],
    [Symbol('url'), 'ERR_TARGET_URL'],
    ['http://influx.example', 'ERR_TARGET_INSECURE'],
    ['http://joe:s3cret@localhost:8086', 'ERR_TARGET_USERINFO'],
    ['http://localhost:8086/?token=s3cret', 'ERR_TARGET_URL'],
    ['http://localhost:8086/#s3cret', 'ERR_TARGET_URL'],
  ])('%s is refused', (url, code) => {
    expect(codeOf(() => influxApi({ url } as InfluxOptions))).toBe(code)
  })

  test('of plain http leaves this machine where that is allowed', () => {
    expect(influxApi({ url: 'http://influx.example', allowInsecure: true }).url).toBe('http://influx.example')
  })
})

test.each(['@evil.example/x', '.evil.example/x', ':1@evil.example/x', 'evil.example', ':1/x', ''])(
  'a path such as %j leads nowhere else',
  async (path) => {
    for (const base of [url, 'https://influx.example', 'https://influx.example/influx']) {
      const fetch = fakeFetch(() => [200, ME])
      const influx = influxApi({ url: base, credentials: SECRET, fetch })
      await influx.send({ path }).catch((error) => expect(inspect(error)).not.toContain('s3cret'))
      const hosts = fetch.sent.map(({ url }) => new URL(url).origin)
      expect(hosts.filter((host) => host !== new URL(base).origin)).toEqual([])
    }
  },
)

test.each<[object, string]>([
  [{ credential: SECRET }, 'ERR_OPTION_NAME'],
  [{ timeout: 0 }, 'ERR_OPTION_VALUE'],
  [{ timeout: Number.NaN }, 'ERR_OPTION_VALUE'],
  [{ timeout: 3_000_000 }, 'ERR_OPTION_VALUE'],
  [{ fetch: 's3cret' }, 'ERR_OPTION_VALUE'],
  [{ signal: {} }, 'ERR_OPTION_VALUE'],
  [{ allowInsecure: 'true' }, 'ERR_OPTION_VALUE'],
  [{ credentials: undefined }, 'ERR_CREDENTIALS_TYPE'],
  [{ credentials: null }, 'ERR_CREDENTIALS_TYPE'],
  [{ credentials: '' }, 'ERR_TOKEN_SYNTAX'],
  [{ credentials: 'Token s3cret' }, 'ERR_TOKEN_SYNTAX'],
  [{ credentials: { scheme: 'Token', token: 's3cret' } }, 'ERR_CREDENTIALS_SCHEME'],
  [{ credentials: { user: {}, origin: url } }, 'ERR_CREDENTIALS_SCHEME'],
])('%j would not do what was meant', (options, code) => {
  expect(codeOf(() => influxApi({ url, ...options } as InfluxOptions))).toBe(code)
})

test('credentials that cannot be sent say what to write instead, as those of createAuthorizer', () => {
  expect(() => influxApi({ url, credentials: 'Token s3cret' })).toThrow("without 'Token' before it")
  expect(() => influxApi({ url }).as(undefined as never)).toThrow('Is the variable set')
})

test.each<[string, InfluxOptions['credentials'], string | undefined]>([
  ['a token', SECRET, `Token ${SECRET}`],
  ['Bearer', { scheme: 'bearer', token: SECRET }, `Bearer ${SECRET}`],
  ['Basic', { scheme: 'basic', username: 'joe', password: 's3cret' }, 'Basic am9lOnMzY3JldA=='],
  ['a function', async () => SECRET, `Token ${SECRET}`],
  ['a provider', { get: () => ({ scheme: 'token', token: SECRET }) }, `Token ${SECRET}`],
])('%s is sent, and nothing that holds it shows it', async (_, credentials, authorization) => {
  const fetch = fakeFetch(() => [200, ME])
  const influx = influxApi({ url, credentials, fetch } as InfluxOptions)
  await me(influx)
  expect(fetch.sent[0]?.headers.authorization).toBe(authorization)
  expect(fetch.sent[0]?.init.redirect).toBe('manual')
  for (const shown of [inspect(influx, { depth: 9, showHidden: true }), JSON.stringify(influx)]) {
    expect(shown).not.toMatch(/s3cret|am9l/)
  }
})

test('a fetch that adds the credential itself works, and there is none where none is given', async () => {
  const bare = fakeFetch(() => [200, ME])
  const fetch = withAuth(bare, createAuthorizer({ origin: url, credentials: SECRET }))
  await me(influxApi({ url, fetch }))
  await me(influxApi({ url, fetch: bare }))
  expect(bare.sent.map(({ headers }) => headers.authorization)).toEqual([`Token ${SECRET}`, undefined])
})

describe('a refused credential', () => {
  const refuseOld = () =>
    fakeFetch(({ headers }) => (headers.authorization === 'Token new' ? [200, ME] : UNAUTHORIZED))

  test('is asked for anew, and the request sent again with another', async () => {
    let token = 'old'
    const refused: unknown[] = []
    const fetch = refuseOld()
    const influx = influxApi({
      url,
      fetch,
      credentials: {
        get: () => ({ scheme: 'token', token }),
        invalidate(credentials) {
          refused.push(credentials)
          token = 'new'
        },
      },
    })
    expect((await me(influx)).name).toBe('zoë')
    expect(refused).toEqual([{ scheme: 'token', token: 'old' }])
    expect(fetch.sent).toHaveLength(2)
  })

  test('that comes once more is given up, and not asked for again at each request', async () => {
    let asked = 0
    const influx = influxApi({
      url,
      fetch: refuseOld(),
      credentials: { get: () => ({ scheme: 'token', token: 'old' }), invalidate: () => void asked++ },
    })
    for (let i = 0; i < 10; i++) await expect(me(influx)).rejects.toMatchObject({ reason: 'credential' })
    expect(asked).toBe(1)
  })

  test('is asked for anew once, however many requests were refused with it, and whenever their answers come', async () => {
    const asked: string[] = []
    let token = 'old'
    const answers: (() => void)[] = []
    const fetch = refuseOld()
    const influx = influxApi({
      url,
      fetch: async (target: string | URL | Request, init?: RequestInit) => {
        const answer = await fetch(target as string, init as RequestInit)
        if (token === 'old' && answers.length < 5) await new Promise<void>((resolve) => answers.push(resolve))
        return answer
      },
      credentials: {
        async get() {
          asked.push(`get ${token}`)
          return { scheme: 'token', token }
        },
        async invalidate() {
          asked.push('invalidate')
          await new Promise((resolve) => setTimeout(resolve, 5))
          token = 'new'
        },
      },
    })
    const calls = Array.from({ length: 10 }, () => me(influx))
    await Promise.all(calls.slice(5))
    // Five answers are late: what they refuse was renewed meanwhile.
    for (const answer of answers) answer()
    expect((await Promise.all(calls)).map(({ name }) => name)).toEqual(Array(10).fill('zoë'))
    expect(asked).toEqual([...Array(10).fill('get old'), 'invalidate', 'get new'])
    expect((await me(influx)).name).toBe('zoë')
    expect(asked).toHaveLength(13)
  })

  test('of which there was no other is told to all who wait, and asked for again at the next', async () => {
    let asked = 0
    const influx = influxApi({
      url,
      fetch: refuseOld(),
      credentials: {
        get: () => ({ scheme: 'token', token: 'old' }),
        async invalidate() {
          asked++
          throw new Error('no vault')
        },
      },
    })
    const results = await Promise.allSettled(Array.from({ length: 5 }, () => me(influx)))
    expect(results.map((result) => result.status === 'rejected' && result.reason.message)).toEqual(
      Array(5).fill('no vault'),
    )
    expect(asked).toBe(1)
    await expect(me(influx)).rejects.toThrow('no vault')
    expect(asked).toBe(2)
  })

  test('that its successor was refused as well is renewed once more', async () => {
    const tokens = ['old', 'older', 'new']
    const influx = influxApi({
      url,
      fetch: refuseOld(),
      credentials: {
        get: () => ({ scheme: 'token', token: tokens[0] ?? '' }),
        invalidate: () => void tokens.shift(),
      },
    })
    await expect(me(influx)).rejects.toMatchObject({ reason: 'credential' })
    expect((await me(influx)).name).toBe('zoë')
    expect(tokens).toEqual(['new'])
  })

  test('is one that the server does not know: a missing permission is not', async () => {
    let asked = 0
    const influx = influxApi({
      url,
      fetch: fakeFetch(() => refusal(401, 'unauthorized', 'read:users/1f is unauthorized')),
      credentials: { get: () => ({ scheme: 'token', token: 'old' }), invalidate: () => void asked++ },
    })
    await expect(me(influx)).rejects.toMatchObject({ reason: 'permission' })
    expect(asked).toBe(0)
  })
})

describe('a request', () => {
  const permissions = [{ action: 'read', resource: { type: 'buckets', id: '1f' } }] as const

  test('says that it wants JSON, and that it brings some where it does', async () => {
    const fetch = fakeFetch(() => [200, { id: '1f', permissions }])
    const influx = influxApi({ url, fetch })
    await authorizations.get(influx, '1f')
    await authorizations.create(influx, { orgID: '2e', permissions })
    const accept = 'application/json'
    expect(fetch.sent.map(({ headers }) => headers)).toEqual([{ accept }, { accept, 'content-type': accept }])
  })

  test('is not led to another place, or user, by what follows its server', async () => {
    const fetch = fakeFetch(() => [200, ME])
    const influx = influxApi({ url, fetch, credentials: SECRET })
    for (const path of ['@127.0.0.1:8086/x', '@evil.example/x']) {
      await expect(influx.send({ path })).rejects.toMatchObject({ code: 'ERR_TARGET_URL' })
    }
    expect(fetch.sent).toHaveLength(0)
  })

  test.each<[string, (influx: Influx, options: CallOptions) => Promise<unknown>]>([
    ['me', me],
    ['signIn', (influx, options) => signIn(influx, { username: 'a', password: 'b' }, options)],
    ['signOut', signOut],
    ['authorizations.list', (influx, options) => authorizations.list(influx, {}, options)],
    ['authorizations.get', (influx, options) => authorizations.get(influx, '1f', options)],
    [
      'authorizations.create',
      (influx, options) => authorizations.create(influx, { orgID: '2e', permissions }, options),
    ],
    ['authorizations.update', (influx, options) => authorizations.update(influx, '1f', {}, options)],
    ['authorizations.delete', (influx, options) => authorizations.delete(influx, '1f', options)],
    [
      'v1Users.setPassword',
      (influx, options) => v1Users.setPassword(influx, { id: '1f', password: 'long enough' }, options),
    ],
    ['v3Tokens.createOperator', v3Tokens.createOperator],
    ['v3Tokens.regenerateOperator', v3Tokens.regenerateOperator],
    ['v3Tokens.create', (influx, options) => v3Tokens.create(influx, { name: 'x' }, options)],
    ['v3Tokens.delete', (influx, options) => v3Tokens.delete(influx, 'x', options)],
  ])('of %s is not sent once its signal has aborted', async (_, call) => {
    const fetch = fakeFetch(() => [200, ME])
    const signal = AbortSignal.abort(new Error('no'))
    await expect(call(influxApi({ url, fetch }), { signal })).rejects.toThrow('no')
    expect(fetch.sent).toHaveLength(0)
  })

  test('leaves no timer and no listener behind', async () => {
    vi.useFakeTimers()
    try {
      const [ofAll, ofCall] = [new AbortController().signal, new AbortController().signal]
      for (const reply of [[200, ME], UNAUTHORIZED] as const) {
        const influx = influxApi({ url, fetch: fakeFetch(() => reply), signal: ofAll })
        await me(influx, { signal: ofCall }).catch(() => undefined)
      }
      expect(vi.getTimerCount()).toBe(0)
      for (const signal of [ofAll, ofCall]) expect(getEventListeners(signal, 'abort')).toEqual([])
    } finally {
      vi.useRealTimers()
    }
  })
})

describe('an answer', () => {
  test('is read as far as InfluxDB may go on: a list may be long, and a refusal not', async () => {
    const long = 'x'.repeat(70_000)
    const cancel = vi.fn()
    for (const whole of [true, false]) {
      const answer = (status: number, body: object) => async () => {
        const text = JSON.stringify(body)
        const half = new TextEncoder().encode(text.slice(0, 68_000))
        const rest = new TextEncoder().encode(text.slice(68_000))
        const parts = [half, rest]
        const stream = new ReadableStream({
          pull: (controller) => {
            const part = parts.shift()
            if (part) controller.enqueue(part)
            else controller.close()
          },
          cancel,
        })
        return whole
          ? { status, headers: new Headers(), text: async () => text }
          : new Response(stream, { status })
      }
      const good = influxApi({ url, fetch: answer(200, { ...ME, long }) })
      expect(await me(good)).toMatchObject({ id: ME.id })
      expect(cancel).not.toHaveBeenCalled()
      const error = await me(influxApi({ url, fetch: answer(400, { message: long }) })).catch(
        (error) => error,
      )
      expect(error).toMatchObject({ code: 'ERR_INFLUX_REFUSED', reason: 'invalid', serverMessage: undefined })
    }
    expect(cancel).toHaveBeenCalledOnce()
  })

  const ask = (reply: Parameters<typeof fakeFetch>[0]) =>
    me(influxApi({ url, credentials: SECRET, fetch: fakeFetch(reply) }))

  test.each([301, 302, 303, 307, 308, 300, 304])('of %i is not followed', async (status) => {
    const fetch = fakeFetch(() => [status, undefined, { location: 'https://evil.example/' }])
    await expect(me(influxApi({ url, credentials: SECRET, fetch }))).rejects.toMatchObject({
      code: 'ERR_REDIRECT_REFUSED',
    })
    expect(fetch.sent).toHaveLength(1)
  })

  test('of a redirect that a browser does not show is told the same way', async () => {
    const fetch = async () => ({ status: 0, type: 'opaqueredirect', headers: new Headers(), body: null })
    await expect(me(influxApi({ url, fetch }))).rejects.toMatchObject({ code: 'ERR_REDIRECT_REFUSED' })
  })

  test.each<[string, unknown]>([
    ['a page', '<!doctype html><title>InfluxDB</title>'],
    ['nothing', undefined],
    ['a list', []],
    ['null', null],
    ['other JSON', { id: 7 }],
  ])('that is %s is none of InfluxDB’s', async (_, body) => {
    await expect(ask(() => [200, body === null ? 'null' : body])).rejects.toMatchObject({
      code: 'ERR_INFLUX_ANSWER',
    })
  })

  test('that repeats the credential does not make the error show it', async () => {
    for (const said of [`Token ${SECRET}`, SECRET, `token=${SECRET}`]) {
      const error = await ask(() => refusal(401, said, `you sent ${said}`)).catch((error) => error)
      expect(error).toMatchObject({ reason: 'credential' })
      expect(inspect(error)).not.toContain(SECRET)
    }
  })

  test('in Basic is not shown either, encoded or not', async () => {
    const credentials = { scheme: 'basic', username: 'joe', password: 'pass=word' } as const
    const fetch = fakeFetch(({ headers }) => refusal(401, 'x', `${headers.authorization} pass=word`))
    const error = await me(influxApi({ url, fetch, credentials })).catch((error) => error)
    expect(inspect(error)).not.toMatch(/pass=word|am9l/)
  })

  test('that never comes ends as the connection, or the call, says', async () => {
    const fetch = () => new Promise<Response>(() => undefined) // heeds no signal
    const late = influxApi({ url, fetch, timeout: 0.02 })
    await expect(me(late)).rejects.toMatchObject({ code: 'ERR_INFLUX_TIMEOUT' })
    const reason = new Error('changed my mind')
    const ofCall = new AbortController()
    const ofAll = new AbortController()
    const patient = influxApi({ url, fetch, signal: ofAll.signal })
    const calls = [me(patient, { signal: ofCall.signal }), me(patient)]
    ofCall.abort(reason)
    await expect(calls[0]).rejects.toBe(reason)
    ofAll.abort(reason)
    await expect(calls[1]).rejects.toBe(reason)
  })

  test('is not asked for once the signal has aborted, nor when it does while a credential is waited for', async () => {
    const fetch = fakeFetch(() => [200, ME])
    const signal = AbortSignal.abort(new Error('no'))
    await expect(me(influxApi({ url, fetch }), { signal })).rejects.toThrow('no')
    const controller = new AbortController()
    let give: (token: string) => void = () => undefined
    const credentials = () => new Promise<string>((resolve) => (give = resolve))
    const call = me(influxApi({ url, fetch, credentials }), { signal: controller.signal })
    controller.abort(new Error('no'))
    give(SECRET)
    await expect(call).rejects.toThrow('no')
    await new Promise((resolve) => setTimeout(resolve, 5))
    expect(fetch.sent).toHaveLength(0)
  })

  test('that fetch cannot get is told with its reason', async () => {
    const reason = Object.assign(new Error('connect ECONNREFUSED 127.0.0.1:1'), { code: 'ECONNREFUSED' })
    const error = await ask(() => Promise.reject(new TypeError('fetch failed', { cause: reason }))).catch(
      (error) => error,
    )
    expect(error).toMatchObject({ code: 'ERR_INFLUX_UNREACHABLE', cause: { name: 'TypeError' } })
    expect(error.message).toBe(`No answer from ${url}: connect ECONNREFUSED 127.0.0.1:1`)
    expect(error.cause.message).toBe('fetch failed')
    expect(error.cause.cause).toMatchObject({ message: reason.message, code: 'ECONNREFUSED' })
  })

  test.each<[string, Error, string]>([
    ['by Node', new TypeError('fetch failed', { cause: new Error('bad port') }), 'bad port'],
    // Of two addresses that refuse, Node says the code alone.
    ['by its code', new TypeError('x', { cause: Object.assign(new Error(), { code: 'ECODE' }) }), 'ECODE'],
    ['by Bun', Object.assign(new Error('Unable to connect'), { code: 'Refused' }), 'Unable to connect'],
    ['by no browser', new TypeError('Failed to fetch'), 'is it down, or is it CORS?'],
  ])('that fetch cannot get: why is said %s', async (_, thrown, why) => {
    await expect(ask(() => Promise.reject(thrown))).rejects.toThrow(`No answer from ${url}: ${why}`)
  })

  test('is to a path, which begins with a slash', async () => {
    for (const base of [url, 'https://influx.example', `${url}/influx`]) {
      for (const path of ['', 'api/v2/me', '@evil.example', ':1/x', '.evil.example', '\n/x']) {
        const fetch = fakeFetch(() => [200, ME])
        await expect(influxApi({ url: base, fetch }).send({ path })).rejects.toMatchObject({
          code: 'ERR_TARGET_URL',
        })
        expect(fetch.sent).toHaveLength(0)
      }
    }
  })

  test('that a fetch cannot get whose errors hold the request does not show the credential', async () => {
    const fetch = async (url: string, init?: object) => {
      const cause = Object.assign(new Error(`${inspect(init)}`), { request: { url, init } })
      throw Object.assign(new Error('failed', { cause }), { options: init, config: { init } })
    }
    const error = await me(influxApi({ url, credentials: SECRET, fetch })).catch((error) => error)
    expect(error.code).toBe('ERR_INFLUX_UNREACHABLE')
    expect(inspect(error, { depth: 9, showHidden: true })).not.toContain('s3cret')
    for (const thrown of [undefined, null, 'down', 5, {}]) {
      const nothing = () => Promise.reject(thrown)
      await expect(me(influxApi({ url, fetch: nothing }))).rejects.toMatchObject({
        code: 'ERR_INFLUX_UNREACHABLE',
      })
    }
  })

  test('that a fetch refuses to ask for, since it binds a credential itself, is refused as it says', async () => {
    const fetch = withAuth(
      fakeFetch(() => [200, ME]),
      createAuthorizer({ origin: url, credentials: () => 'Token s3cret' }),
    )
    await expect(me(influxApi({ url, fetch }))).rejects.toMatchObject({ code: 'ERR_TOKEN_SYNTAX' })
  })
})

describe('on a real socket', () => {
  let server: Server | undefined
  afterEach(() => {
    server?.closeAllConnections()
    server?.close()
  })
  const serve = async (listener: Parameters<typeof createServer>[1]): Promise<Influx> => {
    server = createServer(listener)
    await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve))
    return influxApi({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, timeout: 5 })
  }

  test('a refusal’s body that does not end is not read to its end', async () => {
    let closed = false
    const influx = await serve((_, response) => {
      response.writeHead(401)
      const timer = setInterval(() => response.write('x'.repeat(65_536)), 1)
      response.once('close', () => {
        closed = true
        clearInterval(timer)
      })
    })
    await expect(me(influx)).rejects.toMatchObject({ reason: 'credential', serverMessage: undefined })
    await expect.poll(() => closed).toBe(true)
  })

  test('an answer that does not end is not read for ever', async () => {
    const part = Buffer.alloc(2 ** 20, 'x')
    const influx = await serve((_, response) => {
      const more = (): void => {
        while (!response.destroyed && response.write(part));
      }
      response.on('drain', more)
      more()
    })
    await expect(me(influx)).rejects.toMatchObject({
      code: 'ERR_INFLUX_ANSWER',
      message: expect.stringContaining('64 MiB'),
    })
  })

  test('characters that are cut in two on their way are put together', async () => {
    const bytes = Buffer.from(JSON.stringify(ME))
    const influx = await serve(async (_, response) => {
      for (const byte of bytes) {
        response.write(Buffer.of(byte))
        await new Promise((resolve) => setImmediate(resolve))
      }
      response.end()
    })
    expect((await me(influx)).name).toBe('zoë')
  })

  test('a body that breaks off is no answer', async () => {
    const influx = await serve((_, response) => {
      response.writeHead(200, { 'content-length': 100 })
      response.write('{"id":')
      setTimeout(() => response.destroy(), 10)
    })
    await expect(me(influx)).rejects.toMatchObject({ code: 'ERR_INFLUX_UNREACHABLE' })
  })
})
