// Ends what hangs with a sentence, before a test runner ends it without one.

/** In milliseconds. A machine under load may take seconds for what takes a millisecond. */
const DEADLINE = 10_000

/** An adapter that neither answered nor failed: no refusal, whatever a test expects. */
export class HangingError extends Error {
  override name = 'HangingError'
  /** What hangs, and for how long, without the likely mistake. */
  readonly what: string

  constructor(what: string, likely: string) {
    super(`${what}. ${likely}`)
    this.what = what
  }
}

/** Names another mistake for what hangs, where a test knows better which it is. */
export async function likelyBecause<T>(promise: Promise<T>, likely: string): Promise<T> {
  try {
    return await promise
  } catch (error) {
    throw error instanceof HangingError ? new HangingError(error.what, likely) : error
  }
}

/**
 * Waits for a while.
 *
 * @param what hangs, if it does; a function says it when it does
 * @param likely the mistake that mostly causes it
 * @param deadline in milliseconds, for what is many at once. Default 10,000
 * @throws {HangingError} when it has passed
 */
export async function inTime<T>(
  promise: T | PromiseLike<T>,
  what: string | (() => string),
  likely: string,
  deadline: number = DEADLINE,
): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      const said = typeof what === 'string' ? what : what()
      reject(new HangingError(`${said} within ${deadline / 1000} seconds`, likely))
    }, deadline)
  })
  try {
    return await Promise.race([promise, late])
  } finally {
    clearTimeout(timer)
  }
}

/** Waits until something holds, and looks every few milliseconds. */
export async function until(holds: () => boolean, what: string, likely: string): Promise<void> {
  const end = performance.now() + DEADLINE
  while (!holds()) {
    if (performance.now() > end) {
      throw new HangingError(`${what} within ${DEADLINE / 1000} seconds`, likely)
    }
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}
