// The time of a store across the network: sessions are kept by its clock, and told by the clock of whoever asks.

import type { StoredSession } from '@fluxauth/auth-core/server'

/** In milliseconds: a difference below it may as well be an answer's way, and is none, so that times come back as they were given. */
export const LEAST_SHIFT = 5000

/**
 * A session that is kept by the store's clock, by this process's.
 *
 * @param storeNow the store's time, in milliseconds since the epoch
 */
export function byOwnClock(session: StoredSession, storeNow: number): StoredSession {
  const shift = storeNow - Date.now()
  if (Math.abs(shift) < LEAST_SHIFT) return session
  const { createdAt, expiresAt, endsAt } = session
  return { ...session, createdAt: createdAt - shift, expiresAt: expiresAt - shift, endsAt: endsAt - shift }
}
