// The examples of the guides and the README files, each with what its reader has set up by then.

import { readdir, readFile } from 'node:fs/promises'
import type { Example, Runner } from './example.ts'
import { expectedOf, expectedOfShell } from './expected.ts'
import { root } from './root.ts'

const PACKAGES = ['auth-core', 'auth-node', 'auth-browser', 'auth-cli', 'auth-testkit']
const BLOCK = /^```(\w+)(?: (\S+))?\n([\s\S]*?)^```$/gm

/** The pages with examples. */
export async function readPages(): Promise<Example[]> {
  const guides = (await readdir(root('docs'))).filter((name) => name.endsWith('.md')).sort()
  const files = [
    'README.md',
    ...guides.map((name) => `docs/${name}`),
    ...PACKAGES.map((name) => `packages/${name}/README.md`),
  ]
  return (
    await Promise.all(files.map(async (file) => readPage(file, await readFile(root(file), 'utf8'))))
  ).flat()
}

/** On a page whose examples talk to another server than the sample: its name in `servers.ts`. */
const SERVER = /^<!-- The examples run against (.+)\. -->$/m

/**
 * Reads a page from top to bottom: `npm install` says what is there from here on, `export` and `unset` which variables, and a block with a
 * path behind its language is a file. Each `ts` block is an example; so is each `sh` block that uses the `fluxauth` command.
 */
function readPage(page: string, text: string): Example[] {
  const examples: Example[] = []
  const packages: string[] = []
  const files: Record<string, string> = {}
  const server = SERVER.exec(text)?.[1]
  const env: Record<string, string> = server ? {} : { INFLUX_TOKEN: 'my-token' }
  const add = (index: number, runner: Runner, code: string, expected: readonly string[]): void => {
    const title = `${page}, line ${text.slice(0, index).split('\n').length}`
    examples.push({
      title,
      code,
      runner,
      expected,
      packages: [...packages],
      env: { ...env },
      files: { ...files },
      server,
    })
  }
  for (const { 1: language, 2: path, 3: code = '', index } of text.matchAll(BLOCK)) {
    if (language === 'ts') add(index, runnerOf(code, path), code, expectedOf(code))
    else if (path) files[path] = code
    else if (language === 'sh') {
      for (const [, names = ''] of code.matchAll(/^npm install (.+)$/gm)) packages.push(...namesIn(names))
      for (const [, name = '', value] of code.matchAll(/^export (\w+)=(.*)$/gm)) env[name] = value ?? ''
      for (const [, name = ''] of code.matchAll(/^unset (\w+)$/gm)) delete env[name]
      const commands = code.replace(/^npm install .*\n+/gm, '')
      if (/\bfluxauth /.test(commands)) add(index, 'shell', commands, expectedOfShell(commands))
    }
  }
  return examples
}

function namesIn(command: string): string[] {
  return command.split(' ').filter((word) => word && !word.startsWith('-'))
}

function runnerOf(code: string, path = ''): Runner {
  if (path.endsWith('.test.ts')) return 'vitest'
  return code.includes("'@fluxauth/auth-browser") ? 'browser' : 'node'
}
