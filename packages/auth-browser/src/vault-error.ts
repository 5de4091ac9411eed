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

/** What each code says. */
const MESSAGES: Readonly<Record<VaultErrorCode, string>> = {
  ERR_VAULT_EMPTY: 'The vault holds no token: call signIn({ token }) first',
  ERR_VAULT_ORIGIN: 'The token is for another origin',
  ERR_VAULT_REDIRECT:
    'The server redirects, and the token does not follow: call the address that it leads to',
  ERR_VAULT_PATH:
    'Not allowed with this token: name method and path, plainly spelt, in the `allow` of workerVault()',
  ERR_VAULT_BODY: 'A stream cannot be handed to the worker: give a string, a Blob, a buffer or FormData',
  ERR_VAULT_WORKER: 'The worker does not answer: is its script found, and does worker-src let it in?',
}

/** The error of a code. */
export function vaultError(code: VaultErrorCode): VaultError {
  return new VaultError(code, MESSAGES[code])
}
