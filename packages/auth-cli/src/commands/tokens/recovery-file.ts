// A file for a token of which there is no other, where it cannot be kept as it was wanted: made before that token is, so that there is room.

import { closeSync, fsyncSync, ftruncateSync, openSync, readSync, rmSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { updateSecretFile } from '@fluxauth/auth-node'
import { UsageError } from '../../output/errors.ts'
import { reportOf } from '../../output/report.ts'
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
export async function reserveRecoveryFile(): Promise<RecoveryFile> {
  const path = join(ownFolder(), `recovered-token-${Date.now()}-${process.pid}.txt`)
  let file: number | undefined
  try {
    await updateSecretFile(path, () => PLACEHOLDER)
    file = openSync(path, 'r+')
    const read = Buffer.alloc(ROOM)
    readSync(file, read, 0, ROOM, 0)
    if (read.toString() !== PLACEHOLDER)
      throw new UsageError('ERR_ROTATION_STORE', `${path} reads as something else than was written`)
  } catch (error) {
    if (file !== undefined) rmSync(path, { force: true })
    throw new UsageError(
      'ERR_ROTATION_STORE',
      `The new token would go to a file if it could not be kept elsewhere. ${reportOf(error).message}. Nothing was done`,
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
