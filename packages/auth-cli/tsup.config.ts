import { readdirSync, readFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { basename, dirname, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Options } from 'tsup'
import { publishedPackage } from '../../tsup.base.ts'

type Plugin = NonNullable<Options['esbuildPlugins']>[number]

const here = fileURLToPath(new URL('.', import.meta.url))
const source = (path: string): string => resolve(here, 'src', path)
const { version } = JSON.parse(readFileSync(resolve(here, 'package.json'), 'utf8')) as { version: string }

/** What is loaded when it is needed, each a file of its own: the commands, and what few of them need. */
const ENTRIES: Readonly<Record<string, string>> = {
  main: 'src/main.ts',
  ask: 'src/input/ask.ts',
  core: 'src/core.ts',
  'keyring-child': 'src/keyring-child.ts',
  report: 'src/output/report.ts',
  usage: 'src/output/usage.ts',
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
    'output/errors',
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
      if (path === 'commander') return CORE.has(importer) ? undefined : own('core')
      const file = path.startsWith('.') ? resolve(dirname(importer), path) : undefined
      if (file && CORE.has(file) && !CORE.has(importer)) return own('core')
      if (kind !== 'dynamic-import') return undefined
      const name = file ? (CORE.has(file) ? 'core' : names.get(file)) : PACKAGES[path]
      return name === undefined ? undefined : own(name)
    })
  },
}

/** The files of commander that are used. */
const COMMANDER = ['argument', 'command', 'error', 'help', 'option']

/**
 * Puts commander in as modules, whose functions the engine reads once: as CommonJS, each of its files is a function in a function, and to
 * read what is in them twice took a tenth of the start. Another tenth was `child_process`, for programs as subcommands, which none of
 * ours is.
 */
const commanderAsModules: Plugin = {
  name: 'commander-as-modules',
  setup(build) {
    build.onLoad({ filter: /[\\/]commander[\\/](?:index\.js|esm\.mjs)$/ }, () => ({
      contents: COMMANDER.map((name) => `export * from './lib/${name}.js'`).join('\n'),
    }))
    build.onLoad({ filter: /[\\/]commander[\\/]lib[\\/]/ }, async ({ path }) => {
      const contents = (await readFile(path, 'utf8'))
        .replace(/^const childProcess = .*$/m, 'const childProcess = {}')
        .replace(/^const (\{.*\}) = require\('\.\/(\w+)(?:\.js)?'\);$/gm, "import $1 from './$2.js'")
        .replace(/^exports\.(\w+) = \1;/gm, 'export { $1 }')
      const left = /.*(?:\brequire\('\.|\bexports\.).*/.exec(contents)
      if (left) throw new Error(`${path} has another form than before: ${left[0]}`)
      return { contents }
    })
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
  plugins: [],
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
  esbuildPlugins: [filesOfTheirOwn, commanderAsModules],
}
export default options
