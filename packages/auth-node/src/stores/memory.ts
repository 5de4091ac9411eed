// Everything in this process's memory: tokens, sessions, and a bounded count of failed attempts.

import {
  type AttemptLimiter,
  type AuthStore,
  allowed,
  checkOptions,
  createMemoryStore as createCoreStore,
  type OptionRules,
} from '@fluxauth/auth-core/server'
import { RateLimiterMemory, type RateLimiterRes } from 'rate-limiter-flexible'
import { type AttemptCounter, createAttempts, type KnownPairs } from './attempts.ts'
import { type AttemptLimits, attemptLimits, completeLimits } from './limits.ts'

/** Options of {@link createMemoryAttempts}. */
export interface MemoryAttemptLimits extends AttemptLimits {
  /** How many counters are kept at most, whatever is thrown at the server. Default 100,000. The one that ends first makes room. */
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
 * const verifier = createVerifier({ store: createMemoryStore({ limits: { user: 5 } }) })
 */
export function createMemoryStore(options: MemoryStoreOptions = {}): AuthStore {
  checkOptions(options, { limits: allowed.group(memoryLimits) })
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
 */
export function createMemoryAttempts(limits: MemoryAttemptLimits = {}): AttemptLimiter {
  checkOptions(limits, memoryLimits, 'limits.')
  const { keys = 100_000 } = limits
  const complete = completeLimits(limits)
  const size = Math.floor(keys / 5)
  const counter = (points: number): AttemptCounter => new BoundedCounter(points, complete.seconds, size)
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

/** A limiter in memory that holds a bounded number of keys. */
class BoundedCounter implements AttemptCounter {
  readonly #limiter: RateLimiterMemory
  /** When each key's time is over. All last equally long: the first is the one that ends first. */
  readonly #ends = new Map<string, number>()
  readonly #milliseconds: number
  readonly #size: number

  constructor(points: number, seconds: number, size: number) {
    this.#limiter = new RateLimiterMemory({ points, duration: seconds, keyPrefix: '' })
    this.#milliseconds = seconds * 1000
    this.#size = size
  }

  get(key: string): Promise<RateLimiterRes | null> {
    return this.#limiter.get(key)
  }

  consume(key: string): Promise<RateLimiterRes> {
    this.#note(key)
    return this.#limiter.consume(key)
  }

  reward(key: string): Promise<unknown> {
    // What has made room, or is over, is not begun anew below zero.
    return (this.#ends.get(key) ?? 0) > Date.now() ? this.#limiter.reward(key) : Promise.resolve()
  }

  #note(key: string): void {
    const now = Date.now()
    for (const [oldest, end] of this.#ends) {
      if (end > now && (this.#ends.size < this.#size || this.#ends.has(key))) break
      this.#ends.delete(oldest)
      void this.#limiter.delete(oldest)
    }
    if (!this.#ends.has(key)) this.#ends.set(key, now + this.#milliseconds)
  }
}

/** Pairs that are known to be good; the one that was confirmed longest ago makes room. */
function rememberedPairs(seconds: number, size: number): KnownPairs {
  const until = new Map<string, number>()
  return {
    has: async (key) => (until.get(key) ?? 0) > Date.now(),
    async add(key) {
      until.delete(key)
      for (const oldest of until.keys()) {
        if (until.size < size) break
        until.delete(oldest)
      }
      until.set(key, Date.now() + seconds * 1000)
    },
  }
}
