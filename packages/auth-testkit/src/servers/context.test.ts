// A server that does not start, or does not stop, ends in a sentence before the test runner ends it without one.

import type { Principal, Verifier } from '@fluxauth/auth-core/server'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { CORS, closeServer, startServer, untilAsked } from './context.ts'

const never = () => new Promise<never>(() => undefined)
/** What a promise is rejected with, when eleven seconds have passed. */
const later = async (promise: Promise<unknown>) => {
  const said = promise.then(
    () => 'it was fulfilled',
    (error) => String(error),
  )
  await vi.advanceTimersByTimeAsync(11_000)
  return said
}

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

test('one that never tells that it listens', async () => {
  const visited = (_: Principal) => undefined
  const started = startServer(never, { verifier: {} as Verifier, visited, cors: CORS, tls: undefined })
  expect(await later(started)).toMatch(/The server was not started within 10 seconds. Likely nothing tells/)
})

test('one that waits for connections that are kept', async () => {
  const closed = closeServer({ close: never })
  expect(await later(closed)).toMatch(/close\(\) did not end within 10 seconds. Likely it waits for conn/)
})

test('one that lets requests wait for each other', async () => {
  expect(await later(untilAsked(() => 1, 2))).toMatch(/Of 2 requests at once not all were asked about/)
  expect(await later(untilAsked(() => 2, 2))).toBe('it was fulfilled')
})
