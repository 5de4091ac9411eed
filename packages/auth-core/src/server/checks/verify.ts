// Says who a request is from: what came in its query, its header or its cookie is looked up in memory, and checked where it is not there.

import { type Awaitable, isPromise, whenReady } from '../../awaitable.ts'
import {
  type HeaderRules,
  isBasic,
  isOther,
  type Presented,
  readHeader,
  readQuery,
} from '../incoming/presented.ts'
import { isCrossSite, type ServerRequest } from '../incoming/request.ts'
import { moment, type ShortMemory } from '../kept/cache.ts'
import type { OwnSessions } from '../kept/sessions.ts'
import type { Principal } from '../outgoing/principal.ts'
import type { Refuser } from '../outgoing/refuser.ts'
import { type Check, credentialKey, type Verdict } from './check.ts'
import type { SessionCheck } from './session-check.ts'

/** A verdict that lets in. */
type Right = Extract<Verdict, { readonly principal: Principal }>

/** By what it has itself, not by what something put on the prototype that all objects have. */
function isRight(verdict: Verdict): verdict is Right {
  return Object.hasOwn(verdict, 'principal')
}

/** What verifying is made of. */
interface VerifyParts {
  readonly headerRules: HeaderRules
  /** Origins beside the server's own whose pages may send what is not safe. */
  readonly origins: readonly string[]
  readonly check: Check
  readonly checkSession: SessionCheck
  readonly sessions: OwnSessions
  readonly refuser: Refuser
  /** Makes a memory of what was found to be right. */
  memory(): ShortMemory<Right>
}

/** Makes what says who requests are from. */
export function createVerify(parts: VerifyParts): (request: ServerRequest) => Awaitable<Verdict> {
  const { headerRules, origins, check, checkSession, sessions } = parts
  const { schemes, maxLength, ignoresOthers } = headerRules
  const { refuse, fail } = parts.refuser
  // Apart, so that no header can be taken for a cookie.
  const seen = parts.memory()
  const seenCookies = parts.memory()

  const checkOnce = (presented: Presented, request: ServerRequest, text?: string): Awaitable<Verdict> => {
    const credential = credentialKey(presented)
    const known = seen.find(credential, text)
    if (known) return known
    const began = moment()
    return whenReady(check(presented, request), (verdict) => {
      if (isRight(verdict)) seen.set(credential, text, verdict, began)
      return verdict
    })
  }

  // A browser adds Basic by itself once it has asked for it, as it does cookies; no Token, and no Bearer.
  const isForeign = (value: string, request: ServerRequest) => isBasic(value) && isCrossSite(request, origins)

  const fromHeader = (value: string, request: ServerRequest): Awaitable<Verdict> => {
    // First, since it is cheap and holds nothing that could be of another scheme.
    const known = seen.get(value)
    if (known) return isForeign(value, request) ? refuse('cross-site', request) : known
    // What a proxy on the way wants, say, or the old password beside a session that sets a new one.
    if (ignoresOthers && isOther(value, headerRules) && sessionKey(request)) return fromCookie(request)
    if (isForeign(value, request)) return refuse('cross-site', request)
    const presented = readHeader(value, headerRules)
    if (typeof presented === 'string') return refuse(presented, request)
    return checkOnce(presented, request, value)
  }

  const fromQuery = (request: ServerRequest): Awaitable<Verdict> | undefined => {
    const presented = readQuery(request.url, schemes, maxLength)
    if (typeof presented === 'string') return refuse(presented, request)
    return presented && checkOnce(presented, request)
  }

  const sessionKey = (request: ServerRequest) => (schemes.session ? sessions.keyOf(request) : undefined)

  const fromCookie = (request: ServerRequest): Awaitable<Verdict> => {
    const key = sessionKey(request)
    if (!key) return refuse('missing', request)
    if (typeof key !== 'string') return refuse('malformed', request)
    if (isCrossSite(request, origins)) return refuse('cross-site', request)
    const known = seenCookies.get(key)
    if (known) return known
    const began = moment()
    return whenReady(checkSession(key, request), ({ verdict, until }) => {
      if (isRight(verdict)) seenCookies.set(key, key, verdict, began, until - Date.now())
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

  return (request) => {
    try {
      const verdict = read(request)
      return isPromise(verdict) ? verdict.catch((error) => fail(request, error)) : verdict
    } catch (error) {
      return fail(request, error)
    }
  }
}
