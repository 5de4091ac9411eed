// What a command waits for, said to a person who waits with it.

import { note } from './print.ts'
import { isTerminal } from './streams.ts'

/** In milliseconds: what takes no longer is not worth a word. */
const UNNOTICED = 1000

/** Waits, and says on a terminal what for. */
export async function waitFor<T>(what: string, ended: Promise<T>): Promise<T> {
  const timer = setTimeout(() => {
    if (isTerminal(2)) note(`Waiting for ${what} …`)
  }, UNNOTICED)
  return ended.finally(() => clearTimeout(timer))
}
