// Checks a session: it must not have ended, and whoever it is of must still be somebody.

import { type Awaitable, whenReady } from '../../awaitable.ts'
import type { ServerRequest } from '../incoming/request.ts'
import type { FoundSession, OwnSessions } from '../kept/sessions.ts'
import type { Tokens } from '../kept/tokens.ts'
import type { FindUser } from '../outgoing/principal.ts'
import type { RefusalReason } from '../outgoing/refusal.ts'
import { accountOf, holderOf, type Verdict } from './check.ts'

/** What the check is made of. */
interface SessionCheckOptions {
  readonly sessions: OwnSessions
  readonly tokens: Tokens
  readonly findUser: FindUser | undefined
  readonly refuse: (reason: RefusalReason, request: ServerRequest, user?: string) => Verdict
}

/** What a check of a session comes to; `until` is how long that may be remembered. */
interface Checked {
  readonly verdict: Verdict
  readonly until: number
}

/** Checks the session of a key: at once where the store has at hand that there is none. */
export type SessionCheck = (key: string, request: ServerRequest) => Awaitable<Checked>

/** Makes what checks sessions. */
export function createSessionCheck({
  sessions,
  tokens,
  findUser,
  refuse,
}: SessionCheckOptions): SessionCheck {
  const checkFound = async ({ session, until }: FoundSession, request: ServerRequest): Promise<Checked> => {
    const { id: sessionID, userID, user: name, tokenID } = session
    let nameNow: string | undefined
    if (findUser) {
      const user = await findUser(name, userID)
      if (user?.id !== userID) return { verdict: refuse('wrong', request), until }
      if (user.status === 'inactive') return { verdict: refuse('disabled', request, name), until }
      nameNow = user.name
      if (!tokenID) return { verdict: { principal: accountOf(user, 'session', sessionID) }, until }
    }
    // It began with a password, at another server of the same store: where no user can be found, none has one.
    if (!tokenID) return { verdict: refuse('wrong', request), until }
    // Who signed in with a token may do what the token may, and as long as it is good.
    const stored = await tokens.get(tokenID)
    if (stored?.status !== 'active') return { verdict: refuse('wrong', request, name), until }
    return { verdict: { principal: holderOf(stored, nameNow, 'session', sessionID) }, until }
  }
  return (key, request) =>
    whenReady(sessions.find(key), (found) =>
      found ? checkFound(found, request) : { verdict: refuse('wrong', request), until: 0 },
    )
}
