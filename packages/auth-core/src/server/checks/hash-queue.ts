// Bounds how many slow hashes run and wait at one time, so that whoever asks for hundreds takes neither threads nor time from the others.

import { canonicalAddress, networksOf } from '../incoming/address.ts'
import { NO_OPTIONS } from '../no-options.ts'

/** How many slow hashes may be under way. Verifiers that are given the same object share it. */
export interface HashOptions {
  /** How many run at one time. Default 2, and in Node half of libuv's threads: file reads and DNS take the others. */
  readonly running?: number | undefined
  /**
   * How many wait, each address in its turn. Default 32. Beyond it the answer is 503 with `Retry-After` at once, for the address that has
   * most of them waiting.
   */
  readonly waiting?: number | undefined
}

interface Waiting {
  readonly isGone: () => boolean
  readonly go: (may: boolean) => void
}

/** Lets hashes run, a few at a time. */
export class HashQueue {
  /** By network, the one whose turn is next first. */
  readonly #waiting = new Map<string, Waiting[]>()
  readonly #mostRunning: number
  readonly #mostWaiting: number
  #running = 0
  #count = 0

  constructor({ running = 2, waiting = 32 }: HashOptions) {
    this.#mostRunning = running
    this.#mostWaiting = waiting
  }

  /**
   * Runs a hash when it is its turn.
   *
   * @param address that it is for: whoever changes it within a network is still one
   * @param isGone whether nobody waits for it any more: then it is not run
   * @returns what the hash comes to, or `undefined` where there is no room for it, or nobody to tell
   */
  async run<T>(
    hash: () => Promise<T>,
    address: string | undefined,
    isGone: () => boolean,
  ): Promise<T | undefined> {
    if (!(await this.#turn(networkOf(address), isGone))) return undefined
    try {
      return await hash()
    } finally {
      this.#next()
    }
  }

  #turn(network: string, isGone: () => boolean): boolean | Promise<boolean> {
    if (this.#running < this.#mostRunning) {
      this.#running++
      return true
    }
    if (!this.#hasRoom(network)) return false
    return new Promise((go) => {
      const own = this.#waiting.get(network) ?? []
      own.push({ isGone, go })
      this.#waiting.set(network, own)
      this.#count++
    })
  }

  /** Room is made by those who have gone, else by the last of the network that has most waiting: one alone keeps nobody out. */
  #hasRoom(network: string): boolean {
    if (this.#count < this.#mostWaiting) return true
    let longest: Waiting[] = []
    for (const [key, queue] of this.#waiting) {
      const staying = queue.filter(({ isGone }) => !isGone())
      for (const waiting of queue) if (!staying.includes(waiting)) waiting.go(false)
      this.#count -= queue.length - staying.length
      if (staying.length > 0) this.#waiting.set(key, staying)
      else this.#waiting.delete(key)
      if (staying.length > longest.length) longest = staying
    }
    if (this.#count < this.#mostWaiting) return true
    if (longest.length <= (this.#waiting.get(network)?.length ?? 0) + 1) return false
    longest.pop()?.go(false)
    this.#count--
    return true
  }

  /** Hands the place of a hash that has ended to the next. */
  #next(): void {
    for (const [network, queue] of this.#waiting) {
      const next = queue.shift()
      this.#waiting.delete(network)
      if (queue.length > 0) this.#waiting.set(network, queue)
      this.#count--
      const isWanted = next !== undefined && !next.isGone()
      next?.go(isWanted)
      if (isWanted) return
    }
    this.#running--
  }
}

const queues = new WeakMap<HashOptions, HashQueue>()

/**
 * The queue of these options: one for all that are given the same.
 *
 * @param given the options as they were given, by which the same are told
 */
export function hashQueueOf(options: HashOptions = NO_OPTIONS, given: HashOptions = options): HashQueue {
  const queue = queues.get(given) ?? new HashQueue(options)
  queues.set(given, queue)
  return queue
}

/** Clients whose address is not told are one. */
function networkOf(address: string | undefined): string {
  const canonical = address && canonicalAddress(address)
  return canonical ? networksOf(canonical)[0] : ''
}
