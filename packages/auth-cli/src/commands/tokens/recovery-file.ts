// A file for a token of which there is no other, where it cannot be kept as it was wanted: made before that token is, so that there is room.

import {
  closeSync,
  fsyncSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readSync,
  rmSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'
import { UsageError } from '../../output/errors.ts'
import { ownFolder } from '../../profile/own-file.ts'

/** A file that nobody but its owner can read. */
export interface RecoveryFile {
  readonly path: string
  /** Writes the token in place of what holds its room. */
  write(token: string): void
  /** Removes it: it was not needed. */
  remove(): void
}

/** In bytes: longer than any token. */
const ROOM = 1024
const PLACEHOLDER = 'No token was written here: this file may be deleted.'.padEnd(ROOM - 1).concat('\n')

/**
 * Makes the file, and reads back what it was given.
 *
 * @throws {UsageError} `ERR_ROTATION_STORE` where that cannot be done
 */
export function reserveRecoveryFile(): RecoveryFile {
  const folder = ownFolder()
  const path = join(folder, `recovered-token-${Date.now()}-${process.pid}.txt`)
  let file: number | undefined
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    file = openSync(path, 'wx+', 0o600)
    writeSync(file, PLACEHOLDER, 0)
    fsyncSync(file)
    const read = Buffer.alloc(ROOM)
    readSync(file, read, 0, ROOM, 0)
    if (read.toString() !== PLACEHOLDER) throw Object.assign(new Error(), { code: 'it reads as another' })
  } catch (error) {
    if (file !== undefined) rmSync(path, { force: true })
    const { code = 'unknown' } = error as NodeJS.ErrnoException
    throw new UsageError(
      'ERR_ROTATION_STORE',
      `${path} cannot be written (${code}), where the new token would go if it could not be kept elsewhere. Nothing was done`,
    )
  }
  const opened = file
  return {
    path,
    write(token) {
      const length = writeSync(opened, `${token}\n`, 0)
      ftruncateSync(opened, length)
      fsyncSync(opened)
      closeSync(opened)
    },
    remove() {
      closeSync(opened)
      rmSync(path, { force: true })
    },
  }
}
