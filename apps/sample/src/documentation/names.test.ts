// What somebody looks up stands on the page of its package: every entry, every function, class and constant of it, and every code of an error.
// And where it is called, an editor shows how: every function has an example, or says where one is.

import { readdir, readFile } from 'node:fs/promises'
import { pathToFileURL } from 'node:url'
import ts from 'typescript'
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

interface ExportedFunction {
  readonly entry: string
  readonly name: string
  /** What stands before it in the types that are published. */
  readonly docstring: string
}

/** Every function that can be imported, as an editor finds it: by the types of each entry. */
async function functionsOf(names: readonly string[]): Promise<ExportedFunction[]> {
  const entries = (await Promise.all(names.map(async (name) => [name, await entriesOf(name)] as const)))
    .flatMap(([name, entries]) => entries.map(([entry, file]) => [`${name}${entry.slice(1)}`, file] as const))
    .flatMap(([entry, file]) => (file ? [{ entry, types: file.replace(/\.js$/, '.d.ts') }] : []))
  const program = ts.createProgram(
    entries.map(({ types }) => types),
    { module: ts.ModuleKind.NodeNext, moduleResolution: ts.ModuleResolutionKind.NodeNext, noLib: true },
  )
  const checker = program.getTypeChecker()
  return entries.flatMap(({ entry, types }) => {
    const source = program.getSourceFile(types)
    const module = source && checker.getSymbolAtLocation(source)
    // That of a worker does something instead of exporting it.
    const exported = module ? checker.getExportsOfModule(module) : []
    return exported.flatMap((symbol) => {
      const found = symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol
      const isValue = found.flags & ts.SymbolFlags.Value
      if (!isValue || checker.getTypeOfSymbol(found).getCallSignatures().length === 0) return []
      const comments = (found.declarations ?? []).flatMap((declaration) =>
        ts.getJSDocCommentsAndTags(declaration).map((comment) => comment.getText()),
      )
      return [{ entry, name: symbol.name, docstring: comments.join('\n') }]
    })
  })
}

/** The lines of each example, without the asterisks before them. */
function examplesIn(docstring: string): string {
  return [...docstring.matchAll(/@example\n((?:[ \t]*\*(?: (?!@).*)?\n)+)/g)].map(([, lines]) => lines).join()
}

/** The function whose example shows another one as well. */
const SHOWN_BY = /@see (?:\{@link (\w+)\}|`(\w+)`), whose example/

/** Of no use but to whoever writes a server adapter, where `servers/request.ts` of auth-node calls them once for all. */
const WITHOUT_EXAMPLE = ['atOnce', 'checkVerifier']

test('every function has an example, or names the one whose example shows it', async () => {
  const functions = await functionsOf(['auth-core', 'auth-node', 'auth-browser'])
  const missing = functions.filter(({ name, docstring }) => {
    const [, linked, named] = SHOWN_BY.exec(docstring) ?? []
    const elsewhere = functions.filter((other) => other.name === (linked ?? named))
    const shown = [docstring, ...elsewhere.map((other) => other.docstring)].map(examplesIn)
    return !shown.some((example) => new RegExp(`\\b${name}\\b`).test(example))
  })
  // Less than there are, so that none is well by not being found.
  expect(functions.length).toBeGreaterThanOrEqual(110)
  expect([...new Set(missing.map(({ name }) => name))].sort()).toEqual(WITHOUT_EXAMPLE)
})
