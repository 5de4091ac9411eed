// The error of a request whose signal aborts, as Node's `http` makes it.

/**
 * Gives the error that Node has for a signal that aborts, also where it is the exchange that was stopped and not the sending.
 *
 * @param error of the request: returned as it is, unless it is the signal's reason
 */
export function abortError(error: unknown, signal: AbortSignal | undefined): unknown {
  if (!signal?.aborted || error !== signal.reason) return error
  const aborted = new Error('The operation was aborted', { cause: error })
  return Object.assign(aborted, { name: 'AbortError', code: 'ABORT_ERR' })
}
