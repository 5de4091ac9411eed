// The times of a file's lock: how long it is waited for, how long a dead one's lasts, and how it stays with who lives.

import { mkdir, mkdtemp, readdir, rm, stat, utimes } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { updateSecretFile } from '../index.ts'
import { lockFile } from './lock-file.ts'

vi.mock('node:fs/promises', { spy: true })

/** A whole second, which every disk keeps as it is. */
const NOW = 1_800_000_000_000

let folder: string
let path: string
let lock: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fluxauth-lock-'))
  path = join(folder, 'token')
  lock = `${path}.lock`
})
afterEach(async () => {
  vi.useRealTimers()
  vi.restoreAllMocks()
  await rm(folder, { recursive: true })
})

const saidAt = async () => (await stat(lock)).mtimeMs
const say = (milliseconds: number) => utimes(lock, milliseconds / 1000, milliseconds / 1000)

/** Until somebody waits for a timer: files are read at their own time. */
async function untilWaiting(): Promise<void> {
  while (vi.getTimerCount() === 0) await setImmediate()
}

test('who has it says so every two seconds by the clock of this machine, until it is released', async () => {
  vi.useFakeTimers({ toFake: ['Date', 'setInterval', 'clearInterval'], now: NOW })
  const held = await lockFile(path)
  expect(await saidAt()).toBe(NOW)
  vi.advanceTimersByTime(1999)
  expect(await held?.isHeld()).toBe(true)
  expect(await saidAt()).toBe(NOW)
  for (const milliseconds of [1, 2000, 2000]) {
    vi.advanceTimersByTime(milliseconds)
    expect(await held?.isHeld()).toBe(true)
    expect(await saidAt()).toBe(Date.now())
  }
  vi.advanceTimersByTime(2000)
  await held?.release() // as it is being said
  expect(vi.getTimerCount()).toBe(0)
  expect(await readdir(folder)).toEqual([])
})

test.each(['asked whether it has it', 'done with it'])(
  'who is just saying so is %s after that',
  async (what) => {
    vi.useFakeTimers({ toFake: ['Date', 'setInterval', 'clearInterval'], now: NOW })
    const held = await lockFile(path)
    let isSaid: () => void = () => undefined
    const said = new Promise<void>((resolve) => {
      isSaid = resolve
    })
    const { utimes: real } = await vi.importActual<typeof import('node:fs/promises')>('node:fs/promises')
    vi.mocked(utimes).mockImplementationOnce(async (...given) => {
      await real(...given)
      await said
    })
    vi.advanceTimersByTime(2000)
    while ((await saidAt()) !== Date.now()) await setImmediate()
    const isDone = what === 'done with it'
    const outcome = isDone ? held?.release() : held?.isHeld()
    for (let i = 0; i < 5; i++) await saidAt()
    isSaid()
    expect(await outcome).toBe(isDone ? undefined : true)
    expect(await readdir(folder)).toEqual(isDone ? [] : ['token.lock'])
    await held?.release()
  },
)

test('who lost it leaves it to who has it by then, and asks for it no more', async () => {
  vi.useFakeTimers({ toFake: ['Date', 'setInterval', 'clearInterval'], now: NOW })
  const held = await lockFile(path)
  await say(NOW + 5000)
  for (let beats = 1; beats <= 2; beats++) {
    vi.advanceTimersByTime(2000)
    expect(await held?.isHeld()).toBe(false)
    expect(await saidAt()).toBe(NOW + 5000)
  }
  await held?.release()
  expect(await readdir(folder)).toEqual(['token.lock'])
})

test('who finds it gone has it no more, and releases nothing', async () => {
  const held = await lockFile(path)
  await rm(lock, { recursive: true })
  expect(await held?.isHeld()).toBe(false)
  await held?.release()
})

test('a dead one’s lasts for ten seconds', async () => {
  vi.useFakeTimers({ toFake: ['Date', 'setTimeout', 'setInterval', 'clearInterval'], now: NOW })
  await mkdir(lock)
  await say(NOW - 10_000)
  const waiting = lockFile(path)
  await untilWaiting()
  expect(await saidAt()).toBe(NOW - 10_000)
  vi.advanceTimersToNextTimer()
  const held = await waiting
  expect(await held?.isHeld()).toBe(true)
  await held?.release()
  expect(await readdir(folder)).toEqual([])
})

test('it is asked for at pauses that grow to a tenth of a second or so, and given up after twenty seconds', async () => {
  vi.useFakeTimers({ toFake: ['performance', 'setTimeout'] })
  vi.spyOn(Math, 'random').mockReturnValue(0.75)
  await mkdir(lock)
  let isOver = false
  const refused = expect(updateSecretFile(path, () => 'mine'))
    .rejects.toMatchObject({
      code: 'ERR_SOURCE_INVALID',
      message: expect.stringContaining(`or delete ${lock} where there is none`),
    })
    .finally(() => {
      isOver = true
    })
  const pauses: number[] = []
  while (!isOver) {
    await setImmediate()
    if (vi.getTimerCount() === 0) continue
    const before = performance.now()
    vi.advanceTimersToNextTimer()
    pauses.push(performance.now() - before)
  }
  await refused
  expect(pauses.slice(0, 7)).toEqual([6, 12, 25, 50, 100, 125, 125])
  const waited = pauses.reduce((sum, pause) => sum + pause)
  expect(waited).toBeGreaterThan(20_000)
  expect(waited - (pauses.at(-1) as number)).toBeLessThanOrEqual(20_000)
  expect(await readdir(folder)).toEqual(['token.lock'])
})
