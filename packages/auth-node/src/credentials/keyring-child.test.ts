// The process that asks the keyring, with another module in the keyring's place.

import { existsSync, readFileSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { askChild } from './keyring-child.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fluxauth-child-'))
})
afterEach(async () => {
  vi.unstubAllEnvs()
  await rm(folder, { recursive: true })
})

const SIGNAL = new AbortController().signal

/** Has every process of Node run something first, and find a keyring that answers with what a function of JavaScript gives. */
async function stubKeyring(getPassword: string, first = ''): Promise<void> {
  const path = join(folder, 'keyring.cjs')
  const script = `
    const { Module } = require('node:module')
    const load = Module._load
    class Entry {
      constructor(service, account) {
        Object.assign(this, { service, account })
      }
      getPassword() {
        ${getPassword}
      }
    }
    Module._load = (name, ...rest) => (/@napi-rs.keyring/.test(name) ? { Entry } : load(name, ...rest))
    ${first}`
  await writeFile(path, script)
  vi.stubEnv('NODE_OPTIONS', `--require ${JSON.stringify(path)}`)
}

test('is told the names as they are, and gives a password as it is, of any length', async () => {
  await stubKeyring('return [this.service, this.account, "ä€😀".repeat(50_000)].join(" ")')
  const [service, account] = ['a "service"', "it's €\n$(one)"]
  expect(await askChild(service, account, SIGNAL)).toBe(`${service} ${account} ${'ä€😀'.repeat(50_000)}`)
})

test.each(['null', 'undefined'])('gives nothing where there is none: %s', async (none) => {
  await stubKeyring(`return ${none}`)
  expect(await askChild('fluxauth', 'a', SIGNAL)).toBeNull()
})

test.each([
  ['there is no keyring', 'throw new Error("no D-Bus")', ''],
  ['it ends before it is asked', '', 'process.exit()'],
])('rejects where %s', async (_, getPassword, first) => {
  await stubKeyring(getPassword, first)
  const long = 'a'.repeat(1_000_000) // more than a pipe takes that nobody reads
  await expect(askChild('fluxauth', long, SIGNAL)).rejects.toThrow('The keyring gave no answer')
})

test('is ended, and heeds no other signal, when nobody waits for it any more', async () => {
  const path = join(folder, 'pid')
  await stubKeyring(
    `require('node:fs').writeFileSync(${JSON.stringify(path)}, String(process.pid))
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)`,
    `process.on('SIGTERM', () => undefined)`,
  )
  const abort = new AbortController()
  const asked = expect(askChild('fluxauth', 'a', abort.signal)).rejects.toMatchObject({ name: 'AbortError' })
  const pid = await vi.waitFor(
    () => Number(existsSync(path) && readFileSync(path, 'utf8')) || expect.fail(),
    5000,
  )
  try {
    abort.abort()
    await asked
    await vi.waitFor(() => expect(() => process.kill(pid, 0)).toThrow('ESRCH'), 5000)
  } catch (error) {
    process.kill(pid, 'SIGKILL')
    throw error
  }
})
