// Credential to request: where a credential comes from, where it may go, and a `fetch` that keeps to it.

export {
  type Authorization,
  type Authorizer,
  type AuthorizerOptions,
  createAuthorizer,
} from './authorizer.ts'
export { RedirectError, type RedirectErrorCode, TargetError, type TargetErrorCode } from './errors.ts'
export type { AuthEvent, AuthEventListener } from './events.ts'
export {
  type Exchange,
  type ExchangeAnswer,
  type ExchangeRequest,
  isStream,
  type RequestHeaders,
  startExchange,
} from './exchange.ts'
export { type FetchFunction, withAuth } from './fetch.ts'
export {
  type CredentialContext,
  type CredentialProvider,
  type CredentialSource,
  toProvider,
} from './provider.ts'
export { BODY_HEADERS, CREDENTIAL_HEADERS, MAX_REDIRECTS, type Redirect, readRedirect } from './redirect.ts'
export { type RetryOptions, retryDelay } from './retry.ts'
export { createTarget, isLoopback, type Target, type TargetOptions } from './target.ts'
