// The conformance suite for a scheme made with `defineScheme`: what `parseAuthorization` and `formatAuthorization` rely on.

import {
  AuthError,
  formatAuthorization,
  parseAuthorization,
  type SchemeCodec,
  type SchemeCredentials,
} from '@fluxauth/auth-core'
import { describe, test } from 'vitest'
import { findLeaks } from './leaks.ts'

/** What the suite needs to know of a scheme. */
export interface SchemeSamples<C extends SchemeCredentials> {
  /** Credentials that the scheme can carry. */
  readonly credentials: readonly C[]
  /** Values that the scheme must refuse, beside those that every scheme must. */
  readonly malformed: readonly string[]
}

/** One thing that a scheme must do; `check` throws when it does not. */
export interface SchemeCheck {
  readonly title: string
  readonly check: () => void
}

/**
 * Runs the conformance suite on a scheme, as vitest tests.
 *
 * @param codec made with `defineScheme`
 * @param samples credentials it carries and values it refuses
 * @example
 * import { basicScheme } from '@fluxauth/auth-core'
 * import { testScheme } from '@fluxauth/auth-testkit'
 *
 * testScheme(basicScheme, {
 *   credentials: [{ scheme: 'basic', username: 'Aladdin', password: 'open sesame' }],
 *   malformed: ['Basic', 'Basic QQ='],
 * })
 */
export function testScheme<C extends SchemeCredentials>(
  codec: SchemeCodec<C>,
  samples: SchemeSamples<C>,
): void {
  describe(`the ${codec.scheme} scheme`, () => {
    for (const { title, check } of schemeChecks(codec, samples)) test(title, check)
  })
}

/** The suite as plain functions, for other test runners. */
export function schemeChecks<C extends SchemeCredentials>(
  codec: SchemeCodec<C>,
  { credentials, malformed }: SchemeSamples<C>,
): SchemeCheck[] {
  const values = credentials.map((item) => codec.encode(item))
  const refused = [
    ...malformed,
    '',
    ' ',
    codec.scheme,
    `${codec.scheme} `,
    'another-scheme value',
    ...values.flatMap((value) => [
      ` ${value}`,
      `${value}\r\n`,
      `${value}\0`,
      `${value}, ${value}`,
      `${value}${'A'.repeat(8192)}`,
    ]),
  ]
  const schemes = [codec as unknown as SchemeCodec]
  return [
    {
      title: 'has samples to be tested with',
      check: () =>
        report(
          credentials.length > 0 && malformed.length > 0 ? [] : ['Give at least one sample of each kind'],
        ),
    },
    {
      title: 'reads what it writes',
      check: () =>
        report(
          credentials.flatMap((item, index) => {
            const value = values[index] ?? ''
            const sample = `credentials[${index}]`
            return [
              ...unless(equal(codec.decode(value), item), `decode(encode(${sample})) must be as ${sample}`),
              ...unless(
                formatAuthorization(item, { schemes }) === value,
                `formatAuthorization(${sample}) must be what encode() writes`,
              ),
              ...unless(
                equal(parseAuthorization(value, { schemes }), item),
                `parseAuthorization(encode(${sample})) must be as ${sample}`,
              ),
            ]
          }),
        ),
    },
    {
      title: 'writes its own scheme word, a space, and printable ASCII',
      check: () =>
        report(
          values.flatMap((value, index) => {
            const written = `encode(credentials[${index}])`
            return [
              ...unless(
                /^[!-~]+ [ -~]+$/.test(value),
                `${written} must be a word, a space and printable ASCII`,
              ),
              ...unless(
                value.split(' ', 1)[0]?.toLowerCase() === codec.scheme,
                `${written} must begin with ${codec.scheme}, in any case`,
              ),
            ]
          }),
        ),
    },
    {
      title: 'refuses what is malformed, with an AuthError that holds nothing of it',
      check: () => report(refused.flatMap((value) => wrongRefusal(() => codec.decode(value), value))),
    },
    {
      title: 'refuses what is not a string',
      check: () =>
        report(
          [undefined, null, 42, {}, []].flatMap((value) =>
            wrongRefusal(() => codec.decode(value as unknown as string), value),
          ),
        ),
    },
  ]
}

/** What is wrong with how a value was refused; nothing, if it is right. */
function wrongRefusal(run: () => unknown, value: unknown): string[] {
  const text = JSON.stringify(value) ?? 'undefined'
  const call = `decode(${text.length > 80 ? `${text.slice(0, 60)}… of ${text.length} characters` : text})`
  try {
    run()
  } catch (error) {
    if (!AuthError.is(error))
      return [
        `${call} must throw an AuthError, for example an AuthorizationSyntaxError, and it threw ${error}`,
      ]
    const secret = typeof value === 'string' ? value.slice(value.indexOf(' ') + 1).trim() : ''
    if (secret.length < 8) return []
    return findLeaks(error, 'error', { 'the value': secret }).map(
      (place) => `The error of ${call} must not show what follows the scheme word: ${place}`,
    )
  }
  return [`${call} must throw an AuthError, for example an AuthorizationSyntaxError, and it returned`]
}

function unless(holds: boolean, what: string): string[] {
  return holds ? [] : [what]
}

/** Throws all that is wrong at once. */
function report(wrong: readonly string[]): void {
  if (wrong.length > 0) throw new Error(wrong.join('\n'))
}

function equal(a: unknown, b: unknown): boolean {
  const sorted = (value: unknown) => JSON.stringify(Object.entries(value as object).sort())
  return sorted(a) === sorted(b)
}
