// The conformance suite for an adapter to a web framework: whom a server lets in, how it refuses others, on real sockets.

import { createHash, randomBytes } from 'node:crypto'
import http, { type RequestOptions, type Server } from 'node:http'
import https from 'node:https'
import { setTimeout as sleep } from 'node:timers/promises'
import { encodeBasic, encodeToken } from '@fluxauth/auth-core'
import type { Principal, Verifier, VerifierOptions } from '@fluxauth/auth-core/server'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { makeCertificate } from '../clients/network.ts'
import { inTime } from '../deadline.ts'
import { findLeaks } from '../leaks.ts'
import { type Accounts, CROWD, createAccounts, createLimiter, secrets } from './accounts.ts'
import { type Connection, openConnection, type RawAnswer } from './connection.ts'
import { testNothingOut } from './nothing-out.ts'
import { type ExpectedAnswer, serverScenarios } from './requests.ts'

/**
 * What the suite starts a server with. The server has these routes, on any free port of 127.0.0.1:
 *
 * | route | needs | answers |
 * |---|---|---|
 * | `GET`, `HEAD` `/api/v2/me` | a credential | the principal as JSON |
 * | `OPTIONS /api/v2/me` | a credential | 204 |
 * | `GET /api/v2/buckets` | to read buckets | `{"buckets":[]}` |
 * | `POST /api/v2/buckets` | to write buckets | 201 |
 * | `GET /api/v2/buckets/:id` | to read that bucket | `{"id":"…"}` |
 * | `POST /api/v2/echo` | a credential | the body, streamed as it comes in |
 * | `POST`, `GET` `/api/v2/signin` | | what the verifier's `signIn` says |
 * | `POST /api/v2/signout` | | what the verifier's `signOut` says |
 * | `GET /open` | nothing: it is not guarded | `open` as text |
 */
export interface ServerOptions {
  /** To be guarded with. */
  readonly verifier: Verifier
  /** To be called first thing by the handler of every guarded route. */
  readonly visited: (principal: Principal) => void
  /** To be served over TLS with, where it is given. */
  readonly tls: { readonly key: string; readonly cert: string } | undefined
}

/** The server under test. */
export interface ServerUnderTest {
  /** For example `http://127.0.0.1:49152`; not needed where the traits say that there are no sockets. */
  readonly origin?: string
  /** Node's server, where there is one: what answers a request beside the adapter is tried on it. */
  readonly server?: Server
  /** Answers a request without a socket, where the traits say so. */
  readonly fetch?: (request: Request) => Response | Promise<Response>
  close(): Promise<unknown>
}

/** What a server can do at all. */
export interface ServerTraits {
  /** With `false` the table of requests runs through {@link ServerUnderTest.fetch}, and nothing that needs a connection. Default `true`. */
  readonly sockets?: boolean
  /** Whether it tells the client's address. Default `true`. */
  readonly addresses?: boolean
  /** Whether an answer to HEAD says how long the body would be, which it may. Default `true`. */
  readonly headLength?: boolean
  /** Whether its guard can tell that something else has answered while it waited, and calls no handler then. Default `true`. */
  readonly seesAnswers?: boolean
}

interface Ask {
  readonly method?: string
  readonly path?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string | undefined
}

const ME = '/api/v2/me'
const SIGN_IN = '/api/v2/signin'
const SIGN_OUT = '/api/v2/signout'
const ALICE = { authorization: encodeToken(secrets.alice) }
const PASSWORD = { authorization: encodeBasic('alice', secrets.password) }
const COOKIE = /^influxdb-oss-session=([\w-]{43}); Path=\/api\/; Expires=([^;]+); HttpOnly; SameSite=Strict$/

/**
 * Runs the conformance suite on a server, as vitest tests: every request of the table for every product, signing in and out, limits, a
 * store that fails, kept, pipelined and broken connections, streams, and no secret in any answer or event.
 *
 * @param name of the framework
 * @param traits what the server can do at all
 * @param create starts a server; the suite closes it
 */
