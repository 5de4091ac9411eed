// The guard for servers that speak web-standard Request and Response: Hono, Workers, Bun, Deno, Next.js routes.

import { type Awaitable, isPromise, whenReady } from '../awaitable.ts'
import * as allowed from '../option-rules.ts'
import { checkOptions } from '../options.ts'
import type { Verdict } from './checks/check.ts'
import type { Action, Resource } from './checks/permissions.ts'
import { type AskedHeader, atOnce, type ServerRequest } from './incoming/request.ts'
import type { Principal } from './outgoing/principal.ts'
import type { Reply } from './outgoing/refusal.ts'
import { checkVerifier, type Verifier } from './verifier.ts'

/** What is used of a `Request`: any runtime's, its body untouched. */
export interface WebRequest {
  readonly url: string
  readonly method: string
  readonly headers: { get(name: string): string | null }
  /** Where the runtime tells when the client has gone: no handler is called for it any more. */
  readonly signal?: { readonly aborted: boolean }
}

/**
 * Options of {@link createGuard}. `Rest` is what the runtime hands over beside the request: Deno's and Bun's information about the
 * connection, a Worker's environment, Hono's context.
 */
export interface GuardOptions<R, Rest extends readonly unknown[]> {
  /**
   * The client's address, which does not stand in a `Request`. Without it attempts with passwords of all clients are counted together, and
   * wrong tokens not at all, of which `onError` is told once.
   */
  readonly address?: ((request: R, ...rest: Rest) => string | undefined) | undefined
  /** Whether the request came over TLS. Default: as its URL says. Say so yourself behind a proxy that ends TLS. */
  readonly secure?: ((request: R, ...rest: Rest) => boolean) | undefined
  /**
   * Reads the request for the verifier, where the runtime has it in another form than a `Request`, or in one that takes less time: the
   * context of Hono's Node server has Node's own (`readRequest` of auth-node). `address` and `secure` are not asked then.
   */
  readonly read?: ((request: R, ...rest: Rest) => ServerRequest) | undefined
}

/** What nginx logs for a client that went before its answer: nobody gets to see it. */
const CLIENT_GONE = 499

/** What a principal must be permitted: an action, and a type of resource, one of that type by its id, or one resource. */
export type Needed = readonly [action: Action, resource: string | Resource, id?: string | undefined]

/**
 * Lets requests in, or answers them. It throws nothing: what `address`, `secure` and `read` throw is told to the verifier's `onError`, and
 * the request is refused. What a handler throws goes on as it would have.
 */
export interface Guard<R, Rest extends readonly unknown[]> {
  /**
   * Who a request is from, or the answer that refuses it; without a promise where the verifier has its answer at hand.
   *
   * @param needed what they must be permitted
   */
  (request: R, needed?: Needed, ...rest: Partial<Rest>): Awaitable<Principal | Response>
  /**
   * Puts the guard before a handler, which is called only for whom it lets in. What `address` does not ask for a handler may ask for: the
   * parameters of a route of Next.js.
   */
  protect<Q extends R, More extends readonly [...Rest, ...unknown[]]>(
    handler: (request: Q, principal: Principal, ...rest: More) => Response | Promise<Response>,
    needed?: Needed,
  ): (request: Q, ...rest: More) => Awaitable<Response>
  /** Answers `POST /api/v2/signin` (and `GET`, as Cloud Serverless documents it): Basic in, a session's cookie out. */
  signIn(request: R, ...rest: Rest): Promise<Response>
  /** Answers `POST /api/v2/signout`. */
  signOut(request: R, ...rest: Rest): Promise<Response>
}

/**
 * Makes a guard of a verifier.
 *
 * @param verifier as `createVerifier` makes it
 * @param options `address` and `secure`, or `read`, which lets the guard take something else than a `Request`
 * @throws {OptionsError} `ERR_OPTION_NAME` or `ERR_OPTION_VALUE`, also for what is no verifier
 * @example
 * import { createGuard, createVerifier } from '@fluxauth/auth-core/server'
 *
 * const verifier = createVerifier({ findToken: () => undefined })
 * const address = ({ headers }: Request) => headers.get('cf-connecting-ip') ?? undefined
 * const guard = createGuard(verifier, { address })
 * const buckets = guard.protect(() => Response.json({ buckets: [] }), ['read', 'buckets'])
 * ;(await buckets(new Request('https://api.test/api/v2/buckets'))).status // 401
 */
export function createGuard<
  R extends WebRequest = Request,
  Rest extends readonly unknown[] = readonly unknown[],
