// The verifier with what Node is best at: SHA-256 without a promise, scrypt for passwords, and limits for failed attempts.

import { hash } from 'node:crypto'
import {
  allowed,
  checkOptions,
  createVerifier as createCoreVerifier,
  type HashOptions,
  OptionsError,
  type Verifier,
  type VerifierOptions,
  verifierOptionRules,
} from '@fluxauth/auth-core/server'
import { createMemoryAttempts, type MemoryAttemptLimits, memoryLimits } from '../stores/memory.ts'
import { createCoarseClock } from './clock.ts'
import { scryptPasswords } from './scrypt.ts'

/** Options of {@link createVerifier}. */
export interface NodeVerifierOptions extends VerifierOptions {
  /**
   * How many failed attempts are let through, counted in this process's memory, where the store counts none; `false` for no limit.
   * A store that counts takes limits of its own as it is opened, and none here.
   */
  readonly limits?: MemoryAttemptLimits | false | undefined
}

/**
 * Makes a verifier as auth-core's, with Node's defaults: tokens are hashed without a promise, so that a store which has its answer at hand
 * is asked without one; passwords are checked with {@link scryptPasswords}; failed attempts are limited even where the store does not
 * count them; and what is remembered ends by a clock that is set ten times a second.
 *
 * @param options as auth-core's, and `limits`
 * @returns the verifier, for a server adapter or `createGuard`
 * @throws {OptionsError} `ERR_OPTION_NAME` or `ERR_OPTION_VALUE`
 * @example
 * import { createVerifier, scryptPasswords, type User } from '@fluxauth/auth-node/server'
 *
 * const passwords = scryptPasswords()
 * const joe: User = { id: '0b501e7e557ab1ed', name: 'joe', password: await passwords.hash('open sesame') }
 * const verifier = createVerifier({
 *   product: 'v2',
 *   findUser: (name) => (name === joe.name ? joe : undefined),
 *   passwords,
 * })
 */
export function createVerifier(options: NodeVerifierOptions = {}): Verifier {
  const rules = { ...verifierOptionRules, limits: allowed.groupOrFalse(memoryLimits) }
  const { limits, ...others } = checkOptions(options, rules)
  const counting = others.store?.attempts
  if (counting && limits !== undefined) {
    throw new OptionsError(
      'ERR_OPTION_VALUE',
      'limits would change nothing, since the store counts attempts: give them to the function that opens it',
    )
  }
  const attempts = counting ?? (limits === false ? undefined : createMemoryAttempts(limits))
  return createCoreVerifier({
    ...others,
    digest: others.digest ?? sha256,
    passwords: others.passwords ?? scryptPasswords(),
    hashes: others.hashes ? options.hashes : HASHES, // by the object that it is
    cache: others.cache !== false && { now: createCoarseClock(), ...others.cache },
    store: { ...others.store, attempts },
  })
}

/** For all verifiers of the process: each hash takes one of libuv's threads, of which file reads and DNS need some as well. */
const HASHES: HashOptions = {
  running: Math.max(1, Math.floor((Number(process.env.UV_THREADPOOL_SIZE) || 4) / 2)),
}

/** SHA-256 as base64url, at hand. */
function sha256(secret: string): string {
  return hash('sha256', secret, 'base64url')
}
