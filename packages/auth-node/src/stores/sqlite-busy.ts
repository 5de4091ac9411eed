// Waits for another process that writes to the same SQLite file, without standing the event loop still.

import { setTimeout as sleep } from 'node:timers/promises'
import { type Awaitable, StoreError } from '@fluxauth/auth-core/server'

/** In milliseconds: how often whether the other is done is tried. */
const PAUSE = 10
const MOST_WAITING = 10_000

/** Does something in the database; at once where it is free. */
export type WhenFree = <T>(work: () => Awaitable<T>) => Awaitable<T>

/**
 * Makes what does work as soon as the database is free. Of all who wait one tries at a time.
 *
 * @param milliseconds to wait for it
 * @returns rejects with `StoreError` `ERR_STORE_UNAVAILABLE` in time, or at once while 10,000 wait
 */
export function createWhenFree(milliseconds: number): WhenFree {
  let trying = false
  let waiting = 0
  // In the order in which they came, which is that in which their time is over. Woken all at once, they would wake each other ever again.
  const line = new Set<() => void>()
  const refuse = (message: string): never => {
    throw new StoreError('ERR_STORE_UNAVAILABLE', message)
  }
  const passOn = () => {
    const [next] = line
    trying = next !== undefined
    if (!next) return
    line.delete(next)
    // Not in the same breath: what else there is to do comes in between.
    setImmediate(next)
  }
  const wait = async <T>(work: () => Awaitable<T>): Promise<T> => {
    if (waiting >= MOST_WAITING) refuse('SQLite has too much to do: ask again later')
    const end = performance.now() + milliseconds
    waiting++
    try {
      if (trying) await new Promise<void>((resolve) => line.add(resolve))
      trying = true
      for (;;) {
        if (performance.now() >= end) refuse('Another process writes to the SQLite file: ask again later')
        try {
          return await work()
        } catch (error) {
          if (!isBusy(error)) throw error
          await sleep(PAUSE)
        }
      }
    } finally {
      waiting--
      passOn()
    }
  }
  return (work) => {
    if (trying) return wait(work)
    try {
      const answer = work()
      if (!isPromise(answer)) return answer
      return answer.catch((error) => {
        if (isBusy(error)) return wait(work)
        throw error
      })
    } catch (error) {
      if (isBusy(error)) return wait(work)
      throw error
    }
  }
}

const READS: readonly string[] = ['find', 'get', 'list']

/** Makes the methods of a store wait for the database; what only reads does not stand in line with what writes. */
export function patient<T extends object>(methods: T, writes: WhenFree, reads: WhenFree): T {
  const wrapped = Object.entries(methods).map(([name, method]: [string, (...args: unknown[]) => unknown]) => {
    const whenFree = READS.includes(name) ? reads : writes
    return [name, (...args: unknown[]) => whenFree(() => method(...args))]
  })
  return Object.fromEntries(wrapped) as T
}

function isPromise<T>(answer: Awaitable<T>): answer is Promise<T> {
  return answer instanceof Promise
}

function isBusy(error: unknown): boolean {
  return `${(error as { readonly code?: unknown } | null)?.code}`.startsWith('SQLITE_BUSY')
}
