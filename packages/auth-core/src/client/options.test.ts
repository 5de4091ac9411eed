// What the options of the client side may be, and what is said about those that would not do what was meant.

import { inspect } from 'node:util'
import { describe, expect, test } from 'vitest'
import { type AuthorizerOptions, createAuthorizer, createTarget, withAuth } from './index.ts'

const origin = 'https://influx.example'

function errorOf(options: object): Error & { code?: string } {
  try {
    createAuthorizer({ origin, credentials: 's3cret', ...options } as AuthorizerOptions)
  } catch (error) {
    expect(inspect(error)).not.toContain('s3cret')
    return error as Error
  }
  return expect.fail('should have been refused')
}

test.each<[object, string]>([
  [{ allowInsecure: 'false' }, 'allowInsecure has to be true or false'],
  [{ allowInsecure: 1 }, 'allowInsecure has to be true or false'],
  [{ onExisting: 'keeps' }, "onExisting has to be one of 'keep', 'error'"],
  [{ onEvent: 'log' }, 'onEvent has to be a function'],
  [{ retry: 3 }, 'retry has to be true, false or { attempts, maxDelay }'],
  [{ retry: { attempts: Number.NaN } }, 'retry.attempts has to be a whole number from 0'],
  [{ retry: { attempts: 1.5 } }, 'retry.attempts has to be a whole number from 0'],
  [{ retry: { attempts: -1 } }, 'retry.attempts has to be a whole number from 0'],
  [{ retry: { maxDelay: Number.NaN } }, 'retry.maxDelay has to be a number from 0 to 2147483'],
  [{ retry: { maxDelay: 2_147_484 } }, 'retry.maxDelay has to be a number from 0 to 2147483'],
  [{ holdOff: -1 }, 'holdOff has to be a number from 0'],
])('%j cannot be', (options, message) => {
  expect(errorOf(options)).toMatchObject({
    code: 'ERR_OPTION_VALUE',
    message: expect.stringContaining(message),
  })
})

test.each<[object, string]>([
  [{ allowInsecur: true }, 'There is no option allowInsecur: there are origin, credentials, allowInsecure'],
  [{ retry: { maxdelay: 1 } }, 'There is no option retry.maxdelay: there are attempts, maxDelay'],
  [{ 's3cret-name': 1 }, 'There is no such option'],
])('%j is misspelt', (options, message) => {
  expect(errorOf(options)).toMatchObject({
    code: 'ERR_OPTION_NAME',
    message: expect.stringContaining(message),
  })
})

test.each<[AuthorizerOptions['retry'], object]>([
  [undefined, { attempts: 0, maxDelay: 0 }],
  [false, { attempts: 0, maxDelay: 0 }],
  [true, { attempts: 2, maxDelay: 60 }],
  [{ attempts: 5 }, { attempts: 5, maxDelay: 60 }],
  [{ maxDelay: 0 }, { attempts: 2, maxDelay: 0 }],
])('retry: %j is %j', (retry, expected) => {
  expect(createAuthorizer({ origin, credentials: 'x', retry }).retry).toEqual(expected)
})

test('retry: true takes nothing from what a mistake elsewhere put on the prototype of all objects', () => {
  const everything = Object.prototype as { attempts?: number }
  everything.attempts = 1e9
  try {
    expect(createAuthorizer({ origin, credentials: 'x', retry: true }).retry.attempts).toBe(2)
  } finally {
    delete everything.attempts
  }
})

test('a target checks its options by itself', () => {
  expect(() =>
    createTarget({ origin: 'http://a.example', allowInsecure: 'false' as unknown as true }),
  ).toThrow(expect.objectContaining({ code: 'ERR_OPTION_VALUE' }))
  expect(() => createTarget({ origin, secure: true } as unknown as { origin: string })).toThrow(
    expect.objectContaining({ code: 'ERR_OPTION_NAME' }),
  )
})

test('an origin that is not there is one whose variable is not set', () => {
  for (const none of [undefined, null]) {
    expect(errorOf({ origin: none })).toMatchObject({
      code: 'ERR_TARGET_ORIGIN',
      message: `The origin is ${none}: give one like https://localhost:8086. Is the variable set that you read it from?`,
    })
  }
})

describe('credentials that cannot be sent say what to write instead, at once:', () => {
  test.each<[unknown, string, string]>([
    ['Token s3cret', 'ERR_TOKEN_SYNTAX', "the token alone, without 'Token' before it"],
    ['Authorization: Token s3cret', 'ERR_TOKEN_SYNTAX', "the token alone, without 'Token' before it"],
    ['Bearer s3cret', 'ERR_TOKEN_SYNTAX', "{ scheme: 'bearer', token }"],
    ['Basic czNjcmV0', 'ERR_TOKEN_SYNTAX', "{ scheme: 'basic', username, password }"],
    [{ scheme: 'bearer', token: 'Bearer s3cret' }, 'ERR_TOKEN_SYNTAX', "{ scheme: 'bearer', token }"],
    [{ scheme: 'Token', token: 's3cret' }, 'ERR_CREDENTIALS_SCHEME', "{ scheme: 'token', token }"],
    [{ scheme: 's3cret' }, 'ERR_CREDENTIALS_SCHEME', "{ scheme: 'token', token }"],
    ['', 'ERR_TOKEN_SYNTAX', 'Empty, or with blanks around it'],
    ['s3cret\n', 'ERR_TOKEN_SYNTAX', 'Empty, or with blanks around it'],
    [{ scheme: 'bearer', token: ' s3cret' }, 'ERR_TOKEN_SYNTAX', 'Empty, or with blanks around it'],
    // Nothing was pasted: what is wrong is said.
    ['my token s3cret', 'ERR_TOKEN_SYNTAX', 'Not visible ASCII'],
    ['Tokens s3cret', 'ERR_TOKEN_SYNTAX', 'Not visible ASCII'],
    [{ scheme: 'bearer', token: 'a s3cret' }, 'ERR_TOKEN_SYNTAX', 'Not visible ASCII'],
    [{ scheme: 'token', token: 5 }, 'ERR_CREDENTIALS_TYPE', 'Not a string'],
    [
      { scheme: 'basic', username: 's3cret:', password: '' },
      'ERR_USERNAME_COLON',
      'A colon ends the user-id',
    ],
  ])('%j', (credentials, code, message) => {
    expect(errorOf({ credentials })).toMatchObject({ code, message: expect.stringContaining(message) })
  })

  test('and with the request, where a function gives them', async () => {
    const request = withAuth(fetch, createAuthorizer({ origin, credentials: () => 'Token s3cret' }))
    await expect(request('/')).rejects.toMatchObject({
      code: 'ERR_TOKEN_SYNTAX',
      message: expect.stringContaining('the token alone'),
    })
  })
})
