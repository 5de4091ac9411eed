// The one object that every server adapter uses: it says who a request is from, or how to refuse it.

import type { Awaitable } from '../awaitable.ts'
import type { AcceptedSchemes } from '../influxdb/products.ts'
import * as allowed from '../option-rules.ts'
import { checkOptions } from '../options.ts'
import { watchAddress } from './checks/address-watch.ts'
import { createCheck, type Verdict } from './checks/check.ts'
import { hashQueueOf } from './checks/hash-queue.ts'
import type { Action, Resource } from './checks/permissions.ts'
import { createPermit } from './checks/permit.ts'
import { createSessionCheck } from './checks/session-check.ts'
import { createSignIn } from './checks/sign-in.ts'
import { createTarpit } from './checks/tarpit.ts'
import { createVerify } from './checks/verify.ts'
import { profiles } from './incoming/profiles.ts'
import type { ServerRequest } from './incoming/request.ts'
import { ShortMemory } from './kept/cache.ts'
import { revocationsOf } from './kept/revocations.ts'
import { sha256 } from './kept/secrets.ts'
import { checkSessionCookie, createSessions, type SessionOptions, type Sessions } from './kept/sessions.ts'
import { completeStore } from './kept/stores.ts'
import { createTokens, type Tokens } from './kept/tokens.ts'
import { NO_OPTIONS } from './no-options.ts'
import { type AuditEvent, quietly } from './outgoing/events.ts'
import type { Principal } from './outgoing/principal.ts'
import type { Refusal, Reply } from './outgoing/refusal.ts'
import { createRefusals } from './outgoing/refuse.ts'
import { createRefuser } from './outgoing/refuser.ts'
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
 * @example
 * import { createGuard, createMemoryStore, createVerifier } from '@fluxauth/auth-core/server'
 *
 * const verifier = createVerifier({ product: 'v2', store: createMemoryStore() })
 * const { token } = await verifier.tokens.create({ userID: '0b501e7e557ab1ed', user: 'joe', permissions: [] })
 * const headers = { authorization: `Token ${token}` }
 * const admitted = await createGuard(verifier)(new Request('https://api.test/', { headers }))
 * console.log(admitted instanceof Response ? admitted.status : admitted.user) // joe
 * @see InfluxDB Cloud Serverless, API reference, "Authentication"
 */
export function createVerifier(options: VerifierOptions): Verifier {
  const bound = (options as VerifierOptions | undefined)?.hashes
  options = checkOptions(options, verifierOptionRules)
  const { findUser, passwords, onPasswordUpgrade, maxLength, digest = sha256 } = options
  const session: SessionOptions = options.session ?? NO_OPTIONS
  checkSessionCookie(session)
  const { origins = [], clearSiteData = false } = session
  // By the object that it is: whoever is given the same shares it.
  const hashes = hashQueueOf(options.hashes, options.hashes && bound)

  // What comes in.
  const profile = profiles[options.product ?? 'cloud-serverless']
  const schemes: AcceptedSchemes = { ...profile.schemes, ...options.schemes }
  const { exactWords, ignoresOthers } = profile
  const headerRules = { schemes, exactWords, ignoresOthers, basic: schemes.basic, maxLength }

  // What goes out.
  const emit = quietly<AuditEvent>(options.onEvent)
  const report = quietly(options.onError)
  const refuser = createRefuser(createRefusals(profile, schemes, options.challenge ?? 'auto'), emit, report)
  const { refuse } = refuser

  // What is kept.
  const store = completeStore(options.store)
  const { attempts } = store
  const revocations = [revocationsOf(options.store?.tokens), revocationsOf(options.store?.sessions)] as const
  const tokens = createTokens(store.tokens, digest, emit, revocations[0], report, options.findToken)
  const sessions = createSessions(store.sessions, session, {
    digest,
    emit,
    revocations: revocations[1],
    report,
  })
  const kept = options.cache === false ? { entries: 0 } : (options.cache ?? NO_OPTIONS)

  // What is checked.
  const tarpit = createTarpit(options.tarpit)
  const found = { findToken: tokens.find, findUser, passwords, hashes, onPasswordUpgrade, attempts, tarpit }
  const checkPresented = createCheck({ ...found, refuse, emit, report })
  const check = attempts ? watchAddress(checkPresented, report) : checkPresented
  const checkSession = createSessionCheck({ sessions, tokens, findUser, refuse })
  const shared = { headerRules, origins, check, sessions, refuser }

  return {
    verify: createVerify({ ...shared, checkSession, memory: () => new ShortMemory(revocations, kept) }),
    ...createPermit(refuser),
    ...createSignIn({ ...shared, clearSiteData, revocations, emit }),
    tokens,
    sessions,
    forget(userID) {
      // Handed over as a listener, it is called with whatever is told there.
      const named = typeof userID === 'string' ? { userID } : {}
      for (const log of revocations) log.note(named)
    },
  }
}
