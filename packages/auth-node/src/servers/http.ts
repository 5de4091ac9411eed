// Guards a server of node:http, https or http2.

import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import type { TLSSocket } from 'node:tls'
import type { Action, Principal, Verifier } from '@fluxauth/auth-core/server'
import { createGate, type NeededResource, sendReply, whenDecided } from './request.ts'

/** Options of {@link guardHttp}, for a server behind a proxy. */
export interface GuardHttpOptions {
  /** The client's address. Default: the connection's. */
  readonly address?: ((request: IncomingMessage) => string | undefined) | undefined
  /** Whether the client speaks TLS. Default: whether the connection does. */
  readonly secure?: ((request: IncomingMessage) => boolean) | undefined
}

/** Lets requests in, or answers them. */
export interface HttpGuard {
  /**
   * Puts the guard before a handler, which is called only for whom it lets in, and not for a client that has gone.
   *
   * @param needed what they must be permitted: an action, and a type of resource, one resource, or a function of the request
   */
  protect(
    handler: (request: IncomingMessage, response: ServerResponse, principal: Principal) => unknown,
    needed?: readonly [action: Action, resource: NeededResource<IncomingMessage>],
  ): RequestListener
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
 * @example
 * const guard = guardHttp(verifier)
 * createServer(guard.protect((request, response, principal) => response.end(principal.user), ['read', 'buckets']))
 */
export function guardHttp(verifier: Verifier, { address, secure }: GuardHttpOptions = {}): HttpGuard {
  const gate = createGate<IncomingMessage>(verifier, {
    address: address ?? (({ socket }) => socket.remoteAddress),
    secure: secure ?? (({ socket }) => (socket as TLSSocket).encrypted === true),
  })
  const answer =
    (how: 'signIn' | 'signOut'): RequestListener =>
    async (request, response) =>
      sendReply(response, await gate.answer(how, request, request))
  return {
    protect:
      (handler, [action, resource] = [] as never) =>
      (request, response) => {
        whenDecided(
          gate.decide(request, request, action, resource),
          (outcome) => {
            if (!outcome) return
            if ('refusal' in outcome) sendReply(response, outcome.refusal)
            else handler(request, response, outcome.principal)
          },
          raise,
        )
      },
    signIn: answer('signIn'),
    signOut: answer('signOut'),
  }
}

/** Throws what a listener would have thrown, had it not had to wait. */
function raise(error: unknown): void {
  process.nextTick(() => {
    throw error
  })
}
