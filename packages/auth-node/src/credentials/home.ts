// The user's home folder, which not every user has: a container may run as a number that no account belongs to.

import { homedir } from 'node:os'
import { isAbsolute } from 'node:path'
import { SourceError } from './source.ts'

/**
 * The user's home folder.
 *
 * @throws {SourceError} `ERR_SOURCE_ABSENT` where there is none, or `HOME` is no whole path: that would be another in each working folder
 * @example
 * import { homeFolder } from '@fluxauth/auth-node'
 *
 * console.log(homeFolder().length > 0) // true
 */
export function homeFolder(): string {
  try {
    const home = homedir()
    if (isAbsolute(home)) return home
  } catch {} // Said below: Node says it as an error of the system's.
  throw new SourceError(
    'ERR_SOURCE_ABSENT',
    'This user has no home folder: set HOME to the path of one, or say where the file is',
  )
}
