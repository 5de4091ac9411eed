// What somebody looks up stands on the page of its package: every entry, every function, class and constant of it, and every code of an error.

import { readdir, readFile } from 'node:fs/promises'
import { pathToFileURL } from 'node:url'
import { describe, expect, test } from 'vitest'
import { root } from './root.ts'

const LIBRARIES = ['auth-core', 'auth-node', 'auth-browser', 'auth-testkit']

interface Manifest {
  readonly exports: Readonly<Record<string, string | Readonly<Record<string, unknown>>>>
}

const page = (name: string) => readFile(root(`packages/${name}/README.md`), 'utf8')

/** The entries of a package, and the built file of each. Those without any are none of a program's. */
async function entriesOf(
  name: string,
): Promise<readonly (readonly [entry: string, file: string | undefined])[]> {
  const manifest = JSON.parse(await readFile(root(`packages/${name}/package.json`), 'utf8')) as Manifest
  return Object.entries(manifest.exports)
    .filter(([entry]) => entry !== './package.json')
    .map(([entry, conditions]) => {
      const [, file] = /"(\.\/dist\/[^"]+\.js)"/.exec(JSON.stringify(conditions)) ?? []
      return [entry, file && root(`packages/${name}/${file}`)]
    })
}

/** Sources without their tests, and without comments, which name what others throw. */
async function sourcesOf(name: string): Promise<string[]> {
  const folder = root(`packages/${name}/src`)
  const files = (await readdir(folder, { recursive: true })).filter(
    (file) => file.endsWith('.ts') && !/\.test\.ts$|(^|\/)testing\//.test(file),
  )
  const texts = await Promise.all(files.map((file) => readFile(`${folder}/${file}`, 'utf8')))
  return texts.map((text) => text.replace(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, ''))
}

/** The codes of a package's own errors: of libraries as their types have them, of the command as they are thrown. */
async function codesOf(name: string): Promise<string[]> {
  const own =
    name === 'auth-cli'
      ? /(?:\bnew \w+|\bsuper|\berror)\(\s*'(ERR_\w+)'|\bcode: '(ERR_\w+)'/g
      : /^\s*\| '(ERR_\w+)'$/gm
  const found = (await sourcesOf(name)).flatMap((text) =>
    [...text.matchAll(own)].map(([, thrown, told]) => thrown ?? told ?? ''),
  )
  return [...new Set(found)].sort()
}

/** Whether a page names a code: whole, or by its end behind another one that begins alike (`ERR_STORE_EXISTS`, `_ABSENT`). */
function names(text: string, code: string): boolean {
  if (new RegExp(`\\b${code}\\b`).test(text)) return true
  const parts = code.split('_')
  return parts.some((_, at) => {
    const [start, end] = [parts.slice(0, at).join('_'), parts.slice(at).join('_')]
    return at > 1 && text.includes(`\`${start}_`) && text.includes(`\`_${end}\``)
  })
}

describe.each(LIBRARIES)('the page of %s', (name) => {
  test('names every entry', async () => {
    const text = await page(name)
    const entries = (await entriesOf(name)).map(([entry]) => entry.slice(1)).filter(Boolean)
    expect(
      entries.filter((entry) => !new RegExp(`${entry.replace('.', '\\.')}(?![\\w/-])`).test(text)),
    ).toEqual([])
  })

  test('names whatever can be imported', async () => {
    const text = await page(name)
    const missing: string[] = []
    let looked = 0
    for (const [entry, file] of await entriesOf(name)) {
      // That of a worker does something instead of exporting it.
      if (file === undefined || entry === './worker-script') continue
      const exported = Object.keys((await import(pathToFileURL(file).href)) as object)
      looked += exported.length
      missing.push(...exported.filter((each) => !new RegExp(`\\b${each}\\b`).test(text)))
    }
    expect(looked).toBeGreaterThan(0)
    expect(missing).toEqual([])
  })
})

/** Less than there are, so that none is looked for by not being found. */
const CODES = { 'auth-core': 40, 'auth-node': 6, 'auth-browser': 18, 'auth-cli': 70 }

test.each(Object.entries(CODES))('the page of %s names every code of its errors', async (name, least) => {
  const text = await page(name)
  const codes = await codesOf(name)
  expect(codes.length).toBeGreaterThanOrEqual(least)
  expect(codes.filter((code) => !names(text, code))).toEqual([])
})
