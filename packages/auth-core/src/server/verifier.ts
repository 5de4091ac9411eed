// The one object that every server adapter uses: it says who a request is from, or how to refuse it.

import { type Awaitable, isPromise, whenReady } from '../awaitable.ts'
import * as allowed from '../option-rules.ts'
import { checkOptions } from '../options.ts'
import { watchAddress } from './checks/address-watch.ts'
import { createCheck, credentialKey, type Verdict } from './checks/check.ts'
import { type Action, permits, type Resource, toResource } from './checks/permissions.ts'
import { createSessionCheck } from './checks/session-check.ts'
import { createTarpit } from './checks/tarpit.ts'
import { type HeaderRules, isBasic, type Presented, readHeader, readQuery } from './incoming/presented.ts'
import { type AcceptedSchemes, profiles } from './incoming/profiles.ts'
import { addressOf, isCrossSite, type ServerRequest } from './incoming/request.ts'
import { moment, ShortMemory } from './kept/cache.ts'
import { revocationsOf } from './kept/revocations.ts'
import { sha256 } from './kept/secrets.ts'
import { checkSessionCookie, createSessions, type Sessions } from './kept/sessions.ts'
import { completeStore } from './kept/stores.ts'
import { createTokens, type Tokens } from './kept/tokens.ts'
import { type AuditEvent, quietly } from './outgoing/events.ts'
import type { Principal } from './outgoing/principal.ts'
import type { Refusal, RefusalReason, Reply } from './outgoing/refusal.ts'
import { createRefusals } from './outgoing/refuse.ts'
import { type VerifierOptions, verifierOptionRules } from './verifier-options.ts'

/** Says who requests are from. */
export interface Verifier {
  /**
   * Who a request is from. The answer is at hand, without a promise, where the credential was seen within the last seconds or the
   * store has its answer at hand.
   *
   * It never throws: where a store fails the refusal is a 503.
   */
  verify(request: ServerRequest): Awaitable<Verdict>
  /**
   * How to refuse a principal whose credential does not permit something; `undefined` when it does. It never throws.
   *
   * @param request that the principal's is
   * @param action `'read'` or `'write'`
   * @param resource a type for all of it, or one resource; without `orgID` and `org` it means the principal's own organization
   * @param id of the one resource of that type
   */
  permit(
    principal: Principal,
    request: ServerRequest,
    action: Action,
    resource: string | Resource,
    id?: string | undefined,
  ): Refusal | undefined
  /**
   * How to refuse a request for which a function of the application's threw that a guard asked, for the resource say: a 500, of which
   * `onError` is told why.
   */
  fail(error: unknown, request?: ServerRequest | undefined): Refusal
  /** Signs in: takes Basic, starts a session, ends the one whose cookie came along. 204 with `set-cookie`, or a refusal. */
  signIn(request: ServerRequest): Promise<Reply>
  /** Signs out: ends the session whose cookie came along. 204, or a refusal. */
  signOut(request: ServerRequest): Promise<Reply>
  /** The API tokens in the store. */
  readonly tokens: Tokens
  /** The sessions in the store. */
  readonly sessions: Sessions
  /**
   * Forgets the verified credentials of a user, whom sign-ins under way ask for again as well: call it when a user was changed.
   *
   * @param userID of that user; without it everybody is forgotten
   */
  forget(userID?: string): void
}

/** How often a sign-in is checked while its user is being changed. */
const SIGN_IN_TRIES = 3

/** A verdict that lets in. */
type Right = Extract<Verdict, { readonly principal: Principal }>

/**
 * Tells a verifier from what is none, before a guard is made of it.
 *
 * @throws {OptionsError} `ERR_OPTION_VALUE` for nothing, a promise, or anything else that is no verifier
 */
export function checkVerifier(verifier: Verifier): void {
  checkOptions(
    { verifier: verifier ?? null },
    { verifier: allowed.having('verify', 'permit', 'fail', 'signIn', 'signOut') },
  )
}

