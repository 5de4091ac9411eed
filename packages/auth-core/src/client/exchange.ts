// One request from its first sending to its answer: what every adapter sends, and when it sends again.

import { sleep } from './abort.ts'
import type { Authorization, Authorizer } from './authorizer.ts'
import { RedirectError, TargetError } from './errors.ts'
import { BODY_HEADERS, CREDENTIAL_HEADERS, readRedirect } from './redirect.ts'
import { retryDelay } from './retry.ts'
import type { Target } from './target.ts'

/** The headers of a request, by names in any case: a `Headers`, an `AxiosHeaders`, or what an adapter makes of its client's form. */
export interface RequestHeaders {
  has(name: string): boolean
  set(name: string, value: string): unknown
  delete(name: string): unknown
}

/** A request as an adapter is given it. */
export interface ExchangeRequest {
  /** Absolute, without user name and password. */
  readonly url: URL
  /** Upper case. */
  readonly method: string
  /** Is changed: the credential is put in, and taken out again when a redirect leads elsewhere. */
  readonly headers: RequestHeaders
  /** Whether the body can be sent a second time: a stream cannot. */
  readonly replayable: boolean
  /** As in `fetch`: `'follow'` redirects here, leave them to the caller (`'manual'`), or refuse them (`'error'`). */
  readonly redirect: 'follow' | 'manual' | 'error'
  /** How many redirects to follow at most. Default 20. */
  readonly maxRedirects?: number | undefined
  readonly signal?: AbortSignal | null | undefined
}

/** A server's answer, as far as it decides what to do next. */
export interface ExchangeAnswer {
  readonly status: number
  /** A header of the answer; its name in lower case. */
  header(name: 'location' | 'retry-after'): string | null | undefined
  /** Lets go of the answer's body, which nobody will read. */
  discard(): unknown
}

/** A request on its way. `url`, `method` and the headers say what to send next. */
export interface Exchange {
  readonly url: URL
  readonly method: string
  /** Whether a redirect has dropped the body. */
  readonly bodyDropped: boolean
  /** How many redirects were followed. */
  readonly redirects: number
  /**
   * Whether to send again, now that there is an answer; `false` means that it is the answer for the caller.
   *
   * @throws {RedirectError} `ERR_REDIRECT_COUNT`, `_LOCATION`, `_REFUSED` or `_BODY`, after the answer's body was let go of
   */
  again(answer: ExchangeAnswer): boolean | Promise<boolean>
}

/** The only statuses after which anything but handing over the answer may be done. */
const DECIDING: readonly number[] = [301, 302, 303, 307, 308, 401, 403, 429, 503]

/**
 * Puts the credential on a request that is about to be sent, unless the caller set one.
 *
 * @param authorizer as `createAuthorizer` makes it
 * @param request whose headers are changed
 * @returns what to send, and what to do after each answer
 * @throws {TargetError} `ERR_TARGET_USERINFO` or `ERR_TARGET_EXISTING`
 * @see Fetch standard, section 4.4, "HTTP-redirect fetch"
 */
export async function startExchange(authorizer: Authorizer, request: ExchangeRequest): Promise<Exchange> {
  const { target, retry } = authorizer
  const { headers, replayable, redirect: mode, signal } = request
  let { url, method } = request
  let authorization: Authorization | undefined
  let bodyDropped = false
  let redirects = 0
  let refreshed = false
  let attempts = 0

  if (url.username || url.password) target.resolve(url.href)
  if (!headers.has('authorization')) {
    authorization = await authorizer.authorize(url, signal)
    if (authorization) {
      headers.set('authorization', authorization.value)
      authorizer.emit({ type: 'sent', origin: url.origin, reason: 'bound-origin' })
    }
  } else if (authorizer.onExisting === 'error') {
    throw new TargetError('ERR_TARGET_EXISTING', 'The request has an Authorization header already: remove it')
  }

  const follow = (status: number, location: string | null | undefined): boolean => {
    const redirect = readRedirect(status, location, url, method, redirects, request.maxRedirects)
    if (!redirect) return false
    if (mode === 'error') {
      throw new RedirectError(
        'ERR_REDIRECT_REFUSED',
        "The server redirects, and the request says redirect: 'error'",
      )
    }
    if (!redirect.dropsBody && !bodyDropped && !replayable) {
      throw new RedirectError('ERR_REDIRECT_BODY', 'A streamed body cannot be sent again: send text or bytes')
    }
    if (redirect.leavesOrigin && !staysBound(target, url, redirect.url)) {
      for (const name of CREDENTIAL_HEADERS) headers.delete(name)
      if (authorization) authorizer.emit({ type: 'dropped', origin: redirect.url.origin, reason: 'redirect' })
      authorization = undefined
    }
    if (redirect.dropsBody) {
      for (const name of BODY_HEADERS) headers.delete(name)
      bodyDropped = true
    }
    url = redirect.url
    method = redirect.method
    redirects++
    return true
  }

  const refresh = async (status: number, refused: Authorization): Promise<boolean> => {
    refreshed = true
    const next = await authorizer.rejected(url, status, refused, signal)
    if (!next || (!replayable && !bodyDropped)) return false
    headers.set('authorization', next.value)
    authorizer.emit({ type: 'sent', origin: url.origin, reason: 'retry' })
    authorization = next
    return true
  }

  const decide = async (answer: ExchangeAnswer): Promise<boolean> => {
    const { status } = answer
    if (mode !== 'manual') {
      let followed: boolean
      try {
        followed = follow(status, answer.header('location'))
      } catch (error) {
        await answer.discard()
        throw error
      }
      if (followed) {
        await answer.discard()
        return true
      }
    }
    if ((status === 401 || status === 403) && authorization && !refreshed) {
      if (!(await refresh(status, authorization))) return false
      await answer.discard()
      return true
    }
    if (attempts >= retry.attempts || (!replayable && !bodyDropped)) return false
    const delay = retryDelay(status, answer.header('retry-after'), Date.now())
    if (delay === undefined || delay > retry.maxDelay * 1000) return false
    await answer.discard()
    await sleep(delay, signal)
    attempts++
    return true
  }

  return {
    get url() {
      return url
    },
    get method() {
      return method
    },
    get bodyDropped() {
      return bodyDropped
    },
    get redirects() {
      return redirects
    },
    again: (answer) => DECIDING.includes(answer.status) && decide(answer),
  }
}

/** Whether a redirect leads from one bound origin to another, without giving up encryption. */
function staysBound(target: Target, from: URL, to: URL): boolean {
  const downgrades = from.protocol === 'https:' && to.protocol === 'http:'
  return target.includes(from) && target.includes(to) && !downgrades
}

/** Whether a body can be read only once. */
export function isStream(body: unknown): boolean {
  return typeof body === 'object' && body !== null && ('getReader' in body || Symbol.asyncIterator in body)
}
