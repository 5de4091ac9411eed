// A `fetch` that sends a credential to its own origin and nowhere else, redirects included.

import type { Authorizer } from './authorizer.ts'
import { RedirectError, TargetError } from './errors.ts'
import { type ExchangeAnswer, isDeciding, isStream, type RequestUrl, startExchange } from './exchange.ts'
import { RecordHeaders } from './headers.ts'
import { readMessage } from './refusal-message.ts'

/** In bytes: to read more of a body that nobody wants costs more than a new connection. */
const MAX_DRAINED = 65_536
/** In milliseconds: so long the next request waits for the end of a body that nobody wants. */
const LONGEST_DRAIN = 1000

/** Any platform's `fetch`. */
export type FetchFunction = (input: never, init?: never) => Promise<unknown>

/** What of a `RequestInit` is looked at; all else is handed on. */
interface RequestOptions {
  readonly method?: string
  readonly headers?: ConstructorParameters<typeof Headers>[0]
  readonly body?: unknown
  readonly redirect?: string
  readonly mode?: string
  readonly signal?: AbortSignal | null
}

type Fetch = (input: unknown, init?: RequestOptions) => Promise<Response>

/**
 * Wraps a `fetch` so that requests to the bound origins carry the credential.
 *
 * Relative URLs are resolved against the first bound origin. Redirects are followed here, with the Fetch standard's method rules:
 * the credential (and `Cookie`, `Proxy-Authorization`) is dropped on the first hop to an origin that it is not bound to, or from https
 * to http, and never comes back. An `Authorization` header that the caller set is kept instead of ours, under the same rule. `redirect: 'manual'` and `'error'` work as
 * in `fetch`.
 *
 * @param fetch the platform's `fetch`, or one with the same signature
 * @param authorizer as `createAuthorizer` makes it
 * @returns a function with the signature of `fetch`
 * @throws {TargetError} `ERR_TARGET_URL`, `ERR_TARGET_USERINFO`, `ERR_TARGET_EXISTING` or `ERR_TARGET_NO_CORS`
 * @throws {RedirectError} `ERR_REDIRECT_COUNT`, `ERR_REDIRECT_LOCATION`, `ERR_REDIRECT_REFUSED` or `ERR_REDIRECT_BODY`
 * @throws {TypeError} as `fetch`, for a `redirect` that is none of its modes
 * @example
 * import { createAuthorizer, withAuth } from '@fluxauth/auth-core/client'
 *
 * const authorizer = createAuthorizer({ origin: 'http://localhost:8086', credentials: 'my-token' })
 * const authFetch = withAuth(fetch, authorizer)
 * console.log((await authFetch('/api/v2/buckets')).status) // 200
 * @see Fetch standard, section 4.4, "HTTP-redirect fetch"
 */
export function withAuth<F extends FetchFunction>(fetch: F, authorizer: Authorizer): F {
  const send = fetch as unknown as Fetch
  // Most programs call one address again and again: what was read of it holds as long as it is the same text.
  let last: (RequestUrl & { readonly text: string }) | undefined
  const resolve = (text: string): RequestUrl => {
    if (last?.text !== text) {
      const { origin, href } = authorizer.target.resolve(text)
      last = { text, origin, href }
    }
    return last
  }

  const wrapped: Fetch = async (input, init = {}) => {
    const request = isRequest(input) ? input : undefined
    if ((init.mode ?? request?.mode) === 'no-cors') {
      throw new TargetError(
        'ERR_TARGET_NO_CORS',
        "mode: 'no-cors' drops the Authorization header: use 'cors'",
      )
    }
    const signal = init.signal ?? request?.signal
    const redirect = readMode(init.redirect ?? request?.redirect)
    const given = init.headers ?? request?.headers
    const headers = isRecord(given) ? new RecordHeaders(given) : new Headers(given)
    // What is looked at here is what is sent: the caller may change its options while a credential is waited for.
    const sent = headers instanceof RecordHeaders ? headers.record : headers
    let options = withInit({ headers: sent, redirect: 'manual' }, init)
    if (request) options = withInit(options, membersOf(request))
    const method = init.method ?? request?.method
    const exchange = await startExchange(authorizer, {
      url: resolve(request?.url ?? String(input)),
      method: (method ?? 'GET').toUpperCase(),
      headers,
      replayable: !isStream(init.body ?? request?.body),
      redirect,
      signal,
    })
    let response = await send(request ?? exchange.url.href, options)
    if (request) options = { ...options, ...(method && { method }), ...(signal && { signal }) }

    while (isDeciding(response.status) && (await exchange.again(toAnswer(response)))) {
      if (exchange.bodyDropped) options = { ...options, method: exchange.method, body: undefined }
      // What only the platform sees in a Request, such as who is to send it, goes along as long as its URL does.
      response = await send(request && exchange.redirects === 0 ? request : exchange.url.href, options)
    }
    if (response.type === 'opaqueredirect' && redirect !== 'manual') {
      throw new RedirectError(
        'ERR_REDIRECT_REFUSED',
        'The server redirects, and the browser does not say where to',
      )
    }
    return exchange.redirects > 0 ? Object.defineProperty(response, 'redirected', { value: true }) : response
  }
  return wrapped as unknown as F
}

