// Credential to request: where a credential comes from, where it may go, and a `fetch` that keeps to it.

export { type Authorizer, type AuthorizerOptions, createAuthorizer } from './authorizer.ts'
export { RedirectError, type RedirectErrorCode, TargetError, type TargetErrorCode } from './errors.ts'
export { type FetchFunction, withAuth } from './fetch.ts'
export { type CredentialProvider, type CredentialSource, toProvider } from './provider.ts'
export { createTarget, isLoopback, type Target, type TargetOptions } from './target.ts'
