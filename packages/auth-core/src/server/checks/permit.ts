// Says whether a principal may do what is asked for, or how to refuse them.

import type { ServerRequest } from '../incoming/request.ts'
import type { Principal } from '../outgoing/principal.ts'
import type { Refusal } from '../outgoing/refusal.ts'
import type { Refuser } from '../outgoing/refuser.ts'
import { type Action, permits, type Resource, standsAlone, toResource } from './permissions.ts'

/** Makes what permits, and what refuses for the application. Neither throws. */
export function createPermit({ refuse, fail }: Refuser) {
  return {
    permit(
      principal: Principal,
      request: ServerRequest,
      action: Action,
      resource: string | Resource,
      id?: string | undefined,
    ): Refusal | undefined {
      try {
        const wanted = toResource(resource, id)
        const isPlaced = wanted.orgID !== undefined || wanted.org !== undefined || standsAlone(wanted.type)
        const placed = isPlaced ? wanted : { ...wanted, orgID: principal.orgID }
        if (permits(principal.permissions, action, placed)) return undefined
        return refuse('forbidden', request, principal.user).refusal
      } catch (error) {
        return fail(request, error, 'failed').refusal
      }
    },
    fail: (error: unknown, request?: ServerRequest | undefined): Refusal =>
      fail(request, error, 'failed').refusal,
  }
}