export function testServer(
  name: string,
  traits: ServerTraits,
  create: (options: ServerOptions) => ServerUnderTest | Promise<ServerUnderTest>,
): void {
  describe(`the server ${name}`, { timeout: 30_000 }, () => {
    const { sockets = true, addresses = true, headLength = true, seesAnswers = true } = traits
    // What does not apply to a server is no test of it, rather than one that is skipped.
    const when = (applies: boolean) => (applies ? test : () => undefined)
    const describeSockets = sockets ? describe : () => undefined
    let accounts: Accounts
    let server: ServerUnderTest
    let current: Verifier
    let visits: Principal[] = []
    /** Stands for the verifier of the test that is running: one server serves them all. */
    const verifier: Verifier = {
      verify: (request) => current.verify(request),
      permit: (...args) => current.permit(...args),
      fail: (...args) => current.fail(...args),
      signIn: (request) => current.signIn(request),
      signOut: (request) => current.signOut(request),
      forget: () => current.forget(),
      get tokens() {
        return current.tokens
      },
      get sessions() {
        return current.sessions
      },
    }
    const visited = (principal: Principal) => visits.push(principal)
    const origin = () => server.origin ?? ''

    beforeAll(async () => {
      accounts = await createAccounts()
      server = await create({ verifier, visited, tls: undefined })
    })
    afterAll(() => server?.close())
    afterEach(() => {
      accounts.beforeFind = () => undefined
      const places = findLeaks(accounts.told(), 'told', SECRETS)
      if (places.length > 0)
        throw new Error(`Events and errors that the server told show ${places.join(', ')}`)
    })

    const use = (options: Partial<VerifierOptions> = {}) => {
      current = accounts.verifier(options)
      visits = []
    }
    const ask = async ({ method = 'GET', path = ME, headers = {}, body }: Ask): Promise<RawAnswer> => {
      const answer = await inTime(
        server.fetch
          ? askDirectly(server.fetch, { method, path, headers, body })
          : send(`${origin()}${path}`, { method, headers }, body),
        `${method} ${path} was not answered`,
        'Likely the adapter waits for a body that it should not read, calls no handler, or swallows what one throws.',
      )
      const { 'set-cookie': _, ...others } = answer.headers
      showsNoSecret({ ...answer, headers: others }, `${method} ${path}`)
      return answer
    }
    const signIn = async (headers: Readonly<Record<string, string>> = PASSWORD): Promise<string> => {
      const { status, headers: answered } = await ask({ method: 'POST', path: SIGN_IN, headers })
      expect(status).toBe(204)
      return cookieOf(answered)
    }

    describe('answers', () => {
      test.each(serverScenarios)('$title', async ({ verifier, answer, ...request }) => {
        use(verifier)
        const what = `${request.method ?? 'GET'} ${request.path ?? ME}`
        expectAnswer(await ask(request), answer, what)
        const called = answer.status < 300 && request.path !== '/open' ? 1 : 0
        expect.soft(visits.length, `${what}: how often a guarded handler is called`).toBe(called)
      })
    })

    describe('signs in', () => {
      test('with a password, for a cookie that only the browser can read', async () => {
        use({ product: 'v2' })
        const { status, headers, body } = await ask({ method: 'POST', path: SIGN_IN, headers: PASSWORD })
        expect([status, body]).toEqual([204, ''])
        expect(headers['cache-control']).toBe('no-store')
        expect(headers['set-cookie']).toMatch(COOKIE)
        const [, , expires = ''] = COOKIE.exec(headers['set-cookie'] ?? '') ?? []
        expect(Date.parse(expires)).toBeGreaterThan(Date.now())
        const me = await ask({ headers: { cookie: cookieOf(headers) } })
        expectAnswer(me, { status: 200, body: { user: 'alice', by: 'session', permissions: 'all' } })
      })

      test('with an API token, for a session that may do what the token may', async () => {
        use()
        const cookie = await signIn({ authorization: encodeBasic('bob', secrets.bob) })
        expectAnswer(await ask({ headers: { cookie } }), {
          status: 200,
          body: { user: 'bob', by: 'session' },
        })
        expect((await ask({ path: '/api/v2/buckets', headers: { cookie } })).status).toBe(403)
      })

      test('with GET as well', async () => {
        use()
        const headers = { authorization: encodeBasic('alice', secrets.alice) }
        const answer = await ask({ path: SIGN_IN, headers })
        expect(answer.status).toBe(204)
        expect(answer.headers['set-cookie']).toMatch(COOKIE)
      })

      test('for a new key each time, which ends the old one', async () => {
        use({ product: 'v2' })
        const first = await signIn()
        const second = await signIn({ ...PASSWORD, cookie: first })
        expect(second).not.toBe(first)
        expect((await ask({ headers: { cookie: first } })).status).toBe(401)
        expect((await ask({ headers: { cookie: second } })).status).toBe(200)
      })

      test.each([
        ['without a credential', {}, 401],
        ['with a wrong password', { authorization: encodeBasic('alice', 'wrong') }, 401],
        ['with a Token', ALICE, 401],
        ['as an inactive user', { authorization: encodeBasic('ines', secrets.password) }, 403],
        ['for another site', { ...PASSWORD, origin: 'https://evil.test' }, 401],
      ])('nobody %s', async (_, headers, status) => {
        use({ product: 'v2' })
        const answer = await ask({ method: 'POST', path: SIGN_IN, headers })
        expect(answer.status).toBe(status)
        expect(answer.headers).not.toHaveProperty('set-cookie')
        expect(answer.headers['x-platform-error-code']).toBe(status === 401 ? 'unauthorized' : 'forbidden')
      })

      describeSockets('over TLS', () => {
        test('with a cookie that never leaves TLS', async () => {
          use({ product: 'v2' })
          const tls = await makeCertificate()
          const secure = await create({ verifier, visited, tls })
          try {
            const url = `${secure.origin}${SIGN_IN}`
            const { headers } = await send(url, { method: 'POST', headers: PASSWORD, ca: tls.cert }, '')
            expect(headers['set-cookie']).toMatch(/; HttpOnly; SameSite=Strict; Secure$/)
          } finally {
            await secure.close()
          }
        })
      })
    })

    describe('signs out', () => {
      test('once', async () => {
        use({ product: 'v2' })
        const cookie = await signIn()
        const signOut = { method: 'POST', path: SIGN_OUT, headers: { cookie } }
        const { status, headers, body } = await ask(signOut)
        expect([status, body]).toEqual([204, ''])
        expect(headers['set-cookie']).toMatch(
          /^influxdb-oss-session=; Path=\/api\/; Expires=Thu, 01 Jan 1970 /,
        )
        expect((await ask({ headers: { cookie } })).status).toBe(401)
        expect((await ask(signOut)).status).toBe(401)
      })

      test('nobody without a session, nor for another site', async () => {
        use({ product: 'v2' })
        expect((await ask({ method: 'POST', path: SIGN_OUT })).status).toBe(401)
        const headers = { cookie: await signIn(), origin: 'https://evil.test' }
        expect((await ask({ method: 'POST', path: SIGN_OUT, headers })).status).toBe(401)
        expect((await ask({ headers: { cookie: headers.cookie } })).status).toBe(200)
      })
    })

    describe('limits attempts', () => {
      test('with 429 and when to come back, also for the right password', async () => {
        const attempts = createLimiter(3)
        use({ product: 'v1', store: { attempts } })
        const wrong = { headers: { authorization: encodeBasic('alice', 'wrong') } }
        for (let i = 0; i < 3; i++) expect((await ask(wrong)).status).toBe(401)
        const limited = {
          status: 429,
          headers: { 'retry-after': '7' },
          body: '{"error":"too many failed attempts"}',
        }
        expectAnswer(await ask(wrong), limited)
        expectAnswer(await ask({ headers: PASSWORD }), limited)
        const { events } = accounts.told()
        expect(events.filter(({ type }) => type === 'locked')).toHaveLength(1)
        if (addresses) expect([...attempts.addresses].join()).toMatch(/^(::ffff:)?127\.0\.0\.1$/)
      })

      when(addresses)('of wrong tokens from one address, but never a right one', async () => {
        use({ store: { attempts: createLimiter(1) } })
        const wrong = { headers: { authorization: encodeToken(secrets.nobody) } }
        expect((await ask(wrong)).status).toBe(401)
        expectAnswer(await ask(wrong), {
          status: 429,
          headers: { 'retry-after': '7', 'x-platform-error-code': 'too many requests' },
          body: '{"code":"too many requests","message":"too many failed attempts"}',
        })
        expect((await ask({ headers: ALICE })).status).toBe(200)
      })
    })

    describe('lets nobody in on a guess', () => {
      test.each(['at once', 'after a while'])(
        'while the store fails %s, and goes on when it is back',
        async (when) => {
          use()
          const headers = { ...ALICE }
          accounts.beforeFind = () => {
            const error = new Error('the store is gone')
            if (when === 'at once') throw error
            return sleep(1).then(() => Promise.reject(error))
          }
          expectAnswer(await ask({ headers }), {
            status: 503,
            headers: { 'retry-after': '1', 'x-platform-error-code': 'unavailable' },
            body: '{"code":"unavailable","message":"authentication is unavailable"}',
          })
          const signedIn = await ask({
            method: 'POST',
            path: SIGN_IN,
            headers: { authorization: encodeBasic('alice', secrets.alice) },
          })
          expect(signedIn.status).toBe(503)
          expect(visits).toEqual([])
          const { errors } = accounts.told()
          expect(errors.map(String)).toEqual(['Error: the store is gone', 'Error: the store is gone'])
          accounts.beforeFind = () => undefined
          expect((await ask({ headers })).status).toBe(200)
        },
      )
    })

    testNothingOut({
      sockets,
      seesAnswers,
      use: (options, stub = {}) => {
        use(options)
        current = { ...current, ...stub }
      },
      ask,
      accounts: () => accounts,
      server: () => server.server,
      origin,
      visits: () => visits,
    })

    test('tells no principal from another among 200 requests at once', async () => {
      use()
      accounts.beforeFind = () => sleep(Math.random() * 5)
      const answers = await Promise.all(
        Array.from({ length: 4 * CROWD }, async (_, i) => {
          const user = `user-${i % CROWD}`
          const token = `t0ken-of-${user}`
          const forms = [encodeToken(token), encodeBasic(user, token), encodeToken(`${token}x`)]
          const authorization = forms[i % forms.length] ?? ''
          const { status, body } = await ask({ headers: { authorization } })
          return [i, status, status === 200 ? JSON.parse(body).user : 'nobody']
        }),
      )
      expect(answers).toEqual(
        Array.from({ length: 4 * CROWD }, (_, i) =>
          i % 3 === 2 ? [i, 401, 'nobody'] : [i, 200, `user-${i % CROWD}`],
        ),
      )
    })

    describeSockets('on a connection', () => {
      const host = 'Host: influx.test'
      const lines = (...all: string[]) => `${all.join('\r\n')}\r\n\r\n`
      const get = (...headers: string[]) => lines(`GET ${ME} HTTP/1.1`, host, ...headers)
      const good = get(`Authorization: ${ALICE.authorization}`)
      const onConnection = async (talk: (connection: Connection) => Promise<void>) => {
        const connection = await openConnection(origin())
        try {
          await talk(connection)
        } finally {
          connection.destroy()
        }
      }
      const expectGood = async (connection: Connection) => {
        connection.write(good)
        const { status, body } = await connection.read()
        expect([status, JSON.parse(body).user]).toEqual([200, 'alice'])
        expect(connection.isDrained()).toBe(true)
      }

      test('that is kept after a refusal', async () => {
        use()
        await onConnection(async (connection) => {
          for (const refused of [
            get(),
            get('Authorization: Token'),
            get(`Authorization: ${encodeToken(secrets.nobody)}`),
          ]) {
            connection.write(refused)
            expect((await connection.read()).status).toBe(401)
            await expectGood(connection)
          }
        })
      })

      test('that is kept after HEAD and OPTIONS, which are answered without a body', async () => {
        use()
        await onConnection(async (connection) => {
          for (const headers of [[], [`Authorization: ${ALICE.authorization}`]]) {
            connection.write(get(...headers))
            const like = await connection.read()
            connection.write(get(...headers).replace('GET', 'HEAD'))
            const head = await connection.read('HEAD')
            expect(head.status).toBe(like.status)
            const names = ['content-type', 'x-platform-error-code', 'cache-control']
            for (const name of headLength ? [...names, 'content-length'] : names) {
              expect([name, head.headers[name]]).toEqual([name, like.headers[name]])
            }
            connection.write(get(...headers).replace('GET', 'OPTIONS'))
            expect((await connection.read()).status).toBe(headers.length ? 204 : 401)
            await expectGood(connection)
          }
        })
      })

      test('that is kept after a refused POST whose body comes later', async () => {
        use()
        await onConnection(async (connection) => {
          connection.write(
            lines('POST /api/v2/echo HTTP/1.1', host, 'Content-Type: text/plain', 'Content-Length: 4'),
          )
          expect((await connection.read()).status).toBe(401)
          connection.write('data')
          await expectGood(connection)
        })
        expect(visits).toHaveLength(1)
      })

      test.each([
        ['two that are right', [secrets.alice, secrets.alice]],
        ['a wrong one first', [secrets.nobody, secrets.alice]],
        ['a wrong one last', [secrets.alice, secrets.nobody]],
        ['those of two people', [secrets.alice, secrets.bob]],
      ])('refuses several Authorization fields: %s', async (_, tokens) => {
        use()
        await onConnection(async (connection) => {
          const names = ['Authorization', 'AUTHORIZATION']
          connection.write(get(...tokens.map((token, i) => `${names[i]}: Token ${token}`)))
          const answer = await connection.read()
          expect(answer.status).toBe(401)
          showsNoSecret(answer, 'The request above')
          await expectGood(connection)
        })
        expect(visits).toHaveLength(1)
      })

      test.each([
        ['none before the value', `Authorization:${ALICE.authorization}`, 200],
        ['more around the value', `Authorization:  \t ${ALICE.authorization} \t`, 200],
        ['a tab in the value', `Authorization: Token\t${secrets.alice}`, 401],
        ['two spaces in the value', `Authorization: Token  ${secrets.alice}`, 401],
      ])('takes white space as the grammar has it: %s', async (_, line, status) => {
        use()
        await onConnection(async (connection) => {
          connection.write(get(line))
          expect((await connection.read()).status).toBe(status)
        })
      })

      test.each([
        ['before the colon', `Authorization : ${ALICE.authorization}`],
        ['before the name', ` Authorization: ${ALICE.authorization}`],
        ['a folded line', `Authorization: Token\r\n  ${secrets.alice}`],
        ['a NUL', `Authorization: Token ${secrets.alice}\0`],
        ['a bare CR', `Authorization: Token ${secrets.alice}\rX: y`],
      ])('lets nobody in by a line that is out of order: %s', async (_, line) => {
        use()
        await onConnection(async (connection) => {
          connection.write(get(line))
          const answer = await connection.read()
          expect([400, 401]).toContain(answer.status)
          showsNoSecret(answer, 'The request above')
        })
        expect(visits).toEqual([])
      })

      test('takes a value of 8,192 characters for what it is, and refuses a longer one', async () => {
        use()
        await onConnection(async (connection) => {
          for (const length of [8192, 8193, 12_000]) {
            connection.write(get(`Authorization: Token ${'a'.repeat(length - 6)}`))
            expect((await connection.read()).status).toBe(401)
          }
          await expectGood(connection)
        })
        expect(accounts.told().events).toMatchObject([
          { reason: 'wrong' },
          { reason: 'malformed' },
          { reason: 'malformed' },
        ])
      })

      test('ends one whose header is longer than the server reads', async () => {
        use()
        await onConnection(async (connection) => {
          connection.write(get(`Authorization: Token ${secrets.alice}${'a'.repeat(100_000)}`))
          const answer = await connection.read()
          expect(answer.status).toBe(431)
          showsNoSecret(answer, 'The request above')
        })
        expect(visits).toEqual([])
      })

      test('answers twenty pipelined requests in order, each to whom it is from', async () => {
        use()
        accounts.beforeFind = () => sleep(Math.random() * 10)
        await onConnection(async (connection) => {
          const users = Array.from({ length: 20 }, (_, i) => (i % 5 === 4 ? 'nobody' : `user-${i}`))
          connection.write(users.map((user) => get(`Authorization: Token t0ken-of-${user}`)).join(''))
          for (const user of users) {
            const { status, body } = await connection.read()
            expect([status, status === 200 ? JSON.parse(body).user : 'nobody']).toEqual([
              user === 'nobody' ? 401 : 200,
              user,
            ])
          }
        })
      })

      test('calls no handler for a client that has gone, and goes on with the others', async () => {
        use()
        let asked = 0
        let release: () => void = () => undefined
        const gate = new Promise<void>((resolve) => {
          release = resolve
        })
        accounts.beforeFind = () => {
          asked++
          return gate
        }
        const connections = await Promise.all(Array.from({ length: 50 }, () => openConnection(origin())))
        for (const connection of connections) connection.write(good)
        while (asked < connections.length) await sleep(5)
        for (const connection of connections) connection.destroy()
        await sleep(100)
        release()
        await sleep(20)
        expect(visits).toEqual([])
        accounts.beforeFind = () => undefined
        await onConnection(expectGood)
      })

      /** The head of a request whose body comes in chunks. */
      const chunkedEcho = () => [
        'POST /api/v2/echo HTTP/1.1',
        host,
        'Content-Type: text/plain',
        'Transfer-Encoding: chunked',
      ]

      test('does not read a body that it refuses', async () => {
        use()
        await onConnection(async (connection) => {
          connection.write(`${lines(...chunkedEcho())}4\r\ndata\r\n`)
          expect((await connection.read()).status).toBe(401)
        })
        expect(visits).toEqual([])
      })

      test('leaves a body of 5 MB as it is', async () => {
        use()
        const body = randomBytes(5_000_000)
        const { status, digest } = await echo(`${origin()}/api/v2/echo`, body)
        expect([status, digest]).toEqual([200, createHash('sha256').update(body).digest('hex')])
      })

      test('gives a body back while it still comes in', async () => {
        use()
        await onConnection(async (connection) => {
          connection.write(`${lines(...chunkedEcho(), `Authorization: ${ALICE.authorization}`)}4\r\ndata\r\n`)
          while (connection.isDrained()) await sleep(5)
          connection.write('4\r\nmore\r\n0\r\n\r\n')
          const { status, body } = await connection.read()
          expect([status, body]).toEqual([200, 'datamore'])
        })
      })

      test('shows no password prompt over the page of a script', async () => {
        use({ product: 'v1' })
        // Node's fetch says `Sec-Fetch-Mode: cors`, as a browser's does.
        const response = await fetch(`${origin()}${ME}`)
        expect([response.status, response.headers.get('www-authenticate')]).toEqual([401, null])
      })
    })
  })
}

