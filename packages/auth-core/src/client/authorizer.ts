// The one object that every HTTP-client adapter uses: it holds a credential, knows where it may go and what to do when it is refused.

import type { Credentials } from '../authorization.ts'
import { isPromise } from '../awaitable.ts'
import { checkOptions } from '../options.ts'
import { waitFor } from './abort.ts'
import { type Asking, createAsk } from './asking.ts'
import { type AuthorizerOptions, authorizerRules } from './authorizer-options.ts'
import type { AuthEvent } from './events.ts'
import { toCredentials, toProvider, toValue } from './provider.ts'
import { isPermissionMessage } from './refusal-message.ts'
import { type RetryOptions, readRetry } from './retry.ts'
import { createTarget, type Target } from './target.ts'

/** A URL, or as much of it as says whom a request is for. */
export interface Origin {
  readonly origin: string
}

/** A header value, and which credential it was made from. Nothing that prints or clones it shows either. */
export interface Authorization {
  /** The `Authorization` value. */
  readonly value: string
}

class BoundAuthorization implements Authorization {
  readonly #value: string
  readonly #credentials: Credentials
  readonly #generation: number

  constructor(credentials: Credentials, generation: number) {
    this.#value = toValue(credentials)
    this.#credentials = credentials
    this.#generation = generation
  }

  get value(): string {
    return this.#value
  }

  /** What it was made from, and before how many refreshes; nothing for an `Authorization` of another make. */
  static origin(made: Authorization): { credentials: Credentials; generation: number } | undefined {
    return #value in made ? { credentials: made.#credentials, generation: made.#generation } : undefined
  }
}

/** What a refusal led to, for one origin. Requests that were sent before it share its outcome instead of causing another. */
interface Refresh {
  readonly generation: number
  readonly asking: Asking
  /** What it brought once more, though it was refused, and until when it is not asked about again. */
  held?: { readonly value: string; readonly until: number }
}

/** Holds a credential, knows where it may go and what to do when it is refused. */
export interface Authorizer {
  /** The origins the credential is bound to. */
  readonly target: Target
  /**
   * The `Authorization` for a URL, or `undefined` when its origin is not a bound one. It is at hand when the provider's answer is.
   *
   * @throws what the provider throws; the signal's reason when it aborts
   */
  authorize(
    url: Origin,
    signal?: AbortSignal | null,
  ): Authorization | undefined | Promise<Authorization | undefined>
  /**
   * Says what to do after a refusal. A 401 invalidates the provider's credential and asks it again, once for any number of
   * concurrent requests; nothing else does. One whose message says that a permission is missing refuses no credential.
   *
   * @param sent what {@link authorize} gave for the refused request
   * @param message reads what the server said, where that is at hand; it is asked only where it can make a difference
   * @returns another `Authorization` to repeat the request with, once; `undefined` to give up
   */
  rejected(
    url: Origin,
    status: number,
    sent: Authorization,
    signal?: AbortSignal | null,
    message?: () => string | undefined | Promise<string | undefined>,
  ): Promise<Authorization | undefined>
  /** What to do with an `Authorization` header that the caller set. */
  readonly onExisting: 'keep' | 'error'
  /** How often, and how long at most, to wait for a server that asks for it. */
  readonly retry: Required<RetryOptions>
  /**
   * Whether an answer, redirects aside, can lead to more than being handed over: the credential may change, a busy server is waited
   * for, or somebody observes refusals. Where it cannot, an adapter need not look at answers.
   */
  readonly watchesAnswers: boolean
  /** Tells the observer, if there is one. */
  emit(event: AuthEvent): void
}

/**
 * Binds a credential to its origins. The credential stays in closures: nothing that prints the authorizer shows it.
 *
 * @param options `credentials`, their `origin`, and `onEvent` to observe
 * @returns the authorizer
 * @throws {TargetError} `ERR_TARGET_ORIGIN`, `ERR_TARGET_INSECURE` or `ERR_TARGET_USERINFO`
 * @throws {CredentialsError} `ERR_CREDENTIALS_TYPE` when there are no `credentials`, `ERR_CREDENTIALS_SCHEME` or what `formatAuthorization` names when
 *   they cannot be sent; those of a provider are refused when it gives them
 * @throws {OptionsError} `ERR_OPTION_NAME` or `ERR_OPTION_VALUE`
 * @example
 * import { createAuthorizer } from '@fluxauth/auth-core/client'
 *
 * const authorizer = createAuthorizer({ origin: 'https://localhost:8086', credentials: 'my-token' })
 * const own = await authorizer.authorize(new URL('https://localhost:8086/api/v2/buckets'))
 * console.log(own?.value) // Token my-token
 * console.log(authorizer.authorize(new URL('https://localhost/'))) // undefined
 */
