// An undici interceptor with a credential that goes to its own origin and nowhere else.

import type { IncomingHttpHeaders } from 'node:http'
import type { Duplex } from 'node:stream'
import {
  type AuthorizerOptions,
  allowed,
  authorizerRules,
  checkOptions,
  createAuthorizer,
  type Exchange,
  isDeciding,
  isStream,
  RecordHeaders,
  RedirectError,
  type RequestUrl,
  startExchange,
  type Target,
} from '@fluxauth/auth-core/client'
import type { Dispatcher } from 'undici'
import { type Connected, connectedTo, holdTo } from './connected.ts'
import { leaveOutProxy, originsInClear } from './environment-proxy.ts'
import { HeaderList, type HeadersLike } from './header-list.ts'
import { hush } from './quiet-request.ts'

type Handler = Dispatcher.DispatchHandler
type Controller = Dispatcher.DispatchController
type Dispatch = Dispatcher['dispatch']

/** Options of {@link authInterceptor}. */
export interface AuthInterceptorOptions extends AuthorizerOptions {
  /** Whether to follow redirects here, under the rules of `fetch`, or leave them, as undici does. Default `'manual'`. */
  readonly redirect?: 'follow' | 'manual' | 'error' | undefined
}

const RULES = { ...authorizerRules, redirect: allowed.oneOf('follow', 'manual', 'error') }

/**
 * Makes a dispatcher authenticate requests to one server.
 *
 * A `Client` or `Pool` goes to its own server, whatever a request says: the credential goes along where that server is the bound one,
 * and its requests need no `origin`. A request that names another origin goes without.
 *
 * @param dispatcher an `Agent`, `Pool` or `Client`; what else was composed with it stays. It prints as its name from here on: while a
 *   request is under way it holds the credential
 * @param options `origin`, `credentials` and `redirect`
 * @returns the dispatcher; requests fail with what `startExchange` names
 * @throws {TargetError} `ERR_TARGET_ORIGIN`, `ERR_TARGET_INSECURE` or `ERR_TARGET_USERINFO`; `ERR_TARGET_DISPATCHER` for a dispatcher
 *   that goes to servers of its own without saying to which, such as a `BalancedPool`, or that sends with another, such as a
 *   `RetryAgent`: put it around what this makes
 * @example
 * import { defaultChain } from '@fluxauth/auth-node'
 * import { authDispatcher } from '@fluxauth/auth-node/undici'
 * import { Agent, request } from 'undici'
 *
 * const dispatcher = authDispatcher(new Agent(), { origin: 'http://localhost:8086', credentials: defaultChain() })
 * const { body, statusCode } = await request('http://localhost:8086/api/v2/buckets', { dispatcher })
 * await body.dump()
 * console.log(statusCode) // 200
 */
export function authDispatcher<D extends Dispatcher>(dispatcher: D, options: AuthInterceptorOptions): D {
  const connected = connectedTo(dispatcher)
  const { authorizer, intercept, watchesAnswers } = createInterceptor(options, connected)
  if (connected && authorizer.target.includes(connected)) holdTo(connected, dispatcher)
  const inClear = originsInClear(authorizer)
  if (inClear.length > 0) leaveOutProxy(dispatcher, inClear)
  hush(dispatcher, showDispatcher)
  if (watchesAnswers) return dispatcher.compose(intercept) as unknown as D
  // `compose` translates every answer twice, which takes a tenth of a small request: needless where nobody looks at it.
  const dispatch = intercept(dispatcher.dispatch.bind(dispatcher))
  return new Proxy(dispatcher, {
    get: (target, key) => (key === 'dispatch' ? dispatch : target[key as keyof D]),
  })
}

function showDispatcher(this: object): string {
  return this.constructor.name
}

