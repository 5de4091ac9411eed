// Guards a server of node:http, https or http2.

import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import type { TLSSocket } from 'node:tls'
import {
  allowed,
  checkOptions,
  type Principal,
  type ServerRequest,
  type Verifier,
} from '@fluxauth/auth-core/server'
import { createGate, type Needed, NodeRequest, type Outcome, type Peer, sendReply } from './request.ts'

export { continueWhenRead } from './expect.ts'

/** Options of {@link guardHttp}, for a server behind a proxy. */
export interface GuardHttpOptions {
  /** The client's address. Default: the connection's. */
  readonly address?: ((request: IncomingMessage) => string | undefined) | undefined
  /** Whether the client speaks TLS. Default: whether the connection does. */
  readonly secure?: ((request: IncomingMessage) => boolean) | undefined
}

/** What is called for whom the guard lets in. */
export type GuardedHandler = (
  request: IncomingMessage,
  response: ServerResponse,
  principal: Principal,
) => unknown

/**
 * Lets requests in, or answers them. It throws nothing: what `address`, `secure` or the function for a resource throws is told to the
 * verifier's `onError`, and the request is refused. What a handler throws goes on as it would have.
 */
export interface HttpGuard {
  /**
   * Puts the guard before a handler, which is called only for whom it lets in, and not for a client that has gone, or
   * was answered by somebody else, while it waited. Node hands 'upgrade' and 'connect' to listeners of their own: ask the verifier there,
   * with {@link readRequest}.
   *
   * @param needed what they must be permitted: an action, and a type of resource, one resource, or a function of the request
   */
  protect(handler: GuardedHandler, needed?: Needed<IncomingMessage>): RequestListener
  /** Answers `POST /api/v2/signin` (and `GET`, as Cloud Serverless documents it): Basic in, a session's cookie out. */
  readonly signIn: RequestListener
  /** Answers `POST /api/v2/signout`. */
  readonly signOut: RequestListener
}

/**
 * Makes a guard for listeners of Node's http.
 *
 * @param verifier as `createVerifier` makes it
 * @param options `address` and `secure`, for a server behind a proxy
 * @throws {OptionsError} `ERR_OPTION_NAME` or `ERR_OPTION_VALUE`, also for what is no verifier
 * @example
 * import { createServer } from 'node:http'
 * import { createVerifier } from '@fluxauth/auth-node/server'
 * import { guardHttp } from '@fluxauth/auth-node/servers/http'
 *
 * const guard = guardHttp(createVerifier({ findToken: () => undefined }))
 * const server = createServer(
 *   guard.protect((request, response, principal) => response.end(principal.user), ['read', 'buckets']),
 * )
 */
export function guardHttp(verifier: Verifier, options: GuardHttpOptions = {}): HttpGuard {
  options = checkOptions(options, { address: allowed.callback, secure: allowed.callback })
  const gate = createGate<IncomingMessage>(verifier, peerOf(options))
  const answer =
    (how: 'signIn' | 'signOut'): RequestListener =>
    async (request, response) => {
      const reply = await gate.answer(how, request, response, request)
      if (reply) sendReply(response, reply)
    }
  return {
    protect: (handler, needed) => (request, response) => {
      const outcome = gate.decide(request, response, request, needed)
      if ('then' in outcome)
        outcome.then((settled) => conclude(settled, request, response, handler)).catch(raise)
      else conclude(outcome, request, response, handler)
    },
    signIn: answer('signIn'),
    signOut: answer('signOut'),
  }
}

/**
 * Reads a request of Node's http for a verifier or a `createGuard` of yours.
 *
 * @param request as Node has it; its body is not touched
 * @param options `address` and `secure`, for a server behind a proxy
 * @example
 * import type { IncomingMessage } from 'node:http'
 * import { createGuard, createVerifier } from '@fluxauth/auth-node/server'
 * import { readRequest } from '@fluxauth/auth-node/servers/http'
 *
 * // Hono on Node: its context has Node's own request, which is read in less time than a `Request`.
 * interface Context {
 *   readonly env: { readonly incoming: IncomingMessage }
 * }
 * const verifier = createVerifier({ findToken: () => undefined })
 * const guard = createGuard(verifier, { read: ({ env }: Context) => readRequest(env.incoming) })
 */
export function readRequest(request: IncomingMessage, options?: GuardHttpOptions): ServerRequest {
  return new NodeRequest(request, request, options ? peerOf(options) : connectionPeer)
}

/** As the connection tells it; a request that a test made may have none. */
const connectionPeer: Peer<Partial<IncomingMessage>> = {
  address: ({ socket }) => socket?.remoteAddress,
  secure: ({ socket }) => (socket as TLSSocket | undefined)?.encrypted === true,
}

function peerOf({ address, secure }: GuardHttpOptions): Peer<IncomingMessage> {
  return { address: address ?? connectionPeer.address, secure: secure ?? connectionPeer.secure }
}

function conclude(
  outcome: Outcome,
  request: IncomingMessage,
  response: ServerResponse,
  handler: GuardedHandler,
): void {
  if (!outcome) return
  if ('refusal' in outcome) sendReply(response, outcome.refusal)
  else handler(request, response, outcome.principal)
}

/** Throws what a listener would have thrown, had it not had to wait. */
function raise(error: unknown): void {
  process.nextTick(() => {
    throw error
  })
}
