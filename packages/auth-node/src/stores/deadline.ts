// Keeps whoever asks a store across the network from waiting long, or with many others, for one that is gone.

import { StoreError } from '@fluxauth/auth-core/server'
import { unavailable } from './failures.ts'

/** Does something within a time; `onTimeout` is told when it did not work out. */
export type Deadline = <T>(work: () => Promise<T>, onTimeout?: () => void) => Promise<T>

const MOST_PENDING = 10_000

/**
 * Makes what bounds how long a store is waited for.
 *
 * @param what the store's name, for people
 * @param milliseconds to wait for one answer
 * @returns rejects with `StoreError` `ERR_STORE_UNAVAILABLE` alone: in time, or at once while 10,000 answers are outstanding
 */
export function createDeadline(what: string, milliseconds: number): Deadline {
  let pending = 0
  return async (work, onTimeout) => {
    if (pending >= MOST_PENDING) {
      throw new StoreError('ERR_STORE_UNAVAILABLE', `${what} has too much to do: ask again later`)
    }
    pending++
    let timer: NodeJS.Timeout | undefined
    // Until the driver lets go of it, what came too late still counts.
    const answer = (async () => work())().finally(() => {
      pending--
      clearTimeout(timer)
    })
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => {
        onTimeout?.()
        reject(
          new StoreError(
            'ERR_STORE_UNAVAILABLE',
            `${what} did not answer within ${milliseconds} ms: see that it runs, and is not overloaded`,
          ),
        )
      }, milliseconds)
    })
    try {
      return await Promise.race([answer, late])
    } catch (error) {
      throw unavailable(what, error)
    }
  }
}
