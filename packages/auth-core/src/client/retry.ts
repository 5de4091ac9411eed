// When to send a request again: a server that is busy says so with 429 or 503 and `Retry-After`.

/** How to wait for a busy server. */
export interface RetryOptions {
  /** How many times to try again, at most. Default 2. */
  readonly attempts?: number
  /** Longest wait in seconds; a server that asks for more is not waited for. Default 60. */
  readonly maxDelay?: number
}

/** Fills in the defaults; `false` is no attempt at all. */
export function readRetry(retry: boolean | RetryOptions): Required<RetryOptions> {
  if (retry === false) return { attempts: 0, maxDelay: 0 }
  const { attempts = 2, maxDelay = 60 } = retry === true ? {} : retry
  return { attempts, maxDelay }
}

/**
 * Reads how long to wait before a request is sent again.
 *
 * @param status of the answer; only 429 and 503 are waited for
 * @param retryAfter the `Retry-After` value, seconds or an HTTP date
 * @param now milliseconds since the epoch
 * @returns milliseconds, or `undefined` when the server does not ask for a retry
 * @see RFC 9110, section 10.2.3
 */
export function retryDelay(
  status: number,
  retryAfter: string | null | undefined,
  now: number,
): number | undefined {
  if ((status !== 429 && status !== 503) || !retryAfter) return undefined
  if (/^\d+$/.test(retryAfter)) return Number(retryAfter) * 1000
  const date = Date.parse(retryAfter)
  return Number.isNaN(date) ? undefined : Math.max(0, date - now)
}
