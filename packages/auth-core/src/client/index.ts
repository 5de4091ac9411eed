// Credential to request: where a credential comes from, where it may go, and a `fetch` that keeps to it.

export { allowed } from '../allowed.ts'
export { AuthError, CredentialsError, type CredentialsErrorCode } from '../errors.ts'
export type { OptionRule, OptionRules } from '../option-rules.ts'
export { checkOptions, OptionsError, type OptionsErrorCode } from '../options.ts'
export {
  type Authorization,
  type Authorizer,
  createAuthorizer,
  type Origin,
} from './authorizer.ts'
export { type AuthorizerOptions, authorizerRules } from './authorizer-options.ts'
export { RedirectError, type RedirectErrorCode, TargetError, type TargetErrorCode } from './errors.ts'
export type { AuthEvent, AuthEventListener } from './events.ts'
export {
  type Exchange,
  type ExchangeAnswer,
  type ExchangeRequest,
  isDeciding,
  isStream,
  type RequestHeaders,
  type RequestUrl,
  startExchange,
} from './exchange.ts'
export { type FetchFunction, withAuth } from './fetch.ts'
export { RecordHeaders } from './headers.ts'
export {
  type CredentialContext,
  type CredentialProvider,
  type CredentialSource,
  toProvider,
} from './provider.ts'
export { BODY_HEADERS, CREDENTIAL_HEADERS, MAX_REDIRECTS, type Redirect, readRedirect } from './redirect.ts'
export { refusalMessage } from './refusal-message.ts'
export { type RetryOptions, retryDelay } from './retry.ts'
export { createTarget, isLoopback, type Target, type TargetOptions } from './target.ts'
