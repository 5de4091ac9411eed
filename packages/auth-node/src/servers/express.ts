// Guards an Express application, version 4 or 5.

import type { Action, Principal, Verifier } from '@fluxauth/auth-core/server'
import type { NextFunction, Request, RequestHandler, Response } from 'express'
import { setPrincipal } from './express-principal.ts'
import { createGate, type Needed, type NeededResource, type Outcome, sendReply } from './request.ts'

declare global {
  namespace Express {
    interface Request {
      /** Who the request is from, once `authenticate` or `requirePermission` has let it in. */
      principal?: Principal
    }
  }
}

/** Lets requests in, or answers them. */
export interface ExpressGuard {
  /** Middleware that lets in whoever has a right credential, and sets `request.principal`. */
  readonly authenticate: RequestHandler
  /**
   * Middleware that lets in whoever may do something, with or without {@link authenticate} before it.
   *
   * @param action `'read'` or `'write'`
   * @param resource a type of resource, one resource, or a function of the request
   * @param id of the one resource of that type
   */
  requirePermission(
    action: Action,
    resource: NeededResource<Request>,
    id?: string | undefined,
  ): RequestHandler
  /** Answers `POST /api/v2/signin` (and `GET`, as Cloud Serverless documents it): Basic in, a session's cookie out. */
  readonly signIn: RequestHandler
  /** Answers `POST /api/v2/signout`. */
  readonly signOut: RequestHandler
}

/**
 * Makes a guard for Express. Behind a proxy the client's address and TLS are those that the application's `trust proxy` setting tells.
 *
 * @param verifier as `createVerifier` makes it
 * @throws {OptionsError} `ERR_OPTION_VALUE` for what is no verifier
 * @example
 * import { createVerifier } from '@fluxauth/auth-node/server'
 * import { guardExpress } from '@fluxauth/auth-node/servers/express'
 * import express from 'express'
 *
 * const guard = guardExpress(createVerifier({ findToken: () => undefined }))
 * express().get('/api/v2/buckets', guard.requirePermission('read', 'buckets'), (request, response) => {
 *   response.json({ buckets: [], user: request.principal?.user })
 * })
 */
export function guardExpress(verifier: Verifier): ExpressGuard {
  const gate = createGate<Request>(verifier, {
    address: ({ ip }) => ip,
    secure: ({ secure }) => secure,
  })
  const guarded =
    (needed?: Needed<Request>): RequestHandler =>
    (request, response, next) => {
      const outcome = gate.decide(request, response, request, needed)
      if ('then' in outcome) outcome.then((settled) => conclude(settled, request, response, next)).catch(next)
      else conclude(outcome, request, response, next)
    }
  const answer =
    (how: 'signIn' | 'signOut'): RequestHandler =>
    (request, response, next) => {
      // Express 4 knows no promises.
      gate
        .answer(how, request, response, request)
        .then((reply) => reply && sendReply(response, reply))
        .catch(next)
    }
  return {
    authenticate: guarded(),
    requirePermission: (...needed) => guarded(needed),
    signIn: answer('signIn'),
    signOut: answer('signOut'),
  }
}

function conclude(outcome: Outcome, request: Request, response: Response, next: NextFunction): void {
  if (!outcome) return
  if ('refusal' in outcome) {
    sendReply(response, outcome.refusal)
  } else {
    setPrincipal(request, outcome.principal)
    next()
  }
}
