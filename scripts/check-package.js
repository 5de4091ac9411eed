// Packs the package in this folder as it is published, and looks at what readers and programs would get: run by `check:package`.

import { execFileSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'fluxauth-pack-'))
const faults = []

try {
  execFileSync(process.execPath, [process.env.npm_execpath, 'pack', '--pack-destination', folder], {
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  const [tarball = ''] = readdirSync(folder)
  execFileSync('tar', ['-xzf', tarball], { cwd: folder })
  const packed = join(folder, 'package')
  const files = readdirSync(packed, { recursive: true, withFileTypes: true })
    .filter((file) => file.isFile())
    .map((file) => join(file.parentPath, file.name).slice(packed.length + 1))
  const read = (file) => readFileSync(join(packed, file), 'utf8')

  checkManifest(JSON.parse(read('package.json')))
  for (const file of ['README.md', 'LICENSE']) if (!files.includes(file)) faults.push(`${file} is not packed`)
  for (const file of files) {
    const text = read(file)
    if (/(^|\/)(src|node_modules)\/|\.test\./.test(file)) faults.push(`${file} is for us alone`)
    if (text.includes(root.replace(/\/$/, ''))) faults.push(`${file} holds the folder that it was built in`)
    if (file.endsWith('.map')) checkMap(file, JSON.parse(text))
    if (file.endsWith('.md')) checkLinks(file, text)
  }
} finally {
  rmSync(folder, { recursive: true })
}

for (const fault of faults) console.error(`✗ ${fault}`)
if (faults.length > 0) process.exit(1)
console.log('The packed package is as it should be')

/** What the registry's page shows, and what provenance is checked against. */
function checkManifest({
  homepage,
  bugs,
  repository,
  author,
  files,
  license,
  description,
  publishConfig,
  dependencies,
}) {
  const given = { homepage, bugs, repository, author, license, description }
  for (const [name, value] of Object.entries(given)) if (!value) faults.push(`package.json has no ${name}`)
  const directory = process.cwd().slice(root.length)
  if (repository?.directory !== directory) faults.push(`repository.directory is not ${directory}`)
  if (!homepage?.startsWith(repository?.url.replace(/^git\+|\.git$/g, '')))
    faults.push('homepage is not in the repository')
  if (!files?.includes('CHANGELOG.md')) faults.push('CHANGELOG.md is not among the files')
  if (!publishConfig?.provenance || publishConfig.access !== 'public')
    faults.push('publishConfig lacks access or provenance')
  for (const [name, range] of Object.entries(dependencies ?? {}))
    if (range.startsWith('workspace:')) faults.push(`${name} is a workspace's`)
}

/** Absolute sources tell where it was built, and lead nowhere. */
function checkMap(file, { sources }) {
  for (const source of sources)
    if (/^(\/|\w:|file:)/.test(source)) faults.push(`${file} has the absolute source ${source}`)
}

/** Links of a README are followed from the registry's page, where there are no neighbouring folders. */
function checkLinks(file, text) {
  for (const [, link = ''] of text.matchAll(/\]\(([^)\s]+)\)/g))
    if (!/^(https:\/\/|#)/.test(link))
      faults.push(`${file} links to ${link}, which is not there on the registry's page`)
}
