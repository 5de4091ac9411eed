// Remembers for a few seconds which credentials were found to be right, so that a busy client costs no look-up for each request.

/** How much to remember. */
export interface CacheOptions {
  /** For how many seconds, at most: as long a credential that was revoked on another machine is still taken here. Default 5. */
  readonly seconds?: number | undefined
  /** How many credentials at most. Default 10,000. */
  readonly entries?: number | undefined
  /** The clock that says what has ended, in milliseconds since the epoch; never behind the time. Default `Date.now`. */
  readonly now?: (() => number) | undefined
}

/** A bounded map whose entries end by themselves. */
export class ShortMemory<V> {
  readonly #entries = new Map<string, { readonly value: V; readonly until: number }>()
  readonly #size: number
  readonly #milliseconds: number
  readonly #now: () => number

  constructor({ seconds = 5, entries = 10_000, now = Date.now }: CacheOptions) {
    this.#size = entries
    this.#milliseconds = seconds * 1000
    this.#now = now
  }

  get(key: string): V | undefined {
    const entry = this.#entries.get(key)
    if (entry === undefined) return undefined
    if (this.#now() < entry.until) return entry.value
    this.#entries.delete(key)
    return undefined
  }

  /** Remembers a value, until `until` (milliseconds since the epoch) at most. The oldest makes room. */
  set(key: string, value: V, until: number = Number.POSITIVE_INFINITY): void {
    if (this.#size === 0) return
    this.#entries.delete(key)
    if (this.#entries.size >= this.#size) {
      for (const oldest of this.#entries.keys()) {
        this.#entries.delete(oldest)
        break
      }
    }
    this.#entries.set(key, { value, until: Math.min(until, Date.now() + this.#milliseconds) })
  }

  clear(): void {
    this.#entries.clear()
  }
}
