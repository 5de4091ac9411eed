// Files that another program writes in place: they are empty for a moment, and who reads just then may get the one half of the old text and
// the other of the new.

import type { Stats } from 'node:fs'
import { readPlain } from './secret.ts'

/** In milliseconds: how long the first pause is, each of which is twice the one before, and how often the file is read. */
const PAUSE = 20
/** Who writes a file in place is done after 0.6 seconds, also where others have the cores meanwhile. */
const TRIES = 6

/** In milliseconds: a file that was left alone for so long is as it is meant to be. */
const SETTLED = 10_000

/**
 * Reads a file, and anew where it changed meanwhile, or where there is nothing in it and somebody has just written it.
 *
 * @param read gives its text; `undefined` where the file changed as it was read
 * @returns `undefined` where it did so each time
 */
export async function readWritten<Text extends string | undefined>(
  path: string,
  read: () => Promise<Text>,
): Promise<Text> {
  for (let tries = 1; ; tries++) {
    const text = await read()
    const isWritten = text !== undefined && (readPlain(text) || !(await isFresh(path)))
    if (isWritten || tries === TRIES) return text
    await new Promise((resolve) => setTimeout(resolve, PAUSE * 2 ** (tries - 1)))
  }
}

/** Tells a file from itself before and after it was written. */
export function versionOf({ dev, ino, size, mtimeMs, ctimeMs }: Stats): string {
  return [dev, ino, size, mtimeMs, ctimeMs].join()
}

async function isFresh(path: string): Promise<boolean> {
  const { stat } = await import('node:fs/promises')
  const stats = await stat(path).catch(() => undefined)
  return stats !== undefined && Math.abs(Date.now() - stats.mtimeMs) < SETTLED
}