function expectAnswer(
  { status, headers, body }: RawAnswer,
  expected: ExpectedAnswer,
  of = 'The answer',
): void {
  expect.soft(status, `${of}: status`).toBe(expected.status)
  if (typeof expected.body === 'string') expect.soft(body, `${of}: body`).toBe(expected.body)
  for (const [name, value] of Object.entries(expected.headers ?? {})) {
    expect.soft(headers[name] ?? null, `${of}: header ${name}`).toBe(value)
  }
  if (typeof expected.body !== 'object') return
  expect.soft(parsed(body), `${of}: body, as JSON`).toMatchObject(expected.body)
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body)
  } catch {
    return body
  }
}

function cookieOf(headers: RawAnswer['headers']): string {
  return headers['set-cookie']?.split(';', 1)[0] ?? ''
}

/** Sends a request over a socket; `body` is sent where it is given. */
function send(url: string, options: RequestOptions & { ca?: string }, body?: string): Promise<RawAnswer> {
  return new Promise((resolve, reject) => {
    const { request } = url.startsWith('https:') ? https : http
    request(url, options, (response) => {
      let text = ''
      response.setEncoding('utf8').on('data', (chunk) => {
        text += chunk
      })
      response.on('error', reject).on('end', () => {
        const headers = Object.entries(response.headers).map(([name, value]) => [name, String(value)])
        resolve({ status: response.statusCode ?? 0, headers: Object.fromEntries(headers), body: text })
      })
    })
      .on('error', reject)
      .end(body)
  })
}

