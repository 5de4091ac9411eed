// `pnpm generate adapter`: a new adapter to an HTTP client, with the conformance and parity tests that it passes from the start.

import type { PlopTypes } from '@turbo/gen'
import { addAdapter, refuseName, refuseVersion } from './adapter.ts'

/** Registers the generators. */
export default function register(plop: PlopTypes.NodePlopAPI): void {
  plop.setGenerator('adapter', {
    description: 'An adapter to an HTTP client, in auth-node',
    prompts: [
      {
        type: 'input',
        name: 'client',
        message: "The client's package, for example got or @hapi/wreck:",
        validate: (client: string) => refuseName(client) ?? true,
      },
      {
        type: 'input',
        name: 'version',
        message: 'The oldest version of it that the adapter is to work with:',
        default: '1.0.0',
        validate: (version: string) => refuseVersion(version) ?? true,
      },
    ],
    actions: [
      async ({ turbo, client, version }: Answers) =>
        addAdapter(turbo.paths.root, client, version, (template, names) =>
          plop.renderString(template, { ...names }),
        ),
    ] as PlopTypes.Actions,
  })
}

interface Answers {
  readonly turbo: { readonly paths: { readonly root: string } }
  readonly client: string
  readonly version: string
}
