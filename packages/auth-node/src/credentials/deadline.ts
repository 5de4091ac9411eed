// The longest that a source waits for what may never answer.

import { allowed, type OptionRule } from '@fluxauth/auth-core/client'
import { SourceError } from './source.ts'

/** In milliseconds, for files and keyrings. */
export const DEFAULT_TIMEOUT = 3000

/** What a time limit may be. */
export const TIMEOUT: OptionRule = allowed.whole(1, allowed.LONGEST_TIMER)

/**
 * Waits for an answer until the time is up; what is late is ignored.
 *
 * @param ask is given a signal that aborts when the time is up
 * @param what did not answer, for the message
 * @throws {SourceError} `ERR_SOURCE_TIMEOUT`
 */
export async function withDeadline<T>(
  timeout: number,
  what: string,
  ask: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const abort = new AbortController()
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      const error = new SourceError(
        'ERR_SOURCE_TIMEOUT',
        `${what} did not answer within ${timeout} ms: see what holds it up, or set timeout`,
      )
      reject(error)
      abort.abort(error)
    }, timeout)
  })
  try {
    return await Promise.race([ask(abort.signal), late])
  } finally {
    clearTimeout(timer)
  }
}
