// What is kept between requests: the interfaces that every store fills. Secrets are kept as hashes alone.

import type { Awaitable } from '../../awaitable.ts'
import { AuthError } from '../../errors.ts'
import type { Permission } from '../checks/permissions.ts'

/** An API token without its value, which only its holder knows. */
export interface StoredToken {
  /** 16 hexadecimal digits. */
  readonly id: string
  /** SHA-256 of the token as base64url: it is found by this. */
  readonly hash: string
  readonly userID: string
  readonly user: string
  readonly orgID?: string | undefined
  readonly org?: string | undefined
  readonly status: 'active' | 'inactive'
  readonly description: string
  readonly permissions: readonly Permission[]
  /** ISO 8601, UTC. */
  readonly createdAt: string
  readonly updatedAt: string
}

/** Which tokens to list; what is absent does not narrow. */
export interface TokenFilter {
  readonly userID?: string | undefined
  readonly user?: string | undefined
  readonly orgID?: string | undefined
  readonly org?: string | undefined
  readonly hash?: string | undefined
  /** Only tokens whose id comes after this one: the last id of the page before. */
  readonly after?: string | undefined
  /** At most so many; 0 lists none. Default 1,000. */
  readonly limit?: number | undefined
}

/** What can change of a token: its permissions cannot. What is `undefined` stays as it is; two changes at once are both made. */
export interface TokenChange {
  readonly status?: StoredToken['status'] | undefined
  readonly description?: string | undefined
  readonly updatedAt: string
}

/** Keeps API tokens. */
export interface TokenStore {
  /** The token with this hash: one indexed read, however many there are. */
  find(hash: string): Awaitable<StoredToken | undefined>
  get(id: string): Awaitable<StoredToken | undefined>
  /** In the order of their ids. */
  list(filter?: TokenFilter): Awaitable<StoredToken[]>
  /** Rejects with {@link StoreError} `ERR_STORE_EXISTS` when the id or hash is taken; what was there stays. */
  create(token: StoredToken): Awaitable<void>
  /** The token as it is now; `undefined` when there is none. */
  update(id: string, change: TokenChange): Awaitable<StoredToken | undefined>
  /** Whether there was one: of many who delete it at once, one is told so. */
  delete(id: string): Awaitable<boolean>
}

/** A session without its key, which only the browser's cookie holds. */
export interface StoredSession {
  /** SHA-256 of the key as base64url: it is found by this, and revoked by it. */
  readonly id: string
  readonly userID: string
  readonly user: string
  /** The API token it was started with, if it was: the session may do no more than that token, and ends with it. */
  readonly tokenID?: string | undefined
  /** Milliseconds since the epoch, as all times here. */
  readonly createdAt: number
  /** When it ends unless it is used. */
  readonly expiresAt: number
  /** When it ends whatever happens. */
  readonly endsAt: number
  /** Where it was started from, for the list that a user looks at. */
  readonly address?: string | undefined
  /** The `User-Agent` it was started with, cut to 256 characters. */
  readonly agent?: string | undefined
}

/** Keeps sessions. */
export interface SessionStore {
  create(session: StoredSession): Awaitable<void>
  /** The session, even when it has expired but was not swept yet. */
  find(id: string): Awaitable<StoredSession | undefined>
  /** Moves a session's end on. A session that was deleted in the meantime stays so. */
  renew(id: string, expiresAt: number): Awaitable<void>
  /** Whether there was one: of many who delete it at once, one is told so. */
  delete(id: string): Awaitable<boolean>
  /** A user's sessions, the newest first. */
  list(userID: string): Awaitable<StoredSession[]>
  /** Deletes all of a user's sessions but one; how many there were. */
  deleteAll(userID: string, except?: string): Awaitable<number>
  /** Deletes what has expired by `now`; how many there were. */
  sweep(now: number): Awaitable<number>
}

