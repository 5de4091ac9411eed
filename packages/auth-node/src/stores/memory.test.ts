// The store in memory passes the suite, and holds what it counts within bounds whatever is thrown at it.

import { testStore } from '@fluxauth/auth-testkit'
import { RateLimiterMemory } from 'rate-limiter-flexible'
import { expect, test, vi } from 'vitest'
import { createMemoryAttempts, createMemoryStore } from './memory.ts'

testStore('in memory', {}, ({ limits }) => ({ open: () => createMemoryStore({ limits }) }))

test('300,000 user names from as many addresses are no more than 100,000 counters', async () => {
  const consume = vi.spyOn(RateLimiterMemory.prototype, 'consume')
  const attempts = createMemoryAttempts()
  for (let i = 0; i < 300_000; i++) {
    await attempts.begin({ user: `user ${i}`, address: `10.${i >> 16}.${(i >> 8) & 255}.${i & 255}` })
    if (i % 10_000 === 0) consume.mock.calls.length = 0
  }
  const limiters = [...new Set(consume.mock.contexts as RateLimiterMemory[])]
  const kept = limiters.map((limiter) => limiter.dump().storage.length)
  expect(kept).toEqual([20_000, 20_000])
  consume.mockRestore()
}, 180_000)

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
  for (const user of ['joe', 'zoë']) await signIn(user)
  for (let i = 0; i < 8; i++) await signIn(`user ${i}`)
  await signIn('joe')
  await signIn('eve')
  expect(await isKnown('joe')).toBe(true)
  expect(await isKnown('zoë')).toBe(false)
})
