// axios with a credential that goes to its own origin and nowhere else.

import { type EventEmitter, errorMonitor } from 'node:events'
import { ClientRequest } from 'node:http'
import type { RequestOptions } from 'node:https'
import { encodeBasic, redactUrl } from '@fluxauth/auth-core'
import {
  type Authorizer,
  type AuthorizerOptions,
  createAuthorizer,
  type Exchange,
  isDeciding,
  isStream,
  refusalMessage,
  startExchange,
  TargetError,
} from '@fluxauth/auth-core/client'
import axios, {
  type AxiosAdapter,
  type AxiosError,
  AxiosHeaders,
  type AxiosInstance,
  type AxiosResponse,
  getAdapter,
  type InternalAxiosRequestConfig,
} from 'axios'
import { fetchWithoutRedirectBodies, type Listener, withoutRedirectBodies } from './axios-redirects.ts'
import { directAgent } from './direct-agent.ts'
import { leaveOutGlobalProxy } from './environment-proxy.ts'
import { discard, quiet, quietRequest } from './quiet-request.ts'

type Config = InternalAxiosRequestConfig

/**
 * Makes an axios instance authenticate to one server. Relative URLs without `baseURL` are resolved against the first bound origin.
 *
 * Redirects are followed here, at most `maxRedirects` of them; `beforeRedirect` is not called. A request's own `auth`, or an
 * `Authorization` header, is kept. `config`, answers and errors do not show the credential.
 *
 * @param instance as `axios.create()` makes it; is changed
 * @param options `origin` and `credentials`
 * @returns a function that takes the authentication away again; requests fail with what `startExchange` names
 * @throws {TargetError} `ERR_TARGET_ORIGIN`, `ERR_TARGET_INSECURE` or `ERR_TARGET_USERINFO`
 * @throws {CredentialsError} as `createAuthorizer`
 * @throws {OptionsError} `ERR_OPTION_NAME` or `ERR_OPTION_VALUE`
 * @example
 * import { defaultChain } from '@fluxauth/auth-node'
 * import { authAxios } from '@fluxauth/auth-node/axios'
 * import axios from 'axios'
 *
 * const api = axios.create()
 * authAxios(api, { origin: 'http://localhost:8086', credentials: defaultChain() })
 * console.log((await api.get('/api/v2/buckets')).status) // 200
 */
export function authAxios(instance: AxiosInstance, options: AuthorizerOptions): () => void {
  const authorizer = createAuthorizer(options)
  const interceptor = instance.interceptors.request.use((config) => {
    const { adapter } = config
    config.adapter = (prepared) => {
      // Whoever sends the same config again, as packages that repeat requests do, passes here again.
      Object.assign(prepared, { adapter })
      // The `fetch` of axios' adapter is named when that is made; one of the caller's stays.
      const env = { ...(follows(prepared) && { fetch: fetchWithoutRedirectBodies }), ...prepared.env }
      const send = getAdapter(adapter ?? instance.defaults.adapter, { ...prepared, env })
      const { signal, release } = readSignal(prepared)
      return exchange(authorizer, send, prepared, instance.getUri(prepared), signal).finally(release)
    }
    return config
  })
  return () => instance.interceptors.request.eject(interceptor)
}

/** Whether redirects are followed, here. */
function follows({ maxRedirects }: Config): boolean {
  return maxRedirects !== 0
}

async function exchange(
  authorizer: Authorizer,
  send: AxiosAdapter,
  given: Config,
  uri: string,
  signal: AbortSignal | undefined,
): Promise<AxiosResponse> {
  // What is looked at here is what is sent: the caller may change the config while a credential is waited for.
  const config = { ...given }
  const { auth, maxRedirects, data } = config
  const headers = new AxiosHeaders(config.headers)
  if (auth) headers.set('Authorization', encodeBasic(auth.username, auth.password))
  const exchange = await startExchange(authorizer, {
    url: authorizer.target.resolve(uri),
    method: (config.method ?? 'get').toUpperCase(),
    headers,
    replayable: !isStream(data) && !isOldStream(data),
    redirect: follows(config) ? 'follow' : 'manual',
    maxRedirects: maxRedirects && maxRedirects > 0 ? maxRedirects : undefined,
    signal,
  })
  for (;;) {
    const { response, error } = await attempt(send, toHop(authorizer, config, headers, exchange))
    hide(given, error, exchange.url)
    if (!response) throw error
    hide(given, response, exchange.url)
    const again =
      isDeciding(response.status) &&
      (await exchange.again({
        status: response.status,
        header: (name) => response.headers[name],
        message: () => refusalMessage(response.data),
        discard: () => isStream(response.data) && discard(response.data),
      }))
    if (again) continue
    if (error) throw error
    hideLater(given, response.data, exchange.url)
    return response
  }
}

/**
 * What ends a request, and what lets go of it: its signal and its `cancelToken`, which axios itself looks at before a credential is
 * waited for, and then no more until it sends.
 */
function readSignal({ signal: given, cancelToken }: Config): { signal?: AbortSignal; release(): void } {
  const signal = given as AbortSignal | undefined
  if (!cancelToken) return { ...(signal && { signal }), release: () => undefined }
  const cancelled = new AbortController()
  const cancel = (reason?: unknown): void => cancelled.abort(reason)
  const abort = (): void => cancel(signal?.reason)
  cancelToken.subscribe(cancel)
  signal?.addEventListener('abort', abort)
  if (signal?.aborted) abort()
  return {
    signal: cancelled.signal,
    release() {
      cancelToken.unsubscribe(cancel)
      signal?.removeEventListener('abort', abort)
    },
  }
}

