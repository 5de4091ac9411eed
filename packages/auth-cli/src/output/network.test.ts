// What is said of a failure, by what Node and its `fetch` make of it.

import { expect, test } from 'vitest'
import { describeNetworkError } from './network.ts'

const coded = (code: string | undefined, more: object = {}) =>
  Object.assign(new Error('s3cret'), { ...(code && { code }), ...more })
const failed = (cause: unknown, message = 'fetch failed') => new TypeError(message, { cause })

test.each<[string, string | undefined, string, RegExp]>([
  ['fetch failed', 'ECONNREFUSED', 'ECONNREFUSED', /nothing listens there/],
  ['fetch failed', 'UND_ERR_SOCKET', 'UND_ERR_SOCKET', /ended the connection\. Is it http/],
  ['fetch failed', 'ECONNRESET', 'ECONNRESET', /ended the connection\. Is it http/],
  ['fetch failed', 'HPE_INVALID_CONSTANT', 'HPE_INVALID_CONSTANT', /is no HTTP/],
  ['fetch failed', 'EPROTO', 'EPROTO', /no way to speak TLS/],
  ['fetch failed', 'ERR_SSL_OTHER', 'ERR_SSL_OTHER', /no way to speak TLS/],
  [
    'fetch failed',
    'ERR_SSL_WRONG_VERSION_NUMBER',
    'ERR_SSL_WRONG_VERSION_NUMBER',
    /does not speak TLS there/,
  ],
  ['fetch failed', 'ERR_SSL_UNSUPPORTED_PROTOCOL', 'ERR_SSL_UNSUPPORTED_PROTOCOL', /older versions of TLS/],
  ['fetch failed', 'CERT_HAS_EXPIRED', 'CERT_HAS_EXPIRED', /out of date/],
  ['fetch failed', 'EOTHER', 'EOTHER', /is the server up, and the URL right\?/],
  ['fetch failed', undefined, 'ERR_NETWORK', /is the server up, and the URL right\?/],
  // What had begun to arrive.
  ['terminated', 'UND_ERR_SOCKET', 'UND_ERR_SOCKET', /^The answer broke off: what came of it is not all$/],
  ['terminated', 'ECONNRESET', 'ECONNRESET', /^The answer broke off/],
  ['terminated', 'EOTHER', 'EOTHER', /^The answer broke off/],
  ['terminated', 'UND_ERR_BODY_TIMEOUT', 'UND_ERR_BODY_TIMEOUT', /^The answer paused for five minutes/],
])('%s of %s', (message, cause, code, said) => {
  const told = describeNetworkError(failed(coded(cause), message))
  expect(told).toEqual({ code, message: expect.stringMatching(said) })
  expect(told?.message).not.toContain('s3cret')
})

test.each(['UND_ERR_INVALID_ARG', 'UND_ERR_NOT_SUPPORTED', 'UND_ERR_REQ_CONTENT_LENGTH_MISMATCH'])(
  '%s is of the request, and not of the network',
  (code) => {
    const told = describeNetworkError(failed(coded(code)))
    expect(told).toEqual({ code, isUsage: true, message: expect.stringContaining('--header') })
  },
)

test.each([
  ['ENOTFOUND', 'no such host'],
  ['EAI_AGAIN', 'could not be looked up'],
  ['EHOSTUNREACH', 'no way to the host'],
  ['ENETUNREACH', 'no way to the host'],
  ['EPIPE', 'before it had read all'],
  ['ETIMEDOUT', 'a firewall in between'],
  ['UND_ERR_CONNECT_TIMEOUT', 'a firewall in between'],
  ['UND_ERR_HEADERS_TIMEOUT', 'the start of one'],
  ['UND_ERR_HEADERS_OVERFLOW', 'more headers than'],
  ['UND_ERR_RES_CONTENT_LENGTH_MISMATCH', 'shorter or longer'],
  ['ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION', 'older versions of TLS'],
  ['ERR_SSL_PACKET_LENGTH_TOO_LONG', 'does not speak TLS there'],
])('%s has words of its own', (code, said) => {
  expect(describeNetworkError(failed(coded(code)))?.message).toContain(said)
})

test('a port that fetch does not call, and a time that is over, are told as such', () => {
  expect(describeNetworkError(failed(new Error('bad port')))?.code).toBe('ERR_PORT')
  const over = Object.assign(new Error('over'), { name: 'TimeoutError' })
  expect(describeNetworkError(over)).toEqual({
    code: 'ERR_TIMEOUT',
    message: expect.stringContaining('--timeout'),
  })
})

test('the reason is the innermost one; of several addresses that of the first', () => {
  const first = coded('ECONNREFUSED')
  const all = Object.assign(new AggregateError([first, coded('ENETUNREACH')]), { code: 'EOTHER' })
  expect(describeNetworkError(failed(failed(all)))?.code).toBe('ECONNREFUSED')
  // What leads to itself ends all the same; and what is no error is no reason.
  const round: Error & { cause?: unknown } = failed(undefined)
  round.cause = round
  expect(describeNetworkError(round)?.code).toBe('ERR_NETWORK')
  expect(describeNetworkError(failed(coded('ENOTFOUND', { cause: 'a text' })))?.code).toBe('ENOTFOUND')
})

test.each([
  ['another TypeError', new TypeError('fetch failed to be called')],
  ['an error of another name', Object.assign(new Error('fetch failed'), { cause: coded('ECONNREFUSED') })],
  ['no error', { name: 'TypeError', message: 'fetch failed' }],
  ['nothing', undefined],
])('%s is no failure of the network', (_, error) => {
  expect(describeNetworkError(error)).toBeUndefined()
})
