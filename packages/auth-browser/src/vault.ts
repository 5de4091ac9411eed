// The contract of vaults: where a page's token lies, and who sends it.

/** Where a token lies while a page uses it. It is never given back. */
export interface Vault {
  /**
   * Takes a token, in the place of the one before.
   *
   * @throws {CredentialsError} `ERR_TOKEN_SYNTAX` or `ERR_CREDENTIALS_TYPE`
   */
  hold(token: string): void | Promise<void>
  /**
   * Sends a request to the vault's origin with the token that it holds, as `fetch` would. The header follows no redirect: what is
   * redirected is refused, whatever `redirect` says.
   */
  fetch(input: string | Request, init?: RequestInit): Promise<Response>
  /** Forgets the token, at once. */
  clear(): void
  /** Forgets it and ends for good: what is handed to it then is not held. */
  dispose(): void
}

/**
 * Makes a vault, as `createBrowserAuth` asks for when it is called.
 *
 * @param origin the one origin that the token is for
 * @param fetch what to send with, where a vault sends from the page
 */
export type CreateVault = (origin: string, fetch: typeof globalThis.fetch) => Vault
