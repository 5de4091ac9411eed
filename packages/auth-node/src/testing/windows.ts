// In which time attempts count, and for how long a place is known, on a store whose time a test lets pass.

import type { Attempt, AttemptLimiter } from '@fluxauth/auth-core/server'
import { expect } from 'vitest'

/** What {@link expectWindows} wants the store to be opened with. */
export const WINDOWS = { user: 3, seconds: 900, rememberSeconds: 1000 } as const

/**
 * Expects attempts to count from the first of them, and a place to be known from the last time that the user signed in there.
 *
 * @param pass lets so many seconds pass
 */
export async function expectWindows(
  attempts: AttemptLimiter | undefined,
  pass: (seconds: number) => unknown,
): Promise<void> {
  /** In so many hundreds of seconds the attempt may be made. */
  const begin = async (attempt: Attempt) => Math.ceil(((await attempts?.begin(attempt))?.wait ?? 0) / 100)
  const joe = () => ({ user: 'joe' })
  const lock = async () => {
    for (const waits of [0, 0, 0, 9]) expect(await begin(joe())).toBe(waits)
  }
  expect([await begin(joe()), await begin(joe())]).toEqual([0, 0])
  await pass(700)
  expect([await begin(joe()), await begin(joe())]).toEqual([0, 2])
  await pass(100)
  expect(await begin(joe())).toBe(1)
  // Each time is a new one, of which all are let through, however often there was one in the last.
  await pass(1000)
  expect(await begin(joe())).toBe(0)
  for (let i = 0; i < 2; i++) {
    await pass(1000)
    await lock()
  }
  const home = () => ({ user: 'joe', address: '192.0.2.1' })
  const signIn = async () => {
    const attempt = home()
    expect(await begin(attempt)).toBe(0)
    await attempts?.succeed(attempt)
  }
  await pass(1000)
  await signIn()
  await pass(950)
  await signIn()
  await lock()
  await pass(850)
  // Not known any more from the first time, but from the second.
  await signIn()
  await pass(900)
  await lock()
  await pass(150)
  expect(await begin(home())).toBe(8)
}
