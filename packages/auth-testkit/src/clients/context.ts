// What the parts of the client suite share: the network, clients in use, requests, and what may show in what they give.

import { inspect, isDeepStrictEqual } from 'node:util'
import { AuthError, type Credentials, formatAuthorization } from '@fluxauth/auth-core'
import type { CredentialProvider } from '@fluxauth/auth-core/client'
import { afterAll, afterEach, beforeAll, expect } from 'vitest'
import { HangingError, inTime } from '../deadline.ts'
import { findLeaks } from '../leaks.ts'
import { watchOutput } from '../output.ts'
import type { ClientAnswer, ClientOptions, ClientRequest, ClientTraits, ClientUnderTest } from './contract.ts'
import { type Network, type Responder, type Stage, startNetwork, type Visit } from './network.ts'

const ALL_METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const

export const TOKEN = 's3cret-token-of-the-suite=='
export const NEXT_TOKEN = 'n3xt-token-of-the-suite=='
export const SCHEMES: readonly Credentials[] = [
  { scheme: 'token', token: TOKEN },
  { scheme: 'basic', username: 'zoë', password: 'p:ä ß€ h1dden' },
  { scheme: 'bearer', token: `apiv3_${TOKEN}` },
]

/** What no answer, error or event may show, by what it is called in a message. */
const SECRETS = {
  // Without the padding, which has another form in a URL.
  'the token': TOKEN.replaceAll('=', ''),
  'the next token': NEXT_TOKEN.replaceAll('=', ''),
  'the password': 'h1dden',
  ...Object.fromEntries(
    SCHEMES.map((credentials) => [
      `the value for the scheme ${credentials.scheme}`,
      formatAuthorization(credentials).split(' ')[1] ?? '',
    ]),
  ),
}

/** What a part of the suite has at hand. */
export interface ClientContext {
  readonly traits: ClientTraits
  /** The methods that the client sends, and the one that it is mostly asked with. */
  readonly methods: readonly ClientRequest['method'][]
  readonly method: ClientRequest['method']
  /** One that has a body, where the client sends any. */
  readonly bodyMethod: ClientRequest['method']
  /** Whether the client follows redirects. */
  readonly followed: boolean
  /** Whether requests may set headers of their own. */
  readonly ownHeaders: boolean
  network(): Network
  /** Makes a client, has it used, and closes it. */
  withClient(options: Partial<ClientOptions>, use: (client: ClientUnderTest) => Promise<void>): Promise<void>
  /** A request to the home of the network, if it says nothing else. */
  toRequest(stage: Stage, request?: Partial<ClientRequest>): ClientRequest
  /** Begins such a request, and waits for the head of its answer. */
  begin(client: ClientUnderTest, stage: Stage, request?: Partial<ClientRequest>): Promise<ClientAnswer>
  /** Begins a request, and reads the answer. */
  send(client: ClientUnderTest, stage: Stage, request?: Partial<ClientRequest>): Promise<Answer>
  /** The answer, as far as the client's user gets it. */
  answered(status: number, text: string): Answer
}

interface Answer {
  readonly status: number
  readonly text: string
}

/** Starts the network for the tests that are being defined, and stops it after them. */
export function createContext(
  traits: ClientTraits,
  create: (options: ClientOptions) => ClientUnderTest | Promise<ClientUnderTest>,
): ClientContext {
  const { methods = ALL_METHODS, ownHeaders = true } = traits
  const method = methods[0] ?? 'GET'
  let started: Network
  const network = (): Network => started
  beforeAll(async () => {
    started = await startNetwork()
  }, 30_000)
  afterAll(() => started.stop())
  const output = watchOutput()
  beforeAll(output.start)
  afterEach(() => {
    const places = findLeaks(output.taken(), 'printed', SECRETS)
    expect(
      places,
      'what the console, the standard streams and warnings of Node show: print no header',
    ).toEqual([])
  })
  afterAll(output.stop)
  const toRequest = (stage: Stage, request: Partial<ClientRequest> = {}): ClientRequest => ({
    url: stage.url(network().home),
    method,
    redirect: 'follow',
    ...((request.method ?? method) === 'GET' ? {} : { body: 'data' }),
    ...request,
    headers: { 'x-scenario': stage.id, ...request.headers },
  })

  /** Requests that were looked at for a credential in the wrong place. */
  const looked = new WeakSet<Visit>()
  const context: ClientContext = {
    traits,
    methods,
    method,
    bodyMethod: methods.find((each) => each !== 'GET') ?? 'GET',
    followed: traits.redirects === 'followed',
    ownHeaders,
    toRequest,
    network,
    answered: (status, text) => ({ status, text: traits.readsAnswers === false ? '' : text }),
    async withClient(options, use) {
      const { home, ca, lookup } = network()
      const client = await inTime(
        create({ origin: home, credentials: TOKEN, ca, lookup, ...options }),
        'The client was not made',
        'Likely it waits for a connection, which it needs only when it sends.',
      )
      try {
        await use(client)
      } finally {
        await inTime(
          client.close(),
          'close() did not end',
          'Likely it waits for a connection that a request still holds: have it break those off.',
        )
      }
    },
    async begin(client, stage, request) {
      const whole = toRequest(stage, request)
      const given = {
        url: whole.url,
        method: whole.method,
        redirect: whole.redirect,
        headers: { ...whole.headers },
      }
      const asked = describeRequest(whole)
      try {
        return await inTime(
          client.request(whole),
          () =>
            `${asked} had neither an answer nor an error after ${stage.visits.length} that reached a server`,
          'Likely the adapter does not settle its promise when the client fails or is aborted, or does not let go of an answer (a 401, a redirect) before it sends again.',
        )
      } finally {
        const { body: _, signal: __, ...left } = whole
        const changes = listChanges(given, left)
        const rule = 'a request is its caller’s, who may send it again elsewhere: copy what you change of it'
        expect.soft(changes, `${asked}: ${changes.join(', ')}: ${rule}`).toEqual([])
        for (const visit of stage.visits.filter((visit) => !looked.has(visit))) {
          looked.add(visit)
          showsNoSecretElsewhere(visit)
        }
      }
    },
    async send(client, stage, request) {
      const { status, body, given } = await context.begin(client, stage, request)
      const asked = describeRequest(toRequest(stage, request))
      try {
        const text = await inTime(
          typeof body === 'string' ? Promise.resolve(body) : readAll(body),
          `The body of the answer to ${asked} did not end`,
          'Likely the adapter keeps the stream to itself, or hands over one that was read or put off already.',
        )
        return { status, text }
      } finally {
        showsNoSecret(given, 'answer', asked)
      }
    },
  }
  return context
}

