// An undici interceptor with a credential that goes to its own origin and nowhere else.

import {
  type AuthorizerOptions,
  createAuthorizer,
  type Exchange,
  isStream,
  startExchange,
} from '@fluxauth/auth-core/client'
import type { Dispatcher } from 'undici'
import { HeaderList, type HeadersLike } from './header-list.ts'

type Handler = Dispatcher.DispatchHandler
type Controller = Dispatcher.DispatchController
type Dispatch = Dispatcher['dispatch']

/** Options of {@link authInterceptor}. */
export interface AuthInterceptorOptions extends AuthorizerOptions {
  /** Whether to follow redirects here, under the rules of `fetch`, or leave them, as undici does. Default `'manual'`. */
  readonly redirect?: 'follow' | 'manual' | 'error' | undefined
}

/**
 * Makes an interceptor that authenticates requests to one server.
 *
 * Use it with `redirect: 'follow'` instead of undici's own redirect interceptor. Together they work as well, in either order; the
 * credential does not come back after it was dropped. Under undici's `fetch`, which follows redirects by itself, it would: use
 * `authFetch` there.
 *
 * @param options `origin`, `credentials` and `redirect`
 * @returns for `dispatcher.compose`; requests fail with what `startExchange` names
 * @throws {TargetError} `ERR_TARGET_ORIGIN`, `ERR_TARGET_INSECURE` or `ERR_TARGET_USERINFO`
 * @example
 * const dispatcher = new Agent().compose(authInterceptor({ origin: 'https://localhost:8086', credentials: defaultChain() }))
 * const { body } = await request('https://localhost:8086/api/v2/buckets', { dispatcher })
 */
export function authInterceptor({
  redirect = 'manual',
  ...options
}: AuthInterceptorOptions): Dispatcher.DispatcherComposeInterceptor {
  const authorizer = createAuthorizer(options)
  // undici's redirect interceptor dispatches each hop with the same handler: what left once stays without.
  const left = new WeakSet<Handler>()

  return (dispatch) => (request, handler) => {
    const url = readUrl(request)
    if (!url || left.has(handler)) return dispatch(request, handler)
    if (!authorizer.target.includes(url)) left.add(handler)
    const headers = new HeaderList(request.headers as HeadersLike)
    startExchange(authorizer, {
      url,
      method: request.method,
      headers,
      replayable: !isStream(request.body),
      redirect,
      signal: (request as { signal?: AbortSignal }).signal,
    }).then(
      (exchange) => new AuthHandler(dispatch, request, handler, headers, exchange).send(),
      (error) => handler.onResponseError?.(NO_REQUEST, error),
    )
    return true
  }
}

/** The URL of a request; `undefined` for what has none, such as `CONNECT`. */
function readUrl({ origin, path }: Dispatcher.DispatchOptions): URL | undefined {
  return origin && path.startsWith('/') ? new URL(`${new URL(origin).origin}${path}`) : undefined
}

/** Stands for the request where none was sent. */
const NO_REQUEST: Controller = {
  aborted: false,
  paused: false,
  reason: null,
  abort: () => undefined,
  pause: () => undefined,
  resume: () => undefined,
}

/** Hands the answer on, or throws it away and sends again. */
class AuthHandler implements Handler {
  readonly #dispatch: Dispatch
  readonly #request: Dispatcher.DispatchOptions
  readonly #handler: Handler
  readonly #headers: HeaderList
  readonly #exchange: Exchange
  /** Is called at the end of an answer that nobody reads. */
  #discarded: (() => void) | undefined
  #failed = false

  constructor(
    dispatch: Dispatch,
    request: Dispatcher.DispatchOptions,
    handler: Handler,
    headers: HeaderList,
    exchange: Exchange,
  ) {
    this.#dispatch = dispatch
    this.#request = request
    this.#handler = handler
    this.#headers = headers
    this.#exchange = exchange
  }

  send(): void {
    const { url, method, bodyDropped, redirects } = this.#exchange
    this.#dispatch(
      {
        ...this.#request,
        ...(redirects > 0 && { origin: url.origin, path: `${url.pathname}${url.search}`, query: {} }),
        ...(bodyDropped && { body: null }),
        method: method as Dispatcher.HttpMethod,
        headers: this.#headers.toFlat(),
      },
      this,
    )
  }

  onRequestStart(controller: Controller, context: unknown): void {
    this.#handler.onRequestStart?.(controller, context)
  }

  onRequestUpgrade(...upgrade: Parameters<NonNullable<Handler['onRequestUpgrade']>>): void {
    this.#handler.onRequestUpgrade?.(...upgrade)
  }

  onResponseStart(...start: Parameters<NonNullable<Handler['onResponseStart']>>): void {
    const [controller, status, headers] = start
    const again = this.#exchange.again({
      status,
      header: (name) => String(headers[name] ?? '') || undefined,
      discard: () => this.#discard(controller),
    })
    if (again === false) {
      this.#handler.onResponseStart?.(...start)
      return
    }
    controller.pause()
    this.#decide(Promise.resolve(again), start).catch((error) => this.#fail(controller, error))
  }

  async #decide(
    again: Promise<boolean>,
    start: Parameters<NonNullable<Handler['onResponseStart']>>,
  ): Promise<void> {
    const [controller] = start
    const sendAgain = await again
    if (this.#failed) return
    if (controller.aborted) throw controller.reason
    if (sendAgain) {
      this.#discarded = undefined
      this.send()
    } else {
      this.#handler.onResponseStart?.(...start)
      controller.resume()
    }
  }

  /** Reads to the end what nobody wants, so that the connection can be used again. */
  async #discard(controller: Controller): Promise<void> {
    const ended = new Promise<void>((resolve) => {
      this.#discarded = resolve
    })
    queueMicrotask(() => controller.resume()) // after the pause in onResponseStart
    await ended
  }

  onResponseData(...data: Parameters<NonNullable<Handler['onResponseData']>>): void {
    if (!this.#discarded) this.#handler.onResponseData?.(...data)
  }

  onResponseEnd(...end: Parameters<NonNullable<Handler['onResponseEnd']>>): void {
    if (this.#discarded) this.#discarded()
    else this.#handler.onResponseEnd?.(...end)
  }

  onResponseError(controller: Controller, error: Error): void {
    if (this.#discarded && !controller.aborted) this.#discarded()
    else this.#fail(controller, error)
  }

  #fail(controller: Controller, error: Error): void {
    if (this.#failed) return
    this.#failed = true
    this.#handler.onResponseError?.(controller, error)
  }
}
