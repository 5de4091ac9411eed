// What every store that counts attempts must do.

import type { Attempt, AttemptLimiter, AttemptPermit } from '@fluxauth/auth-core/server'
import { describe, expect, test } from 'vitest'
import { ODD_TEXTS, type WithStore } from './subject.ts'

const HOME = '192.0.2.1'

const THROUGH = 'how many are let through'
const LOCKS = 'how many say that they lock: the first over the limit'
const COUNTS = `${THROUGH}, and ${LOCKS}`
const TAKEN_BACK =
  'how many more are let through: succeed() takes back its own attempt, and leaves those that failed before'

/** Addresses of many machines. */
const elsewhere = (number: number) => `198.51.${number >> 8}.${number & 255}`

/** Registers the tests of an attempt limiter. */
export function testAttempts(withStore: WithStore, shared: boolean): void {
  describe('attempts', () => {
    const withAttempts = (
      use: (attempts: AttemptLimiter, another: AttemptLimiter) => Promise<void>,
      limits?: Parameters<WithStore>[1],
    ) =>
      withStore(async ({ attempts }, { attempts: another }) => {
        if (!attempts || !another) throw new Error('The store counts no attempts: say so with its traits')
        await use(attempts, another)
      }, limits)
    const fail = async (
      attempts: AttemptLimiter,
      attempt: Attempt,
      times: number,
    ): Promise<AttemptPermit[]> => {
      const permits: AttemptPermit[] = []
      for (let i = 0; i < times; i++) permits.push(await attempts.begin({ ...attempt }))
      expect(
        permits.filter(({ wait }) => !Number.isInteger(wait)),
        'wait is in whole seconds, rounded up',
      ).toEqual([])
      return permits
    }
    const through = (permits: readonly AttemptPermit[]) => permits.filter(({ wait }) => wait === 0).length
    const locks = (permits: readonly AttemptPermit[]) => permits.filter((permit) => permit.locks).length
    const signIn = async (attempts: AttemptLimiter, attempt: Attempt): Promise<void> => {
      expect(await attempts.begin(attempt)).toEqual({ wait: 0, locks: false })
      await attempts.succeed(attempt)
    }

    test('on a user name are limited, wherever they come from', () =>
      withAttempts(async (attempts) => {
        for (let i = 0; i < 5; i++) {
          expect(await attempts.begin({ user: 'joe', address: elsewhere(i) })).toEqual({
            wait: 0,
            locks: false,
          })
        }
        const refused = await attempts.begin({ user: 'joe', address: elsewhere(6) })
        expect(refused.locks).toBe(true)
        expect(Number.isInteger(refused.wait)).toBe(true)
        expect(refused.wait).toBeGreaterThan(0)
        expect(refused.wait).toBeLessThanOrEqual(900)
        expect(through(await fail(attempts, { user: 'zoë', address: elsewhere(7) }, 5))).toBe(5)
      }))

    test('on any user name are limited, each apart, and from any address', () =>
      withAttempts(async (attempts) => {
        for (const [i, user] of [...ODD_TEXTS, HOME].entries()) {
          const permits = await fail(attempts, { user, address: elsewhere(i) }, 7)
          expect([through(permits), locks(permits)], `on ${JSON.stringify(user)}: ${COUNTS}`).toEqual([5, 1])
        }
        const permits: AttemptPermit[] = []
        for (let i = 0; i < 20; i++) permits.push(await attempts.begin({ user: `user ${i}`, address: HOME }))
        expect(through(permits), `${THROUGH}: a user name that is an address counts on no address`).toBe(20)
      }))

    test('on a user name are limited without an address too', () =>
      withAttempts(async (attempts) => {
        expect(through(await fail(attempts, { user: 'joe' }, 20))).toBe(5)
        await attempts.succeed({ user: 'zoë' })
        expect(through(await fail(attempts, { user: 'zoë' }, 20))).toBeLessThanOrEqual(6)
      }))

    test('from an address are limited, whoever they are on', () =>
      withAttempts(async (attempts) => {
        const permits: AttemptPermit[] = []
        for (let i = 0; i < 30; i++) {
          const kind = i % 2 ? 'password' : undefined
          permits.push(await attempts.begin({ user: `user ${i}`, address: HOME, kind }))
        }
        expect(through(permits), `${THROUGH}; an attempt that does not say so is with a password`).toBe(20)
        expect(locks(permits), LOCKS).toBe(1)
        // Those that were refused for their address do not lock out anybody.
        expect(through(await fail(attempts, { user: 'user 25', address: elsewhere(1) }, 5))).toBe(5)
        expect((await attempts.begin({ address: HOME })).wait).toBeGreaterThan(0)
        expect((await attempts.begin({ address: elsewhere(2) })).wait).toBe(0)
      }))

    test('with a token count on the address alone, and apart from those with a password', () =>
      withAttempts(async (attempts) => {
        const token = { address: HOME, kind: 'token' } as const
        const permits = await fail(attempts, token, 50)
        expect([through(permits), locks(permits)], COUNTS).toEqual([20, 1])
        const passwords: AttemptPermit[] = []
        for (let i = 0; i < 30; i++) {
          passwords.push(await attempts.begin({ user: `user ${i}`, address: HOME, kind: 'password' }))
        }
        expect([through(passwords), locks(passwords)], COUNTS).toEqual([20, 1])
        expect(through(await fail(attempts, { ...token, address: elsewhere(1) }, 5))).toBe(5)
        await attempts.succeed({ ...token, address: elsewhere(1) })
      }))

    test('of nobody from nowhere are not limited', () =>
      withAttempts(async (attempts) => {
        expect(through(await fail(attempts, {}, 30))).toBe(30)
      }))

    test.each([
      ['192.0.2.7', '::ffff:192.0.2.7', '192.0.2.7:#', '[::ffff:192.0.2.7]:#', '::FFFF:C000:207'],
      ['2001:db8:1:2::#', '2001:0DB8:0001:0002:ffff:0:0:#', '[2001:db8:1:2::1]:#', '2001:db8:1:2::1%eth#'],
    ])('from one address, or IPv6 network, count together however it is written: %s', (...written) =>
      withAttempts(async (attempts) => {
        const permits: AttemptPermit[] = []
        for (let i = 0; i < 30; i++) {
          const address = written[i % written.length]?.replace('#', `${i + 1}`)
          permits.push(await attempts.begin({ address }))
        }
        expect([through(permits), locks(permits)], COUNTS).toEqual([20, 1])
        for (const other of ['192.0.2.8', '2001:db8:1:3::1']) {
          expect((await attempts.begin({ address: other })).wait).toBe(0)
        }
        // Where a user signed in is known in whatever way it is written, too.
        const [first = '', ...others] = written.map((text) => text.replace('#', '9'))
        await attempts.succeed({ user: 'joe', address: first })
        for (const address of others) await signIn(attempts, { user: 'joe', address })
      }),
    )

    test('from ever other networks of one IPv6 /48 are limited, and lock nobody else out', () =>
      withAttempts(async (attempts) => {
        const permits: AttemptPermit[] = []
        for (let i = 0; i < 60; i++) {
          permits.push(
            await attempts.begin({ user: `user ${i}`, address: `2001:db8:1:${i.toString(16)}::1` }),
          )
        }
        expect([through(permits), locks(permits)], COUNTS).toEqual([40, 1])
        expect((await attempts.begin({ address: '2001:db8:1:ff::1' })).wait).toBeGreaterThan(0)
        expect((await attempts.begin({ address: '2001:db8:1:ff::1', kind: 'token' })).wait).toBe(0)
        expect((await attempts.begin({ address: '2001:db8:2::1' })).wait).toBe(0)
        // Those that were refused for their network count on no user.
        expect(through(await fail(attempts, { user: 'user 55', address: HOME }, 5))).toBe(5)
      }))

    test('from what is no address count together, since anybody can write such a text', () =>
      withAttempts(async (attempts) => {
        const permits: AttemptPermit[] = []
        for (let i = 0; i < 30; i++) permits.push(await attempts.begin({ address: `unknown ${i}` }))
        expect([through(permits), locks(permits)], COUNTS).toEqual([20, 1])
        // Nor is it a place that could be known to be good for somebody.
        await attempts.succeed({ user: 'joe', address: 'unknown' })
        expect((await attempts.begin({ user: 'joe', address: 'unknown' })).wait).toBeGreaterThan(0)
      }))

    test('that come a thousand at once count as a thousand, and lock once', () =>
      withAttempts(async (attempts, another) => {
        const permits = await Promise.all(
          Array.from({ length: 1000 }, (_, i) =>
            (i % 2 ? another : attempts).begin({ user: 'joe', address: elsewhere(i) }),
          ),
        )
        const atOnce = `of a thousand at once, ${THROUGH}: count in one step, do not read and write back`
        expect(through(permits), atOnce).toBeGreaterThan(0)
        expect(through(permits), atOnce).toBeLessThanOrEqual(5)
        expect(locks(permits), LOCKS).toBe(1)
        expect(through(await fail(attempts, { user: 'joe', address: HOME }, 10)), THROUGH).toBe(0)
      }))

    test('that are right do not count', () =>
      withAttempts(async (attempts) => {
        for (let i = 0; i < 60; i++) await signIn(attempts, { user: 'joe', address: HOME })
        for (let i = 0; i < 60; i++) await signIn(attempts, { user: `user ${i}`, address: HOME })
        for (let i = 0; i < 20; i++) await signIn(attempts, { user: 'zoë', address: elsewhere(i) })
      }))

    test('that are right take back nothing but themselves', () =>
      withAttempts(async (attempts) => {
        const [place, other] = [elsewhere(1), elsewhere(2)]
        await fail(attempts, { user: 'joe', address: place }, 4)
        await signIn(attempts, { user: 'joe', address: HOME })
        const onUser = through(await fail(attempts, { user: 'joe', address: other }, 5))
        expect(onUser, `on a user who signs in between guesses: ${TAKEN_BACK}`).toBe(1)
        for (let i = 0; i < 19; i++) await attempts.begin({ user: `user ${i}`, address: elsewhere(3) })
        await signIn(attempts, { user: 'eve', address: elsewhere(3) })
        const permits: AttemptPermit[] = []
        for (let i = 0; i < 5; i++)
          permits.push(await attempts.begin({ user: `other ${i}`, address: elsewhere(3) }))
        const who = 'from an address at which somebody signs in between guesses on others'
        expect(through(permits), `${who}: ${TAKEN_BACK}`).toBe(1)
        await fail(attempts, { user: 'joe', address: HOME }, 4)
        await signIn(attempts, { user: 'joe', address: HOME })
        const onPair = through(await fail(attempts, { user: 'joe', address: HOME }, 5))
        expect(onPair, `from where a user signs in between guesses: ${TAKEN_BACK}`).toBe(1)
      }))

    test('that were not looked at after all do not count, where the store takes them back', () =>
      withAttempts(async (attempts) => {
        if (!attempts.cancel) return
        for (let i = 0; i < 30; i++) {
          const attempt = { user: 'joe', address: HOME }
          expect(await attempts.begin(attempt), 'what cancel() took back does not count').toEqual({
            wait: 0,
            locks: false,
          })
          await attempts.cancel(attempt)
        }
        // Nor is it a sign-in: the place is known to be good for nobody, and what failed before goes on to count.
        await fail(attempts, { user: 'joe', address: elsewhere(1) }, 5)
        const refused = { user: 'joe', address: HOME }
        expect(
          (await attempts.begin(refused)).wait,
          'cancel() makes no place known to be good',
        ).toBeGreaterThan(0)
        for (let i = 0; i < 10; i++) {
          await attempts.cancel(refused)
          const again = { ...refused }
          expect(
            (await attempts.begin(again)).wait,
            'cancel() gives back nothing but its own, and that once: an attempt that was refused took nothing',
          ).toBeGreaterThan(0)
          await attempts.cancel(again)
        }
      }))

    test('are told by what is in them, which stays as it is', () =>
      withAttempts(async (attempts) => {
        const attempt = { user: 'joe', address: HOME }
        await attempts.begin(attempt)
        await attempts.succeed(attempt)
        expect(attempt, 'an attempt is its caller’s').toEqual({ user: 'joe', address: HOME })
      }))

    test('that were refused do not count, so that many at once with the right password lock nobody out', () =>
      withAttempts(async (attempts) => {
        for (let burst = 0; burst < 3; burst++) {
          const all = Array.from({ length: 50 }, () => ({ user: 'joe', address: HOME }))
          const permits = await Promise.all(all.map((attempt) => attempts.begin(attempt)))
          const right = all.filter((_, i) => permits[i]?.wait === 0)
          expect(right.length).toBeGreaterThan(0)
          await Promise.all(right.map((attempt) => attempts.succeed(attempt)))
          await signIn(attempts, { user: 'joe', address: HOME })
        }
      }))

    test('on a user from everywhere do not keep that user out where they signed in before', () =>
      withAttempts(async (attempts) => {
        await signIn(attempts, { user: 'joe', address: HOME })
        for (let i = 0; i < 100; i++) await attempts.begin({ user: 'joe', address: elsewhere(i) })
        expect((await attempts.begin({ user: 'joe', address: elsewhere(200) })).wait).toBeGreaterThan(0)
        for (let i = 0; i < 10; i++) await signIn(attempts, { user: 'joe', address: HOME })
        // Nor do those on others from the same address.
        for (let i = 0; i < 30; i++) await attempts.begin({ user: `user ${i}`, address: HOME })
        expect((await attempts.begin({ user: 'eve', address: HOME })).wait).toBeGreaterThan(0)
        await signIn(attempts, { user: 'joe', address: HOME })
      }))

    test('from where a user signed in before are limited as well', () =>
      withAttempts(async (attempts) => {
        await signIn(attempts, { user: 'joe', address: HOME })
        const permits = await fail(attempts, { user: 'joe', address: HOME }, 20)
        expect([through(permits), locks(permits)], COUNTS).toEqual([5, 1])
        // It is known to be good for that user alone, and they may still come from somewhere else.
        expect(through(await fail(attempts, { user: 'zoë', address: HOME }, 5))).toBe(5)
        await signIn(attempts, { user: 'joe', address: elsewhere(1) })
      }))

    test('over the limit do not make the wait longer', () =>
      withAttempts(
        async (attempts) => {
          const first = (await fail(attempts, { user: 'joe', address: HOME }, 6)).at(-1)
          await new Promise((resolve) => setTimeout(resolve, 1100))
          const waits = (await fail(attempts, { user: 'joe', address: HOME }, 50)).map(({ wait }) => wait)
          expect(first?.wait).toBeGreaterThan(1)
          for (const wait of waits) expect(wait).toBeLessThan(first?.wait ?? 0)
        },
        { seconds: 60 },
      ))

    test('are looked at again when the time is over', () =>
      withAttempts(
        async (attempts) => {
          const permits = await fail(attempts, { user: 'joe', address: HOME }, 6)
          expect(through(permits), THROUGH).toBe(5)
          await new Promise((resolve) => setTimeout(resolve, (permits.at(-1)?.wait ?? 0) * 1000 + 100))
          expect(through(await fail(attempts, { user: 'joe', address: HOME }, 6))).toBe(5)
        },
        { seconds: 1 },
      ))

    if (!shared) return
    test('count on when all who opened the store have closed it', () =>
      withStore(async (store, another, place) => {
        await fail(store.attempts as AttemptLimiter, { user: 'joe', address: HOME }, 5)
        await store.close()
        await another.close()
        const again = await place.open()
        const permit = await again.attempts?.begin({ user: 'joe', address: elsewhere(1) })
        await again.close()
        expect(permit?.wait, 'who begins anew with each restart may guess on').toBeGreaterThan(0)
      }))

    test('count together, and places are known to be good, for all who opened the store', () =>
      withAttempts(async (attempts, another) => {
        await signIn(attempts, { user: 'joe', address: HOME })
        await fail(attempts, { user: 'joe', address: elsewhere(1) }, 3)
        expect(through(await fail(another, { user: 'joe', address: elsewhere(2) }, 5))).toBe(2)
        await signIn(another, { user: 'joe', address: HOME })
      }))
  })
}
