// Hashes passwords slowly, since people choose passwords that can be guessed.

import { AuthError } from '../../errors.ts'
import * as allowed from '../../option-rules.ts'
import { checkOptions } from '../../options.ts'
import { equalBytes, fromBase64url, randomBytes, toBase64url } from '../kept/secrets.ts'

/** Hashes passwords and checks them. What it writes says how it was made, so that the way can change. */
export interface PasswordHasher {
  /** A hash to be stored of the password in Unicode's form NFC, with its salt and parameters: `$name$parameters$salt$hash`. */
  hash(password: string): Promise<string>
  /** Whether the password is the one that was hashed; rejects with {@link PasswordError} for a hash that it cannot read. */
  verify(password: string, stored: string): Promise<boolean>
  /** Whether the hash was made in another way than {@link hash} makes it now, and should be made anew at the next sign-in. */
  isOutdated(stored: string): boolean
}

/** What is wrong with a stored password hash. */
export type PasswordErrorCode =
  /** The hash is of another kind, damaged, or asks for more than is given. */
  | 'ERR_PASSWORD_HASH'
  /** The hasher cannot work with its parameters. */
  | 'ERR_PASSWORD_PARAMETERS'

/** A stored password hash cannot be read. */
export class PasswordError extends AuthError<PasswordErrorCode> {
  override get name(): string {
    return 'PasswordError'
  }
}

/** Options of {@link pbkdf2Passwords}. */
export interface Pbkdf2Options {
  /** How often the hash is applied, up to 10,000,000. Default 600,000. Cloudflare's Workers apply it 100,000 times at most. */
  readonly iterations?: number | undefined
}

/** No stored hash may ask for more: who can write one must not be able to stop the server with it. */
const MOST_ITERATIONS = 10_000_000

const STORED = /^\$pbkdf2-sha256\$i=(\d{1,9})\$([\w-]{16,64})\$([\w-]{43})$/

/**
 * PBKDF2 with HMAC-SHA-256 through WebCrypto: for runtimes without scrypt. In Node, auth-node's scrypt is the better choice.
 *
 * A hash that was made with fewer iterations takes as long to check as one that is made now.
 *
 * @param options `iterations`
 * @returns the hasher
 * @throws {PasswordError} `ERR_PASSWORD_PARAMETERS` for what is no number of times
 * @throws {OptionsError} `ERR_OPTION_NAME`
 * @example
 * import { pbkdf2Passwords } from '@fluxauth/auth-core/server'
 *
 * const passwords = pbkdf2Passwords({ iterations: 1000 })
 * await passwords.verify('open sesame', await passwords.hash('open sesame')) // true
 * @see RFC 8018, section 5.2
 */
export function pbkdf2Passwords(options: Pbkdf2Options = {}): PasswordHasher {
  const { iterations = 600_000 } = checkOptions(options, { iterations: allowed.anything })
  if (!Number.isInteger(iterations) || iterations < 1 || iterations > MOST_ITERATIONS) {
    throw new PasswordError(
      'ERR_PASSWORD_PARAMETERS',
      'iterations has to be a whole number from 1 to 10,000,000',
    )
  }
  return {
    async hash(password) {
      const salt = randomBytes(16)
      return `$pbkdf2-sha256$i=${iterations}$${toBase64url(salt)}$${toBase64url(await derive(password, salt, iterations))}`
    },
    async verify(password, stored) {
      const [, rounds, salt, hash] = STORED.exec(stored) ?? []
      if (!rounds || !salt || !hash) {
        throw new PasswordError(
          'ERR_PASSWORD_HASH',
          'What is stored is no hash of PBKDF2: use the hasher that made it, and for a password in clear keep its hash',
        )
      }
      const applied = Number(rounds)
      if (applied < 1 || applied > MOST_ITERATIONS) {
        throw new PasswordError(
          'ERR_PASSWORD_HASH',
          'The stored hash asks for no iterations, or for more than 10,000,000',
        )
      }
      const bytes = fromBase64url(salt)
      const derived = await derive(password, bytes, applied)
      if (applied < iterations) await derive(password, bytes, iterations - applied)
      return equalBytes(derived, fromBase64url(hash))
    },
    isOutdated: (stored) => STORED.exec(stored)?.[1] !== String(iterations),
  }
}

async function derive(password: string, salt: Uint8Array, iterations: number): Promise<Uint8Array> {
  const { subtle } = crypto
  const bytes = new TextEncoder().encode(password.normalize('NFC'))
  const key = await subtle.importKey('raw', bytes, 'PBKDF2', false, ['deriveBits'])
  return new Uint8Array(
    await subtle.deriveBits({ name: 'PBKDF2', hash: 'SHA-256', salt, iterations }, key, 256),
  )
}
