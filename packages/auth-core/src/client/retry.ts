// When to send a request again: a server that is busy says so with 429 or 503 and `Retry-After`.

import { number, type OptionRules, whole } from '../option-rules.ts'

/** How to wait for a busy server. */
export interface RetryOptions {
  /** How many times to try again, at most. Default 2. */
  readonly attempts?: number
  /** Longest wait in seconds, at most 2,147,483, which is what a timer can wait; a server that asks for more is not waited for. Default 60. */
  readonly maxDelay?: number
}

/** How an HTTP date begins, in each of its three forms: `Date.parse` would take much else, such as `1.5`, for a day long ago. */
const HTTP_DATE = /^(Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*,? /

/** In seconds: what timers can wait for at most. */
const LONGEST_WAIT = 2_147_483

/** What the options may be. */
export const retryRules: OptionRules<keyof RetryOptions> = {
  attempts: whole(0),
  maxDelay: number(0, LONGEST_WAIT),
}

/** Fills in the defaults; `false` is no attempt at all. */
export function readRetry(retry: boolean | RetryOptions): Required<RetryOptions> {
  if (retry === false) return { attempts: 0, maxDelay: 0 }
  if (retry === true) return { attempts: 2, maxDelay: 60 }
  const { attempts = 2, maxDelay = 60 } = retry
  return { attempts, maxDelay }
}

/**
 * Reads how long to wait before a request is sent again.
 *
 * @param status of the answer; only 429 and 503 are waited for
 * @param retryAfter the `Retry-After` value, seconds or an HTTP date
 * @param now milliseconds since the epoch
 * @returns milliseconds, or `undefined` when the server does not ask for a retry
 * @example
 * import { retryDelay } from '@fluxauth/auth-core/client'
 *
 * retryDelay(503, '120', Date.now()) // 120000
 * retryDelay(503, 'Fri, 01 Jan 2100 00:00:30 GMT', Date.UTC(2100, 0, 1)) // 30000
 * retryDelay(500, '120', Date.now()) // undefined
 * @see RFC 9110, sections 10.2.3 and 5.6.7
 */
export function retryDelay(
  status: number,
  retryAfter: string | null | undefined,
  now: number,
): number | undefined {
  if ((status !== 429 && status !== 503) || !retryAfter) return undefined
  if (/^\d+$/.test(retryAfter)) return Number(retryAfter) * 1000
  if (!HTTP_DATE.test(retryAfter)) return undefined
  const date = Date.parse(retryAfter.endsWith('GMT') ? retryAfter : `${retryAfter} GMT`)
  return Number.isNaN(date) ? undefined : Math.max(0, date - now)
}