/** What is likely where an answer is awaited whose body has no end. */
export const WITH_ITS_HEAD =
  'Likely the answer is handed over when its body is all there: by the trait streamsAnswers it is there with its head. Hand over the stream, and let go of an answer that is not the last one.'

/** How to send again, for a test that gets the answer at which a request should have gone on. */
export const ON_AND_ON =
  'ask exchange.again() after each answer whose status isDeciding() names, hand it the headers of the answer, and send again while it says so'

/** Why an observer is not told all. */
export const TOLD = 'what onEvent is told: hand all options on to createAuthorizer'

/** Fails where neither an error nor any of its causes is ours with this code. */
export function expectCode(error: unknown, code: string): void {
  const rule = `${error}: it is, or has as its cause, our error ${code}: hand on what startExchange and exchange.again throw`
  expect(codeOf(error), rule).toBe(code)
}

/**
 * What a request is refused with; no error may show a credential.
 *
 * @param why it has to be refused, where the test's name does not say so
 */
export async function refusal(
  promise: Promise<unknown>,
  why = 'as the name of this test says',
): Promise<Error & { code?: string }> {
  const error = await promise.then(
    (answer) => expect.fail(`The request had to be refused, ${why}, and was answered: ${inspect(answer)}`),
    (reason) => reason,
  )
  if (error instanceof HangingError) throw error
  showsNoSecret(error, 'error', 'The request that was refused')
  expect(error, 'what a request is refused with must be an Error').toBeInstanceOf(Error)
  return error
}

/** Answers that let in whoever has a token. */
export const accepts =
  (token: string): Responder =>
  ({ headers }) =>
    headers.authorization === `Token ${token}` ? { body: 'welcome' } : { status: 401, body: 'go away' }

/** A provider whose token changes when it is invalidated. */
export function rotating(...tokens: string[]): CredentialProvider & { readonly invalidated: Credentials[] } {
  const invalidated: Credentials[] = []
  return {
    invalidated,
    get: async (): Promise<Credentials> => ({ scheme: 'token', token: tokens[0] ?? '' }),
    invalidate(credentials: Credentials) {
      invalidated.push(credentials)
      tokens.shift()
    },
  }
}

export async function readAll(body: AsyncIterable<Uint8Array | string>): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of body) chunks.push(Buffer.from(chunk as Uint8Array))
  return Buffer.concat(chunks).toString()
}

/** The code of our error, which a client may have wrapped. */
function codeOf(error: unknown): string | undefined {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if (AuthError.is(cause)) return cause.code
  }
  return undefined
}

export function describeRequest({ method, url }: Pick<ClientRequest, 'method' | 'url'>): string {
  return `${method} ${url.replace(/\/\/[^/]*@/, '//[redacted]@')}`
}

/** Fails for every place at which a credential shows, and lets the test go on: what comes later may show it as well. */
export function showsNoSecret(value: unknown, name: string, of: string): void {
  const places = findLeaks(value, name, SECRETS)
  if (places.length === 0) return
  const where = `${of}: whoever prints the ${name} sees\n${places.map((place) => `  ${place}`).join('\n')}`
  expect
    .soft(
      places,
      `${where}\nNone may show: leave it out, or give what holds it an inspect.custom and a toJSON.`,
    )
    .toEqual([])
}

/** Fails for a credential that a request carries anywhere but in its `Authorization`: there proxies, logs and servers do not look after it. */
function showsNoSecretElsewhere({ method, origin, path, body, headers }: Visit): void {
  const { authorization: _, ...others } = headers
  const places = findLeaks({ path, headers: others, body }, 'request', SECRETS)
  if (places.length === 0) return
  const where = places.map((place) => `  ${place}`).join('\n')
  expect
    .soft(places, `${method} ${origin} carries a credential beside its Authorization:\n${where}`)
    .toEqual([])
}

/** What of a value is not as it was, by its path; the values themselves may be credentials. */
export function listChanges(before: object, after: object): string[] {
  const [was, is] = [new Map(Object.entries(before)), new Map(Object.entries(after))]
  return [...new Set([...was.keys(), ...is.keys()])].flatMap((name) => {
    const [old, now] = [was.get(name), is.get(name)]
    if (isDeepStrictEqual(old, now)) return []
    if (old === undefined) return [`${name} is new`]
    if (now === undefined) return [`${name} is gone`]
    if (typeof old !== 'object' || typeof now !== 'object') return [`${name} is another`]
    return listChanges(old, now).map((change) => `${name}.${change}`)
  })
}
