// What every published package's build has in common: ESM, CJS and types for each subpath entry.

import type { Options } from 'tsup'

/**
 * The tsup options of a published package.
 *
 * @param entry subpath entries, output name to source file
 */
export function publishedPackage(entry: Record<string, string>): Options {
  return {
    entry,
    format: ['esm', 'cjs'],
    target: 'es2022',
    dts: true,
    sourcemap: true,
    clean: true,
    splitting: true,
    treeshake: false,
  }
}
