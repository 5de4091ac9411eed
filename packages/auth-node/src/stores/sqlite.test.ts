// The store in SQLite passes the suite, outlasts the death of its writers, and is for its owner alone.

import { execFile, spawn } from 'node:child_process'
import {
  chmod,
  chown,
  copyFile,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rm,
  stat,
  symlink,
  writeFile,
} from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { testStore } from '@fluxauth/auth-testkit'
import Database from 'libsql'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { expectWindows, WINDOWS } from '../testing/windows.ts'
import { createVerifier } from '../verifier/index.ts'
import { createSqliteStore } from './sqlite.ts'
import { prepareFiles } from './sqlite-files.ts'

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
    prepareFiles(path)
    expect(await modes()).toEqual(['600'])
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

test('takes away from others also what SQLite left beside the file', async () => {
  const path = newPath()
  const first = await createSqliteStore({ path })
  await first.attempts?.begin({ user: 'joe' })
  for (const suffix of ['', '-wal', '-shm']) await chmod(path + suffix, 0o644)
  const second = await createSqliteStore({ path })
  for (const suffix of ['', '-wal', '-shm']) expect((await stat(path + suffix)).mode & 0o777).toBe(0o600)
  first.close()
  second.close()
})

const isRoot = process.geteuid?.() === 0

test.each(['', '-wal', '-shm', '-journal'])('follows no link in the place of its file%s', async (suffix) => {
  const [path, other] = [newPath(), newPath()]
  await writeFile(other, '', { mode: 0o644 })
  await symlink(other, path + suffix)
  await expect(createSqliteStore({ path })).rejects.toMatchObject({
    code: 'ERR_STORE_PERMISSIONS',
    message: expect.stringContaining('not of a link'),
  })
  expect((await stat(other)).mode & 0o777).toBe(0o644)
})

test.runIf(isRoot).each(['', '-wal', '-shm', '-journal'])(
  'takes no file%s of another user',
  async (suffix) => {
    const path = newPath()
    await writeFile(path + suffix, '')
    await chown(path + suffix, 65_534, 65_534)
    await expect(createSqliteStore({ path })).rejects.toMatchObject({
      code: 'ERR_STORE_PERMISSIONS',
      message: expect.stringContaining('another user'),
    })
  },
)

test('is not kept where everybody can put another file in its place', async () => {
  const open = join(folder, 'open')
  await mkdir(open)
  await chmod(open, 0o777)
  const path = join(open, 'auth.db')
  await expect(createSqliteStore({ path })).rejects.toMatchObject({ code: 'ERR_STORE_PERMISSIONS' })
  await chmod(open, 0o1777)
  ;(await createSqliteStore({ path })).close()
})

