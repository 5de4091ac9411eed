// What was revoked, in its order: what was found out before may no longer be so.

import type { Awaitable } from '../../awaitable.ts'
import type { Principal } from '../outgoing/principal.ts'

/** Whose credentials may no longer be good; everybody's where nothing is named. */
export interface Revoked {
  readonly tokenID?: string | undefined
  readonly sessionID?: string | undefined
  /** A user's sessions, all of them. */
  readonly sessionsOf?: string | undefined
  /** All that a user has. */
  readonly userID?: string | undefined
}

/** Moments are counted in revocations, over all logs, so that moments of several logs can be compared. */
let latest = 0

/** How many revocations are told apart. Beyond it the memory for them begins anew, and whatever was verified before is forgotten. */
const APART = 10_000

const kinds = ['tokenID', 'sessionID', 'sessionsOf', 'userID'] as const

/** The revocations of one store. */
export class RevocationLog {
  /** When the last was. */
  latest = 0
  #everything = 0
  readonly #last = {
    tokenID: new Map<string, number>(),
    sessionID: new Map<string, number>(),
    sessionsOf: new Map<string, number>(),
    userID: new Map<string, number>(),
  }

  /** The moment that it is: what is asked from now on knows of all that was noted so far. */
  static now(): number {
    return latest
  }

  note(revoked: Revoked): void {
    this.latest = ++latest
    const named = kinds.filter((kind) => revoked[kind] !== undefined)
    for (const kind of named) this.#last[kind].set(revoked[kind] as string, latest)
    if (named.length > 0 && kinds.every((kind) => this.#last[kind].size <= APART)) return
    this.#everything = latest
    for (const kind of kinds) this.#last[kind].clear()
  }

  /** Does what revokes something, and notes it: also where the answer was lost, since it may have been done all the same. */
  async noting<T>(revoked: Revoked, act: () => Awaitable<T>): Promise<T> {
    try {
      return await act()
    } finally {
      this.note(revoked)
    }
  }

  /** Whether something that a principal stands on was revoked after a moment. */
  hasRevoked({ userID, tokenID, sessionID }: Principal, since: number): boolean {
    if (this.latest <= since) return false
    const last = this.#last
    const isAfter = (moment: number | undefined) => moment !== undefined && moment > since
    return (
      this.#everything > since ||
      isAfter(last.userID.get(userID)) ||
      (tokenID !== undefined && isAfter(last.tokenID.get(tokenID))) ||
      (sessionID !== undefined &&
        (isAfter(last.sessionID.get(sessionID)) || isAfter(last.sessionsOf.get(userID))))
    )
  }
}

const logs = new WeakMap<object, RevocationLog>()

/** The log of a store, which all verifiers over it in this process share; without a store, one that nobody shares. */
export function revocationsOf(store: object | undefined): RevocationLog {
  const log = (store && logs.get(store)) ?? new RevocationLog()
  if (store) logs.set(store, log)
  return log
}
