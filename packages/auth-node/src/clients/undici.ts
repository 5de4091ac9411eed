// An undici interceptor with a credential that goes to its own origin and nowhere else.

import {
  type AuthorizerOptions,
  allowed,
  authorizerRules,
  checkOptions,
  createAuthorizer,
  type Exchange,
  isStream,
  type RequestUrl,
  startExchange,
  type Target,
} from '@fluxauth/auth-core/client'
import type { Dispatcher } from 'undici'
import { type Connected, connectedTo, holdTo } from './connected.ts'
import { leaveOutProxy, originsInClear } from './environment-proxy.ts'
import { fromHeaders, isMalformed, toHeaders } from './header-list.ts'
import { hush } from './quiet-request.ts'
import { AuthHandler, NO_REQUEST, refuse } from './undici-handler.ts'

type Handler = Dispatcher.DispatchHandler

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
 * @throws {CredentialsError} as `createAuthorizer`
 * @throws {OptionsError} `ERR_OPTION_NAME` or `ERR_OPTION_VALUE`
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
 * @throws {CredentialsError} as `createAuthorizer`
 * @throws {OptionsError} `ERR_OPTION_NAME` or `ERR_OPTION_VALUE`
 * @example
 * import { fromEnv } from '@fluxauth/auth-node'
 * import { authInterceptor } from '@fluxauth/auth-node/undici'
 * import { Agent, request } from 'undici'
 *
 * const auth = authInterceptor({ origin: 'http://localhost:8086', credentials: fromEnv() })
 * const dispatcher = new Agent().compose(auth)
 * const { body, statusCode } = await request('http://localhost:8086/api/v2/buckets', { dispatcher })
 * await body.dump()
 * console.log(statusCode) // 200
 */
export function authInterceptor(options: AuthInterceptorOptions): Dispatcher.DispatcherComposeInterceptor {
  return createInterceptor(options, undefined).intercept
}

function createInterceptor(options: AuthInterceptorOptions, connected: Connected | undefined) {
  options = checkOptions(options, RULES)
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
    const request = { ...given, origin } as Dispatcher.DispatchOptions
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
    const { signal } = request as { signal?: AbortSignal }
    if (signal?.aborted) return refuse(handler, signal.reason)
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
      signal,
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
