// Sign-in and API tokens for InfluxDB in the browser.

export {
  type BrowserAuth,
  type BrowserAuthOptions,
  type BrowserAuthState,
  createBrowserAuth,
} from './browser-auth.ts'
export { SignInError, type SignInErrorCode } from './errors.ts'
