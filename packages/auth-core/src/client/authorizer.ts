// The one object that every HTTP-client adapter uses: it holds a credential and knows where it may go.

import { formatAuthorization } from '../authorization.ts'
import { type CredentialSource, toProvider } from './provider.ts'
import { createTarget, type Target, type TargetOptions } from './target.ts'

/** Options of {@link createAuthorizer}. */
export interface AuthorizerOptions extends TargetOptions {
  /** An API token, credentials, a function that returns either, or a provider. */
  readonly credentials: CredentialSource
}

/** Holds a credential and knows where it may go. */
export interface Authorizer {
  /** The origins the credential is bound to. */
  readonly target: Target
  /** The `Authorization` value for a URL, or `undefined` when its origin is not a bound one. */
  authorize(url: URL): Promise<string | undefined>
}

/**
 * Binds a credential to its origins. The credential stays in a closure: nothing that prints the authorizer shows it.
 *
 * @param options `credentials` and their `origin`
 * @returns the authorizer
 * @throws {TargetError} `ERR_TARGET_ORIGIN`, `ERR_TARGET_INSECURE` or `ERR_TARGET_USERINFO`
 */
export function createAuthorizer({ credentials, ...target }: AuthorizerOptions): Authorizer {
  const provider = toProvider(credentials)
  const bound = createTarget(target)
  return {
    target: bound,
    async authorize(url) {
      return bound.includes(url) ? formatAuthorization(await provider.get()) : undefined
    },
  }
}