test.each([false, true])('stands nothing still while another process writes (handle: %s)', async (handed) => {
  const path = newPath()
  const own = handed ? new Database(path) : undefined
  const place = own ? { database: own } : { path }
  const store = await createSqliteStore({ ...place, timeout: 2000 })
  const { tokens } = createVerifier({ store })
  const { stored } = await tokens.create({ userID: '1', user: 'joe', permissions: [] })
  const locker = spawn(process.execPath, [
    '--input-type=module',
    '-e',
    `import { createRequire } from 'node:module'
     const Database = createRequire(${JSON.stringify(import.meta.url)})('libsql')
     const database = new Database(${JSON.stringify(path)})
     database.exec('BEGIN IMMEDIATE')
     process.stdout.write('locked')
     process.stdin.on('end', () => database.exec('COMMIT')).resume()`,
  ])
  const ended = new Promise((resolve) => locker.once('close', resolve))
  await new Promise((resolve) => locker.stdout.once('data', resolve))
  const delay = monitorEventLoopDelay({ resolution: 5 })
  delay.enable()
  const start = performance.now()
  const attempts = Array.from({ length: 50 }, (_, i) =>
    Promise.resolve(store.attempts?.begin({ address: `192.0.2.${i}`, kind: 'token' })),
  )
  const late = Promise.resolve(store.tokens.delete(stored.id))
  // What is only read is at hand meanwhile.
  expect(store.tokens.find(stored.hash)).toMatchObject({ id: stored.id })
  for (const outcome of await Promise.allSettled(attempts)) {
    expect(outcome).toMatchObject({ status: 'rejected', reason: { code: 'ERR_STORE_UNAVAILABLE' } })
  }
  expect(performance.now() - start).toBeLessThan(1900)
  locker.stdin.end()
  expect(await late).toBe(true)
  await ended
  delay.disable()
  expect(delay.max / 1e6).toBeLessThan(500)
  expect(await store.attempts?.begin({ address: '192.0.2.1', kind: 'token' })).toEqual({
    wait: 0,
    locks: false,
  })
  await store.close()
  own?.close()
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

test('counts attempts from the first of them, and anew once the clock was set back', async () => {
  vi.useFakeTimers({ toFake: ['Date'] })
  try {
    const store = await createSqliteStore({ path: newPath(), limits: WINDOWS })
    const pass = (seconds: number) => vi.setSystemTime(Date.now() + seconds * 1000)
    await expectWindows(store.attempts, pass)
    pass(-10_000)
    const waits: unknown[] = []
    for (let i = 0; i < 5; i++) waits.push((await store.attempts?.begin({ user: 'joe' }))?.wait)
    expect(waits).toEqual([0, 0, 0, 900, 900])
    await store.close()
  } finally {
    vi.useRealTimers()
  }
})

test('clears attempts away once they are over, until it is closed', async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'Date'] })
  try {
    const path = newPath()
    const store = await createSqliteStore({ path, limits: { seconds: 500 } })
    const database = new Database(path)
    const kept = () => database.prepare('SELECT key FROM fluxauth_attempts').all().length
    await store.attempts?.begin({ user: 'joe' })
    vi.advanceTimersByTime(300_000)
    await store.attempts?.begin({ user: 'zoë' })
    expect(kept()).toBe(2)
    vi.advanceTimersByTime(300_000)
    expect(kept()).toBe(1)
    // While another process writes it is left for the next time.
    database.exec('BEGIN IMMEDIATE')
    vi.advanceTimersByTime(300_000)
    database.exec('COMMIT')
    expect(kept()).toBe(1)
    vi.advanceTimersByTime(300_000)
    expect(kept()).toBe(0)
    await store.close()
    expect(vi.getTimerCount()).toBe(0)
    database.close()
  } finally {
    vi.useRealTimers()
  }
})

test('is whole in its one file once it is closed, and does nothing more', async () => {
  const [path, copy] = [newPath(), newPath()]
  const store = await createSqliteStore({ path })
  const { tokens } = createVerifier({ store })
  const { stored } = await tokens.create({ userID: '1', user: 'joe', permissions: [] })
  await store.close()
  await store.close()
  await copyFile(path, copy)
  const closed = { code: 'ERR_STORE_UNAVAILABLE', message: expect.stringContaining('SQLite was closed') }
  expect(() => store.tokens.get(stored.id)).toThrow(expect.objectContaining(closed))
  await expect(tokens.create({ userID: '1', user: 'joe', permissions: [] })).rejects.toMatchObject(closed)
  const other = await createSqliteStore({ path: copy })
  expect((await other.tokens.get(stored.id))?.user).toBe('joe')
  await other.close()
})

test('keeps no process from ending', async () => {
  const setInterval = vi.spyOn(globalThis, 'setInterval')
  try {
    const store = await createSqliteStore({ path: newPath() })
    expect(setInterval.mock.results.map(({ value }) => value.hasRef())).toEqual([false])
    await store.close()
  } finally {
    setInterval.mockRestore()
  }
})

test('has the disk keep what it acknowledges, and the application’s handle wait as long as was said', async () => {
  const database = new Database(newPath())
  const pragmas = () =>
    ['journal_mode', 'synchronous', 'busy_timeout'].map(
      (name) => Object.values(database.prepare(`PRAGMA ${name}`).get() as object)[0],
    )
  await createSqliteStore({ database })
  expect(pragmas()).toEqual(['wal', 2, 5000])
  const store = await createSqliteStore({ database, timeout: 1234.5 })
  expect(pragmas()).toEqual(['wal', 2, 1234])
  await store.sessions.sweep(0)
  await store.attempts?.begin({ user: 'joe' })
  expect(pragmas()).toEqual(['wal', 2, 1234])
  await store.close()
  database.close()
})

