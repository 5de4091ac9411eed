// What a store with a clock of its own must do, whatever the clocks of those who open it say.

import type { StoredSession } from '@fluxauth/auth-core/server'
import { describe, expect, test, vi } from 'vitest'
import { sessionOf } from './sessions.ts'
import type { WithStore } from './subject.ts'

const HOUR = 3_600_000
/** How far times may be off, in milliseconds: clocks are told apart from answers' ways by so much. */
const NEARLY = 6000

/** Does something with a clock that is so many milliseconds off. */
async function off<T>(milliseconds: number, work: () => Promise<T>): Promise<T> {
  vi.setSystemTime(Date.now() + milliseconds)
  try {
    return await work()
  } finally {
    vi.useRealTimers()
  }
}

/** Registers the tests of clocks. */
export function testClocks(withStore: WithStore): void {
  describe.each([
    ['ahead', 3 * HOUR],
    ['behind', -3 * HOUR],
  ])('a server whose clock is %s', (_, shift) => {
    const expectTimes = (session: StoredSession | undefined, minutes = 60) => {
      const now = Date.now()
      expect(session).toBeDefined()
      expect(Math.abs((session?.createdAt ?? 0) - now)).toBeLessThan(NEARLY)
      expect(Math.abs((session?.expiresAt ?? 0) - now - minutes * 60_000)).toBeLessThan(NEARLY)
      expect(Math.abs((session?.endsAt ?? 0) - now - 24 * HOUR)).toBeLessThan(NEARLY)
    }

    test('starts sessions that last as long as others, and sees others’ as long as they last', () =>
      withStore(async (store, another) => {
        await off(shift, () => (async () => store.sessions.create(sessionOf(1)))())
        await another.sessions.create(sessionOf(2))
        const { userID } = sessionOf(1)
        const look = async (sessions: typeof store.sessions) => {
          for (const number of [1, 2]) expectTimes(await sessions.find(sessionOf(number).id))
          const list = await sessions.list(userID)
          expect(list).toHaveLength(2)
          for (const session of list) expectTimes(session)
        }
        await look(another.sessions)
        await off(shift, () => look(store.sessions))
      }))

    test('moves sessions on by as much as others', () =>
      withStore(async (store, another) => {
        const { id } = sessionOf(1)
        await another.sessions.create(sessionOf(1))
        await off(shift, () => (async () => store.sessions.renew(id, Date.now() + 2 * HOUR))())
        expectTimes(await another.sessions.find(id), 120)
        await off(shift, async () => expectTimes(await store.sessions.find(id), 120))
      }))

    test('sweeps what has ended, and nothing else', () =>
      withStore(async (store, another) => {
        await another.sessions.create(sessionOf(1))
        await another.sessions.create(sessionOf(2, { expiresAt: Date.now() - 500 }))
        await off(shift, async () => expect([0, 1]).toContain(await store.sessions.sweep(Date.now())))
        expect((await another.sessions.list(sessionOf(1).userID)).map(({ id }) => id)).toEqual([
          sessionOf(1).id,
        ])
        expect(await another.sessions.deleteAll(sessionOf(1).userID)).toBe(1)
      }))

    test('neither ends nor prolongs what attempts have locked', () =>
      withStore(async (store, another) => {
        const attempt = () => ({ user: 'joe', address: '192.0.2.1' })
        for (let i = 0; i < 6; i++) await another.attempts?.begin(attempt())
        const wait = async (attempts: typeof store.attempts) => {
          const permit = await attempts?.begin(attempt())
          expect(permit?.wait).toBeGreaterThan(890)
          expect(permit?.wait).toBeLessThanOrEqual(900)
        }
        await off(shift, () => wait(store.attempts))
        await wait(another.attempts)
        const other = () => ({ user: 'zoë', address: '192.0.2.2' })
        await off(shift, async () => {
          for (let i = 0; i < 6; i++) await store.attempts?.begin(other())
        })
        const permit = await another.attempts?.begin(other())
        expect(permit?.wait).toBeGreaterThan(890)
        expect(permit?.wait).toBeLessThanOrEqual(900)
      }))
  })
}
