// Completion in a real zsh and a real fish, with the scripts as they are printed.

import { execFile } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { chmod, mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { describeReal } from '@fluxauth/auth-testkit/real'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { Person } from '../testing/person.ts'

const MAIN = fileURLToPath(new URL('../../dist/main.cjs', import.meta.url))
const run = promisify(execFile)

let person: Person
beforeEach(async () => {
  person = await Person.arrive()
  await mkdir(join(person.home, '.influxdbv2'))
  const configs = ['prod', 'staging', 'odd name', '$(touch evaluated)'].map(
    (name) => `["${name}"]\n  url = "http://localhost:8086"\n  token = "s3cret"\n`,
  )
  await writeFile(join(person.home, '.influxdbv2', 'configs'), configs.join('\n'), { mode: 0o600 })
  // What completion calls is the command itself; all else that is run writes down its arguments.
  const program = `#!/bin/sh
[ "$1" = complete ] && exec ${process.execPath} ${MAIN} "$@"
printf '%s\n' "$@" > "$HOME/ran"
`
  await writeFile(join(person.home, 'fluxauth'), program)
  await chmod(join(person.home, 'fluxauth'), 0o755)
})
afterEach(() => person.leave())

const inHome = () => ({
  cwd: person.home,
  env: { HOME: person.home, PATH: `${person.home}:${process.env.PATH}`, TERM: 'dumb' },
  timeout: 25_000,
})
const wasEvaluated = () => existsSync(join(person.home, 'evaluated'))

describeReal('zsh', ['zsh'], () => {
  const START = {
    'with the script sourced': 'autoload -Uz compinit; compinit -u; source ./completion.zsh',
    'with the script in its fpath': 'fpath=(./functions $fpath); autoload -Uz compinit; compinit -u',
  }
  beforeEach(async () => {
    const { stdout } = await person.run(['completion', 'zsh'])
    await writeFile(join(person.home, 'completion.zsh'), stdout)
    await mkdir(join(person.home, 'functions'))
    await writeFile(join(person.home, 'functions', '_fluxauth'), stdout)
    await writeFile(
      join(person.home, 'drive.zsh'),
      `zmodload zsh/zpty
zpty z zsh -f -i
# Typed in two pieces: what is echoed is not the prompt.
zpty -w z "PS1='rea''dy> '; $1; bindkey '^I' complete-word"
zpty -r z shown '*ready> *'
print -r -- $shown
zpty -w -n z "$2"
for i in {1..150}; do [[ -s ran ]] && break; sleep 0.1; done
zpty -d z
`,
    )
  })

  /** Types this on a terminal; returns what the shell said at its start, and the arguments that came of the line. */
  async function type(start: string, typed: string) {
    await rm(join(person.home, 'ran'), { force: true })
    const { stdout } = await run('zsh', ['-f', 'drive.zsh', start, typed], inHome())
    const ran = readFileSync(join(person.home, 'ran'), 'utf8')
    return { said: stdout, args: ran.trimEnd().split('\n') }
  }

  test.each(Object.entries(START))(
    'completes commands, options, choices and profiles %s',
    async (_, start) => {
      for (const [typed, args] of [
        ['tokens ro', ['tokens', 'rotate']],
        ['login --keep', ['login', '--keep-password']],
        ['login --store mem', ['login', '--store', 'memory']],
        ['status --profile st', ['status', '--profile', 'staging']],
        ['status --profile=st', ['status', '--profile=staging']],
      ] as const) {
        const { said, args: ran } = await type(start, `fluxauth ${typed}\t\n`)
        expect(ran).toEqual(args)
        expect(said).not.toMatch(/can only be called|not found|error/)
      }
    },
  )

  test('a name with a blank is one word, however it was begun', async () => {
    for (const begun of ['od', "'od", '"od', 'odd\\ n'])
      expect((await type(START['with the script sourced'], `fluxauth use ${begun}\t\n`)).args).toEqual([
        'use',
        'odd name',
      ])
  })

  test('neither what is typed nor a name is run', async () => {
    const start = START['with the script sourced']
    for (const typed of ['--p$(>evaluated)=', '--p`>evaluated`=x', "'a' $(>evaluated) "])
      await type(start, `fluxauth ${typed}\t\x15fluxauth end\n`)
    expect((await type(start, 'fluxauth use \\$\t\n')).args).toEqual(['use', '$(touch evaluated)'])
    expect(wasEvaluated()).toBe(false)
  })
})

describeReal('fish', ['fish'], () => {
  beforeEach(async () => {
    await writeFile(join(person.home, 'completion.fish'), (await person.run(['completion', 'fish'])).stdout)
  })

  async function complete(line: string): Promise<string[]> {
    const command = 'source completion.fish; complete -C $argv[1]'
    const { stdout, stderr } = await run('fish', ['--no-config', '-c', command, line], inHome())
    expect(stderr).toBe('')
    return stdout
      .split('\n')
      .filter(Boolean)
      .map((each) => each.split('\t')[0] ?? '')
  }

  test('completes commands, options, choices and profiles', async () => {
    expect(await complete('fluxauth log')).toEqual(['login', 'logout'])
    expect(await complete('fluxauth tokens ro')).toEqual(['rotate'])
    expect(await complete('fluxauth login --keep')).toEqual(['--keep-password'])
    expect((await complete('fluxauth login --store ')).sort()).toEqual(['file', 'keyring', 'memory'])
    expect(await complete('fluxauth status --profile st')).toEqual(['staging'])
    expect(await complete('fluxauth status --profile=st')).toEqual(['--profile=staging'])
    expect(await complete('fluxauth use od')).toEqual(['odd name'])
  })

  test('neither what is typed nor a name is run', async () => {
    await complete('fluxauth (touch evaluated) ')
    await complete('fluxauth --p(touch evaluated)=')
    await complete('fluxauth "$(touch evaluated)" ')
    expect(await complete('fluxauth use ')).toContain('$(touch evaluated)')
    expect(wasEvaluated()).toBe(false)
  })
})
