// A generated adapter passes all that `pnpm check` asks, and its own tests, as it is; what cannot be made is refused whole.

import { execFile } from 'node:child_process'
import { cp, mkdir, mkdtemp, readdir, readFile, realpath, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, dirname, join, relative } from 'node:path'
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

/** What is not copied: what is made, but for the builds, which the packages of this repository find of each other. */
const LEFT = ['.git', '.turbo', 'coverage', 'node_modules']

/** Links what a package has installed; of what is of this repository, the copy. What a package manager keeps for itself stays out. */
const linkInstalled = async (folder: string) => {
  const from = join(root, folder, 'node_modules')
  const to = join(copy, folder, 'node_modules')
  const names = await readdir(from).catch(() => [])
  for (const name of names.filter((each) => each === '.bin' || !each.startsWith('.'))) {
    const inScope = name.startsWith('@') ? await readdir(join(from, name)) : ['']
    for (const inner of inScope) {
      const link = join(to, name, inner)
      await mkdir(dirname(link), { recursive: true })
      const target = await realpath(join(from, name, inner))
      await symlink(name === '@fluxauth' ? join(copy, relative(root, target)) : target, link)
    }
  }
}

beforeAll(async () => {
  copy = await realpath(await mkdtemp(join(tmpdir(), 'fluxauth-generate-')))
  await cp(root, copy, { recursive: true, filter: (path) => !LEFT.includes(basename(path)) })
  const { workspaces } = JSON.parse(await readFile(join(root, 'knip.json'), 'utf8'))
  for (const folder of ['.', 'packages/vectors', ...Object.keys(workspaces)]) await linkInstalled(folder)
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

const [PNPM = '', ...PNPM_ARGS] = /pnpm/.test(process.env.npm_execpath ?? '')
  ? [process.execPath, process.env.npm_execpath]
  : ['npx', '-y', 'pnpm@10']
/** Runs a script of a package of the copy. Nothing is installed first: the client that was generated for is nowhere to be had. */
const runScript = (folder: string, script: string) =>
  run(PNPM, [...PNPM_ARGS, '--config.verify-deps-before-run=false', 'run', script] as string[], {
    cwd: join(copy, folder),
    env,
    maxBuffer: 2 ** 24,
  }).catch(({ stdout, stderr }) => expect.fail(`${script}: ${stdout}${stderr}`))

describe('what is made', () => {
  test('says of every trait by which tests come to the suite, or go, whether the client has it', async () => {
    const contract = await readFile(join(root, 'packages/auth-testkit/src/clients/contract.ts'), 'utf8')
    const [, traits = ''] = /interface ClientTraits \{\n(.*?)\n\}/s.exec(contract) ?? []
    const given = [...traits.matchAll(/Default `false`.*\n *readonly (\w+)\?/g)].map(([, name]) => name)
    expect(given).toContain('keeps')
    const made = await readFile(inPackage('src/clients/my-client.test.ts'), 'utf8')
    expect(given.filter((name) => !new RegExp(`\\b${name}: (true|false)`).test(made))).toEqual([])
    expect(made).toContain('inHand: ')
    const parity = await readFile(inPackage('src/clients/my-client.parity.test.ts'), 'utf8')
    expect(parity).toContain('followsRedirects: ')
  })

  // All that `pnpm check` does, but for what it does in the packages that a new adapter changes nothing of.
  test('passes the whole check', async () => {
    const { scripts } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'))
    const [, tasks = ''] =
      /^turbo run ([\w: ]+) && pnpm lint$/.exec(scripts.check) ?? expect.fail(scripts.check)
    const { scripts: own } = JSON.parse(await manifestText())
    const ran = tasks.split(' ').filter((task) => own[task])
    expect(ran).toEqual(['build', 'typecheck', 'check:package'])
    for (const task of ran) await runScript('packages/auth-node', task)
    await runScript('.', 'lint')
    const built = await readdir(inPackage('dist'))
    for (const name of ['my-client', 'acme-axios']) {
      expect(built).toEqual(
        expect.arrayContaining([`${name}.js`, `${name}.cjs`, `${name}.d.ts`, `${name}.d.cts`]),
      )
    }
  }, 180_000)

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
