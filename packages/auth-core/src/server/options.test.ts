// Options that would not do what was meant are refused as they are given, and no message shows what could be a secret.

import { inspect } from 'node:util'
import { describe, expect, test } from 'vitest'
import {
  allowed,
  checkOptions,
  createGuard,
  createMemoryStore,
  createVerifier,
  OptionsError,
  pbkdf2Passwords,
  type Verifier,
  type VerifierOptions,
} from './index.ts'

/** What making a verifier with these options throws. */
function refusalOf(options: object): unknown {
  try {
    createVerifier(options as VerifierOptions)
  } catch (error) {
    return error
  }
  return undefined
}

describe('createVerifier', () => {
  test.each<[option: string, wanted: string, values: readonly unknown[], path?: string]>([
    ['product', "one of 'v1', 'v2', 'v2-query', 'cloud-serverless', 'v3'", ['v4', 'toString', '', null, 2]],
    ['schemes', 'an object', [false, 'basic', null]],
    [
      'basic',
      "'token-any-user', 'password-or-token', 'password-or-token-any-user', false",
      ['either', true, null],
      'schemes',
    ],
    ['token', "one of 'exact', 'any-case', false", ['anycase', true, ''], 'schemes'],
    ['bearer', 'true or false', ['no', 0, null], 'schemes'],
    ['tokenPair', 'true or false', ['false'], 'schemes'],
    ['query', "one of 'u-p', 'p', false", [true, 'u'], 'schemes'],
    ['session', 'true or false', [1], 'schemes'],
    ['signIn', "one of 'password'", [false, 'none'], 'schemes'],
    ['store', 'await the function that opens it', [Promise.resolve({}), 'memory', null]],
    ['findToken', 'a function', [{}, null]],
    ['findUser', 'a function', [new Map()]],
    ['passwords', 'hash(), verify(), isOutdated()', [{}, pbkdf2Passwords, { hash: async () => '' }]],
    ['onPasswordUpgrade', 'a function', [true]],
    ['digest', 'a function', ['sha256']],
    ['cache', 'an object, or false', [true, 5, null]],
    ['seconds', 'a number from 0 to 86400', ['5', Number.NaN, -1, Number.POSITIVE_INFINITY], 'cache'],
    ['entries', 'a whole number from 0', [1.5, Number.NaN, -1], 'cache'],
    ['now', 'a function', [0], 'cache'],
    ['session', 'an object', [false]],
    ['idle', 'a number from 0.001', [Number.NaN, 0, -5, '3600'], 'session'],
    ['lifetime', 'a number from 0.001', [Number.NaN, Number.POSITIVE_INFINITY], 'session'],
    ['cookie', 'the name of a cookie', ['a b', 'a=b', 'a;b', '', 5], 'session'],
    ['path', 'a path that begins with /', ['api', '/; Domain=example', '/\n', '/ä'], 'session'],
    [
      'origins',
      'a list of origins',
      ['https://a.example', ['https://a.example/'], ['a.example'], ['*'], ['https://A.example'], [null]],
      'session',
    ],
    ['challenge', "one of 'auto', 'always', 'never'", ['yes', false]],
    ['tarpit', 'an object, or false', [true, 1000]],
    ['milliseconds', 'a number from 0 to 2147483647', [2 ** 31, Number.NaN], 'tarpit'],
    ['answers', 'a whole number from 0', [Number.POSITIVE_INFINITY, -1], 'tarpit'],
    ['maxLength', 'a whole number from 1', [0, Number.NaN, '8192']],
    ['onEvent', 'a function', [console]],
    ['onError', 'a function', ['log']],
  ])('refuses as %s what is not %s', (option, wanted, values, within) => {
    const path = within ? `${within}.${option}` : option
    for (const value of values) {
      const error = refusalOf(within ? { [within]: { [option]: value } } : { [option]: value })
      expect(error).toBeInstanceOf(OptionsError)
      expect(error).toMatchObject({
        name: 'OptionsError',
        code: 'ERR_OPTION_VALUE',
        message: expect.stringContaining(`${path} has to be`),
      })
      expect(`${error}`).toContain(wanted)
    }
  })

  test.each([
    [{ scheme: {} }, 'There is no option scheme: there are product, schemes, store,'],
    [{ schemes: { tokens: false } }, 'There is no option schemes.tokens: there are basic, token,'],
    [{ cache: { ttl: 5 } }, 'There is no option cache.ttl: there are seconds, entries, bytes, now'],
    [{ session: { toString: 5 } }, 'There is no option session.toString:'],
    [{ tarpit: { ms: undefined } }, 'There is no option tarpit.ms:'],
    // A map of tokens in the place of options has them for names.
    [{ 's3cret-token==': { user: 'joe' } }, 'There is no such option: there are product, schemes,'],
  ])('says which options there are: %j', (options, message) => {
    const error = refusalOf(options)
    expect(error).toMatchObject({ code: 'ERR_OPTION_NAME', message: expect.stringContaining(message) })
    expect(inspect(error, { depth: 9 })).not.toContain('s3cret')
  })

  test('takes every option, and undefined for none', async () => {
    const options: Required<VerifierOptions> = {
      product: 'v2',
      schemes: { basic: 'password', token: 'exact', bearer: false, tokenPair: false, query: 'p' },
      store: createMemoryStore(),
      findToken: () => undefined,
      findUser: () => undefined,
      passwords: pbkdf2Passwords({ iterations: 1 }),
      hashes: { running: 1, waiting: 0 },
      onPasswordUpgrade: () => undefined,
      digest: (secret) => secret,
      cache: { seconds: 0.5, entries: 0, now: Date.now },
      session: { idle: 1, lifetime: 2, cookie: '__Host-s', path: '/', origins: ['https://a.example:8443'] },
      challenge: 'never',
      tarpit: { milliseconds: 0, answers: 1 },
      maxLength: 100,
      onEvent: () => undefined,
      onError: () => undefined,
    }
    expect(refusalOf(options)).toBeUndefined()
    expect(refusalOf(Object.fromEntries(Object.keys(options).map((name) => [name, undefined])))).toBe(
      undefined,
    )
    // A scheme that is undefined is as the product has it, and not turned off.
    const schemes = { token: undefined } as object
    const verifier = createVerifier({ product: 'v2', store: createMemoryStore(), schemes })
    const { token } = await verifier.tokens.create({ userID: '1', user: 'joe', permissions: [] })
    const request = { method: 'GET', url: '/', secure: true, header: () => undefined }
    expect(await verifier.verify({ ...request, authorization: `Token ${token}` })).toMatchObject({
      principal: { user: 'joe' },
    })
  })
})

