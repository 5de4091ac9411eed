// Files that another program writes in place: they are empty for a moment.

import { readPlain } from './secret.ts'

/** In milliseconds: who writes a file in place is done by then, and how often it is read until then. */
const PAUSE = 20
const TRIES = 6

/** In milliseconds: a file that was left alone for so long is as it is meant to be. */
const SETTLED = 10_000

/**
 * Reads a file, and anew where there is nothing in it and somebody has just written it.
 *
 * @param read gives its text
 */
export async function readWritten(path: string, read: () => Promise<string>): Promise<string> {
  for (let tries = 1; ; tries++) {
    const text = await read()
    if (readPlain(text) || tries === TRIES || !(await isFresh(path))) return text
    await new Promise((resolve) => setTimeout(resolve, PAUSE))
  }
}

async function isFresh(path: string): Promise<boolean> {
  const { stat } = await import('node:fs/promises')
  const stats = await stat(path).catch(() => undefined)
  return stats !== undefined && Math.abs(Date.now() - stats.mtimeMs) < SETTLED
}