>(verifier: Verifier, options?: GuardOptions<R, Rest>): Guard<R, Rest>
export function createGuard<R, Rest extends readonly unknown[] = readonly unknown[]>(
  verifier: Verifier,
  options: GuardOptions<R, Rest> & { readonly read: (request: R, ...rest: Rest) => ServerRequest },
): Guard<R, Rest>
export function createGuard<R extends WebRequest, Rest extends readonly unknown[]>(
  verifier: Verifier,
  options: GuardOptions<R, Rest> = {},
): Guard<R, Rest> {
  checkVerifier(verifier)
  options = checkOptions(options, {
    address: allowed.callback,
    secure: allowed.callback,
    read: allowed.callback,
  })
  const look: (request: R, ...rest: Rest) => ServerRequest =
    options.read ?? ((request, ...rest) => new AskedRequest(request, rest, options))
  const conclude = (verdict: Verdict, asked: ServerRequest, needed?: Needed): Principal | Response => {
    if ('refusal' in verdict) return toResponse(verdict.refusal)
    const { principal } = verdict
    const refusal = needed && verifier.permit(principal, asked, ...needed)
    return refusal ? toResponse(refusal) : principal
  }
  const concludeLater = async (
    verdict: Promise<Verdict>,
    asked: ServerRequest,
    request: R,
    needed?: Needed,
  ): Promise<Principal | Response> => {
    try {
      // Asked for before the wait: there are runtimes that watch the connection only from then on.
      const { signal } = request
      const settled = await verdict
      return signal?.aborted || asked.gone
        ? new Response(null, { status: CLIENT_GONE, headers: {} })
        : conclude(settled, asked, needed)
    } catch (error) {
      return toResponse(verifier.fail(error, asked))
    }
  }
  const admit = (request: R, rest: Rest, needed?: Needed): Awaitable<Principal | Response> => {
    let asked: ServerRequest | undefined
    try {
      asked = atOnce(look(request, ...rest))
      const verdict = verifier.verify(asked)
      return isPromise(verdict)
        ? concludeLater(verdict, asked, request, needed)
        : conclude(verdict, asked, needed)
    } catch (error) {
      return toResponse(verifier.fail(error, asked))
    }
  }
  const answer =
    (how: 'signIn' | 'signOut') =>
    async (request: R, ...rest: Rest): Promise<Response> => {
      let asked: ServerRequest | undefined
      try {
        asked = atOnce(look(request, ...rest))
        return toResponse(await verifier[how](asked))
      } catch (error) {
        return toResponse(verifier.fail(error, asked))
      }
    }
  const guard = (request: R, needed?: Needed, ...rest: Partial<Rest>): Awaitable<Principal | Response> =>
    admit(request, rest as unknown as Rest, needed)
  return Object.assign(guard, {
    protect:
      <Q extends R, More extends readonly [...Rest, ...unknown[]]>(
        handler: (request: Q, principal: Principal, ...rest: More) => Response | Promise<Response>,
        needed?: Needed,
      ) =>
      (request: Q, ...rest: More): Awaitable<Response> =>
        whenReady(admit(request, rest as unknown as Rest, needed), (admitted) =>
          isPrincipal(admitted) ? handler(request, admitted, ...rest) : admitted,
        ),
    signIn: answer('signIn'),
    signOut: answer('signOut'),
  })
}

/** By what it has itself: on a prototype that all objects have, anything may have been put by mistake, and a refusal would have it too. */
function isPrincipal(admitted: Principal | Response): admitted is Principal {
  return Object.hasOwn(admitted, 'userID')
}

/** A `Request`, as a verifier looks at it: what it does not ask for is not read. */
class AskedRequest<R extends WebRequest, Rest extends readonly unknown[]> implements ServerRequest {
  readonly #request: R
  readonly #rest: Rest
  readonly #options: GuardOptions<R, Rest>
  /** `null` until it was asked for. */
  #address: string | undefined | null = null

  constructor(request: R, rest: Rest, options: GuardOptions<R, Rest>) {
    this.#request = request
    this.#rest = rest
    this.#options = options
  }

  get method(): string {
    return this.#request.method
  }

  get url(): string {
    return this.#request.url
  }

  get gone(): boolean | undefined {
    return this.#request.signal?.aborted
  }

  /** Several field lines come joined with a comma, which no credential holds: they are refused as a list. */
  get authorization(): string | undefined {
    return this.#request.headers.get('authorization') ?? undefined
  }

  get address(): string | undefined {
    // Once: what throws for this request is not asked for it again.
    if (this.#address !== null) return this.#address
    this.#address = undefined
    this.#address = atOnce(this.#options.address?.(this.#request, ...this.#rest))
    return this.#address
  }

  get secure(): boolean {
    return atOnce(this.#options.secure?.(this.#request, ...this.#rest)) ?? this.url.startsWith('https:')
  }

  /** Not every runtime passes the Host on, but all of them make the URL of it. */
  header(name: AskedHeader): string | null {
    return this.#request.headers.get(name) ?? (name === 'host' ? hostOf(this.url) : null)
  }
}

function hostOf(url: string): string | null {
  try {
    return new URL(url).host
  } catch {
    return null // a path alone, where something else than a `Request` was handed over
  }
}

function toResponse({ status, headers, body }: Reply): Response {
  return new Response(body || null, { status, headers })
}
