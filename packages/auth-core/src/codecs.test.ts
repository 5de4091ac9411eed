// What encoders refuse, bounds, time, and properties that hold for all text.

import { inspect } from 'node:util'
import fc from 'fast-check'
import { describe, expect, expectTypeOf, test } from 'vitest'
import {
  AuthError,
  type Challenge,
  type Credentials,
  CredentialsError,
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
  splitTokenPair,
} from './index.ts'

function thrownBy(run: () => unknown): AuthError {
  try {
    run()
  } catch (error) {
    expect(error).toBeInstanceOf(AuthError)
    return error as AuthError
  }
  return expect.fail('should have been refused')
}

describe('encodeBasic refuses', () => {
  test.each<[string, unknown, unknown, string, number | undefined]>([
    ['a colon in the user-id', 's3cret:x', '', 'ERR_USERNAME_COLON', 6],
    ['a tab in the user-id', 'a\ts3cret', '', 'ERR_USERNAME_CONTROL', 1],
    ['NUL in the user-id', '\0', '', 'ERR_USERNAME_CONTROL', 0],
    ['a byte order mark before the user-id', '\uFEFFs3cret', '', 'ERR_USERNAME_CONTROL', 0],
    ['CR LF in the password', '', 's3cret\r\n', 'ERR_PASSWORD_CONTROL', 6],
    ['DEL in the password', '', 's3cret\x7f', 'ERR_PASSWORD_CONTROL', 6],
    ['a lone high surrogate', '', '\uD800', 'ERR_CREDENTIALS_CHARSET', 1],
    ['a lone low surrogate', 'a\uDC00b', 's3cret', 'ERR_CREDENTIALS_CHARSET', 1],
    ['surrogates in the wrong order', '', 'x\uDC00\uD800', 'ERR_CREDENTIALS_CHARSET', 2],
    ['a user-id that is no string', 42, 's3cret', 'ERR_CREDENTIALS_TYPE', undefined],
    ['a password that is no string', 'u', undefined, 'ERR_CREDENTIALS_TYPE', undefined],
    ['a symbol', Symbol('s3cret'), '', 'ERR_CREDENTIALS_TYPE', undefined],
  ])('%s', (_, username, password, code, position) => {
    const error = thrownBy(() => encodeBasic(username as string, password as string))
    expect(error).toBeInstanceOf(CredentialsError)
    expect(error).toMatchObject({ name: 'CredentialsError', code, position })
    expect(inspect(error, { depth: 9, showHidden: true })).not.toContain('s3cret')
  })

  test('every control character, as decodeBasic does, and nothing else of ASCII but a colon in the user-id', () => {
    for (let code = 0; code < 128; code++) {
      const character = String.fromCharCode(code)
      const isControl = /\p{Cc}/u.test(character)
      const inPassword = `Basic ${btoa(`u:${character}`)}`
      if (isControl) {
        const refused = { code: 'ERR_PASSWORD_CONTROL', position: 1 }
        expect(thrownBy(() => encodeBasic('u', `p${character}`))).toMatchObject(refused)
        expect(thrownBy(() => decodeBasic(inPassword)).code).toBe('ERR_BASIC_CONTROL')
      } else {
        expect(encodeBasic('u', character)).toBe(inPassword)
        expect(decodeBasic(inPassword).password).toBe(character)
      }
      if (isControl || character === ':') {
        const refused = { code: isControl ? 'ERR_USERNAME_CONTROL' : 'ERR_USERNAME_COLON', position: 1 }
        expect(thrownBy(() => encodeBasic(`u${character}`, ''))).toMatchObject(refused)
      } else expect(decodeBasic(encodeBasic(character, '')).username).toBe(character)
    }
  })

  test('what does not fit Latin-1, and a charset that does not exist', () => {
    expect(encodeBasic('ü', 'ä', { charset: 'latin1' })).toBe('Basic /Drk')
    expect(thrownBy(() => encodeBasic('u', '€', { charset: 'latin1' })).code).toBe('ERR_CREDENTIALS_CHARSET')
    expect(thrownBy(() => encodeBasic('u', 'ä', { charset: 'ascii' as 'latin1' })).code).toBe(
      'ERR_CREDENTIALS_CHARSET',
    )
    expect(thrownBy(() => decodeBasic('Basic dTrk', { charset: 'no-such' as 'latin1' })).code).toBe(
      'ERR_BASIC_CHARSET',
    )
  })
})

