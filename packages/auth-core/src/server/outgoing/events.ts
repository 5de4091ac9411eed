// What a server tells its audit log: who was let in, who was not and why, never a secret.

import { isPromise } from '../../awaitable.ts'
import type { RefusalReason } from './refusal.ts'

/** What happened. A user name is told only once it is known to be one: people type passwords into the wrong field. */
export type AuditEvent =
  | { readonly type: 'signed-in'; readonly user: string; readonly address?: string | undefined }
  | { readonly type: 'signed-out'; readonly user: string; readonly address?: string | undefined }
  | {
      readonly type: 'refused'
      readonly reason: RefusalReason
      readonly status: number
      readonly user?: string | undefined
      readonly address?: string | undefined
    }
  /** Failed attempts have come to the limit: further ones are refused unseen for so many seconds. */
  | {
      readonly type: 'locked'
      readonly seconds: number
      readonly user?: string | undefined
      readonly address?: string | undefined
    }
  | { readonly type: 'token-created'; readonly tokenID: string; readonly user: string }
  | { readonly type: 'token-updated'; readonly tokenID: string; readonly user: string }
  | { readonly type: 'token-deleted'; readonly tokenID: string }
  | { readonly type: 'sessions-revoked'; readonly userID: string; readonly count: number }
  /** The password's hash was made anew, in the way that is used now. */
  | { readonly type: 'password-upgraded'; readonly user: string }

/** Is told what happens. What it throws is ignored: observing must not break a request. */
export type AuditListener = (event: AuditEvent) => void

/** Makes a listener that may be absent, or throw at once or later, one that is there and does not. */
export function quietly<T>(listener: ((event: T) => unknown) | undefined): (event: T) => void {
  if (!listener) return () => undefined
  return (event) => {
    try {
      const told = listener(event)
      if (isPromise(told)) told.then(undefined, () => undefined)
    } catch {}
  }
}
