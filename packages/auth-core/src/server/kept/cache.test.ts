// What is remembered of verified credentials stays within its bounds, and is never older than it may be.

import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { describe, expect, test } from 'vitest'
import type { Permissions, Principal } from '../index.ts'
import { type CacheOptions, moment, ShortMemory } from './cache.ts'
import { RevocationLog } from './revocations.ts'

function setUp(options: CacheOptions = {}) {
  const logs = [new RevocationLog(), new RevocationLog()] as const
  const memory = new ShortMemory<{ readonly principal: Principal }>(logs, { now: () => 0, ...options })
  const put = (credential: string, permissions: Permissions = [], text?: string, left?: number): void =>
    memory.set(
      credential,
      text,
      { principal: { by: 'token', userID: 'u1', user: 'joe', permissions } },
      moment(),
      left,
    )
  const kept = (...credentials: string[]) => credentials.filter((one) => memory.find(one) !== undefined)
  return { memory, logs, put, kept }
}

const permissions = (count: number): Permissions =>
  Array.from({ length: count }, (_, i) => ({ action: 'read', resource: { type: 'buckets', id: `${i}` } }))

describe('the memory of credentials is bounded', () => {
  test('by their number', () => {
    const { put, kept } = setUp({ entries: 2 })
    for (const one of ['a', 'b', 'c']) put(one)
    expect(kept('a', 'b', 'c')).toEqual(['b', 'c'])
    const none = setUp({ entries: 0 })
    none.put('a', [], 'text')
    expect([none.kept('a'), none.memory.get('text')]).toEqual([[], undefined])
  })

  test('by their length', () => {
    const { put, kept } = setUp({ bytes: 10_000 })
    for (const one of ['a', 'b', 'c']) put(one.repeat(4000))
    expect(kept(...['a', 'b', 'c'].map((one) => one.repeat(4000)))).toHaveLength(2)
  })

  test('by what they permit', () => {
    const many = setUp({ bytes: 10_000 })
    for (const one of ['a', 'b', 'c']) many.put(one, permissions(20))
    expect(many.kept('a', 'b', 'c')).toEqual(['b', 'c'])
    const all = setUp({ bytes: 1500 })
    for (const one of ['a', 'b', 'c']) all.put(one, 'all')
    expect(all.kept('a', 'b', 'c')).toEqual(['a', 'b', 'c'])
  })

  test('by how they are written, of which the last way counts', () => {
    const { memory, put, kept } = setUp({ bytes: 10_000 })
    put('a')
    put('b', [], 'short')
    for (let i = 0; i < 100; i++) {
      memory.find('b', 'long'.repeat(1000))
      memory.find('b', 'short')
    }
    expect(memory.get('long'.repeat(1000))).toBeUndefined()
    expect(memory.get('short')).toBeDefined()
    expect(kept('a', 'b')).toEqual(['a', 'b'])
    memory.find('b', 'long'.repeat(3000))
    expect(kept('a', 'b')).toEqual([])
  })

  test('where nobody says how, to 10,000 and to 8 MiB', () => {
    const { put, kept } = setUp()
    for (let i = 0; i < 10_001; i++) put(`${i}`)
    expect(kept('0', '1', '10000')).toEqual(['1', '10000'])
    const long = setUp()
    const names = Array.from({ length: 9 }, (_, i) => `${i}`.repeat(2 ** 20 - 1000))
    for (const one of names) long.put(one)
    expect(long.kept(...names).map(([first]) => first)).toEqual(['1', '2', '3', '4', '5', '6', '7', '8'])
  })

  test('and has room again for as much as has gone', () => {
    const { put, kept } = setUp({ bytes: 10_000 })
    const names = Array.from({ length: 1000 }, (_, i) => `${i}`)
    for (const one of names) put(one, permissions(10))
    expect(kept(...names)).toEqual(['996', '997', '998', '999'])
    for (const one of names) for (let i = 0; i < 3; i++) put(one, permissions(10), `${one} ${i}`)
    expect(kept(...names)).toEqual(['996', '997', '998', '999'])
  })
})

describe('a credential that is remembered', () => {
  test('ends after its seconds, counted from when its check began', () => {
    let now = 1000
    const { kept, memory } = setUp({ seconds: 5, now: () => now })
    const principal = { by: 'token', userID: 'u1', user: 'joe', permissions: [] } as const
    memory.set('a', 'text', { principal }, { ...moment(), at: 1000 })
    now = 5999.9
    expect([memory.get('text')?.principal, kept('a')]).toEqual([principal, ['a']])
    now = 6000
    expect([memory.get('text'), kept('a')]).toEqual([undefined, []])
  })

  test('ends before them where it is good for less', () => {
    let now = performance.now()
    const { put, kept, memory } = setUp({ seconds: 5, now: () => now })
    put('a', [], 'text of a', 2000)
    put('b', [], 'text of b')
    now += 1900
    expect(kept('a', 'b')).toEqual(['a', 'b'])
    now += 200
    expect(memory.get('text of a')).toBeUndefined()
    expect(kept('a', 'b')).toEqual(['b'])
  })

  test('stays in memory no longer than that, where others come', async () => {
    setFlagsFromString('--expose-gc')
    const collect = runInNewContext('gc') as () => void
    let now = performance.now()
    const { put, memory } = setUp({ now: () => now })
    const remember = () => {
      const known = { principal: { by: 'token', userID: 'u1', user: 'joe', permissions: [] } } as const
      memory.set('a', 'text', known, moment())
      return new WeakRef(known)
    }
    const kept = remember()
    const isThere = async () => {
      await new Promise((resolve) => setTimeout(resolve))
      collect()
      return kept.deref() !== undefined
    }
    put('b')
    expect(await isThere()).toBe(true)
    now += 5001
    put('c')
    expect(await isThere()).toBe(false)
  })

  test.each([0, 1] as const)('ends by what is revoked in either log, here that of %i', (which) => {
    const { put, kept, logs, memory } = setUp()
    put('a', [], 'text')
    logs[which].note({ userID: 'somebody else' })
    expect(kept('a')).toEqual(['a'])
    logs[which].note({ userID: 'u1' })
    expect([memory.get('text'), kept('a')]).toEqual([undefined, []])
    put('a', [], 'text')
    expect(kept('a')).toEqual(['a'])
  })

  test('is not even remembered where it was revoked while it was checked', () => {
    const { memory, logs, kept } = setUp()
    const began = moment()
    logs[0].note({ userID: 'u1' })
    memory.set(
      'a',
      undefined,
      { principal: { by: 'token', userID: 'u1', user: 'joe', permissions: [] } },
      began,
    )
    logs[1].note({ userID: 'somebody else' })
    expect(kept('a')).toEqual([])
  })
})
