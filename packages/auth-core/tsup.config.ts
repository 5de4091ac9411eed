import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Options } from 'tsup'
import { publishedPackage } from '../../tsup.base.ts'

type Plugin = NonNullable<Options['esbuildPlugins']>[number]

/** What several entries have in common, the codecs first. */
const SHARED = [
  'index',
  'allowed',
  'option-rules',
  'permission-rule',
  'client/provider',
  'client/refusal-message',
  'client/target',
]

/**
 * Has every entry reach all that is shared, so that it comes to lie in one file. Else each set of entries that has something in common
 * gets a file for that, and Node takes twice as long to load the seven.
 */
const sharedInOneFile: Plugin = {
  name: 'shared-in-one-file',
  setup(build) {
    build.onResolve({ filter: /^shared$/ }, ({ path }) => ({ path, namespace: 'shared', sideEffects: true }))
    build.onLoad({ filter: /.*/, namespace: 'shared' }, () => ({
      contents: SHARED.map((name) => `import './${name}.ts'`).join('\n'),
      resolveDir: fileURLToPath(new URL('src', import.meta.url)),
    }))
    // What has no effects would be left out of an import without names.
    build.onResolve({ filter: /^\./ }, ({ path, resolveDir }) => ({
      path: resolve(resolveDir, path),
      sideEffects: true,
    }))
  },
}

const options: Options = publishedPackage({
  index: 'src/index.ts',
  client: 'src/client/index.ts',
  influxdb: 'src/influxdb/index.ts',
  server: 'src/server/index.ts',
})
options.inject = ['shared']
options.esbuildPlugins = [sharedInOneFile]
export default options