test.each<[string, unknown]>([
  ['nothing', ''],
  ['a space', 'a b'],
  ['a line feed behind', 's3cret\n'],
  ['a tab', 'a\tb'],
  ['non-ASCII', 'é'],
  ['a byte order mark', '\uFEFFx'],
  ['DEL', '\x7f'],
])('encodeToken and encodeBearer refuse %s, and it is not read either', (_, token) => {
  for (const encode of [encodeToken, encodeBearer]) {
    const error = thrownBy(() => encode(token as string))
    expect(error).toMatchObject({ name: 'CredentialsError', code: 'ERR_TOKEN_SYNTAX' })
    expect(inspect(error)).not.toContain('s3cret')
  }
  for (const decode of [decodeToken, decodeBearer, parseAuthorization]) {
    for (const word of ['Token', 'Bearer']) thrownBy(() => decode(`${word} ${token}`))
  }
})

test('what is no string is refused everywhere, with our error', () => {
  for (const value of [undefined, null, 42, {}, [], ['Basic dTpw'], Symbol('s'), () => 'x']) {
    const given = value as string
    for (const decode of [decodeBasic, decodeToken, decodeBearer, parseAuthorization]) {
      expect(thrownBy(() => decode(given)).code).toBe('ERR_AUTHORIZATION_TYPE')
    }
    for (const encode of [encodeToken, encodeBearer])
      expect(thrownBy(() => encode(given)).code).toBe('ERR_CREDENTIALS_TYPE')
    expect(thrownBy(() => formatAuthorization(value as unknown as Credentials)).code).toBe(
      'ERR_CREDENTIALS_SCHEME',
    )
  }
  expect(thrownBy(() => parseChallenges(42 as unknown as string)).code).toBe('ERR_AUTHORIZATION_TYPE')
})

test.each([
  ...['Tokenx', 'Tokens x', 'oken xx', 'Basics dTpw', 'BasicdTpw', 'Bearerx', 'Bearers x'].map(
    (value) => [value, 'ERR_AUTHORIZATION_SCHEME'] as const,
  ),
  // No word goes on here, but no space follows it either.
  ...['Token=x', 'Token"x', 'Token/x', 'Bearer=x', 'Bearer"x', 'Bearer/x', 'Basic=dTpw', 'Basic/dTpw'].map(
    (value) => [value, 'ERR_AUTHORIZATION_SYNTAX'] as const,
  ),
])('what only begins, or ends, as a scheme’s word does is none: %s', (value, code) => {
  for (const decode of [decodeBasic, decodeToken, decodeBearer, parseAuthorization]) {
    expect(thrownBy(() => decode(value)).code).toBe(code)
  }
})

