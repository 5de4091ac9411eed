// Asks a provider once for all who wait at the same time, and never lets an answer that does not come hold up those who come later.

import type { Credentials } from '../authorization.ts'
import { isPromise } from '../awaitable.ts'
import type { CredentialProvider } from './provider.ts'

/** In milliseconds: how long others wait for an answer that was asked for before them; then the provider is asked again. */
const LONGEST_SHARED = 30_000

/** One asking, which may be shared while it is young. */
export interface Asking {
  /** The answer, for whoever asked for it. */
  readonly answer: Promise<Credentials>
  /** The answer for those who come later: this one, or that of another asking where this one takes too long or fails them. */
  join(): Promise<Credentials>
}

/** The ways to ask a provider. */
export interface Ask {
  /** Asks, or shares the answer that is on its way. Where the provider answers at once, nothing is shared. */
  ask(origin: string): Credentials | Promise<Credentials>
  /** Asks anew, whoever waits for an earlier answer, after something else was done. */
  anew(origin: string, before: () => unknown): Asking
}

/** Makes what asks a provider, for each origin once at a time. */
export function createAsk(provider: CredentialProvider): Ask {
  const pending = new Map<string, Asking>()

  const ask = (origin: string): Credentials | Promise<Credentials> => {
    const shared = pending.size === 0 ? undefined : pending.get(origin)
    if (shared) return shared.join()
    const answer = provider.get({ origin })
    return isPromise(answer) ? start(origin, Promise.resolve(answer)).answer : answer
  }
  const askAgain = async (origin: string): Promise<Credentials> => ask(origin)

  /** Shares an answer that is on its way. */
  const start = (origin: string, answer: Promise<Credentials>): Asking => {
    const since = performance.now()
    const forget = (): void => {
      if (pending.get(origin) === asking) pending.delete(origin)
    }
    let settled = false
    let failed = false
    let shared: Promise<Credentials> | undefined
    let timer: ReturnType<typeof setTimeout> | undefined
    const end = (): void => {
      settled = true
      clearTimeout(timer)
      forget()
    }
    const share = (left: number): Promise<Credentials> =>
      new Promise((resolve, reject) => {
        timer = setTimeout(() => {
          forget()
          askAgain(origin).then(resolve, reject) // whichever comes first
        }, left)
        // Nobody's process is kept for an answer that may never come.
        if (typeof timer === 'object') (timer as { unref?: () => void }).unref?.()
        answer.then(resolve, reject)
      })
    const asking: Asking = {
      answer,
      join() {
        const left = LONGEST_SHARED - (performance.now() - since)
        if (failed || left <= 0) {
          forget()
          return askAgain(origin)
        }
        if (settled) return answer
        shared ??= share(left)
        return shared
      },
    }
    answer.then(end, () => {
      failed = true
      end()
    })
    pending.set(origin, asking)
    return asking
  }

  return {
    ask,
    anew(origin, before) {
      pending.delete(origin)
      const run = async (): Promise<Credentials> => {
        const done = before()
        if (isPromise(done)) await done
        return provider.get({ origin })
      }
      return start(origin, run())
    },
  }
}
