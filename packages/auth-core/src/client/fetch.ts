// A `fetch` that sends a credential to its own origin and nowhere else, redirects included.

import type { Authorizer } from './authorizer.ts'
import { RedirectError, TargetError } from './errors.ts'

/** Any platform's `fetch`. */
export type FetchFunction = (input: never, init?: never) => Promise<unknown>

/** What of a `RequestInit` is looked at; all else is handed on. */
interface RequestOptions {
  readonly method?: string
  readonly headers?: ConstructorParameters<typeof Headers>[0]
  readonly body?: unknown
  readonly redirect?: string
  readonly mode?: string
  readonly signal?: unknown
}

type Fetch = (input: unknown, init?: RequestOptions) => Promise<Response>

/** What must not follow a redirect to another origin (Fetch, section 4.4 "HTTP-redirect fetch", and more). */
const CREDENTIAL_HEADERS = ['authorization', 'proxy-authorization', 'cookie']
/** What describes a body that a redirect drops (Fetch, section 2.2.2 "request-body-header name"). */
const BODY_HEADERS = [
  'content-encoding',
  'content-language',
  'content-location',
  'content-type',
  'content-length',
]
const MAX_REDIRECTS = 20

/**
 * Wraps a `fetch` so that requests to the bound origins carry the credential.
 *
 * Relative URLs are resolved against the first bound origin. Redirects are followed here, with the Fetch standard's method rules:
 * the credential (and `Cookie`, `Proxy-Authorization`) is dropped on the first hop to another origin and never comes back. An
 * `Authorization` header that the caller set is kept instead of ours, under the same rule. `redirect: 'manual'` and `'error'` work as
 * in `fetch`.
 *
 * @param fetch the platform's `fetch`, or one with the same signature
 * @param authorizer as `createAuthorizer` makes it
 * @returns a function with the signature of `fetch`
 * @throws {TargetError} `ERR_TARGET_URL`, `ERR_TARGET_USERINFO` or `ERR_TARGET_NO_CORS`
 * @throws {RedirectError} `ERR_REDIRECT_COUNT`, `ERR_REDIRECT_LOCATION`, `ERR_REDIRECT_REFUSED` or `ERR_REDIRECT_BODY`
 * @see Fetch standard, section 4.4, "HTTP-redirect fetch"
 */
export function withAuth<F extends FetchFunction>(fetch: F, authorizer: Authorizer): F {
  const send = fetch as unknown as Fetch
  const { target } = authorizer
  const wrapped: Fetch = async (input, init = {}) => {
    const request = input instanceof Request ? input : undefined
    if ((init.mode ?? request?.mode) === 'no-cors') {
      throw new TargetError(
        'ERR_TARGET_NO_CORS',
        "mode: 'no-cors' drops the Authorization header: use 'cors'",
      )
    }
    let url = target.resolve(request?.url ?? String(input))
    const headers = new Headers(init.headers ?? request?.headers)
    if (!headers.has('authorization')) {
      const value = await authorizer.authorize(url)
      if (value !== undefined) headers.set('authorization', value)
    }
    const redirect = init.redirect ?? request?.redirect ?? 'follow'
    let options: RequestOptions = { ...init, headers, redirect: 'manual' }
    let response = await send(request ?? url.href, options)
    if (request)
      options = { ...options, method: init.method ?? request.method, signal: init.signal ?? request.signal }
    const streamed = isStream(init.body ?? request?.body)
    for (let redirects = 1; isRedirect(response) && redirect !== 'manual'; redirects++) {
      await response.body?.cancel()
      const location = readLocation(response, url)
      if (redirect === 'error' || !location) {
        throw new RedirectError(
          'ERR_REDIRECT_REFUSED',
          'The server redirects, which this request may not follow',
        )
      }
      if (redirects > MAX_REDIRECTS) {
        throw new RedirectError(
          'ERR_REDIRECT_COUNT',
          `More than ${MAX_REDIRECTS} redirects: the server sends in circles`,
        )
      }
      if (location.origin !== url.origin) for (const name of CREDENTIAL_HEADERS) headers.delete(name)
      if (becomesGet(response.status, options.method?.toUpperCase() ?? 'GET')) {
        options = { ...options, method: 'GET', body: undefined }
        for (const name of BODY_HEADERS) headers.delete(name)
      } else if (streamed) {
        throw new RedirectError(
          'ERR_REDIRECT_BODY',
          'A streamed body cannot be sent again: send text or bytes',
        )
      }
      url = location
      response = await send(url.href, options)
      Object.defineProperty(response, 'redirected', { value: true })
    }
    return response
  }
  return wrapped as unknown as F
}

/** A redirect to follow: one that says where to, or one whose details the browser hides. */
function isRedirect(response: Response): boolean {
  return (
    response.type === 'opaqueredirect' ||
    ([301, 302, 303, 307, 308].includes(response.status) && response.headers.has('location'))
  )
}

/** Where a redirect leads; `undefined` where the browser hides it. */
function readLocation(response: Response, base: URL): URL | undefined {
  const location = response.headers.get('location')
  if (location === null) return undefined
  let url: URL
  try {
    url = new URL(location, base.href)
  } catch {
    throw new RedirectError('ERR_REDIRECT_LOCATION', 'The server redirects to what is not a URL')
  }
  if (!/^https?:$/.test(url.protocol) || url.username || url.password) {
    throw new RedirectError(
      'ERR_REDIRECT_LOCATION',
      'The server redirects to a URL that is not http(s), or holds a password',
    )
  }
  return url
}

function becomesGet(status: number, method: string): boolean {
  return status === 303
    ? method !== 'GET' && method !== 'HEAD'
    : (status === 301 || status === 302) && method === 'POST'
}

function isStream(body: unknown): boolean {
  return typeof body === 'object' && body !== null && ('getReader' in body || Symbol.asyncIterator in body)
}
