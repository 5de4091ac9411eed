// The suite passes on auth-core's own schemes, and finds what is wrong with broken ones.

import {
  AuthorizationSyntaxError,
  type BasicCredentials,
  basicScheme,
  bearerScheme,
  defineScheme,
  tokenScheme,
} from '@fluxauth/auth-core'
import { describe, expect, test } from 'vitest'
import { schemeChecks, testScheme } from './index.ts'

const basic: BasicCredentials[] = [
  { scheme: 'basic', username: 'Aladdin', password: 'open sesame' },
  { scheme: 'basic', username: 'zoë', password: 'p:ä ß€' },
  { scheme: 'basic', username: '', password: '' },
]

testScheme(basicScheme, { credentials: basic, malformed: ['Basic QQ=', 'Basic QQ==', 'Basic !'] })
testScheme(tokenScheme, {
  credentials: [{ scheme: 'token', token: 'my-token==' }],
  malformed: ['token x', 'Token a b'],
})
testScheme(bearerScheme, { credentials: [{ scheme: 'bearer', token: 'apiv3_x' }], malformed: ['Bearer a b'] })

// As the docstring of `defineScheme` has it.
const apiKey = defineScheme({
  scheme: 'apikey',
  encode: ({ key }: { scheme: 'apikey'; key: string }) => `ApiKey ${key}`,
  decode(value) {
    const [, key] = /^ApiKey ([\w.~+/-]{1,4096})$/i.exec(value) ?? []
    if (!key) throw new AuthorizationSyntaxError('ERR_AUTHORIZATION_SYNTAX', 'Not ApiKey and a key', 0)
    return { scheme: 'apikey', key }
  },
})
testScheme(apiKey, { credentials: [{ scheme: 'apikey', key: 'k1' }], malformed: ['ApiKey', 'ApiKey k 1'] })

describe('a broken scheme', () => {
  test('is told which value it took, and what would be right', () => {
    const decode = (value: string) => ({ scheme: 'apikey' as const, key: value.slice(7) })
    const checks = schemeChecks(defineScheme({ ...apiKey, decode }), {
      credentials: [{ scheme: 'apikey', key: 'k1' }],
      malformed: ['ApiKey k 1'],
    })
    const check = checks.find(({ title }) => title.startsWith('refuses what is malformed'))
    expect(() => check?.check()).toThrow(
      /^decode\("ApiKey k 1"\) must throw an AuthError.* and it returned\n.*decode\(""\)/s,
    )
  })

  const failing = (codec: typeof basicScheme) =>
    schemeChecks(codec, { credentials: basic, malformed: ['Basic QQ='] })
      .filter(({ check }) => {
        try {
          check()
          return false
        } catch {
          return true
        }
      })
      .map(({ title }) => title)

  test.each<[string, Partial<typeof basicScheme>, string]>([
    [
      'loses something',
      { decode: () => ({ scheme: 'basic', username: 'x', password: '' }) },
      'reads what it writes',
    ],
    [
      'writes another word',
      { encode: () => 'Other QTpi' },
      'writes its own scheme word, a space, and printable ASCII',
    ],
    [
      'throws what is not ours',
      {
        decode: () => {
          throw new TypeError('oops')
        },
      },
      'refuses what is not a string',
    ],
    [
      'shows the value in its errors',
      {
        decode: (value) => {
          throw Object.assign(new (class extends Error {})(`cannot read ${value}`))
        },
      },
      'refuses what is malformed, with an AuthError that holds nothing of it',
    ],
  ])('is found out when it %s', (_, change, title) => {
    expect(failing(defineScheme({ ...basicScheme, ...change }))).toContain(title)
  })

  test('is not found where there is none', () => {
    expect(failing(basicScheme)).toEqual([])
  })
})
