// A login that could not be kept leaves all as it was; one that is kept leaves nothing where the one before was.

import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { writeInfluxProfiles } from '@fluxauth/auth-node'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { KeyringError } from './keyring.ts'
import type { Place } from './own-file.ts'
import {
  chooseProfile,
  forgetSecret,
  type Login,
  moveKnowledge,
  type Profile,
  readProfiles,
  removeProfile,
  saveLogin,
} from './profiles.ts'
import { loadSecret, removeSecret } from './secrets.ts'

vi.mock(import('./secrets.ts'), async () => ({
  saveSecret: async (
    ...[place, profile, url, credentials]: Parameters<typeof import('./secrets.ts').saveSecret>
  ) => {
    kept.set(keyOf(place, profile, url), credentials)
    return `the ${place}`
  },
  loadSecret: vi.fn(),
  removeSecret: vi.fn(),
}))
vi.mock(import('@fluxauth/auth-node'), { spy: true })

const kept = new Map<string, unknown>()
const keyOf = (place: string, profile: string, url: string) => `${place} ${profile} ${new URL(url).origin}`
const [ONE, OTHER] = ['https://one.example', 'https://other.example']
const file = 'configs'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fluxauth-profiles-'))
  vi.stubEnv('INFLUX_CONFIGS_PATH', join(folder, file))
  vi.stubEnv('XDG_CONFIG_HOME', folder)
  vi.stubEnv('INFLUX_ACTIVE_CONFIG', '')
  kept.clear()
  vi.mocked(loadSecret).mockImplementation(async (...given) => kept.get(keyOf(...given)) as never)
  vi.mocked(removeSecret).mockImplementation(async (...given) => void kept.delete(keyOf(...given)))
})
afterEach(async () => {
  vi.mocked(writeInfluxProfiles).mockReset()
  vi.unstubAllEnvs()
  await rm(folder, { recursive: true })
})

const save = (token: string, more: Partial<Login> = {}) =>
  saveLogin({ name: 'app', url: ONE, place: 'keyring', credentials: { scheme: 'token', token }, ...more })
const now = async (name = 'app') => {
  const profile = (await readProfiles()).get(name)
  const { url, org, active, place, known } = profile ?? {}
  return { url, org, active, place, product: known?.product, credentials: await profile?.credentials() }
}
const files = async () => [
  await readFile(join(folder, file), 'utf8').catch(() => ''),
  await readFile(join(folder, 'fluxauth', 'profiles.json'), 'utf8').catch(() => ''),
]
const failOnce = () => vi.mocked(writeInfluxProfiles).mockRejectedValueOnce(new Error('a full disk'))

describe('a login that could not be kept', () => {
  test.each<[Place]>([['keyring'], ['memory'], ['file']])('leaves nothing behind: %s', async (place) => {
    failOnce()
    await expect(save('new', { place })).rejects.toThrow('a full disk')
    expect([...kept]).toEqual([])
    expect(await now()).toEqual({})
  })

  test.each<[Place, Place]>([
    ['keyring', 'keyring'],
    ['memory', 'memory'],
    ['keyring', 'memory'],
    ['file', 'keyring'],
    ['keyring', 'file'],
    ['file', 'file'],
  ])('leaves the one that there was: in the %s, and to go to the %s', async (before, after) => {
    await save('old', { place: before, product: 'v2', org: 'home' })
    const [secrets, was, written] = [[...kept], await now(), await files()]
    failOnce()
    await expect(save('new', { place: after, product: 'v3', org: 'other' })).rejects.toThrow('a full disk')
    expect([[...kept], await now(), await files()]).toEqual([secrets, was, written])
    expect(was).toMatchObject({ product: 'v2', credentials: { scheme: 'token', token: 'old' } })
  })

  test('is not held up by one before that cannot be read', async () => {
    await save('old')
    vi.mocked(loadSecret).mockRejectedValueOnce(new Error('no credential'))
    await save('new')
    expect(await now()).toMatchObject({ credentials: { token: 'new' } })
  })
})

