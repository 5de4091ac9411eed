// Refuses requests, and tells the audit log and the error log why: the client is told no more than it needs.

import { addressOf, type ServerRequest } from '../incoming/request.ts'
import type { AuditListener } from './events.ts'
import type { Refusal, RefusalReason } from './refusal.ts'
import type { createRefusals } from './refuse.ts'

/** Refuses requests. */
export interface Refuser {
  /**
   * Refuses a request for what it presents.
   *
   * @param user who it is from, where that is known
   * @param seconds to wait, for `Retry-After`
   */
  refuse(
    reason: RefusalReason,
    request: ServerRequest,
    user?: string,
    seconds?: number,
  ): { readonly refusal: Refusal }
  /** Refuses a request for what went wrong on this side: a store (503), or a function of the application's (`'failed'`, 500). */
  fail(
    request: ServerRequest | undefined,
    error: unknown,
    reason?: 'unavailable' | 'failed',
  ): { readonly refusal: Refusal }
}

/**
 * Makes what refuses requests.
 *
 * @param refusals as {@link createRefusals} makes them
 * @param emit is told of each
 * @param report is told what went wrong on this side
 */
export function createRefuser(
  refusals: ReturnType<typeof createRefusals>,
  emit: AuditListener,
  report: (error: unknown) => void,
): Refuser {
  return {
    refuse(reason, request, user, seconds) {
      const refusal = refusals(reason, request, seconds)
      emit({ type: 'refused', reason, status: refusal.status, user, address: addressOf(request) })
      return { refusal }
    },
    fail(request, error, reason = 'unavailable') {
      report(error)
      const refusal = refusals(reason)
      emit({ type: 'refused', reason, status: refusal.status, address: request && addressOf(request) })
      return { refusal }
    },
  }
}