describe('maxLength', () => {
  const tokenOf = (length: number) => `Token ${'x'.repeat(length - 6)}`

  test('is 8,192 characters unless told otherwise', () => {
    expect(decodeToken(tokenOf(8192)).token).toHaveLength(8186)
    for (const decode of [decodeToken, parseAuthorization, decodeBasic, decodeBearer]) {
      expect(thrownBy(() => decode(tokenOf(8193)))).toMatchObject({
        code: 'ERR_AUTHORIZATION_LENGTH',
        position: 8192,
      })
    }
    expect(decodeToken(tokenOf(100_000), { maxLength: 100_000 }).token).toHaveLength(99_994)
    expect(thrownBy(() => decodeToken('Token xx', { maxLength: 7 })).code).toBe('ERR_AUTHORIZATION_LENGTH')
    expect(thrownBy(() => decodeToken('Token x', { maxLength: Number.NaN })).code).toBe(
      'ERR_AUTHORIZATION_LENGTH',
    )
  })

  test('holds for every decoder to the character, whichever way parseAuthorization takes', () => {
    const basic = btoa(`u:${'x'.repeat(9001)}`)
    const token = 'x'.repeat(9000)
    for (const [decode, value] of [
      [decodeBasic, `Basic ${basic}`],
      [decodeBasic, `basic ${basic}`],
      [decodeToken, `Token ${token}`],
      [decodeBearer, `Bearer ${token}`],
      [decodeBearer, `bearer ${token}`],
    ] as const) {
      for (const read of [decode, parseAuthorization]) {
        expect(read(value, { maxLength: value.length })).toEqual(decode(value, { maxLength: Infinity }))
        const maxLength = value.length - 1
        expect(thrownBy(() => read(value, { maxLength }))).toMatchObject({
          code: 'ERR_AUTHORIZATION_LENGTH',
          position: maxLength,
        })
      }
    }
  })

  test('counts all challenges together', () => {
    const value = `Basic realm="${'x'.repeat(5000)}"`
    expect(parseChallenges(value)).toHaveLength(1)
    expect(thrownBy(() => parseChallenges([value, value])).code).toBe('ERR_AUTHORIZATION_LENGTH')
    expect(parseChallenges([value, value], { maxLength: 20_000 })).toHaveLength(2)
  })
})

test('splitTokenPair splits at the first colon, and leaves API tokens whole', () => {
  expect(splitTokenPair('u:p:w')).toEqual({ username: 'u', password: 'p:w' })
  expect(splitTokenPair(':')).toEqual({ username: '', password: '' })
  expect(splitTokenPair('apiv3_x')).toBeUndefined()
})

describe('formatChallenge', () => {
  test('quotes values, escapes in them, and starts the scheme with a capital', () => {
    expect(formatChallenge({ scheme: 'basic', params: { realm: 'a "b" \\c', charset: 'UTF-8' } })).toBe(
      'Basic realm="a \\"b\\" \\\\c", charset="UTF-8"',
    )
    expect(formatChallenge({ scheme: 'negotiate', params: {}, token68: 'YQ==' })).toBe('Negotiate YQ==')
    expect(formatChallenge({ scheme: 'SCRAM-SHA-256', params: {} })).toBe('SCRAM-SHA-256')
  })

  test.each<[string, Challenge]>([
    ['no scheme', { scheme: '', params: {} }],
    ['a scheme of two words', { scheme: 'a b', params: {} }],
    ['a name that is no token', { scheme: 'basic', params: { 'a b': 'x' } }],
    ['a line feed in a value', { scheme: 'basic', params: { realm: 'a\r\nSet-Cookie: x' } }],
    ['non-ASCII in a value', { scheme: 'basic', params: { realm: 'ä' } }],
    ['a token68 that is none', { scheme: 'negotiate', params: {}, token68: 'a b' }],
    ['both kinds', { scheme: 'negotiate', params: { a: 'b' }, token68: 'a' }],
  ])('refuses %s', (_, challenge) => {
    expect(thrownBy(() => formatChallenge(challenge))).toMatchObject({
      name: 'CredentialsError',
      code: 'ERR_CHALLENGE_VALUE',
    })
  })

  test('cannot be led to change an object’s prototype', () => {
    const [challenge] = parseChallenges('Basic __proto__=x')
    expect(Object.getPrototypeOf(challenge?.params)).toBeNull()
    expect(Object.keys(challenge?.params ?? {})).toEqual(['__proto__'])
  })
})

