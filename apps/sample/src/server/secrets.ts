// Makes secrets, and keeps them so that the store's contents are of no use to a thief.

import { createHash, randomBytes, scrypt, timingSafeEqual } from 'node:crypto'
import { promisify } from 'node:util'

const deriveKey = promisify(scrypt)

/** A token in the form of InfluxDB v2's: 64 random bytes, 88 characters ending in `==`. */
export function newToken(): string {
  return randomBytes(64).toString('base64').replaceAll('+', '-').replaceAll('/', '_')
}

/** An identifier in the form of InfluxDB's: 16 hexadecimal digits. */
export function newId(): string {
  return randomBytes(8).toString('hex')
}

/** Hashes a random secret. Being random it needs no salt, and can be looked up by its hash. */
export function hashSecret(secret: string): string {
  return createHash('sha256').update(secret).digest('base64')
}

/** A password's scrypt hash and its salt. */
export interface PasswordHash {
  readonly salt: Buffer
  readonly hash: Buffer
}

/** Hashes a password slowly, since people choose passwords that can be guessed. */
export async function hashPassword(password: string, salt: Buffer = randomBytes(16)): Promise<PasswordHash> {
  return { salt, hash: (await deriveKey(password, salt, 32)) as Buffer }
}

const NOBODY: PasswordHash = { salt: randomBytes(16), hash: randomBytes(32) }

/** Whether the password is right. Takes as long when there is no such user. */
export async function checkPassword(password: string, expected: PasswordHash = NOBODY): Promise<boolean> {
  const { hash } = await hashPassword(password, expected.salt)
  return timingSafeEqual(hash, expected.hash) && expected !== NOBODY
}
