// What a driver throws says what to do, by its code, and shows nothing else of it.

import { StoreError } from '@fluxauth/auth-core/server'
import { expect, test } from 'vitest'
import { gone, guard, unavailable } from './failures.ts'

const SECRET = 's3cret'
const thrown = (code: unknown) => Object.assign(new Error(`${SECRET} in a statement`), { code })
const OTHERWISE = 'see that it runs, can be reached, and lets this server in'

test.each<[what: string, codes: readonly string[], hint: string]>([
  ['SQLite', ['SQLITE_FULL', 'ENOSPC', 'EDQUOT'], 'make room on the disk that its file is on'],
  ['SQLite', ['SQLITE_IOERR', 'SQLITE_IOERR_WRITE', 'EIO', 'EFBIG'], 'see that the disk that its file is on'],
  [
    'SQLite',
    ['SQLITE_READONLY', 'SQLITE_READONLY_DBMOVED', 'SQLITE_CANTOPEN', 'EACCES', 'EPERM', 'EROFS'],
    'see that this user may write to its file and folder',
  ],
  ['SQLite', ['ENOENT', 'ENOTDIR'], 'make the folder that its file is to be in'],
  ['SQLite', ['SQLITE_NOTADB', 'SQLITE_CORRUPT', 'SQLITE_CORRUPT_INDEX'], 'its file is damaged'],
  [
    'SQLite',
    ['SQLITE_ERROR', '53100', 'OOM', 'X_SQLITE_FULL', 'XEIO', 'XEPERM', 'XENOENT', 'X_SQLITE_NOTADB'],
    OTHERWISE,
  ],
  ['PostgreSQL', ['53100'], 'its disk is full, or fails'],
  ['Redis', ['MISCONF'], 'its disk is full, or fails'],
  ['PostgreSQL', ['53200'], 'its memory is full'],
  ['Redis', ['OOM'], 'its memory is full'],
  ['PostgreSQL', ['25006'], 'it can only be read'],
  ['Redis', ['READONLY'], 'it can only be read'],
  ['Redis', ['ERR_INVALID_URL'], 'its URL cannot be read'],
  ['PostgreSQL', ['57014'], 'it did not answer in time'],
  ['PostgreSQL', ['42P01'], 'a table of the store is not there any more'],
  ['PostgreSQL', ['42501'], 'its user may not do this there'],
  ['Redis', ['NOPERM'], 'its user may not do this there'],
  ['PostgreSQL', ['53300'], 'it has as many connections as it takes'],
  [
    'Redis',
    ['ENOENT', 'EIO', 'ROOM', 'OOMS', '153300', '533001', 'XMISCONF', 'MISCONFX', 'XREADONLY', 'READONLYX'],
    OTHERWISE,
  ],
])('of %s %j says: %s', (what, codes, hint) => {
  for (const code of codes) {
    const error = unavailable(what, thrown(code))
    expect(error).toMatchObject({ name: 'StoreError', code: 'ERR_STORE_UNAVAILABLE' })
    expect(error.message).toMatch(new RegExp(`^${what} did not do it \\(${code}\\): ${hint}`))
    expect(error.message).not.toContain(SECRET)
    expect(error.cause).toBeUndefined()
  }
})

test('the word that Redis begins its message with is a code, and nothing else of a message or a value is', () => {
  const messageOf = (error: unknown) => unavailable('Redis', error).message
  expect(messageOf(new Error(`WRONGPASS for ${SECRET}`))).toBe(
    `Redis did not do it (WRONGPASS): ${OTHERWISE}`,
  )
  expect(messageOf(new Error('OOM command not allowed'))).toContain('(OOM): its memory is full')
  for (const error of [
    new Error(`${SECRET} WRONGPASS x`),
    new Error(SECRET.toUpperCase()),
    new Error('AN x'),
    new Error(`${'A'.repeat(21)} x`),
    thrown(5),
    thrown(`a ${SECRET}`),
    thrown('A'),
    thrown('A'.repeat(41)),
    thrown(undefined),
    { code: SECRET },
    SECRET,
    undefined,
  ]) {
    expect(messageOf(error)).toBe(`Redis did not do it: ${OTHERWISE}`)
  }
  expect(messageOf(thrown('A'.repeat(40)))).toContain(`(${'A'.repeat(40)})`)
  expect(messageOf(new Error(`${'A'.repeat(20)} x`))).toContain(`(${'A'.repeat(20)})`)
  const own = new StoreError('ERR_STORE_EXISTS', 'taken')
  expect(unavailable('Redis', own)).toBe(own)
})

test('of a store that is gone the code of what was told last says why, where there is one, and what to do is said in any case', () => {
  const back = `${OTHERWISE}; it is used again as soon as it is back`
  for (const code of ['ECONNREFUSED', 'WRONGPASS']) {
    const { code: ours, message } = gone('Redis', new Error(`${code} for ${SECRET}`))
    expect([ours, message]).toEqual(['ERR_STORE_UNAVAILABLE', `Redis is gone (${code}): ${back}`])
  }
  for (const why of [undefined, new Error(SECRET)])
    expect(gone('Redis', why).message).toBe(`Redis is gone: ${back}`)
})

test('whatever a method throws, at once or later, is an error of a store, and what it gives stays as it is', async () => {
  let isOpen = true
  const methods = {
    name: 'kept',
    give(...args: readonly number[]) {
      return [this.name, ...args]
    },
    giveLater: async (number: number) => number,
    fail: () => {
      throw thrown('EIO')
    },
    failLater: async () => {
      throw thrown('EIO')
    },
  }
  const guarded = guard('SQLite', methods, () => {
    if (!isOpen) throw thrown('ENOENT')
  })
  expect(guarded.name).toBe('kept')
  expect(guarded.give(1, 2)).toEqual(['kept', 1, 2])
  expect(await guarded.giveLater(3)).toBe(3)
  const failed = { code: 'ERR_STORE_UNAVAILABLE', message: expect.stringContaining('(EIO)') }
  expect(guarded.fail).toThrow(expect.objectContaining(failed))
  await expect(guarded.failLater()).rejects.toMatchObject(failed)
  isOpen = false
  expect(() => guarded.give()).toThrow(expect.objectContaining({ code: 'ERR_STORE_UNAVAILABLE' }))
})
