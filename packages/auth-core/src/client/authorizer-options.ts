// What the options of an authorizer may be, for adapters that take more than these too.

import {
  boolean,
  callback,
  HUNDRED_YEARS,
  number,
  type OptionRule,
  type OptionRules,
  oneOf,
} from '../option-rules.ts'
import type { AuthorizerOptions } from './authorizer.ts'
import { retryRules } from './retry.ts'

/** Is read where it is used, with errors of its own. */
const readElsewhere: OptionRule = { wanted: '', test: () => true }

/**
 * What the options of `createAuthorizer` may be, for `checkOptions`: adapters add a rule for each option of their own. What is wrong
 * with `credentials` and `origin` is said by a `CredentialsError` and a `TargetError`.
 */
export const authorizerRules: OptionRules<keyof AuthorizerOptions> = {
  origin: readElsewhere,
  credentials: readElsewhere,
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
