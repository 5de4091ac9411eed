// The files of an SQLite store: for their owner alone, and nobody else's.

import { chmodSync, closeSync, lstatSync, openSync, type Stats } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { StoreError } from '@fluxauth/auth-core/server'

/** What SQLite appends to the file's name for those beside it, all of which hold what the file does. */
const BESIDE = ['', '-wal', '-shm', '-journal'] as const

/** In milliseconds: how often is looked at whether the file is still there. */
const LOOKED_AT_EVERY = 5000

/** The files of a store. */
export interface SqliteFiles {
  /** The file's whole path: SQLite takes no other meaning from it. */
  readonly path: string
  /** Looks at those that are there by now, which SQLite may have made in the meantime. */
  secure(): void
  /**
   * Looks every five seconds whether the file is still the one that was prepared.
   *
   * @throws {StoreError} `ERR_STORE_UNAVAILABLE` where it was deleted or replaced
   */
  check(): void
}

/**
 * Makes the file where there is none, and those that are there readable for their owner alone.
 *
 * @param name of the file
 * @throws {StoreError} `ERR_STORE_PERMISSIONS` where somebody else could have put, or could exchange, one of them
 */
export function prepareFiles(name: string): SqliteFiles {
  const path = resolve(name)
  refuseOpenFolder(dirname(path))
  const secure = () => {
    for (const suffix of BESIDE) secureFile(path + suffix)
  }
  // Those that are there come first: SQLite gives new ones beside the file the file's permissions.
  secure()
  try {
    closeSync(openSync(path, 'wx', 0o600))
  } catch (error) {
    // By another process, in this moment: it is looked at again once it is open.
    if (codeOf(error) !== 'EEXIST') throw error
  }
  return { path, secure, check: createCheck(path) }
}

/** Who has a file open that was deleted or replaced goes on with it alone, and misses what others revoke. */
function createCheck(path: string): () => void {
  // While it is open nothing else gets its number.
  const identify = () => {
    const stats = lstatSync(path, { bigint: true, throwIfNoEntry: false })
    return stats && `${stats.dev} ${stats.ino}`
  }
  const prepared = identify()
  let next = performance.now() + LOOKED_AT_EVERY
  return () => {
    const now = performance.now()
    if (now < next) return
    if (identify() !== prepared) {
      throw new StoreError(
        'ERR_STORE_UNAVAILABLE',
        `The SQLite file ${JSON.stringify(path)} was deleted or replaced while it was open: start this server again`,
      )
    }
    next = now + LOOKED_AT_EVERY
  }
}

function secureFile(path: string): void {
  // Not opened to be looked at: closing it again would undo the locks of whoever else in this process has it open.
  const stats = statsOf(path)
  if (!stats) return
  const name = JSON.stringify(path)
  if (!stats.isFile())
    refuse(`${name} is no plain file: give the store the path of the file itself, not of a link`)
  const self = process.geteuid?.()
  // Windows has neither; its folders say who may read what is in them.
  if (self === undefined) return
  if (stats.uid !== self) {
    refuse(
      `${name} belongs to another user: run as that user, or have it owned by the one that this server runs as`,
    )
  }
  if (stats.mode & 0o177) chmodSync(path, 0o600)
}

/** In a folder that everybody may write to, without the sticky bit, everybody can put another file in the place of one. */
function refuseOpenFolder(folder: string): void {
  const stats = statsOf(`${folder}/.`)
  if (process.geteuid === undefined || !stats || (stats.mode & 0o1002) !== 0o002) return
  refuse(
    `Everybody can exchange files in ${JSON.stringify(folder)}: keep the store in a folder of its owner (chmod o-w)`,
  )
}

function statsOf(path: string): Stats | undefined {
  try {
    return lstatSync(path)
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined
    throw error
  }
}

function codeOf(error: unknown): string | undefined {
  return (error as NodeJS.ErrnoException).code
}

function refuse(message: string): never {
  throw new StoreError('ERR_STORE_PERMISSIONS', message)
}