/**
 * Makes an interceptor that authenticates requests to one server, to be composed with others on an `Agent`.
 *
 * It sees where a request says to go, which is where an `Agent` goes. A `Client` or `Pool` goes to its own server whatever a request
 * says, and an interceptor cannot see which: use {@link authDispatcher} there.
 *
 * Use it with `redirect: 'follow'` instead of undici's own redirect interceptor. Together they work as well, in either order; the
 * credential does not come back after it was dropped. Under undici's `fetch`, which follows redirects by itself, it would: use
 * `authFetch` there.
 *
 * @param options `origin`, `credentials` and `redirect`
 * @returns for `dispatcher.compose`; requests fail with what `startExchange` names
 * @throws {TargetError} `ERR_TARGET_ORIGIN`, `ERR_TARGET_INSECURE` or `ERR_TARGET_USERINFO`
 */
export function authInterceptor(options: AuthInterceptorOptions): Dispatcher.DispatcherComposeInterceptor {
  return createInterceptor(options, undefined).intercept
}

function createInterceptor(options: AuthInterceptorOptions, connected: Connected | undefined) {
  checkOptions(options, RULES)
  const { redirect = 'manual', ...bound } = options
  const authorizer = createAuthorizer(bound)
  const watchesAnswers = authorizer.watchesAnswers || redirect !== 'manual'
  // undici's redirect interceptor dispatches each hop with the same handler: what left once stays without.
  const left = new WeakSet<Handler>()
  // Nor does it come along from https to http, where the credential is bound to both.
  const protocols = new Set(authorizer.target.origins.map((bound) => new URL(bound).protocol))
  const secure = protocols.size > 1 ? new WeakSet<Handler>() : undefined

  const intercept: Dispatcher.DispatcherComposeInterceptor = (dispatch) => (given, handler) => {
    const named = given.origin
    const origin = named ? normalise(`${named}`) : connected?.origin
    // What is looked at here is what is sent: the caller may change the options, or a URL in them, while a credential is waited for.
    const request = { ...given, origin, headers: given.headers } as Dispatcher.DispatchOptions
    const { path } = request
    if (!origin || left.has(handler)) return dispatch(given, handler)
    const url = readPath(authorizer.target, origin, path)
    const other = url ? url.origin !== origin : request.method === 'CONNECT'
    if (other || (connected && (connected.origin !== origin || !connected.isSame()))) {
      left.add(handler)
      authorizer.emit({ type: 'dropped', origin: url?.origin ?? origin, reason: 'other-origin' })
      return dispatch(request, handler)
    }
    if (!url) return dispatch(given, handler)
    if (!authorizer.target.includes(url)) left.add(handler)
    else if (secure && origin.startsWith('https:')) secure.add(handler)
    else if (secure?.has(handler)) {
      left.add(handler)
      return dispatch(given, handler)
    }
    if (isMalformed(request.headers)) return dispatch(request, handler)
    const headers = toHeaders(request.headers)
    const send = (exchange: Exchange): boolean => {
      if (watchesAnswers) {
        return new AuthHandler(dispatch, request, handler, headers, exchange, connected).send()
      }
      request.headers = fromHeaders(headers)
      return dispatch(request, handler)
    }
    const started = startExchange(authorizer, {
      url,
      method: request.method,
      headers,
      replayable: !isStream(request.body),
      redirect,
      signal: (request as { signal?: AbortSignal }).signal,
    })
    if (!('then' in started)) return send(started)
    started.then(send).catch((error) => handler.onResponseError?.(NO_REQUEST, error))
    return true
  }
  return { authorizer, intercept, watchesAnswers }
}

/**
 * What a request is for: a path of the server, or a whole URL, with which a server is asked as a proxy.
 *
 * @returns `undefined` for what is no URL: whom a tunnel is for (`CONNECT`), and what undici refuses
 */
function readPath(target: Target, origin: string, path: unknown): RequestUrl | undefined {
  if (typeof path !== 'string') return undefined
  if (path.startsWith('/')) return { origin, href: origin + path }
  return ABSOLUTE.test(path) ? target.resolve(path) : undefined
}

const ABSOLUTE = /^https?:\/\//

/** The last origin and its normal form: most clients call one server. */
let known: { readonly given: string; readonly normal: string } | undefined

