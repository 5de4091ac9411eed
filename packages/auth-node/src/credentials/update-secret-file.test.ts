// Files with secrets as programs change them: nothing is lost, and nobody else reads them.

import { execFile } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import {
  chmod,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rm,
  stat,
  symlink,
  utimes,
  writeFile,
} from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { promisify } from 'node:util'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { updateSecretFile } from '../index.ts'

let folder: string
let path: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fluxauth-secret-file-'))
  path = join(folder, 'deep', 'token')
})
afterEach(() => rm(folder, { recursive: true }))

test('makes the file and its folders for the owner alone, and leaves nothing beside it', async () => {
  const deeper = join(folder, 'a', 'b', 'c')
  await updateSecretFile(join(deeper, 'token'), () => 'one')
  for (const each of ['.', '..', '../..']) expect((await stat(join(deeper, each))).mode & 0o777).toBe(0o700)
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
  await symlink('nowhere', join(folder, 'lost'))
  await symlink('loop', join(folder, 'loop'))
  const fromNothing = vi.fn(() => '')
  for (const [wrong, why] of [
    [join(file, 'below'), '(EEXIST), as a part of the path is no folder: give another path'],
    [join(file, 'far', 'below'), '(ENOTDIR), as a part of the path is no folder: give another path'],
    [join(folder, 'lost', 'below'), '(EEXIST), as a part of the path is no folder: give another path'],
    [join(folder, 'loop'), '(ELOOP)'],
    [folder, '(EISDIR), as it is a folder: give the path of a file'],
  ] as const) {
    await expect(updateSecretFile(wrong, fromNothing)).rejects.toMatchObject({
      code: 'ERR_SOURCE_INVALID',
      message: `${wrong} cannot be written ${why}`,
    })
  }
  expect(fromNothing).not.toHaveBeenCalled()
  expect(await readdir(folder)).toEqual(['file', 'loop', 'lost'])
  for (const [wrong, change] of [
    ['', () => ''],
    [path, 's3cret'],
  ]) {
    await expect(updateSecretFile(wrong as never, change as never)).rejects.toMatchObject({
      code: 'ERR_OPTION_VALUE',
    })
  }
})

/** Runs a script on the package, in a shell that may limit it, and gives what it says as JSON. */
async function runScript(limit: string, script: string, ...args: string[]): Promise<unknown> {
  const entry = new URL('../../dist/index.js', import.meta.url).href
  const whole = `
    const { fromTokenFile, updateSecretFile } = await import(${JSON.stringify(entry)})
    const [path] = process.argv.slice(1)
    ${script}`
  const command = `${limit}; exec "$0" --input-type=module -e "$@"`
  const { stdout } = await promisify(execFile)('bash', ['-c', command, process.execPath, whole, ...args])
  return JSON.parse(stdout)
}

const SAY_HOW_IT_ENDS = `.then(() => 'done', ({ name, code, message }) => [name, code, message].join(' '))`

describe('a secret that there is no room for', () => {
  test.each([
    { room: 'for nothing', limit: 'ulimit -f 0' },
    { room: 'for a part of it', limit: 'ulimit -f 4' },
  ])('leaves the one before as it was, good, and alone: where there is room $room', async ({ limit }) => {
    await updateSecretFile(path, () => 'my-old-token')
    const said = await runScript(
      limit,
      `const said = []
      said.push(await updateSecretFile(path, () => 'my-new-token'.repeat(1000))${SAY_HOW_IT_ENDS})
      said.push(await updateSecretFile(path + '-2', () => 'my-new-token'.repeat(1000))${SAY_HOW_IT_ENDS})
      said.push((await fromTokenFile(path).get()).token)
      console.log(JSON.stringify(said))`,
      path,
    )
    const refused = expect.stringMatching(
      /^SourceError ERR_SOURCE_INVALID \S+ cannot be written \(EFBIG\), as files may not become so large here: raise/,
    )
    expect(said).toEqual([refused, refused, 'my-old-token'])
    expect(`${said}`).not.toContain('my-new-token')
    expect(await readdir(join(folder, 'deep'))).toEqual(['token'])
    await updateSecretFile(path, (before) => `${before}-2`)
    expect(await readFile(path, 'utf8')).toBe('my-old-token-2')
  })

  test('is taken up where there is room again, whatever a program left that was killed as it wrote', async () => {
    await updateSecretFile(path, () => 'one')
    await writeFile(`${path}.fluxauth-new`, 'tw', { mode: 0o644 })
    await mkdir(`${path}.lock`)
    const longAgo = new Date(Date.now() - 11_000)
    await utimes(`${path}.lock`, longAgo, longAgo)
    await updateSecretFile(path, () => 'two')
    expect(await readFile(path, 'utf8')).toBe('two')
    expect((await stat(path)).mode & 0o777).toBe(0o600)
    expect(await readdir(join(folder, 'deep'))).toEqual(['token'])
  })
})

test('a secret in a folder that this user may not write to stays as it was', async () => {
  await updateSecretFile(path, () => 'my-old-token')
  await chmod(folder, 0o755)
  await chmod(join(folder, 'deep'), 0o555)
  // Nothing stops root: then it is nobody who writes.
  const said = await runScript(
    'true',
    `if (process.geteuid() === 0) process.seteuid(65534)
    console.log(JSON.stringify(await updateSecretFile(path, () => 'my-new-token')${SAY_HOW_IT_ENDS}))`,
    path,
  )
  expect(said).toMatch(
    /ERR_SOURCE_INVALID \S+ cannot be written \(EACCES\), as this user may not: have the file/,
  )
  await chmod(join(folder, 'deep'), 0o700)
  expect(await readFile(path, 'utf8')).toBe('my-old-token')
  expect(await readdir(join(folder, 'deep'))).toEqual(['token'])
})

