// The rules for options, under one name. An object and not a module's namespace: what nobody uses of that stays in every bundle.

import type * as rules from './option-rules.ts'
import {
  anything,
  boolean,
  callback,
  group,
  groupOrFalse,
  HUNDRED_YEARS,
  having,
  LONGEST_TIMER,
  number,
  oneOf,
  origins,
  store,
  string,
  whole,
} from './option-rules.ts'

/**
 * What options may be, for `checkOptions`, to be read as `seconds: allowed.whole(1)`.
 *
 * @see `checkOptions`, whose example has it
 */
export const allowed: typeof rules = {
  anything,
  boolean,
  callback,
  group,
  groupOrFalse,
  HUNDRED_YEARS,
  having,
  LONGEST_TIMER,
  number,
  oneOf,
  origins,
  store,
  string,
  whole,
}
