// Bytes of somebody who wants to be taken for another: requests in pieces, halves of them, and others hidden in their bodies.

import { setTimeout as sleep } from 'node:timers/promises'
import { encodeToken } from '@fluxauth/auth-core'
import { describe, expect, test } from 'vitest'
import { secrets } from './accounts.ts'
import { openConnection } from './connection.ts'
import { ALICE, ME, type ServerContext } from './context.ts'

const CRLF = '\r\n'
const lines = (...all: string[]): string => `${all.join(CRLF)}${CRLF}${CRLF}`
const get = (authorization?: string): string =>
  lines(
    `GET ${ME} HTTP/1.1`,
    'Host: influx.test',
    ...(authorization ? [`Authorization: ${authorization}`] : []),
  )
/** What is hidden: a request that would be let in, had it been one. */
const HIDDEN = get(ALICE.authorization)
const chunk = (text: string): string => `${text.length.toString(16)}${CRLF}${text}${CRLF}`

/** A request that nobody is let in with: its framing headers, and a body with the hidden one. */
const smuggled: readonly [what: string, headers: readonly string[], body: string][] = [
  ['in a body of its length', [`Content-Length: ${HIDDEN.length}`], HIDDEN],
  ['in a body in chunks', ['Transfer-Encoding: chunked'], `${chunk(HIDDEN)}0${CRLF}${CRLF}`],
  [
    'behind chunks, where a length covers it',
    [`Content-Length: ${HIDDEN.length + 5}`, 'Transfer-Encoding: chunked'],
    `0${CRLF}${CRLF}${HIDDEN}`,
  ],
  [
    'in chunks, behind a length',
    ['Transfer-Encoding: chunked', 'Content-Length: 3'],
    `${chunk(HIDDEN)}0${CRLF}${CRLF}`,
  ],
  ['behind the first of two lengths', ['Content-Length: 0', `Content-Length: ${HIDDEN.length}`], HIDDEN],
  ['behind the first of two lengths in one', [`Content-Length: 0, ${HIDDEN.length}`], HIDDEN],
  ['behind a length with a sign', ['Content-Length: +0'], HIDDEN],
  ['behind a length in another base', ['Content-Length: 0x0'], HIDDEN],
  ['behind a length that is no number', ['Content-Length: none'], HIDDEN],
  ['behind a length with a blank before its colon', [`Content-Length : ${HIDDEN.length}`], HIDDEN],
  ['behind an encoding that nobody knows', ['Transfer-Encoding: xchunked'], HIDDEN],
  ['behind an encoding that does not end in chunks', ['Transfer-Encoding: chunked, gzip'], HIDDEN],
  ['behind an encoding that is folded', [`Transfer-Encoding:${CRLF} chunked`, `Content-Length: 0`], HIDDEN],
  [
    'behind a chunk whose size overflows',
    ['Transfer-Encoding: chunked'],
    `10000000000000000${CRLF}${HIDDEN}`,
  ],
  ['behind a chunk with a bare line feed', ['Transfer-Encoding: chunked'], `0\n\n${HIDDEN}`],
  [
    'in the trailers',
    ['Transfer-Encoding: chunked', 'Trailer: Authorization'],
    `0${CRLF}Authorization: ${ALICE.authorization}${CRLF}${CRLF}`,
  ],
]

/** The tests of attacks on a connection. */
export function testAttacks({ use, accounts, origin, visits }: ServerContext): void {
  describe('is not taken in by', () => {
    test.each(smuggled)('a request %s', async (_, headers, body) => {
      use()
      const connection = await openConnection(origin())
      try {
        connection.write(lines('POST /api/v2/echo HTTP/1.1', 'Host: influx.test', ...headers) + body)
        expect((await connection.read()).status).toBeGreaterThanOrEqual(400)
        // What is hidden would be answered next.
        await sleep(20)
      } finally {
        connection.destroy()
      }
      expect(visits()).toEqual([])
    })

    test.each([1, 7, 64])(
      'the ends of packets: requests in pieces of %d bytes are each from whom they are',
      async (size) => {
        use()
        const connection = await openConnection(origin())
        const asked = [ALICE.authorization, undefined, encodeToken(secrets.bob), encodeToken(secrets.nobody)]
        const all = [...asked, ...asked].map(get).join('')
        try {
          for (let at = 0; at < all.length; at += size) {
            connection.write(all.slice(at, at + size))
            await new Promise((resolve) => setImmediate(resolve))
          }
          const users: unknown[] = []
          for (const _ of [...asked, ...asked]) {
            const { status, body } = await connection.read()
            users.push(status === 200 ? JSON.parse(body).user : status)
          }
          expect(users).toEqual(['alice', 401, 'bob', 401, 'alice', 401, 'bob', 401])
          expect(connection.isDrained()).toBe(true)
        } finally {
          connection.destroy()
        }
      },
    )

    test('halves of requests, which are nobody’s, whether they stay or go', async () => {
      use()
      const half = HIDDEN.slice(0, -2)
      const connections = await Promise.all(Array.from({ length: 20 }, () => openConnection(origin())))
      for (const [index, connection] of connections.entries())
        connection.write(half.slice(0, half.length - index))
      const whole = await openConnection(origin())
      whole.write(get())
      expect((await whole.read()).status).toBe(401)
      whole.write(HIDDEN)
      expect((await whole.read()).status).toBe(200)
      for (const connection of connections) connection.destroy()
      await sleep(20)
      expect(visits()).toHaveLength(1)
      expect(accounts().told().errors).toEqual([])
      whole.destroy()
    })
  })
}
