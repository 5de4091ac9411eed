// What a server may answer: each is given to a client alone and to the same client wrapped.

import { gzipSync } from 'node:zlib'
import type { RawAnswer } from './recorder.ts'

const lines = (...given: string[]): string => `${given.join('\r\n')}\r\n\r\n`
const whole = (status: string, headers: readonly string[], body = ''): RawAnswer => ({
  bytes: lines(`HTTP/1.1 ${status}`, ...headers, `Content-Length: ${body.length}`) + body,
})
const squeezed = gzipSync('squeezed').toString('latin1')

/** The answer to what is asked in most requests. */
export const WELCOME: RawAnswer = whole('200 OK', ['Content-Type: text/plain', 'X-Answer: 1'], 'welcome')

/** A redirect within the origin, with a body that nobody wants. */
export const redirectTo = (status: number, location: string): RawAnswer =>
  whole(`${status} Moved`, [`Location: ${location}`], 'over there')

/** Answers by what is special about them. */
export const ANSWERS: Readonly<Record<string, readonly RawAnswer[]>> = {
  '201 with a body': [whole('201 Created', ['Location: /there'], '{"ok":true}')],
  '204': [{ bytes: lines('HTTP/1.1 204 No Content') }],
  '206, of a range': [whole('206 Partial Content', ['Content-Range: bytes 0-1/9'], 'we')],
  '300 with a Location': [whole('300 Multiple Choices', ['Location: /there'], 'choose')],
  '304 with a Location': [{ bytes: lines('HTTP/1.1 304 Not Modified', 'Location: /there', 'ETag: "1"') }],
  '302 without a Location': [whole('302 Found', [], 'where?')],
  '400': [whole('400 Bad Request', ['Content-Type: application/json'], '{"message":"no"}')],
  '401': [whole('401 Unauthorized', ['WWW-Authenticate: Basic realm="x"'], 'who are you?')],
  '403': [whole('403 Forbidden', [], 'no')],
  '404 without a reason': [whole('404 ', [], 'nothing')],
  '407': [whole('407 Proxy Authentication Required', ['Proxy-Authenticate: Basic realm="x"'], 'who?')],
  '417': [whole('417 Expectation Failed', [], 'no')],
  '429 with Retry-After': [whole('429 Too Many Requests', ['Retry-After: 0'], 'slowly')],
  '500 and empty': [whole('500 Internal Server Error', [])],
  '503 with Retry-After': [whole('503 Service Unavailable', ['Retry-After: 0'], 'later')],
  'informational 103 first': [
    { bytes: `${lines('HTTP/1.1 103 Early Hints', 'Link: </a>; rel=preload')}${WELCOME.bytes}` },
  ],
  'a 100 that nobody asked for': [{ bytes: `${lines('HTTP/1.1 100 Continue')}${WELCOME.bytes}` }],
  'in chunks, with trailers': [
    {
      bytes: `${lines('HTTP/1.1 200 OK', 'Transfer-Encoding: chunked', 'Trailer: X-Sum')}3\r\nwel\r\n4\r\ncome\r\n0\r\nX-Sum: 7\r\n\r\n`,
    },
  ],
  'compressed with gzip': [whole('200 OK', ['Content-Encoding: gzip'], squeezed)],
  'compressed, and broken': [whole('200 OK', ['Content-Encoding: gzip'], 'not gzip at all')],
  'with repeated headers': [
    whole('200 OK', ['Set-Cookie: a=1', 'Set-Cookie: b=2', 'X-Many: 1', 'X-Many: 2', 'Vary: a', 'Vary: b']),
  ],
  // As InfluxDB's CSV ends, and what no text of UTF-8 is.
  'with a body that begins and ends in what somebody may trim': [
    whole('200 OK', ['Content-Type: text/csv'], '\xef\xbb\xbf ,result\xff\r\n\r\n'),
  ],
  'with a header in UTF-8': [whole('200 OK', [`X-Text: ${Buffer.from('é').toString('latin1')}`])],
  'without a length': [
    { bytes: `${lines('HTTP/1.1 200 OK', 'Connection: close')}to the end`, connection: 'ends' },
  ],
  'in HTTP/1.0': [{ bytes: `${lines('HTTP/1.0 200 OK')}of old`, connection: 'ends' }],
  'that breaks off': [
    { bytes: `${lines('HTTP/1.1 200 OK', 'Content-Length: 100')}only this`, connection: 'breaks' },
  ],
  'that is none': [{ bytes: '', connection: 'breaks' }],
  'that is no HTTP': [{ bytes: 'SSH-2.0-OpenSSH_9.2p1\r\n\r\n', connection: 'breaks' }],
  'with a header that is none': [{ bytes: lines('HTTP/1.1 200 OK', 'no colon'), connection: 'breaks' }],
  'with two lengths': [
    {
      bytes: `${lines('HTTP/1.1 200 OK', 'Content-Length: 1', 'Content-Length: 2')}ab`,
      connection: 'breaks',
    },
  ],
  'a switch of protocols': [
    {
      bytes: `${lines('HTTP/1.1 101 Switching Protocols', 'Connection: Upgrade', 'Upgrade: echo')}hello`,
      connection: 'ends',
    },
  ],
}
