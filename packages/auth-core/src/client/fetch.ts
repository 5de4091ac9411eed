// A `fetch` that sends a credential to its own origin and nowhere else, redirects included.

import { sleep } from './abort.ts'
import type { Authorization, Authorizer } from './authorizer.ts'
import { RedirectError, TargetError } from './errors.ts'
import { BODY_HEADERS, CREDENTIAL_HEADERS, readRedirect } from './redirect.ts'
import { retryDelay } from './retry.ts'

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
  const { target, retry } = authorizer

  const wrapped: Fetch = async (input, init = {}) => {
    const request = input instanceof Request ? input : undefined
    if ((init.mode ?? request?.mode) === 'no-cors') {
      throw new TargetError(
        'ERR_TARGET_NO_CORS',
        "mode: 'no-cors' drops the Authorization header: use 'cors'",
      )
    }
    const mode = init.redirect ?? request?.redirect ?? 'follow'
    const signal = init.signal ?? request?.signal
    const replayable = !isStream(init.body ?? request?.body)
    const headers = new Headers(init.headers ?? request?.headers)
    let url = target.resolve(request?.url ?? String(input))
    let options: RequestOptions = { ...init, headers, redirect: 'manual' }
    let authorization = await prepare(authorizer, url, headers, signal)
    let response = await send(request ?? url.href, options)
    if (request) options = { ...options, method: init.method ?? request.method, ...(signal && { signal }) }

    let redirects = 0
    let refreshes = 0
    let attempts = 0
    for (;;) {
      const { status } = response
      const location = response.headers.get('location')
      const delay =
        attempts < retry.attempts
          ? retryDelay(status, response.headers.get('retry-after'), Date.now())
          : undefined
      if (response.type === 'opaqueredirect' && mode !== 'manual') {
        throw new RedirectError(
          'ERR_REDIRECT_REFUSED',
          'The server redirects, and the browser does not say where to',
        )
      }
      const redirect =
        mode === 'manual'
          ? undefined
          : readRedirect(status, location, url, options.method?.toUpperCase() ?? 'GET', redirects)
      if (redirect) {
        await response.body?.cancel()
        if (mode === 'error') {
          throw new RedirectError(
            'ERR_REDIRECT_REFUSED',
            "The server redirects, and the request says redirect: 'error'",
          )
        }
        if (!redirect.dropsBody && !replayable) {
          throw new RedirectError(
            'ERR_REDIRECT_BODY',
            'A streamed body cannot be sent again: send text or bytes',
          )
        }
        if (redirect.dropsCredentials) {
          for (const name of CREDENTIAL_HEADERS) headers.delete(name)
          if (authorization)
            authorizer.emit({ type: 'dropped', origin: redirect.url.origin, reason: 'redirect' })
          authorization = undefined
        }
        if (redirect.dropsBody) {
          for (const name of BODY_HEADERS) headers.delete(name)
          options = { ...options, method: 'GET', body: undefined }
        }
        url = redirect.url
        redirects++
      } else if (authorization && (status === 401 || status === 403) && refreshes++ === 0) {
        const next = await authorizer.rejected(url, status, authorization, signal)
        if (!next || !replayable) return finish(response, redirects)
        await response.body?.cancel()
        headers.set('authorization', next.value)
        authorizer.emit({ type: 'sent', origin: url.origin, reason: 'retry' })
        authorization = next
      } else if (delay !== undefined && delay <= retry.maxDelay * 1000 && replayable) {
        await response.body?.cancel()
        await sleep(delay, signal)
        attempts++
      } else {
        return finish(response, redirects)
      }
      response = await send(url.href, options)
    }
  }
  return wrapped as unknown as F
}

/** Puts the credential on the request's headers, unless the caller set one. */
async function prepare(
  authorizer: Authorizer,
  url: URL,
  headers: Headers,
  signal: AbortSignal | null | undefined,
): Promise<Authorization | undefined> {
  if (headers.has('authorization')) {
    if (authorizer.onExisting === 'keep') return undefined
    throw new TargetError('ERR_TARGET_EXISTING', 'The request has an Authorization header already: remove it')
  }
  const authorization = await authorizer.authorize(url, signal)
  if (authorization) {
    headers.set('authorization', authorization.value)
    authorizer.emit({ type: 'sent', origin: url.origin, reason: 'bound-origin' })
  }
  return authorization
}

/** A response says whether redirects led to it. */
function finish(response: Response, redirects: number): Response {
  return redirects > 0 ? Object.defineProperty(response, 'redirected', { value: true }) : response
}

function isStream(body: unknown): boolean {
  return typeof body === 'object' && body !== null && ('getReader' in body || Symbol.asyncIterator in body)
}
