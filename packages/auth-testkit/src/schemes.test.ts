// The suite passes on auth-core's own schemes, and finds what is wrong with broken ones.

import {
  AuthorizationSyntaxError,
  type BasicCredentials,
  basicScheme,
  bearerScheme,
  CredentialsError,
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
const KEY = /^[\w.~+/-]{1,4096}$/
const apiKey = defineScheme({
  scheme: 'apikey',
  encode({ key }: { scheme: 'apikey'; key: string }) {
    if (typeof key !== 'string' || !KEY.test(key)) throw new CredentialsError('ERR_TOKEN_SYNTAX', 'Not a key')
    return `ApiKey ${key}`
  },
  decode(value) {
    const [, key = ''] = /^ApiKey (.*)$/i.exec(value) ?? []
    if (!KEY.test(key))
      throw new AuthorizationSyntaxError('ERR_AUTHORIZATION_SYNTAX', 'Not ApiKey and a key', 0)
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

  const saidOf = (change: Partial<typeof apiKey>, keys: readonly string[] = ['key-one']) =>
    schemeChecks(defineScheme({ ...apiKey, ...change }), {
      credentials: keys.map((key) => ({ scheme: 'apikey' as const, key })),
      malformed: ['ApiKey k 1'],
    }).flatMap(({ check }) => {
      try {
        check()
        return []
      } catch (error) {
        return [`${error}`]
      }
    })
  const asOne = /^ApiKey ([\w.~+/-]{1,4096})$/gi
  const one = { scheme: 'apikey' as const, key: '' }
  const syntaxError = () =>
    new AuthorizationSyntaxError('ERR_AUTHORIZATION_SYNTAX', 'Not ApiKey and a key', 0)

  test.each<[string, Partial<typeof apiKey>, RegExp]>([
    [
      'writes a line end, which begins another header',
      { encode: ({ key }) => `ApiKey ${key}` },
      /encode\(\{ \.\.\.credentials\[0\], key: "s3cret-of-the-suite\\r\\nX-Injected: 1" \}\) must throw an AuthError, or write one line of ASCII/,
    ],
    [
      'says in an error what it cannot write',
      {
        encode({ key }) {
          if (!KEY.test(key)) throw new CredentialsError('ERR_TOKEN_SYNTAX', `Not a key: ${key}`)
          return `ApiKey ${key}`
        },
      },
      /The error of encode\(.*\) shows what it was given at error\.message/,
    ],
    [
      'writes the name of what is not there',
      {
        encode({ key }) {
          if (!KEY.test(key)) throw new CredentialsError('ERR_TOKEN_SYNTAX', 'Not a key')
          return `ApiKey ${key}`
        },
      },
      /encode\(\{ \.\.\.credentials\[0\], key: undefined \}\) must throw an AuthError/,
    ],
    [
      'takes a tab, or another word that begins like its own',
      { decode: (value) => apiKey.decode(`${value}`.replace(/^ApiKey\w*\s/i, 'ApiKey ')) },
      /decode\("ApiKeyx key-one"\) must throw an AuthError.*decode\("ApiKey\\tkey-one"\)/s,
    ],
    [
      'trims',
      { decode: (value) => apiKey.decode(`${value}`.trimEnd()) },
      /decode\("ApiKey key-one "\) must throw an AuthError/,
    ],
    [
      'takes a key in any case',
      { decode: (value) => ({ scheme: 'apikey', key: apiKey.decode(value).key.toLowerCase() }) },
      /decode\("ApiKey Key-one"\) must not give credentials\[0\], of which encode\(\) writes "ApiKey key-one": refuse what it does not write/,
    ],
    [
      'says the beginning of what it cannot read',
      {
        decode(value) {
          try {
            return apiKey.decode(value)
          } catch {
            throw new AuthorizationSyntaxError('ERR_AUTHORIZATION_SYNTAX', `Not ${`${value}`.slice(0, 20)}…`)
          }
        },
      },
      /must not show what follows the scheme word: its beginning at error\.message/,
    ],
    [
      'cannot write its samples',
      {
        encode() {
          throw new TypeError('oops')
        },
      },
      /encode\(credentials\[0\]\) must write it, and threw TypeError: oops/,
    ],
    [
      'goes on in its regular expression where it was',
      {
        decode(value) {
          const [, key] = asOne.exec(value) ?? []
          if (!key) throw syntaxError()
          return { scheme: 'apikey', key }
        },
      },
      /a regular expression with the flag g or y goes on where it was/,
    ],
    [
      'gives the same object each time',
      { decode: (value) => Object.assign(one, { key: apiKey.decode(value).key }) },
      /What decode\(\) returned must stay as it was when it is called again/,
    ],
    [
      'tries one way after the other',
      {
        decode(value) {
          if (typeof value !== 'string' || !/^ApiKey ([\w-]+\.?)+$/i.test(value) || value.length > 8192) {
            throw syntaxError()
          }
          return { scheme: 'apikey', key: value.slice(7) }
        },
      },
      /decode\(\) took longer than 100 ms for "ApiKey a…!\\n" of \d+ characters/,
    ],
  ])('is told what is wrong when it %s', (_, change, message) => {
    expect(saidOf(change, ['key-one', 'key-two']).join('\n')).toMatch(message)
  })

  test('is told of base64 that nobody writes', () => {
    const decode = (value: string) => {
      const [username = '', password = ''] = Buffer.from(`${value}`.slice(6), 'base64').toString().split(':')
      return { scheme: 'basic' as const, username, password }
    }
    const checks = schemeChecks(defineScheme({ ...basicScheme, decode }), {
      credentials: [{ scheme: 'basic', username: 'Aladdin', password: 'open sesame' }],
      malformed: ['Basic QQ='],
    })
    const check = checks.find(({ title }) => title.startsWith('reads one spelling'))
    expect(() => check?.check()).toThrow(
      /^decode\("Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ"\) must not give credentials\[0\].*refuse what it does not write/,
    )
  })

  test('is not found where there is none', () => {
    expect(failing(basicScheme)).toEqual([])
  })
})