test('finds what it looks for by an index', async () => {
  const database = new Database(newPath())
  await createSqliteStore({ database })
  for (const statement of [
    "SELECT record FROM fluxauth_tokens WHERE hash = 'x'",
    "SELECT record FROM fluxauth_tokens WHERE id = 'x'",
    ...['user_id', 'user_name', 'org_id', 'org_name'].map(
      (column) => `SELECT record FROM fluxauth_tokens WHERE ${column} = 'x' AND id > 'y' ORDER BY id LIMIT 5`,
    ),
    "SELECT record FROM fluxauth_sessions WHERE id = 'x'",
    "SELECT record FROM fluxauth_sessions WHERE user_id = 'x' ORDER BY created_at DESC",
    'DELETE FROM fluxauth_sessions WHERE min(expires_at, ends_at) <= 5',
    "SELECT points FROM fluxauth_attempts WHERE key = 'x'",
    'DELETE FROM fluxauth_attempts WHERE expire < 5',
  ]) {
    const plan = database.prepare(`EXPLAIN QUERY PLAN ${statement}`).all() as { detail: string }[]
    expect([statement, plan.map(({ detail }) => detail).join()]).toEqual([
      statement,
      expect.stringMatching(/^SEARCH \w+ USING INDEX [^,]+$/),
    ])
  }
  database.close()
})

test('wants a path or a database', async () => {
  for (const given of [{}, { path: '' }]) {
    await expect(createSqliteStore(given as never)).rejects.toMatchObject({
      code: 'ERR_STORE_ABSENT',
      message: expect.stringMatching(/^Give the store a path, or a database: is the variable set/),
    })
  }
  for (const path of [':memory:', 'file:auth.db', 'libsql://db.example']) {
    await expect(createSqliteStore({ path })).rejects.toMatchObject({
      code: 'ERR_OPTION_VALUE',
      message: expect.stringMatching(
        /^path has to be the path of a file, no URL and not ':memory:' \(that is createMemoryStore\)/,
      ),
    })
  }
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

describe('a new file that another process is about to make', () => {
  const begin = async (path: string) => {
    const other = new Database(path)
    other.exec('CREATE TABLE theirs (id INTEGER); BEGIN IMMEDIATE')
    await chmod(path, 0o600)
    return other
  }

  test('is waited for, and nothing else is', async () => {
    const path = newPath()
    const other = await begin(path)
    setTimeout(() => other.exec('COMMIT'), 100)
    const store = await createSqliteStore({ path, timeout: 5000 })
    expect(await store.tokens.list()).toEqual([])
    store.close()
    other.close()
  })

  test('is waited for in time', async () => {
    const path = newPath()
    const other = await begin(path)
    await expect(createSqliteStore({ path, timeout: 100 })).rejects.toMatchObject({
      code: 'ERR_STORE_UNAVAILABLE',
      message: expect.stringContaining('Another process writes'),
    })
    other.close()
  })
})

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

test('looks at its file every five seconds, and no oftener', async () => {
  const path = newPath()
  const { check } = prepareFiles(path)
  const start = performance.now()
  const clock = vi.spyOn(performance, 'now')
  const checkAt = (milliseconds: number) => {
    clock.mockReturnValue(start + milliseconds)
    check()
  }
  try {
    checkAt(5001)
    await rm(path)
    for (const milliseconds of [5002, 9000]) checkAt(milliseconds)
    for (const milliseconds of [10_002, 10_003]) {
      expect(() => checkAt(milliseconds)).toThrow('deleted or replaced')
    }
  } finally {
    clock.mockRestore()
  }
})

test.each([{ replaced: false }, { replaced: true }])(
  'refuses everything once its file is gone, rather than miss what others revoke (%j)',
  async ({ replaced }) => {
    const path = newPath()
    const store = await createSqliteStore({ path })
    await store.sessions.sweep(0)
    for (const suffix of ['', '-wal', '-shm']) await rm(path + suffix)
    const another = replaced ? await createSqliteStore({ path }) : undefined
    const later = performance.now() + 5001
    const clock = vi.spyOn(performance, 'now').mockReturnValue(later)
    try {
      for (const ask of [
        () => store.tokens.find('hash'),
        () => store.sessions.find('id'),
        () => store.sessions.deleteAll('1'),
        () => store.attempts?.begin({ user: 'joe' }),
      ]) {
        await expect((async () => ask())()).rejects.toMatchObject({
          code: 'ERR_STORE_UNAVAILABLE',
          message: expect.stringContaining('deleted or replaced'),
        })
      }
      expect(await another?.sessions.find('id')).toBeUndefined()
    } finally {
      clock.mockRestore()
    }
    await store.close()
    await another?.close()
  },
)
