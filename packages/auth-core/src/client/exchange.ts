// One request from its first sending to its answer: what every adapter sends, and when it sends again.

import { OptionsError } from '../options.ts'
import { sleep } from './abort.ts'
import type { Authorization, Authorizer } from './authorizer.ts'
import { RedirectError, TargetError } from './errors.ts'
import { BODY_HEADERS, CREDENTIAL_HEADERS, type Redirect, readRedirect } from './redirect.ts'
import { retryDelay } from './retry.ts'
import type { Target } from './target.ts'

/** The headers of a request, asked for by names in lower case and found in any: a `Headers`, an `AxiosHeaders`, or what an adapter makes of its client's form. */
export interface RequestHeaders {
  has(name: string): boolean
  set(name: string, value: string): unknown
  delete(name: string): unknown
}

/** Where a request goes: a `URL`, or as much of one as a client has at hand. */
export interface RequestUrl {
  readonly origin: string
  readonly href: string
}

/** A request as an adapter is given it. */
export interface ExchangeRequest {
  /** Absolute and normalised, without user name and password: as `target.resolve` makes it. */
  readonly url: RequestUrl
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
  /** The `message` of a refusal's body, where it can be had without keeping the caller from it. */
  message?(): string | undefined | Promise<string | undefined>
  /** Lets go of the answer's body, which nobody will read. */
  discard(): unknown
}

/** A request on its way. `url`, `method` and the headers say what to send next. */
export interface Exchange {
  readonly url: RequestUrl
  readonly method: string
  /** Whether a redirect has dropped the body. */
  readonly bodyDropped: boolean
  /** How many redirects were followed. */
  readonly redirects: number
  /**
   * Whether to send again, now that there is an answer; `false` means that it is the answer for the caller.
   *
   * Ask only when {@link isDeciding} says so: the answer to any other status is no.
   *
   * @throws {RedirectError} `ERR_REDIRECT_COUNT`, `_LOCATION`, `_REFUSED` or `_BODY`, after the answer's body was let go of
   */
  again(answer: ExchangeAnswer): Promise<boolean>
}

/**
 * Whether anything but handing over the answer may be done after a status.
 *
 * @see {@link startExchange}, whose example asks it
 */
export function isDeciding(status: number): boolean {
  return status > 300 && DECIDING.includes(status)
}

const DECIDING: readonly number[] = [301, 302, 303, 307, 308, 401, 403, 429, 503]

/**
 * Puts the credential on a request that is about to be sent, unless the caller set one.
 *
 * @param authorizer as `createAuthorizer` makes it
 * @param request whose headers are changed
 * @returns what to send, and what to do after each answer; at once when the provider has its answer at hand
 * @throws {TargetError} `ERR_TARGET_EXISTING`
 * @throws {OptionsError} `ERR_OPTION_VALUE` for another `redirect`
 * @example
 * import { createAuthorizer, isDeciding, RecordHeaders, startExchange } from '@fluxauth/auth-core/client'
 *
 * const authorizer = createAuthorizer({ origin: 'http://localhost:8086', credentials: 'my-token' })
 *
 * // What an adapter does for its client, which is `fetch` here: it sends, and asks whether to send again.
 * async function get(path: string): Promise<Response> {
 *   const headers = new RecordHeaders({ accept: 'application/json' })
 *   const url = authorizer.target.resolve(path)
 *   const request = { url, method: 'GET', headers, replayable: true, redirect: 'follow' } as const
 *   const exchange = await startExchange(authorizer, request)
 *   for (;;) {
 *     const response = await fetch(exchange.url.href, { headers: headers.record, redirect: 'manual' })
 *     const { status } = response
 *     const header = (name: string) => response.headers.get(name)
 *     const discard = () => response.body?.cancel()
 *     if (!isDeciding(status) || !(await exchange.again({ status, header, discard }))) return response
 *   }
 * }
 * console.log((await get('/api/v2/buckets')).status) // 200
 * @see Fetch standard, section 4.4, "HTTP-redirect fetch"
 */
export function startExchange(
  authorizer: Authorizer,
  request: ExchangeRequest,
): Exchange | Promise<Exchange> {
  const { url, headers, signal, redirect } = request
  if (redirect !== 'follow' && redirect !== 'manual' && redirect !== 'error') {
    throw new OptionsError('ERR_OPTION_VALUE', "redirect has to be one of 'follow', 'manual', 'error'")
  }
  if (headers.has('authorization')) {
    if (authorizer.onExisting === 'keep') return new OngoingExchange(authorizer, request, undefined)
    throw new TargetError('ERR_TARGET_EXISTING', 'The request has an Authorization header already: remove it')
  }
  const start = (authorization: Authorization | undefined): Exchange => {
    if (authorization) {
      headers.set('authorization', authorization.value)
      authorizer.emit({ type: 'sent', origin: url.origin, reason: 'bound-origin' })
    }
    return new OngoingExchange(authorizer, request, authorization)
  }
  const authorization = authorizer.authorize(url, signal)
  return authorization && 'then' in authorization ? authorization.then(start) : start(authorization)
}

/** Why to send again, and in how many milliseconds. */
interface Next {
  readonly reason: 'redirect' | 'retry'
  readonly delay: number
}

