// A lock on a file, for all programs that change it: a folder beside it, which one of them alone can make.
//
// The packages for it listen to signals, to tidy up: a program that means to end in order at SIGTERM is ended by them on the spot.

import type { BigIntStats } from 'node:fs'

/** A lock that is held. */
export interface HeldLock {
  /** Whether it still is: a program that was stopped for long may have been taken for dead. */
  isHeld(): Promise<boolean>
  release(): Promise<void>
}

/** In milliseconds: whoever did not say for so long that it is there is dead, and its lock another's to take. */
const STALE = 10_000
const SAID_EVERY = 2000
/** In milliseconds: longer than a dead one's lock lasts. */
const PATIENCE = 20_000
const LONGEST_PAUSE = 100

/**
 * Takes the lock of a file, once it is free.
 *
 * @returns the lock; `undefined` where others had it for twenty seconds
 */
export async function lockFile(path: string): Promise<HeldLock | undefined> {
  const { rmdir } = await import('node:fs/promises')
  const lock = `${path}.lock`
  const end = performance.now() + PATIENCE
  for (let pause = 5; !(await take(lock)); pause = Math.min(pause * 2, LONGEST_PAUSE)) {
    if (performance.now() > end) return undefined
    // Not all at the same time.
    await new Promise((resolve) => setTimeout(resolve, pause * (0.5 + Math.random())))
  }

  // A server of files has a clock of its own: let all go by this machine's.
  await touch(lock)
  let said = (await statsOf(lock))?.mtimeNs
  const isHeld = async () => said !== undefined && (await statsOf(lock))?.mtimeNs === said
  let saying: Promise<void> = Promise.resolve()
  const timer = setInterval(() => {
    saying = (async () => {
      if (!(await isHeld())) return
      await touch(lock)
      said = (await statsOf(lock))?.mtimeNs
    })().catch(() => undefined)
  }, SAID_EVERY).unref()
  return {
    async isHeld() {
      await saying
      return isHeld()
    },
    async release() {
      clearInterval(timer)
      await saying
      if (await isHeld()) await rmdir(lock)
    },
  }
}

/** Makes a folder that nobody has, or has a dead one's for its own. */
async function take(folder: string): Promise<boolean> {
  const { mkdir } = await import('node:fs/promises')
  try {
    await mkdir(folder)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    return inherit(folder)
  }
}

/**
 * Has a dead one's folder for its own. One at a time: who looked before would take it from whom it has by then. They agree on it by a
 * folder that is named after what they have seen, so that it is of no use to who has seen what is no longer so. It may be a dead one's too.
 */
async function inherit(folder: string): Promise<boolean> {
  const { rmdir } = await import('node:fs/promises')
  const seen = await statsOf(folder)
  if (!seen || Date.now() - Number(seen.mtimeMs) <= STALE) return false
  const heir = `${folder}-${seen.ino}-${seen.mtimeNs}`
  if (!(await take(heir))) return false
  try {
    const now = await statsOf(folder)
    if (now?.ino !== seen.ino || now.mtimeNs !== seen.mtimeNs) return false
    await touch(folder)
    return true
  } finally {
    await rmdir(heir).catch(() => undefined)
  }
}

async function statsOf(folder: string): Promise<BigIntStats | undefined> {
  const { stat } = await import('node:fs/promises')
  return stat(folder, { bigint: true }).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined
    throw error
  })
}

async function touch(folder: string): Promise<void> {
  const { utimes } = await import('node:fs/promises')
  const now = new Date()
  await utimes(folder, now, now)
}
