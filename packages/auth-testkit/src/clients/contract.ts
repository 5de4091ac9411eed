// What an adapter brings to the client suite, and what it says that its client can do.

import type { AuthorizerOptions } from '@fluxauth/auth-core/client'
import type { Network } from './network.ts'

/** What the suite makes a client with: the authorizer's options, and the way into the test network. */
export interface ClientOptions extends AuthorizerOptions {
  /** The certificate authority to trust, as PEM; `undefined` for none but the usual. */
  readonly ca: string | undefined
  /** To be used in the place of DNS. */
  readonly lookup: Network['lookup']
  /** What the client itself is to send with every request; given only where the traits say that it has such headers. */
  readonly headers?: Readonly<Record<string, string>>
}

/** A request that the suite sends. */
export interface ClientRequest {
  readonly url: string
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'OPTIONS'
  readonly headers: Readonly<Record<string, string>>
  /** Text, or a stream when the traits say that the client sends them. */
  readonly body?: string | AsyncIterable<Uint8Array>
  /** Always `'follow'`, unless the traits say that there are other modes. */
  readonly redirect: 'follow' | 'manual' | 'error'
  readonly signal?: AbortSignal
}

/** A server's answer, refusals included: where the client throws for a status, the adapter under test catches. */
export interface ClientAnswer {
  readonly status: number
  readonly body: AsyncIterable<Uint8Array | string> | string
  /** What the client's user gets, answer or error: it must not show the credential. */
  readonly given: unknown
}

/** A request that its caller keeps, in the client's own form: a URL object, a config, options. */
export interface KeptRequest {
  /** Sends it as it stands. */
  send(): Promise<unknown>
  /** Makes all that the caller can reach say something else: the URL, the method, the headers, what to do with redirects. */
  change(url: string): void
}

/** The client under test. */
export interface ClientUnderTest {
  /** What the client's user has in hand, to send with: it must not show the credential either. */
  readonly inHand?: unknown
  /** Sends a request; rejects with what the client's user gets when there is no answer. */
  request(request: ClientRequest): Promise<ClientAnswer>
  /** Makes a request whose parts the suite may change, where the traits say that the client's caller keeps them. */
  keep?(request: ClientRequest): KeptRequest
  close(): Promise<unknown>
}

/** What a client can do at all. */
export interface ClientTraits {
  /** `'followed'`, or `'left'` to the caller as an answer or an error. */
  readonly redirects: 'followed' | 'left'
  /** Whether requests may say `redirect: 'manual'` and `'error'`. Default `false`. */
  readonly redirectModes?: boolean
  /** The methods it can send. Default all. */
  readonly methods?: readonly ClientRequest['method'][]
  /** Whether a request's body may be a stream. Default `false`. */
  readonly streamsRequests?: boolean
  /** Whether an answer's body is a stream. Default `false`. */
  readonly streamsAnswers?: boolean
  /** Whether an answer's body reaches the client's user; where it does not, answer with an empty one. Default `true`. */
  readonly readsAnswers?: boolean
  /** Whether the client itself reads a refusal to its end before the adapter is told of it. Default `false`. */
  readonly readsRefusals?: boolean
  /** Whether requests take an `AbortSignal`. Default `false`. */
  readonly signals?: boolean
  /** Whether the client, left alone, leaves listeners on a signal, as `fetch` does until they are collected. Default `false`. */
  readonly leavesListeners?: boolean
  /** Whether the user name and password of a request's URL reach the adapter. Default `true`. */
  readonly seesUserinfo?: boolean
  /** Whether requests may set headers of their own, `Authorization` included. Default `true`. */
  readonly ownHeaders?: boolean
  /** Whether the client itself can be made with headers for every request. Default `false`. */
  readonly headersOfClient?: boolean
  /** Whether the caller keeps parts of a request that can be changed while it waits: there is {@link ClientUnderTest.keep}. Default `false`. */
  readonly keeps?: boolean
}
