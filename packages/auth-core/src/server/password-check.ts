// Checks a password with a slow hash: the same time for a user who does not exist, and no hash at all once attempts are limited.

import type { Awaitable } from '../awaitable.ts'
import type { AuditListener } from './events.ts'
import type { PasswordHasher } from './passwords.ts'
import type { User } from './principal.ts'
import { randomKey } from './secrets.ts'
import type { AttemptLimiter } from './stores.ts'

/** What a password check is made of. */
export interface PasswordCheckOptions {
  readonly findUser: ((name: string) => Awaitable<User | undefined>) | undefined
  readonly passwords: PasswordHasher | undefined
  readonly onPasswordUpgrade: ((user: User, hash: string) => Awaitable<unknown>) | undefined
  readonly attempts: AttemptLimiter | undefined
  readonly emit: AuditListener
  readonly report: (error: unknown) => void
}

/** What a check came to: whose password it is, seconds to wait, or neither; then `known` says whether there is such a user. */
export type PasswordOutcome =
  | { readonly user: User }
  | { readonly wait: number }
  | { readonly known: boolean }

/** Makes what checks passwords. Requests that bring the same at once share one check, which counts as one attempt. */
export function createPasswordCheck(options: PasswordCheckOptions) {
  const { findUser = () => undefined, passwords, attempts, emit, report } = options
  // What is checked where there is no such user, so that nobody finds out by the time it takes.
  const nobody = passwords?.hash(randomKey())
  nobody?.catch(report)
  const running = new Map<string, Promise<PasswordOutcome>>()

  const check = async (
    username: string,
    password: string,
    address: string | undefined,
  ): Promise<PasswordOutcome> => {
    if (!passwords || !nobody) return { known: false }
    const attempt = { user: username, address }
    const { wait, locks } = (await attempts?.begin(attempt)) ?? { wait: 0, locks: false }
    if (locks) {
      const user = (await findUser(username))?.name
      emit({ type: 'locked', seconds: wait, user, address })
    }
    if (wait > 0) return { wait }
    const user = await findUser(username)
    const right = await passwords.verify(password, user?.password ?? (await nobody))
    if (!right || !user?.password) return { known: user !== undefined }
    await attempts?.succeed(attempt)
    if (passwords.isOutdated(user.password)) await upgrade(user, password, passwords)
    return { user }
  }

  /** That a better hash cannot be kept must not keep the user out. */
  const upgrade = async (user: User, password: string, hasher: PasswordHasher): Promise<void> => {
    if (!options.onPasswordUpgrade) return
    try {
      await options.onPasswordUpgrade(user, await hasher.hash(password))
      emit({ type: 'password-upgraded', user: user.name })
    } catch (error) {
      report(error)
    }
  }

  return (username: string, password: string, address: string | undefined): Promise<PasswordOutcome> => {
    const key = JSON.stringify([username, password, address])
    const started = running.get(key)
    if (started) return started
    const outcome = check(username, password, address).finally(() => running.delete(key))
    running.set(key, outcome)
    return outcome
  }
}
