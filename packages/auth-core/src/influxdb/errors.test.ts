// What InfluxDB's refusals mean. Those of v2 were recorded on a running 2.8.0, those of v1 on 1.6.7; those of Cloud and v3 are from their documentation.

import { inspect } from 'node:util'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { AuthError } from '../errors.ts'
import { toldBy } from './errors.ts'
import { type InfluxReason, toInfluxError } from './index.ts'

const refused: readonly [status: number, code: string, message: string, reason: InfluxReason][] = [
  [401, 'unauthorized', 'unauthorized access', 'credential'],
  [401, 'unauthorized', 'Unauthorized', 'credential'],
  [401, 'unauthorized', 'token is inactive', 'token-inactive'],
  [403, 'forbidden', 'insufficient permissions for write: token is inactive', 'token-inactive'],
  [403, 'forbidden', 'User is inactive', 'user-inactive'],
  [
    403,
    'forbidden',
    'password change required\npasswords must contain at least three of the following character types',
    'password-change',
  ],
  [403, 'forbidden', 'your username or password is incorrect', 'password'],
  [403, 'forbidden', 'your userID is incorrect', 'permission'],
  [403, 'forbidden', 'insufficient permissions for write', 'permission'],
  [403, 'forbidden', 'permission read:instance is not allowed: read:instance is unauthorized', 'permission'],
  [401, 'unauthorized', 'write:users is unauthorized', 'permission'],
  [401, 'unauthorized', 'read:users/11b0c4bcb7a37000 is unauthorized', 'permission'],
  [401, 'unauthorized', 'write:orgs/1f1f1f1f1f1f1f1f/authorizations is unauthorized', 'permission'],
  [401, 'unauthorized', 'access to /api/v2/config requires operator permissions', 'permission'],
  [404, 'not found', 'authorization not found', 'not-found'],
  [404, 'not found', 'failed to initialize execute state: could not find bucket "b"', 'not-found'],
  [400, 'invalid', 'id must have a length of 16 bytes', 'invalid'],
  [400, 'empty value', 'key required', 'invalid'],
  [405, 'method not allowed', 'allow: OPTIONS, POST', 'invalid'],
  [422, 'conflict', 'user with name mia already exists', 'conflict'],
  [422, 'unprocessable entity', 'onboarding failed: missing required fields', 'conflict'],
  [500, 'internal error', 'unexpected EOF', 'server'],
  [503, 'unavailable', 'authentication is unavailable', 'server'],
  [429, 'too many requests', 'too many failed attempts', 'server'],
]

