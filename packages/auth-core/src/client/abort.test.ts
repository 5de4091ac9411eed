// Waiting ends with the signal, and leaves nothing behind.

import { getEventListeners } from 'node:events'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { sleep, waitFor } from './abort.ts'

const never = new Promise<never>(() => undefined)
const enough = new Error('enough')

beforeEach(() => vi.useFakeTimers())
afterEach(() => vi.useRealTimers())

test.each([
  ['a promise', (signal: AbortSignal) => waitFor(never, signal)],
  ['a time', (signal: AbortSignal) => sleep(1000, signal)],
])('a signal ends the wait for %s with its reason, whether it aborts then or has before', async (_, wait) => {
  await expect(wait(AbortSignal.abort(enough))).rejects.toBe(enough)
  const aborter = new AbortController()
  const waited = wait(aborter.signal)
  aborter.abort(enough)
  await expect(waited).rejects.toBe(enough)
  expect(getEventListeners(aborter.signal, 'abort')).toEqual([])
  expect(vi.getTimerCount()).toBe(0)
})

test('a time is waited for to its end, with a signal and without', async () => {
  const { signal } = new AbortController()
  const done: string[] = []
  const waits = [
    sleep(1000, signal).then(() => done.push('with')),
    sleep(1000, null).then(() => done.push('')),
  ]
  await vi.advanceTimersByTimeAsync(999)
  expect(done).toEqual([])
  await vi.advanceTimersByTimeAsync(1)
  await Promise.all(waits)
  expect(done).toHaveLength(2)
  expect(getEventListeners(signal, 'abort')).toEqual([])
})
