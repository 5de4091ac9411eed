// Every example of the guides, the README files and the docstrings is pasted into a file of its own, in an empty project that has what the
// page told to install: it compiles under `tsc --strict`, runs, and prints what its comments say; as npm installs, and as pnpm does.

import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, readdir, readFile, realpath, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { describeReal } from '@fluxauth/auth-testkit/real'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readDocstrings } from './docstrings.ts'
import { type Example, nameOf } from './example.ts'
import { missingIn } from './expected.ts'
import { readPages } from './pages.ts'
import { type Layout, layOutWithNpm, layOutWithPnpm, pack } from './projects.ts'
import { root } from './root.ts'
import { runExample } from './run.ts'
import { servers } from './servers.ts'
import { type Complaints, compile } from './types.ts'

/** What a page has at least, so that none is run by not being found. */
const AT_LEAST = {
  'README.md': 5,
  'docs/call-influxdb-from-node.md': 12,
  'docs/fluxauth-by-example.md': 10,
  'docs/protect-your-own-api.md': 12,
  'docs/quick-start-cloud-serverless.md': 3,
  'docs/quick-start-v1.md': 2,
  'docs/quick-start-v2.md': 3,
  'docs/quick-start-v3.md': 3,
  'docs/rotate-a-token-without-a-restart.md': 4,
  'docs/run-it-on-many-machines.md': 3,
  'docs/sign-in-and-look-after-tokens.md': 5,
  'docs/sign-in-from-a-web-page.md': 4,
  'docs/where-credentials-come-from.md': 8,
  'docs/which-credential.md': 1,
  'docs/which-vault.md': 3,
  'docs/why-401.md': 2,
  'packages/auth-core/README.md': 6,
  'packages/auth-node/README.md': 8,
  'packages/auth-browser/README.md': 1,
  'packages/auth-cli/README.md': 1,
  'packages/auth-testkit/README.md': 6,
  'packages/auth-core/src': 52,
  'packages/auth-node/src': 37,
  'packages/auth-browser/src': 6,
  'packages/auth-testkit/src': 3,
}
const pages = await readPages()
const examples = [...pages, ...(await readDocstrings())]
const titles = (list: readonly Example[]) => list.map(({ title }) => title)

test.each(Object.entries(AT_LEAST))('there are examples in %s', (place, least) => {
  expect(titles(examples).filter((title) => title.startsWith(place)).length).toBeGreaterThanOrEqual(least)
})

test('there is no page whose examples are not counted', () => {
  expect(
    titles(examples).filter((title) => !Object.keys(AT_LEAST).some((place) => title.startsWith(place))),
  ).toEqual([])
})

test('the table of products on the page is what the data says', async () => {
  const script = root('scripts/product-table.js')
  await expect(promisify(execFile)(process.execPath, [script, '--check'])).resolves.toMatchObject({
    stderr: '',
  })
})

test('every guide is in the list of guides, and in that of the first page, in the same order', async () => {
  const guides = (await readdir(root('docs'))).filter((name) => name !== 'README.md').sort()
  const linked = async (file: string) => {
    const list = (await readFile(root(file), 'utf8')).split('\n## More')
    return [...(list.at(-1) ?? '').matchAll(/\((?:docs\/)?([\w-]+\.md)\)/g)]
      .map(([, name = '']) => name)
      .filter((name) => guides.includes(name))
  }
  const first = await linked('README.md')
  expect([...first].sort()).toEqual(guides)
  expect(await linked('docs/README.md')).toEqual(first)
})

test('every page and docstring names a server that there is', () => {
  const named = new Set(examples.flatMap(({ server }) => server ?? []))
  expect(named.size).toBeGreaterThan(0)
  expect([...named].filter((server) => !servers.some(({ title }) => title === server))).toEqual([])
})

test('every example of a page says what it prints', () => {
  const silent = pages.filter(({ expected, runner }) => expected.length === 0 && runner !== 'vitest')
  expect(titles(silent)).toEqual([])
})

let folder: string
let layouts: Readonly<Record<Layout['manager'], Layout>>
let complaints: Readonly<Record<Layout['manager'], Complaints>>
beforeAll(async () => {
  // Outside of the repository, whose packages would be found there. pnpm resolves symbolic links, and so do we.
  folder = await realpath(await mkdtemp(join(tmpdir(), 'fluxauth-examples-')))
  const [tarballs, npmFolder, pnpmFolder] = ['packed', 'npm', 'pnpm'].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ]
  for (const path of [tarballs, npmFolder, pnpmFolder]) await mkdir(path)
  const packed = await pack(tarballs)
  const sets = examples.map(({ packages }) => packages)
  const [npm, pnpm] = await Promise.all([
    layOutWithNpm(npmFolder, packed, sets),
    layOutWithPnpm(pnpmFolder, packed, sets),
  ])
  layouts = { npm, pnpm }
  const [npmComplaints, pnpmComplaints] = await Promise.all([compile(npm, examples), compile(pnpm, examples)])
  complaints = { npm: npmComplaints, pnpm: pnpmComplaints }
}, 300_000)
afterAll(() => rm(folder, { recursive: true }))

describe.each(['npm', 'pnpm'] as const)('with the layout of %s', (manager) => {
  const needsOf = ({ code, runner, server }: Example) =>
    server ??
    servers.find(({ address, beside }) => beside && code.includes(address))?.title ??
    (runner === 'browser' ? 'Chromium' : '')
  const titled = (need: string) =>
    examples
      .filter((example) => needsOf(example) === need)
      .map((example) => [example.title, example] as const)
  const check = async (example: Example, addresses?: Readonly<Record<string, string>>) => {
    expect(complaints[manager].get(nameOf(example)) ?? []).toEqual([])
    const { error, output, place } = await runExample(layouts[manager], example, addresses)
    expect(error).toBeUndefined()
    expect(missingIn(output, example.expected.map(place)), `not printed, but:\n${output}`).toBeUndefined()
  }

  test('the types of our packages hold by themselves', () => {
    const lines = [...complaints[manager].values()].flat()
    expect(lines.filter((line) => line.includes('/@fluxauth/'))).toEqual([])
  })

  test.concurrent.each(titled(''))('%s', (_, example) => check(example))

  for (const { title, address, parts, start } of servers) {
    describeReal(`on ${title}`, parts, () => {
      let running: Awaited<ReturnType<typeof start>>
      beforeAll(async () => {
        running = await start()
      })
      afterAll(() => running?.stop())
      test.each(titled(title))('%s', (_, example) => check(example, { [address]: running.url }))
    })
  }

  describeReal('in Chromium', ['chromium'], () => {
    test.each(titled('Chromium'))('%s', (_, example) => check(example))
  })
})
