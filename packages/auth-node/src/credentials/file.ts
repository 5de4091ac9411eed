// Reads files that hold secrets, without trusting their size or who else can read them.

import type { FileHandle } from 'node:fs/promises'
import { decodeText } from './secret.ts'
import { SourceError } from './source.ts'

const MAX_BYTES = 1024 * 1024

/** Options of {@link readSecretFile}. */
export interface ReadSecretFileOptions {
  /** Whether group and others must not be able to read the file. Default `true`; Windows has no such bits. */
  readonly ownerOnly?: boolean | undefined
}

/**
 * Reads a text file that holds a secret. A pipe will do as well.
 *
 * @returns the text, without a byte order mark
 * @throws {SourceError} `ERR_SOURCE_ABSENT`, `ERR_SOURCE_PERMISSIONS` or `ERR_SOURCE_INVALID` (over 1 MiB, not UTF-8, not readable)
 */
export async function readSecretFile(
  path: string,
  { ownerOnly = true }: ReadSecretFileOptions = {},
): Promise<string> {
  const { open } = await import('node:fs/promises') // a program with a credential in hand starts without it
  try {
    const file = await open(path, 'r')
    try {
      // Of the file that is open: the path may lead to another one by now.
      const { mode } = await file.stat()
      if (ownerOnly && process.platform !== 'win32' && (mode & 0o077) !== 0) {
        const quoted = `'${path.replaceAll("'", String.raw`'\''`)}'`
        throw new SourceError('ERR_SOURCE_PERMISSIONS', `Others can read ${path}. Do: chmod 600 ${quoted}`)
      }
      return decodeText(await readBounded(file, path), path)
    } finally {
      await file.close()
    }
  } catch (error) {
    if (error instanceof SourceError) throw error
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'ENOTDIR')
      throw new SourceError('ERR_SOURCE_ABSENT', `There is no ${path}`)
    throw new SourceError('ERR_SOURCE_INVALID', `${path} cannot be read (${code ?? 'unknown'})`, {
      cause: error,
    })
  }
}

/** Reads to the end, or to the bound: a device has no size to be trusted. */
async function readBounded(file: FileHandle, path: string): Promise<Buffer> {
  const chunks: Buffer[] = []
  for (let left = MAX_BYTES; ; ) {
    const { bytesRead, buffer } = await file.read(Buffer.alloc(8192), 0, 8192, null)
    if (bytesRead === 0) return Buffer.concat(chunks)
    left -= bytesRead
    if (left < 0)
      throw new SourceError('ERR_SOURCE_INVALID', `${path} is larger than 1 MiB: not a file of secrets`)
    chunks.push(buffer.subarray(0, bytesRead))
  }
}