/** One request to the very URL that was checked, without axios' own redirects and its own credentials. */
function toHop(
  { target }: Authorizer,
  config: Config,
  headers: AxiosHeaders,
  { url, method, bodyDropped }: Exchange,
): Config {
  const { auth: _, ...hop } = config
  // The environment's proxy would read a credential that goes over plain http, which is for this machine: unless that is allowed.
  const bound = target.includes(url)
  const direct = bound && url.origin.startsWith('http:') && !target.allowsInsecure
  if (direct) leaveOutGlobalProxy([url.origin])
  return {
    ...hop,
    url: url.href,
    baseURL: '',
    params: undefined,
    ...(direct && { proxy: config.proxy ?? false, httpAgent: directAgent(config.httpAgent) }),
    ...(bodyDropped && { data: undefined }),
    method,
    headers: new AxiosHeaders(headers),
    maxRedirects: 0,
    transport: transportTo(bound ? url : undefined, follows(config), config.transport),
    fetchOptions: { ...config.fetchOptions, redirect: 'manual' },
  }
}

type Transport = { request(options: RequestOptions, answer: Listener): unknown }

/**
 * Node's requests, or those of the caller's transport, which print as little: an agent may lead to one that is under way.
 *
 * @param bound where the credential goes. Up to 1.16 axios hands a request for https to a proxy as it is, in the place of a tunnel
 */
function transportTo(
  bound: Exchange['url'] | undefined,
  followed: boolean,
  given: Transport | undefined,
): Transport {
  return {
    request(options, listener) {
      if (bound?.href.startsWith('https:') && !leadsTo(bound, options)) {
        throw new TargetError(
          'ERR_TARGET_INSECURE',
          'This axios lets a proxy read what goes over https: use axios 1.17 or newer, or name the server in NO_PROXY',
        )
      }
      const answer = followed ? withoutRedirectBodies(listener) : listener
      if (!given)
        return ofOldAxios ? neverDestroyed(quietRequest(options, answer)) : quietRequest(options, answer)
      const request = given.request(options, answer)
      return request instanceof ClientRequest ? quiet(request) : request
    },
  }
}

/** Up to 1.15 axios is silent on a body that is not compressed as it says once its request has ended, which none does over its own redirects. */
const ofOldAxios = /^1\.(\d|1[0-5])\./.test(axios.VERSION)

function neverDestroyed(request: ClientRequest): ClientRequest {
  return new Proxy(request, {
    get(target, name) {
      if (name === 'destroyed') return false
      const value = Reflect.get(target, name)
      return typeof value === 'function' ? value.bind(target) : value
    },
  })
}

function leadsTo(
  { href }: Exchange['url'],
  { protocol, hostname, port, socketPath }: RequestOptions,
): boolean {
  const url = new URL(href)
  const host = hostname?.startsWith('[') ? hostname : hostname?.includes(':') ? `[${hostname}]` : hostname
  return (
    protocol === url.protocol && (!!socketPath || (host === url.hostname && `${port ?? ''}` === url.port))
  )
}

/** Puts the caller's config, which knows no credential, and a request that shows none, where an answer or an error has axios' own. */
function hide(config: Config, given: AxiosResponse | AxiosError | undefined, url: Exchange['url']): void {
  if (!given) return
  given.config = config
  const { request } = given
  if (request instanceof ClientRequest) {
    quiet(request)
    // Where programs read, over axios' own redirects, which URL answered.
    const { res } = request as { res?: { responseUrl?: string | undefined } }
    if (res && config.maxRedirects !== 0) res.responseUrl ??= url.href.split('#', 1)[0]
  } else if (request) given.request = standIn(request)
  hideEvent(given as { event?: unknown })
  // Some of axios' errors are made of another, which has the same.
  const { cause } = given as { cause?: AxiosError }
  if (cause?.config && cause.config !== config) {
    hide(config, cause, url)
    hide(config, cause.response, url)
  }
}

/** What becomes of an answer that is still read, such as an abort, is an error with axios' own config. To look at it is not to handle it. */
function hideLater(config: Config, data: unknown, url: Exchange['url']): void {
  if (!isOldStream(data)) return
  const stream = data as EventEmitter
  stream.on(errorMonitor, (error: AxiosError) => error.config && hide(config, error, url))
}

/** The event of an XMLHttpRequest leads to the request: what is left of it says what happened. */
function hideEvent(given: { event?: unknown }): void {
  if (!given.event) return
  const { type, message } = given.event as { type?: string; message?: string }
  given.event = { ...(type && { type }), ...(message && { message }) }
}

/** What programs read of a request: of `fetch`, of a browser, or of a transport that is not Node's. */
function standIn(request: Readonly<Record<string, unknown>>): Record<string, string> {
  const shown: Record<string, string> = {}
  for (const name of ['method', 'url', 'responseURL', 'protocol', 'host', 'path']) {
    const value = request[name]
    if (typeof value === 'string') shown[name] = redactUrl(value)
  }
  return shown
}

/** Sends one request. A status that axios throws for is an error with its response. */
async function attempt(
  send: AxiosAdapter,
  hop: Config,
): Promise<{ response?: AxiosResponse | undefined; error?: AxiosError }> {
  try {
    const response = await send(hop)
    return { response }
  } catch (thrown) {
    const error = thrown as AxiosError
    return { error, response: error.response }
  }
}

/** A stream of the first Node versions, such as those of the package form-data. */
function isOldStream(data: unknown): boolean {
  return typeof data === 'object' && data !== null && 'pipe' in data
}
