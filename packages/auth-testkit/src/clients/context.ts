// What the parts of the client suite share: the network, clients in use, and requests.

import type { Credentials } from '@fluxauth/auth-core'
import type { CredentialProvider } from '@fluxauth/auth-core/client'
import { afterAll, beforeAll, expect } from 'vitest'
import { inTime } from '../deadline.ts'
import { PRINTED, watchSecrets } from '../output.ts'
import type { ClientAnswer, ClientOptions, ClientRequest, ClientTraits, ClientUnderTest } from './contract.ts'
import { listChanges } from './expectations.ts'
import { type Network, type Responder, type Stage, startNetwork, type Visit } from './network.ts'
import { SECRETS, showsNoSecret, showsNoSecretElsewhere, TOKEN } from './secrets.ts'

const ALL_METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const

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
  watchSecrets(SECRETS, PRINTED)
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
      const given = structuredClone(partsOf(whole))
      const asked = describeRequest(whole)
      try {
        return await inTime(
          client.request(whole),
          () =>
            `${asked} had neither an answer nor an error after ${stage.visits.length} that reached a server`,
          'Likely the adapter does not settle its promise when the client fails or is aborted, or does not let go of an answer (a 401, a redirect) before it sends again.',
        )
      } finally {
        const changes = listChanges(given, partsOf(whole))
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

export function describeRequest({ method, url }: Pick<ClientRequest, 'method' | 'url'>): string {
  return `${method} ${url.replace(/\/\/[^/]*@/, '//[redacted]@')}`
}

/** A request without what cannot be copied. */
function partsOf({ body: _, signal: __, ...parts }: ClientRequest): object {
  return parts
}
