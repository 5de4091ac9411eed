// Attempts that are too many, a store that fails, and many requests at once: nobody is let in on a guess.

import { setTimeout as sleep } from 'node:timers/promises'
import { encodeBasic, encodeToken } from '@fluxauth/auth-core'
import { describe, expect, test } from 'vitest'
import { testWhen } from '../applicable.ts'
import { CROWD, createLimiter, secrets } from './accounts.ts'
import { ALICE, expectAnswer, PASSWORD, type ServerContext, SIGN_IN } from './context.ts'

/** The tests of limits and failures. */
export function testLimits({ traits, use, ask, accounts, visits }: ServerContext): void {
  describe('limits attempts', () => {
    test('with 429 and when to come back, also for the right password', async () => {
      const attempts = createLimiter(3)
      use({ product: 'v1', store: { attempts } })
      const wrong = { headers: { authorization: encodeBasic('alice', 'wrong') } }
      for (let i = 0; i < 3; i++) expect((await ask(wrong)).status).toBe(401)
      const limited = {
        status: 429,
        headers: { 'retry-after': '7' },
        body: '{"error":"too many failed attempts"}',
      }
      expectAnswer(await ask(wrong), limited)
      expectAnswer(await ask({ headers: PASSWORD }), limited)
      const { events } = accounts().told()
      expect(events.filter(({ type }) => type === 'locked')).toHaveLength(1)
      if (traits.addresses) expect([...attempts.addresses].join()).toMatch(/^(::ffff:)?127\.0\.0\.1$/)
    })

    testWhen(traits.addresses)(
      'by the address of the connection, whatever a client says of itself',
      async () => {
        const attempts = createLimiter(100)
        use({ product: 'v1', store: { attempts } })
        const other = '203.0.113.9'
        const names = ['x-forwarded-for', 'x-real-ip', 'x-client-ip', 'cf-connecting-ip', 'true-client-ip']
        const headers = {
          ...Object.fromEntries(names.map((name) => [name, other])),
          forwarded: `for=${other}`,
          authorization: encodeBasic('alice', 'wrong'),
        }
        expect((await ask({ headers })).status).toBe(401)
        expect(
          [...attempts.addresses].join(),
          'whose attempt it is: who may choose an address guesses on with another, so only a proxy that the server knows is believed',
        ).toMatch(/^(::ffff:)?127\.0\.0\.1$/)
      },
    )

    testWhen(traits.addresses)('of wrong tokens from one address, but never a right one', async () => {
      use({ store: { attempts: createLimiter(1) } })
      const wrong = { headers: { authorization: encodeToken(secrets.nobody) } }
      expect((await ask(wrong)).status).toBe(401)
      expectAnswer(await ask(wrong), {
        status: 429,
        headers: { 'retry-after': '7', 'x-platform-error-code': 'too many requests' },
        body: '{"code":"too many requests","message":"too many failed attempts"}',
      })
      expect((await ask({ headers: ALICE })).status).toBe(200)
    })
  })

  describe('lets nobody in on a guess', () => {
    test.each(['at once', 'after a while'])(
      'while the store fails %s, and goes on when it is back',
      async (when) => {
        use()
        const headers = { ...ALICE }
        accounts().beforeFind = () => {
          const error = new Error('the store is gone')
          if (when === 'at once') throw error
          return sleep(1).then(() => Promise.reject(error))
        }
        expectAnswer(await ask({ headers }), {
          status: 503,
          headers: { 'retry-after': '1', 'x-platform-error-code': 'unavailable' },
          body: '{"code":"unavailable","message":"authentication is unavailable"}',
        })
        const signedIn = await ask({
          method: 'POST',
          path: SIGN_IN,
          headers: { authorization: encodeBasic('alice', secrets.alice) },
        })
        expect(signedIn.status).toBe(503)
        expect(visits()).toEqual([])
        const { errors } = accounts().told()
        expect(errors.map(String)).toEqual(['Error: the store is gone', 'Error: the store is gone'])
        accounts().beforeFind = () => undefined
        expect((await ask({ headers })).status).toBe(200)
      },
    )
  })

  test('tells no principal from another among 200 requests at once', async () => {
    use()
    accounts().beforeFind = () => sleep(Math.random() * 5)
    const answers = await Promise.all(
      Array.from({ length: 4 * CROWD }, async (_, i) => {
        const user = `user-${i % CROWD}`
        const token = `t0ken-of-${user}`
        const forms = [encodeToken(token), encodeBasic(user, token), encodeToken(`${token}x`)]
        const authorization = forms[i % forms.length] ?? ''
        const { status, body } = await ask({ headers: { authorization } })
        return [i, status, status === 200 ? JSON.parse(body).user : 'nobody']
      }),
    )
    expect(answers).toEqual(
      Array.from({ length: 4 * CROWD }, (_, i) =>
        i % 3 === 2 ? [i, 401, 'nobody'] : [i, 200, `user-${i % CROWD}`],
      ),
    )
  })
}
