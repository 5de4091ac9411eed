// Waiting that an `AbortSignal` ends, with no listener and no timer left behind.

/**
 * Waits for a promise, or until the signal aborts.
 *
 * @throws the signal's reason, as `fetch` does
 */
export async function waitFor<T>(
  promise: PromiseLike<T>,
  signal: AbortSignal | null | undefined,
): Promise<T> {
  if (!signal) return promise
  let abort: () => void = () => undefined
  const aborted = new Promise<never>((_, reject) => {
    abort = () => reject(signal.reason)
    if (signal.aborted) abort()
    else signal.addEventListener('abort', abort)
  })
  try {
    return await Promise.race([promise, aborted])
  } finally {
    signal.removeEventListener('abort', abort)
  }
}

/** Waits a number of milliseconds, or until the signal aborts. */
export async function sleep(milliseconds: number, signal: AbortSignal | null | undefined): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined
  try {
    await waitFor(
      new Promise<void>((resolve) => {
        timer = setTimeout(resolve, milliseconds)
      }),
      signal,
    )
  } finally {
    clearTimeout(timer)
  }
}
