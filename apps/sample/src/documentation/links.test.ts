// Every link of the pages leads somewhere: to a file that is there, and to a heading of it.

import { access, readdir, readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { root } from './root.ts'

/** How the pages of packages link to this repository, which are read where it is not. */
const HERE = /^https:\/\/github\.com\/fluxauth\/fluxauth\/(?:blob|tree)\/main\//

async function pages(): Promise<string[]> {
  const guides = (await readdir(root('docs'))).map((name) => `docs/${name}`)
  const packages = (await readdir(root('packages'))).map((name) => `packages/${name}/README.md`)
  return ['README.md', 'CONTRIBUTING.md', 'SECURITY.md', 'apps/sample/README.md', ...guides, ...packages]
}

const text = async (page: string) => (await readFile(root(page), 'utf8')).replace(/^```[\s\S]*?^```$/gm, '')

/** A heading's anchor, as GitHub makes it. */
function anchorOf(heading: string): string {
  return heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, '')
    .replaceAll(' ', '-')
}

/** Why a link of a page leads nowhere; `undefined` where it does, or leads elsewhere than to this repository. */
async function fault(page: string, link: string): Promise<string | undefined> {
  const own = link.replace(HERE, '/')
  if (/^https:/.test(own)) return undefined
  const [path = '', anchor] = own.split('#')
  const target = path === '' ? page : path.startsWith('/') ? path.slice(1) : join(dirname(page), path)
  const isThere = await access(root(target)).then(
    () => true,
    () => false,
  )
  if (!isThere) return `${page}: there is no ${link}`
  if (anchor === undefined) return undefined
  const anchors = [...(await text(target)).matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
    anchorOf(heading),
  )
  return anchors.includes(anchor) ? undefined : `${page}: ${link} is no heading`
}

test('every link of the pages leads to a file, and to a heading, that is there', async () => {
  const links = await Promise.all(
    (await pages()).map(async (page) =>
      [...(await text(page)).matchAll(/\]\(([^)\s]+)\)/g)].map(([, link = '']) => ({ page, link })),
    ),
  )
  const all = links.flat()
  expect(all.length).toBeGreaterThan(60)
  const faults = await Promise.all(all.map(({ page, link }) => fault(page, link)))
  expect(faults.filter(Boolean)).toEqual([])
})
