// Counts attempts in this process's memory, within bounds, by a clock that nobody can set.

import type { RateLimiterRes } from 'rate-limiter-flexible'
import { type AttemptCounter, counterState } from './attempts.ts'

interface Entry {
  points: number
  /** On `performance.now()`'s clock. */
  readonly end: number
}

/** A counter that holds a bounded number of keys. Where there is no room, keys go that were counted once, then others, locked ones last. */
export class MemoryCounter implements AttemptCounter {
  /** By how much would be lost with them, each with the one that was counted longest ago in front. */
  readonly #once = new Map<string, Entry>()
  readonly #often = new Map<string, Entry>()
  readonly #locked = new Map<string, Entry>()
  readonly #points: number
  readonly #milliseconds: number
  readonly #size: number

  /** @param size how many keys are held at most */
  constructor(points: number, seconds: number, size: number) {
    this.#points = points
    this.#milliseconds = seconds * 1000
    this.#size = size
  }

  /** How many keys are held. */
  get size(): number {
    return this.#once.size + this.#often.size + this.#locked.size
  }

  async get(key: string): Promise<RateLimiterRes | null> {
    const entry = this.#find(key)
    return entry ? stateOf(entry) : null
  }

  async consume(key: string): Promise<RateLimiterRes> {
    const entry = this.#find(key) ?? { points: 0, end: performance.now() + this.#milliseconds }
    entry.points++
    this.#put(key, entry)
    const state = stateOf(entry)
    if (entry.points > this.#points) throw state
    return state
  }

  async reward(key: string): Promise<void> {
    const entry = this.#find(key)
    if (!entry) return
    entry.points--
    if (entry.points > 0) this.#put(key, entry)
    else this.#remove(key)
  }

  #find(key: string): Entry | undefined {
    const entry = this.#locked.get(key) ?? this.#often.get(key) ?? this.#once.get(key)
    if (!entry || entry.end > performance.now()) return entry
    this.#remove(key)
    return undefined
  }

  #put(key: string, entry: Entry): void {
    const level = this.#level(entry.points)
    if (level.has(key)) return
    this.#remove(key)
    this.#makeRoom()
    level.set(key, entry)
  }

  #level(points: number): Map<string, Entry> {
    if (points > this.#points) return this.#locked
    return points > 1 ? this.#often : this.#once
  }

  #remove(key: string): void {
    this.#locked.delete(key)
    this.#often.delete(key)
    this.#once.delete(key)
  }

  #makeRoom(): void {
    const now = performance.now()
    const levels = [this.#once, this.#often, this.#locked]
    // What is over goes first, wherever it is.
    for (const level of levels) {
      for (const [key, { end }] of level) {
        if (end > now) break
        level.delete(key)
      }
    }
    for (const level of levels) {
      for (const key of level.keys()) {
        if (this.size < this.#size) return
        level.delete(key)
      }
    }
  }
}

function stateOf({ points, end }: Entry): RateLimiterRes {
  return counterState(points, end - performance.now())
}
