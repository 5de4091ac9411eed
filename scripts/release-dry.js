// Releases every package to a registry on this machine, and installs and runs them from there: run by hand, as `pnpm release:dry`.

import { execFile, spawn } from 'node:child_process'
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const run = promisify(execFile)
const root = fileURLToPath(new URL('..', import.meta.url))
/** The newest that runs on every Node that we support. Its own pick of node-fetch is a tag, which not every mirror has. */
const VERDACCIO = {
  dependencies: { verdaccio: '6.7.4' },
  overrides: { 'verdaccio-audit': { 'node-fetch': '2.7.0' } },
}
const QUIET = { npm_config_audit: 'false', npm_config_fund: 'false', npm_config_update_notifier: 'false' }

/** A program of a user's, and what it prints. */
const EXAMPLE = `
import { createServer } from 'node:http'
import { authFetch } from '@fluxauth/auth-node'

const server = createServer((request, response) => response.end(request.headers.authorization)).listen(0, '127.0.0.1')
await new Promise((resolve) => server.once('listening', resolve))
const origin = \`http://127.0.0.1:\${server.address().port}\`
const fetch = authFetch({ origin, credentials: 'my-token' })
console.log(await (await fetch(\`\${origin}/api/v2/buckets\`)).text())
server.close()
`
const PRINTED = 'Token my-token'

const folder = await mkdtemp(join(tmpdir(), 'fluxauth-release-'))
let registry
try {
  const packages = await listPackages()
  await step(`Packing ${packages.length} packages, and looking at what is in them`, async () => {
    await pnpm(['exec', 'turbo', 'run', 'build', 'check:package', '--output-logs=errors-only'], root)
    for (const { path } of packages) await pnpm(['pack', '--pack-destination', join(folder, 'packed')], path)
  })
  registry = await step('Starting a registry on loopback', () => startRegistry(join(folder, 'registry')))
  const { env, flags } = registry
  await step('Publishing', async () => {
    for (const file of await readdir(join(folder, 'packed'))) {
      // Provenance is of what GitHub built: nothing that is published from here can have it.
      const args = ['publish', join(folder, 'packed', file), '--provenance=false', ...flags]
      await run('npm', args, { cwd: folder, env })
    }
  })
  await step('Installing them with npm in an empty project, and running an example', async () => {
    const project = join(folder, 'project')
    await mkdir(project)
    await writeFile(join(project, 'package.json'), JSON.stringify({ private: true, type: 'module' }))
    await run('npm', ['install', ...packages.map(({ name }) => name), ...flags], { cwd: project, env })
    await expectFromRegistry(project, packages, registry.origin)
    await writeFile(join(project, 'example.js'), EXAMPLE)
    const { stdout } = await run(process.execPath, ['example.js'], { cwd: project })
    if (stdout.trim() !== PRINTED) throw new Error(`The example printed ${stdout.trim()}, not ${PRINTED}`)
  })
  console.log(`✓ ${packages.map(({ name, version }) => `${name}@${version}`).join(', ')} can be released`)
} catch (error) {
  console.error(error.stderr || error)
  process.exitCode = 1
} finally {
  await registry?.stop()
  await rm(folder, { recursive: true })
}

async function step(title, work) {
  console.log(title)
  return work()
}

/** What a release would publish. */
async function listPackages() {
  const folders = await readdir(join(root, 'packages'))
  const all = folders.map(async (name) => {
    const path = join(root, 'packages', name)
    return { path, ...JSON.parse(await readFile(join(path, 'package.json'), 'utf8')) }
  })
  const published = (await Promise.all(all)).filter((manifest) => !manifest.private)
  const elsewhere = published.find(({ publishConfig }) => publishConfig?.registry)
  if (elsewhere)
    throw new Error(`${elsewhere.name} names a registry of its own: a dry run might publish there`)
  return published
}

