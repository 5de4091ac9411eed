// Every example of the README files and of the docstrings runs as it is written there, and gives what its comments say.

import { execFile } from 'node:child_process'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { transform } from 'esbuild'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type SampleServer, startServer } from './server/app.ts'

const root = (path: string) => fileURLToPath(new URL(`../../../${path}`, import.meta.url))
const FILES = [
  'README.md',
  ...['auth-core', 'auth-node', 'auth-browser', 'auth-testkit'].map((name) => `packages/${name}/README.md`),
]
/** Examples that show a file of the reader's own, which does not exist here. */
const ABOUT_OTHER_FILES = /from '\.\//

interface Example {
  readonly title: string
  readonly code: string
  /** What the comments behind `console.log` say. */
  readonly expected: readonly string[]
}

async function readExamples(): Promise<Example[]> {
  const examples: Example[] = []
  for (const file of FILES) {
    const blocks = (await readFile(root(file), 'utf8')).matchAll(/^```ts\n([\s\S]*?)^```$/gm)
    for (const [index, [, code = '']] of [...blocks].entries()) {
      const expected = [...code.matchAll(/console\.log\(.*\) \/\/ (.+)$/gm)].map(
        ([, comment = '']) => comment,
      )
      if (!ABOUT_OTHER_FILES.test(code)) examples.push({ title: `${file}, ${index + 1}`, code, expected })
    }
  }
  return examples
}

/** The examples in docstrings that say what they give, by the package that exports what they use. */
async function readDocstrings(): Promise<{ title: string; script: string }[]> {
  const scripts: { title: string; script: string }[] = []
  for (const name of ['auth-core', 'auth-node']) {
    const folder = root(`packages/${name}/src`)
    for (const file of (await readdir(folder, { recursive: true })).filter((path) =>
      /(?<!test)\.ts$/.test(path),
    )) {
      const source = await readFile(`${folder}/${file}`, 'utf8')
      for (const [, example = ''] of source.matchAll(/@example\n((?: \* (?!@).*\n)+)/g)) {
        const script = toScript(example.replace(/^ \* /gm, ''), name)
        if (script)
          scripts.push({ title: `${name}/src/${file}: ${example.slice(3, 50).split('\n', 1)[0]}`, script })
      }
    }
  }
  return scripts
}

/** Makes each line with a comment behind it, or below it, a check. */
function toScript(example: string, name: string): string | undefined {
  const lines = example
    .trimEnd()
    .replace(/\n\/\/ /g, ' // ')
    .split('\n')
  if (!lines.some((line) => line.includes(' // '))) return undefined
  const body = lines.map((line) => {
    const [expression = '', expected] = line.split(/ +\/\/ /)
    return expected === undefined ? line : `assert.deepEqual(plain(${expression}), ${expected})`
  })
  return `import assert from 'node:assert/strict'
import * as core from '@fluxauth/auth-core'
import * as coreServer from '@fluxauth/auth-core/server'
import * as node from '@fluxauth/auth-node'
import * as nodeServer from '@fluxauth/auth-node/server'
Object.assign(globalThis, ${name === 'auth-core' ? 'core, coreServer' : 'node, nodeServer'})
const plain = (value) => (typeof value === 'object' ? JSON.parse(JSON.stringify(value)) : value)
${body.join('\n')}`
}

const docstrings = await readDocstrings()
const examples = await readExamples()
let server: SampleServer
let folder: string
beforeAll(async () => {
  server = await startServer()
  // Inside the sample, so that packages are found as a user's program finds them.
  folder = await mkdtemp(fileURLToPath(new URL('../node_modules/.examples-', import.meta.url)))
})
afterAll(async () => {
  await server.stop()
  await rm(folder, { recursive: true })
})

test('there are examples', () => {
  expect(examples.length).toBeGreaterThan(9)
  expect(examples.flatMap(({ expected }) => expected).length).toBeGreaterThan(12)
})

test.each(examples)('$title', async ({ title, code, expected }) => {
  // What the example's reader has: a page's location, what was typed in, and a server at the documented address.
  const { username, password, token } = server.credentials
  const given = `Object.assign(globalThis, ${JSON.stringify({ location: { origin: server.origin }, username, password })})\n`
  const { code: script } = await transform(given + code.replaceAll('http://localhost:8086', server.origin), {
    loader: 'ts',
  })
  const { error, output } = await run(title, script, { INFLUX_TOKEN: token })
  expect(error).toBeNull()
  for (const line of expected) expect(compact(output)).toContain(compact(line))
})

test('there are docstrings with examples', () => {
  expect(docstrings.length).toBeGreaterThan(14)
})

test.each(docstrings)('$title', async ({ title, script }) => {
  const { code } = await transform(script, { loader: 'ts' })
  expect((await run(title, code, {})).error).toBeNull()
})

/** Runs a script as a program of its own. */
async function run(title: string, script: string, env: Readonly<Record<string, string>>) {
  const path = `${folder}/${title.replace(/\W+/g, '-')}.mjs`
  await writeFile(path, script)
  return new Promise<{ error: Error | null; output: string }>((resolve) => {
    execFile(
      process.execPath,
      [path],
      { env: { PATH: process.env.PATH, NO_COLOR: '1', ...env } },
      (error, output) => resolve({ error, output }),
    )
  })
}

/** Text without what differs between ways to print it. */
function compact(text: string): string {
  return text.replace(/\[Object: null prototype\]/g, '').replace(/\s+/g, '')
}