async function askDirectly(
  answer: NonNullable<ServerUnderTest['fetch']>,
  { path, ...init }: Ask,
): Promise<RawAnswer> {
  const response = await answer(new Request(`http://127.0.0.1${path}`, init as RequestInit))
  const body = await response.text()
  return {
    status: response.status,
    headers: Object.fromEntries(response.headers),
    // Runtimes leave the body of an answer to HEAD away by themselves.
    body: init.method === 'HEAD' ? '' : body,
  }
}

/** Sends bytes in chunks, and says what came back by its hash. */
function echo(url: string, body: Uint8Array): Promise<{ status: number; digest: string }> {
  return new Promise((resolve, reject) => {
    const headers = { ...ALICE, 'content-type': 'application/octet-stream', 'transfer-encoding': 'chunked' }
    const request = http.request(url, { method: 'POST', headers }, (response) => {
      const hash = createHash('sha256')
      response.on('data', (chunk) => hash.update(chunk)).on('error', reject)
      response.on('end', () => resolve({ status: response.statusCode ?? 0, digest: hash.digest('hex') }))
    })
    request.on('error', reject)
    for (let at = 0; at < body.length; at += 50_000) request.write(body.subarray(at, at + 50_000))
    request.end()
  })
}

/** What no answer, event or error may show, by what it is called in a message. */
const SECRETS = {
  ...Object.fromEntries(
    Object.entries(secrets).map(([of, secret]) => [`the secret "${of}" of the suite`, secret]),
  ),
  'the Basic value of a password': encodeBasic('alice', secrets.password).slice(6),
  'the Basic value of a token': encodeBasic('alice', secrets.alice).slice(6),
  'a token of the crowd': 't0ken-of-user',
}

/** Fails for every place at which a secret shows, and lets the test go on: what comes later may show one as well. */
function showsNoSecret(answer: unknown, of: string): void {
  const places = findLeaks(answer, 'answer', SECRETS)
  if (places.length === 0) return
  const where = places.map((place) => `  ${place}`).join('\n')
  expect
    .soft(
      places,
      `${of}: the answer shows\n${where}\nAn answer may say that a credential is wrong, never which it was.`,
    )
    .toEqual([])
}