test.each<[Place, Partial<Login>, string[]]>([
  ['keyring', { place: 'memory' }, [`memory app ${ONE}`]],
  ['memory', { place: 'file' }, []],
  ['keyring', { url: OTHER }, [`keyring app ${OTHER}`]],
  ['keyring', { url: `${ONE}/` }, [`keyring app ${ONE}`]],
  ['file', { place: 'keyring' }, [`keyring app ${ONE}`]],
  ['keyring', {}, [`keyring app ${ONE}`]],
])('what was in the %s goes where another takes its place: %j', async (place, more, left) => {
  await save('old-s3cret', { place })
  await save('new-s3cret', more)
  expect([...kept.keys()]).toEqual(left)
  expect((await now()).credentials).toEqual({ scheme: 'token', token: 'new-s3cret' })
  expect((await files()).join()).not.toContain('old-s3cret')
})

test('the organization stays, but at another server; a profile becomes active unless it is not to', async () => {
  await save('a', { org: 'home' })
  await save('b', { name: 'second', activate: false })
  expect([(await now()).active, (await now('second')).active]).toEqual([true, false])
  await save('c', { name: 'second' })
  expect([(await now()).active, (await now('second')).active]).toEqual([false, true])
  await save('d')
  expect((await now()).org).toBe('home')
  await save('e', { url: OTHER })
  expect((await now()).org).toBeUndefined()
  await save('f', { url: OTHER, org: 'new' })
  expect((await now()).org).toBe('new')
})

test('what is known of a token that lies in the file is true of that one alone, and what of its server stays', async () => {
  const known = { product: 'v2', authorization: 'id', isOperator: true, allowInsecure: true } as const
  await save('mine', { place: 'file', ...known, credentials: { scheme: 'bearer', token: 'mine' } })
  const read = async () => (await readProfiles()).get('app')
  expect((await read())?.known).toMatchObject({ ...known, scheme: 'bearer' })
  expect(await (await read())?.credentials()).toEqual({ scheme: 'bearer', token: 'mine' })
  await writeInfluxProfiles({ app: { token: 'of influx' } })
  expect((await read())?.known).toEqual({
    profile: 'app',
    url: ONE,
    place: 'file',
    scheme: 'token',
    product: 'v2',
    allowInsecure: true,
  })
  await writeInfluxProfiles({ app: { token: '' } })
  expect((await read())?.place).toBeUndefined()
  vi.mocked(loadSecret).mockClear()
  expect(await (await read())?.credentials()).toBeUndefined()
  // No keyring is asked, which may have to ask its user.
  expect(loadSecret).not.toHaveBeenCalled()
})

test('a token that somebody put into the file comes before one that lies elsewhere; both are forgotten', async () => {
  await save('hidden')
  await writeInfluxProfiles({ app: { token: 'plain' } })
  expect(await now()).toMatchObject({ place: 'file', credentials: { scheme: 'token', token: 'plain' } })
  const profile = (await readProfiles()).get('app')
  if (profile) await forgetSecret(profile)
  expect(await now()).toMatchObject({ url: ONE, place: undefined, credentials: undefined })
  expect([...kept]).toEqual([])
})

test('the token in the file goes also where the keyring that has one of before is not to be had, which is said', async () => {
  await save('old')
  await writeInfluxProfiles({ app: { token: 'put-there' } })
  const profile = (await readProfiles()).get('app') as Profile
  vi.mocked(removeSecret).mockRejectedValue(new KeyringError('ERR_KEYRING_UNAVAILABLE', 'There is none.'))
  await expect(forgetSecret(profile)).rejects.toMatchObject({
    code: 'ERR_KEYRING_UNAVAILABLE',
    message: expect.stringMatching(
      /^What stood in .* is forgotten; what was kept before it is not: There is none\./,
    ),
  })
  expect((await files()).join()).not.toContain('put-there')
  // It is in use again, and where it is in use it is not lost: all stays as it was.
  const before = await files()
  await expect(forgetSecret((await readProfiles()).get('app') as Profile)).rejects.toThrow(/^There is none/)
  expect([await now(), await files()]).toMatchObject([{ place: 'keyring' }, before])
  vi.mocked(removeSecret).mockImplementation(async (...given) => void kept.delete(keyOf(...given)))
  await forgetSecret((await readProfiles()).get('app') as Profile)
  expect([[...kept], (await now()).place]).toEqual([[], undefined])
})

