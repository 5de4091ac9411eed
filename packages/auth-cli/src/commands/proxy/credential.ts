// The credential that goes along: it may be rotated while the proxy runs.

import { formatAuthorization } from '@fluxauth/auth-core'
import { findCredential } from '../../profile/find-credential.ts'
import type { FoundCredential } from '../../profile/from-environment.ts'

/** How long one that is refused is not looked for anew: the server says 401 for a missing permission, too. */
const HOLD_OFF = 5000

/** A credential, as it is at this moment. */
export interface CurrentCredential {
  /** What is sent. */
  authorization(): string
  /**
   * Says that the server refused it: then it is looked for anew.
   *
   * @returns what is sent from now on; the same where there is no other
   */
  refused(authorization: string): Promise<string>
}

/**
 * Keeps a credential up to date.
 *
 * @param isFor whether one that is found anew is for the same server: another gets none
 */
export function keepCurrent(
  { credentials }: FoundCredential,
  isFor: (found: FoundCredential) => boolean,
): CurrentCredential {
  let current = formatAuthorization(credentials)
  let lookedAt = Number.NEGATIVE_INFINITY
  let looking: Promise<void> | undefined
  const look = async (): Promise<void> => {
    const found = await findCredential()
    if (isFor(found)) current = formatAuthorization(found.credentials)
  }
  return {
    authorization: () => current,
    async refused(authorization) {
      const now = performance.now()
      if (authorization === current && !looking && now - lookedAt >= HOLD_OFF) {
        lookedAt = now
        // Where it is gone, what was refused goes on being refused.
        looking = look()
          .catch(() => undefined)
          .finally(() => {
            looking = undefined
          })
      }
      if (authorization === current) await looking
      return current
    },
  }
}
