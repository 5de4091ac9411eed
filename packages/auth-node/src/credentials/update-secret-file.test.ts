// Files with secrets as programs change them: nothing is lost, and nobody else reads them.

import { chmod, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { updateSecretFile } from '../index.ts'

let folder: string
let path: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fluxauth-secret-file-'))
  path = join(folder, 'deep', 'token')
})
afterEach(() => rm(folder, { recursive: true }))

test('makes the file and its folder for the owner alone, and leaves nothing beside it', async () => {
  await updateSecretFile(path, (before) => `${before}one`)
  expect(await readFile(path, 'utf8')).toBe('one')
  expect((await stat(path)).mode & 0o777).toBe(0o600)
  expect((await stat(join(folder, 'deep'))).mode & 0o777).toBe(0o700)
  expect(await readdir(join(folder, 'deep'))).toEqual(['token'])
})

test('closes a file that others could read', async () => {
  await updateSecretFile(path, () => 'one')
  await chmod(path, 0o644)
  await updateSecretFile(path, (before) => before)
  expect((await stat(path)).mode & 0o777).toBe(0o600)
})

test('loses no change of fifty at once, through a link or not', async () => {
  await updateSecretFile(path, () => '')
  const link = join(folder, 'link')
  await symlink(path, link)
  await Promise.all(
    Array.from({ length: 50 }, (_, index) =>
      updateSecretFile(index % 2 ? path : link, async (before) => `${before}${index}\n`),
    ),
  )
  const lines = (await readFile(path, 'utf8')).trim().split('\n').map(Number)
  expect(lines.sort((a, b) => a - b)).toEqual(Array.from({ length: 50 }, (_, index) => index))
})

test('what throws leaves the file as it was, and the lock free', async () => {
  await updateSecretFile(path, () => 'one')
  const wrong = new Error('no')
  await expect(updateSecretFile(path, () => Promise.reject(wrong))).rejects.toBe(wrong)
  await updateSecretFile(path, (before) => `${before}, two`)
  expect(await readFile(path, 'utf8')).toBe('one, two')
})

test('says so where it cannot write, and refuses what is no path', async () => {
  const file = join(folder, 'file')
  await writeFile(file, '')
  await expect(updateSecretFile(join(file, 'below'), () => '')).rejects.toMatchObject({
    code: 'ERR_SOURCE_INVALID',
    message: expect.stringContaining('cannot be written'),
  })
  for (const [wrong, change] of [
    ['', () => ''],
    [path, 's3cret'],
  ]) {
    await expect(updateSecretFile(wrong as never, change as never)).rejects.toMatchObject({
      code: 'ERR_OPTION_VALUE',
    })
  }
})
