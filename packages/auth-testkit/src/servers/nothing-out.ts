// What must never end a server's process, nor keep it from answering the next request: the part of the suite that breaks things.

import type { IncomingMessage, ServerResponse } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { encodeBasic, encodeToken } from '@fluxauth/auth-core'
import type { Verifier } from '@fluxauth/auth-core/server'
import { describe, expect, test } from 'vitest'
import { secrets } from './accounts.ts'
import { openConnection } from './connection.ts'
import { ALICE, type Ask, ME, type ServerContext, SIGN_IN, SIGN_OUT, untilAsked } from './context.ts'

const SIGNING_IN = { method: 'POST', path: SIGN_IN }
const SIGNING_OUT = { method: 'POST', path: SIGN_OUT }
const BASIC = { authorization: encodeBasic('alice', secrets.alice) }

const fail = () => {
  throw new Error('not this')
}
const failLater = () => sleep(1).then(fail)

/** The verifier's functions that a guard calls, each of which breaks at once or after a wait. */
const broken: readonly [what: string, stub: Partial<Verifier>, request: Ask][] = [
  ['verify', { verify: fail }, { headers: ALICE }],
  ['verify, after a wait', { verify: failLater }, { headers: ALICE }],
  ['permit', { permit: fail }, { path: '/api/v2/buckets', headers: ALICE }],
  ['signIn', { signIn: fail }, { ...SIGNING_IN, headers: BASIC }],
  ['signIn, after a wait', { signIn: failLater }, { ...SIGNING_IN, headers: BASIC }],
  ['signOut', { signOut: fail }, SIGNING_OUT],
  ['signOut, after a wait', { signOut: failLater }, SIGNING_OUT],
]

/** What can stand between a method and `HTTP/1.1`. */
const targets = [
  'GET //?u=a&p=b',
  'GET //?u=a&p=%',
  'GET *?u=a&p=b',
  'OPTIONS *',
  'GET http://influx.test/api/v2/me?u=a&p=b',
  'GET http://[?u=a&p=b',
  'GET http://?p=b&u=a',
  'GET /%?u=a&p=b',
  'GET /api/v2/buckets/%ff',
  'GET /api/v2/me?u=a&p=b&u=%00',
  'GET ?u=a&p=b',
  'POST //api/v2/signin',
  'CONNECT influx.test:443',
]

/** Adds the cases to the suite that is being defined. vitest itself fails for what reaches the process. */
export function testNothingOut({ traits, use, ask, accounts, server, origin, visits }: ServerContext): void {
  const expectGood = async () => {
    use()
    expect((await ask({ headers: ALICE })).status).toBe(200)
  }

  describe('lets nothing out', () => {
    test.each(broken)('where %s breaks', async (_, stub, request) => {
      use({}, stub)
      const { status, body } = await ask(request)
      expect([status, body]).toEqual([500, '{"code":"internal error","message":"internal error"}'])
      expect(visits()).toEqual([])
      expect(accounts().told().errors.map(String)).toEqual(['Error: not this'])
      await expectGood()
    })

    test('where listeners throw, at once or later', async () => {
      const listeners = [
        { onEvent: fail, onError: fail },
        { onEvent: async () => fail(), onError: async () => fail() },
      ] as const
      for (const each of listeners) {
        use(each)
        expect((await ask({})).status).toBe(401)
        expect((await ask({ ...SIGNING_IN, headers: BASIC })).status).toBe(204)
        accounts().beforeFind = fail
        expect((await ask({ headers: { ...ALICE } })).status).toBe(503)
        accounts().beforeFind = () => undefined
        await sleep(5)
        await expectGood()
      }
    })

    if (!traits.sockets) return

    test.each(targets)('for %s', async (target) => {
      use({ product: 'v2', schemes: { basic: 'password-or-token', query: 'u-p' } })
      const connection = await openConnection(origin())
      try {
        connection.write(`${target} HTTP/1.1\r\nHost: influx.test\r\nConnection: close\r\n\r\n`)
        // What a framework itself makes of a target is its own: a verifier that broke would answer 503.
        if (!target.startsWith('CONNECT')) expect((await connection.read()).status).not.toBe(503)
        await connection.ended()
      } finally {
        connection.destroy()
      }
      expect(accounts().told().errors).toEqual([])
      expect(visits()).toEqual([])
      await expectGood()
    })

    test('nor in by a second Authorization behind more headers than the server keeps', async () => {
      use()
      const connection = await openConnection(origin())
      const more = Array.from({ length: 1000 }, () => 'a:b\r\n').join('')
      connection.write(
        `GET ${ME} HTTP/1.1\r\nHost: a\r\nAuthorization: ${ALICE.authorization}\r\n${more}Authorization: Token x\r\n\r\n`,
      )
      expect((await connection.read()).status).toBeGreaterThanOrEqual(400)
      connection.destroy()
      expect(visits()).toEqual([])
    })

    test('for clients that go while they are signed in and out', async () => {
      use()
      let release: () => void = () => undefined
      const gate = new Promise<void>((resolve) => {
        release = resolve
      })
      let asked = 0
      accounts().beforeFind = () => {
        asked++
        return gate
      }
      const connections = await Promise.all(Array.from({ length: 10 }, () => openConnection(origin())))
      for (const connection of connections) {
        connection.write(
          `POST /api/v2/signin HTTP/1.1\r\nHost: a\r\nAuthorization: ${BASIC.authorization}\r\nContent-Length: 0\r\n\r\n`,
        )
      }
      await untilAsked(() => asked, connections.length)
      for (const connection of connections) connection.destroy()
      await sleep(20)
      release()
      await sleep(20)
      accounts().beforeFind = () => undefined
      await expectGood()
    })

    const waiting: readonly [what: string, request: Ask][] = [
      ['a guarded route', { headers: ALICE }],
      ['a refusal', { headers: { authorization: encodeToken(secrets.nobody) } }],
      ['signing in', { ...SIGNING_IN, headers: BASIC }],
      ['a refused sign-in', { ...SIGNING_IN, headers: { authorization: encodeBasic('alice', 'wrong') } }],
    ]
    test.for(waiting)('where something else answers while it waits: %s', async ([, request], { skip }) => {
      const node =
        server() ?? skip('nothing else can answer: give ServerUnderTest.server, where it is one of Node')
      use({ cache: false })
      accounts().beforeFind = () => sleep(60)
      const limit = (_: IncomingMessage, response: ServerResponse) => {
        setTimeout(() => {
          response.statusCode = 408
          response.end('too late')
        }, 10)
      }
      node.prependListener('request', limit)
      try {
        expect((await ask(request)).status).toBe(408)
        await sleep(100)
      } finally {
        node.removeListener('request', limit)
      }
      if (traits.seesAnswers) expect(visits()).toEqual([])
      accounts().beforeFind = () => undefined
      await expectGood()
    })
  })
}
