// The errors of vaults, and their codes.

import { AuthError } from '@fluxauth/auth-core'

/** Why a vault did not send a request. */
export type VaultErrorCode =
  /** It holds no token. */
  | 'ERR_VAULT_EMPTY'
  /** The request is for another origin than the vault's. */
  | 'ERR_VAULT_ORIGIN'
  /** The server redirects: the token does not follow. */
  | 'ERR_VAULT_REDIRECT'
  /** The worker was not told to allow this method and path; or the path is spelt so that it may mean another. */
  | 'ERR_VAULT_PATH'
  /** The body is a stream, which cannot be handed to the worker. */
  | 'ERR_VAULT_BODY'
  /** The worker's script did not load, or is another. */
  | 'ERR_VAULT_WORKER'

/** A vault did not send a request, or did not hand over its answer. */
export class VaultError extends AuthError<VaultErrorCode> {
  override get name(): string {
    return 'VaultError'
  }
}

/** What the codes of every vault say. */
const MESSAGES: Partial<Record<VaultErrorCode, string>> = {
  ERR_VAULT_EMPTY: 'The vault holds no token: call signIn({ token }) first',
  ERR_VAULT_ORIGIN: 'The token is for another origin',
  ERR_VAULT_REDIRECT: 'The token follows no redirect: call the address that it leads to',
}

/** The error of a code; a vault says what those say that are its own. */
export function vaultError(code: VaultErrorCode, message: string | undefined = MESSAGES[code]): VaultError {
  return new VaultError(code, message ?? code)
}
