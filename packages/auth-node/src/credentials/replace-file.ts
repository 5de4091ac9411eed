// Puts a new file in the place of another in one step: whoever reads meanwhile has the one or the other, and a full disk costs neither.

/** In milliseconds: how often is tried again, and how long, where Windows keeps a file that is being read in its place. */
const PAUSE = 20
const TRIES = 100

/**
 * Replaces a file, or makes it: for its owner alone, on the disk before it takes its place. Callers hold the file's lock.
 *
 * @param isCurrent asked last: whether it still is the file that the text was made of
 * @returns whether it is done; where it is not, the file is left as it is
 * @throws what the system says; then the file is as it was, and nothing lies beside it
 */
export async function replaceFile(
  path: string,
  text: string,
  isCurrent: () => Promise<boolean>,
): Promise<boolean> {
  const { open, rename, rm, stat } = await import('node:fs/promises')
  const beside = `${path}.fluxauth-new`
  // Of a program that was killed as it wrote: nobody else writes there while the lock is held.
  await rm(beside, { force: true })
  try {
    const file = await open(beside, 'wx', 0o600)
    try {
      const [old, own] = [await stat(path).catch(() => undefined), await file.stat()]
      if (old && (old.uid !== own.uid || old.gid !== own.gid)) {
        await file.chown(old.uid, old.gid).catch(() => undefined) // where this user may
      }
      await file.writeFile(text)
      await file.chmod(0o600)
      await file.sync()
    } finally {
      await file.close()
    }
    for (let tries = 1; ; tries++) {
      if (!(await isCurrent())) {
        await rm(beside, { force: true })
        return false
      }
      try {
        await rename(beside, path)
        return true
      } catch (error) {
        if (process.platform !== 'win32' || tries === TRIES) throw error
        await new Promise((resolve) => setTimeout(resolve, PAUSE))
      }
    }
  } catch (error) {
    await rm(beside, { force: true }).catch(() => undefined)
    throw error
  }
}
