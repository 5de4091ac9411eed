// What becomes of an answer in undici: it is handed on, or thrown away for the request to be sent again.

import type { IncomingHttpHeaders } from 'node:http'
import { type Exchange, isDeciding, RedirectError } from '@fluxauth/auth-core/client'
import type { Dispatcher } from 'undici'
import type { Connected } from './connected.ts'
import { fromHeaders, type Headers } from './header-list.ts'
import { LONGEST_DRAIN, MAX_DRAINED } from './quiet-request.ts'

type Handler = Dispatcher.DispatchHandler
type Controller = Dispatcher.DispatchController
type Dispatch = Dispatcher['dispatch']

/** Stands for the request where none was sent. */
export const NO_REQUEST: Controller = {
  aborted: false,
  paused: false,
  reason: null,
  abort: () => undefined,
  pause: () => undefined,
  resume: () => undefined,
}

/**
 * Fails a request that nobody wants any more, before anything is sent. As with undici alone its handler, which is one of undici's own
 * calls, has the first word on what its error is.
 */
export function refuse(handler: Handler, reason: Error): true {
  let error = reason
  const abort = (given?: Error): void => {
    if (given) error = given
  }
  const controller = { ...NO_REQUEST, abort }
  if (handler.onRequestStart) handler.onRequestStart(controller, undefined)
  else handler.onConnect?.(abort)
  if (handler.onResponseError) handler.onResponseError(controller, error)
  else handler.onError?.(error)
  return true
}

/** Hands the answer on, or throws it away and sends again. */
export class AuthHandler implements Handler {
  readonly #dispatch: Dispatch
  readonly #request: Dispatcher.DispatchOptions
  readonly #handler: Handler
  readonly #headers: Headers
  readonly #exchange: Exchange
  readonly #connected: Connected | undefined
  /** Is called at the end of an answer that nobody reads. */
  #discarded: (() => void) | undefined
  /** How many bytes of it are still read. */
  #left = 0
  /** The sending whose answer was cut off. */
  #cut: Controller | undefined
  #failed = false
  /** Where the caller's has it: undici 8 refuses to take a connection over for who has none. */
  readonly onRequestUpgrade?: NonNullable<Handler['onRequestUpgrade']>

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
    if (handler.onRequestUpgrade) this.onRequestUpgrade = handler.onRequestUpgrade.bind(handler)
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
    if (controller.aborted && controller !== this.#cut) throw controller.reason
    if (again) {
      this.#discarded = undefined
      this.send()
    } else {
      this.#handler.onResponseStart?.(controller, status, headers, message)
      controller.resume()
    }
  }

  /** Reads to the end what nobody wants, so that the connection can be used again; what is long, or takes long, is cut off. */
  async #discard(controller: Controller): Promise<void> {
    if (controller.aborted) return // of which nothing more comes
    this.#left = MAX_DRAINED
    const cut = setTimeout(() => this.#cutOff(controller), LONGEST_DRAIN)
    const ended = new Promise<void>((resolve) => {
      this.#discarded = resolve
    })
    controller.resume()
    await ended
    clearTimeout(cut)
  }

  #cutOff(controller: Controller): void {
    if (controller.aborted) return // by who sent it, who is told why
    this.#cut = controller
    controller.abort(new Error('Nobody reads this answer'))
    this.#discarded?.()
  }

  onResponseData(controller: Controller, chunk: Buffer): void {
    if (!this.#discarded) {
      this.#handler.onResponseData?.(controller, chunk)
      return
    }
    this.#left -= chunk.length
    if (this.#left < 0) this.#cutOff(controller)
  }

  onResponseEnd(controller: Controller, trailers: IncomingHttpHeaders): void {
    if (this.#discarded) this.#discarded()
    else this.#handler.onResponseEnd?.(controller, trailers)
  }

  onResponseError(controller: Controller, error: Error): void {
    if (this.#cut && controller === this.#cut) return
    if (this.#discarded && !controller.aborted) this.#discarded()
    else this.#fail(controller, error)
  }

  #fail(controller: Controller, error: Error): void {
    if (this.#failed) return
    this.#failed = true
    this.#handler.onResponseError?.(controller, error)
  }
}
