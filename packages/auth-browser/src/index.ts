// Sign-in and API tokens for InfluxDB in the browser.

export {
  type BrowserAuth,
  type BrowserAuthOptions,
  createBrowserAuth,
  type SignInCredentials,
} from './browser-auth.ts'
export { SignInError, type SignInErrorCode } from './errors.ts'
export { returnAddress } from './return-address.ts'
export type { BrowserAuthState, Scheme, Who } from './state.ts'
export type { CreateVault, Vault } from './vault.ts'
