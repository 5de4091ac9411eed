// Makes random secrets, and hashes them: what a store keeps of a secret is of no use to a thief.

import type { Awaitable } from '../../awaitable.ts'

/** Hashes a random secret for a store: its SHA-256 as base64url, 43 characters. */
export type Digest = (secret: string) => Awaitable<string>

/**
 * SHA-256 through WebCrypto, in any runtime. A random secret needs neither salt nor a slow hash, and can be found by its hash.
 *
 * @returns base64url without padding
 * @example
 * import { sha256 } from '@fluxauth/auth-core/server'
 *
 * await sha256('my-token') // '_s5Q0ih_ckWupYGbdfle6L7ClaFPjvHnox8X8drp30Q'
 */
export async function sha256(secret: string): Promise<string> {
  return toBase64url(new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(secret))))
}

/** An API token in the form of InfluxDB v2's: 64 random bytes, 88 characters ending in `==`. */
export function randomToken(): string {
  return `${toBase64url(randomBytes(64))}==`
}

/** A session's key: 256 random bits, 43 characters. */
export function randomKey(): string {
  return toBase64url(randomBytes(32))
}

/** An identifier in the form of InfluxDB's: 16 hexadecimal digits. */
export function randomID(): string {
  return Array.from(randomBytes(8), (byte) => byte.toString(16).padStart(2, '0')).join('')
}

export function randomBytes(length: number): Uint8Array {
  return crypto.getRandomValues(new Uint8Array(length))
}

/** Whether bytes are the same, in a time that does not depend on where they differ. */
export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  let difference = a.length ^ b.length
  for (let i = 0; i < a.length; i++) difference |= (a[i] ?? 0) ^ (b[i] ?? 0)
  return difference === 0
}

export function toBase64url(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes))
    .replace(/=+$/, '')
    .replaceAll('+', '-')
    .replaceAll('/', '_')
}

export function fromBase64url(text: string): Uint8Array {
  return Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (byte) => byte.charCodeAt(0))
}