class OngoingExchange implements Exchange {
  url: RequestUrl
  method: string
  bodyDropped = false
  redirects = 0
  readonly #authorizer: Authorizer
  readonly #request: ExchangeRequest
  #authorization: Authorization | undefined
  #refreshed = false
  #attempts = 0

  constructor(authorizer: Authorizer, request: ExchangeRequest, authorization: Authorization | undefined) {
    this.url = request.url
    this.method = request.method
    this.#authorizer = authorizer
    this.#request = request
    this.#authorization = authorization
  }

  async again(answer: ExchangeAnswer): Promise<boolean> {
    const { signal } = this.#request
    let next: Next | undefined
    try {
      next = await this.#decide(answer)
    } catch (error) {
      await answer.discard()
      throw error
    }
    if (!next) return false
    await answer.discard()
    if (next.delay > 0) await sleep(next.delay, signal)
    if (this.#authorization) {
      this.#authorizer.emit({ type: 'sent', origin: this.url.origin, reason: next.reason })
    }
    return true
  }

  /** Why and when to send again; `undefined` when the answer is the caller's. */
  async #decide(answer: ExchangeAnswer): Promise<Next | undefined> {
    const { status } = answer
    if (this.#request.redirect !== 'manual') {
      const redirect = this.#readRedirect(status, answer.header('location'))
      if (redirect) {
        await this.#follow(redirect)
        return { reason: 'redirect', delay: 0 }
      }
    }
    if ((status === 401 || status === 403) && this.#authorization && !this.#refreshed) {
      return (await this.#refresh(answer, this.#authorization)) ? { reason: 'retry', delay: 0 } : undefined
    }
    const { retry } = this.#authorizer
    if (this.#attempts >= retry.attempts || !this.#replayable) return undefined
    const delay = retryDelay(status, answer.header('retry-after'), Date.now())
    if (delay === undefined || delay > retry.maxDelay * 1000) return undefined
    this.#attempts++
    return { reason: 'retry', delay }
  }

  get #replayable(): boolean {
    return this.#request.replayable || this.bodyDropped
  }

  /** The redirect to follow, if there is one and it may be. */
  #readRedirect(status: number, location: string | null | undefined): Redirect | undefined {
    const { redirect: mode, maxRedirects } = this.#request
    const redirect = readRedirect(status, location, this.url, this.method, this.redirects, maxRedirects)
    if (!redirect) return undefined
    if (mode === 'error') {
      throw new RedirectError(
        'ERR_REDIRECT_REFUSED',
        // Not the whole address, which may hold a secret.
        `The server redirects to ${redirect.url.origin}, and the request says redirect: 'error'`,
      )
    }
    if (!redirect.dropsBody && !this.#replayable) {
      throw new RedirectError(
        'ERR_REDIRECT_BODY',
        'A streamed body, or that of a Request, cannot be sent again: send text or bytes',
      )
    }
    return redirect
  }

  async #follow(redirect: Redirect): Promise<void> {
    const { headers, signal } = this.#request
    const { target } = this.#authorizer
    // Whoever the caller named is not the one who is asked next, bound or not.
    if (redirect.leavesOrigin) headers.delete('host')
    if (redirect.leavesOrigin && !staysBound(target, this.url, redirect.url)) {
      const carried = headers.has('authorization')
      for (const name of CREDENTIAL_HEADERS) headers.delete(name)
      if (carried) this.#authorizer.emit({ type: 'dropped', origin: redirect.url.origin, reason: 'redirect' })
      this.#authorization = undefined
    } else if (redirect.leavesOrigin && this.#authorization) {
      // Another origin may have another credential, or the one that was sent may be for the first alone: that is for the provider to say.
      this.#authorization = await this.#authorizer.authorize(redirect.url, signal)
      if (this.#authorization) headers.set('authorization', this.#authorization.value)
    }
    if (redirect.dropsBody) {
      for (const name of BODY_HEADERS) headers.delete(name)
      this.bodyDropped = true
    }
    this.url = redirect.url
    this.method = redirect.method
    this.redirects++
  }

  async #refresh(answer: ExchangeAnswer, refused: Authorization): Promise<boolean> {
    this.#refreshed = true
    const { headers, signal } = this.#request
    const message = answer.message && (() => answer.message?.())
    const next = await this.#authorizer.rejected(this.url, answer.status, refused, signal, message)
    if (!next || !this.#replayable) return false
    headers.set('authorization', next.value)
    this.#authorization = next
    return true
  }
}

/** Whether a redirect leads from one bound origin to another, without giving up encryption. */
function staysBound(target: Target, from: RequestUrl, to: URL): boolean {
  const downgrades = from.href.startsWith('https:') && to.protocol === 'http:'
  return target.includes(from) && target.includes(to) && !downgrades
}

/**
 * Whether a body can be read only once: a stream, or an iterator such as a generator's.
 *
 * @example
 * import { isStream } from '@fluxauth/auth-core/client'
 *
 * isStream('air,place=roof celsius=21.5') // false
 * isStream(new ReadableStream()) // true
 */
export function isStream(body: unknown): boolean {
  return (
    typeof body === 'object' &&
    body !== null &&
    ('getReader' in body || Symbol.asyncIterator in body || 'next' in body)
  )
}
