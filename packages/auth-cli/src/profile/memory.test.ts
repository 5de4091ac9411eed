// Secrets in memory, where there is a kernel keyring and where there is none: then they lie in a folder that nobody else has a hand in.

import {
  chmod,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rm,
  stat,
  statfs,
  symlink,
  writeFile,
} from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { askKeyring, KeyringError } from './keyring.ts'
import { loadFromMemory, removeFromMemory, saveInMemory } from './memory.ts'

vi.mock(import('./keyring.ts'), async (actual) => ({ ...(await actual()), askKeyring: vi.fn() }))
vi.mock('node:fs/promises', { spy: true })

const ACCOUNT = 'prod https://influx.example'
const [TMPFS, EXT4] = [0x01021994, 0xef53]
const user = process.geteuid?.() ?? 0
const platform = Object.getOwnPropertyDescriptor(process, 'platform') as PropertyDescriptor

let parent: string
let folder: string
/** What kind of file system a folder is of; there is no other. */
let types: Record<string, number>
/** What the kernel keyring has; `undefined` where there is none. */
let keyring: Map<string, string> | undefined

beforeEach(async () => {
  vi.clearAllMocks()
  vi.mocked(mkdir).mockReset()
  parent = await mkdtemp(join(tmpdir(), 'fluxauth-memory-'))
  folder = join(parent, `fluxauth-${user}`)
  types = { [parent]: TMPFS }
  keyring = undefined
  vi.stubEnv('XDG_RUNTIME_DIR', parent)
  Object.defineProperty(process, 'platform', { ...platform, value: 'linux' })
  vi.mocked(statfs).mockImplementation(async (path) => {
    const type = types[String(path)]
    if (type === undefined) throw new Error('ENOENT')
    return { type } as never
  })
  vi.mocked(askKeyring).mockImplementation(async ({ action, account, store, secret = '' }) => {
    expect(store).toBe('keyutils')
    if (!keyring) throw new KeyringError('ERR_KEYRING_UNAVAILABLE', 'none')
    if (action === 'set') keyring.set(account, secret)
    const found = keyring.get(account)
    if (action === 'delete') keyring.delete(account)
    return action === 'get' ? found : undefined
  })
})
afterEach(async () => {
  Object.defineProperty(process, 'platform', platform)
  vi.unstubAllEnvs()
  vi.restoreAllMocks()
  await rm(parent, { recursive: true })
})
const files = () => readdir(parent, { recursive: true })

describe('where there is no kernel keyring', () => {
  test('a secret lies in a file that its owner alone reads, whose name says nothing, until it is removed', async () => {
    const path = await saveInMemory(ACCOUNT, 's3cret')
    expect(path).toMatch(new RegExp(`^${folder}/[0-9a-f]{32}$`))
    expect(await readFile(path, 'utf8')).toBe('s3cret')
    expect([(await stat(folder)).mode & 0o777, (await stat(path)).mode & 0o777]).toEqual([0o700, 0o600])
    expect(await loadFromMemory(ACCOUNT)).toBe('s3cret')
    expect(await loadFromMemory('other https://influx.example')).toBeUndefined()
    await removeFromMemory(ACCOUNT)
    expect([await loadFromMemory(ACCOUNT), await readdir(folder)]).toEqual([undefined, []])
  })

  test.each<[string, () => Promise<unknown> | unknown]>([
    [
      'that does not lie in memory',
      () => {
        types[parent] = EXT4
      },
    ],
    ['that others may look into', async () => mkdir(folder).then(() => chmod(folder, 0o704))],
    ['that others may write to', async () => mkdir(folder).then(() => chmod(folder, 0o720))],
    ['that somebody else has made', () => vi.spyOn(process, 'geteuid').mockReturnValue(user + 1)],
    ['that is none', () => writeFile(folder, '', { mode: 0o600 })],
    ['that cannot be made', () => void vi.mocked(mkdir).mockRejectedValue(new Error('EACCES'))],
    [
      'that leads elsewhere',
      async () => {
        await mkdir(join(parent, 'elsewhere'), { mode: 0o700 })
        await symlink('elsewhere', folder)
      },
    ],
  ])('none is written to a folder %s', async (_, prepare) => {
    await prepare()
    await expect(saveInMemory(ACCOUNT, 's3cret')).rejects.toMatchObject({ code: 'ERR_MEMORY_UNAVAILABLE' })
    expect(await loadFromMemory(ACCOUNT)).toBeUndefined()
    await removeFromMemory(ACCOUNT)
    expect(await files()).not.toContainEqual(expect.stringMatching(/[0-9a-f]{32}/))
  })

  test('the next folder is taken where the first will not do', async () => {
    vi.stubEnv('XDG_RUNTIME_DIR', '/run/nobody')
    await expect(saveInMemory(ACCOUNT, 's3cret')).rejects.toMatchObject({ code: 'ERR_MEMORY_UNAVAILABLE' })
    expect(vi.mocked(statfs).mock.calls).toEqual([['/run/nobody'], ['/dev/shm']])
    vi.mocked(statfs).mockClear()
    vi.stubEnv('XDG_RUNTIME_DIR', undefined)
    await expect(saveInMemory(ACCOUNT, 's3cret')).rejects.toMatchObject({ code: 'ERR_MEMORY_UNAVAILABLE' })
    expect(vi.mocked(statfs).mock.calls).toEqual([['/dev/shm']])
  })
})

