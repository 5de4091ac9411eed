// What a guard does on a connection: kept, pipelined, broken off, and bytes that are out of order.

import { createHash, randomBytes } from 'node:crypto'
import http from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { encodeToken } from '@fluxauth/auth-core'
import { describe, expect, test } from 'vitest'
import { inTime, until } from '../deadline.ts'
import { secrets } from './accounts.ts'
import { type Connection, openConnection } from './connection.ts'
import { ALICE, ME, type ServerContext, showsNoSecret, untilAsked } from './context.ts'

/** The tests of connections. */
export function testConnections({ traits, use, accounts, origin, visits }: ServerContext): void {
  describe('on a connection', () => {
    const host = 'Host: influx.test'
    const lines = (...all: string[]) => `${all.join('\r\n')}\r\n\r\n`
    const get = (...headers: string[]) => lines(`GET ${ME} HTTP/1.1`, host, ...headers)
    const good = get(`Authorization: ${ALICE.authorization}`)
    const onConnection = async (talk: (connection: Connection) => Promise<void>) => {
      const connection = await openConnection(origin())
      try {
        await talk(connection)
      } finally {
        connection.destroy()
      }
    }
    const expectGood = async (connection: Connection) => {
      connection.write(good)
      const { status, body } = await connection.read()
      expect([status, JSON.parse(body).user]).toEqual([200, 'alice'])
      expect(connection.isDrained()).toBe(true)
    }

    test('that is kept after a refusal', async () => {
      use()
      await onConnection(async (connection) => {
        for (const refused of [
          get(),
          get('Authorization: Token'),
          get(`Authorization: ${encodeToken(secrets.nobody)}`),
        ]) {
          connection.write(refused)
          expect((await connection.read()).status).toBe(401)
          await expectGood(connection)
        }
      })
    })

    test('that is kept after HEAD and OPTIONS, which are answered without a body', async () => {
      use()
      await onConnection(async (connection) => {
        for (const headers of [[], [`Authorization: ${ALICE.authorization}`]]) {
          connection.write(get(...headers))
          const like = await connection.read()
          connection.write(get(...headers).replace('GET', 'HEAD'))
          const head = await connection.read('HEAD')
          expect(head.status).toBe(like.status)
          const names = ['content-type', 'x-platform-error-code', 'cache-control']
          for (const name of traits.headLength ? [...names, 'content-length'] : names) {
            const rule = `header ${name} of what answers HEAD is as for GET`
            const or =
              name === 'content-length'
                ? ': where it need not say that, give the trait headLength: false'
                : ''
            expect(head.headers[name], rule + or).toBe(like.headers[name])
          }
          connection.write(get(...headers).replace('GET', 'OPTIONS'))
          expect((await connection.read()).status).toBe(headers.length ? 204 : 401)
          await expectGood(connection)
        }
      })
    })

    test('that is kept after a refused POST whose body comes later', async () => {
      use()
      await onConnection(async (connection) => {
        connection.write(
          lines('POST /api/v2/echo HTTP/1.1', host, 'Content-Type: text/plain', 'Content-Length: 4'),
        )
        expect((await connection.read()).status).toBe(401)
        connection.write('data')
        await expectGood(connection)
      })
      expect(visits()).toHaveLength(1)
    })

    test.each([
      ['two that are right', [secrets.alice, secrets.alice]],
      ['a wrong one first', [secrets.nobody, secrets.alice]],
      ['a wrong one last', [secrets.alice, secrets.nobody]],
      ['those of two people', [secrets.alice, secrets.bob]],
    ])('refuses several Authorization fields: %s', async (_, tokens) => {
      use()
      await onConnection(async (connection) => {
        const names = ['Authorization', 'AUTHORIZATION']
        connection.write(get(...tokens.map((token, i) => `${names[i]}: Token ${token}`)))
        const answer = await connection.read()
        expect(answer.status).toBe(401)
        showsNoSecret(answer, 'The request above')
        await expectGood(connection)
      })
      expect(visits()).toHaveLength(1)
    })

    test('reads the cookies of several Cookie fields, of which HTTP/2 makes many', async () => {
      use()
      const session = `Cookie: influxdb-oss-session=${secrets.session}`
      const asked: [fields: string[], status: number][] = [
        [['Cookie: a=b', session], 200],
        [[session, 'Cookie: a=b'], 200],
        [['Cookie: influxdb-oss-session=x', session], 401],
        [[session, 'Cookie: influxdb-oss-session=x'], 401],
      ]
      await onConnection(async (connection) => {
        for (const [fields, status] of asked) {
          connection.write(get(...fields))
          const what = fields.join(', ').replaceAll(secrets.session, '[the session]')
          const rule = `${what}: all fields count as one, joined by "; ", and two sessions are none`
          expect((await connection.read()).status, rule).toBe(status)
        }
      })
    })

    test.each([
      ['none before the value', `Authorization:${ALICE.authorization}`, 200],
      ['more around the value', `Authorization:  \t ${ALICE.authorization} \t`, 200],
      ['a tab in the value', `Authorization: Token\t${secrets.alice}`, 401],
      ['two spaces in the value', `Authorization: Token  ${secrets.alice}`, 401],
    ])('takes white space as the grammar has it: %s', async (_, line, status) => {
      use()
      await onConnection(async (connection) => {
        connection.write(get(line))
        expect((await connection.read()).status).toBe(status)
      })
    })

    test.each([
      ['before the colon', `Authorization : ${ALICE.authorization}`],
      ['before the name', ` Authorization: ${ALICE.authorization}`],
      ['a folded line', `Authorization: Token\r\n  ${secrets.alice}`],
      ['a NUL', `Authorization: Token ${secrets.alice}\0`],
      ['a bare CR', `Authorization: Token ${secrets.alice}\rX: y`],
    ])('lets nobody in by a line that is out of order: %s', async (_, line) => {
      use()
      await onConnection(async (connection) => {
        connection.write(get(line))
        const answer = await connection.read()
        expect([400, 401]).toContain(answer.status)
        showsNoSecret(answer, 'The request above')
      })
      expect(visits()).toEqual([])
    })

    test('takes a value of 8,192 characters for what it is, and refuses a longer one', async () => {
      use()
      await onConnection(async (connection) => {
        for (const length of [8192, 8193, 12_000]) {
          connection.write(get(`Authorization: Token ${'a'.repeat(length - 6)}`))
          expect((await connection.read()).status).toBe(401)
        }
        await expectGood(connection)
      })
      expect(accounts().told().events).toMatchObject([
        { reason: 'wrong' },
        { reason: 'malformed' },
        { reason: 'malformed' },
      ])
    })

    test('ends one whose header is longer than the server reads', async () => {
      use()
      await onConnection(async (connection) => {
        connection.write(get(`Authorization: Token ${secrets.alice}${'a'.repeat(100_000)}`))
        const answer = await connection.read()
        expect(answer.status).toBe(431)
        showsNoSecret(answer, 'The request above')
      })
      expect(visits()).toEqual([])
    })

    test('answers twenty pipelined requests in order, each to whom it is from', async () => {
      use()
      accounts().beforeFind = () => sleep(Math.random() * 10)
      await onConnection(async (connection) => {
        const users = Array.from({ length: 20 }, (_, i) => (i % 5 === 4 ? 'nobody' : `user-${i}`))
        connection.write(users.map((user) => get(`Authorization: Token t0ken-of-${user}`)).join(''))
        for (const user of users) {
          const { status, body } = await connection.read()
          expect([status, status === 200 ? JSON.parse(body).user : 'nobody']).toEqual([
            user === 'nobody' ? 401 : 200,
            user,
          ])
        }
      })
    })

    test('calls no handler for a client that has gone, and goes on with the others', async () => {
      use()
      let asked = 0
      let release: () => void = () => undefined
      const gate = new Promise<void>((resolve) => {
        release = resolve
      })
      accounts().beforeFind = () => {
        asked++
        return gate
      }
      const connections = await Promise.all(Array.from({ length: 50 }, () => openConnection(origin())))
      for (const connection of connections) connection.write(good)
      await untilAsked(() => asked, connections.length)
      for (const connection of connections) connection.destroy()
      await sleep(100)
      release()
      await sleep(20)
      expect(visits()).toEqual([])
      accounts().beforeFind = () => undefined
      await onConnection(expectGood)
    })

    /** The head of a request whose body comes in chunks. */
    const chunkedEcho = () => [
      'POST /api/v2/echo HTTP/1.1',
      host,
      'Content-Type: text/plain',
      'Transfer-Encoding: chunked',
    ]

    test('does not read a body that it refuses', async () => {
      use()
      await onConnection(async (connection) => {
        connection.write(`${lines(...chunkedEcho())}4\r\ndata\r\n`)
        expect((await connection.read()).status).toBe(401)
      })
      expect(visits()).toEqual([])
    })

    test('leaves a body of 5 MB as it is', async () => {
      use()
      const body = randomBytes(5_000_000)
      const { status, digest } = await inTime(
        echo(`${origin()}/api/v2/echo`, body),
        'POST /api/v2/echo did not give 5 MB back',
        'Likely the body is not given back as it comes in: the one side waits for the other.',
      )
      const rule = 'status and hash of what comes back: a body is bytes, which are not read as text'
      expect([status, digest], rule).toEqual([200, createHash('sha256').update(body).digest('hex')])
    })

    test('gives a body back while it still comes in', async () => {
      use()
      await onConnection(async (connection) => {
        connection.write(`${lines(...chunkedEcho(), `Authorization: ${ALICE.authorization}`)}4\r\ndata\r\n`)
        await until(
          () => !connection.isDrained(),
          'POST /api/v2/echo had no answer while its body still came in',
          'Likely the body is read to its end before the handler is called, or before it is given back: have the guard before what reads bodies, and answer with the stream.',
        )
        connection.write('4\r\nmore\r\n0\r\n\r\n')
        const { status, body } = await connection.read()
        expect([status, body], 'the body is given back as it came').toEqual([200, 'datamore'])
      })
    })

    test('shows no password prompt over the page of a script', async () => {
      use({ product: 'v1' })
      // Node's fetch says `Sec-Fetch-Mode: cors`, as a browser's does.
      const response = await inTime(
        fetch(`${origin()}${ME}`),
        `GET ${ME} was not answered`,
        'Likely the adapter does not send what refuses a request.',
      )
      expect([response.status, response.headers.get('www-authenticate')]).toEqual([401, null])
    })
  })
}

/** Sends bytes in chunks, and says what came back by its hash. */
function echo(url: string, body: Uint8Array): Promise<{ status: number; digest: string }> {
  return new Promise((resolve, reject) => {
    const headers = { ...ALICE, 'content-type': 'application/octet-stream', 'transfer-encoding': 'chunked' }
    const request = http.request(url, { method: 'POST', headers }, (response) => {
      const hash = createHash('sha256')
      response.on('data', (chunk) => hash.update(chunk)).on('error', reject)
      response.on('end', () => resolve({ status: response.statusCode ?? 0, digest: hash.digest('hex') }))
    })
    request.on('error', reject)
    for (let at = 0; at < body.length; at += 50_000) request.write(body.subarray(at, at + 50_000))
    request.end()
  })
}
