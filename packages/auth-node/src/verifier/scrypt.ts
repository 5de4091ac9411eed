// Hashes passwords with scrypt, which costs whoever guesses them memory as well as time.

import { type ScryptOptions as NodeScryptOptions, randomBytes, scrypt, timingSafeEqual } from 'node:crypto'
import { allowed, checkOptions, PasswordError, type PasswordHasher } from '@fluxauth/auth-core/server'

/** Options of {@link scryptPasswords}. */
export interface ScryptOptions {
  /** Rounds, a power of two: memory and time grow with it. Default 32,768. */
  readonly cost?: number | undefined
  /** Default 8: with the default cost a hash takes 32 MiB of memory. */
  readonly blockSize?: number | undefined
  /** How often it is done, one after the other. Default 3. */
  readonly parallelization?: number | undefined
}

/** By their names alone: what they may be is for {@link PasswordError} to say. */
const RULES = { cost: allowed.anything, blockSize: allowed.anything, parallelization: allowed.anything }

interface Parameters {
  /** The logarithm of the cost, as hashes have it. */
  readonly ln: number
  readonly r: number
  readonly p: number
}

/** A block size has seven digits at most: the bound of memory leaves room for no more. */
const STORED = /^\$scrypt\$ln=(\d{1,2}),r=(\d{1,7}),p=(\d{1,2})\$([A-Za-z0-9+/]{11,86})\$([A-Za-z0-9+/]{43})$/
const SALT_BYTES = 16
const HASH_BYTES = 32
/** No stored hash may ask for more: who can write one must not be able to stop the server with it. */
const MOST_MEMORY = 256 * 2 ** 20
const MOST_PARALLELIZATION = 16
/** Nor for more of the time, `cost * blockSize * parallelization`: eight times the strongest that OWASP names, some seconds. */
const MOST_WORK = 2 ** 23

/**
 * scrypt, by default with the parameters that OWASP recommends where memory is limited. They stand in each hash, as
 * `$scrypt$ln=15,r=8,p=3$salt$hash`, so that they can be raised: hashes made in the old way are made anew as their users sign in, and take as long to check
 * until then, so that nobody can tell whose they are.
 *
 * @param options `cost`, `blockSize` and `parallelization`
 * @returns the hasher; it refuses to read hashes that ask for more than 256 MiB, 16 repetitions, or 2^23 of both together
 *   (`cost * blockSize * parallelization`), which take seconds
 * @throws {PasswordError} `ERR_PASSWORD_PARAMETERS` for parameters that are no power of two, or beyond these bounds
 * @throws {OptionsError} `ERR_OPTION_NAME`, also for the short names that `node:crypto` takes besides
 * @example
 * import { scryptPasswords } from '@fluxauth/auth-node/server'
 *
 * const passwords = scryptPasswords({ cost: 1024 })
 * await passwords.verify('open sesame', await passwords.hash('open sesame')) // true
 * @see RFC 7914; OWASP Password Storage Cheat Sheet, "scrypt"
 */
export function scryptPasswords(options: ScryptOptions = {}): PasswordHasher {
  const { cost = 2 ** 15, blockSize: r = 8, parallelization: p = 3 } = checkOptions(options, RULES)
  const current: Parameters = { ln: Math.log2(cost), r, p }
  if (!isBounded(current)) {
    throw new PasswordError(
      'ERR_PASSWORD_PARAMETERS',
      'scrypt needs a cost that is a power of two, at most 256 MiB (128 * cost * blockSize), a parallelization of 1 to 16, and at most 2^23 for cost * blockSize * parallelization',
    )
  }
  // In such steps a hash with older parameters is made up to the time of one with these.
  const step: Parameters = { ...current, ln: Math.max(1, current.ln - 3), p: 1 }
  return {
    async hash(password) {
      const salt = randomBytes(SALT_BYTES)
      const { ln } = current
      return `$scrypt$ln=${ln},r=${r},p=${p}$${encode(salt)}$${encode(await derive(password, salt, current))}`
    },
    async verify(password, stored) {
      const { parameters, salt, hash } = read(stored)
      const derived = await derive(password, salt, parameters)
      const missing = Math.round((workOf(current) - workOf(parameters)) / workOf(step))
      if (missing >= 1) await derive(password, salt, { ...step, p: missing })
      return timingSafeEqual(derived, hash)
    },
    isOutdated(stored) {
      const [, ln, blockSize, parallelization] = STORED.exec(stored) ?? []
      return `${ln},${blockSize},${parallelization}` !== `${current.ln},${r},${p}`
    },
  }
}

/** What time and all grow with. */
function workOf({ ln, r, p }: Parameters): number {
  return 2 ** ln * r * p
}

function isBounded({ ln, r, p }: Parameters): boolean {
  const whole = [ln, r, p].every((number) => Number.isInteger(number) && number >= 1)
  if (!whole || p > MOST_PARALLELIZATION) return false
  return 128 * 2 ** ln * r <= MOST_MEMORY && workOf({ ln, r, p }) <= MOST_WORK
}

function read(stored: string): { parameters: Parameters; salt: Buffer; hash: Buffer } {
  const [, ln, r, p, salt, hash] = STORED.exec(stored) ?? []
  const parameters = { ln: Number(ln), r: Number(r), p: Number(p) }
  if (!salt || !hash) {
    throw new PasswordError(
      'ERR_PASSWORD_HASH',
      'What is stored is no hash of scrypt: use the hasher that made it, and for a password in clear keep its hash',
    )
  }
  if (!isBounded(parameters)) {
    throw new PasswordError('ERR_PASSWORD_HASH', 'The stored hash asks for more than scrypt is given here')
  }
  return { parameters, salt: Buffer.from(salt, 'base64'), hash: Buffer.from(hash, 'base64') }
}

function derive(password: string, salt: Buffer, { ln, r, p }: Parameters): Promise<Buffer> {
  const N = 2 ** ln
  // What Node allows by default is less than this needs.
  const options: NodeScryptOptions = { N, r, p, maxmem: 128 * r * (N + p + 2) }
  return new Promise((resolve, reject) => {
    scrypt(password.normalize('NFC'), salt, HASH_BYTES, options, (error, key) =>
      error ? reject(error) : resolve(key),
    )
  })
}

/** Base64 without padding. */
function encode(bytes: Buffer): string {
  return bytes.toString('base64').replace(/=+$/, '')
}
