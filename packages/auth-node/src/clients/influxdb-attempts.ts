// A request of an InfluxDB client, which keeps redirects to itself: with the credential of the moment, and sent again after an error that says so.

import {
  type Authorizer,
  isDeciding,
  RecordHeaders,
  refusalMessage,
  startExchange,
} from '@fluxauth/auth-core/client'

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

/** What of a request the credential depends on. */
interface Request {
  readonly url: string
  readonly method: string
  /** The caller's own, which are copied. */
  readonly headers: Readonly<Record<string, string>> | undefined
  readonly signal?: AbortSignal | undefined
}

/**
 * Puts the credential on a request.
 *
 * @param refusalOf finds the refusal in an error of the client, if it is about one
 * @throws what `startExchange` names
 */
export async function startAttempts(
  authorizer: Authorizer,
  { url, method, headers: given, signal }: Request,
  refusalOf: (error: unknown) => Refusal | undefined,
): Promise<Attempts> {
  const headers = new RecordHeaders(given)
  const exchange = await startExchange(authorizer, {
    url: new URL(url),
    method,
    headers,
    replayable: true,
    redirect: 'manual',
    signal,
  })
  const attempts: Attempts = {
    headers: () => ({ ...headers.record }) as Record<string, string>,
    async again(error) {
      const refusal = refusalOf(error)
      if (!refusal || !isDeciding(refusal.statusCode)) return false
      return exchange.again({
        status: refusal.statusCode,
        header: (name) => refusal.headers?.[name]?.toString(),
        message: () => refusalMessage(refusal.body),
        discard: () => undefined,
      })
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
