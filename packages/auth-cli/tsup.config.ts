import { readdirSync, readFileSync } from 'node:fs'
import { basename, dirname, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Options } from 'tsup'
import { publishedPackage } from '../../tsup.base.ts'

type Plugin = NonNullable<Options['esbuildPlugins']>[number]
type TsupPlugin = NonNullable<Options['plugins']>[number]

const here = fileURLToPath(new URL('.', import.meta.url))
const source = (path: string): string => resolve(here, 'src', path)
const { version } = JSON.parse(readFileSync(resolve(here, 'package.json'), 'utf8')) as { version: string }

/** What is loaded when it is needed, each a file of its own: the commands, and what few of them need. */
const ENTRIES: Readonly<Record<string, string>> = {
  main: 'src/main.ts',
  'by-commander': 'src/arguments/by-commander.ts',
  ask: 'src/input/ask.ts',
  core: 'src/core.ts',
  'find-credential': 'src/profile/find-credential.ts',
  'keyring-child': 'src/keyring-child.ts',
  report: 'src/output/report.ts',
  secrets: 'src/profile/secrets.ts',
  ...Object.fromEntries(
    readdirSync(source('commands'), { withFileTypes: true })
      .filter((file) => file.isFile())
      .map(({ name }) => [basename(name, '.ts'), `src/commands/${name}`]),
  ),
}

/** Packages that few commands need, by the file that they are put into. */
const PACKAGES: Readonly<Record<string, string>> = {
  '@decimalturn/toml-patch': 'toml-patch',
  'smol-toml': 'toml',
}

/** The files that `core.ts` puts together. */
const CORE = new Set(
  [
    'arguments/command',
    'arguments/read-usual',
    'output/errors',
    'output/fold',
    'output/print',
    'output/streams',
    'output/style',
    'output/terminal',
    'output/warn',
    'program',
    'settings',
  ]
    .map((name) => source(`${name}.ts`))
    .concat(source('core.ts')),
)

/**
 * Leaves what has a file of its own there: what is imported when it is needed, and what all have in common. Each of the other files is
 * bundled into whichever needs it, and may be there several times: a process runs one command.
 */
const filesOfTheirOwn: Plugin = {
  name: 'files-of-their-own',
  setup(build) {
    const names = new Map(Object.entries(ENTRIES).map(([name, path]) => [resolve(here, path), name]))
    build.onResolve({ filter: /.*/ }, ({ path, importer, kind }) => {
      if (kind === 'entry-point' || path.startsWith('node:')) return undefined
      const own = (name: string) => ({ path: `./${name}.cjs`, external: true })
      const file = path.startsWith('.') ? resolve(dirname(importer), path) : undefined
      if (file && CORE.has(file) && !CORE.has(importer)) return own('core')
      if (kind !== 'dynamic-import') return undefined
      const name = file ? (CORE.has(file) ? 'core' : names.get(file)) : PACKAGES[path]
      return name === undefined ? undefined : own(name)
    })
  },
}

/**
 * Has a file hand out what it exports as it is, and take that of another one so: a getter for each name, which esbuild makes for modules
 * that import each other in a circle, took a fortieth of the start.
 */
const plainExports: TsupPlugin = {
  name: 'plain-exports',
  renderChunk(code, { path }) {
    const exported = /var ([\w$]+)=\{\};[\w$]+\(\1,\{([^}]*)\}\);module\.exports=[\w$]+\(\1\);/.exec(code)
    const atEnd = /0&&\(module\.exports=\{[^}]*\}\)/
    if (Boolean(exported) !== atEnd.test(code)) throw new Error(`${path} has another form than before`)
    const [declared = '', , names = ''] = exported ?? []
    return {
      code: code
        .replace(declared, '')
        .replace(atEnd, () => `module.exports={${names.replaceAll('()=>', '')}}`)
        .replace(/[\w$]+\((require\("\.\/[\w-]+\.cjs"\)),1\)/g, '$1'),
    }
  },
}

// A CommonJS program with a file for each command: it starts in less time than ES modules do, and loads what a command needs alone.
const options: Options = {
  ...publishedPackage(
    {
      ...ENTRIES,
      ...Object.fromEntries(Object.values(PACKAGES).map((name) => [name, `src/packages/${name}.ts`])),
    },
    ['cjs'],
  ),
  target: 'node20',
  dts: false,
  sourcemap: false,
  splitting: false,
  minify: true,
  plugins: [plainExports],
  define: { VERSION: JSON.stringify(version) },
  // All but the keyring, which has a binary of its own.
  noExternal: [/^(?!node:|@napi-rs\/keyring)/],
  external: ['@napi-rs/keyring'],
  removeNodeProtocol: false,
  esbuildOptions(esbuild) {
    // By `require`: the first `import()` of a program loads all that ES modules need.
    esbuild.supported = { 'dynamic-import': false }
    esbuild.logOverride = { 'ignored-bare-import': 'silent' }
  },
  esbuildPlugins: [filesOfTheirOwn],
}
export default options
