// Where there is no room for more counters, those go with which the least is lost; and what ended gives back its own alone.

import { expect, test } from 'vitest'
import { createMemoryAttempts } from './memory.ts'
import { MemoryCounter } from './memory-counter.ts'

const pointsOf = async (counter: MemoryCounter, key: string) => (await counter.get(key))?.consumedPoints ?? 0
const consume = async (counter: MemoryCounter, key: string, times = 1) => {
  for (let i = 0; i < times; i++) await counter.consume(key).catch(() => undefined)
}

test('what was counted often outlasts what was counted once, and a lock outlasts both', async () => {
  const counter = new MemoryCounter(3, 900, 10)
  await consume(counter, 'often', 2)
  await consume(counter, 'locked', 4)
  for (let i = 0; i < 50; i++) await consume(counter, `once ${i}`)
  expect([await pointsOf(counter, 'often'), await pointsOf(counter, 'locked')]).toEqual([2, 4])
  for (let i = 0; i < 50; i++) await consume(counter, `also often ${i}`, 2)
  expect([await pointsOf(counter, 'often'), await pointsOf(counter, 'locked')]).toEqual([0, 4])
})

test('what was given back counts for less, or is not held any more', async () => {
  const counter = new MemoryCounter(3, 900, 10)
  await consume(counter, 'often', 2)
  await consume(counter, 'locked', 4)
  for (const key of ['often', 'locked', 'never']) await counter.reward(key)
  expect([await pointsOf(counter, 'often'), await pointsOf(counter, 'locked')]).toEqual([1, 3])
  // Held by now as what was counted once is, and as what was counted often.
  for (let i = 0; i < 50; i++) await consume(counter, `once ${i}`)
  expect([await pointsOf(counter, 'often'), await pointsOf(counter, 'locked')]).toEqual([0, 3])
  for (let i = 0; i < 50; i++) await consume(counter, `also often ${i}`, 2)
  expect(await pointsOf(counter, 'locked')).toBe(0)
  const empty = new MemoryCounter(3, 900, 10)
  await consume(empty, 'once')
  await empty.reward('once')
  expect([empty.size, await empty.get('once')]).toEqual([0, null])
})

test('what is over makes room first, also where it was a lock', async () => {
  const counter = new MemoryCounter(1, 0.2, 2)
  await consume(counter, 'over', 2)
  await new Promise((resolve) => setTimeout(resolve, 250))
  for (const key of ['a', 'b']) await consume(counter, key)
  expect([await pointsOf(counter, 'a'), await pointsOf(counter, 'b')]).toEqual([1, 1])
})

test.each(['cancel', 'succeed'] as const)(
  'an attempt that has ended is not given back again by another %s',
  async (end) => {
    const attempts = createMemoryAttempts({ user: 5 })
    for (let i = 0; i < 4; i++) await attempts.begin({ user: 'joe' })
    const attempt = { user: 'joe' }
    await attempts.begin(attempt)
    await attempts[end]?.(attempt)
    await attempts.cancel?.(attempt)
    await attempts.cancel?.(attempt)
    expect((await attempts.begin({ user: 'joe' })).wait).toBe(0)
    expect((await attempts.begin({ user: 'joe' })).wait).toBeGreaterThan(0)
  },
)
