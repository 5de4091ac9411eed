// The options of an authorizer, and what each may be, for adapters that take more than these too.

import {
  anything,
  boolean,
  callback,
  HUNDRED_YEARS,
  number,
  type OptionRules,
  oneOf,
} from '../option-rules.ts'
import type { AuthEventListener } from './events.ts'
import type { CredentialSource } from './provider.ts'
import { type RetryOptions, retryRules } from './retry.ts'
import type { TargetOptions } from './target.ts'

/** Options of `createAuthorizer`. */
export interface AuthorizerOptions extends TargetOptions {
  /** An API token, credentials, a function that returns either, or a provider. */
  readonly credentials: CredentialSource
  /** What to do with an `Authorization` header that the caller set: `'keep'` it instead of ours (default), or refuse with an `'error'`. */
  readonly onExisting?: 'keep' | 'error' | undefined
  /** Whether to wait and try again where a 429 or 503 says when (`Retry-After`). Default `false`. */
  readonly retry?: boolean | RetryOptions | undefined
  /**
   * In seconds: for how long a credential that was refused, and that the provider gave again when it was asked anew, is not asked about
   * once more. Default 30: a server that refuses everything has a command run once, not once for each request.
   */
  readonly holdOff?: number | undefined
  /** Is told what happens to the credential, never the credential. */
  readonly onEvent?: AuthEventListener | undefined
}

/**
 * What the options of `createAuthorizer` may be, for `checkOptions`: adapters add a rule for each option of their own. What is wrong
 * with `credentials` and `origin` is said by a `CredentialsError` and a `TargetError`.
 */
export const authorizerRules: OptionRules<keyof AuthorizerOptions> = {
  origin: anything,
  credentials: anything,
  allowInsecure: boolean,
  onExisting: oneOf('keep', 'error'),
  retry: {
    wanted: 'true, false or { attempts, maxDelay }',
    test: (value) => typeof value === 'boolean' || (typeof value === 'object' && value !== null),
    within: retryRules,
  },
  holdOff: number(0, HUNDRED_YEARS),
  onEvent: callback,
}