/**
 * Makes a verifier.
 *
 * Tokens and session keys are looked up by their SHA-256; passwords are checked with a slow hash, which takes as long for a user who does
 * not exist. A header counts before a cookie, and query parameters, where they are taken, before both.
 *
 * @param options `product`, `store` or `findToken`, `findUser` and `passwords`
 * @returns the verifier, for `createGuard` or an adapter of auth-node
 * @throws {OptionsError} `ERR_OPTION_NAME` or `ERR_OPTION_VALUE` for an option that would not do what was meant
 * @see InfluxDB Cloud Serverless, API reference, "Authentication"
 */
export function createVerifier(options: VerifierOptions): Verifier {
  checkOptions(options, verifierOptionRules)
  checkSessionCookie(options.session)
  const profile = profiles[options.product ?? 'cloud-serverless']
  const chosen = Object.entries(options.schemes ?? {}).filter(([, value]) => value !== undefined)
  const schemes: AcceptedSchemes = { ...profile.schemes, ...Object.fromEntries(chosen) }
  const { findUser, passwords, onPasswordUpgrade, digest = sha256, session = {} } = options
  const store = completeStore(options.store, options.findToken)
  const emit = quietly<AuditEvent>(options.onEvent)
  const report = quietly(options.onError)
  const refusals = createRefusals(profile, schemes, options.challenge ?? 'auto')
  const headerRules: HeaderRules = {
    schemes,
    exactWords: profile.exactWords,
    basic: schemes.basic,
    maxLength: options.maxLength,
  }

  const revocations = [revocationsOf(options.store?.tokens), revocationsOf(options.store?.sessions)] as const
  const forget = (userID?: string): void => {
    // Handed over as a listener, it is called with whatever is told there.
    const named = typeof userID === 'string' ? { userID } : {}
    for (const log of revocations) log.note(named)
  }
  // What was found to be right. Apart, so that no header can be taken for a cookie.
  const memory = () =>
    new ShortMemory<Right>(revocations, options.cache === false ? { entries: 0 } : (options.cache ?? {}))
  const seen = memory()
  const seenCookies = memory()

  const refuse = (
    reason: RefusalReason,
    request: ServerRequest,
    user?: string,
    seconds?: number,
  ): { refusal: Refusal } => {
    const refusal = refusals(reason, request, seconds)
    emit({ type: 'refused', reason, status: refusal.status, user, address: addressOf(request) })
    return { refusal }
  }
  const failSafe = (
    request: ServerRequest | undefined,
    error: unknown,
    reason: 'unavailable' | 'failed' = 'unavailable',
  ): { refusal: Refusal } => {
    report(error)
    const refusal = refusals(reason)
    emit({ type: 'refused', reason, status: refusal.status, address: request && addressOf(request) })
    return { refusal }
  }

  const tokens = createTokens(store.tokens, digest, emit, revocations[0])
  const sessions = createSessions(store.sessions, {
    digest,
    emit,
    revocations: revocations[1],
    report,
    ...session,
  })
  const checkPresented = createCheck({
    findToken: tokens.find,
    findUser,
    passwords,
    hashes: options.hashes,
    onPasswordUpgrade,
    attempts: store.attempts,
    tarpit: createTarpit(options.tarpit),
    refuse,
    emit,
    report,
  })
  const check = store.attempts ? watchAddress(checkPresented, report) : checkPresented
  const checkSession = createSessionCheck({ sessions, tokens, findUser, refuse })

  const { origins = [] } = session
  const checkOnce = (presented: Presented, request: ServerRequest, text?: string): Awaitable<Verdict> => {
    const credential = credentialKey(presented)
    const known = seen.find(credential, text)
    if (known) return known
    const began = moment()
    return whenReady(check(presented, request), (verdict) => {
      if ('principal' in verdict) seen.set(credential, text, verdict, began)
      return verdict
    })
  }

  const fromHeader = (value: string, request: ServerRequest): Awaitable<Verdict> => {
    // A browser adds Basic by itself once it has asked for it, as it does cookies; no Token, and no Bearer.
    if (isBasic(value) && isCrossSite(request, origins)) return refuse('cross-site', request)
    const known = seen.get(value)
    if (known) return known
    const presented = readHeader(value, headerRules)
    if (typeof presented === 'string') return refuse(presented, request)
    return checkOnce(presented, request, value)
  }

  const fromQuery = (request: ServerRequest): Awaitable<Verdict> | undefined => {
    const presented = readQuery(request.url, schemes, options.maxLength)
    if (typeof presented === 'string') return refuse(presented, request)
    return presented && checkOnce(presented, request)
  }

  const fromCookie = (request: ServerRequest): Awaitable<Verdict> => {
    const key = schemes.session ? sessions.keyOf(request) : undefined
    if (!key) return refuse('missing', request)
    if (typeof key !== 'string') return refuse('malformed', request)
    if (isCrossSite(request, origins)) return refuse('cross-site', request)
    const known = seenCookies.get(key)
    if (known) return known
    const began = moment()
    return checkSession(key, request).then(({ verdict, until }) => {
      if ('principal' in verdict) seenCookies.set(key, key, verdict, began, until - Date.now())
      return verdict
    })
  }

  const read = (request: ServerRequest): Awaitable<Verdict> => {
    const { authorization } = request
    const byQuery = schemes.query ? fromQuery(request) : undefined
    if (byQuery) return byQuery
    if (authorization === undefined) return fromCookie(request)
    // Two credentials are an error, not a choice.
    if (typeof authorization !== 'string') return refuse('malformed', request)
    return fromHeader(authorization, request)
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
      return { status: 204, headers: { 'set-cookie': cookie, 'cache-control': 'no-store' }, body: '' }
    }
    return refuse('unavailable', request).refusal
  }

  const verify = (request: ServerRequest): Awaitable<Verdict> => {
    try {
      const verdict = read(request)
      return isPromise(verdict) ? verdict.catch((error) => failSafe(request, error)) : verdict
    } catch (error) {
      return failSafe(request, error)
    }
  }

  return {
    verify,
    permit(principal, request, action, resource, id) {
      try {
        const wanted = toResource(resource, id)
        const isPlaced = wanted.orgID !== undefined || wanted.org !== undefined
        const placed = isPlaced ? wanted : { ...wanted, orgID: principal.orgID }
        if (permits(principal.permissions, action, placed)) return undefined
        return refuse('forbidden', request, principal.user).refusal
      } catch (error) {
        return failSafe(request, error, 'failed').refusal
      }
    },
    fail: (error, request) => failSafe(request, error, 'failed').refusal,
    async signIn(request) {
      try {
        if (!schemes.session) return refuse('scheme', request).refusal
        if (isCrossSite(request, origins)) return refuse('cross-site', request).refusal
        const { authorization } = request
        if (authorization === undefined) return refuse('missing', request).refusal
        const only = { ...schemes, token: false, bearer: false, tokenPair: false } as const
        const presented =
          typeof authorization === 'string'
            ? readHeader(authorization, { ...headerRules, schemes: only, basic: schemes.signIn })
            : 'malformed'
        if (typeof presented === 'string') return refuse(presented, request).refusal
        return await startSession(presented, request)
      } catch (error) {
        return failSafe(request, error).refusal
      }
    },
    async signOut(request) {
      try {
        const key = sessions.keyOf(request)
        if (!key) return refuse('missing', request).refusal
        if (typeof key !== 'string') return refuse('malformed', request).refusal
        if (isCrossSite(request, origins)) return refuse('cross-site', request).refusal
        const cookie = sessions.removal(request)
        const ended = await sessions.end(key)
        if (!ended) return refuse('wrong', request).refusal
        emit({ type: 'signed-out', user: ended.user, address: addressOf(request) })
        const headers = { 'set-cookie': cookie, 'cache-control': 'no-store' }
        return { status: 204, headers, body: '' }
      } catch (error) {
        return failSafe(request, error).refusal
      }
    },
    tokens,
    sessions,
    forget,
  }
}