// As below /home where folders are mounted as they are asked for: Node's own way to make one goes round for ever.
test.runIf(process.platform === 'linux')('a folder that cannot be made is said to be none', async () => {
  for (const path of ['/proc/fluxauth', '/proc/fluxauth/deep/token']) {
    await expect(updateSecretFile(path, () => 'my-token')).rejects.toThrow(
      `${path} cannot be written (ENOENT), as no folder can be made there: give another path`,
    )
  }
})

describe('the lock of a program that was killed', () => {
  /** Leaves a lock, and as many more as heirs of the one before were killed as they took it over. */
  async function leaveLock(heirs: number): Promise<void> {
    // Dead in a moment, when all wait, each at a time of its own.
    const longAgo = new Date(Date.now() - 9900)
    let name = `${path}.lock`
    for (let left = heirs; left >= 0; left--) {
      await mkdir(name, { recursive: true })
      await utimes(name, longAgo, longAgo)
      const { ino, mtimeNs } = await stat(name, { bigint: true })
      name += `-${ino}-${mtimeNs}`
    }
  }

  test.each([
    ['of fifty that wait for it one has it at a time', 0],
    ['also where another was killed as it took it over', 1],
    ['also where the next one was killed as well', 2],
  ])('%s', async (_, heirs) => {
    for (let round = 1; round <= 8; round++) {
      await rm(folder, { recursive: true })
      await leaveLock(heirs)
      let [writing, most] = [0, 0]
      await Promise.all(
        Array.from({ length: 50 }, (_, index) =>
          updateSecretFile(path, async (before) => {
            most = Math.max(most, ++writing)
            await setImmediate()
            writing--
            return `${before}${index}\n`
          }),
        ),
      )
      const lines = (await readFile(path, 'utf8')).trim().split('\n').map(Number)
      expect(lines.sort((a, b) => a - b)).toEqual(Array.from({ length: 50 }, (_, index) => index))
      expect(most).toBe(1)
      expect(await readdir(join(folder, 'deep'))).toEqual(['token'])
    }
  })
})

test('who lost the lock writes nothing over what others wrote since', async () => {
  await updateSecretFile(path, () => 'one')
  const refused = updateSecretFile(path, async () => {
    await rm(`${path}.lock`, { recursive: true })
    await updateSecretFile(path, () => 'two')
    return 'three'
  })
  await expect(refused).rejects.toMatchObject({
    code: 'ERR_SOURCE_INVALID',
    message: expect.stringContaining('is being written by another program'),
  })
  expect(await readFile(path, 'utf8')).toBe('two')
})

describe('a program without the lock that writes the file in place, as the influx CLI does', () => {
  beforeEach(() => updateSecretFile(path, () => 'one'))

  test('loses nothing by a change that began before', async () => {
    const seen: string[] = []
    await updateSecretFile(path, (before) => {
      if (seen.push(before) === 1) writeFileSync(path, 'theirs')
      return `${before}, ours`
    })
    expect(seen).toEqual(['one', 'theirs'])
    expect(await readFile(path, 'utf8')).toBe('theirs, ours')
  })

  test('loses nothing where it has emptied the file, and not written it yet', async () => {
    writeFileSync(path, '')
    const changed = updateSecretFile(path, (before) => `${before}, ours`)
    setTimeout(() => writeFileSync(path, 'theirs'), 30)
    await changed
    expect(await readFile(path, 'utf8')).toBe('theirs, ours')
  })

  test('may be half done: what makes no sense then is read once more', async () => {
    await updateSecretFile(path, (before) => {
      if (before === 'theirs') return 'theirs, ours'
      writeFileSync(path, 'theirs')
      throw new Error('no file of ours')
    })
    expect(await readFile(path, 'utf8')).toBe('theirs, ours')
  })

  test('may make a file that was not there', async () => {
    await rm(path)
    await updateSecretFile(path, (before) => {
      if (before === '') writeFileSync(path, 'theirs')
      return `${before}, ours`
    })
    expect(await readFile(path, 'utf8')).toBe('theirs, ours')
  })

  test('is not waited for without end, and its file stays', async () => {
    let times = 0
    const refused = updateSecretFile(path, (before) => {
      writeFileSync(path, `${times++}`)
      return `${before}, ours`
    })
    await expect(refused).rejects.toMatchObject({
      code: 'ERR_SOURCE_INVALID',
      message: expect.stringContaining('is being written by another program'),
    })
    expect(await readFile(path, 'utf8')).toBe(`${times - 1}`)
    expect(await readdir(join(folder, 'deep'))).toEqual(['token'])
  })
})

test('a program that ends in order at SIGTERM still does, after it wrote a secret', async () => {
  const said = await runScript(
    'true',
    `const told = []
    const running = setInterval(() => undefined, 1000)
    const end = new Promise((resolve) => {
      process.once('SIGTERM', () => {
        told.push('closing')
        setTimeout(resolve, 200)
      })
    })
    await updateSecretFile(path, () => 'one')
    process.kill(process.pid, 'SIGTERM')
    await end
    clearInterval(running)
    console.log(JSON.stringify([...told, 'closed']))`,
    path,
  )
  expect(said).toEqual(['closing', 'closed'])
})
