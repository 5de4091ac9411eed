// What an option may be: rules for `checkOptions`, to be read as "seconds: allowed.whole(1)".

/** What an option may be. */
export interface OptionRule {
  /** In words that follow on "has to be". */
  readonly wanted: string
  test(value: unknown): boolean
  /** For an object of options: what these may be. */
  readonly within?: OptionRules | undefined
}

/** What each option of an object may be. */
export type OptionRules<Name extends string = string> = Readonly<Record<Name, OptionRule>>

/** The longest that a timer of a runtime waits, in milliseconds; told to wait longer it does not wait at all. */
export const LONGEST_TIMER: number = 2_147_483_647

/** In seconds: more than anybody means, and no more than dates and stores can take. */
export const HUNDRED_YEARS: number = 3_153_600_000

/** One of these strings, or `false`. */
export function oneOf<T extends string | false>(...values: readonly T[]): OptionRule {
  return {
    wanted: `one of ${values.map((value) => (value ? `'${value}'` : 'false')).join(', ')}`,
    test: (value) => values.includes(value as T),
  }
}

/** Anything: what is read where it is used, with errors of its own. */
export const anything: OptionRule = { wanted: '', test: () => true }

export const boolean: OptionRule = { wanted: 'true or false', test: (value) => typeof value === 'boolean' }

export const callback: OptionRule = { wanted: 'a function', test: (value) => typeof value === 'function' }

/** A string, of a form that `wanted` describes. */
export function string(form: RegExp = /^/, wanted: string = 'a string'): OptionRule {
  return { wanted, test: (value) => typeof value === 'string' && form.test(value) }
}

/** A finite number, bounds included. */
export function number(least: number, most?: number): OptionRule {
  return bounded('a number', Number.isFinite, least, most)
}

/** A whole number, bounds included. */
export function whole(least: number, most?: number): OptionRule {
  return bounded('a whole number', Number.isSafeInteger, least, most)
}

/** Web origins, written as browsers do: `https://app.example`. */
export const origins: OptionRule = {
  wanted: 'a list of origins, without a path or a slash at their end',
  test: (value) => Array.isArray(value) && value.every(isOrigin),
}

/** An object with these functions. */
export function having(...names: readonly string[]): OptionRule {
  return {
    wanted: `an object with ${names.map((name) => `${name}()`).join(', ')}`,
    test: (value) =>
      isObject(value) &&
      names.every((name) => typeof (value as Record<string, unknown>)[name] === 'function'),
  }
}

/** A store, which may lack parts. A promise of one is a mistake that is made easily. */
export const store: OptionRule = {
  wanted: 'a store (await the function that opens it)',
  test: (value) => isObject(value) && !('then' in value),
}

/** An object of options. */
export function group<Name extends string>(within: OptionRules<Name>): OptionRule {
  return { wanted: 'an object', test: isObject, within }
}

/** An object of options, or `false` for none of what they are about. */
export function groupOrFalse<Name extends string>(within: OptionRules<Name>): OptionRule {
  return { wanted: 'an object, or false', test: (value) => value === false || isObject(value), within }
}

function bounded(
  kind: string,
  isKind: (value: unknown) => boolean,
  least: number,
  most: number = Number.POSITIVE_INFINITY,
): OptionRule {
  return {
    wanted: `${kind} from ${least}${Number.isFinite(most) ? ` to ${most}` : ''}`,
    test: (value) => isKind(value) && (value as number) >= least && (value as number) <= most,
  }
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null
}

function isOrigin(value: unknown): boolean {
  try {
    return new URL(value as string).origin === value
  } catch {
    return false
  }
}
