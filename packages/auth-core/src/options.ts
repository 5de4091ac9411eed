// Options are checked as they are given: with a misspelt name a guard would let in what it was told to keep out, and nobody notice.

import { AuthError } from './errors.ts'
import type { OptionRule, OptionRules } from './option-rules.ts'

/** What is wrong with options. */
export type OptionsErrorCode =
  /** There is no option of this name. */
  | 'ERR_OPTION_NAME'
  /** The option cannot be this. */
  | 'ERR_OPTION_VALUE'

/** An option that would not do what was meant. The message names the option, and what it may be. */
export class OptionsError extends AuthError<OptionsErrorCode> {
  override get name(): string {
    return 'OptionsError'
  }
}

/** What a name in a message may look like: whoever hands over a map of tokens has them for names. */
const PLAIN_NAME = /^[a-z]{1,24}$/i

/** What an object has under a name, itself or by its class, and not by what something put on the prototype that all objects have. */
export function memberOf(object: object, name: string): unknown {
  return Object.hasOwn(object, name) || !(name in Object.prototype)
    ? (object as Record<string, unknown>)[name]
    : undefined
}

/**
 * Checks options, for stores and adapters of your own too. `undefined` is as good as left out.
 *
 * Read what it returns, rather than what was given: each option was read once, and none is what something else put on
 * `Object.prototype`. What an object of a class of its own has, or was made from, counts.
 *
 * @param options as they were given; none at all are as good as none in them
 * @param rules what each may be
 * @param path put before each name in messages: the option that these are within, and a dot
 * @returns the options as they were found to be, in an object without a prototype
 * @throws {OptionsError} `ERR_OPTION_NAME` for an option that there is not, `ERR_OPTION_VALUE` for one that cannot be this
 * @example
 * import { allowed, checkOptions } from '@fluxauth/auth-core/server'
 *
 * checkOptions({ seconds: 60 }, { seconds: allowed.whole(1) }).seconds // 60
 */
export function checkOptions<Options extends object>(
  options: Options,
  rules: OptionRules<Extract<keyof Options, string>>,
  path = '',
): Options {
  options = Object(options)
  for (const name of Object.keys(options)) {
    if (!Object.hasOwn(rules, name)) {
      const option = PLAIN_NAME.test(name) ? `option ${path}${name}` : 'such option'
      throw new OptionsError(
        'ERR_OPTION_NAME',
        `There is no ${option}: there are ${Object.keys(rules).join(', ')}`,
      )
    }
  }
  const read = Object.create(null)
  for (const [name, { wanted, test, within }] of Object.entries<OptionRule>(rules)) {
    const value = memberOf(options, name)
    if (value === undefined) continue
    if (!test(value)) {
      throw new OptionsError(
        'ERR_OPTION_VALUE',
        `${path}${name} has to be ${wanted}: it is ${describe(value)}`,
      )
    }
    read[name] =
      within && typeof value === 'object' ? checkOptions(value as object, within, `${path}${name}.`) : value
  }
  return read
}

/** Shows no string, which could be a secret in the wrong place. */
function describe(value: unknown): string {
  if (value === null || typeof value === 'number' || typeof value === 'boolean') return String(value)
  return Array.isArray(value) ? 'a list' : typeof value === 'object' ? 'an object' : `a ${typeof value}`
}
