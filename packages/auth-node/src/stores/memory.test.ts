// The store in memory passes the suite, and holds what it counts within bounds whatever is thrown at it.

import { testStore } from '@fluxauth/auth-testkit'
import { expect, test, vi } from 'vitest'
import { expectWindows, WINDOWS } from '../testing/windows.ts'
import { createMemoryAttempts, createMemoryStore } from './memory.ts'
import { MemoryCounter } from './memory-counter.ts'

testStore('in memory', {}, ({ limits }) => ({ open: () => createMemoryStore({ limits }) }))

test('300,000 keys are no more counters than were allowed', async () => {
  const counter = new MemoryCounter(10, 900, 20_000)
  for (let i = 0; i < 300_000; i++) await counter.consume(`user ${i}`)
  expect(counter.size).toBe(20_000)
})

test('who is locked out stays so, however many other names and addresses are tried', async () => {
  const attempts = createMemoryAttempts({ keys: 500, user: 3 })
  const locked = async () => (await attempts.begin({ user: 'joe' })).wait > 0
  for (let i = 0; i < 4; i++) await attempts.begin({ user: 'joe' })
  for (let i = 0; i < 2000; i++) {
    await attempts.begin({ user: `user ${i >> 1}`, address: `10.0.${i >> 8}.${i & 255}` })
  }
  expect(await locked()).toBe(true)
  // And where all that is kept is locks, it is no more than was allowed.
  for (let i = 0; i < 2000; i++) await attempts.begin({ user: `locked ${i >> 2}` })
  expect(await locked()).toBe(false)
})

test('counts attempts from the first of them', async () => {
  vi.useFakeTimers({ toFake: ['performance'] })
  try {
    await expectWindows(createMemoryAttempts(WINDOWS), (seconds) => vi.advanceTimersByTime(seconds * 1000))
  } finally {
    vi.useRealTimers()
  }
})

test('a flood over a limit counts nothing more, and is to wait for all that is over', async () => {
  vi.useFakeTimers({ toFake: ['performance'] })
  const consume = vi.spyOn(MemoryCounter.prototype, 'consume')
  try {
    const attempts = createMemoryAttempts({ user: 1, address: 3 })
    const address = '192.0.2.1'
    for (let i = 0; i < 2; i++) await attempts.begin({ user: 'joe' })
    vi.advanceTimersByTime(499_500)
    for (let i = 0; i < 4; i++) await attempts.begin({ address })
    consume.mockClear()
    for (const attempt of [{ user: 'joe', address }, { address }, { user: 'zoë', address }]) {
      expect(await attempts.begin(attempt)).toEqual({ wait: 900, locks: false })
    }
    const elsewhere = { user: 'joe', address: '192.0.2.2' }
    expect(await attempts.begin(elsewhere)).toEqual({ wait: 401, locks: false })
    vi.advanceTimersByTime(400_000)
    expect(await attempts.begin(elsewhere)).toEqual({ wait: 1, locks: false })
    expect(consume).not.toHaveBeenCalled()
  } finally {
    consume.mockRestore()
    vi.useRealTimers()
  }
})

test('a clock that is set makes no wait longer, nor ends one', async () => {
  const attempts = createMemoryAttempts({ user: 1 })
  for (let i = 0; i < 2; i++) await attempts.begin({ user: 'joe' })
  try {
    for (const hours of [-5, 5]) {
      vi.setSystemTime(Date.now() + hours * 3_600_000)
      const { wait } = await attempts.begin({ user: 'joe' })
      expect(wait).toBeGreaterThan(890)
      expect(wait).toBeLessThanOrEqual(900)
    }
  } finally {
    vi.useRealTimers()
  }
})

test('the place that was confirmed longest ago is the one that is forgotten', async () => {
  const attempts = createMemoryAttempts({ keys: 50, user: 1 })
  const signIn = async (user: string) => {
    const attempt = { user, address: '192.0.2.1' }
    await attempts.begin(attempt)
    await attempts.succeed(attempt)
  }
  const isKnown = async (user: string) => {
    for (let i = 0; i < 3; i++) await attempts.begin({ user, address: '192.0.2.2' })
    return (await attempts.begin({ user, address: '192.0.2.1' })).wait === 0
  }
  for (const user of ['zoë', 'joe']) await signIn(user)
  for (let i = 0; i < 8; i++) await signIn(`user ${i}`)
  // Whom it knows already it confirms, and forgets nobody else for it.
  for (const user of ['joe', 'eve', 'max']) await signIn(user)
  for (const user of ['joe', 'user 1', 'max']) expect([user, await isKnown(user)]).toEqual([user, true])
  for (const user of ['zoë', 'user 0']) expect([user, await isKnown(user)]).toEqual([user, false])
})
