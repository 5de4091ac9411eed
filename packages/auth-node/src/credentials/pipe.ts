// What pipes gave: a pipe can be read once, and a source is asked for each request.

import type { Credentials } from '@fluxauth/auth-core'

interface Kept {
  /** What the path led to: that of a file descriptor may lead to another pipe later. */
  readonly pipe: string
  readonly text: Promise<string>
  /** What can be read anew: set once all has been read from a pipe with a name, which may have another writer. */
  renewable?: string
}

const kept = new Map<string, Kept>()

/**
 * Reads a pipe, or gives what it gave before. Whoever asks at the same time gets the same.
 *
 * @param stats of what the path leads to
 * @param read reads it
 */
export function readPipe(
  path: string,
  stats: { readonly dev: number; readonly ino: number },
  read: () => Promise<string>,
): Promise<string> {
  const pipe = `${stats.dev} ${stats.ino}`
  const before = kept.get(path)
  if (before?.pipe === pipe) return before.text
  const entry: Kept = { pipe, text: readToKeep() }
  kept.set(path, entry)
  return entry.text

  async function readToKeep(): Promise<string> {
    try {
      const text = await read()
      if (await hasName(path)) entry.renewable = text.trim()
      return text
    } catch (error) {
      if (kept.get(path) === entry) kept.delete(path)
      throw error
    }
  }
}

/** Drops what pipes with a name gave, after a server refused it. Those of this process give nothing a second time: theirs stays. */
export function forgetPipes(refused: Credentials): void {
  const secret = refused.scheme === 'basic' ? refused.password : refused.token
  for (const [path, { renewable }] of kept) if (renewable === secret.trim()) kept.delete(path)
}

/** Whether a path leads to a pipe in a folder, not to one that only this process and its parent know (`<(…)`, standard input). */
async function hasName(path: string): Promise<boolean> {
  const { realpath } = await import('node:fs/promises')
  return realpath(path).then(
    (real) => !/^\/dev\/(?:fd\/|stdin$)/.test(real),
    () => false,
  )
}
