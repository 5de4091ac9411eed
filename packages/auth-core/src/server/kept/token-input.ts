// What tokens are made, changed and listed with, looked at before a store is asked: what is misspelt there widens what was to be narrowed.

import * as allowed from '../../option-rules.ts'
import { checkOptions } from '../../options.ts'
import type { Permission } from '../checks/permissions.ts'
import type { StoredToken, TokenChange, TokenFilter } from './stores.ts'

/** What a new token is to be. */
export interface NewToken {
  readonly userID: string
  readonly user: string
  readonly orgID?: string | undefined
  readonly org?: string | undefined
  readonly permissions: readonly Permission[]
  readonly description?: string | undefined
  /** `'inactive'` for a token that is to be good only once it is activated. Default `'active'`. */
  readonly status?: StoredToken['status'] | undefined
  /** A token known in advance, for automation; visible ASCII. Default: 64 random bytes. */
  readonly token?: string | undefined
}

const text = allowed.string()
const named = allowed.string(/./, 'text that is not empty')
const status = allowed.oneOf('active', 'inactive')

/** All that a resource may name. */
const NAMES = new Set(['type', 'id', 'name', 'orgID', 'org'])

const permissions: allowed.OptionRule = {
  wanted:
    "a list of { action: 'read' or 'write', resource: { type, and id, name, orgID or org where it is not for all } }, in which nothing is empty, undefined or of another name",
  test: (value) => Array.isArray(value) && value.every(isPermission),
}

function isPermission(value: unknown): boolean {
  const { action, resource, ...others } = Object(value)
  return (
    (action === 'read' || action === 'write') &&
    Object.keys(others).length === 0 &&
    typeof resource?.type === 'string' &&
    Object.entries(resource).every(
      ([name, text]) => NAMES.has(name) && typeof text === 'string' && text !== '',
    )
  )
}

/** Checks what a new token is to be, but for its value. @throws {OptionsError} `ERR_OPTION_NAME` or `ERR_OPTION_VALUE` */
export function checkNewToken(input: Omit<NewToken, 'token'>): void {
  const { userID = null, user = null, permissions: held = null } = input
  checkOptions(
    { ...input, userID, user, permissions: held },
    { userID: named, user: named, orgID: named, org: named, permissions, description: text, status },
  )
}

/** Checks what is to change of a token. @throws {OptionsError} `ERR_OPTION_NAME` or `ERR_OPTION_VALUE` */
export function checkTokenChange(change: Omit<TokenChange, 'updatedAt'>): void {
  checkOptions(change, { status, description: text })
}

/** Checks which tokens are wanted. @throws {OptionsError} `ERR_OPTION_NAME` or `ERR_OPTION_VALUE` */
export function checkTokenFilter(
  filter: Omit<TokenFilter, 'hash'> & { readonly token?: string | undefined },
): void {
  checkOptions(filter, {
    userID: text,
    user: text,
    orgID: text,
    org: text,
    token: text,
    after: text,
    limit: allowed.whole(1),
  })
}
