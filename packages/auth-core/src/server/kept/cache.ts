// Remembers for a few seconds which credentials were found to be right, so that a busy client costs no look-up for each request.

import type { Principal } from '../outgoing/principal.ts'
import { RevocationLog } from './revocations.ts'

/** How much to remember. */
export interface CacheOptions {
  /** For how many seconds, at most: as long a credential that was revoked on another machine is still taken here. Default 5. */
  readonly seconds?: number | undefined
  /** How many credentials at most, of those in headers and of those in cookies each. Default 10,000. */
  readonly entries?: number | undefined
  /** How many bytes they may take, about, of those in headers and of those in cookies each. Default 8,388,608: 8 MiB. */
  readonly bytes?: number | undefined
  /**
   * The clock that says what has ended, in milliseconds: never behind `performance.now`, and like it never set back. Default
   * `performance.now`.
   */
  readonly now?: (() => number) | undefined
}

/** A credential that was found to be right. */
export interface Known {
  readonly principal: Principal
}

/** When a check began: what it comes to is as old as that, however long it took. */
export interface Moment {
  /** By `performance.now`. */
  readonly at: number
  /** In revocations. */
  readonly revocations: number
}

/** The moment that it is. */
export function moment(): Moment {
  return { at: performance.now(), revocations: RevocationLog.now() }
}

interface Entry<V extends Known> {
  readonly known: V
  readonly credential: string
  /** What was sent when it was last seen: one way to write the credential. */
  text: string | undefined
  /** By the memory's clock. */
  readonly until: number
  /** In revocations: up to when nothing of it was revoked. */
  sure: number
  bytes: number
}

/** What an entry takes beside its texts, and what each permission does, about. */
const ENTRY_BYTES = 400
const PERMISSION_BYTES = 200

/**
 * A bounded memory of right credentials, which end by themselves and by what is revoked.
 *
 * They are found by what was sent, which costs one look-up, and by the credential in it. However many ways there are to write a
 * credential (one token under any user name), it is remembered once, with the way that came last.
 */
export class ShortMemory<V extends Known> {
  readonly #byText = new Map<string, Entry<V>>()
  /** In the order in which they end, but for those that end with their session. */
  readonly #byCredential = new Map<string, Entry<V>>()
  readonly #logs: readonly [RevocationLog, RevocationLog]
  readonly #size: number
  readonly #mostBytes: number
  readonly #milliseconds: number
  readonly #now: () => number
  #bytes = 0

  /** @param logs of revocations that end what is remembered */
  constructor(
    logs: readonly [RevocationLog, RevocationLog],
    { seconds = 5, entries = 10_000, bytes = 2 ** 23, now = () => performance.now() }: CacheOptions,
  ) {
    this.#logs = logs
    this.#size = entries
    this.#mostBytes = bytes
    this.#milliseconds = seconds * 1000
    this.#now = now
  }

  /** What is known of a text that was sent. */
  get(text: string): V | undefined {
    const entry = this.#byText.get(text)
    return entry && this.#valid(entry)
  }

  /** What is known of a credential, and from now on of the text that it was sent in. */
  find(credential: string, text?: string): V | undefined {
    const entry = this.#byCredential.get(credential)
    const known = entry && this.#valid(entry)
    if (known && text !== undefined) {
      this.#write(entry, text)
      this.#makeRoom()
    }
    return known
  }

  /**
   * Remembers a credential. Older ones make room.
   *
   * @param text that it was sent in
   * @param began when its check did
   * @param left for how many milliseconds from now it is good at most
   */
  set(
    credential: string,
    text: string | undefined,
    known: V,
    began: Moment,
    left: number = Number.POSITIVE_INFINITY,
  ): void {
    this.#drop(this.#byCredential.get(credential))
    const { permissions } = known.principal
    const bytes =
      ENTRY_BYTES + credential.length + (permissions === 'all' ? 0 : permissions.length * PERMISSION_BYTES)
    const until = Math.min(began.at + this.#milliseconds, performance.now() + left)
    const entry: Entry<V> = { known, credential, text: undefined, until, sure: began.revocations, bytes }
    this.#byCredential.set(credential, entry)
    this.#bytes += bytes
    if (text !== undefined) this.#write(entry, text)
    this.#makeRoom()
  }

  #write(entry: Entry<V>, text: string): void {
    const before = entry.text
    if (before !== undefined) this.#byText.delete(before)
    // A copy: a piece of a text (a cookie) would keep the whole of it in memory. One that is no piece itself, as `slice` makes it: with
    // those the engine compares four times as long, and it does so with each request.
    entry.text = JSON.parse(JSON.stringify(text)) as string
    this.#byText.set(entry.text, entry)
    const more = text.length - (before?.length ?? 0)
    entry.bytes += more
    this.#bytes += more
  }

  /** Lets the oldest go while there are too many, and those whose time is over. */
  #makeRoom(): void {
    const now = this.#now()
    for (const oldest of this.#byCredential.values()) {
      const isRoom = this.#byCredential.size <= this.#size && this.#bytes <= this.#mostBytes
      if (isRoom && oldest.until > now) return
      this.#drop(oldest)
    }
  }

  #valid(entry: Entry<V>): V | undefined {
    const [one, other] = this.#logs
    if (this.#now() < entry.until) {
      // Mostly nothing was revoked since.
      if (one.latest <= entry.sure && other.latest <= entry.sure) return entry.known
      const { principal } = entry.known
      if (!one.hasRevoked(principal, entry.sure) && !other.hasRevoked(principal, entry.sure)) {
        entry.sure = RevocationLog.now()
        return entry.known
      }
    }
    this.#drop(entry)
    return undefined
  }

  #drop(entry: Entry<V> | undefined): void {
    if (!entry) return
    if (entry.text !== undefined) this.#byText.delete(entry.text)
    if (this.#byCredential.delete(entry.credential)) this.#bytes -= entry.bytes
  }
}
