// What every published package's build has in common: an entry for each subpath, its types, and maps that name no folder of ours.

import { readFile, writeFile } from 'node:fs/promises'
import { basename, dirname, isAbsolute, relative, resolve } from 'node:path'
import type { Options } from 'tsup'

type Format = 'esm' | 'cjs'

/**
 * The tsup options of a published package.
 *
 * @param entry subpath entries, output name to source file
 * @param format ESM and CJS, unless the package needs what loads as ESM alone
 */
export function publishedPackage(
  entry: Record<string, string>,
  format: readonly Format[] = ['esm', 'cjs'],
): Options {
  return {
    entry,
    format: [...format],
    target: 'es2022',
    dts: true,
    sourcemap: true,
    clean: true,
    splitting: true,
    treeshake: false,
    plugins: [
      {
        name: 'relative-sources',
        buildEnd: async ({ writtenFiles }) => {
          const built = writtenFiles.filter(({ name }) => /\.c?js$/.test(name))
          await Promise.all(built.map(({ name }) => makeRelative(resolve(`${name}.map`))))
        },
      },
    ],
  }
}

/** Has a source map name its sources by the way from itself: tsup's CJS maps hold the folder that they were built in. */
async function makeRelative(path: string): Promise<void> {
  const map = JSON.parse(await readFile(path, 'utf8')) as { sources: string[]; file?: string }
  map.sources = map.sources.map((source) => (isAbsolute(source) ? relative(dirname(path), source) : source))
  map.file = basename(path, '.map')
  await writeFile(path, JSON.stringify(map))
}
