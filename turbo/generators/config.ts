// `pnpm generate adapter`: a new adapter to an HTTP client, with the conformance test that it passes from the start.

import { readFile, writeFile } from 'node:fs/promises'
import type { PlopTypes } from '@turbo/gen'

const PACKAGE = '{{turbo.paths.root}}/packages/auth-node'

/** Registers the generators. */
export default function register(plop: PlopTypes.NodePlopAPI): void {
  plop.setGenerator('adapter', {
    description: 'An adapter to an HTTP client, in auth-node',
    prompts: [
      {
        type: 'input',
        name: 'name',
        message: "The client's package, for example got:",
        validate: (name: string) => /^[a-z][a-z\d-]*$/.test(name) || 'lower case letters, digits and dashes',
      },
    ],
    actions: [
      {
        type: 'add',
        path: `${PACKAGE}/src/clients/{{kebabCase name}}.ts`,
        templateFile: 'templates/adapter.ts.hbs',
      },
      {
        type: 'add',
        path: `${PACKAGE}/src/clients/{{kebabCase name}}.test.ts`,
        templateFile: 'templates/adapter.test.ts.hbs',
      },
      {
        type: 'modify',
        path: `${PACKAGE}/tsup.config.ts`,
        pattern: /\n\}\)/,
        template: "\n  '{{kebabCase name}}': 'src/clients/{{kebabCase name}}.ts',\n})",
      },
      async (answers) => {
        const path = plop.renderString(`${PACKAGE}/package.json`, answers)
        await addExport(path, plop.renderString('{{kebabCase name}}', answers))
        return `exports ./${answers.name}`
      },
    ],
  })
}

/** Adds a subpath entry, ESM and CJS with their types, in the way of the others. */
async function addExport(path: string, name: string): Promise<void> {
  const { exports, ...rest } = JSON.parse(await readFile(path, 'utf8'))
  const entry = {
    import: { types: `./dist/${name}.d.ts`, default: `./dist/${name}.js` },
    require: { types: `./dist/${name}.d.cts`, default: `./dist/${name}.cjs` },
  }
  const { './package.json': last, ...others } = exports
  const changed = { ...rest, exports: { ...others, [`./${name}`]: entry, './package.json': last } }
  await writeFile(path, `${JSON.stringify(changed, null, 2)}\n`)
}
