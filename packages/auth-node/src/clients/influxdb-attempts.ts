// A request of an InfluxDB client, which keeps redirects to itself: with the credential of the moment, and sent again after an error that says so.

import {
  type Authorizer,
  isDeciding,
  RecordHeaders,
  refusalMessage,
  startExchange,
} from '@fluxauth/auth-core/client'
import { abortError } from './abort-error.ts'

/** A server's refusal, as a client's error tells of it. */
export interface Refusal {
  readonly statusCode: number
  readonly headers?: Readonly<Record<string, unknown>> | null | undefined
  /** The answer's text. */
  readonly body?: string | undefined
}

/** A request to be sent, as often as its errors say. */
export interface Attempts {
  /** The headers to send with, in an object that is the client's to change. */
  headers(): Record<string, string>
  /** Whether to send again after an error. */
  again(error: unknown): Promise<boolean>
  /** Sends until there is an answer, or an error that is the caller's. */
  run<Answer>(send: (headers: Record<string, string>) => Promise<Answer>): Promise<Answer>
}

type GivenHeaders = Readonly<Record<string, string>> | undefined

/** What of a request the credential depends on. */
export interface AttemptedRequest {
  readonly url: string
  readonly method: string
  /** The call's own, which are copied. */
  readonly headers: GivenHeaders
  /** What the client puts beneath them by itself, as {@link fixHeaders} makes it. */
  readonly beneath: readonly GivenHeaders[]
  /** Writes the credential where it is not as in HTTP. */
  readonly write?: (authorization: string) => string
  readonly signal?: AbortSignal | undefined
}

/**
 * Copies headers, and spells the credential's in small letters: the clients put one record over the other, and of two spellings a
 * server would get both.
 */
export function fixHeaders(given: GivenHeaders): Record<string, string> {
  const fixed: Record<string, string> = {}
  for (const name in given) {
    const value = given[name] as string
    if (name.length !== 13 || name.toLowerCase() !== 'authorization') fixed[name] = value
    else if (value !== undefined) fixed.authorization = value
  }
  return fixed
}

/** The headers of a call. An `Authorization` beneath them is the caller's own as well. */
class CallHeaders extends RecordHeaders {
  readonly #beneath: boolean
  readonly #write: (authorization: string) => string

  constructor({ headers, beneath, write = (authorization) => authorization }: AttemptedRequest) {
    super(fixHeaders(headers))
    this.#beneath = beneath.some((others) => others?.authorization !== undefined)
    this.#write = write
  }

  override has(name: string): boolean {
    return super.has(name) || (this.#beneath && name === 'authorization')
  }

  override set(name: string, value: string): void {
    super.set(name, this.#write(value))
  }
}

/**
 * Puts the credential on a request.
 *
 * @param refusalOf finds the refusal in an error of the client, if it is about one
 * @throws what `startExchange` names
 */
export async function startAttempts(
  authorizer: Authorizer,
  request: AttemptedRequest,
  refusalOf: (error: unknown) => Refusal | undefined,
): Promise<Attempts> {
  const { url, method, signal } = request
  const headers = new CallHeaders(request)
  const asAborted = (error: unknown): never => {
    throw abortError(error, signal)
  }
  const starting = async () =>
    startExchange(authorizer, {
      url: new URL(url),
      method,
      headers,
      replayable: true,
      redirect: 'manual',
      signal,
    })
  const exchange = await starting().catch(asAborted)
  const attempts: Attempts = {
    headers: () => ({ ...headers.record }) as Record<string, string>,
    async again(error) {
      const refusal = refusalOf(error)
      if (!refusal || !isDeciding(refusal.statusCode)) return false
      return exchange
        .again({
          status: refusal.statusCode,
          header: (name) => refusal.headers?.[name]?.toString(),
          message: () => refusalMessage(refusal.body),
          discard: () => undefined,
        })
        .catch(asAborted)
    },
    async run(send) {
      for (;;) {
        try {
          return await send(attempts.headers())
        } catch (error) {
          if (!(await attempts.again(error))) throw error
        }
      }
    },
  }
  return attempts
}
