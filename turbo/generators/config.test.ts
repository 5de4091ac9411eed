// A generated adapter passes all that `pnpm check` asks of the package, and its own tests, as it is; what cannot be made is refused whole.

import { execFile } from 'node:child_process'
import { cp, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { addAdapter, refuseName, refuseVersion } from './adapter.ts'

const run = promisify(execFile)
const root = fileURLToPath(new URL('../..', import.meta.url))
const bin = (name: string) => join(root, 'node_modules/.bin', name)
const env = { ...process.env, TURBO_TELEMETRY_DISABLED: '1' }
let copy: string
let before: string

const inPackage = (path: string) => join(copy, 'packages/auth-node', path)
const manifestText = () => readFile(inPackage('package.json'), 'utf8')
const generate = (...answers: string[]) =>
  run(bin('gen'), ['run', 'adapter', '--root', copy, '--args', ...answers], {
    cwd: copy,
    env,
    timeout: 30_000,
  })

/** Every file that a generator may touch, with its text. */
const contents = async () => {
  const clients = await readdir(inPackage('src/clients'))
  const paths = ['package.json', 'tsup.config.ts', ...clients.map((file) => `src/clients/${file}`)]
  return Promise.all(paths.map(async (path) => [path, await readFile(inPackage(path), 'utf8')]))
}

/** A client that is installed, and is nobody's. */
const install = async (name: string) => {
  const folder = inPackage(`node_modules/${name}`)
  await mkdir(folder, { recursive: true })
  await writeFile(join(folder, 'package.json'), JSON.stringify({ name, version: '14.4.0', main: 'index.js' }))
  await writeFile(join(folder, 'index.js'), '')
}

beforeAll(async () => {
  copy = await mkdtemp(join(tmpdir(), 'fluxauth-generate-'))
  const files = [
    ...[
      'package.json',
      'pnpm-workspace.yaml',
      'pnpm-lock.yaml',
      'turbo.json',
      'turbo',
      'biome.json',
      '.gitignore',
    ],
    ...[
      '.dependency-cruiser.cjs',
      'tsconfig.base.json',
      'tsup.base.ts',
      'vitest.config.ts',
      'vitest.reporter.ts',
    ],
    ...['package.json', 'tsconfig.json', 'tsup.config.ts', 'src'].map((file) => `packages/auth-node/${file}`),
  ]
  for (const file of files) await cp(join(root, file), join(copy, file), { recursive: true })
  await symlink(join(root, 'node_modules'), join(copy, 'node_modules'))
  const installed = join(root, 'packages/auth-node/node_modules')
  for (const name of await readdir(installed)) {
    const link = inPackage(`node_modules/${name}`)
    await mkdir(dirname(link), { recursive: true })
    await symlink(join(installed, name), link)
  }
  await install('my-client')
  await install('@acme/axios')
  before = await manifestText()
  await generate('my-client', '14.4')
  await generate('@acme/axios', '2')
}, 120_000)
afterAll(() => rm(copy, { recursive: true }))

describe('the package.json', () => {
  test('has the subpath entries, before the last', async () => {
    const { exports } = JSON.parse(await manifestText())
    expect(Object.keys(exports).slice(-3)).toEqual(['./my-client', './acme-axios', './package.json'])
    expect(exports['./my-client']).toEqual({
      import: { types: './dist/my-client.d.ts', default: './dist/my-client.js' },
      require: { types: './dist/my-client.d.cts', default: './dist/my-client.cjs' },
    })
  })

  test('has the clients as optional peers, and to test with, in order', async () => {
    const { devDependencies, peerDependencies, peerDependenciesMeta } = JSON.parse(await manifestText())
    expect(devDependencies).toMatchObject({ 'my-client': '^14.4.0', '@acme/axios': '^2.0.0' })
    expect(peerDependencies).toMatchObject({ 'my-client': '>=14.4', '@acme/axios': '>=2' })
    expect(peerDependenciesMeta).toMatchObject({
      'my-client': { optional: true },
      '@acme/axios': { optional: true },
    })
    for (const each of [devDependencies, peerDependencies, peerDependenciesMeta]) {
      expect(Object.keys(each)).toEqual(Object.keys(each).sort())
    }
  })

  test('keeps every other line as it was', async () => {
    const lines = (await manifestText()).split('\n')
    const kept = before.split('\n')
    let at = 0
    for (const line of lines)
      if (line === kept[at] || `${line},` === kept[at] || line === `${kept[at]},`) at++
    expect(kept.slice(at)).toEqual([])
    expect(lines.filter((line) => !kept.includes(line) && !/my-client|acme/.test(line))).toEqual([])
  })
})

test('the build has the entries', async () => {
  const build = await readFile(inPackage('tsup.config.ts'), 'utf8')
  expect(build).toContain("\n  'my-client': 'src/clients/my-client.ts',\n")
  expect(build).toContain("\n  'acme-axios': 'src/clients/acme-axios.ts',\n})")
})

describe('what is made', () => {
  test('typechecks', async () => {
    await run(bin('tsc'), ['-p', 'packages/auth-node', '--noEmit'], { cwd: copy })
  }, 120_000)

  test('passes the linter, and the rules of who may import whom', async () => {
    await run(bin('biome'), ['check', 'packages', 'turbo'], { cwd: copy })
    await run(bin('depcruise'), ['packages/auth-node/src/clients', '--config', '.dependency-cruiser.cjs'], {
      cwd: copy,
    })
  }, 120_000)

  test('has no export, file or dependency that nobody uses', async () => {
    const { workspaces } = JSON.parse(await readFile(join(root, 'knip.json'), 'utf8'))
    const name = 'packages/auth-node'
    const config = { workspaces: { [name]: workspaces[name] } }
    await writeFile(join(copy, 'knip.json'), JSON.stringify(config))
    await run(bin('knip'), ['--workspace', name], { cwd: copy })
  }, 120_000)

  test('passes the conformance and the parity suite', async () => {
    const { stdout } = await run(bin('vitest'), ['run', 'clients/my-client', 'clients/acme-axios'], {
      cwd: copy,
    })
    const [, passed, failed] = /(\d+) passed, (\d+) failed/.exec(stdout) ?? []
    expect(Number(passed)).toBeGreaterThan(300)
    expect(failed).toBe('0')
  }, 120_000)
})

describe('refuses in a sentence, and writes nothing:', () => {
  test.each([
    ['what there is already', 'my-client', 'auth-node has my-client already'],
    ['a scoped one, of which there are both', '@acme/axios', 'auth-node has axios and acme-axios already'],
    ['what is the name of another file', 'quiet-request', 'auth-node has quiet-request already'],
    ['what is the name of another entry', 'server', 'auth-node has server already'],
    ['what is the name of the package’s own entry', 'index', 'auth-node has index already'],
    ['a module of Node’s', 'https', "https is a module of Node's own"],
  ])('%s', async (_, client, message) => {
    const kept = await contents()
    await expect(addAdapter(copy, client, '1', (template) => template)).rejects.toThrow(message)
    expect(await contents()).toEqual(kept)
  })

  test.each([
    '',
    'Got',
    'a b',
    '../a',
    '.a',
    '_a',
    '@a',
    '@a/',
    '@/a',
    'a/b',
    '@a/b/c',
    "a'b",
    'ä',
    'a'.repeat(215),
  ])('the name %j', (name) => {
    expect(refuseName(name)).toMatch(/is no package's name: give one as it is installed/)
  })

  test.each(['', 'latest', '^1', '1.x', '1.2.3.4', '>=1', '1.0.0-beta'])('the version %j', (version) => {
    expect(refuseVersion(version)).toMatch(/is no version: give one to three numbers/)
  })

  test('what cannot be written to the end', async () => {
    const kept = await contents()
    const render = (template: string) =>
      template.includes('testParity') ? 'this is no { TypeScript' : template
    await expect(addAdapter(copy, 'another', '1', render)).rejects.toThrow()
    expect(await contents()).toEqual(kept)
  })

  test('as the command, too', async () => {
    const kept = await contents()
    const told = await generate('my-client', '1').then(
      ({ stdout, stderr }) => stdout + stderr,
      ({ stdout, stderr }) => stdout + stderr,
    )
    expect(told).toContain('auth-node has my-client already')
    expect(await contents()).toEqual(kept)
  }, 60_000)
})
