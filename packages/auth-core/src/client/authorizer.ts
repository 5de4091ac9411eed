// The one object that every HTTP-client adapter uses: it holds a credential, knows where it may go and what to do when it is refused.

import { type Credentials, formatAuthorization } from '../authorization.ts'
import { isPromise } from '../awaitable.ts'
import { waitFor } from './abort.ts'
import type { AuthEvent, AuthEventListener } from './events.ts'
import { type CredentialSource, toProvider } from './provider.ts'
import { type RetryOptions, readRetry } from './retry.ts'
import { createTarget, type Target, type TargetOptions } from './target.ts'

/** Options of {@link createAuthorizer}. */
export interface AuthorizerOptions extends TargetOptions {
  /** An API token, credentials, a function that returns either, or a provider. */
  readonly credentials: CredentialSource
  /** What to do with an `Authorization` header that the caller set: `'keep'` it instead of ours (default), or refuse with an `'error'`. */
  readonly onExisting?: 'keep' | 'error' | undefined
  /** Whether to wait and try again where a 429 or 503 says when (`Retry-After`). Default `false`. */
  readonly retry?: boolean | RetryOptions | undefined
  /** Is told what happens to the credential, never the credential. */
  readonly onEvent?: AuthEventListener | undefined
}

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
    this.#value = formatAuthorization(credentials)
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
   * concurrent requests; nothing else does.
   *
   * @param sent what {@link authorize} gave for the refused request
   * @returns another `Authorization` to repeat the request with, once; `undefined` to give up
   */
  rejected(
    url: Origin,
    status: number,
    sent: Authorization,
    signal?: AbortSignal | null,
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
 * @throws {CredentialsError} `ERR_CREDENTIALS_TYPE` when there are no `credentials`
 */
export function createAuthorizer(options: AuthorizerOptions): Authorizer {
  const { credentials, onEvent, onExisting = 'keep', retry = false } = options
  const provider = toProvider(credentials)
  const target = createTarget(options)
  const fixed = typeof credentials === 'string' || 'scheme' in credentials
  // Per origin. Requests that were sent before the last refresh share its outcome instead of causing another.
  const refreshes = new Map<string, { generation: number; answer: Promise<Credentials> }>()
  const generationOf = (origin: string): number =>
    refreshes.size === 0 ? 0 : (refreshes.get(origin)?.generation ?? 0)

  const emit = (event: AuthEvent): void => {
    if (!onEvent) return
    try {
      onEvent(event)
    } catch {}
  }
  // Concurrent requests share one answer of a provider that takes its time.
  const pending = new Map<string, Promise<Credentials>>()
  const ask = (origin: string): Credentials | Promise<Credentials> => {
    const shared = pending.size === 0 ? undefined : pending.get(origin)
    if (shared) return shared
    const answer = provider.get({ origin })
    if (!isPromise(answer)) return answer
    const settled = Promise.resolve(answer).finally(() => {
      if (pending.get(origin) === settled) pending.delete(origin)
    })
    pending.set(origin, settled)
    return settled
  }
  // A credential in hand never changes: what was made of it once will do until it is refused.
  let inHand: { readonly generation: number; readonly authorization: Authorization } | undefined
  const make = (credentials: Credentials, generation: number): Authorization => {
    if (!fixed) return new BoundAuthorization(credentials, generation)
    if (inHand?.generation !== generation) {
      inHand = { generation, authorization: new BoundAuthorization(credentials, generation) }
    }
    return inHand.authorization
  }
  const askAnew = async (origin: string): Promise<Credentials> => ask(origin)

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
    async rejected(url, status, sent, signal) {
      const { origin } = url
      const refused = BoundAuthorization.origin(sent)
      if (status === 401 && refused) {
        if (refused.generation === generationOf(origin)) {
          provider.invalidate?.(refused.credentials)
          pending.delete(origin)
          refreshes.set(origin, { generation: refused.generation + 1, answer: askAnew(origin) })
        }
        const { generation, answer } = refreshes.get(origin) ?? { generation: 0, answer: askAnew(origin) }
        const next = new BoundAuthorization(await waitFor(answer, signal), generation)
        const reason = next.value === sent.value ? 'unchanged' : 'changed'
        emit({ type: 'refreshed', origin, reason })
        if (reason === 'changed') return next
      }
      if (status === 401 || status === 403) emit({ type: 'refused', origin, reason: `${status}` })
      return undefined
    },
  }
}
