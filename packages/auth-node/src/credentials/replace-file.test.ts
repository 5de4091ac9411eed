// A file that is replaced: nobody else reads the new one at any time, it is on the disk before it is seen, and where it cannot be, the old one stays.

import {
  chownSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { open } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { replaceFile } from './replace-file.ts'

let folder: string
let path: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'fluxauth-replace-'))
  path = join(folder, 'token')
})
afterEach(() => {
  vi.useRealTimers()
  vi.restoreAllMocks()
  vi.unstubAllGlobals()
  rmSync(folder, { recursive: true })
})

const beside = () => `${path}.fluxauth-new`
const modeOf = (file: string) => statSync(file).mode & 0o777
const always = async () => true

/** Whether this process has a file open; where that cannot be told it has not. */
const isOpen = (file: string) =>
  process.platform === 'linux' &&
  readdirSync('/proc/self/fd').some((fd) => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`) === file
    } catch {
      return false // that of the listing itself
    }
  })

test.each([0, 0o277])(
  'is its owner’s alone before it holds anything, whatever umask says: %o',
  async (umask) => {
    writeFileSync(path, 'old', { mode: 0o644 })
    const file = await open(path)
    const prototype = Object.getPrototypeOf(file)
    await file.close()
    const steps: string[] = []
    for (const step of ['writeFile', 'sync']) {
      const real = prototype[step]
      vi.spyOn(prototype, step).mockImplementation(async function (this: unknown, ...given) {
        if (step === 'writeFile') expect(modeOf(beside()) & 0o077).toBe(0)
        await new Promise((resolve) => setTimeout(resolve, step === 'sync' ? 5 : 20)) // who does not wait goes on
        await real.apply(this, given)
        steps.push(step)
      })
    }
    const umaskBefore = process.umask(umask)
    try {
      const isCurrent = async () => {
        steps.push(isOpen(beside()) ? 'open' : 'closed', `${readFileSync(path)}, ${readFileSync(beside())}`)
        return true
      }
      expect(await replaceFile(path, 'new', isCurrent)).toBe(true)
    } finally {
      process.umask(umaskBefore)
    }
    expect(steps).toEqual(['writeFile', 'sync', 'closed', 'old, new'])
    expect([readFileSync(path, 'utf8'), modeOf(path)]).toEqual(['new', 0o600])
    expect(readdirSync(folder)).toEqual(['token'])
  },
)

test.runIf(process.geteuid?.() === 0).each([
  [12_345, 12_346],
  [12_345, 0],
  [0, 12_346],
])('stays whose it was: user %i, group %i', async (uid, gid) => {
  writeFileSync(path, 'old')
  chownSync(path, uid, gid)
  await replaceFile(path, 'new', always)
  expect(statSync(path)).toMatchObject({ uid, gid })
})

test('stays as it is where it is not the one any more that the text was made of', async () => {
  writeFileSync(path, 'theirs')
  expect(await replaceFile(path, 'new', async () => false)).toBe(false)
  expect(readFileSync(path, 'utf8')).toBe('theirs')
  expect(readdirSync(folder)).toEqual(['token'])
})

describe('one that cannot be replaced', () => {
  // No file takes a folder's place.
  beforeEach(() => mkdirSync(path))

  test('is said to be so at once, and nothing lies beside it', async () => {
    const isCurrent = vi.fn(always)
    await expect(replaceFile(path, 'new', isCurrent)).rejects.toMatchObject({ code: 'EISDIR' })
    expect(isCurrent).toHaveBeenCalledOnce()
    expect(readdirSync(folder)).toEqual(['token'])
  })

  describe('on Windows, where one that is being read stays in its place', () => {
    beforeEach(() => {
      vi.useFakeTimers({ toFake: ['setTimeout'] })
      vi.spyOn(process, 'platform', 'get').mockReturnValue('win32')
    })

    /** Lets each pause go by at once, and counts how often it was looked whether the file is still the same. */
    const replaced = async (look: (looks: number) => boolean): Promise<[done: unknown, looks: number]> => {
      let looks = 0
      let done: unknown
      const replacing = replaceFile(path, 'new', async () => look(++looks))
        .catch(({ code }) => code)
        .then((outcome) => {
          done = outcome
        })
      while (done === undefined) {
        await new Promise((resolve) => setImmediate(resolve))
        vi.advanceTimersByTime(20)
      }
      await replacing
      return [done, looks]
    }

    test('is replaced as soon as that is done', async () => {
      const done = await replaced((looks) => {
        if (looks === 3) rmSync(path, { recursive: true })
        return true
      })
      expect(done).toEqual([true, 3])
      expect(readFileSync(path, 'utf8')).toBe('new')
    })

    test('is left to who replaced it meanwhile', async () => {
      expect(await replaced((looks) => looks < 3)).toEqual([false, 3])
    })

    test('is tried for two seconds', async () => {
      expect(await replaced(() => true)).toEqual(['EISDIR', 100])
      expect(readdirSync(folder)).toEqual(['token'])
    })
  })
})
