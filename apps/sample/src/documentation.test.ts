// Every example of the guides, the README files and the docstrings runs as it is written there, and gives what its comments say.

import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describeReal, startPostgres, startRedis } from '@fluxauth/auth-testkit/real'
import { transform } from 'esbuild'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { startServer } from './server/app.ts'

const root = (path: string) => fileURLToPath(new URL(`../../../${path}`, import.meta.url))
const PACKAGES = ['auth-core', 'auth-node', 'auth-browser', 'auth-testkit']
const GUIDES = (await readdir(root('docs')))
  .filter((name) => name.endsWith('.md'))
  .map((name) => `docs/${name}`)
const READMES = ['README.md', ...PACKAGES.map((name) => `packages/${name}/README.md`)]
/** What the pages call the server, and those that they use in their examples. */
const ADDRESS = 'http://localhost:8086'
const SEED = { username: 'zoë', password: 'open sesame', token: 'my-token' }
/** What a page about serving has set up before its shorter examples: a store, a token in it, and ways to start a server and call it. */
const SERVING = `{
  const { createServer } = await import('node:http')
  const { createMemoryStore, createVerifier } = await import('@fluxauth/auth-core/server')
  const store = createMemoryStore()
  const permissions = [{ action: 'read', resource: { type: 'buckets' } }]
  const { token } = await createVerifier({ store }).tokens.create({ userID: '1f', user: 'sensor-7', permissions })
  let origin
  const serve = async (app) => {
    await app.ready?.() // Fastify, which has a server of its own; node:http's is one, Koa and Express have listeners
    const server = app.server ?? (app.address ? app : createServer(app.callback?.() ?? app))
    await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
    origin = 'http://127.0.0.1:' + server.unref().address().port
  }
  const call = async (path, headers) => {
    const response = await fetch(origin + path, { headers: { ...headers, connection: 'close' } })
    return response.status + ' ' + (await response.text())
  }
  Object.assign(globalThis, { store, token, serve, call })
}
`
/** What the pages call the stores that many machines share. */
const STORES = [
  { address: 'redis://localhost:6379', parts: ['redis'], start: startRedis },
  { address: 'postgres://localhost:5432/postgres', parts: ['postgres', 'initdb'], start: startPostgres },
] as const
/** Examples that show a file of the reader's own, which does not exist here. */
const ABOUT_OTHER_FILES = /from '\.\//

interface Example {
  readonly title: string
  readonly code: string
  /** What the comments behind and below `console.log` say. */
  readonly expected: readonly string[]
  /** What the page exported before, in its `sh` blocks. */
  readonly env: Readonly<Record<string, string>>
  /** What the page showed before: blocks with a path behind their language, such as `toml ~/.influxdbv2/configs`. */
  readonly files: Readonly<Record<string, string>>
}

/** The examples of a page, each with what its reader has set up by then. */
async function readExamples(file: string, given: Readonly<Record<string, string>>): Promise<Example[]> {
  const examples: Example[] = []
  const env: Record<string, string> = { ...given }
  const files: Record<string, string> = {}
  const blocks = (await readFile(root(file), 'utf8')).matchAll(/^```(\w+)(?: (\S+))?\n([\s\S]*?)^```$/gm)
  for (const [, language, path, code = ''] of blocks) {
    if (path) files[path] = code
    else if (language === 'sh') {
      for (const [, name = '', value] of code.matchAll(/^export (\w+)=(.*)$/gm)) env[name] = value ?? ''
      for (const [, name = ''] of code.matchAll(/^unset (\w+)$/gm)) delete env[name]
    } else if (language === 'ts' && !ABOUT_OTHER_FILES.test(code)) {
      const title = `${file}, ${examples.length + 1}`
      examples.push({ title, code, expected: readExpected(code), env: { ...env }, files: { ...files } })
    }
  }
  return examples
}

