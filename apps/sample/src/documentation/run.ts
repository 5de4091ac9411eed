// Runs an example as its reader would, and returns what it prints.

import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { scryptPasswords } from '@fluxauth/auth-node/server'
import { transform } from 'esbuild'
import { startServer } from '../server/app.ts'
import { runInBrowser } from './browser.ts'
import { type Example, nameOf, READER, READER_FILES, READER_PAGE } from './example.ts'
import type { Layout } from './projects.ts'
import { fileOf } from './types.ts'

/** What the pages call the server, and a Cloud Serverless, whose manners the sample has. */
const ADDRESS = 'http://localhost:8086'
const CLOUD = 'https://eu-central-1-1.aws.cloud2.influxdata.com'
const SECONDS = 1000
/** One that is quick: there is a server for each example. */
const passwords = scryptPasswords({ cost: 1024, parallelization: 1 })

/** What an example did. */
export interface Outcome {
  readonly output: string
  /** Why it ended, where it should not have. */
  readonly error: string | undefined
  /** Text as the example's comments have it, with the addresses that it was run with. */
  readonly place: (text: string) => string
}

/**
 * Runs an example. Its reader has what a file cannot hold: a server at the documented address, a home with the page's files in it, the
 * variables that the page exported, and Redis and PostgreSQL at `addresses`.
 */
export async function runExample(
  layout: Layout,
  example: Example,
  addresses: Readonly<Record<string, string>> = {},
): Promise<Outcome> {
  const { code, runner, files, env: exported } = example
  const project = layout.projectOf(example.packages)
  const home = await mkdtemp(`${layout.folder}/home-`)
  const texts = [code, ...Object.values(files), ...Object.values(exported)]
  const asked = [ADDRESS, CLOUD].filter((address) => texts.some((text) => text.includes(address)))
  const needsServer = runner === 'browser' || asked.some((address) => !(address in addresses))
  const server = needsServer ? await startServer({ ...READER, passwords }) : undefined
  try {
    const origin = server?.origin.replace('127.0.0.1', 'localhost') ?? ADDRESS
    const places = { [ADDRESS]: origin, [CLOUD]: origin, '/run/secrets': `${home}/run/secrets`, ...addresses }
    const place = (text: string) =>
      Object.entries(places).reduce((placed, [documented, real]) => placed.replaceAll(documented, real), text)
    for (const [name, content] of Object.entries({ ...READER_FILES, ...files })) {
      const path = name.startsWith('/') ? place(name) : `${home}/${name.replace(/^~\//, '')}`
      await mkdir(dirname(path), { recursive: true })
      await writeFile(path, place(content), { mode: 0o600 })
    }
    await mkdir(`${home}/run/secrets`, { recursive: true })
    const env = {
      PATH: `${project}/node_modules/.bin:${process.env.PATH}`,
      HOME: home,
      NO_COLOR: '1',
      ...Object.fromEntries(Object.entries(exported).map(([name, value]) => [name, place(value)])),
    }
    const outcome = await {
      node: async () => {
        // Types are taken out and addresses placed; else it is the file that was compiled.
        const { code: script } = await transform(place(example.script ?? code), { loader: 'ts' })
        const file = `${project}/${nameOf(example)}.run.mjs`
        await writeFile(file, script)
        return runProgram(process.execPath, [file], home, env)
      },
      vitest: () => {
        // A whole suite takes its time: it runs where least is installed, and elsewhere says which tests it has.
        const command = layout.manager === 'pnpm' ? ['run', '--testTimeout', '30000'] : ['list']
        const vitest = `${project}/node_modules/vitest/vitest.mjs`
        const args = [vitest, ...command, '--root', project, fileOf(layout, example)]
        return runProgram(process.execPath, args, project, env)
      },
      shell: () => runProgram('bash', ['-euo', 'pipefail', '-c', place(code)], home, env),
      browser: () => runInBrowser(fileOf(layout, example), origin, files['index.html'] ?? READER_PAGE),
    }[runner]()
    return { ...outcome, place }
  } finally {
    await server?.stop()
  }
}

function runProgram(
  program: string,
  args: readonly string[],
  cwd: string,
  env: Readonly<Record<string, string>>,
): Promise<Omit<Outcome, 'place'>> {
  return new Promise((resolve) => {
    execFile(program, args, { cwd, env, timeout: 60 * SECONDS }, (error, output, complaints) => {
      resolve({ output, error: error ? `${error.message}\n${output}\n${complaints}` : undefined })
    }).stdin?.end()
  })
}