function normalise(given: string): string {
  // What is no URL is for undici to refuse: Node's own error would show it.
  if (known?.given !== given) known = { given, normal: URL.canParse(given) ? new URL(given).origin : '' }
  return known.normal
}

type Headers = HeaderList | RecordHeaders<string | string[] | undefined>

function toHeaders(headers: Dispatcher.DispatchOptions['headers']): Headers {
  if (headers && Symbol.iterator in headers) return new HeaderList(headers as HeadersLike)
  return new RecordHeaders(headers ?? undefined)
}

function fromHeaders(headers: Headers) {
  return headers instanceof HeaderList ? headers.toFlat() : headers.record
}

/** What undici takes for no headers at all: it refuses them before anything is sent. */
function isMalformed(headers: unknown): boolean {
  return (
    typeof headers === 'string' ||
    (Array.isArray(headers) && headers.length % 2 === 1 && !Array.isArray(headers[0]))
  )
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
  readonly #headers: Headers
  readonly #exchange: Exchange
  readonly #connected: Connected | undefined
  /** Is called at the end of an answer that nobody reads. */
  #discarded: (() => void) | undefined
  #failed = false

  constructor(
    dispatch: Dispatch,
    request: Dispatcher.DispatchOptions,
    handler: Handler,
    headers: Headers,
    exchange: Exchange,
    connected: Connected | undefined,
  ) {
    this.#dispatch = dispatch
    this.#request = request
    this.#handler = handler
    this.#headers = headers
    this.#exchange = exchange
    this.#connected = connected
  }

  send(): boolean {
    const { url, method, bodyDropped, redirects } = this.#exchange
    const headers = fromHeaders(this.#headers)
    const request = { ...this.#request, method: method as Dispatcher.HttpMethod, headers }
    if (redirects > 0) {
      const { origin, pathname, search } = new URL(url.href)
      if (this.#connected && this.#connected.origin !== origin) {
        throw new RedirectError(
          'ERR_REDIRECT_LOCATION',
          'The server redirects to another, where a Client or Pool cannot go: use an Agent',
        )
      }
      Object.assign(request, { origin, path: pathname + search, query: undefined })
    }
    if (bodyDropped) request.body = null
    return this.#dispatch(request, this)
  }

  onRequestStart(controller: Controller, context: unknown): void {
    this.#handler.onRequestStart?.(controller, context)
  }

  onRequestUpgrade(
    controller: Controller,
    status: number,
    headers: IncomingHttpHeaders,
    socket: Duplex,
  ): void {
    this.#handler.onRequestUpgrade?.(controller, status, headers, socket)
  }

  onResponseStart(
    controller: Controller,
    status: number,
    headers: IncomingHttpHeaders,
    message?: string,
  ): void {
    if (!isDeciding(status)) {
      this.#handler.onResponseStart?.(controller, status, headers, message)
      return
    }
    controller.pause()
    this.#decide(controller, status, headers, message).catch((error) => this.#fail(controller, error))
  }

  async #decide(
    controller: Controller,
    status: number,
    headers: IncomingHttpHeaders,
    message: string | undefined,
  ): Promise<void> {
    const again = await this.#exchange.again({
      status,
      header: (name) => headers[name],
      discard: () => this.#discard(controller),
    })
    if (this.#failed) return
    if (controller.aborted) throw controller.reason
    if (again) {
      this.#discarded = undefined
      this.send()
    } else {
      this.#handler.onResponseStart?.(controller, status, headers, message)
      controller.resume()
    }
  }

  /** Reads to the end what nobody wants, so that the connection can be used again. */
  async #discard(controller: Controller): Promise<void> {
    const ended = new Promise<void>((resolve) => {
      this.#discarded = resolve
    })
    controller.resume()
    await ended
  }

  onResponseData(controller: Controller, chunk: Buffer): void {
    if (!this.#discarded) this.#handler.onResponseData?.(controller, chunk)
  }

  onResponseEnd(controller: Controller, trailers: IncomingHttpHeaders): void {
    if (this.#discarded) this.#discarded()
    else this.#handler.onResponseEnd?.(controller, trailers)
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
