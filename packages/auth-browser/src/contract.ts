// What a page's sign-in is, to whoever uses it.

import type { BrowserAuthState } from './state.ts'
import type { CreateVault } from './vault.ts'

/** Options of `createBrowserAuth`. */
export interface BrowserAuthOptions {
  /** The server's origin. Https, or this machine. Default: the page's own. */
  readonly origin?: string | URL | undefined
  /** Where a token lies: `memoryVault()` or `workerVault(…)`. Without one there are sessions alone. */
  readonly vault?: CreateVault | undefined
  /** The `fetch` to use. Default: the page's own, as it is when this module loads. */
  readonly fetch?: typeof globalThis.fetch | undefined
}

/** What to sign in with: user name and password, or an API token. */
export type SignInCredentials =
  | { readonly username: string; readonly password: string; readonly token?: undefined }
  | { readonly token: string }

/** A page's sign-in to one server. */
export interface BrowserAuth {
  /** Who is signed in, as far as this page knows: the same object until that changes. */
  readonly state: BrowserAuthState
  /**
   * Calls the listener at once, and on every change of `state`: a store, as Svelte has it. What the listener throws is reported, and stops
   * nothing. Returns the function that ends it.
   */
  subscribe(listener: (state: BrowserAuthState) => void): () => void
  /**
   * Asks the server whether a session from an earlier visit is still alive, and takes it up, unless something else was asked for meanwhile.
   *
   * @returns the state that there is then
   * @throws {SignInError} `ERR_UNREACHABLE`, `ERR_SIGN_IN_FAILED`, `_DISABLED` or `_LIMITED` where nothing came of it: it is asked again when
   *   the network is back; `ERR_SIGN_OUT_FAILED` where an earlier visit's sign-out is still to be told, and the server cannot be
   */
  resume(): Promise<BrowserAuthState>
  /**
   * Signs in: with user name and password at `/api/v2/signin`, for a session whose cookie no script can read; or with an API token, which
   * goes into the vault, and out of it again where `/api/v2/me` refuses it. Nothing of it is kept elsewhere. Whatever else is asked for
   * meanwhile goes before: then the answer is passed over. Where it is refused, whoever was signed in still is, but for a token, which is gone.
   *
   * @throws {SignInError} `ERR_SIGN_IN_REFUSED`, `_DISABLED`, `_LIMITED`, `_FAILED`, `_COOKIE`, `_VAULT` or `_SUPERSEDED`, or `ERR_UNREACHABLE`
   * @throws {CredentialsError} as `encodeBasic` and `encodeToken`
   * @throws {VaultError} with a token: what the vault refuses
   */
  signIn(credentials: SignInCredentials): Promise<void>
  /**
   * Forgets token and session here at once, and ends the session on the server if there may be one, also one from before the token. Where
   * that does not work, `state` says so, and the server is told again when the network is back, also by a later visit's `resume()`.
   *
   * @throws {SignInError} `ERR_SIGN_OUT_FAILED` when the server could not be told: the session is alive there
   */
  signOut(): Promise<void>
  /**
   * `fetch` with the session or the token, while signed in and for the server's origin only. Relative URLs are resolved against it. Whatever
   * else is asked for goes without either, cookies included.
   * A 401 ends nothing here until `/api/v2/me` confirms it: InfluxDB 2 answers so for a missing permission too.
   *
   * @throws {SignInError} `ERR_FETCH_NO_CORS`; `ERR_UNREACHABLE` in the place of `fetch`'s TypeError, which is its `cause`
   * @throws {VaultError} with a token: `ERR_VAULT_REDIRECT`, and what else the vault refuses
   */
  readonly fetch: typeof globalThis.fetch
  /** Ends listeners, channel and vault. The session stays as it is. */
  dispose(): void
}
