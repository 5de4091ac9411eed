// A generated adapter typechecks and passes the conformance suite as it is.

import { execFile } from 'node:child_process'
import { cp, mkdir, mkdtemp, readFile, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'

const run = promisify(execFile)
const root = fileURLToPath(new URL('../..', import.meta.url))
const bin = (name: string) => join(root, 'node_modules/.bin', name)
let copy: string

beforeAll(async () => {
  copy = await mkdtemp(join(tmpdir(), 'fluxauth-generate-'))
  const files = ['package.json', 'pnpm-workspace.yaml', 'pnpm-lock.yaml', 'turbo.json', 'turbo']
  for (const file of [
    ...files,
    'tsconfig.base.json',
    'tsup.base.ts',
    'vitest.config.ts',
    'vitest.reporter.ts',
  ])
    await cp(join(root, file), join(copy, file), { recursive: true })
  await symlink(join(root, 'node_modules'), join(copy, 'node_modules'))
  const [from, to] = [root, copy].map((folder) => join(folder, 'packages/auth-node'))
  await mkdir(`${to}`, { recursive: true })
  for (const file of ['package.json', 'tsconfig.json', 'tsup.config.ts', 'src'])
    await cp(join(`${from}`, file), join(`${to}`, file), { recursive: true })
  await symlink(join(`${from}`, 'node_modules'), join(`${to}`, 'node_modules'))
  const env = { ...process.env, TURBO_TELEMETRY_DISABLED: '1' }
  await run(bin('gen'), ['run', 'adapter', '--root', copy, '--args', 'my-client'], { cwd: copy, env })
}, 120_000)
afterAll(() => rm(copy, { recursive: true }))

test('has its subpath entry, in the package and in its build', async () => {
  const manifest = JSON.parse(await readFile(join(copy, 'packages/auth-node/package.json'), 'utf8'))
  expect(manifest.exports['./my-client'].import.default).toBe('./dist/my-client.js')
  expect(Object.keys(manifest.exports).at(-1)).toBe('./package.json')
  expect(await readFile(join(copy, 'packages/auth-node/tsup.config.ts'), 'utf8')).toContain(
    "'my-client': 'src/clients/my-client.ts',",
  )
})

test('typechecks', async () => {
  await run(bin('tsc'), ['-p', 'packages/auth-node', '--noEmit'], { cwd: copy })
}, 120_000)

test('passes the conformance suite', async () => {
  const { stdout } = await run(bin('vitest'), ['run', 'my-client'], { cwd: copy })
  const [, passed, failed] = /(\d+) passed, (\d+) failed/.exec(stdout) ?? []
  expect(Number(passed)).toBeGreaterThan(90)
  expect(failed).toBe('0')
}, 120_000)
