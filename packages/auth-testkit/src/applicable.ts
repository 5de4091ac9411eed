// What does not apply to what is tested is no test of it, rather than one that is skipped.

import { describe, test } from 'vitest'

/** A test of what applies. */
export function testWhen(
  applies: boolean | undefined,
): (title: string, run: () => void | Promise<void>) => void {
  return (title, run) => {
    if (applies) test(title, run)
  }
}

/** A group of tests of what applies. */
export function describeWhen(applies: boolean | undefined): (title: string, define: () => void) => void {
  return (title, define) => {
    if (applies) describe(title, define)
  }
}
