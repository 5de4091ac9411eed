// Sessions: started by signing in, recognised by a cookie, ended by signing out, by time, or by whoever revokes them.

import { type Awaitable, whenReady } from '../../awaitable.ts'
import { OptionsError } from '../../options.ts'
import { readCookie, type ServerRequest } from '../incoming/request.ts'
import type { AuditListener } from '../outgoing/events.ts'
import type { Principal } from '../outgoing/principal.ts'
import type { RevocationLog } from './revocations.ts'
import { type Digest, randomKey } from './secrets.ts'
import { mayBeDone, type SessionStore, type StoredSession, takeBack } from './stores.ts'

/** How sessions last, and what their cookie is like. */
export interface SessionOptions {
  /** Seconds after which an unused session ends. Default 3,600. */
  readonly idle?: number | undefined
  /** Seconds after which a session ends however much it is used. Default 86,400. */
  readonly lifetime?: number | undefined
  /**
   * The cookie's name. Default `influxdb-oss-session`, as InfluxDB's. One that begins with `__Host-` can be set by no page of a sister site
   * nor without TLS: browsers see to that.
   */
  readonly cookie?: string | undefined
  /**
   * The cookie's path. Default `/api/`, as InfluxDB's; `/` for a `__Host-` cookie, which can have no other. Change `cookie` with it: browsers
   * keep one for each path, and who signed in before would send two different ones, which are refused.
   */
  readonly path?: string | undefined
  /** Origins beside the server's own whose pages may send what is not safe. Default none. */
  readonly origins?: readonly string[] | undefined
  /**
   * Whether signing out has the browser forget the site's cookies and cached answers, by `Clear-Site-Data: "cookies", "cache"`: also what
   * the back button would show. It takes all cookies of the host, and browsers keep to it over TLS, or on this machine. Default `false`.
   */
  readonly clearSiteData?: boolean | undefined
}

/** A session, found by its cookie. */
export interface FoundSession {
  readonly session: StoredSession
  /** Until when it may be remembered: what is remembered is not renewed, and would end while it is used. */
  readonly until: number
}

/** Starts, finds, lists and ends sessions. */
export interface Sessions {
  /** A user's sessions, the newest first. None holds its key. */
  list(userID: string): Promise<StoredSession[]>
  /** Ends one session of a user. It takes effect at once here, elsewhere within the cache's seconds. Whether there was one. */
  revoke(userID: string, id: string): Promise<boolean>
  /** Ends all sessions of a user, but the one given: after a new password, say. How many there were. */
  revokeAll(userID: string, except?: string): Promise<number>
  /** Deletes expired sessions from the store; stores that expire by themselves have nothing to do. How many there were. */
  sweep(): Promise<number>
}

/** {@link Sessions}, and what the verifier does with them. */
export interface OwnSessions extends Sessions {
  /** The key in a request's cookie; a list where it came with several, of which none is chosen. */
  keyOf(request: ServerRequest): string | readonly string[] | undefined
  start(
    principal: Principal,
    request: ServerRequest,
  ): Promise<{ readonly id: string; readonly cookie: string }>
  find(key: string): Awaitable<FoundSession | undefined>
  end(key: string): Promise<StoredSession | undefined>
  /** Deletes a session that nobody was told of. */
  undo(id: string): Promise<unknown>
  /** The `Set-Cookie` value that removes the cookie. */
  removal(request: ServerRequest): string
}

/** A session is renewed once this share of its idle time has passed: to write at every request would cost more than it tells. */
const RENEWED_AFTER = 0.05

/** In milliseconds: expired sessions are swept out of the store no oftener. */
const SWEPT_EVERY = 600_000

/** What sessions are made of beside their store. */
interface SessionParts {
  readonly digest: Digest
  readonly emit: AuditListener
  /** Is told which sessions may no longer be good. */
  readonly revocations: RevocationLog
  readonly report: (error: unknown) => void
}

/** Whether browsers take a cookie of this name only with path `/` and without a domain. @see RFC 6265bis, section 4.1.3 */
function isHostCookie(name: string): boolean {
  return /^__Host-/i.test(name)
}

/** Whether browsers take a cookie of this name only over TLS. */
function isSecureCookie(name: string): boolean {
  return isHostCookie(name) || /^__Secure-/i.test(name)
}

