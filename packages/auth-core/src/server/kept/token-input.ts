// What tokens are made, changed and listed with, looked at before a store is asked: what is misspelt there widens what was to be narrowed.

import * as allowed from '../../option-rules.ts'
import { checkOptions } from '../../options.ts'
import { isPermission } from '../../permission-rule.ts'
import type { Permission } from '../checks/permissions.ts'
import type { StoredToken, TokenChange, TokenFilter } from './stores.ts'

/** What a new token is to be. */
export interface NewToken {
  /** Not empty, as all that says whose it is. */
  readonly userID: string
  readonly user: string
  readonly orgID?: string | undefined
  readonly org?: string | undefined
  /**
   * None for a token that says who somebody is and permits nothing. A resource's member that is `undefined`, empty or of another name is
   * refused.
   */
  readonly permissions: readonly Permission[]
  readonly description?: string | undefined
  /** `'inactive'` for a token that is to be good only once it is activated. Default `'active'`. */
  readonly status?: StoredToken['status'] | undefined
  /** A token known in advance, for automation; visible ASCII. Default: 64 random bytes. */
  readonly token?: string | undefined
}

/** Which tokens to list, from outside of a store. */
export type TokenListFilter = Omit<TokenFilter, 'hash'> & { readonly token?: string | undefined }

const named = allowed.string(/./s, 'text that is not empty')
const text = allowed.string()

const CHANGE = { status: allowed.oneOf('active', 'inactive'), description: text }

const NEW: allowed.OptionRules<keyof NewToken> = {
  ...CHANGE,
  userID: named,
  user: named,
  orgID: named,
  org: named,
  permissions: {
    wanted:
      "a list of { action: 'read' or 'write', resource: { type, and id, name, orgID or org where it is not for all } }, in which nothing is empty, undefined or of another name",
    test: (value) => Array.isArray(value) && value.every(isPermission),
  },
  token: allowed.anything, // what is wrong with it is said by a CredentialsError
}

const FILTER: allowed.OptionRules<keyof TokenListFilter> = {
  userID: text,
  user: text,
  orgID: text,
  org: text,
  token: text,
  after: text,
  limit: allowed.whole(0),
}

/**
 * A new token as it is checked and kept: what the caller holds may change, and has to have what cannot be left out.
 *
 * @throws {OptionsError} `ERR_OPTION_NAME` or `ERR_OPTION_VALUE`
 */
export function readNewToken({ permissions, ...given }: NewToken): NewToken {
  const { userID = null, user = null } = given
  const copied = Array.isArray(permissions)
    ? permissions.map((one) => ({ ...one, resource: { ...one?.resource } }))
    : (permissions ?? null)
  const made = { ...given, userID, user, permissions: copied } as NewToken
  checkOptions(made, NEW)
  return made
}

/** A change of a token as it is checked and kept. @throws {OptionsError} `ERR_OPTION_NAME` or `ERR_OPTION_VALUE` */
export function readTokenChange(given: Omit<TokenChange, 'updatedAt'>): Omit<TokenChange, 'updatedAt'> {
  const change = { ...given }
  checkOptions(change, CHANGE)
  return change
}

/** Checks which tokens are wanted. @throws {OptionsError} `ERR_OPTION_NAME` or `ERR_OPTION_VALUE` */
export function checkTokenFilter(filter: TokenListFilter): void {
  checkOptions(filter, FILTER)
}
