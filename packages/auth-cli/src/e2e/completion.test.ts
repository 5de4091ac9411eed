// Completion as shells ask for it, and in a real bash.

import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { chmod, mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { Person } from '../testing/person.ts'

const MAIN = fileURLToPath(new URL('../../dist/main.cjs', import.meta.url))
const BASH = '/usr/bin/bash'

let person: Person
beforeEach(async () => {
  person = await Person.arrive()
  await mkdir(join(person.home, '.influxdbv2'))
  const configs =
    '[prod]\n  url = "http://localhost:8086"\n  token = "s3cret"\n\n[staging]\n  url = "http://localhost:8087"\n'
  await writeFile(join(person.home, '.influxdbv2', 'configs'), configs, { mode: 0o600 })
})
afterEach(() => person.leave())

async function complete(...words: string[]): Promise<string[]> {
  const { stdout, code } = await person.run(['complete', '--', ...words])
  expect(code).toBe(0)
  return stdout
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith(':'))
    .map((line) => line.split('\t')[0] ?? '')
}

test('completes commands, commands below them, options, choices and profiles', async () => {
  expect(await complete('log')).toEqual(['login', 'logout'])
  expect(await complete('')).not.toContain('complete')
  expect(await complete('tokens', 'r')).toEqual(['rotate'])
  expect(await complete('login', '--keep')).toEqual(['--keep-password'])
  expect(await complete('login', '--store', '')).toEqual(['keyring', 'memory', 'file'])
  expect(await complete('status', '--profile', 's')).toEqual(['staging'])
  expect(await complete('use', 'p')).toEqual(['prod'])
  expect(await complete('snippet', 'py')).toEqual(['python'])
  expect(person.traces('s3cret').seen).toEqual([])
})

test('says nothing where profiles cannot be read', async () => {
  await writeFile(join(person.home, '.influxdbv2', 'configs'), 'not [ toml')
  const { stderr, code } = await person.run(['complete', '--', 'use', ''])
  expect([code, stderr]).toEqual([0, ''])
})

test.each(['bash', 'zsh', 'fish', 'powershell'])('prints a script for %s', async (shell) => {
  const { code, stdout } = await person.run(['completion', shell])
  expect([code, stdout]).toEqual([0, expect.stringMatching(/fluxauth complete '?--/)])
})

test('refuses other shells, and is not in the help by its inner name', async () => {
  expect((await person.run(['completion', 'tcsh'])).code).toBe(2)
  const { stdout } = await person.run(['--help'])
  expect(stdout).toContain('completion')
  expect(stdout).not.toMatch(/^\s+complete\s/m)
  expect((await person.run(['compl'])).stderr).toContain('did you mean completion?')
  expect((await person.run([])).stderr).not.toMatch(/complete\b/)
})

test.skipIf(!existsSync(BASH))('a real bash completes by it', async () => {
  const program = join(person.home, 'fluxauth')
  await writeFile(program, `#!/bin/sh\nexec ${process.execPath} ${MAIN} "$@"\n`)
  await chmod(program, 0o755)
  const script = join(person.home, 'completion.bash')
  await writeFile(script, (await person.run(['completion', 'bash'])).stdout)
  const ask = async (...words: string[]): Promise<string[]> => {
    const list = words.map((word) => `'${word}'`).join(' ')
    const command = `source ${script}; COMP_WORDS=(fluxauth ${list}); COMP_CWORD=${words.length}
_fluxauth; printf '%s\\n' "\${COMPREPLY[@]}"`
    const { stdout } = await promisify(execFile)(BASH, ['--noprofile', '--norc', '-c', command], {
      env: { PATH: `${person.home}:${process.env.PATH}`, HOME: person.home },
      cwd: person.home,
    })
    return stdout.trim().split('\n')
  }
  expect(await ask('tokens', 'ro')).toEqual(['rotate'])
  expect(await ask('status', '--profile', '=', 'st')).toEqual(['staging'])
  expect(await ask('login', '--store', '')).toEqual(['keyring', 'memory', 'file'])
  // What is typed is not run.
  await ask('$(touch evaluated)', '`touch evaluated`', 'x')
  expect(existsSync(join(person.home, 'evaluated'))).toBe(false)
})
