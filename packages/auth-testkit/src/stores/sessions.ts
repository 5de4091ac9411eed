// What every store of sessions must do.

import type { StoredSession } from '@fluxauth/auth-core/server'
import { describe, expect, test } from 'vitest'
import { HUGE, keptOrRefused, looksLike, ODD_TEXTS, SEEN, type WithStore } from './subject.ts'

const HOUR = 3_600_000

/** A session of an hour, told from others by its number; those of higher numbers are newer. */
export function sessionOf(number: number, more: Partial<StoredSession> = {}): StoredSession {
  const createdAt = Date.now() - 1000 + number
  return {
    id: `${number}`.padStart(43, 'session_-'),
    userID: '0b501e7e557ab1ed',
    user: 'joe',
    createdAt,
    expiresAt: createdAt + HOUR,
    endsAt: createdAt + 24 * HOUR,
    ...more,
  }
}

/** Registers the tests of a session store. */
export function testSessions(withStore: WithStore, shared: boolean): void {
  describe('sessions', () => {
    const past = (number: number) => sessionOf(number, { expiresAt: Date.now() - 500 })
    const over = (number: number) => sessionOf(number, { endsAt: Date.now() - 500 })

    test('are found as they were made', () =>
      withStore(async ({ sessions }) => {
        const bare = sessionOf(1)
        const full = sessionOf(2, { tokenID: '00000000000000ff', address: '::1', agent: 'curl/8' })
        await sessions.create(bare)
        await sessions.create(full)
        expect(await sessions.find(bare.id)).toEqual(bare)
        expect(await sessions.find(full.id)).toEqual(full)
        expect(await sessions.find(sessionOf(3).id)).toBeUndefined()
      }))

    test('are found by nothing that only looks like their id, and by that once they are made', () =>
      withStore(async (store, another) => {
        const session = sessionOf(1)
        for (const { sessions } of [store, another]) expect(await sessions.find(session.id)).toBeUndefined()
        await store.sessions.create(session)
        for (const { sessions } of [store, another]) {
          expect(await sessions.find(session.id), 'that there was none is not remembered').toEqual(session)
        }
        for (const other of looksLike(session.id)) {
          const what = `of ${JSON.stringify(other)}, where ${session.id} is kept`
          expect(await store.sessions.find(other), `find ${what}`).toBeUndefined()
          expect(await store.sessions.delete(other), `delete ${what}`).toBe(false)
          await store.sessions.renew(other, Date.now() + 9 * HOUR)
        }
        for (const user of looksLike(session.userID)) {
          const what = `of ${JSON.stringify(user)}, where ${session.userID} has one`
          expect(await store.sessions.list(user), `list ${what}`).toEqual([])
          expect(await store.sessions.deleteAll(user), `deleteAll ${what}`).toBe(0)
        }
        expect(await store.sessions.find(session.id)).toEqual(session)
      }))

    test.each(ODD_TEXTS)('keep the text %j as it is', (text) =>
      withStore(async ({ sessions }) => {
        const session = sessionOf(1, { userID: text, user: text, address: text, agent: text })
        await sessions.create(session)
        await sessions.create(sessionOf(2, { userID: `${text}.` }))
        expect(await sessions.find(session.id)).toEqual(session)
        expect(await sessions.list(text)).toEqual([session])
        expect(await sessions.find(text)).toBeUndefined()
        expect(await sessions.delete(text)).toBe(false)
        expect(await sessions.deleteAll(text)).toBe(1)
        expect(await sessions.find(session.id)).toBeUndefined()
        expect(await sessions.find(sessionOf(2).id)).toBeDefined()
      }),
    )

    test('of a name of half a megabyte are kept as they are, or refused by an error of a store', () =>
      withStore(async ({ sessions }) => {
        const session = sessionOf(1, { userID: HUGE, user: HUGE })
        await keptOrRefused(
          () => sessions.create(session),
          async () => expect(await sessions.list(HUGE)).toEqual([session]),
        )
        await sessions.create(sessionOf(2))
        expect(await sessions.find(sessionOf(2).id)).toBeDefined()
      }))

    test('that are made again, as whoever got no answer may do, are there once', () =>
      withStore(async ({ sessions }) => {
        const session = sessionOf(1)
        for (let i = 0; i < 2; i++) await sessions.create(session)
        expect(await sessions.find(session.id)).toEqual(session)
        expect(await sessions.list(session.userID)).toEqual([session])
        expect(await sessions.deleteAll(session.userID)).toBe(1)
      }))

    test('of a thousand that are made at once are all there, and all go at once', () =>
      withStore(async ({ sessions }) => {
        const all = Array.from({ length: 1000 }, (_, i) => sessionOf(i))
        await Promise.all(all.map((session) => sessions.create(session)))
        const ids = (list: readonly StoredSession[]) => list.map(({ id }) => id).sort()
        expect(ids(await sessions.list(sessionOf(1).userID))).toEqual(ids(all))
        expect(await Promise.all(all.map(({ id }) => sessions.find(id)))).toEqual(all)
        expect(await sessions.deleteAll(sessionOf(1).userID)).toBe(1000)
        expect(await sessions.list(sessionOf(1).userID)).toEqual([])
      }))

    test('are moved on, and nothing else of them changes', () =>
      withStore(async ({ sessions }) => {
        const session = sessionOf(1)
        await sessions.create(session)
        await sessions.renew(session.id, session.expiresAt + HOUR)
        const renewed = { ...session, expiresAt: session.expiresAt + HOUR }
        expect(await sessions.find(session.id)).toEqual(renewed)
        expect(await sessions.list(session.userID)).toEqual([renewed])
      }))

    test('that were deleted are not brought back by moving them on', () =>
      withStore(async (store, another) => {
        const numbers = Array.from({ length: 50 }, (_, i) => i)
        for (const number of numbers) await store.sessions.create(sessionOf(number))
        const renew = (number: number) => another.sessions.renew(sessionOf(number).id, Date.now() + 2 * HOUR)
        await Promise.all(
          numbers.flatMap((number) => [
            renew(number),
            store.sessions.delete(sessionOf(number).id),
            renew(number),
          ]),
        )
        await renew(0)
        for (const number of numbers) expect(await store.sessions.find(sessionOf(number).id)).toBeUndefined()
        expect(await store.sessions.list(sessionOf(0).userID)).toEqual([])
      }))

    test('are deleted once, and say so', () =>
      withStore(async ({ sessions }) => {
        const [one, two] = [sessionOf(1), sessionOf(2)]
        await sessions.create(one)
        await sessions.create(two)
        expect(await sessions.delete(one.id)).toBe(true)
        expect(await sessions.delete(one.id)).toBe(false)
        expect(await sessions.find(one.id)).toBeUndefined()
        expect(await sessions.list(one.userID)).toEqual([two])
      }))

    test('that many delete at once are deleted by one of them', () =>
      withStore(async (store, another) => {
        const numbers = Array.from({ length: 20 }, (_, i) => i)
        for (const number of numbers) await store.sessions.create(sessionOf(number))
        const told = await Promise.all(
          numbers.flatMap((number) =>
            [store, another, store].map(({ sessions }) => sessions.delete(sessionOf(number).id)),
          ),
        )
        expect(
          told.filter(Boolean),
          'how many say that there was one: ask what was deleted, not whether it is there and then delete it',
        ).toHaveLength(numbers.length)
      }))

    test('are listed per user, the newest first', () =>
      withStore(async ({ sessions }) => {
        // All by one look at the clock: between two of them it may move on by more than what tells these apart.
        const now = Date.now()
        const made = [3, 1, 2].map((number) => sessionOf(number, { createdAt: now - 1000 + number }))
        for (const session of made) await sessions.create(session)
        const other = sessionOf(4, { userID: 'other', user: 'joe' })
        await sessions.create(other)
        expect(await sessions.list('other')).toEqual([other])
        expect((await sessions.list(sessionOf(1).userID)).map(({ id }) => id)).toEqual(
          [3, 2, 1].map((number) => sessionOf(number).id),
        )
        expect(await sessions.list('nobody')).toEqual([])
      }))

    test('of a user are deleted all at once, but one', () =>
      withStore(async ({ sessions }) => {
        for (const number of [1, 2, 3, 4]) await sessions.create(sessionOf(number))
        await sessions.create(sessionOf(5, { userID: 'other' }))
        const { userID, id } = sessionOf(3)
        expect(await sessions.deleteAll(userID, id)).toBe(3)
        expect((await sessions.list(userID)).map((session) => session.id)).toEqual([id])
        expect(await sessions.deleteAll(userID)).toBe(1)
        expect(await sessions.deleteAll(userID)).toBe(0)
        expect(await sessions.list('other')).toHaveLength(1)
        // A session of another user is no exception that counts.
        expect(await sessions.deleteAll('other', id)).toBe(1)
      }))

    test('of a user that many delete all at once are told of by one of them', () =>
      withStore(async (store, another) => {
        const numbers = Array.from({ length: 20 }, (_, i) => i)
        for (const number of numbers) await store.sessions.create(sessionOf(number))
        const { userID } = sessionOf(0)
        const told = await Promise.all(
          [store, another, store].map(({ sessions }) => sessions.deleteAll(userID)),
        )
        expect(
          told.reduce((sum, count) => sum + count, 0),
          'how many were deleted, over all who ask: say how many you have deleted, not how many there were before',
        ).toBe(numbers.length)
      }))

    test('that have ended are swept, and only those', () =>
      withStore(async ({ sessions }) => {
        const [good, another] = [sessionOf(1), sessionOf(2)]
        for (const session of [good, past(3), over(4), another]) await sessions.create(session)
        // Some stores have nothing to sweep: what has ended is gone from them by itself.
        expect([0, 2], 'how many were swept: what has passed expiresAt or endsAt').toContain(
          await sessions.sweep(Date.now()),
        )
        expect(await sessions.sweep(Date.now()), 'how many are left to be swept').toBe(0)
        for (const number of [3, 4]) expect(await sessions.find(sessionOf(number).id)).toBeUndefined()
        const left = (await sessions.list(good.userID)).map(({ id }) => id)
        expect(left).toEqual([another.id, good.id])
      }))

    test('that were moved on are not swept at their old time', () =>
      withStore(async ({ sessions }) => {
        const session = sessionOf(1, { expiresAt: Date.now() + 300 })
        await sessions.create(session)
        await sessions.renew(session.id, Date.now() + HOUR)
        await new Promise((resolve) => setTimeout(resolve, 400))
        expect(await sessions.sweep(Date.now())).toBe(0)
        expect(await sessions.find(session.id)).toBeDefined()
        expect(await sessions.list(session.userID)).toHaveLength(1)
      }))

    test('that are moved on while others are swept stay', () =>
      withStore(async (store, another) => {
        const numbers = Array.from({ length: 20 }, (_, i) => i)
        for (const number of numbers) await store.sessions.create(past(number))
        const findAll = () => Promise.all(numbers.map((number) => store.sessions.find(sessionOf(number).id)))
        const sweeping = (async () => another.sessions.sweep(Date.now()))()
        await Promise.all(
          numbers.map((number) => store.sessions.renew(sessionOf(number).id, Date.now() + HOUR)),
        )
        const found = await findAll()
        await sweeping
        expect(
          await findAll(),
          'what was moved on and found is there afterwards: sweep in one step, do not list and then delete',
        ).toEqual(found)
      }))

    if (!shared) return
    test('are seen at once by whoever else opened the store, and looked before', () =>
      withStore(async (store, another) => {
        const session = sessionOf(1)
        const { id, userID } = session
        const seen = async (expected: StoredSession | undefined) => {
          for (const { sessions } of [store, another]) {
            expect(await sessions.find(id), SEEN).toEqual(expected)
            expect(await sessions.list(userID), SEEN).toEqual(expected ? [expected] : [])
          }
        }
        await store.sessions.create(session)
        await seen(session)
        const renewed = { ...session, expiresAt: session.expiresAt + HOUR }
        await another.sessions.renew(id, renewed.expiresAt)
        await seen(renewed)
        expect(await another.sessions.delete(id)).toBe(true)
        await seen(undefined)
        await store.sessions.create(session)
        await seen(session)
        expect(await another.sessions.deleteAll(userID)).toBe(1)
        await seen(undefined)
      }))
  })
}