describe('a scheme of one’s own', () => {
  const apiKey = defineScheme({
    scheme: 'apikey',
    encode: ({ key }: { readonly scheme: 'apikey'; readonly key: string }) => `ApiKey ${key}`,
    decode: (value) => ({ scheme: 'apikey', key: value.slice(7) }),
  })

  test('is read and written beside others, and typed', () => {
    const schemes = [apiKey] as const
    const credentials = parseAuthorization('APIKEY k1', { schemes })
    expectTypeOf(credentials).toEqualTypeOf<{ readonly scheme: 'apikey'; readonly key: string }>()
    expect(credentials).toEqual({ scheme: 'apikey', key: 'k1' })
    expect(formatAuthorization({ scheme: 'apikey', key: 'k2' }, { schemes })).toBe('ApiKey k2')
    expect(thrownBy(() => parseAuthorization('Token x', { schemes })).code).toBe('ERR_AUTHORIZATION_SCHEME')
    expect(thrownBy(() => parseAuthorization('ApiKey k1')).code).toBe('ERR_AUTHORIZATION_SCHEME')
    expect(Object.isFrozen(apiKey)).toBe(true)
  })

  test.each(['', 'Basic', 'A', 'Z', 'two words', '\x7f', 'ä', undefined])('is not named %j', (scheme) => {
    const error = thrownBy(() => defineScheme({ ...apiKey, scheme: scheme as 'apikey' }))
    expect(['ERR_CREDENTIALS_SCHEME', 'ERR_CREDENTIALS_TYPE']).toContain(error.code)
  })

  test.each(["!#$%&'*+-.^_`|~", 'a', 'z', 'scram-sha-256'])('may be named %j', (scheme) => {
    const own = defineScheme({
      ...apiKey,
      scheme: scheme as 'apikey',
      decode: (key) => ({ scheme: 'apikey', key }),
    })
    expect(own.scheme).toBe(scheme)
    expect(parseAuthorization(`${scheme} x`, { schemes: [own] }).key).toBe(`${scheme} x`)
  })
})

describe('time grows with length, not faster, for', () => {
  const MEGABYTE = 2 ** 20
  /** Best of five, in milliseconds. */
  const time = (run: () => unknown): number =>
    Math.min(
      ...Array.from({ length: 5 }, () => {
        const start = performance.now()
        try {
          run()
        } catch (error) {
          expect(error).toBeInstanceOf(AuthError)
        }
        return performance.now() - start
      }),
    )

  test.each<[string, (n: number) => void]>([
    ['padding', (n) => decodeBasic(`Basic ${'='.repeat(n)}`, { maxLength: Infinity })],
    ['base64 with a bad end', (n) => decodeBasic(`Basic ${'A'.repeat(n)}!`, { maxLength: Infinity })],
    ['base64 without a colon', (n) => decodeBasic(`Basic ${'QUFB'.repeat(n / 4)}`, { maxLength: Infinity })],
    ['spaces', (n) => decodeToken(`Token ${' '.repeat(n)}`, { maxLength: Infinity })],
    ['a token with a bad end', (n) => decodeToken(`Token ${'a'.repeat(n)} `, { maxLength: Infinity })],
    ['a scheme word', (n) => parseAuthorization('a'.repeat(n), { maxLength: Infinity })],
    [
      'an open quoted string',
      (n) => parseChallenges(`Basic realm="${'\\a'.repeat(n / 2)}`, { maxLength: Infinity }),
    ],
    ['commas', (n) => parseChallenges(','.repeat(n), { maxLength: Infinity })],
    ['a token68 that is none', (n) => parseChallenges(`Foo ${'a'.repeat(n)}=x y`, { maxLength: Infinity })],
    ['many challenges', (n) => parseChallenges('a '.repeat(n / 2), { maxLength: Infinity })],
    ['a user-id with a bad end', (n) => encodeBasic(`${'ä'.repeat(n)}\0`, '')],
  ])('%s', (_, run) => {
    time(() => run(4096))
    // Four times the length; quadratic time would be sixteen times as long.
    const [short, long] = [time(() => run(MEGABYTE / 4)), time(() => run(MEGABYTE))]
    expect(long).toBeLessThan(10 * short + 20)
  })
})

