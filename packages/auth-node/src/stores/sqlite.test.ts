// The store in SQLite passes the suite, outlasts the death of its writers, and is for its owner alone.

import { execFile, spawn } from 'node:child_process'
import { chmod, mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { testStore } from '@fluxauth/auth-testkit'
import Database from 'libsql'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createVerifier } from '../server/index.ts'
import { createSqliteStore } from './sqlite.ts'

const WRITER = fileURLToPath(new URL('../testing/sqlite-writer.js', import.meta.url))
let folder: string
let files = 0
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fluxauth-sqlite-'))
})
afterAll(() => rm(folder, { recursive: true }))
const newPath = () => join(folder, `${++files}.db`)

testStore('in SQLite', { shared: true }, ({ limits }) => {
  const path = newPath()
  return {
    open: () => createSqliteStore({ path, limits }),
    async dump() {
      const names = (await readdir(folder)).filter((name) => name.startsWith(`${files}.db`))
      return (await Promise.all(names.map((name) => readFile(join(folder, name), 'latin1')))).join('\n')
    },
  }
})

testStore('in SQLite, on a handle of the application', {}, ({ limits }) => {
  const database = new Database(newPath())
  return {
    open: () => createSqliteStore({ database, limits }),
    dump: () => readFile(join(folder, `${files}.db-wal`), 'latin1'),
    remove: () => database.close(),
  }
})

test('is for its owner alone from the first moment, with the files beside it', async () => {
  const path = newPath()
  const modes = async () => {
    const names = (await readdir(folder)).filter((name) => name.startsWith(`${files}.db`)).sort()
    return Promise.all(names.map(async (name) => ((await stat(join(folder, name))).mode & 0o777).toString(8)))
  }
  const umask = process.umask(0)
  try {
    const store = await createSqliteStore({ path })
    expect(await modes()).toEqual(['600', '600', '600'])
    store.close()
    await chmod(path, 0o644)
    const again = await createSqliteStore({ path })
    expect(await modes()).toEqual(['600', '600', '600'])
    again.close()
  } finally {
    process.umask(umask)
  }
})

test('has its answer at hand, so that verifying a token costs no promise', async () => {
  const store = await createSqliteStore({ path: newPath() })
  const verifier = createVerifier({ store, cache: false })
  const { token } = await verifier.tokens.create({ userID: '1', user: 'joe', permissions: [] })
  const verdict = verifier.verify({
    method: 'GET',
    url: '/',
    authorization: `Token ${token}`,
    secure: true,
    header: () => undefined,
  })
  expect(verdict).toMatchObject({ principal: { user: 'joe', by: 'token' } })
  store.close()
})

test('says why it cannot be opened', async () => {
  const path = join(folder, 'no', 'such', 'folder.db')
  await expect(createSqliteStore({ path })).rejects.toMatchObject({
    code: 'ERR_STORE_UNAVAILABLE',
    message: expect.stringContaining('ENOENT'),
  })
})

/** Has a writer create tokens until it is told to stop, or killed; gives the ids that it acknowledged. */
async function write(
  path: string,
  milliseconds: number,
  signal: NodeJS.Signals | undefined,
): Promise<string[]> {
  const writer = spawn(process.execPath, [WRITER, path], { stdio: ['pipe', 'pipe', 'inherit'] })
  let output = ''
  const started = new Promise<void>((resolve) => {
    writer.stdout.on('data', (chunk) => {
      output += chunk
      resolve()
    })
  })
  const ended = new Promise((resolve) => writer.once('close', resolve))
  await Promise.race([started, ended])
  await new Promise((resolve) => setTimeout(resolve, milliseconds))
  if (signal) writer.kill(signal)
  else writer.stdin.end()
  await ended
  // The last line may be cut in the middle.
  return output.split('\n').slice(0, -1)
}

test('loses nothing that it acknowledged when its writer is killed, a hundred times', async () => {
  const path = newPath()
  const acknowledged = new Set<string>()
  for (let round = 0; round < 100; round++) {
    const ids = await write(path, Math.random() * 40, 'SIGKILL')
    for (const id of ids) acknowledged.add(id)
  }
  expect(acknowledged.size).toBeGreaterThan(200)
  const store = await createSqliteStore({ path })
  const kept = new Set((await store.tokens.list({ limit: 1_000_000 })).map(({ id }) => id))
  expect([...acknowledged].filter((id) => !kept.has(id))).toEqual([])
  const database = new Database(path)
  expect(database.prepare('PRAGMA integrity_check').get()).toMatchObject({ integrity_check: 'ok' })
  database.close()
  store.close()
}, 180_000)

test('takes what two processes write at once', async () => {
  const path = newPath()
  const written = await Promise.all([write(path, 1500, undefined), write(path, 1500, undefined)])
  for (const ids of written) expect(ids.length).toBeGreaterThan(10)
  const store = await createSqliteStore({ path })
  const kept = (await store.tokens.list({ limit: 1_000_000 })).map(({ id }) => id)
  expect(kept).toEqual(written.flat().sort())
  store.close()
})

test('says what to install where its package is missing', async () => {
  const hooks = `export const resolve = (name, context, next) => {
    if (name === 'libsql') throw Object.assign(new Error('none'), { code: 'ERR_MODULE_NOT_FOUND' })
    return next(name, context)
  }`
  const store = new URL('../../dist/stores/sqlite.js', import.meta.url).href
  const script = `
    import { register } from 'node:module'
    register(${JSON.stringify(`data:text/javascript,${encodeURIComponent(hooks)}`)})
    const { createSqliteStore } = await import(${JSON.stringify(store)})
    await createSqliteStore({ path: '/nonexistent/auth.db' }).catch(({ code, message }) => console.log(code, message))
  `
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script])
  expect(stdout).toContain('ERR_STORE_PACKAGE Install libsql')
})
