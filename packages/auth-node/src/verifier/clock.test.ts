// The clock of what is remembered: never behind, hardly ahead, and not running for nobody.

import { encodeToken } from '@fluxauth/auth-core'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createCoarseClock } from './clock.ts'
import { createVerifier, type StoredToken } from './index.ts'

beforeEach(() => {
  vi.useFakeTimers({ now: 1_000_000 })
})
afterEach(() => {
  vi.useRealTimers()
})

test('it is never behind the time, and at most a tenth of a second ahead', () => {
  const now = createCoarseClock()
  for (let i = 0; i < 1000; i++) {
    const ahead = now() - performance.now()
    expect(ahead).toBeGreaterThanOrEqual(0)
    expect(ahead).toBeLessThanOrEqual(100)
    vi.advanceTimersByTime(i % 37)
  }
})

test('it starts when it is asked, stops when nobody asks any more, and starts again with the right time', () => {
  const now = createCoarseClock()
  expect(vi.getTimerCount()).toBe(0)
  const start = performance.now()
  expect(now()).toBe(start + 100)
  expect(vi.getTimerCount()).toBe(1)
  vi.advanceTimersByTime(200)
  expect(vi.getTimerCount()).toBe(0)
  vi.advanceTimersByTime(3_600_000)
  expect(now()).toBe(start + 3_600_300)
})

test('whoever sets the time back does not set it back', () => {
  const now = createCoarseClock()
  const before = now()
  vi.setSystemTime(0)
  vi.advanceTimersByTime(200)
  expect(now()).toBeGreaterThan(before)
})

test('it keeps no process from ending', () => {
  vi.useRealTimers()
  const setInterval = vi.spyOn(globalThis, 'setInterval')
  createCoarseClock()()
  const timer = setInterval.mock.results[0]?.value as NodeJS.Timeout
  expect(timer.hasRef()).toBe(false)
  clearInterval(timer)
  setInterval.mockRestore()
})

test('what a verifier remembers by it ends within its seconds, and not long before', async () => {
  const stored: StoredToken = {
    id: '1',
    hash: '',
    userID: '1',
    user: 'joe',
    status: 'active',
    description: '',
    permissions: [],
    createdAt: '2026-01-01T00:00:00Z',
    updatedAt: '2026-01-01T00:00:00Z',
  }
  const findToken = vi.fn(() => stored)
  const verifier = createVerifier({ findToken, cache: { seconds: 2 } })
  const ask = () =>
    verifier.verify({
      method: 'GET',
      url: '/',
      authorization: encodeToken('my-token'),
      secure: true,
      header: () => undefined,
    })
  for (let milliseconds = 0; milliseconds < 1900; milliseconds += 10) {
    await ask()
    vi.advanceTimersByTime(10)
  }
  expect(findToken).toHaveBeenCalledTimes(1)
  vi.advanceTimersByTime(100)
  await ask()
  expect(findToken).toHaveBeenCalledTimes(2)
})