/** What an example says that it prints: behind a `console.log`, or in the comments below a line that prints. */
function readExpected(code: string): string[] {
  const behind = [...code.matchAll(/^\s*(?:console\.log\(.*)?\) \/\/ (.+)$/gm)].map(
    ([, comment = '']) => comment,
  )
  const below = [...code.matchAll(/^\s*(?:console\.log|await fetch)\(.*\)\n((?:\/\/ .+\n)+)/gm)]
  return [
    ...behind,
    ...below.flatMap(([, lines = '']) =>
      lines
        .trimEnd()
        .replace(/^\/\/ /gm, '')
        .split('\n'),
    ),
  ]
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
const guides = (await Promise.all(GUIDES.map((file) => readExamples(file, {})))).flat()
const readmes = (
  await Promise.all(READMES.map((file) => readExamples(file, { INFLUX_TOKEN: SEED.token })))
).flat()
let folder: string
beforeAll(async () => {
  // Inside the sample, so that packages are found as a user's program finds them.
  folder = await mkdtemp(fileURLToPath(new URL('../node_modules/.examples-', import.meta.url)))
})
afterAll(async () => {
  await rm(folder, { recursive: true })
})

test.each([
  ['guides', guides, 20, 40],
  ['README files', readmes, 9, 12],
] as const)('there are examples in the %s', (_, examples, few, lines) => {
  expect(examples.length).toBeGreaterThan(few)
  expect(examples.flatMap(({ expected }) => expected).length).toBeGreaterThan(lines)
})

const onStores = [...readmes, ...guides].filter(({ code }) =>
  STORES.some(({ address }) => code.includes(address)),
)
const others = [...readmes, ...guides].filter((example) => !onStores.includes(example))

test.each(others)('$title', (example) => runExample(example))

for (const { address, parts, start } of STORES) {
  describeReal(`examples on ${address}`, parts, () => {
    test.each(onStores.filter(({ code }) => code.includes(address)))('$title', async (example) => {
      const running = await start()
      onTestFinished(() => running.stop())
      await runExample({ ...example, code: example.code.replaceAll(address, running.url) })
    })
  })
}

async function runExample({ title, code, expected, env, files }: Example): Promise<void> {
  const server = await startServer(SEED)
  onTestFinished(() => server.stop())
  const origin = server.origin.replace('127.0.0.1', 'localhost')
  const home = await mkdtemp(`${folder}/home-`)
  // What the example's reader has: a server at the documented address, files, a page's location, and what was typed in.
  const place = (text: string) =>
    text.replaceAll(ADDRESS, origin).replaceAll('/run/secrets', `${home}/run/secrets`)
  await mkdir(`${home}/run/secrets`, { recursive: true })
  for (const [name, content] of Object.entries(files)) {
    const path = place(name).replace(/^~/, home)
    await mkdir(dirname(path), { recursive: true })
    await writeFile(path, place(content), { mode: 0o600 })
  }
  const { username, password } = SEED
  const globals = JSON.stringify({ location: { origin }, username, password })
  const given = `Object.assign(globalThis, ${globals})\n${/\b(store|serve)\b/.test(code) ? SERVING : ''}`
  const { code: script } = await transform(given + place(code), { loader: 'ts' })
  const placed = Object.entries(env).map(([name, value]) => [name, place(value)])
  const { error, output } = await run(title, script, { HOME: home, ...Object.fromEntries(placed) }, home)
  expect(error).toBeNull()
  for (const line of expected) expect(compact(output)).toContain(compact(place(line)))
}

test('there are docstrings with examples', () => {
  expect(docstrings.length).toBeGreaterThan(14)
})

test.each(docstrings)('$title', async ({ title, script }) => {
  const { code } = await transform(script, { loader: 'ts' })
  expect((await run(title, code, {})).error).toBeNull()
})

/** Runs a script as a program of its own. */
async function run(title: string, script: string, env: Readonly<Record<string, string>>, cwd = folder) {
  const path = `${folder}/${title.replace(/\W+/g, '-')}.mjs`
  await writeFile(path, script)
  return new Promise<{ error: Error | null; output: string }>((resolve) => {
    execFile(
      process.execPath,
      [path],
      { cwd, env: { PATH: process.env.PATH, NO_COLOR: '1', ...env } },
      (error, output) => resolve({ error, output }),
    )
  })
}

/** Text without what differs between ways to print it. */
function compact(text: string): string {
  return text.replace(/\[Object: null prototype\]/g, '').replace(/\s+/g, '')
}
