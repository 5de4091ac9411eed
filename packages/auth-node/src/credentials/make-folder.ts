// Makes a folder and those above it. Node's own `recursive` goes round for ever where there may be no such folder (an automounted /home,
// /proc), and says of a disk that is read-only that there is no such file.

import { dirname } from 'node:path'

/**
 * Makes a folder for its owner alone, and those above it that are missing.
 *
 * @throws what the system says
 */
export async function makeFolder(path: string): Promise<void> {
  const { mkdir, stat } = await import('node:fs/promises')
  const make = (): Promise<void> =>
    mkdir(path, { mode: 0o700 }).catch(async (error: NodeJS.ErrnoException) => {
      // What is there already is said in many ways: it exists, is a folder, or is not this user's to make.
      if (!(await stat(path).catch(() => undefined))?.isDirectory()) throw error
    })
  try {
    await make()
  } catch (error) {
    const above = dirname(path)
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || above === path) throw error
    await makeFolder(above)
    await make()
  }
}