export function createAuthorizer(options: AuthorizerOptions): Authorizer {
  options = checkOptions(options, authorizerRules)
  const { credentials, onEvent, onExisting = 'keep', retry = false, holdOff = 30 } = options
  const provider = toProvider(credentials)
  const target = createTarget({ origin: options.origin, allowInsecure: options.allowInsecure })
  const fixed = typeof credentials === 'string' || 'scheme' in credentials
  const refreshes = new Map<string, Refresh>()
  const generationOf = (origin: string): number =>
    refreshes.size === 0 ? 0 : (refreshes.get(origin)?.generation ?? 0)

  const emit = (event: AuthEvent): void => {
    if (!onEvent) return
    try {
      const told: unknown = onEvent(event)
      if (isPromise(told)) Promise.resolve(told).catch(() => undefined)
    } catch {}
  }
  const { ask, anew } = createAsk(provider)
  // A credential in hand never changes: what was made of it once will do until it is refused.
  let inHand: { readonly generation: number; readonly authorization: Authorization } | undefined
  const make = (credentials: Credentials, generation: number): Authorization => {
    if (!fixed) return new BoundAuthorization(credentials, generation)
    if (inHand?.generation !== generation) {
      inHand = { generation, authorization: new BoundAuthorization(credentials, generation) }
    }
    return inHand.authorization
  }
  if (fixed) make(toCredentials(credentials as string | Credentials), 0)
  /** The refresh whose outcome a refused request is to share; it begins one where there was none since the request was sent. */
  const refresh = (origin: string, refused: { credentials: Credentials; generation: number }): Refresh => {
    const last = refreshes.get(origin)
    if (last && refused.generation !== last.generation) return last
    const asking = anew(origin, () => provider.invalidate?.(refused.credentials))
    const begun: Refresh = { generation: refused.generation + 1, asking }
    refreshes.set(origin, begun)
    return begun
  }
  const isHeld = (origin: string, value: string): boolean => {
    const held = refreshes.get(origin)?.held
    return held !== undefined && held.value === value && performance.now() < held.until
  }

  return {
    target,
    onExisting,
    retry: readRetry(retry),
    watchesAnswers: !fixed || retry !== false || onEvent !== undefined,
    emit,
    authorize(url, signal) {
      const { origin } = url
      if (!target.includes(url)) {
        emit({ type: 'dropped', origin, reason: 'other-origin' })
        return undefined
      }
      signal?.throwIfAborted()
      const generation = generationOf(origin)
      const resolved = (credentials: Credentials): Authorization => {
        emit({ type: 'credential-resolved', origin, reason: 'request' })
        return make(credentials, generation)
      }
      const answer = ask(origin)
      return isPromise(answer) ? waitFor(answer, signal).then(resolved) : resolved(answer)
    },
    async rejected(url, status, sent, signal, message) {
      const { origin } = url
      const refused = BoundAuthorization.origin(sent)
      const mayHelp = status === 401 && refused && !isHeld(origin, sent.value)
      const isPermission = mayHelp && !fixed && message && isPermissionMessage((await message()) ?? '')
      if (mayHelp && !isPermission) {
        let shared = refresh(origin, refused)
        let answer = await waitFor(shared.asking.join(), signal)
        // Where another was begun meanwhile, this answer is of yesterday.
        for (let last = refreshes.get(origin); last && last !== shared; last = refreshes.get(origin)) {
          shared = last
          answer = await waitFor(shared.asking.join(), signal)
        }
        const next = new BoundAuthorization(answer, shared.generation)
        const reason = next.value === sent.value ? 'unchanged' : 'changed'
        emit({ type: 'refreshed', origin, reason })
        if (reason === 'changed') return next
        shared.held = { value: sent.value, until: performance.now() + holdOff * 1000 }
      }
      if (status === 401 || status === 403) emit({ type: 'refused', origin, reason: `${status}` })
      return undefined
    },
  }
}
