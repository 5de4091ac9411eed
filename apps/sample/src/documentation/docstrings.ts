// The examples in docstrings, each a program of its own.

import { readdir, readFile } from 'node:fs/promises'
import type { Example, Runner } from './example.ts'
import { expectedOf } from './expected.ts'
import { root } from './root.ts'

const PACKAGES = ['auth-core', 'auth-node', 'auth-browser', 'auth-testkit']
const EXAMPLE = /@example\n((?:[ \t]*\*(?: (?!@).*)?\n)+)/g

/** Every `@example`, for a reader who has installed its package and that one's peers. */
export async function readDocstrings(): Promise<Example[]> {
  const examples = await Promise.all(
    PACKAGES.map(async (name) => {
      const folder = `packages/${name}/src`
      const packages = await withPeers(name)
      const files = (await readdir(root(folder), { recursive: true })).filter((path) =>
        /(?<!test)\.ts$/.test(path),
      )
      const found = files.sort().map(async (file) => {
        const source = await readFile(root(`${folder}/${file}`), 'utf8')
        return [...source.matchAll(EXAMPLE)].map(({ 1: example = '', index }): Example => {
          const code = example.replace(/^[ \t]*\*(?: |$)/gm, '')
          const title = `${folder}/${file}, line ${source.slice(0, index).split('\n').length}`
          const script = checkingValues(code)
          const { server, env } = ELSEWHERE.find(({ what }) => what.test(code)) ?? { env: ENV }
          return {
            title,
            script,
            code,
            runner: runnerOf(name, code),
            packages,
            expected: expectedOf(script),
            env,
            server,
            files: {},
          }
        })
      })
      return (await Promise.all(found)).flat()
    }),
  )
  return examples.flat()
}

/** What the reader of a package has beside its peers: what those extend who use the testkit, and what puts React on a page. */
const BESIDE: Readonly<Record<string, readonly string[]>> = {
  'auth-testkit': ['@fluxauth/auth-core', '@fluxauth/auth-browser'],
  'auth-browser': ['react-dom', '@types/react-dom'],
}
const ENV = { INFLUX_TOKEN: 'my-token' }

/** What is there on other servers than the sample, named as in `servers.ts`. */
const ELSEWHERE: readonly (Pick<Example, 'server' | 'env'> & { readonly what: RegExp })[] = [
  { what: /\b(v1Users|orgs\.find)\b/, server: 'a real InfluxDB 2', env: ENV },
  {
    what: /\bv3Tokens\b/,
    server: 'an InfluxDB 3 as it is documented',
    env: { INFLUXDB3_AUTH_TOKEN: 'apiv3_my-token' },
  },
]

function runnerOf(name: string, code: string): Runner {
  if (name === 'auth-browser') return 'browser'
  return /\b(test(Scheme|Client|Server|Store|Source|Vault)|describeReal)\(/.test(code) ? 'vitest' : 'node'
}

/** A package, what it is used beside, and the types of those. */
async function withPeers(name: string): Promise<string[]> {
  const manifest = JSON.parse(await readFile(root(`packages/${name}/package.json`), 'utf8')) as {
    readonly peerDependencies?: Readonly<Record<string, string>>
    readonly devDependencies?: Readonly<Record<string, string>>
  }
  const peers = Object.keys(manifest.peerDependencies ?? {})
  const types = peers
    .map((peer) => `@types/${peer}`)
    .filter((types) => types in (manifest.devDependencies ?? {}))
  return [`@fluxauth/${name}`, ...peers, ...types, ...(BESIDE[name] ?? [])]
}

/** Makes each expression with a value behind it in a comment, or below it, a check. */
function checkingValues(code: string): string {
  const lines = code.replace(/\n\/\/ (?=[[{'\d])/g, ' // ').split('\n')
  const checking = lines.map((line) => {
    const [, expression, value] = /^;?((?!console|const|let|import|\/\/|\s).+?) \/\/ (.+)$/.exec(line) ?? []
    return expression ? `assert.deepEqual(plain(${expression}), ${value})` : line
  })
  return `import assert from 'node:assert/strict'
const plain = (value: unknown) => (typeof value === 'object' ? JSON.parse(JSON.stringify(value)) : value)
${checking.join('\n')}`
}
