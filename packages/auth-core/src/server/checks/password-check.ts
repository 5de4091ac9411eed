// Checks a password with a slow hash: the same time for a user who does not exist, and no hash at all once attempts are limited.

import type { Awaitable } from '../../awaitable.ts'
import type { ServerRequest } from '../incoming/request.ts'
import { randomKey } from '../kept/secrets.ts'
import type { AttemptLimiter } from '../kept/stores.ts'
import type { AuditListener } from '../outgoing/events.ts'
import type { FindUser, User } from '../outgoing/principal.ts'
import type { HashQueue } from './hash-queue.ts'
import type { PasswordHasher } from './passwords.ts'

/** What a password check is made of. */
export interface PasswordCheckOptions {
  readonly findUser: FindUser | undefined
  readonly passwords: PasswordHasher | undefined
  readonly hashes: HashQueue
  readonly onPasswordUpgrade: ((user: User, hash: string) => Awaitable<unknown>) | undefined
  readonly attempts: AttemptLimiter | undefined
  readonly emit: AuditListener
  readonly report: (error: unknown) => void
}

/** What a check came to: whose password it is, seconds to wait, no room for a hash, or wrong; then `known` is the user there is, if any. */
export type PasswordOutcome =
  | { readonly user: User }
  | { readonly wait: number }
  | { readonly busy: true }
  | { readonly known: User | undefined }

/** Under which attempts count together whose address is not told: who has no address must not have a limit for each name alone. */
const NOWHERE = 'unknown'

/** How often a password is checked while its user is being changed. */
const TRIES = 3

/** Makes what checks passwords. Requests that bring the same at once share one check, which counts as one attempt. */
export function createPasswordCheck(options: PasswordCheckOptions) {
  const { findUser, passwords, hashes, attempts, emit, report } = options
  let nobody: Promise<string> | undefined
  /**
   * What is checked where there is no such user, so that nobody finds out by the time it takes. It is made with the first check: as their
   * modules load, Workers have no random numbers.
   */
  const hashOfNobody = (hasher: PasswordHasher): Promise<string> => {
    if (nobody) return nobody
    nobody = (async () => hasher.hash(randomKey()))()
    nobody.catch((error) => {
      nobody = undefined
      report(error)
    })
    return nobody
  }
  const running = new Map<
    string,
    { readonly for: ServerRequest[]; readonly outcome: Promise<PasswordOutcome> }
  >()

  const check = async (
    username: string,
    password: string,
    address: string | undefined,
    isGone: () => boolean,
    close: () => void,
  ): Promise<PasswordOutcome> => {
    if (!findUser || !passwords) return { known: undefined }
    let user = await findUser(username)
    // A directory may find one user by many spellings: they are not a limit each.
    const attempt = { user: user?.id ?? username, address: address || NOWHERE }
    const { wait, locks } = (await attempts?.begin(attempt)) ?? { wait: 0, locks: false }
    if (locks) emit({ type: 'locked', seconds: wait, user: user?.name, address })
    if (wait > 0) return { wait }
    for (let tries = 0; tries < TRIES; tries++) {
      const stored = user?.password
      const right = await hashes.run(() => isRight(password, stored, passwords), address, isGone)
      if (right === undefined) {
        await attempts?.cancel?.(attempt)
        return { busy: true }
      }
      if (!right || !user) return { known: user }
      // A hash takes long enough for its user to be changed meanwhile: who comes from here on is checked by themselves.
      close()
      const before = user
      user = await findUser(username)
      if (user?.id !== before.id || user.password !== stored) continue
      await attempts?.succeed(attempt)
      if (passwords.isOutdated(stored as string)) await upgrade(user, password, passwords, address)
      return { user }
    }
    return { known: user }
  }

  /** A hash that cannot be read is nobody's: it takes as long as any other, and the error log is told. */
  const isRight = async (
    password: string,
    stored: string | undefined,
    hasher: PasswordHasher,
  ): Promise<boolean> => {
    const ofNobody = hashOfNobody(hasher)
    // Waited for by all, whoever there is.
    await ofNobody.catch(() => undefined)
    if (stored) {
      try {
        return await hasher.verify(password, stored)
      } catch (error) {
        report(error)
      }
    }
    await hasher.verify(password, await ofNobody)
    return false
  }

  /** That a better hash cannot be made now, or kept, must not keep the user out. */
  const upgrade = async (
    user: User,
    password: string,
    hasher: PasswordHasher,
    address: string | undefined,
  ): Promise<void> => {
    if (!options.onPasswordUpgrade) return
    try {
      const hash = await hashes.run(
        () => hasher.hash(password),
        address,
        () => false,
      )
      if (hash === undefined) return
      // An old password's hash must not take the place of a new password's.
      const now = await findUser?.(user.name)
      if (now?.id !== user.id || now.password !== user.password) return
      await options.onPasswordUpgrade(user, hash)
      emit({ type: 'password-upgraded', user: user.name })
    } catch (error) {
      report(error)
    }
  }

  return (username: string, password: string, request: ServerRequest): Promise<PasswordOutcome> => {
    const { address } = request
    const key = JSON.stringify([username, password, address])
    const started = running.get(key)
    if (started) {
      started.for.push(request)
      return started.outcome
    }
    const waiting = [request]
    const isGone = (): boolean => waiting.every(({ gone }) => gone)
    const close = (): void => {
      if (running.get(key)?.for === waiting) running.delete(key)
    }
    const outcome = check(username, password, address, isGone, close).finally(close)
    running.set(key, { for: waiting, outcome })
    return outcome
  }
}
