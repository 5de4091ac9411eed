// An SQLite store that there is no room for, or that cannot be written to, says what to do, keeps what it had, and goes on when it can.

import { execFile } from 'node:child_process'
import { chmod, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { AuthStore } from '@fluxauth/auth-core/server'
import Database from 'libsql'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createSqliteStore } from './sqlite.ts'

let folder: string
let files = 0
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fluxauth-sqlite-full-'))
})
afterAll(() => rm(folder, { recursive: true }))
const newPath = () => join(folder, `${++files}.db`)

const token = (number: number, description = 'd'.repeat(1000)) => ({
  id: `${number}`.padStart(16, '0'),
  hash: `hash ${number}`,
  userID: '1',
  user: 'joe',
  status: 'active' as const,
  description,
  permissions: [],
  createdAt: '2026-01-01T00:00:00Z',
  updatedAt: '2026-01-01T00:00:00Z',
})
const session = (id: string) => {
  const now = Date.now()
  return { id, userID: '1', user: 'joe', createdAt: now, expiresAt: now + 60_000, endsAt: now + 60_000 }
}
const refusalOf = async (ask: () => unknown): Promise<string> => {
  try {
    return `done: ${await ask()}`
  } catch (error) {
    const { name, code, message } = error as { name: string; code: string; message: string }
    return `${name} ${code} ${message}`
  }
}

/** Makes tokens until there is room for none: their number, and why. */
async function fill(store: AuthStore): Promise<readonly [made: number, refusal: string]> {
  for (let made = 0; made < 5000; made++) {
    const said = await refusalOf(() => store.tokens.create(token(made)))
    if (said !== 'done: undefined') return [made, said]
  }
  return expect.fail('There was room for all')
}

/** That a store has so many tokens, whole, and nothing of others. */
async function expectWhole(store: AuthStore, database: Database.Database, made: number): Promise<void> {
  expect(await store.tokens.list({ limit: 10_000 })).toEqual(Array.from({ length: made }, (_, i) => token(i)))
  expect(await store.tokens.find(token(made).hash)).toBeUndefined()
  expect(database.prepare('PRAGMA integrity_check').get()).toMatchObject({ integrity_check: 'ok' })
}

test('that is full keeps what it has, and takes more where there is room again', async () => {
  const database = new Database(newPath())
  const store = await createSqliteStore({ database })
  database.exec('PRAGMA max_page_count = 60')
  const [made, refusal] = await fill(store)
  expect(made).toBeGreaterThan(20)
  expect(refusal).toBe(
    'StoreError ERR_STORE_UNAVAILABLE SQLite did not do it (SQLITE_FULL): make room on the disk that its file is on',
  )
  expect(
    await refusalOf(() => store.tokens.update(token(0).id, { ...token(0, 'e'.repeat(50_000)) })),
  ).toContain('make room on the disk')
  await expectWhole(store, database, made)
  expect(await store.tokens.delete(token(made - 1).id)).toBe(true)
  await store.tokens.create(token(made - 1))
  database.exec('PRAGMA max_page_count = 10000')
  await store.tokens.create(token(made))
  await expectWhole(store, database, made + 1)
  await store.close()
  database.close()
})

test('that can only be read answers, and refuses what would be written', async () => {
  const database = new Database(newPath())
  const store = await createSqliteStore({ database })
  await store.tokens.create(token(0))
  await store.sessions.create(session('a'))
  database.exec('PRAGMA query_only = 1')
  for (const ask of [
    () => store.tokens.create(token(1)),
    () => store.tokens.update(token(0).id, { status: 'inactive', updatedAt: '2027-01-01T00:00:00Z' }),
    () => store.tokens.delete(token(0).id),
    () => store.sessions.create(session('b')),
    () => store.sessions.deleteAll('1'),
    () => store.attempts?.begin({ user: 'joe', address: '192.0.2.1' }),
  ]) {
    expect(await refusalOf(ask)).toBe(
      'StoreError ERR_STORE_UNAVAILABLE SQLite did not do it (SQLITE_READONLY): see that this user may write to its file and folder, and that the disk is not read-only',
    )
  }
  await expectWhole(store, database, 1)
  expect((await store.sessions.find('a'))?.user).toBe('joe')
  database.exec('PRAGMA query_only = 0')
  expect(await store.sessions.deleteAll('1')).toBe(1)
  await store.close()
  database.close()
})

