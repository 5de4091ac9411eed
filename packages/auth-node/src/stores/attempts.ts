// Limits failed attempts per user name and per address, on counters of rate-limiter-flexible.

import type { Attempt, AttemptLimiter, AttemptPermit } from '@fluxauth/auth-core/server'
import { RateLimiterRes } from 'rate-limiter-flexible'
import { type AttemptKeys, type CompleteLimits, keysOf } from './limits.ts'

/** What is used of a limiter of rate-limiter-flexible. */
export interface AttemptCounter {
  get(key: string): Promise<RateLimiterRes | null>
  /** Rejects with a `RateLimiterRes` over the limit. */
  consume(key: string): Promise<RateLimiterRes>
  reward(key: string): Promise<unknown>
}

/** What a counter tells: how often something was counted, and how many milliseconds are left of the time. */
export function counterState(points: number, milliseconds: number): RateLimiterRes {
  return new RateLimiterRes(undefined, milliseconds, points)
}

/** Remembers which addresses are known to be good for which users. */
export interface KnownPairs {
  has(key: string): Promise<boolean>
  add(key: string): Promise<unknown>
}

/** Where attempts are counted. */
export interface AttemptCounters {
  readonly user: AttemptCounter
  readonly address: AttemptCounter
  readonly network: AttemptCounter
  readonly pair: AttemptCounter
  readonly known: KnownPairs
}

/** Makes remembered pairs of a limiter that keeps what it is told. */
export function knownPairs(
  limiter: Pick<AttemptCounter, 'get'> & {
    set(key: string, points: number, seconds: number): Promise<unknown>
  },
  seconds: number,
): KnownPairs {
  return {
    has: async (key) => (await limiter.get(key)) !== null,
    add: (key) => limiter.set(key, 1, seconds),
  }
}

type Counted = readonly (readonly [counter: AttemptCounter, key: string])[]

const FREE: AttemptPermit = { wait: 0, locks: false }

/**
 * Limits attempts.
 *
 * A user who comes from where they signed in before counts on that pair alone, so that nobody elsewhere can lock them out; everybody
 * else counts on the user name and on the address. Points are taken before the outcome is known, and given back when the credential was
 * right, or when the attempt was refused unseen: the wait never grows, and many at once with the right password lock nobody out.
 *
 * @param counters of the backend
 * @param limits that the counters were made with
 */
export function createAttempts(counters: AttemptCounters, limits: CompleteLimits): AttemptLimiter {
  // What an attempt was counted on: its pair may have become known meanwhile.
  const begun = new WeakMap<Attempt, Counted>()

  const countedOn = async (keys: AttemptKeys): Promise<Counted> => {
    const { pair } = keys
    if (pair !== undefined && (await counters.known.has(pair))) return [[counters.pair, pair]]
    const counted: (readonly [AttemptCounter, string])[] = []
    for (const name of ['user', 'address', 'network'] as const) {
      const key = keys[name]
      if (key !== undefined) counted.push([counters[name], key])
    }
    return counted
  }
  const limitOf = (counter: AttemptCounter): number => {
    for (const name of ['user', 'address', 'network'] as const) {
      if (counter === counters[name]) return limits[name]
    }
    return limits.pair
  }

  return {
    async begin(attempt) {
      const counted = await countedOn(keysOf(attempt))
      // Looked at first: a flood over the limit costs no write, and who is refused for their address locks out no user.
      const before = await Promise.all(counted.map(([counter, key]) => counter.get(key)))
      const full = before.filter((found, i) => found && found.consumedPoints > limitAt(counted, i, limitOf))
      if (full.length > 0) return { wait: waitOf(full), locks: false }
      const taken = await Promise.all(counted.map(([counter, key]) => take(counter, key)))
      const over = taken.filter(({ refused }) => refused)
      if (over.length === 0) {
        begun.set(attempt, counted)
        return FREE
      }
      const locks = taken.map(({ state }, i) => state.consumedPoints === limitAt(counted, i, limitOf) + 1)
      // The point that closed the lock stays, as its mark; what else this attempt took goes back.
      await Promise.all(counted.map(([counter, key], i) => locks[i] || counter.reward(key)))
      return { wait: waitOf(over.map(({ state }) => state)), locks: locks.includes(true) }
    },
    async cancel(attempt) {
      const counted = begun.get(attempt) ?? []
      begun.delete(attempt)
      await Promise.all(counted.map(([counter, key]) => counter.reward(key)))
    },
    async succeed(attempt) {
      const keys = keysOf(attempt)
      const counted = begun.get(attempt) ?? (await countedOn(keys))
      begun.delete(attempt)
      await Promise.all([
        ...counted.map(([counter, key]) => counter.reward(key)),
        keys.pair === undefined ? undefined : counters.known.add(keys.pair),
      ])
    },
  }
}

function limitAt(counted: Counted, index: number, limitOf: (counter: AttemptCounter) => number): number {
  const counter = counted[index]?.[0]
  return counter ? limitOf(counter) : Number.POSITIVE_INFINITY
}

async function take(
  counter: AttemptCounter,
  key: string,
): Promise<{ readonly refused: boolean; readonly state: RateLimiterRes }> {
  try {
    return { refused: false, state: await counter.consume(key) }
  } catch (reason) {
    if (reason instanceof RateLimiterRes) return { refused: true, state: reason }
    throw reason
  }
}

/** Whole seconds until all of these are over. */
function waitOf(states: readonly (RateLimiterRes | null)[]): number {
  const milliseconds = Math.max(...states.map((state) => state?.msBeforeNext ?? 0))
  return Math.max(1, Math.ceil(milliseconds / 1000))
}