/** Whose attempt it is. */
export interface Attempt {
  /** Who was tried: the user's id, or where there is no such user the name; `undefined` for a credential without one. */
  readonly user?: string | undefined
  /** The address that it came from, in whatever way it is written. */
  readonly address?: string | undefined
  /** What was tried. An address has an allowance for each, so that wrong tokens use up none for passwords. Default `'password'`. */
  readonly kind?: 'password' | 'token' | undefined
}

/** Whether an attempt may be made. */
export interface AttemptPermit {
  /** Whole seconds to wait before another is looked at; 0 when this one may be. */
  readonly wait: number
  /** Whether this attempt is the first over the limit. */
  readonly locks: boolean
}

/** Counts failed attempts per user and per address. What ends an attempt is handed the very object that began it, which stays as it is. */
export interface AttemptLimiter {
  /** Counts an attempt before its outcome is known, so that many at once count as many. */
  begin(attempt: Attempt): Awaitable<AttemptPermit>
  /** The credential was right: the attempt does not count, and the address is known to be good for that user from now on. */
  succeed(attempt: Attempt): Awaitable<void>
  /** The credential was not looked at after all: the attempt does not count. Without it, such attempts count as failed. */
  cancel?(attempt: Attempt): Awaitable<void>
}

/** All that a server keeps, in one place. */
export interface AuthStore {
  readonly tokens: TokenStore
  readonly sessions: SessionStore
  readonly attempts?: AttemptLimiter | undefined
  /** Lets go of connections and files. */
  close(): Awaitable<void>
}

/** Why a store did not do what it was asked. */
export type StoreErrorCode =
  /** The id or the hash is taken. */
  | 'ERR_STORE_EXISTS'
  /** The verifier was made without a store for this. */
  | 'ERR_STORE_ABSENT'
  /** The package that the store needs is not installed. */
  | 'ERR_STORE_PACKAGE'
  /** The store's file, or its folder, is another user's, everybody's, or a link. */
  | 'ERR_STORE_PERMISSIONS'
  /** The store cannot be reached, or did not answer in time. */
  | 'ERR_STORE_UNAVAILABLE'

/** A store did not do what it was asked. The message holds no secret. */
export class StoreError extends AuthError<StoreErrorCode> {
  constructor(code: StoreErrorCode, message: string, options?: { readonly cause?: unknown }) {
    super(code, message, undefined, options)
  }

  override get name(): string {
    return 'StoreError'
  }
}

/** Whether a store may have done what it was asked, though it failed: not where it says itself that it did not. */
export function mayBeDone(error: unknown): boolean {
  return !AuthError.is(error) || error.code === 'ERR_STORE_UNAVAILABLE'
}

/** In milliseconds: by then a connection that was lost is mostly there again. */
const TAKEN_BACK_AFTER = 1000

/** Deletes what a store may have made though its answer was lost: at once, or else a second later, where the failure was no long wait. */
export async function takeBack(remove: () => Awaitable<unknown>): Promise<void> {
  const began = performance.now()
  try {
    await remove()
  } catch (error) {
    if (performance.now() - began > TAKEN_BACK_AFTER) throw error
    await new Promise<void>((resolve) => {
      setTimeout(resolve, TAKEN_BACK_AFTER)
    })
    await remove()
  }
}

/** Puts in the place of stores that were not given some that keep nothing and say so. */
export function completeStore(
  store: Partial<Pick<AuthStore, 'tokens' | 'sessions' | 'attempts'>> = {},
): Pick<AuthStore, 'tokens' | 'sessions' | 'attempts'> {
  const refuse = async (): Promise<never> => {
    throw new StoreError('ERR_STORE_ABSENT', 'The verifier has no store for this: give it one')
  }
  return {
    tokens: store.tokens ?? {
      find: () => undefined,
      get: refuse,
      list: refuse,
      create: refuse,
      update: refuse,
      delete: refuse,
    },
    sessions: store.sessions ?? {
      create: refuse,
      find: () => undefined,
      renew: refuse,
      delete: refuse,
      list: refuse,
      deleteAll: refuse,
      sweep: refuse,
    },
    attempts: store.attempts,
  }
}
