// Who is calling, and what they may do: what a verified request comes to.

import type { Permissions } from './permissions.ts'

/** Who a request is from. It holds no secret and may be logged. */
export interface Principal {
  /** How they were recognised: by an API token, by a password, or by a session's cookie. */
  readonly by: 'token' | 'password' | 'session'
  readonly userID: string
  /** User name. */
  readonly user: string
  readonly orgID?: string | undefined
  /** Of the API token, with `by: 'token'`. */
  readonly tokenID?: string | undefined
  /** Of the session, with `by: 'session'`. */
  readonly sessionID?: string | undefined
  readonly permissions: Permissions
}

/** A user, as the application keeps them. */
export interface User {
  readonly id: string
  /** What they sign in with; on Cloud Serverless the e-mail address. */
  readonly name: string
  /** As a `PasswordHasher` wrote it; without one the user has no password to sign in with. */
  readonly password?: string | undefined
  /** An inactive user is refused with 403, whatever the credential. Default `'active'`. */
  readonly status?: 'active' | 'inactive' | undefined
  readonly orgID?: string | undefined
  /** What the user may do when signed in with a password or a session. Default `'all'`. */
  readonly permissions?: Permissions | undefined
}