test('a guard wants a verifier, and no other options than its own', () => {
  const verifier = createVerifier({})
  const lacking = (['verify', 'permit', 'fail', 'signIn', 'signOut'] as const).map((name) => ({
    ...verifier,
    [name]: undefined,
  }))
  for (const wrong of [undefined, null, Promise.resolve(verifier), {}, 's3cret', ...lacking]) {
    expect(() => createGuard(wrong as unknown as Verifier)).toThrow(
      expect.objectContaining({ code: 'ERR_OPTION_VALUE', message: expect.stringMatching(/^verifier has/) }),
    )
  }
  expect(() => createGuard(verifier, { adress: () => '' } as object)).toThrow(
    'There is no option adress: there are address,',
  )
  expect(() => createGuard(verifier, { secure: true } as object)).toThrow('secure has to be a function')
})

test.each([0, -1, 0.5, 1e9, Number.NaN, '600000'])('PBKDF2 is not applied %s times', (iterations) => {
  expect(() => pbkdf2Passwords({ iterations } as { iterations: number })).toThrow(
    expect.objectContaining({ code: 'ERR_PASSWORD_PARAMETERS' }),
  )
})

test.each([
  ['s3cret', 'it is a string'],
  [['s3cret'], 'it is a list'],
  [{ s3cret: 1 }, 'it is an object'],
  [() => 's3cret', 'it is a function'],
  [Number.NaN, 'it is NaN'],
  [true, 'it is true'],
  [null, 'it is null'],
])('a message tells of %s only that %s', (value, told) => {
  const check = () => checkOptions({ seconds: value }, { seconds: allowed.whole(1, 9) }, 'limits.')
  expect(check).toThrow(`limits.seconds has to be a whole number from 1 to 9: ${told}`)
  expect(check).not.toThrow('s3cret')
})

test.each<[string, { test(value: unknown): boolean }, readonly unknown[], readonly unknown[]]>([
  ['a number', allowed.number(1, 2), [1, 1.5, 2], [0.9, 2.1, Number.NaN, '1', null]],
  ['a number without an end', allowed.number(0), [0, Number.MAX_VALUE], [-1, Number.POSITIVE_INFINITY]],
  ['a whole number', allowed.whole(1, 3), [1, 2, 3], [0, 4, 1.5, 2n]],
  ['a string', allowed.string(), ['', 'x'], [null, 1, ['x']]],
  ['a string of a form', allowed.string(/^x+$/), ['x'], ['', 'y']],
  ['one of some', allowed.oneOf<string | false>('a', false), ['a', false], ['b', '', true, undefined]],
  [
    'an object with functions',
    allowed.having('a', 'b'),
    [{ a() {}, b() {} }],
    [{ a() {} }, { b() {} }, {}, null, 'x'],
  ],
  ['a store', allowed.store, [{}], [null, Promise.resolve({}), () => ({})]],
  ['a group', allowed.group({}), [{}], [null, false, 'x']],
  ['a group or none', allowed.groupOrFalse({}), [{}, false], [null, true, 0]],
  [
    'origins',
    allowed.origins,
    [[], ['https://a.example']],
    ['https://a.example', ['https://a.example/'], [null]],
  ],
])('%s is allowed to be what it says alone', (_, rule, good, bad) => {
  expect(good.filter((value) => !rule.test(value))).toEqual([])
  expect(bad.filter((value) => rule.test(value))).toEqual([])
})