/** Adds what the caller's options say beside ours. A spread would do it too, and take a twentieth of a small request's time. */
function withInit(ours: RequestOptions, init: RequestOptions): RequestOptions {
  for (const name in init) {
    if (!(name in ours)) Object.assign(ours, { [name]: init[name as keyof RequestOptions] })
  }
  return ours
}

/** What a `Request` says beside where it goes and what it brings. */
const MEMBERS = ['cache', 'credentials', 'integrity', 'keepalive', 'mode', 'referrer', 'referrerPolicy']

/**
 * What a `Request` says, as options: `fetch` forgets the referrer where there are options beside it, and the next request, after a refusal
 * or a redirect, would know nothing of all this.
 *
 * @see Fetch standard, section 5.4, "new Request(input, init)"
 */
function membersOf(request: Request): RequestOptions {
  const members: Record<string, unknown> = {}
  for (const name of MEMBERS) {
    const value = (request as unknown as Record<string, unknown>)[name]
    // Not every platform has all of them, and no program may ask for what navigates.
    if (value !== undefined && value !== 'navigate') members[name] = value
  }
  return members
}

function toAnswer(response: Response): ExchangeAnswer {
  return {
    status: response.status,
    header: (name) => response.headers.get(name),
    message: () => readMessage(response),
    discard: () => response.body && drain(response.body),
  }
}

/** Reads a short body to its end, so that the connection can be used again; one that is long, or takes long, is cut off. */
async function drain(body: ReadableStream): Promise<void> {
  const reader = body.getReader()
  const cut = setTimeout(() => reader.cancel().catch(() => undefined), LONGEST_DRAIN)
  try {
    for (let left = MAX_DRAINED; left >= 0; ) {
      const { done, value } = await reader.read()
      if (done) return
      left -= value.length
    }
    await reader.cancel()
  } catch {
    // What is thrown away may break off.
  } finally {
    clearTimeout(cut)
  }
}

/**
 * Whether it is a `Request`, of whichever `fetch`: Node's own and that of the package undici have one each. A `fetch` reads the URL of
 * every other object by making it a string, and so do we.
 */
function isRequest(input: unknown): input is Request {
  return typeof input === 'object' && input !== null && 'url' in input && `${input}` === '[object Request]'
}

/** Whether headers are a plain object, which need not be made into `Headers` twice: here and in `fetch`. */
function isRecord(headers: unknown): headers is Record<string, string> | undefined {
  return headers === undefined || Object.getPrototypeOf(headers) === Object.prototype
}

function readMode(mode: string | undefined): 'follow' | 'manual' | 'error' {
  if (mode === undefined || mode === 'follow') return 'follow'
  if (mode === 'manual' || mode === 'error') return mode
  throw new TypeError("redirect is one of 'follow', 'manual' and 'error'")
}
