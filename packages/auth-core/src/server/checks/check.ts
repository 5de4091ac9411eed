// Checks a presented credential: an API token by its hash, a password by its slow hash, with failed attempts counted.

import { type Awaitable, whenReady } from '../../awaitable.ts'
import { memberOf } from '../../options.ts'
import type { Presented } from '../incoming/presented.ts'
import type { ServerRequest } from '../incoming/request.ts'
import type { StoredToken } from '../kept/stores.ts'
import type { AuditListener } from '../outgoing/events.ts'
import { freezePrincipal, type Principal, type User } from '../outgoing/principal.ts'
import type { Refusal, RefusalReason } from '../outgoing/refusal.ts'
import { createPasswordCheck, type PasswordCheckOptions } from './password-check.ts'
import type { Permissions } from './permissions.ts'

/** Who a request is from, or the answer that refuses it. */
export type Verdict = { readonly principal: Principal } | { readonly refusal: Refusal }

/** What a check is made of. */
export interface CheckOptions extends PasswordCheckOptions {
  readonly findToken: (token: string) => Awaitable<StoredToken | undefined>
  /** Waits before an answer to an attempt over the limit. */
  readonly tarpit: () => Promise<void>
  readonly refuse: (reason: RefusalReason, request: ServerRequest, user?: string, seconds?: number) => Verdict
  readonly emit: AuditListener
}

/** Checks a presented credential. */
export type Check = (presented: Presented, request: ServerRequest) => Awaitable<Verdict>

/** Makes what checks presented credentials. */
export function createCheck(options: CheckOptions): Check {
  const { findToken, findUser, attempts, tarpit, refuse, emit } = options
  const comparePassword = createPasswordCheck(options)

  const limit = async (request: ServerRequest, seconds: number): Promise<Verdict> => {
    await tarpit()
    return refuse('limited', request, undefined, seconds)
  }

  /** @param username the name that must be the token's owner's; `undefined` for anyone's */
  const checkToken = (
    token: string,
    request: ServerRequest,
    username?: string,
    otherwise: (request: ServerRequest) => Awaitable<Verdict> = failToken,
  ): Awaitable<Verdict> =>
    whenReady(findToken(token), (stored) => {
      if (!stored) return otherwise(request)
      const { user: name, userID, status } = stored
      if (!findUser) {
        if (!isNamed(username, name)) return otherwise(request)
        return status === 'active' ? { principal: holderOf(stored) } : refuse('inactive', request, name)
      }
      return whenReady(findUser(name, userID), (found) => {
        const user = found?.id === userID ? found : undefined
        // Who was given another name since goes by either.
        if (!isNamed(username, name) && !(user && isNamed(username, user.name))) return otherwise(request)
        if (status !== 'active') return refuse('inactive', request, name)
        if (!user || user.status === 'inactive') return refuse('disabled', request, name)
        return { principal: holderOf(stored, user.name) }
      })
    })

  /**
   * Wrong tokens count, and their refusals are held back once there were too many. But each is looked up first: a token is too long to be
   * guessed, and its owner must not be locked out by what others send from the same address.
   */
  const failToken = (request: ServerRequest): Awaitable<Verdict> => {
    const { address } = request
    if (!attempts || !address) return refuse('wrong', request)
    return whenReady(attempts.begin({ address, kind: 'token' }), ({ wait, locks }) => {
      if (locks) emit({ type: 'locked', seconds: wait, address })
      return wait > 0 ? limit(request, wait) : refuse('wrong', request)
    })
  }

  const checkPassword = async (
    username: string,
    password: string,
    request: ServerRequest,
  ): Promise<Verdict> => {
    if (!username) return refuse('username', request)
    const outcome = await comparePassword(username, password, request)
    if ('wait' in outcome) return limit(request, outcome.wait)
    if ('busy' in outcome) return refuse('busy', request)
    if ('known' in outcome) return refuse('wrong', request, outcome.known?.name)
    const { user } = outcome
    if (user.status === 'inactive') return refuse('disabled', request, user.name)
    return { principal: accountOf(user, 'password') }
  }

  /** Whoever has a password gives that; a name that nobody has takes as long as one with a wrong password. */
  const checkEither = (username: string, password: string, request: ServerRequest): Awaitable<Verdict> => {
    const byPassword = () => checkPassword(username, password, request)
    if (!username || !findUser) return checkToken(password, request)
    return whenReady(findUser(username), (user) =>
      user ? byPassword() : checkToken(password, request, undefined, byPassword),
    )
  }

  return (presented, request) => {
    if (presented.kind === 'token') return checkToken(presented.token, request)
    const { password, means } = presented
    // Some keyboards and file names write é as two characters: it is one name.
    const username = presented.username.normalize('NFC')
    switch (means) {
      case 'password':
        return checkPassword(username, password, request)
      case 'token':
        return checkToken(password, request, username)
      case 'token-any-user':
        return checkToken(password, request)
      case 'password-or-token':
        return checkToken(password, request, username, () => checkPassword(username, password, request))
      case 'password-or-token-any-user':
        return checkEither(username, password, request)
    }
  }
}

/** Whether somebody of this name is wanted, or anybody. */
function isNamed(wanted: string | undefined, name: string): boolean {
  return wanted === undefined || wanted === name.normalize('NFC')
}

/** The principal of an API token, or of a session that began with it. */
export function holderOf(
  { id, userID, user: storedName, orgID, permissions }: StoredToken,
  user: string = storedName,
  by: 'token' | 'session' = 'token',
  sessionID?: string,
): Principal {
  return freezePrincipal({
    by,
    userID,
    user,
    orgID,
    tokenID: id,
    permissions,
    ...(sessionID && { sessionID }),
  })
}

/** The principal of a user who gave their password, or whose session it is: who is permitted nothing may do nothing. */
export function accountOf(user: User, by: 'password' | 'session', sessionID?: string): Principal {
  const { id: userID, name } = user
  // What is absent comes from nowhere else.
  const permissions = (memberOf(user, 'permissions') ?? []) as Permissions
  const orgID = memberOf(user, 'orgID') as string | undefined
  return freezePrincipal({ by, userID, user: name, orgID, permissions, ...(sessionID && { sessionID }) })
}

/** What tells a credential from all others, whatever header or query it was sent in. */
export function credentialKey(presented: Presented): string {
  if (presented.kind === 'token') return `token ${presented.token}`
  const { username, password, means } = presented
  return means === 'token-any-user' ? `token ${password}` : JSON.stringify([username, password])
}
