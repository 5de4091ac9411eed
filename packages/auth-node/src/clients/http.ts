// Node's `http` and `https` with a credential that goes to its own origin and nowhere else.

import type http from 'node:http'
import type { ClientRequest, IncomingMessage, OutgoingHttpHeaders } from 'node:http'
import type https from 'node:https'
import type { RequestOptions } from 'node:https'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
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
  startExchange,
} from '@fluxauth/auth-core/client'
import { abortError } from './abort-error.ts'
import { directAgent } from './direct-agent.ts'
import { originsInClear } from './environment-proxy.ts'
import { discard, quietRequest } from './quiet-request.ts'

/** Options of {@link authHttp}. */
export interface AuthHttpOptions extends AuthorizerOptions {
  /** The agents to send with, for each protocol; connections, TLS and keep-alive are theirs. Default: Node's own, which keep alive. */
  readonly agents?: { readonly http?: http.Agent; readonly https?: https.Agent } | undefined
}

const AGENT = allowed.having('destroy')
const RULES = { ...authorizerRules, agents: allowed.group({ http: AGENT, https: AGENT }) }

/** Options of one request. */
export interface AuthHttpRequest {
  /** Default `'GET'`. */
  readonly method?: string | undefined
  readonly headers?: OutgoingHttpHeaders | undefined
  /** Text, bytes, or a stream, which cannot be sent a second time. */
  readonly body?: string | Uint8Array | AsyncIterable<Uint8Array> | undefined
  /** As in `fetch`. Default `'follow'`. */
  readonly redirect?: 'follow' | 'manual' | 'error' | undefined
  readonly signal?: AbortSignal | undefined
  /** In milliseconds, of a connection on which nothing comes: then the error is `ETIMEDOUT`. Default: the agent's. */
  readonly timeout?: number | undefined
}

/** What {@link authHttp} makes. */
export interface AuthHttp {
  /**
   * Sends a request.
   *
   * @param url absolute, or relative to the first bound origin
   * @returns the answer, whatever its status; its `url` is the one that answered, without a fragment
   * @throws {TargetError} `ERR_TARGET_URL`, `ERR_TARGET_USERINFO` or `ERR_TARGET_EXISTING`
   * @throws {RedirectError} `ERR_REDIRECT_COUNT`, `_LOCATION`, `_REFUSED` or `_BODY`
   * @throws what `http.request` does, and `ETIMEDOUT` after `timeout`, `EPROTO` where the server leaves HTTP unasked
   */
  request(url: string | URL, options?: AuthHttpRequest): Promise<IncomingMessage>
  /** Sends a `GET` request, see {@link request}. */
  get(url: string | URL, options?: Omit<AuthHttpRequest, 'method' | 'body'>): Promise<IncomingMessage>
}

/**
 * Makes a `request` and a `get` over `node:http` and `node:https` that authenticate to one server, under the same rules as
 * `authFetch`.
 *
 * @param options `origin`, `credentials` and `agents`
 * @throws {TargetError} `ERR_TARGET_ORIGIN`, `ERR_TARGET_INSECURE` or `ERR_TARGET_USERINFO`
 * @throws {CredentialsError} as `createAuthorizer`
 * @throws {OptionsError} `ERR_OPTION_NAME` or `ERR_OPTION_VALUE`
 * @example
 * import { defaultChain } from '@fluxauth/auth-node'
 * import { authHttp } from '@fluxauth/auth-node/http'
 *
 * const { get } = authHttp({ origin: 'http://localhost:8086', credentials: defaultChain() })
 * const response = await get('/api/v2/buckets')
 * response.resume()
 * console.log(response.statusCode) // 200
 */
