// Holds back the answers to attempts over the limit, so that whoever floods the server with them waits instead of the others.

import { NO_OPTIONS } from '../no-options.ts'

/** How to hold answers back. */
export interface TarpitOptions {
  /** For how long. Default 1,000. */
  readonly milliseconds?: number | undefined
  /**
   * How many at most at one time; more are answered at once. Default 10,000: whoever keeps more requests waiting has their speed, and
   * each takes a few kilobytes.
   */
  readonly answers?: number | undefined
}

/** Makes what waits before an answer. */
export function createTarpit(options: TarpitOptions | false = NO_OPTIONS): () => Promise<void> {
  if (options === false) return () => Promise.resolve()
  const { milliseconds = 1000, answers = 10_000 } = options
  let held = 0
  return async () => {
    if (held >= answers) return
    held++
    await new Promise<void>((resolve) => {
      setTimeout(resolve, milliseconds)
    })
    held--
  }
}
