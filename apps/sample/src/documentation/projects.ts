// Empty projects with the packed packages in them: one that npm installs, flat, with all that any page names; and one a page that pnpm
// installs, in which a program finds what its page told to install, and nothing else.

import { execFile } from 'node:child_process'
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { promisify } from 'node:util'
import { root } from './root.ts'

const run = promisify(execFile)

/** How a package manager lays out what it installs. */
export interface Layout {
  readonly manager: 'npm' | 'pnpm'
  /** Where the projects are. */
  readonly folder: string
  /** The project of somebody who has installed these packages. */
  projectOf(packages: readonly string[]): string
}

/** Beside what a page names, every reader has a compiler and the types of Node. */
const COMPILER = ['@types/node', 'typescript']
const MANIFEST = { private: true, type: 'module' }
/** pnpm as it runs this very script, or as the README says how to run it. */
const [PNPM, ...PNPM_ARGS] = /pnpm/.test(process.env.npm_execpath ?? '')
  ? [process.execPath, process.env.npm_execpath ?? '']
  : ['npx', '-y', 'pnpm@10']
const ENV = { ...process.env, CI: 'true', npm_config_audit: 'false', npm_config_fund: 'false' }

/** Packs the built packages, as they would be published. Their files by their names. */
export async function pack(folder: string): Promise<ReadonlyMap<string, string>> {
  const args = ['--recursive', '--filter', './packages/auth-*', 'pack', '--pack-destination', folder]
  await run(PNPM, [...PNPM_ARGS, ...args], { cwd: root(), env: ENV })
  const files = await readdir(folder)
  return new Map(
    files.map((file) => [`@fluxauth/${/fluxauth-(auth-[a-z]+)/.exec(file)?.[1]}`, `file:${folder}/${file}`]),
  )
}

/** Installs everything into one project. */
export async function layOutWithNpm(
  folder: string,
  packed: ReadonlyMap<string, string>,
  sets: readonly (readonly string[])[],
): Promise<Layout> {
  const names = new Set([...packed.keys(), ...sets.flat(), ...COMPILER])
  await writeManifest(folder, await versionsOf(names, packed))
  await run('npm', ['install', '--prefer-offline', '--ignore-scripts'], { cwd: folder, env: ENV })
  return { manager: 'npm', folder, projectOf: () => folder }
}

/** Installs each set of packages into a project of its own. */
export async function layOutWithPnpm(
  folder: string,
  packed: ReadonlyMap<string, string>,
  sets: readonly (readonly string[])[],
): Promise<Layout> {
  const keyOf = (packages: readonly string[]) => [...new Set(packages)].sort().join(' ')
  const keys = [...new Set(sets.map(keyOf))]
  const projectOf = (packages: readonly string[]) => `${folder}/project-${keys.indexOf(keyOf(packages))}`
  await writeManifest(folder, await versionsOf(COMPILER, packed))
  for (const key of keys) {
    const packages = key.split(' ')
    await mkdir(projectOf(packages))
    await writeManifest(projectOf(packages), await versionsOf(packages, packed))
  }
  // The packages depend on each other's versions, which no registry has yet.
  const overrides = [...packed].map(([name, file]) => `  '${name}': ${file}\n`).join('')
  await writeFile(`${folder}/pnpm-workspace.yaml`, `packages: ['project-*']\noverrides:\n${overrides}`)
  await run(PNPM, [...PNPM_ARGS, 'install', '--prefer-offline', '--ignore-scripts'], {
    cwd: folder,
    env: ENV,
  })
  return { manager: 'pnpm', folder, projectOf }
}

function writeManifest(folder: string, dependencies: Readonly<Record<string, string>>): Promise<void> {
  return writeFile(`${folder}/package.json`, JSON.stringify({ ...MANIFEST, dependencies }))
}

/** The packed files, and of other packages the versions that this repository has: an example fails by its own fault alone. */
async function versionsOf(
  names: Iterable<string>,
  packed: ReadonlyMap<string, string>,
): Promise<Record<string, string>> {
  const versions = [...names].map(async (name) => [name, packed.get(name) ?? (await versionOf(name))])
  return Object.fromEntries(await Promise.all(versions))
}

async function versionOf(name: string): Promise<string> {
  for (const workspace of [
    '',
    'apps/sample/',
    'packages/auth-node/',
    'packages/auth-browser/',
    'packages/auth-testkit/',
  ]) {
    const manifest = root(`${workspace}node_modules/${name}/package.json`)
    const text = await readFile(manifest, 'utf8').catch(() => undefined)
    if (text) return (JSON.parse(text) as { version: string }).version
  }
  throw new Error(`A page says to install ${name}, which is not a package or development dependency here`)
}
