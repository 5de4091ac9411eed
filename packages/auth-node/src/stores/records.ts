// Tokens and sessions as databases keep them: what changes beside what never does, and every text as JSON.

import type { StoredSession, StoredToken } from '@fluxauth/auth-core/server'

/** A token as rows hold it. */
export interface TokenRow {
  readonly status: string
  readonly description: string
  readonly updated_at: string
  /** The rest, as JSON. */
  readonly record: string
}

/** A session as rows hold it. */
export interface SessionRow {
  readonly expires_at: number | string
  /** Where it is by the store's clock, before that of the record. */
  readonly created_at?: number | string | undefined
  readonly ends_at?: number | string | undefined
  /** The rest, as JSON. */
  readonly record: string
}

/**
 * A text as it is kept and looked up: JSON, in which NUL and halves of pairs, which no database takes, are escaped.
 *
 * @returns `undefined` for `undefined`
 */
export function quote<T extends string | undefined>(text: T): T {
  return JSON.stringify(text) as T
}

/** A token as rows hold it. */
export function toTokenRow({ status, description, updatedAt, ...rest }: StoredToken): TokenRow {
  return { status, description: quote(description), updated_at: updatedAt, record: JSON.stringify(rest) }
}

/** The token of a row. */
export function fromTokenRow({ status, description, updated_at, record }: TokenRow): StoredToken {
  return {
    ...(JSON.parse(record) as Omit<StoredToken, 'status' | 'description' | 'updatedAt'>),
    status: status === 'active' ? 'active' : 'inactive',
    description: JSON.parse(description) as string,
    updatedAt: updated_at,
  }
}

/** What never changes of a session, as JSON. */
export function toSessionRecord({ expiresAt: _, ...rest }: StoredSession): string {
  return JSON.stringify(rest)
}

/** The session of a row. */
export function fromSessionRow({ expires_at, created_at, ends_at, record }: SessionRow): StoredSession {
  const rest = JSON.parse(record) as Omit<StoredSession, 'expiresAt'>
  const { createdAt, endsAt } = rest
  return {
    ...rest,
    createdAt: Number(created_at ?? createdAt),
    expiresAt: Number(expires_at),
    endsAt: Number(ends_at ?? endsAt),
  }
}

/** The columns that tokens are listed by, with the filter of each. */
export const TOKEN_FILTERS = [
  ['user_id', 'userID'],
  ['user_name', 'user'],
  ['org_id', 'orgID'],
  ['org_name', 'org'],
] as const
