// Signs in and out: a session begins with a right Basic, and ends when whoever holds its cookie says so.

import { type HeaderRules, type Presented, readHeader } from '../incoming/presented.ts'
import { addressOf, isCrossSite, type ServerRequest } from '../incoming/request.ts'
import { moment } from '../kept/cache.ts'
import type { RevocationLog } from '../kept/revocations.ts'
import type { OwnSessions } from '../kept/sessions.ts'
import type { AuditListener } from '../outgoing/events.ts'
import type { Refusal, Reply } from '../outgoing/refusal.ts'
import type { Refuser } from '../outgoing/refuser.ts'
import type { Check } from './check.ts'

/** How often a sign-in is checked while its user is being changed. */
const SIGN_IN_TRIES = 3

/** What signing in and out is made of. */
interface SignInParts {
  readonly headerRules: HeaderRules
  /** Origins beside the server's own whose pages may sign in and out. */
  readonly origins: readonly string[]
  /** Whether the browser is to forget cookies and cached answers as somebody signs out. */
  readonly clearSiteData: boolean
  readonly check: Check
  readonly sessions: OwnSessions
  readonly revocations: readonly RevocationLog[]
  readonly refuser: Refuser
  readonly emit: AuditListener
}

/** Makes what signs in and out. Neither throws. */
export function createSignIn(parts: SignInParts) {
  const { headerRules, origins, clearSiteData, check, sessions, revocations, emit } = parts
  const { schemes } = headerRules
  const { refuse, fail } = parts.refuser
  const rules: HeaderRules = {
    ...headerRules,
    schemes: { ...schemes, token: false, bearer: false, tokenPair: false },
    basic: schemes.signIn,
  }
  const answer = (cookie: string): Reply => ({
    status: 204,
    headers: { 'set-cookie': cookie, 'cache-control': 'no-store' },
    body: '',
  })

  /** What a request signs in with, or how it is refused. */
  const read = (request: ServerRequest): Presented | { readonly refusal: Refusal } => {
    if (!schemes.session) return refuse('scheme', request)
    if (isCrossSite(request, origins)) return refuse('cross-site', request)
    const { authorization } = request
    if (authorization === undefined) return refuse('missing', request)
    const presented = typeof authorization === 'string' ? readHeader(authorization, rules) : 'malformed'
    return typeof presented === 'string' ? refuse(presented, request) : presented
  }

  /** What is revoked while a sign-in is under way, revokes it too: then everything is asked for again. */
  const startSession = async (presented: Presented, request: ServerRequest): Promise<Reply> => {
    for (let tries = 0; tries < SIGN_IN_TRIES; tries++) {
      const began = moment().revocations
      const verdict = await check(presented, request)
      if ('refusal' in verdict) return verdict.refusal
      const { principal } = verdict
      const old = sessions.keyOf(request)
      const { id, cookie } = await sessions.start(principal, request)
      const stands = { ...principal, sessionID: id }
      if (revocations.some((log) => log.hasRevoked(stands, began))) {
        await sessions.undo(id)
        continue
      }
      try {
        if (typeof old === 'string') await sessions.end(old)
      } catch (error) {
        await sessions.undo(id)
        throw error
      }
      emit({ type: 'signed-in', user: principal.user, address: addressOf(request) })
      return answer(cookie)
    }
    return refuse('unavailable', request).refusal
  }

  return {
    async signIn(request: ServerRequest): Promise<Reply> {
      try {
        const presented = read(request)
        return 'refusal' in presented ? presented.refusal : await startSession(presented, request)
      } catch (error) {
        return fail(request, error).refusal
      }
    },
    async signOut(request: ServerRequest): Promise<Reply> {
      try {
        const key = sessions.keyOf(request)
        if (!key) return refuse('missing', request).refusal
        if (typeof key !== 'string') return refuse('malformed', request).refusal
        if (isCrossSite(request, origins)) return refuse('cross-site', request).refusal
        const cookie = sessions.removal(request)
        const ended = await sessions.end(key)
        if (!ended) return refuse('wrong', request).refusal
        emit({ type: 'signed-out', user: ended.user, address: addressOf(request) })
        const signedOut = answer(cookie)
        if (!clearSiteData) return signedOut
        return { ...signedOut, headers: { ...signedOut.headers, 'clear-site-data': '"cookies", "cache"' } }
      } catch (error) {
        return fail(request, error).refusal
      }
    },
  }
}
