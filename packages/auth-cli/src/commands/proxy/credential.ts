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
  /** Says that the server refused it: then it is looked for anew, for the requests that come. */
  refused(authorization: string): void
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
  let isLooking = false
  const look = async (): Promise<void> => {
    const found = await findCredential()
    if (isFor(found)) current = formatAuthorization(found.credentials)
  }
  return {
    authorization: () => current,
    refused(authorization) {
      const now = performance.now()
      if (authorization !== current || isLooking || now - lookedAt < HOLD_OFF) return
      lookedAt = now
      isLooking = true
      // Where it is gone, what was refused goes on being refused.
      look()
        .catch(() => undefined)
        .finally(() => {
          isLooking = false
        })
    },
  }
}
