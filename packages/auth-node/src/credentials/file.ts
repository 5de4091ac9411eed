// Reads files that hold secrets, without trusting their size, their speed or who else can read them.

import type { Stats } from 'node:fs'
import type { FileHandle } from 'node:fs/promises'
import { DEFAULT_TIMEOUT, withDeadline } from './deadline.ts'
import { fileHint } from './file-hints.ts'
import { readPipe } from './pipe.ts'
import { decodeText } from './secret.ts'
import { SourceError } from './source.ts'
import { readWritten, versionOf } from './written.ts'

const MAX_BYTES = 1024 * 1024

/** Options of {@link readSecretFile}. */
export interface ReadSecretFileOptions {
  /**
   * Whether the file must be this user's or root's, and nobody else be able to read it. Default `true`; Windows has no such bits.
   */
  readonly ownerOnly?: boolean | undefined
  /** Longest time to wait, in milliseconds. Default 3,000. */
  readonly timeout?: number | undefined
}

/**
 * Reads a text file that holds a secret. A pipe will do as well: it is read once, and what it gave is kept (see `forgetPipes`).
 *
 * @returns the text, without a byte order mark
 * @throws {SourceError} `ERR_SOURCE_ABSENT`, `ERR_SOURCE_PERMISSIONS`, `ERR_SOURCE_TIMEOUT` or `ERR_SOURCE_INVALID` (over 1 MiB, not
 *   UTF-8, not readable, written by others without end)
 */
export async function readSecretFile(
  path: string,
  { ownerOnly = true, timeout = DEFAULT_TIMEOUT }: ReadSecretFileOptions = {},
): Promise<string> {
  try {
    return await withDeadline(timeout, path, async (signal) => {
      const { stat } = await import('node:fs/promises') // a program with a credential in hand starts without it
      const stats = await stat(path)
      const read = () => readOnce(path, ownerOnly, signal)
      if (!stats.isFIFO()) return (await readWritten(path, read)) ?? beingWritten(path)
      if (ownerOnly) checkOwner(path, stats) // of one that was read before, too
      return readPipe(path, stats, async () => (await read()) ?? beingWritten(path))
    })
  } catch (error) {
    if (error instanceof SourceError) throw error
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'ENOTDIR') {
      const hint = /^~[/\\]/.test(path) ? ': write the home folder out, which only shells read from ~' : ''
      throw new SourceError('ERR_SOURCE_ABSENT', `There is no ${path}${hint}`)
    }
    throw new SourceError('ERR_SOURCE_INVALID', `${path} cannot be read${fileHint(error)}`, { cause: error })
  }
}

function beingWritten(path: string): never {
  throw new SourceError(
    'ERR_SOURCE_INVALID',
    `${path} is being written without end: read it when that is done`,
  )
}

/** @returns `undefined` where it changed as it was read */
async function readOnce(path: string, ownerOnly: boolean, signal: AbortSignal): Promise<string | undefined> {
  const { constants, open } = await import('node:fs/promises')
  // A pipe without a writer, or with a silent one, would hold one of the few threads that all files are read with.
  const file = await open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0))
  try {
    // Of the file that is open: the path may lead to another one by now.
    const stats = await file.stat()
    if (ownerOnly) checkOwner(path, stats)
    const bytes = await readBounded(file, path, stats.isFIFO(), signal)
    if (stats.isFile() && versionOf(stats) !== versionOf(await file.stat())) return undefined
    return decodeText(bytes, path)
  } finally {
    await file.close()
  }
}

/** Windows has neither owners nor modes of this kind. */
function checkOwner(path: string, { mode, uid }: Stats): void {
  if (process.platform === 'win32') return
  const quoted = `'${path.replaceAll("'", String.raw`'\''`)}'`
  const user = process.geteuid?.() ?? 0
  if (uid !== user && uid !== 0) {
    throw new SourceError(
      'ERR_SOURCE_PERMISSIONS',
      `${path} is another user's (${uid}), who could put any credential there. If it is yours, do: chown ${user} ${quoted}`,
    )
  }
  if ((mode & 0o077) !== 0) {
    throw new SourceError('ERR_SOURCE_PERMISSIONS', `Others can read ${path}. Do: chmod 600 ${quoted}`)
  }
}

/** Reads to the end, or to the bound: a device has no size to be trusted. A pipe ends when its writer is done, not before there is one. */
async function readBounded(
  file: FileHandle,
  path: string,
  isPipe: boolean,
  signal: AbortSignal,
): Promise<Buffer> {
  const chunks: Buffer[] = []
  for (let left = MAX_BYTES; ; ) {
    const chunk = await readChunk(file)
    if (chunk?.length === 0 && !(isPipe && chunks.length === 0)) return Buffer.concat(chunks)
    if (!chunk?.length) {
      await new Promise((resolve) => setTimeout(resolve, 10))
      signal.throwIfAborted()
      continue
    }
    left -= chunk.length
    if (left < 0)
      throw new SourceError('ERR_SOURCE_INVALID', `${path} is larger than 1 MiB: not a file of secrets`)
    chunks.push(chunk)
  }
}

/** `undefined` where there is nothing to read yet. */
async function readChunk(file: FileHandle): Promise<Buffer | undefined> {
  try {
    const { bytesRead, buffer } = await file.read(Buffer.alloc(8192), 0, 8192, null)
    return buffer.subarray(0, bytesRead)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EAGAIN') return undefined
    throw error
  }
}
