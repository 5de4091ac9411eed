// Guards a Fastify server, version 5, as a plugin.

import type { IncomingMessage } from 'node:http'
import type { Action, Principal, Reply, Verifier } from '@fluxauth/auth-core/server'
import type {
  FastifyPluginAsync,
  FastifyReply,
  FastifyRequest,
  HookHandlerDoneFunction,
  onRequestHookHandler,
  preParsingHookHandler,
  RouteHandlerMethod,
} from 'fastify'
import { createGate, isAnswered, type Needed, type NeededResource, type Outcome } from './request.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** Who the request is from, once `authenticate` or `requirePermission` has let it in. */
    principal?: Principal
  }
  interface FastifyInstance {
    /** An `onRequest` hook that lets in whoever has a right credential, and sets `request.principal`. */
    authenticate: onRequestHookHandler
    /**
     * Makes an `onRequest` hook that lets in whoever may do something, with or without `authenticate` before it.
     *
     * @param action `'read'` or `'write'`
     * @param resource a type of resource, one resource, or a function of the request
     * @param id of the one resource of that type
     */
    requirePermission(
      action: Action,
      resource: NeededResource<FastifyRequest>,
      id?: string,
    ): onRequestHookHandler
    /** Answers `POST /api/v2/signin` (and `GET`, as Cloud Serverless documents it): Basic in, a session's cookie out. */
    signIn: RouteHandlerMethod
    /** Answers `POST /api/v2/signout`. */
    signOut: RouteHandlerMethod
  }
}

/** Options of {@link guardFastify}. */
export interface GuardFastifyOptions {
  /** As `createVerifier` makes it. */
  readonly verifier: Verifier
}

/**
 * The plugin: decorates the server with `authenticate`, `requirePermission`, `signIn` and `signOut`. Behind a proxy the client's address
 * and TLS are those that the server's `trustProxy` option tells. A refused request's body is not parsed.
 *
 * @throws {OptionsError} `ERR_OPTION_VALUE`, as the server gets ready, for what is no verifier
 * @example
 * import { createVerifier } from '@fluxauth/auth-node/server'
 * import { guardFastify } from '@fluxauth/auth-node/servers/fastify'
 * import fastify from 'fastify'
 *
 * const app = fastify()
 * await app.register(guardFastify, { verifier: createVerifier({ findToken: () => undefined }) })
 * app.get('/api/v2/buckets', { onRequest: app.requirePermission('read', 'buckets') }, async ({ principal }) => ({
 *   buckets: [],
 *   user: principal?.user,
 * }))
 * console.log((await app.inject('/api/v2/buckets')).statusCode) // 401
 */
export const guardFastify: FastifyPluginAsync<GuardFastifyOptions> = async (app, { verifier }) => {
  const gate = createGate<FastifyRequest>(verifier, {
    address: ({ ip }) => ip,
    secure: ({ protocol }) => protocol === 'https',
  })
  const guarded =
    (needed?: Needed<FastifyRequest>): onRequestHookHandler =>
    (request, reply, next) => {
      const outcome = gate.decide(request.raw, reply.raw, request, needed)
      if ('then' in outcome) outcome.then((settled) => conclude(settled, request, reply, next)).catch(next)
      else conclude(outcome, request, reply, next)
    }
  const answer =
    (how: 'signIn' | 'signOut'): RouteHandlerMethod =>
    (request, reply) => {
      gate
        .answer(how, request.raw, reply.raw, request)
        .then((answer) => answer && send(reply, answer))
        .catch((error) => reply.send(error))
    }
  // A guard within another's reach: what requests have is theirs in common, and the rest is the inner one's there.
  if (!app.hasRequestDecorator('principal')) app.decorateRequest('principal', undefined)
  app.decorate('authenticate', guarded())
  app.decorate('requirePermission', (...needed) => guarded(needed))
  const [signIn, signOut] = [answer('signIn'), answer('signOut')]
  app.decorate('signIn', signIn)
  app.decorate('signOut', signOut)
  app.addHook('onRoute', (route) => {
    if (route.handler !== signIn && route.handler !== signOut) return
    route.preParsing = [route.preParsing ?? [], forgetType].flat()
  })
}

// What is decorated is there for whoever registers the plugin, as Fastify's own plugins have it.
Object.assign(guardFastify, {
  [Symbol.for('skip-override')]: true,
  [Symbol.for('fastify.display-name')]: '@fluxauth/auth-node',
  [Symbol.for('plugin-meta')]: { fastify: '5.x', name: '@fluxauth/auth-node' },
})

/** Fastify refuses a type without a body. Whoever signs in or out sends none, and many clients name a type with each POST all the same. */
const forgetType: preParsingHookHandler = (request, _reply, payload, done) => {
  if (isEmpty(request.raw)) request.headers = { ...request.headers, 'content-type': undefined }
  done(null, payload)
}

/** HTTP/2 has no need to tell how long a body is: there the stream has ended with its headers. */
function isEmpty(
  raw: IncomingMessage & { readonly stream?: { readonly endAfterHeaders?: boolean } },
): boolean {
  const { 'content-length': length, 'transfer-encoding': coding } = raw.headers
  if (raw.httpVersionMajor === 2) return raw.stream?.endAfterHeaders === true
  return coding === undefined && (length === undefined || length === '0')
}

function conclude(
  outcome: Outcome,
  request: FastifyRequest,
  reply: FastifyReply,
  next: HookHandlerDoneFunction,
): void {
  if (!outcome) return
  if ('refusal' in outcome) {
    send(reply, outcome.refusal)
  } else {
    request.principal = outcome.principal
    next()
  }
}

function send(reply: FastifyReply, { status, headers, body }: Reply): void {
  if (reply.sent || isAnswered(reply.raw)) return
  reply
    .code(status)
    .headers(headers)
    .send(body || undefined)
}