describe('v2', () => {
  test.each(refused)('%i %s, %s: %s', (status, code, message, reason) => {
    for (const body of [
      JSON.stringify({ code, message }),
      `{\n\t"code": "${code}",\n\t"message": ${JSON.stringify(message)}\n}`,
    ]) {
      const error = toInfluxError(status, body)
      expect(error).toMatchObject({ code: 'ERR_INFLUX_REFUSED', name: 'InfluxError', status, reason })
      expect(error.serverCode).toBe(code)
      expect(error.serverMessage).toBe(message.replace('\n', ' '))
      expect(AuthError.is(error)).toBe(true)
      expect(error.message).toMatch(/^[A-Z][\w ,()]+ \(\d+: /)
    }
  })
})

test.each<[string, number, string, InfluxReason]>([
  [
    'v1, no or another credential',
    401,
    '{"error":"unable to parse authentication credentials"}',
    'credential',
  ],
  ['v1, a wrong password', 401, '{"error":"authorization failed"}', 'credential'],
  ['v1, no user name', 401, '{"error":"username required"}', 'credential'],
  [
    'v1, a missing privilege',
    403,
    '{"error":"error authorizing query: reader not authorized"}',
    'permission',
  ],
  ['Cloud', 401, '{"code":"unauthorized","message":"Unauthorized"}', 'credential'],
  ['v3, an unknown token', 401, '', 'credential'],
  ['v3, a missing permission', 403, '', 'permission'],
  ['v3, a malformed header', 400, '{"error":"Authorization header was malformed"}', 'invalid'],
  ['v3, a name that is taken', 409, '{"error":"token name already exists"}', 'conflict'],
  ['Go, a malformed request', 400, '400 Bad Request: invalid header name', 'invalid'],
  ['Go, headers that are too long', 431, '431 Request Header Fields Too Large', 'too-large'],
  ['a proxy, a body that is too long', 413, '<html><h1>413</h1></html>', 'too-large'],
  ['a proxy, an unreachable server', 502, '<html><h1>502 Bad Gateway</h1></html>', 'server'],
  ['a proxy’s own sign-in', 401, '<html>401 Authorization Required</html>', 'credential'],
  ['JSON of another kind', 401, 'null', 'credential'],
  ['JSON of another kind', 404, '"x"', 'not-found'],
  ['a proxy whose client is gone', 499, '', 'invalid'],
  ['words of a 403 with another status', 401, '{"message":"User is inactive"}', 'credential'],
  ['a message that is no text', 403, '{"message":{"a":1},"code":7}', 'permission'],
])('%s: %i %s', (_, status, body, reason) => {
  expect(toInfluxError(status, body)).toMatchObject({ status, reason })
})

test('the message says what that means, what the server said, and nothing of a page', () => {
  expect(toInfluxError(401, '{"code":"unauthorized","message":"write:users is unauthorized"}').message).toBe(
    'A permission is missing (401: write:users is unauthorized)',
  )
  // Whether a credential is good is not known to the page of a proxy.
  expect(toInfluxError(403, '<html>secret</html>').message).toBe('A permission is missing (403)')
  expect(toInfluxError(502, '<html>secret</html>').message).toBe('The server cannot do it now (502)')
  expect(toInfluxError(502, '<html>secret</html>').serverMessage).toBeUndefined()
  // As v1 and v3 say it.
  expect(toInfluxError(401, '{"error":"authorization failed"}').serverMessage).toBe('authorization failed')
})

test.each(refused)(
  '%i %s, %s is read of what a client made of it as well: %s',
  (status, code, message, reason) => {
    expect(toInfluxError(status, { code, message })).toMatchObject({ status, reason, serverCode: code })
    expect(toInfluxError(status, { error: message }).reason).toBe(reason)
  },
)

test.each([undefined, null, 7, true, [], ['x'], new ArrayBuffer(2)])(
  'a body that is %j says nothing',
  (body) => {
    expect(toInfluxError(401, body)).toMatchObject({ reason: 'credential', serverMessage: undefined })
  },
)

test('what the server repeats of a credential is not shown, nor what would move a terminal', () => {
  const body = JSON.stringify({
    code: 's3cret',
    message: `s3cret: bad token s3cret\u001b[2J\u202e\r\n!${'x'.repeat(9999)}`,
  })
  const error = toInfluxError(401, body, ['s3cret', ''])
  expect(inspect(error)).not.toContain('s3cret')
  expect(error.serverMessage).toMatch(/^\[redacted\]: bad token \[redacted\] \[2J !x+$/)
  expect(error.serverMessage?.length).toBeLessThanOrEqual(400)
  expect(error.message.length).toBeLessThan(700)
})

test('whatever the answer is, it is an InfluxError with a reason', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 300, max: 599 }),
      fc.oneof(
        fc.string(),
        fc.json(),
        fc.record({ message: fc.string(), error: fc.jsonValue() }).map((v) => JSON.stringify(v)),
      ),
      (status, body) => {
        const { reason, message } = toInfluxError(status, body)
        expect(typeof reason).toBe('string')
        expect(message).not.toMatch(/[\0-\x1f]/)
      },
    ),
    { numRuns: 2000 },
  )
})

test('what a fetch threw is told with its name, its code and three causes, and with nothing else', () => {
  const thrown = Object.assign(new TypeError('s3cret failed'), { code: 'ECONNRESET', request: 's3cret' })
  // Some lead back to themselves.
  thrown.cause = thrown
  let told: unknown = toldBy(thrown, ['s3cret'])
  expect(inspect(told, { showHidden: true, depth: 9 })).not.toContain('s3cret')
  for (let depth = 0; depth < 4; depth++) {
    expect(told).toMatchObject({ name: 'TypeError', message: '[redacted] failed', code: 'ECONNRESET' })
    told = (told as Error).cause
  }
  expect(told).toBeUndefined()
  for (const odd of ['s3cret', { message: 's3cret', code: 7 }]) {
    const error = toldBy(odd, ['s3cret'])
    expect(error).toMatchObject({ name: 'Error', message: '[redacted]' })
    expect('code' in error || 'cause' in error).toBe(false)
  }
})
