// Checks a presented credential: an API token by its hash, a password by its slow hash, with failed attempts counted.

import { type Awaitable, whenReady } from '../awaitable.ts'
import type { AuditListener } from './events.ts'
import type { PasswordHasher } from './passwords.ts'
import type { Presented } from './presented.ts'
import type { Principal, User } from './principal.ts'
import type { Refusal, RefusalReason } from './refusal.ts'
import type { ServerRequest } from './request.ts'
import { randomKey } from './secrets.ts'
import type { AttemptLimiter, StoredToken } from './stores.ts'

/** Who a request is from, or the answer that refuses it. */
export type Verdict = { readonly principal: Principal } | { readonly refusal: Refusal }

/** What a check is made of. */
export interface CheckOptions {
  readonly findToken: (token: string) => Awaitable<StoredToken | undefined>
  readonly findUser: ((name: string) => Awaitable<User | undefined>) | undefined
  readonly passwords: PasswordHasher | undefined
  readonly onPasswordUpgrade: ((user: User, hash: string) => Awaitable<unknown>) | undefined
  readonly attempts: AttemptLimiter | undefined
  /** Waits before an answer to an attempt over the limit. */
  readonly tarpit: () => Promise<void>
  readonly refuse: (reason: RefusalReason, request: ServerRequest, user?: string, seconds?: number) => Verdict
  readonly emit: AuditListener
  readonly report: (error: unknown) => void
}

type Pair = Extract<Presented, { kind: 'pair' }>

/** Makes what checks presented credentials. */
export function createCheck(
  options: CheckOptions,
): (presented: Presented, request: ServerRequest) => Awaitable<Verdict> {
  const { findToken, findUser, passwords, attempts, tarpit, refuse, emit } = options
  // What the password of nobody is checked against, so that nobody is found out by the time it takes.
  const nobody = passwords?.hash(randomKey())
  nobody?.catch(options.report)

  /**
   * A token is looked up even where attempts are limited: it is too long to be guessed, and its owner must never be locked out. Only the
   * refusals of wrong ones are counted and held back.
   */
  const checkToken = (
    token: string,
    request: ServerRequest,
    username: string | undefined,
    otherwise: () => Awaitable<Verdict>,
  ): Awaitable<Verdict> =>
    whenReady(findToken(token), (stored) => {
      if (!stored || (username !== undefined && username !== stored.user)) return otherwise()
      if (stored.status !== 'active') return refuse('inactive', request, stored.user)
      if (!findUser) return { principal: holderOf(stored) }
      return whenReady(findUser(stored.user), (user) =>
        user?.id === stored.userID && user.status !== 'inactive'
          ? { principal: holderOf(stored) }
          : refuse('inactive', request, stored.user),
      )
    })

  const failToken = (request: ServerRequest): Awaitable<Verdict> => {
    const { address } = request
    if (!attempts) return refuse('wrong', request)
    return whenReady(attempts.begin({ address }), ({ wait, locks }) => {
      if (wait === 0) return refuse('wrong', request)
      if (locks) emit({ type: 'locked', seconds: wait, address })
      return limit(request, wait)
    })
  }

  const limit = async (request: ServerRequest, wait: number): Promise<Verdict> => {
    await tarpit()
    return refuse('limited', request, undefined, wait)
  }

  /** A password costs a slow hash: once attempts are limited none is run. */
  const checkPassword = async ({ username, password }: Pair, request: ServerRequest): Promise<Verdict> => {
    if (!username) return refuse('username', request)
    if (!passwords || !nobody) return refuse('wrong', request)
    const { address } = request
    const attempt = { user: username, address }
    const { wait, locks } = (await attempts?.begin(attempt)) ?? { wait: 0, locks: false }
    if (locks) {
      const known = (await findUser?.(username)) !== undefined
      emit({ type: 'locked', seconds: wait, address, ...(known && { user: username }) })
    }
    if (wait > 0) return limit(request, wait)
    const user = await findUser?.(username)
    const right = await passwords.verify(password, user?.password ?? (await nobody))
    if (!right || !user?.password) return refuse('wrong', request, user?.name)
    await attempts?.succeed(attempt)
    if (user.status === 'inactive') return refuse('inactive', request, user.name)
    if (passwords.isOutdated(user.password)) await upgrade(user, password, passwords)
    return { principal: accountOf(user, 'password') }
  }

  /** That a better hash cannot be kept must not keep the user out. */
  const upgrade = async (user: User, password: string, hasher: PasswordHasher): Promise<void> => {
    if (!options.onPasswordUpgrade) return
    try {
      await options.onPasswordUpgrade(user, await hasher.hash(password))
      emit({ type: 'password-upgraded', user: user.name })
    } catch (error) {
      options.report(error)
    }
  }

  return (presented, request) => {
    if (presented.kind === 'token') {
      return checkToken(presented.token, request, undefined, () => failToken(request))
    }
    const { username, password, means } = presented
    switch (means) {
      case 'password':
        return checkPassword(presented, request)
      case 'token':
        return checkToken(password, request, username, () => failToken(request))
      case 'token-any-user':
        return checkToken(password, request, undefined, () => failToken(request))
      case 'password-or-token':
        return checkToken(password, request, username, () => checkPassword(presented, request))
    }
  }
}

/** The principal of an API token. */
export function holderOf({ id, userID, user, orgID, permissions }: StoredToken): Principal {
  return { by: 'token', userID, user, orgID, tokenID: id, permissions }
}

/** The principal of a user who gave their password, or whose session it is. */
export function accountOf(user: User, by: 'password' | 'session', sessionID?: string): Principal {
  const { id: userID, name, orgID, permissions = 'all' } = user
  return { by, userID, user: name, orgID, permissions, ...(sessionID && { sessionID }) }
}