export function authHttp(options: AuthHttpOptions): AuthHttp {
  options = checkOptions(options, RULES)
  const { agents, ...bound } = options
  const authorizer = createAuthorizer(bound)
  const inClear = originsInClear(authorizer)
  const agentFor = ({ protocol, origin }: URL): http.Agent | undefined => {
    if (protocol === 'https:') return agents?.https
    return inClear.includes(origin) ? directAgent(agents?.http) : agents?.http
  }

  // One promise for the whole request: with a promise for each step it would cost a measurable share of the request.
  const request: AuthHttp['request'] = (to, init: AuthHttpRequest = {}) =>
    new Promise((resolve, reject) => {
      const { method = 'GET', body, redirect = 'follow', signal } = init
      const headers = new RecordHeaders(init.headers)
      if (signal?.aborted) throw abortError(signal.reason, signal)
      const url = authorizer.target.resolve(String(to))
      const attempt = (exchange: Exchange, to: URL): void => {
        const answer = (response: IncomingMessage): void => {
          response.url = withoutFragment(to.href)
          const { statusCode: status = 0 } = response
          if (!isDeciding(status)) {
            resolve(response)
            return
          }
          const header = (name: string) => response.headers[name]?.toString()
          exchange
            .again({ status, header, discard: () => discard(response) })
            .then((again) => (again ? attempt(exchange, new URL(exchange.url.href)) : resolve(response)))
            .catch((error) => {
              // A body that is still being sent would be sent on, for nobody.
              if (!sent.writableFinished) sent.destroy()
              reject(abortError(error, signal))
            })
        }
        const options = toOptions(to, exchange.method, headers.record, agentFor(to))
        const sent = send(options, exchange.bodyDropped ? { ...init, body: undefined } : init, answer, reject)
      }
      const started = startExchange(authorizer, {
        url,
        method: method.toUpperCase(),
        headers,
        replayable: !isStream(body),
        redirect,
        signal,
      })
      if ('then' in started) {
        started
          .then(
            (exchange) => attempt(exchange, url),
            (error) => reject(abortError(error, signal)),
          )
          .catch(reject)
      } else attempt(started, url)
    })
  return { request, get: request }
}

/** As the `url` of a fetch's answer is: a fragment is for whoever reads it, and was sent to nobody. */
function withoutFragment(href: string): string {
  const at = href.indexOf('#')
  return at < 0 ? href : href.slice(0, at)
}

/** What Node's http asks for. Absent options are not named: to name them takes a fifth of a request's time. */
function toOptions(
  url: URL,
  method: string,
  headers: OutgoingHttpHeaders,
  agent: http.Agent | undefined,
): RequestOptions {
  const { protocol, hostname } = url
  return {
    protocol,
    hostname: hostname.startsWith('[') ? hostname.slice(1, -1) : hostname,
    port: url.port,
    path: url.pathname + url.search,
    method,
    headers,
    agent,
  }
}

/** Says the code that the system says of a connection on which nothing comes; an answer may have begun. */
function timeoutError({ hostname, timeout }: RequestOptions): Error {
  const message = `No answer from ${hostname} within ${timeout} ms, or no more of it: give it a longer timeout`
  return Object.assign(new Error(message), { code: 'ETIMEDOUT' })
}

/** Sends a request; its errors, those of a streamed body included, are the request's. */
function send(
  options: RequestOptions,
  { body, signal, timeout }: AuthHttpRequest,
  answer: (response: IncomingMessage) => void,
  fail: (error: Error) => void,
): ClientRequest {
  if (signal) options.signal = signal
  if (timeout !== undefined) options.timeout = timeout
  const request = quietRequest(options, answer).on('error', fail)
  if (timeout !== undefined) {
    request.on('timeout', () => request.destroy(timeoutError(options)))
  }
  if (typeof body === 'object' && isStream(body)) {
    pipeline(Readable.from(body as AsyncIterable<Uint8Array>), request).catch((error) =>
      request.destroy(error),
    )
  } else {
    try {
      request.end(body)
    } catch (error) {
      // Headers that cannot be sent are refused only here, where the request has a connection already.
      request.destroy(error as Error)
    }
  }
  return request
}
