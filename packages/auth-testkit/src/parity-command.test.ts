// The command that prints the parity list ends in an error for every difference that is on no list, and where it compared nothing.

import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const path = (relative: string) => fileURLToPath(new URL(relative, import.meta.url))

function run(only: string): Promise<{ code: number | string | null | undefined; said: string }> {
  return new Promise((resolve) => {
    const args = [path('../scripts/parity.js'), path('./testing/parity'), only]
    execFile(process.execPath, args, (error, stdout) => {
      resolve({ code: error ? error.code : 0, said: stdout })
    })
  })
}

test.concurrent.each([
  ['alike-client', 0, /^that is alike: 6 requests alike, 0 different on purpose$/m],
  ['changing-client', 1, /^DIFFERENT, and on no list:\n {2}that changes: GET without a body$/m],
  [
    'silent-client',
    1,
    /^DIFFERENT, and on no list:\n {2}that is silent: what it tells of an answer differs/m,
  ],
  ['unreadable-client', 1, /^COULD NOT BE RUN: unreadable-client\.ts$/m],
  ['no-such-client', 1, /^There was nothing to compare/m],
])('%s: it ends with %d', async (only, code, says) => {
  const { said, ...ended } = await run(only)
  expect(said).toMatch(says)
  expect(ended).toEqual({ code })
})
