// Sign-in and API tokens for InfluxDB in the browser.

export { createBrowserAuth } from './browser-auth.ts'
export type { BrowserAuth, BrowserAuthOptions, SignInCredentials } from './contract.ts'
export { SignInError, type SignInErrorCode } from './errors.ts'
export { returnAddress } from './return-address.ts'
export type { BrowserAuthState, Scheme, Who } from './state.ts'
export type { CreateVault, Vault } from './vault.ts'
