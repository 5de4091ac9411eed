// Closes a store once, however often it is told to, after which the store does nothing more.

import { StoreError } from '@fluxauth/auth-core/server'

/** Whether a store is open still. */
export interface Closing {
  /** @throws {StoreError} `ERR_STORE_UNAVAILABLE` once the store was closed: a driver may go on, or say what is not so */
  check(): void
  /** Closes it; told again it waits for the same. */
  close(): Promise<void>
}

/**
 * Makes what closes a store.
 *
 * @param what the store's name, for people
 * @param end ends what the store has opened
 */
export function createClosing(what: string, end: () => unknown): Closing {
  let ended: Promise<void> | undefined
  return {
    check() {
      if (!ended) return
      throw new StoreError(
        'ERR_STORE_UNAVAILABLE',
        `The store in ${what} was closed: close it once nothing asks it any more, or open another`,
      )
    },
    close() {
      ended ??= (async () => void (await end()))()
      return ended
    },
  }
}
