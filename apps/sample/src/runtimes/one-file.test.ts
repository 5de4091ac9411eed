// A program in one file, as a bundler makes it of a program of Node, and what it takes from beside it.

import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { build } from 'esbuild'
import { afterEach, beforeEach, expect, test } from 'vitest'

const run = promisify(execFile)
const here = fileURLToPath(new URL('.', import.meta.url))

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fluxauth-one-file-'))
})
afterEach(() => rm(folder, { recursive: true }))

/** In the place of the package that has a binary of its own. */
const KEYRING = `exports.AsyncEntry = class {}
exports.Entry = class {
  getPassword() {
    return 'my-token'
  }
}`

test.each([
  ['an ES module of an ES module', 'import', 'esm', 'mjs'],
  ['CommonJS of an ES module', 'import', 'cjs', 'cjs'],
  ['CommonJS of CommonJS', 'require', 'cjs', 'cjs'],
] as const)('takes the keyring of auth-node from beside it: %s', async (_, load, format, ending) => {
  const outfile = join(folder, `program.${ending}`)
  const loads =
    load === 'import'
      ? "import { fromKeyring } from '@fluxauth/auth-node'"
      : "const { fromKeyring } = require('@fluxauth/auth-node')"
  await build({
    stdin: {
      contents: `${loads}
        fromKeyring().find({ origin: 'http://localhost' })
          .then(({ credentials }) => console.log(credentials.token), ({ code }) => console.log(code))`,
      resolveDir: here,
    },
    outfile,
    format,
    bundle: true,
    platform: 'node',
    logLevel: 'silent',
  })
  const beside = join(folder, 'node_modules', '@napi-rs', 'keyring')
  const tell = async () => (await run(process.execPath, [outfile])).stdout.trim()

  await mkdir(beside, { recursive: true })
  await writeFile(join(beside, 'index.js'), 'throw new Error("no binary for this machine")')
  expect(await tell()).toBe('ERR_SOURCE_UNAVAILABLE')
  await writeFile(join(beside, 'index.js'), KEYRING)
  expect(await tell()).toBe('my-token')
})
