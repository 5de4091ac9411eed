// The conformance suite for a scheme made with `defineScheme`: what `parseAuthorization` and `formatAuthorization` rely on.

import {
  AuthError,
  formatAuthorization,
  parseAuthorization,
  type SchemeCodec,
  type SchemeCredentials,
} from '@fluxauth/auth-core'
import { describe, test } from 'vitest'

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
  return [
    {
      title: 'has samples to be tested with',
      check: () =>
        assert(credentials.length > 0 && malformed.length > 0, 'give at least one sample of each kind'),
    },
    {
      title: 'reads what it writes',
      check: () => {
        for (const [index, item] of credentials.entries()) {
          const value = values[index] ?? ''
          assert(equal(codec.decode(value), item), 'decode(encode(x)) must be x')
          const schemes = [codec as unknown as SchemeCodec]
          assert(formatAuthorization(item, { schemes }) === value, 'formatAuthorization must find the codec')
          assert(
            equal(parseAuthorization(value, { schemes }), item),
            'parseAuthorization must find the codec',
          )
        }
      },
    },
    {
      title: 'writes its own scheme word, a space, and printable ASCII',
      check: () => {
        for (const value of values) {
          assert(/^[!-~]+ [ -~]+$/.test(value), 'a value is a word, a space and printable ASCII')
          assert(
            value.split(' ', 1)[0]?.toLowerCase() === codec.scheme,
            'the word must be the name, in any case',
          )
        }
      },
    },
    {
      title: 'refuses what is malformed, with an AuthError that holds nothing of it',
      check: () => {
        for (const value of refused) {
          const error = refusal(() => codec.decode(value))
          const secret = value.slice(value.indexOf(' ') + 1).trim()
          assert(
            secret.length < 8 || !`${error.message} ${error.stack}`.includes(secret),
            'an error must not show the value',
          )
        }
      },
    },
    {
      title: 'refuses what is not a string',
      check: () => {
        for (const value of [undefined, null, 42, {}, []])
          refusal(() => codec.decode(value as unknown as string))
      },
    },
  ]
}

function refusal(run: () => unknown): AuthError {
  try {
    run()
  } catch (error) {
    if (error instanceof AuthError) return error
    throw new Error('only an AuthError may be thrown', { cause: error })
  }
  throw new Error('a malformed value was accepted')
}

function assert(holds: boolean, what: string): void {
  if (!holds) throw new Error(what)
}

function equal(a: unknown, b: unknown): boolean {
  const sorted = (value: unknown) => JSON.stringify(Object.entries(value as object).sort())
  return sorted(a) === sorted(b)
}
