// What the parts of the server suite share: one server for all of them, its accounts, and requests to it.

import http, { type RequestOptions, type Server } from 'node:http'
import https from 'node:https'
import { encodeBasic, encodeToken } from '@fluxauth/auth-core'
import type { Principal, Verifier, VerifierOptions } from '@fluxauth/auth-core/server'
import { afterAll, afterEach, beforeAll, expect } from 'vitest'
import { inTime, until } from '../deadline.ts'
import { findLeaks } from '../leaks.ts'
import { PRINTED, watchSecrets } from '../output.ts'
import { type Accounts, createAccounts, secrets } from './accounts.ts'
import type { RawAnswer } from './connection.ts'
import type { ServerOptions, ServerTraits, ServerUnderTest } from './contract.ts'
import type { ExpectedAnswer } from './requests/scenario.ts'

export interface Ask {
  readonly method?: string
  readonly path?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string | undefined
}

export const ME = '/api/v2/me'
export const SIGN_IN = '/api/v2/signin'
export const SIGN_OUT = '/api/v2/signout'
/** To allow any header by `*` would not allow `Authorization`. */
export const CORS: Readonly<Record<string, string>> = {
  'access-control-allow-origin': '*',
  'access-control-allow-headers': 'authorization',
  'access-control-allow-methods': 'GET',
}
export const ALICE: Readonly<Record<'authorization', string>> = { authorization: encodeToken(secrets.alice) }
export const PASSWORD: Readonly<Record<'authorization', string>> = {
  authorization: encodeBasic('alice', secrets.password),
}

/** What a part of the suite has at hand. */
export interface ServerContext {
  /** What the server can do: each is told. */
  readonly traits: Required<ServerTraits>
  /** Takes a verifier with these options, of which some functions may be replaced, and forgets what was visited. */
  use(options?: Partial<VerifierOptions>, stub?: Partial<Verifier>): void
  /** Sends a request, and sees to it that no answer shows a secret. */
  ask(request: Ask): Promise<RawAnswer>
  /** Signs in and gives the session's cookie. */
  signIn(headers?: Readonly<Record<string, string>>): Promise<string>
  accounts(): Accounts
  /** Node's server, where there is one. */
  server(): Server | undefined
  origin(): string
  /** Who came to a handler since the last `use`. */
  visits(): readonly Principal[]
  /** Starts another server of the same adapter, over TLS, which the caller closes. */
  startSecure(tls: NonNullable<ServerOptions['tls']>): Promise<ServerUnderTest>
}

/** Starts the server for the tests that are being defined, and closes it after them. */
export function createContext(
  given: ServerTraits,
  create: (options: ServerOptions) => ServerUnderTest | Promise<ServerUnderTest>,
): ServerContext {
  const { sockets = true, addresses = true, headLength = true, seesAnswers = true } = given
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

  const start = (tls: ServerOptions['tls']): Promise<ServerUnderTest> =>
    startServer(create, { verifier, visited, cors: CORS, tls })
  watchSecrets(SECRETS, PRINTED)
  beforeAll(async () => {
    accounts = await createAccounts()
    server = await start(undefined)
  }, 30_000)
  afterAll(() => server && closeServer(server), 30_000)
  afterEach(() => {
    accounts.beforeFind = () => undefined
    const places = findLeaks(accounts.told(), 'told', SECRETS)
    if (places.length > 0) throw new Error(`Events and errors that the server told show ${places.join(', ')}`)
  })

  const context: ServerContext = {
    traits: { sockets, addresses, headLength, seesAnswers },
    use(options, stub) {
      const made = accounts.verifier(options)
      current = stub ? { ...made, ...stub } : made
      visits = []
    },
    async ask({ method = 'GET', path = ME, headers = {}, body }) {
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
    },
    async signIn(headers = PASSWORD) {
      const { status, headers: answered } = await context.ask({ method: 'POST', path: SIGN_IN, headers })
      expect(status, `POST ${SIGN_IN}: status`).toBe(204)
      return cookieOf(answered)
    },
    accounts: () => accounts,
    server: () => server.server,
    origin,
    visits: () => visits,
    startSecure: start,
  }
  return context
}

export function expectAnswer(
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

export function startServer(
  create: (options: ServerOptions) => ServerUnderTest | Promise<ServerUnderTest>,
  options: ServerOptions,
): Promise<ServerUnderTest> {
  return inTime(
    create(options),
    'The server was not started',
    'Likely nothing tells that it listens: wait for its event, or for its callback.',
  )
}

export function closeServer(server: ServerUnderTest): Promise<unknown> {
  return inTime(
    server.close(),
    'close() did not end',
    'Likely it waits for connections that are kept: close them, as closeAllConnections() of a server of Node does.',
  )
}

/** Waits until as many requests at once as were sent have come to the store. */
export function untilAsked(asked: () => number, all: number): Promise<void> {
  return until(
    () => asked() >= all,
    `Of ${all} requests at once not all were asked about`,
    'Likely one waits for another, or the adapter asks the verifier when the body is there: ask with each request as it comes.',
  )
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body)
  } catch {
    return body
  }
}

export function cookieOf(headers: RawAnswer['headers']): string {
  return headers['set-cookie']?.split(';', 1)[0] ?? ''
}

/** Sends a request over a socket; `body` is sent where it is given. */
export function send(
  url: string,
  options: RequestOptions & { ca?: string },
  body?: string,
): Promise<RawAnswer> {
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
export function showsNoSecret(answer: unknown, of: string): void {
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
