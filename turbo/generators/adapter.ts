// Adds an adapter to auth-node: its files, its subpath entry, and the client as an optional peer. All of it or nothing.

import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { readFile, rm, writeFile } from 'node:fs/promises'
import { createRequire, isBuiltin } from 'node:module'
import { join } from 'node:path'
import { promisify } from 'node:util'

type Editor = typeof import('jsonc-parser')

/** What an adapter is called. */
interface AdapterNames {
  /** The client's package, for example `@hapi/wreck`. */
  readonly client: string
  /** Its subpath entry and its files, for example `wreck`. */
  readonly subpath: string
  /** The end of its functions and types, for example `Wreck` in `authWreck`. */
  readonly pascal: string
}

/** Fills one template. */
export type Render = (template: string, names: AdapterNames) => string

/** The files of an adapter, by the ends of their names, which are those of their templates. */
const FILES = ['.ts', '.test.ts', '.parity.test.ts']

/** Says what is wrong with a package's name, if something is. */
export function refuseName(client: string): string | undefined {
  if (isBuiltin(client)) return `${client} is a module of Node's own: give the name of a package.`
  if (/^(@[a-z\d~-][\w.~-]*\/)?[a-z\d][a-z\d._-]*$/.test(client) && client.length <= 214) return undefined
  return `${JSON.stringify(client)} is no package's name: give one as it is installed, for example got or @hapi/wreck.`
}

/** Says what is wrong with a version, if something is. */
export function refuseVersion(version: string): string | undefined {
  if (/^\d+(\.\d+){0,2}$/.test(version)) return undefined
  return `${JSON.stringify(version)} is no version: give one to three numbers, for example 14.4 (its range is made of it).`
}

/**
 * Adds an adapter to `packages/auth-node`.
 *
 * @param root of the repository
 * @param client its package
 * @param version the oldest that it is to work with
 * @returns what to do next
 * @throws {Error} with a sentence, when there is one already or a name is wrong; nothing is written then
 */
export async function addAdapter(
  root: string,
  client: string,
  version: string,
  render: Render,
): Promise<string> {
  const wrong = refuseName(client) ?? refuseVersion(version)
  if (wrong) throw new Error(wrong)
  const folder = join(root, 'packages/auth-node')
  const manifestPath = join(folder, 'package.json')
  const buildPath = join(folder, 'tsup.config.ts')
  const [manifest, build] = await Promise.all([readFile(manifestPath, 'utf8'), readFile(buildPath, 'utf8')])
  const names = namesOf(client, (subpath) => isTaken(folder, manifest, build, subpath))

  const created = await Promise.all(
    FILES.map(async (end) => {
      const template = await readFile(join(root, `turbo/generators/templates/adapter${end}.hbs`), 'utf8')
      return { path: join(folder, `src/clients/${names.subpath}${end}`), text: render(template, names) }
    }),
  )
  const changed = [
    { path: manifestPath, text: editManifest(editorOf(root), manifest, names, version), before: manifest },
    { path: buildPath, text: editBuild(build, names), before: build },
  ]
  const written: string[] = []
  try {
    for (const { path, text } of created) {
      await writeFile(path, text, { flag: 'wx' })
      written.push(path)
    }
    // Where a line breaks depends on how long the names are.
    const biome = join(root, 'node_modules/@biomejs/biome/bin/biome')
    await promisify(execFile)(process.execPath, [biome, 'check', '--write', ...written], { cwd: root })
    for (const { path, text } of changed) await writeFile(path, text)
  } catch (error) {
    await Promise.all(written.map((path) => rm(path)))
    for (const { path, before } of changed) await writeFile(path, before)
    throw error
  }
  return `@fluxauth/auth-node/${names.subpath}: now run "pnpm install", and put ${client} in the place of node:http in src/clients/${names.subpath}.ts`
}

/** A scope is left away where what stays is not taken. */
function namesOf(client: string, isTaken: (subpath: string) => boolean): AdapterNames {
  const dashed = (text: string) =>
    text
      .replace(/^@/, '')
      .replace(/[^a-z\d]+/gi, '-')
      .toLowerCase()
  const [, bare = ''] = /^(?:@[^/]+\/)?(.+)$/.exec(client) ?? []
  const candidates = [...new Set([dashed(bare), dashed(client)])]
  const subpath = candidates.find((candidate) => !isTaken(candidate))
  if (subpath === undefined) {
    throw new Error(`auth-node has ${candidates.join(' and ')} already: change that, or remove it first.`)
  }
  const words = subpath.split('-').map((word) => word.charAt(0).toUpperCase() + word.slice(1))
  return { client, subpath, pascal: words.join('') }
}

function isTaken(folder: string, manifest: string, build: string, subpath: string): boolean {
  return (
    `./${subpath}` in JSON.parse(manifest).exports ||
    new RegExp(`^ +'?${subpath}'?:`, 'm').test(build) ||
    FILES.some((end) => existsSync(join(folder, `src/clients/${subpath}${end}`)))
  )
}

/** The editor, as Node loads it: what bundles this file cannot follow the way that it requires its own parts. */
function editorOf(root: string): Editor {
  return createRequire(join(root, 'package.json'))('jsonc-parser')
}

/** Adds the subpath entry in the way of the others, and the client as an optional peer, where it stands by the alphabet. */
function editManifest(
  editor: Editor,
  manifest: string,
  { client, subpath }: AdapterNames,
  version: string,
): string {
  const entry = {
    import: { types: `./dist/${subpath}.d.ts`, default: `./dist/${subpath}.js` },
    require: { types: `./dist/${subpath}.d.cts`, default: `./dist/${subpath}.cjs` },
  }
  const { devDependencies, dependencies = {} } = JSON.parse(manifest)
  let text = insert(editor, manifest, ['exports', `./${subpath}`], entry, (keys) =>
    keys.indexOf('./package.json'),
  )
  const has = (packages: object) => Object.hasOwn(packages, client)
  const exact = [...version.split('.'), '0', '0'].slice(0, 3).join('.')
  if (!has(devDependencies))
    text = insert(editor, text, ['devDependencies', client], `^${exact}`, inOrder(client))
  if (has(dependencies)) return text
  text = insert(editor, text, ['peerDependencies', client], `>=${version}`, inOrder(client))
  return insert(editor, text, ['peerDependenciesMeta', client], { optional: true }, inOrder(client))
}

function inOrder(name: string): (keys: readonly string[]) => number {
  return (keys) => keys.findIndex((key) => key > name)
}

/** Inserts a property before the one whose index is told; all else keeps its bytes. What is there already stays. */
function insert(
  { applyEdits, modify }: Editor,
  text: string,
  path: [parent: string, name: string],
  value: unknown,
  indexAmong: (keys: readonly string[]) => number,
): string {
  const [parent, name] = path
  if (Object.hasOwn(JSON.parse(text)[parent], name)) return text
  const edits = modify(text, path, value, {
    formattingOptions: { insertSpaces: true, tabSize: 2, eol: '\n' },
    getInsertionIndex: (keys) => {
      const index = indexAmong(keys)
      return index < 0 ? keys.length : index
    },
  })
  return applyEdits(text, edits)
}

function editBuild(build: string, { subpath }: AdapterNames): string {
  const key = /^[a-z]\w*$/.test(subpath) ? subpath : `'${subpath}'`
  const changed = build.replace(/\n\}\)/, `\n  ${key}: 'src/clients/${subpath}.ts',\n})`)
  if (changed === build)
    throw new Error('packages/auth-node/tsup.config.ts has no list of entries to add to.')
  return changed
}
