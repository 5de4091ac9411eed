// Who waits for a database that another process writes to gets it in turn and in time, and stands nothing still, however many they are.

import { expect, test } from 'vitest'
import { createWhenFree, patient } from './sqlite-busy.ts'

/** A database that is busy until it is told otherwise. */
function createDatabase() {
  const done: number[] = []
  let isFree = false
  let tries = 0
  return {
    done,
    tries: () => tries,
    free: () => {
      isFree = true
    },
    write: (number: number) => () => {
      tries++
      if (!isFree) throw Object.assign(new Error('database is locked'), { code: 'SQLITE_BUSY_SNAPSHOT' })
      return done.push(number)
    },
  }
}

test('ten thousand wait, one more is refused at once, and when it is free all have their turn without standing anything still', async () => {
  const { write, free, done, tries } = createDatabase()
  const whenFree = createWhenFree(60_000)
  const waiting = Array.from({ length: 10_000 }, (_, i) => whenFree(write(i)))
  await expect(whenFree(write(-1))).rejects.toMatchObject({
    code: 'ERR_STORE_UNAVAILABLE',
    message: expect.stringContaining('too much to do'),
  })
  // Of all who wait one tries.
  expect(tries()).toBeLessThan(5)
  free()
  const start = performance.now()
  const first = await Promise.race([
    waiting[0],
    new Promise<string>((resolve) => setTimeout(() => resolve('a timer'), 1000)),
  ])
  expect(first).toBe(1)
  const seen = await new Promise<number>((resolve) => setTimeout(() => resolve(done.length), 0))
  expect(seen).toBeLessThan(10_000)
  await Promise.all(waiting)
  expect(performance.now() - start).toBeLessThan(2000)
  expect(done).toEqual(Array.from({ length: 10_000 }, (_, i) => i))
  // And none of them is counted any more.
  expect(whenFree(write(10_000))).toBe(10_001)
  const again = createDatabase()
  const another = whenFree(again.write(0))
  again.free()
  expect(await another).toBe(1)
})

test('whose time is over is refused, and what fails otherwise makes room for the next', async () => {
  const { write, free } = createDatabase()
  const whenFree = createWhenFree(30)
  const broken = new Error('broken')
  const start = performance.now()
  const outcomes = await Promise.allSettled([1, 2, 3].map((number) => whenFree(write(number))))
  expect(performance.now() - start).toBeLessThan(1000)
  for (const outcome of outcomes) {
    expect(outcome).toMatchObject({
      status: 'rejected',
      reason: { code: 'ERR_STORE_UNAVAILABLE', message: expect.stringContaining('Another process writes') },
    })
  }
  let isBroken = false
  const breaking = whenFree(() => {
    if (isBroken) throw broken
    return write(4)()
  })
  const next = whenFree(write(5))
  isBroken = true
  free()
  await expect(breaking).rejects.toBe(broken)
  expect(await next).toBe(1)
})

test('what answers later waits as well, and what is broken is told at once', async () => {
  const { write, free } = createDatabase()
  const whenFree = createWhenFree(1000)
  const waiting = whenFree(async () => write(1)())
  free()
  expect(await waiting).toBe(1)
  await expect(
    whenFree(async () => {
      throw new Error('broken')
    }),
  ).rejects.toThrow('broken')
  expect(() => whenFree(() => expect.fail('broken'))).toThrow('broken')
})

test('what only reads does not stand in line with what writes', () => {
  const asked: string[] = []
  const noting = (what: string) =>
    function whenFree<T>(work: () => T): T {
      asked.push(what)
      return work()
    }
  const names = ['find', 'get', 'list', 'create', 'update', 'renew', 'delete', 'deleteAll', 'sweep'] as const
  const methods = Object.fromEntries(names.map((name) => [name, (...args: unknown[]) => [name, ...args]]))
  const store = patient(methods, noting('write'), noting('read'))
  for (const name of names) expect(store[name]?.(1, 2)).toEqual([name, 1, 2])
  expect(asked).toEqual(names.map((_, i) => (i < 3 ? 'read' : 'write')))
})
