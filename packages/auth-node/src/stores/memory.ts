// Everything in this process's memory: tokens, sessions, and a bounded count of failed attempts.

import {
  type AttemptLimiter,
  type AuthStore,
  allowed,
  checkOptions,
  createMemoryStore as createCoreStore,
  type OptionRules,
} from '@fluxauth/auth-core/server'
import { type AttemptCounter, createAttempts, type KnownPairs } from './attempts.ts'
import { type AttemptLimits, attemptLimits, completeLimits } from './limits.ts'
import { MemoryCounter } from './memory-counter.ts'

/** Options of {@link createMemoryAttempts}. */
export interface MemoryAttemptLimits extends AttemptLimits {
  /** How many counters are kept at most, whatever is thrown at the server. Default 100,000. Those that lock somebody out make room last. */
  readonly keys?: number | undefined
}

/** Options of {@link createMemoryStore}. */
export interface MemoryStoreOptions {
  /** How many failed attempts are let through, and how many are remembered. */
  readonly limits?: MemoryAttemptLimits | undefined
}

/**
 * Makes a store in memory: for tests, for demos, and for one server whose tokens come from a file at each start.
 *
 * @param options `limits`
 * @throws {OptionsError} `ERR_OPTION_NAME` or `ERR_OPTION_VALUE`
 * @example
 * import { createVerifier } from '@fluxauth/auth-node/server'
 * import { createMemoryStore } from '@fluxauth/auth-node/stores/memory'
 *
 * const verifier = createVerifier({ store: createMemoryStore({ limits: { user: 5 } }) })
 */
export function createMemoryStore(options: MemoryStoreOptions = {}): AuthStore {
  options = checkOptions(options, { limits: allowed.group(memoryLimits) })
  return { ...createCoreStore(), attempts: createMemoryAttempts(options.limits) }
}

/** What each of {@link MemoryAttemptLimits} may be. */
export const memoryLimits: OptionRules<keyof MemoryAttemptLimits> = {
  ...attemptLimits,
  keys: allowed.whole(5),
}

/**
 * Limits attempts on one machine.
 *
 * @param limits `user`, `address`, `pair`, `seconds`, `rememberSeconds` and `keys`
 * @throws {OptionsError} `ERR_OPTION_NAME` or `ERR_OPTION_VALUE`
 * @example
 * import { createMemoryAttempts, createMemoryStore, createVerifier } from '@fluxauth/auth-node/server'
 *
 * const { tokens, sessions } = createMemoryStore() // in the place of a store of your own, which counts nothing
 * const attempts = createMemoryAttempts({ user: 5, seconds: 600 })
 * const verifier = createVerifier({ store: { tokens, sessions, attempts } })
 */
export function createMemoryAttempts(limits: MemoryAttemptLimits = {}): AttemptLimiter {
  limits = checkOptions(limits, memoryLimits, 'limits.')
  const { keys = 100_000 } = limits
  const complete = completeLimits(limits)
  const size = Math.floor(keys / 5)
  const counter = (points: number): AttemptCounter => new MemoryCounter(points, complete.seconds, size)
  return createAttempts(
    {
      user: counter(complete.user),
      address: counter(complete.address),
      network: counter(complete.network),
      pair: counter(complete.pair),
      known: rememberedPairs(complete.rememberSeconds, size),
    },
    complete,
  )
}

/** Pairs that are known to be good; the one that was confirmed longest ago makes room. */
function rememberedPairs(seconds: number, size: number): KnownPairs {
  const until = new Map<string, number>()
  return {
    has: async (key) => (until.get(key) ?? 0) > performance.now(),
    async add(key) {
      until.delete(key)
      for (const oldest of until.keys()) {
        if (until.size < size) break
        until.delete(oldest)
      }
      until.set(key, performance.now() + seconds * 1000)
    },
  }
}
