// Whatever a codec is given, it throws nothing but our own errors.

import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  AuthError,
  decodeBasic,
  decodeBearer,
  decodeToken,
  defineScheme,
  encodeBasic,
  encodeBearer,
  encodeToken,
  formatAuthorization,
  formatChallenge,
  parseAuthorization,
  parseChallenges,
} from './index.ts'

/** What a program in plain JavaScript may hand over by mistake. */
const odd = fc.constantFrom<unknown>(
  undefined,
  null,
  '',
  'basic',
  'Basic dTpw',
  'Basic /Drk',
  'constructor',
  '__proto__',
  42,
  Number.NaN,
  7n,
  true,
  Symbol('s'),
  [],
  [Symbol('s')],
  [undefined, 'Basic'],
  [['Basic']],
  Object.create(null),
  [Object.create(null)],
  {},
  () => 'x',
  new Date(0),
)
const options = fc.record({ charset: odd })
const challenge = fc.oneof(
  odd,
  fc.record(
    { scheme: odd, token68: odd, params: fc.oneof(odd, fc.dictionary(fc.string(), odd)) },
    { requiredKeys: [] },
  ),
)
const credentials = fc.record({ scheme: odd, username: odd, password: odd, token: odd }, { requiredKeys: [] })

test.each<[string, (...given: never[]) => unknown, fc.Arbitrary<unknown>[]]>([
  ['encodeBasic', encodeBasic, [fc.oneof(odd, fc.string()), fc.oneof(odd, fc.string()), options]],
  ['decodeBasic', decodeBasic, [odd, options]],
  ['encodeToken', encodeToken, [odd]],
  ['decodeToken', decodeToken, [odd, fc.record({ scheme: odd })]],
  ['encodeBearer', encodeBearer, [odd]],
  ['decodeBearer', decodeBearer, [odd]],
  ['formatAuthorization', formatAuthorization, [credentials]],
  ['parseAuthorization', parseAuthorization, [odd]],
  ['parseChallenges', parseChallenges, [odd]],
  ['formatChallenge', formatChallenge, [challenge]],
  ['defineScheme', defineScheme, [fc.oneof(odd, fc.record({ scheme: odd }))]],
])('%s', (_, codec, given) => {
  fc.assert(
    fc.property(fc.tuple(...given), (values) => {
      try {
        codec(...(values as never[]))
      } catch (error) {
        expect(error).toBeInstanceOf(AuthError)
      }
    }),
    { numRuns: 3000 },
  )
})

test.each(['constructor', '__proto__', 'utf-16le', 'utf8', 'UTF-8', '', 'no-such'])(
  'there is no charset %j',
  (name) => {
    const charset = name as 'latin1'
    expect(() => encodeBasic('ä', 'x', { charset })).toThrow(
      expect.objectContaining({ code: 'ERR_CREDENTIALS_CHARSET' }),
    )
    expect(() => decodeBasic('Basic w6Q6eA==', { charset })).toThrow(
      expect.objectContaining({ code: 'ERR_BASIC_CHARSET' }),
    )
  },
)

test.each([
  { scheme: 'basic' },
  { scheme: undefined, params: {} },
  { scheme: 'basic', params: { realm: 7 } },
  null,
])('formatChallenge refuses %j', (given) => {
  expect(() => formatChallenge(given as never)).toThrow(
    expect.objectContaining({ code: 'ERR_CHALLENGE_VALUE' }),
  )
})

test('parseChallenges refuses a list of what is no string', () => {
  expect(() => parseChallenges([Symbol('s')] as never)).toThrow(
    expect.objectContaining({ code: 'ERR_AUTHORIZATION_TYPE' }),
  )
})

test.each([null, undefined, 7, 'basic', {}, { scheme: Symbol('s') }])('defineScheme refuses %s', (given) => {
  expect(() => defineScheme(given as never)).toThrow(
    expect.objectContaining({ code: 'ERR_CREDENTIALS_TYPE' }),
  )
})
