// `parseAuthorization` says what the scheme's own decoder says, for every shared vector.

import basic from '@fluxauth/vectors/basic.json' with { type: 'json' }
import bearer from '@fluxauth/vectors/bearer.json' with { type: 'json' }
import token from '@fluxauth/vectors/token.json' with { type: 'json' }
import { describe, expect, expectTypeOf, test } from 'vitest'
import {
  type BasicCredentials,
  type BearerCredentials,
  basicScheme,
  type Credentials,
  formatAuthorization,
  parseAuthorization,
  type TokenCredentials,
} from './index.ts'

interface Vector {
  readonly name: string
  readonly input: string
  readonly options?: object
  readonly expected?: unknown
  readonly error?: string
  readonly position?: number
}

/** Those that name one of the schemes, and need no option of one decoder. */
const vectors = ([...basic, ...token, ...bearer] as Vector[]).filter(
  ({ options, error }) => !options && error !== 'ERR_AUTHORIZATION_SCHEME',
)

test.each(vectors.filter(({ expected }) => expected))('reads $name', ({ input, expected }) => {
  expect(parseAuthorization(input)).toEqual(expected)
})

test.each(vectors.filter(({ error }) => error))('refuses $name', ({ input, error, position }) => {
  expect(() => parseAuthorization(input)).toThrow(expect.objectContaining({ code: error, position }))
})

describe('the set of schemes', () => {
  test('is Basic, Token and Bearer unless told otherwise, told apart by scheme', () => {
    expectTypeOf(parseAuthorization('Token x')).toEqualTypeOf<
      BasicCredentials | TokenCredentials | BearerCredentials
    >()
    expect(['Basic dTpw', 'Token x', 'Bearer x'].map((value) => parseAuthorization(value).scheme)).toEqual([
      'basic',
      'token',
      'bearer',
    ])
  })

  test('can be one alone, and the result is of its type', () => {
    const credentials = parseAuthorization('Basic dTpw', { schemes: [basicScheme] })
    expectTypeOf(credentials).toEqualTypeOf<BasicCredentials>()
    expect(() => parseAuthorization('Token x', { schemes: [basicScheme] })).toThrow(
      expect.objectContaining({ code: 'ERR_AUTHORIZATION_SCHEME', position: 0 }),
    )
    const written = { scheme: 'token', token: 'x' } as Credentials as BasicCredentials
    expect(() => formatAuthorization(written, { schemes: [basicScheme] })).toThrow(
      expect.objectContaining({ code: 'ERR_CREDENTIALS_SCHEME' }),
    )
  })

  test('can be empty: then nothing is read', () => {
    expect(() => parseAuthorization('Basic dTpw', { schemes: [] })).toThrow(
      expect.objectContaining({ code: 'ERR_AUTHORIZATION_SCHEME' }),
    )
  })
})
