// Signing in, for a cookie, and out.

import { encodeBasic } from '@fluxauth/auth-core'
import { describe, expect, test } from 'vitest'
import { makeCertificate } from '../clients/network.ts'
import { inTime } from '../deadline.ts'
import { secrets } from './accounts.ts'
import {
  ALICE,
  closeServer,
  cookieOf,
  expectAnswer,
  PASSWORD,
  type ServerContext,
  SIGN_IN,
  SIGN_OUT,
  send,
} from './context.ts'

const SET = 'the Set-Cookie of the answer'
const COOKIE = /^influxdb-oss-session=([\w-]{43}); Path=\/api\/; Expires=([^;]+); HttpOnly; SameSite=Strict$/

/** The tests of signing in and out. */
export function testSignIn({ traits, use, ask, signIn, startSecure }: ServerContext): void {
  describe('signs in', () => {
    test('with a password, for a cookie that only the browser can read', async () => {
      use({ product: 'v2' })
      const { status, headers, body } = await ask({ method: 'POST', path: SIGN_IN, headers: PASSWORD })
      expect([status, body]).toEqual([204, ''])
      expect(headers['cache-control']).toBe('no-store')
      expect(headers['set-cookie'] ?? 'none', SET).toMatch(COOKIE)
      const [, , expires = ''] = COOKIE.exec(headers['set-cookie'] ?? '') ?? []
      expect(Date.parse(expires)).toBeGreaterThan(Date.now())
      const me = await ask({ headers: { cookie: cookieOf(headers) } })
      expectAnswer(me, { status: 200, body: { user: 'alice', by: 'session', permissions: 'all' } })
    })

    test('with a cookie for the connection that there is, whatever a client says of it', async () => {
      use({ product: 'v2' })
      const told = { 'x-forwarded-proto': 'https', 'x-forwarded-ssl': 'on', forwarded: 'proto=https' }
      const { headers } = await ask({ method: 'POST', path: SIGN_IN, headers: { ...PASSWORD, ...told } })
      expect(
        headers['set-cookie'] ?? 'none',
        'whether the cookie is Secure: only a proxy that the server knows says that there is TLS before it',
      ).toMatch(COOKIE)
    })

    test('with an API token, for a session that may do what the token may', async () => {
      use()
      const cookie = await signIn({ authorization: encodeBasic('bob', secrets.bob) })
      expectAnswer(await ask({ headers: { cookie } }), {
        status: 200,
        body: { user: 'bob', by: 'session' },
      })
      expect((await ask({ path: '/api/v2/buckets', headers: { cookie } })).status).toBe(403)
    })

    test('with GET as well', async () => {
      use()
      const headers = { authorization: encodeBasic('alice', secrets.alice) }
      const answer = await ask({ path: SIGN_IN, headers })
      expect(answer.status).toBe(204)
      expect(answer.headers['set-cookie'] ?? 'none', SET).toMatch(COOKIE)
    })

    test('and out, whatever type a request names that has no body', async () => {
      use({ product: 'v2' })
      for (const type of ['application/json', 'application/x-www-form-urlencoded']) {
        const named = { 'content-type': type, 'content-length': '0' }
        const cookie = await signIn({ ...PASSWORD, ...named })
        const out = await ask({ method: 'POST', path: SIGN_OUT, headers: { cookie, ...named } })
        expect([type, out.status, out.body]).toEqual([type, 204, ''])
      }
    })

    test('for a new key each time, which ends the old one', async () => {
      use({ product: 'v2' })
      const first = await signIn()
      const second = await signIn({ ...PASSWORD, cookie: first })
      expect(second).not.toBe(first)
      expect((await ask({ headers: { cookie: first } })).status).toBe(401)
      expect((await ask({ headers: { cookie: second } })).status).toBe(200)
    })

    test.each([
      ['without a credential', {}, 401],
      ['with a wrong password', { authorization: encodeBasic('alice', 'wrong') }, 401],
      ['with a Token', ALICE, 401],
      ['as an inactive user', { authorization: encodeBasic('ines', secrets.password) }, 403],
      ['for another site', { ...PASSWORD, origin: 'https://evil.test' }, 401],
    ])('nobody %s', async (_, headers, status) => {
      use({ product: 'v2' })
      const answer = await ask({ method: 'POST', path: SIGN_IN, headers })
      expect(answer.status).toBe(status)
      expect(answer.headers).not.toHaveProperty('set-cookie')
      expect(answer.headers['x-platform-error-code']).toBe(status === 401 ? 'unauthorized' : 'forbidden')
    })

    if (traits.sockets) {
      test('over TLS, with a cookie that never leaves it', async () => {
        use({ product: 'v2' })
        const tls = await makeCertificate()
        const secure = await startSecure(tls)
        try {
          const url = `${secure.origin}${SIGN_IN}`
          const { headers } = await inTime(
            send(url, { method: 'POST', headers: PASSWORD, ca: tls.cert }, ''),
            `POST ${SIGN_IN} was not answered over TLS`,
            'Likely the server was started without the key and certificate that it was given.',
          )
          expect(headers['set-cookie'] ?? 'none', SET).toMatch(/; HttpOnly; SameSite=Strict; Secure$/)
        } finally {
          await closeServer(secure)
        }
      })
    }
  })

  describe('signs out', () => {
    test('once', async () => {
      use({ product: 'v2' })
      const cookie = await signIn()
      const signOut = { method: 'POST', path: SIGN_OUT, headers: { cookie } }
      const { status, headers, body } = await ask(signOut)
      expect([status, body]).toEqual([204, ''])
      expect(headers['set-cookie'] ?? 'none', SET).toMatch(
        /^influxdb-oss-session=; Path=\/api\/; Expires=Thu, 01 Jan 1970 /,
      )
      expect((await ask({ headers: { cookie } })).status).toBe(401)
      expect((await ask(signOut)).status).toBe(401)
    })

    test('and has the browser forget what it kept of the site, where it is told to', async () => {
      for (const clearSiteData of [true, false]) {
        use({ product: 'v2', session: { clearSiteData } })
        const signOut = { method: 'POST', path: SIGN_OUT, headers: { cookie: await signIn() } }
        const { status, headers } = await ask(signOut)
        const expected = clearSiteData ? '"cookies", "cache"' : undefined
        expect([status, headers['clear-site-data']]).toEqual([204, expected])
        expect(headers['set-cookie'] ?? 'none', SET).toMatch(/^influxdb-oss-session=; /)
        expect((await ask(signOut)).headers['clear-site-data']).toBeUndefined()
      }
    })

    test('nobody without a session, nor for another site', async () => {
      use({ product: 'v2' })
      expect((await ask({ method: 'POST', path: SIGN_OUT })).status).toBe(401)
      const headers = { cookie: await signIn(), origin: 'https://evil.test' }
      expect((await ask({ method: 'POST', path: SIGN_OUT, headers })).status).toBe(401)
      expect((await ask({ headers: { cookie: headers.cookie } })).status).toBe(200)
    })
  })
}