describe('where there is a kernel keyring', () => {
  beforeEach(() => {
    keyring = new Map()
  })

  test.each([[TMPFS], [EXT4]])(
    'a secret lies there alone, also without a folder in memory (%i)',
    async (type) => {
      types[parent] = type
      expect(await saveInMemory(ACCOUNT, 's3cret')).toBe('the kernel keyring')
      expect(await loadFromMemory(ACCOUNT)).toBe('s3cret')
      await removeFromMemory(ACCOUNT)
      expect([await loadFromMemory(ACCOUNT), keyring?.size]).toEqual([undefined, 0])
      for (const name of await files()) expect((await stat(join(parent, name))).isDirectory()).toBe(true)
    },
  )

  test('what was written to a file before, as there was none, is not read in its place', async () => {
    keyring = undefined
    await saveInMemory(ACCOUNT, 'old-s3cret')
    keyring = new Map()
    await saveInMemory(ACCOUNT, 'new-s3cret')
    expect([await loadFromMemory(ACCOUNT), await readdir(folder)]).toEqual(['new-s3cret', []])
  })

  test('a file that cannot be removed is not taken for one that is', async () => {
    const fails = () => vi.mocked(rm).mockRejectedValueOnce(new Error('EROFS'))
    fails()
    await expect(saveInMemory(ACCOUNT, 's3cret')).rejects.toThrow('EROFS')
    fails()
    await expect(removeFromMemory(ACCOUNT)).rejects.toThrow('EROFS')
    expect(await loadFromMemory(ACCOUNT)).toBe('s3cret')
  })

  test('one that hangs leads to no file, and is not taken for one that has nothing', async () => {
    const hangs = new KeyringError('ERR_KEYRING_TIMEOUT', 'hangs')
    vi.mocked(askKeyring).mockRejectedValue(hangs)
    await expect(saveInMemory(ACCOUNT, 's3cret')).rejects.toBe(hangs)
    await expect(loadFromMemory(ACCOUNT)).rejects.toBe(hangs)
    await expect(removeFromMemory(ACCOUNT)).rejects.toBe(hangs)
    expect(await readdir(folder)).toEqual([])
  })

  test('an error of another kind is handed on', async () => {
    const other = new Error('other')
    vi.mocked(askKeyring).mockRejectedValue(other)
    await expect(saveInMemory(ACCOUNT, 's3cret')).rejects.toBe(other)
    await expect(loadFromMemory(ACCOUNT)).rejects.toBe(other)
  })
})

test('elsewhere than on Linux nothing is kept in memory', async () => {
  Object.defineProperty(process, 'platform', { ...platform, value: 'darwin' })
  keyring = new Map()
  for (const use of [saveInMemory, loadFromMemory, removeFromMemory])
    await expect(use(ACCOUNT, 's3cret')).rejects.toMatchObject({
      code: 'ERR_MEMORY_UNAVAILABLE',
      message: expect.stringContaining('--store keyring'),
    })
  expect(keyring.size).toBe(0)
})
