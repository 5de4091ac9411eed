// What an adapter brings to the server suite: a server with the suite's routes, and what it says that it can do.

import type { Server } from 'node:http'
import type { Principal, Verifier } from '@fluxauth/auth-core/server'

/**
 * What the suite starts a server with. The server has these routes, on any free port of 127.0.0.1:
 *
 * | route | needs | answers |
 * |---|---|---|
 * | `GET`, `HEAD` `/api/v2/me` | a credential | the principal as JSON |
 * | `OPTIONS /api/v2/me` | a credential | 204 |
 * | `PUT /api/v2/me` | a credential | the principal as JSON |
 * | `GET /api/v2/buckets` | to read buckets | `{"buckets":[]}` |
 * | `POST /api/v2/buckets` | to write buckets | 201 |
 * | `GET /api/v2/buckets/:id` | to read that bucket | `{"id":"…"}` |
 * | `POST /api/v2/echo` | a credential | the body, streamed as it comes in |
 * | `POST`, `GET` `/api/v2/signin` | | what the verifier's `signIn` says |
 * | `POST /api/v2/signout` | | what the verifier's `signOut` says |
 * | `GET /open` | nothing: it is not guarded | `open` as text |
 * | `GET /shared` | a credential; whatever is answered has the headers `cors` | the principal as JSON |
 * | `OPTIONS /shared` | nothing: CORS goes before the guard | 204 with the headers `cors` |
 */
export interface ServerOptions {
  /** To be guarded with. */
  readonly verifier: Verifier
  /** To be called first thing by the handler of every guarded route. */
  readonly visited: (principal: Principal) => void
  /** What the answers of `/shared` say to pages of other origins. */
  readonly cors: Readonly<Record<string, string>>
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