test('one that lies elsewhere goes with its profile, though somebody gave that another address since', async () => {
  await save('hidden')
  await writeInfluxProfiles({ app: { url: OTHER } })
  expect(await now()).toMatchObject({ url: OTHER, place: undefined, credentials: undefined })
  const profile = (await readProfiles()).get('app')
  if (profile) await removeProfile(profile)
  expect([...kept]).toEqual([])
})

test('where the server has another address, what lies elsewhere is found there, and what was written is not lost', async () => {
  await save('hidden', { product: 'v2', authorization: 'id' })
  await writeInfluxProfiles({ app: { token: 'plain' } })
  const read = async () => (await readProfiles()).get('app')
  const before = await read()
  await writeInfluxProfiles({ app: { url: `${ONE}/below`, token: '' } })
  if (before) await moveKnowledge(before, `${ONE}/below`)
  expect(await now()).toMatchObject({ place: 'keyring', product: 'v2', credentials: { token: 'hidden' } })
  expect((await read())?.known?.authorization).toBe('id')
  // Of one that is for another server by now nothing is known.
  await writeInfluxProfiles({ app: { url: OTHER } })
  const moved = await read()
  if (moved) await moveKnowledge(moved, `${OTHER}/below`)
  await writeInfluxProfiles({ app: { url: `${OTHER}/below` } })
  expect((await read())?.known).toBeUndefined()
})

test('a user name and password lie in the file as the influx CLI has them, and go with their profile', async () => {
  const credentials = { scheme: 'basic', username: 'zoë', password: 'p:ä' } as const
  await save('', { place: 'file', credentials })
  expect((await files())[0]).toContain(`cookie = "${Buffer.from('zoë:p:ä').toString('base64')}"`)
  expect(await now()).toMatchObject({ place: 'file', credentials })
  const profile = (await readProfiles()).get('app')
  if (profile) await removeProfile(profile)
  expect((await readProfiles()).size).toBe(0)
  expect((await files())[1]).not.toContain('app')
})

test('the profile that goes is the one that is named, that of INFLUX_ACTIVE_CONFIG, the active one, or default', async () => {
  for (const name of ['default', 'two', 'three']) await save('x', { name, activate: name === 'two' })
  const choose = async (named?: string) => {
    const { profile, why } = chooseProfile(await readProfiles(), named)
    return [profile?.name, why]
  }
  expect(await choose()).toEqual(['two', 'it is the active one'])
  vi.stubEnv('INFLUX_ACTIVE_CONFIG', 'three')
  expect(await choose()).toEqual(['three', 'INFLUX_ACTIVE_CONFIG names it'])
  expect(await choose('default')).toEqual(['default', '--profile names it'])
  await expect(choose('none')).rejects.toThrow(/^There is no such profile: there are default, two, three$/)
  vi.stubEnv('INFLUX_ACTIVE_CONFIG', 'none')
  await expect(choose()).rejects.toThrow('such profile as INFLUX_ACTIVE_CONFIG names: unset it')
  vi.stubEnv('INFLUX_ACTIVE_CONFIG', '')
  await writeInfluxProfiles({ two: undefined })
  expect(await choose()).toEqual(['default', 'none is active, and it is called default'])
  await writeInfluxProfiles({ default: undefined })
  expect(await choose()).toEqual([undefined, 'none is active'])
})
