// Guards a Koa application.

import type { Action, Principal, Reply, Verifier } from '@fluxauth/auth-core/server'
import type { Middleware, Next, ParameterizedContext } from 'koa'
import { createGate, isAnswered, type Needed, type NeededResource, type Outcome } from './request.ts'

/** What the guard adds to a context's state. */
export interface GuardedState {
  /** Who the request is from, once `authenticate` or `requirePermission` has let it in. */
  principal?: Principal
}

type Context = ParameterizedContext<GuardedState>

/** Lets requests in, or answers them. */
export interface KoaGuard {
  /** Middleware that lets in whoever has a right credential, and sets `ctx.state.principal`. */
  readonly authenticate: Middleware<GuardedState>
  /**
   * Middleware that lets in whoever may do something, with or without {@link authenticate} before it.
   *
   * @param action `'read'` or `'write'`
   * @param resource a type of resource, one resource, or a function of the context
   * @param id of the one resource of that type
   */
  requirePermission(
    action: Action,
    resource: NeededResource<Context>,
    id?: string | undefined,
  ): Middleware<GuardedState>
  /** Answers `POST /api/v2/signin` (and `GET`, as Cloud Serverless documents it): Basic in, a session's cookie out. */
  readonly signIn: Middleware
  /** Answers `POST /api/v2/signout`. */
  readonly signOut: Middleware
}

/**
 * Makes a guard for Koa. Behind a proxy the client's address and TLS are those that the application's `proxy` setting tells.
 *
 * @param verifier as `createVerifier` makes it
 * @throws {OptionsError} `ERR_OPTION_VALUE` for what is no verifier
 * @example
 * import { createVerifier } from '@fluxauth/auth-node/server'
 * import { guardKoa } from '@fluxauth/auth-node/servers/koa'
 * import Koa from 'koa'
 *
 * const guard = guardKoa(createVerifier({ findToken: () => undefined }))
 * const app = new Koa()
 * app.use(guard.requirePermission('read', 'buckets'))
 * app.use((ctx) => {
 *   ctx.body = { buckets: [], user: ctx.state.principal?.user }
 * })
 */
export function guardKoa(verifier: Verifier): KoaGuard {
  const gate = createGate<Context>(verifier, {
    address: ({ ip }) => ip,
    secure: ({ secure }) => secure,
  })
  const guarded =
    (needed?: Needed<Context>): Middleware<GuardedState> =>
    (ctx, next) => {
      const outcome = gate.decide(ctx.req, ctx.res, ctx, needed)
      if ('then' in outcome) return outcome.then((outcome) => conclude(ctx, next, outcome))
      return conclude(ctx, next, outcome)
    }
  const answer =
    (how: 'signIn' | 'signOut'): Middleware =>
    async (ctx) => {
      const reply = await gate.answer(how, ctx.req, ctx.res, ctx)
      if (reply) send(ctx, reply)
    }
  return {
    authenticate: guarded(),
    requirePermission: (...needed) => guarded(needed),
    signIn: answer('signIn'),
    signOut: answer('signOut'),
  }
}

function conclude(ctx: Context, next: Next, outcome: Outcome): unknown {
  if (!outcome) return undefined
  if ('refusal' in outcome) return send(ctx, outcome.refusal)
  ctx.state.principal = outcome.principal
  return next()
}

function send(ctx: ParameterizedContext, { status, headers, body }: Reply): void {
  if (isAnswered(ctx.res)) return
  // An empty body would be given a type, and null the status 204: the status comes last.
  ctx.body = body || null
  ctx.status = status
  for (const [name, value] of Object.entries(headers)) {
    if (name === 'set-cookie') ctx.append(name, value)
    else ctx.set(name, value)
  }
}
