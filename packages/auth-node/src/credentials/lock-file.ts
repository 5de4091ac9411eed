// A lock on a file, for all programs that change it: a folder beside it, which one of them alone can make.
//
// The packages for it listen to signals, to tidy up: a program that means to end in order at SIGTERM is ended by them on the spot.

import type { Stats } from 'node:fs'

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
  const { mkdir, rmdir, stat, utimes } = await import('node:fs/promises')
  const lock = `${path}.lock`
  const statsOf = (folder: string): Promise<Stats | undefined> =>
    stat(folder).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return undefined
      throw error
    })
  const isStale = async (folder: string): Promise<boolean> => {
    const stats = await statsOf(folder)
    return stats !== undefined && Date.now() - stats.mtimeMs > STALE
  }
  const make = (folder: string): Promise<boolean> =>
    mkdir(folder).then(
      () => true,
      (error: NodeJS.ErrnoException) => {
        if (error.code === 'EEXIST') return false
        throw error
      },
    )
  const touch = (): Promise<void> => {
    const now = new Date()
    return utimes(lock, now, now)
  }
  /** Has a dead one's lock for its own. One at a time: a second that looked before would take it from the first. */
  const inherit = async (): Promise<boolean> => {
    const heir = `${lock}-heir`
    if (!(await make(heir))) {
      if (await isStale(heir)) await rmdir(heir).catch(() => undefined)
      return false
    }
    try {
      if (!(await isStale(lock))) return false
      await touch()
      return true
    } finally {
      await rmdir(heir).catch(() => undefined)
    }
  }
  const take = async (): Promise<boolean> =>
    (await make(lock)) || ((await isStale(lock)) && (await inherit()))
  const end = performance.now() + PATIENCE
  for (let pause = 5; !(await take()); pause = Math.min(pause * 2, LONGEST_PAUSE)) {
    if (performance.now() > end) return undefined
    // Not all at the same time.
    await new Promise((resolve) => setTimeout(resolve, pause * (0.5 + Math.random())))
  }

  // A server of files has a clock of its own: let all go by this machine's.
  await touch()
  let said = (await statsOf(lock))?.mtimeMs
  const isHeld = async () => said !== undefined && (await statsOf(lock))?.mtimeMs === said
  let saying: Promise<void> = Promise.resolve()
  const timer = setInterval(() => {
    saying = (async () => {
      if (!(await isHeld())) return
      await touch()
      said = (await statsOf(lock))?.mtimeMs
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
