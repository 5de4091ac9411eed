// Changes a file that holds secrets: under a lock, in one step, and readable for its owner alone.

import { basename, dirname, join, resolve } from 'node:path'
import { allowed, checkOptions } from '@fluxauth/auth-core/client'
import { fileHint, OUT_OF_FILES } from './file-hints.ts'
import { lockFile } from './lock-file.ts'
import { makeFolder } from './make-folder.ts'
import { replaceFile } from './replace-file.ts'
import { SourceError } from './source.ts'
import { readWritten, versionOf } from './written.ts'

/**
 * Changes a text file that holds secrets. It is replaced in one step with mode 0600, under a lock that does not depend on the path it is
 * reached by, so that any number of writers lose nothing; whoever reads meanwhile sees the file as it was or as it is. Its owner stays
 * the same; where the path is a symbolic link, what it leads to is written.
 *
 * Programs that know nothing of the lock and write the file in place, as the influx CLI does, lose nothing by it either, unless they
 * read before it and write after it.
 *
 * @param path the file; it and its folder are made when absent
 * @param change gets the text as it is (`''` where there is no file) and gives what it is to be; what it throws leaves the file as it
 *   was. It is called anew where such a program wrote the file meanwhile
 * @throws {SourceError} `ERR_SOURCE_INVALID` when the file cannot be written, or another program took the lock or does not cease to write
 * @throws {OptionsError} `ERR_OPTION_VALUE`: rejects with it
 * @example
 * import { updateSecretFile } from '@fluxauth/auth-node'
 *
 * await updateSecretFile('credentials/token', () => 'my-token')
 */
export async function updateSecretFile(
  path: string,
  change: (before: string) => string | Promise<string>,
): Promise<void> {
  checkOptions({ path, change }, { path: allowed.string(/./, 'a path'), change: allowed.callback })
  try {
    const { readFile } = await import('node:fs/promises')
    await makeFolder(dirname(resolve(path)))
    const target = await realTarget(path)
    const lock = await lockFile(target)
    if (!lock) throw beingWritten(path)
    const read = () =>
      readFile(target, 'utf8').catch((error: NodeJS.ErrnoException) => {
        if (error.code === 'ENOENT') return ''
        throw error
      })
    try {
      for (let tries = 1; ; tries++) {
        const version = await versionAt(target)
        const isCurrent = async () => (await versionAt(target)) === version
        const after = await readWritten(target, read)
          .then(change)
          .catch(async (error) => {
            if (await isCurrent()) throw error
            return undefined // half of a file makes little sense
          })
        if (!(await lock.isHeld())) throw beingWritten(path)
        if (after !== undefined && (await replaceFile(target, after, isCurrent))) return
        if (tries === TRIES) throw beingWritten(path)
      }
    } finally {
      await lock.release()
    }
  } catch (error) {
    const { code, syscall } = error as NodeJS.ErrnoException
    // Node says of a package's files which it could not open that the package is not there, and does not try again.
    if (code === 'ERR_MODULE_NOT_FOUND') {
      const why = `${OUT_OF_FILES}, and start the program anew where that does not help`
      throw new SourceError('ERR_SOURCE_INVALID', `${path} cannot be written, as ${why}`, { cause: error })
    }
    if (syscall === undefined) throw error
    throw new SourceError('ERR_SOURCE_INVALID', `${path} cannot be written${fileHint(error)}`, {
      cause: error,
    })
  }
}

/** How often a change is made that others undo by writing the file in place meanwhile. */
const TRIES = 50

/** `undefined` where there is no file. */
async function versionAt(path: string): Promise<string | undefined> {
  const { stat } = await import('node:fs/promises')
  return stat(path).then(versionOf, (error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined
    throw error
  })
}

function beingWritten(path: string): SourceError {
  return new SourceError(
    'ERR_SOURCE_INVALID',
    `${path} is being written by another program: try again when it is done, or delete ${path}.lock where there is none`,
  )
}

/** What a path leads to, there or not yet: a link and its target are one file, and have one lock. */
async function realTarget(path: string): Promise<string> {
  const { readlink, realpath } = await import('node:fs/promises')
  try {
    return await realpath(path)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    const linked = await readlink(path).catch(() => undefined)
    if (linked !== undefined) return realTarget(resolve(dirname(path), linked))
    return join(await realpath(dirname(path)), basename(path))
  }
}