/**
 * Refuses a cookie that no browser would keep.
 *
 * @throws {OptionsError} `ERR_OPTION_VALUE` for a `__Host-` cookie with a path of its own
 */
export function checkSessionCookie({ cookie = '', path = '/' }: SessionOptions): void {
  if (!isHostCookie(cookie) || path === '/') return
  throw new OptionsError(
    'ERR_OPTION_VALUE',
    'session.path has to be / where session.cookie begins with __Host-: browsers keep no other',
  )
}

/** Sessions over a store, which are swept as new ones are started. */
export function createSessions(
  store: SessionStore,
  options: SessionOptions,
  { digest, emit, revocations, report }: SessionParts,
): OwnSessions {
  const { idle = 3600, lifetime = 86_400, cookie = 'influxdb-oss-session' } = options
  const { path = isHostCookie(cookie) ? '/' : '/api/' } = options
  let swept = 0
  const sweep = async (): Promise<number> => store.sweep(Date.now())
  const toCookie = (key: string, expires: number, { secure }: ServerRequest): string =>
    `${cookie}=${key}; Path=${path}; Expires=${new Date(expires).toUTCString()}; HttpOnly; SameSite=Strict${secure || isSecureCookie(cookie) ? '; Secure' : ''}`

  const used = async (session: StoredSession, now: number): Promise<FoundSession> => {
    const renewedAfter = idle * 1000 * RENEWED_AFTER
    const until = Math.min(now + idle * 1000, session.endsAt)
    if (until - session.expiresAt >= renewedAfter) await store.renew(session.id, until)
    return { session, until: Math.min(now + renewedAfter, session.endsAt) }
  }

  return {
    keyOf: (request) => readCookie(request, cookie),
    async start({ userID, user, tokenID }, request) {
      const key = randomKey()
      const createdAt = Date.now()
      const endsAt = createdAt + lifetime * 1000
      if (createdAt - swept >= SWEPT_EVERY) {
        swept = createdAt
        sweep().catch(report)
      }
      // It lives as long as the session may; that it ends earlier when it is not used is the server's to say. Made before anything is
      // kept: it asks functions of the application's, which may throw.
      const header = toCookie(key, endsAt, request)
      const id = await digest(key)
      const session = {
        id,
        userID,
        user,
        tokenID,
        createdAt,
        expiresAt: Math.min(createdAt + idle * 1000, endsAt),
        endsAt,
        address: request.address,
        agent: request.header('user-agent')?.slice(0, 256),
      }
      try {
        await store.create(session)
      } catch (error) {
        // No browser has its key: all that is wrong with it is that its user finds it among their sessions. Nobody waits for that.
        if (mayBeDone(error)) takeBack(() => store.delete(id)).catch(report)
        throw error
      }
      return { id, cookie: header }
    },
    // At hand where there is none: whoever floods the server with keys of no session costs it no promise.
    find: (key) =>
      whenReady(digest(key), (id) =>
        whenReady(store.find(id), (session) => {
          const now = Date.now()
          return session && now < Math.min(session.expiresAt, session.endsAt) ? used(session, now) : undefined
        }),
      ),
    async end(key) {
      const id = await digest(key)
      const session = await store.find(id)
      const deleted =
        session !== undefined && (await revocations.noting({ sessionID: id }, () => store.delete(id)))
      return deleted && Date.now() < Math.min(session.expiresAt, session.endsAt) ? session : undefined
    },
    undo: (id) => takeBack(() => store.delete(id)),
    removal: (request) => toCookie('', 0, request),
    list: async (userID) => store.list(userID),
    async revoke(userID, id) {
      const session = await store.find(id)
      if (session?.userID !== userID) return false
      const deleted = await revocations.noting({ sessionID: id }, () => store.delete(id))
      if (deleted) emit({ type: 'sessions-revoked', userID, count: 1 })
      return deleted
    },
    async revokeAll(userID, except) {
      const count = await revocations.noting({ sessionsOf: userID }, () => store.deleteAll(userID, except))
      if (count > 0) emit({ type: 'sessions-revoked', userID, count })
      return count
    },
    sweep,
  }
}