/** pnpm as it runs this very script. */
function pnpm(args, cwd) {
  const { npm_execpath: own = '' } = process.env
  const [command, ...first] = own.includes('pnpm') ? [process.execPath, own] : ['npx', '-y', 'pnpm@10']
  return run(command, [...first, ...args], { cwd })
}

/** Fetches verdaccio and starts it. Our scope is its own; all else it has from the registry that npm is set up with. */
async function startRegistry(place) {
  await mkdir(place)
  await writeFile(join(place, 'package.json'), JSON.stringify({ private: true, ...VERDACCIO }))
  await run('npm', ['install', '--ignore-scripts'], { cwd: place, env: { ...process.env, ...QUIET } })
  const { stdout } = await run('npm', ['config', 'get', 'registry'], { cwd: place })
  const config = {
    storage: join(place, 'storage'),
    auth: { htpasswd: { file: join(place, 'htpasswd') } },
    uplinks: { outside: { url: stdout.trim() } },
    packages: {
      '@fluxauth/*': { access: '$all', publish: '$authenticated' },
      '**': { access: '$all', proxy: 'outside' },
    },
    log: { type: 'stdout', format: 'json', level: 'warn' },
  }
  await writeFile(join(place, 'config.yaml'), JSON.stringify(config))
  const port = await freePort()
  const args = ['--config', 'config.yaml', '--listen', `127.0.0.1:${port}`]
  const child = spawn(process.execPath, ['node_modules/verdaccio/bin/verdaccio', ...args], {
    cwd: place,
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  const ended = new Promise((resolve) => child.once('exit', resolve))
  const stop = async () => {
    child.kill()
    await ended
  }
  try {
    const url = `http://127.0.0.1:${port}/`
    const token = await signUp(url, child)
    return { ...(await pointNpmAt(url, token, place)), origin: new URL(url).origin, stop }
  } catch (error) {
    await stop()
    throw error
  }
}

/**
 * Settings with which npm knows this registry and no other. A flag wins over all else that may name one, and none of the maintainer's own
 * settings is read: there is no account with which anything could be published elsewhere.
 */
async function pointNpmAt(url, token, place) {
  const [userconfig, globalconfig] = [join(place, 'npmrc'), join(place, 'npmrc-global')]
  await writeFile(userconfig, `${url.slice('http:'.length)}:_authToken=${token}\n`)
  await writeFile(globalconfig, '')
  const others = Object.entries(process.env).filter(([name]) => !/^(npm|pnpm|node_auth)_/i.test(name))
  const env = { ...Object.fromEntries(others), ...QUIET }
  return {
    env: { ...env, npm_config_userconfig: userconfig, npm_config_globalconfig: globalconfig },
    flags: [`--registry=${url}`, `--@fluxauth:registry=${url}`],
  }
}

/** Makes an account as soon as the registry answers. */
async function signUp(url, child) {
  const body = JSON.stringify({ name: 'dry-run', password: 'of the dry run alone' })
  const request = { method: 'PUT', headers: { 'content-type': 'application/json' }, body }
  for (let tries = 0; tries < 120; tries++) {
    if (child.exitCode !== null) throw new Error(`The registry ended with ${child.exitCode}`)
    const answer = await fetch(`${url}-/user/org.couchdb.user:dry-run`, request).catch(() => undefined)
    if (answer?.status === 201) return (await answer.json()).token
    if (answer) throw new Error(`The registry made no account: ${answer.status} ${await answer.text()}`)
    await sleep(500)
  }
  throw new Error('The registry did not answer within a minute')
}

/** A package of the same name from anywhere else would prove nothing. */
async function expectFromRegistry(project, packages, origin) {
  const lock = JSON.parse(await readFile(join(project, 'package-lock.json'), 'utf8'))
  for (const { name, version } of packages) {
    const found = lock.packages[`node_modules/${name}`]
    const from = found && new URL(found.resolved).origin
    if (found?.version !== version || from !== origin)
      throw new Error(`${name} is ${found?.version} from ${from}`)
  }
}

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  const { port } = server.address()
  await new Promise((resolve) => server.close(resolve))
  return port
}
