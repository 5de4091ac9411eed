// What the functions of this entry are given, looked at before it is sent: InfluxDB answers some of it with 500, and takes what is empty for everything.

import type { OptionRule, OptionRules } from '../option-rules.ts'
import { checkOptions, OptionsError } from '../options.ts'
import { products } from './products.ts'

/** An identifier. It becomes a part of a path: no dot and no slash may lead elsewhere. */
export const id: OptionRule = {
  wanted: 'an identifier: letters, digits, - and _',
  test: (value) => typeof value === 'string' && /^[\w-]+$/.test(value),
}

export const text: OptionRule = { wanted: 'text', test: (value) => typeof value === 'string' }

export const name: OptionRule = {
  wanted: 'text that is not empty',
  test: (value) => typeof value === 'string' && value !== '',
}

/** InfluxDB 2 counts bytes, whatever its message says. */
export const newPassword: OptionRule = {
  // Read when it is asked for, so that who sets no password needs no table of products.
  get wanted() {
    return `${products.v2.password.join(' to ')} bytes of text, as UTF-8 has them`
  },
  test(value) {
    if (typeof value !== 'string') return false
    const [least, most] = products.v2.password
    const { length } = new TextEncoder().encode(value)
    return length >= least && length <= most
  },
}

/**
 * Checks what a function is given.
 *
 * @param needed what may not be left out; what is there and `undefined` is a variable that is not set, and never means "any"
 * @throws {OptionsError} `ERR_OPTION_NAME` or `ERR_OPTION_VALUE`
 */
export function checkInput<Input extends object>(
  input: Input,
  rules: OptionRules<Extract<keyof Input, string>>,
  needed: readonly Extract<keyof Input, string>[] = [],
): void {
  checkOptions(input, rules)
  for (const name of [...needed, ...Object.keys(input)]) {
    if ((input as Record<string, unknown>)[name] !== undefined) continue
    throw new OptionsError(
      'ERR_OPTION_VALUE',
      `${name} is not there: is the variable set that you read it from?`,
    )
  }
}
