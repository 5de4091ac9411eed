// The time of a store across the network: sessions are kept by its clock, and told by the clock of whoever asks.

import type { StoredSession } from '@fluxauth/auth-core/server'

/** In milliseconds: a difference below it may as well be an answer's way, and is none, so that times come back as they were given. */
export const LEAST_SHIFT = 5000

/**
 * By how much the store's clock is ahead of this process's.
 *
 * @param storeNow in milliseconds since the epoch
 */
export function shiftTo(storeNow: number): number {
  const shift = storeNow - Date.now()
  return Math.abs(shift) < LEAST_SHIFT ? 0 : shift
}

/** A session that is kept by the store's clock, by this process's. */
export function byOwnClock(session: StoredSession, storeNow: number): StoredSession {
  const shift = shiftTo(storeNow)
  if (shift === 0) return session
  const { createdAt, expiresAt, endsAt } = session
  return { ...session, createdAt: createdAt - shift, expiresAt: expiresAt - shift, endsAt: endsAt - shift }
}