describe('where files may not grow', () => {
  /** Opens a store in a process whose files end at so many KiB, and makes tokens until there is room for none. */
  async function fillWithin(kibibytes: number, path: string): Promise<{ made: number; said: string }> {
    const entry = new URL('../../dist/stores/sqlite.js', import.meta.url).href
    const script = `
      const { createSqliteStore } = await import(${JSON.stringify(entry)})
      const say = ({ name, code, message }) => [name, code, message].join(' ')
      let made = 0
      let said
      try {
        const store = await createSqliteStore({ path: process.argv[1] })
        for (; made < 5000; made++) {
          const padded = String(made).padStart(16, '0')
          await store.tokens.create({ ...${JSON.stringify(token(0))}, id: padded, hash: 'hash ' + made })
        }
      } catch (error) {
        said = say(error)
      }
      console.log(JSON.stringify({ made, said }))`
    const command = `ulimit -f ${kibibytes}; exec "$0" --input-type=module -e "$@"`
    const { stdout } = await promisify(execFile)('bash', ['-c', command, process.execPath, script, path])
    return JSON.parse(stdout)
  }

  test.each([
    { kibibytes: 0, room: 'for nothing' },
    { kibibytes: 3, room: 'for a part of its tables' },
    { kibibytes: 400, room: 'for some tokens' },
  ])('it fails with a sentence, and what it acknowledged is there: room $room', async ({ kibibytes }) => {
    const path = newPath()
    const { made, said } = await fillWithin(kibibytes, path)
    expect(said).toMatch(
      /^StoreError ERR_STORE_UNAVAILABLE SQLite did not do it \(SQLITE_(IOERR|FULL)\w*\): (see that|make room on) the disk/,
    )
    if (kibibytes === 400) expect(made).toBeGreaterThan(3)
    const database = new Database(path)
    const store = await createSqliteStore({ path })
    await expectWhole(store, database, made)
    await store.tokens.create(token(made))
    await expectWhole(store, database, made + 1)
    await store.close()
    database.close()
  })
})

describe('that cannot be opened says what to do:', () => {
  const openingOf = (path: string) => refusalOf(() => createSqliteStore({ path }))

  test('its folder is not there', async () => {
    expect(await openingOf(join(folder, 'nowhere', 'auth.db'))).toBe(
      'StoreError ERR_STORE_UNAVAILABLE SQLite did not do it (ENOENT): make the folder that its file is to be in',
    )
  })

  test('its file is something else', async () => {
    const path = newPath()
    await writeFile(path, 'no database, but a text of some length '.repeat(100))
    expect(await openingOf(path)).toMatch(
      /ERR_STORE_UNAVAILABLE SQLite did not do it \(SQLITE_NOTADB\): its file is damaged, or no database: put/,
    )
  })

  test('its folder is not to be written to', async () => {
    const closed = join(folder, 'closed')
    await mkdir(closed)
    await chmod(closed, 0o555)
    await chmod(folder, 0o755)
    // Nothing stops root: then it is nobody who opens it.
    const entry = new URL('../../dist/stores/sqlite.js', import.meta.url).href
    const script = `
      const { createSqliteStore } = await import(${JSON.stringify(entry)})
      await import('libsql')
      if (process.geteuid() === 0) process.seteuid(65534)
      await createSqliteStore({ path: process.argv[1] }).catch(({ code, message }) => console.log(code, message))`
    const args = ['--input-type=module', '-e', script, join(closed, 'auth.db')]
    const cwd = new URL('../..', import.meta.url).pathname
    const { stdout } = await promisify(execFile)(process.execPath, args, { cwd })
    expect(stdout).toMatch(
      /^ERR_STORE_UNAVAILABLE SQLite did not do it \(EACCES\): see that this user may write to its file and folder/,
    )
    expect(await readdir(closed)).toEqual([])
  })
})