describe('for all text', () => {
  const text = fc.string({ unit: 'binary', maxLength: 60 })
  const clean = text.filter((value) => !/[\0-\x1f\x7f]|^\uFEFF|\p{Cs}/u.test(value))
  const latin1 = fc
    .string({ unit: fc.integer({ min: 0x20, max: 0xff }).map((c) => String.fromCharCode(c)) })
    .filter((value) => !value.includes('\x7f'))
  const visible = fc.string({
    unit: fc.integer({ min: 0x21, max: 0x7e }).map((c) => String.fromCharCode(c)),
    minLength: 1,
  })
  const noColon = (value: string) => !value.includes(':')
  const credentials: fc.Arbitrary<Credentials> = fc.oneof(
    fc.record({ scheme: fc.constant('basic' as const), username: clean.filter(noColon), password: clean }),
    fc.record({ scheme: fc.constantFrom('token' as const, 'bearer' as const), token: visible }),
  )
  const onlyOurs = (run: () => unknown) => {
    try {
      run()
    } catch (error) {
      expect(error).toBeInstanceOf(AuthError)
    }
  }

  test('what is encoded is decoded to the same', () => {
    fc.assert(
      fc.property(clean.filter(noColon), clean, (username, password) => {
        const value = encodeBasic(username, password)
        expect(decodeBasic(value)).toEqual({ scheme: 'basic', username, password })
        expect(Buffer.from(value.slice(6), 'base64').toString()).toBe(`${username}:${password}`)
      }),
      { numRuns: 2000 },
    )
  })

  test('so it is with Latin-1', () => {
    fc.assert(
      fc.property(latin1.filter(noColon), latin1, (username, password) => {
        const value = encodeBasic(username, password, { charset: 'latin1' })
        expect(decodeBasic(value, { charset: 'latin1' })).toEqual({ scheme: 'basic', username, password })
      }),
    )
  })

  test('what is formatted is parsed to the same', () => {
    fc.assert(
      fc.property(credentials, (item) => {
        expect(parseAuthorization(formatAuthorization(item))).toEqual(item)
      }),
    )
    const name = fc.stringMatching(/^[a-z0-9!#$%&'*+.^_`|~-]{1,12}$/)
    const value = fc.string({ unit: fc.integer({ min: 0x20, max: 0x7e }).map((c) => String.fromCharCode(c)) })
    const challenge = fc.oneof(
      fc.record({ scheme: name, params: fc.dictionary(name, value, { maxKeys: 5, noNullPrototype: false }) }),
      fc.record({
        scheme: name,
        params: fc.constant({}),
        token68: fc.stringMatching(/^[A-Za-z0-9._~+/-]{1,20}={0,2}$/),
      }),
    )
    fc.assert(
      fc.property(fc.array(challenge, { maxLength: 4 }), (list) => {
        const parsed = parseChallenges(list.map((item) => formatChallenge(item)).join(', '))
        expect(parsed.map(({ params, ...rest }) => ({ ...rest, params: { ...params } }))).toEqual(
          list.map(({ params, ...rest }) => ({ ...rest, params: { ...params } })),
        )
      }),
    )
  })

  test('only our errors are thrown, whatever is read or written', () => {
    fc.assert(
      fc.property(text, text, (a, b) => {
        for (const decode of [decodeBasic, decodeToken, decodeBearer, parseAuthorization, parseChallenges])
          onlyOurs(() => decode(a))
        for (const scheme of ['Basic ', 'Token ', 'Bearer ', 'basic '])
          onlyOurs(() => parseAuthorization(scheme + a))
        onlyOurs(() => encodeBasic(a, b))
        onlyOurs(() => encodeToken(a))
        onlyOurs(() => formatChallenge({ scheme: a, params: { [b]: a } }))
      }),
      { numRuns: 2000 },
    )
  })

  test('a change to a valid value leads to another value or to our error, never to the same', () => {
    const change = fc.tuple(fc.nat(), fc.nat({ max: 3 }), fc.string({ unit: 'binary-ascii', maxLength: 2 }))
    fc.assert(
      fc.property(credentials, change, (item, [at, removed, inserted]) => {
        const value = formatAuthorization(item)
        const index = item.scheme.length + 1 + (at % (value.length - item.scheme.length - 1))
        const changed = value.slice(0, index) + inserted + value.slice(index + removed)
        onlyOurs(() => {
          const read = parseAuthorization(changed)
          // One value per credential, but for the spaces behind the scheme word.
          if (changed.replace(/ +/, ' ') !== value) expect(read).not.toEqual(item)
        })
      }),
      { numRuns: 2000 },
    )
  })
})
