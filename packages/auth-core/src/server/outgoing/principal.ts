// Who is calling, and what they may do: what a verified request comes to.

import type { Awaitable } from '../../awaitable.ts'
import type { Permission, Permissions } from '../checks/permissions.ts'

/**
 * Who a request is from. It holds no secret and may be logged. It is frozen, whole: whoever comes next with the same credential is told by
 * the same object.
 */
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
  /** What the user may do when signed in with a password, or in a session that began so. Default nothing; `'all'` has to be said. */
  readonly permissions?: Permissions | undefined
}

/**
 * Finds a user by name, or says that there is none. Where a token or a session is looked at, the id of whoever it was made for comes along:
 * who looks users up by it finds those who have another name by now, whose tokens and sessions are good as before.
 */
export type FindUser = (name: string, id?: string) => Awaitable<User | undefined>

/** Makes a principal that nobody can change, nor through it what a store or an application keeps. */
export function freezePrincipal(principal: Principal): Principal {
  const { permissions } = principal
  return Object.freeze({
    ...principal,
    permissions: permissions === 'all' ? permissions : freezePermissions(permissions),
  })
}

/** A copy of permissions that stays as it is. */
export function freezePermissions(permissions: readonly Permission[]): readonly Permission[] {
  return Object.freeze(
    permissions.map(({ action, resource }) =>
      Object.freeze({ action, resource: Object.freeze({ ...resource }) }),
    ),
  )
}
