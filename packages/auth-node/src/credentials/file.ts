// Reads files that hold secrets, without trusting their size or who else can read them.

import { SourceError } from './source.ts'

const MAX_BYTES = 1024 * 1024

/** Options of {@link readSecretFile}. */
export interface ReadSecretFileOptions {
  /** Whether group and others must not be able to read the file. Default `true`; Windows has no such bits. */
  readonly ownerOnly?: boolean | undefined
}

/**
 * Reads a text file that holds a secret.
 *
 * @returns the text, without a byte order mark
 * @throws {SourceError} `ERR_SOURCE_ABSENT`, `ERR_SOURCE_PERMISSIONS` or `ERR_SOURCE_INVALID` (over 1 MiB, not a file, not readable)
 */
export async function readSecretFile(
  path: string,
  { ownerOnly = true }: ReadSecretFileOptions = {},
): Promise<string> {
  const { readFile, stat } = await import('node:fs/promises') // a program with a credential in hand starts without it
  try {
    const { mode, size } = await stat(path)
    if (size > MAX_BYTES)
      throw new SourceError('ERR_SOURCE_INVALID', `${path} is larger than 1 MiB: not a file of secrets`)
    if (ownerOnly && process.platform !== 'win32' && (mode & 0o077) !== 0) {
      throw new SourceError('ERR_SOURCE_PERMISSIONS', `Others can read ${path}. Do: chmod 600 '${path}'`)
    }
    return (await readFile(path, 'utf8')).replace(/^\uFEFF/, '')
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
