// The influx CLI's profiles on real files: reading them, and writing them without losing what others wrote.

import { execFile } from 'node:child_process'
import { chown, mkdtemp, readdir, readFile, readlink, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inspect, promisify } from 'node:util'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { chain, fromInfluxConfigs, fromValue, readInfluxProfiles, writeInfluxProfiles } from '../index.ts'

const CONFIGS = `# profiles of this machine
[onboarding]
  url = "https://localhost:8086" # here
  token = "s3cret-onboarding"
  org = "docs"
  active = true
  x-later = [1, 2]

# the cloud
[cloud]
  url = "https://cloud.example"
  token = "s3cret-cloud"
  org = ""
  active = false
`
const context = { origin: 'https://localhost:8086' }

let folder: string
let path: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fluxauth-configs-'))
  path = join(folder, 'configs')
  await writeFile(path, CONFIGS, { mode: 0o600 })
})
afterEach(async () => {
  vi.unstubAllEnvs()
  await rm(folder, { recursive: true })
})

describe('a profile made with a user name and a password', () => {
  // What the influx CLI writes: base64 of `zoë:p:ä ß€`.
  const COOKIE = Buffer.from('zoë:p:ä ß€').toString('base64')
  const write = (lines: string) =>
    writeFile(path, `[local]\nurl = "https://localhost:8086"\nactive = true\n${lines}`, { mode: 0o600 })

  test('gives them as Basic, with which one signs in', async () => {
    await write(`token = ""\ncookie = "${COOKIE}"`)
    const found = await fromInfluxConfigs({ path }).find(context)
    expect(found.credentials).toEqual({ scheme: 'basic', username: 'zoë', password: 'p:ä ß€' })
    await expect(fromInfluxConfigs({ path }).find({ origin: 'https://other.example' })).rejects.toThrow(
      'is for https://localhost:8086, not for https://other.example',
    )
  })

  test('gives the token where it has both, as the influx CLI does', async () => {
    await write(`token = "s3cret-token"\ncookie = "${COOKIE}"`)
    expect(await fromInfluxConfigs({ path }).get(context)).toEqual({ scheme: 'token', token: 's3cret-token' })
  })

  test('shows nothing of them, and keeps them when it is written back', async () => {
    await write(`cookie = "${COOKIE}"`)
    const profile = (await readInfluxProfiles(path)).get('local')
    expect(profile?.cookie).toBe(COOKIE)
    for (const text of [inspect(profile, { depth: 9 }), JSON.stringify(profile), inspect({ ...profile })]) {
      expect(text).not.toContain(COOKIE)
    }
    await writeInfluxProfiles({ local: { ...profile, org: 'docs' } }, path)
    expect(await readFile(path, 'utf8')).toContain(COOKIE)
  })

  test.each(['!', 'bm8gY29sb24=', 'YQ'])('refuses %s, which is none, without showing it', async (cookie) => {
    await write(`cookie = "${cookie}"`)
    const error = await fromInfluxConfigs({ path })
      .get(context)
      .catch((error: unknown) => error)
    expect(error).toMatchObject({
      code: 'ERR_SOURCE_INVALID',
      message: expect.stringContaining('make the profile anew'),
    })
    if (cookie.length > 1) expect(inspect(error, { depth: 9 })).not.toContain(cookie)
  })
})

describe('fromInfluxConfigs', () => {
  test('takes the active profile, and says where it was and which server it is for', async () => {
    expect(await fromInfluxConfigs({ path }).find(context)).toMatchObject({
      credentials: { scheme: 'token', token: 's3cret-onboarding' },
      source: `profile onboarding of ${path}`,
      host: 'https://localhost:8086',
      org: 'docs',
    })
  })

  test('takes the profile that the caller or INFLUX_ACTIVE_CONFIG names, from the file that INFLUX_CONFIGS_PATH names', async () => {
    vi.stubEnv('INFLUX_CONFIGS_PATH', path)
    vi.stubEnv('INFLUX_ACTIVE_CONFIG', 'cloud')
    expect(await fromInfluxConfigs().get({ origin: 'https://cloud.example' })).toMatchObject({
      token: 's3cret-cloud',
    })
    expect(await fromInfluxConfigs({ profile: 'onboarding' }).get(context)).toMatchObject({
      token: 's3cret-onboarding',
    })
  })

  test('takes the profile named default where none is active, and an empty variable for none', async () => {
    vi.stubEnv('INFLUX_CONFIGS_PATH', path)
    vi.stubEnv('INFLUX_ACTIVE_CONFIG', '')
    expect((await fromInfluxConfigs().find(context)).source).toBe(`profile onboarding of ${path}`)
    const url = 'url = "https://localhost:8086"'
    await writeFile(path, `[a]\n${url}\ntoken = "a"\n[default]\n${url}\ntoken = "d"\n[c]\n${url}\ntoken = 5`)
    expect((await fromInfluxConfigs().find(context)).source).toBe(`profile default of ${path}`)
    expect([...(await readInfluxProfiles()).keys()]).toEqual(['a', 'default', 'c'])
    await expect(fromInfluxConfigs({ profile: 'c' }).find(context)).rejects.toMatchObject({
      code: 'ERR_SOURCE_INVALID',
      message: expect.stringContaining(`The profile c of ${path} has no token`),
    })
  })

  test('does not give a profile’s token to another server', async () => {
    await expect(fromInfluxConfigs({ path, profile: 'cloud' }).find(context)).rejects.toMatchObject({
      code: 'ERR_SOURCE_ABSENT',
      message: `profile cloud of ${path} is for https://cloud.example, not for https://localhost:8086`,
    })
  })

  test.each([
    ['there is no such profile', 'other', 'ERR_SOURCE_INVALID', CONFIGS, 0o600],
    [
      'the profile that was asked for has no token',
      'empty',
      'ERR_SOURCE_INVALID',
      '[empty]\nurl = "https://localhost:8086"',
      0o600,
    ],
    [
      'the active profile has no token',
      undefined,
      'ERR_SOURCE_ABSENT',
      '[empty]\nurl = "https://localhost:8086"\nactive = true',
      0o600,
    ],
    ['there is no active profile', undefined, 'ERR_SOURCE_ABSENT', '', 0o600],
    ['the profile names no server', 'a', 'ERR_SOURCE_INVALID', '[a]\ntoken = "s3cret"', 0o600],
    [
      'the server is no URL',
      'a',
      'ERR_SOURCE_INVALID',
      '[a]\nurl = "localhost:8086"\ntoken = "s3cret"',
      0o600,
    ],
    ['the file is no TOML', undefined, 'ERR_SOURCE_INVALID', '[a]\ntoken = s3cret', 0o600],
    ['others can read the file', undefined, 'ERR_SOURCE_PERMISSIONS', CONFIGS, 0o644],
  ])('says so when %s', async (_, profile, code, content, mode) => {
    await rm(path)
    await writeFile(path, content, { mode })
    const error = await fromInfluxConfigs({ path, profile })
      .find(context)
      .catch((reason) => reason)
    expect(error).toMatchObject({ name: 'SourceError', code })
    expect(inspect(error, { depth: 9 })).not.toContain('s3cret')
  })
})

test('a chain does not go on for want of a profile that was asked for: that would be somebody else', async () => {
  const next = fromValue('somebody else')
  for (const source of [
    fromInfluxConfigs({ path, profile: 'no-such' }),
    fromInfluxConfigs({ path: join(folder, 'no-such'), profile: 'cloud' }),
  ]) {
    await expect(chain([source, next]).get(context)).rejects.toMatchObject({ code: 'ERR_SOURCE_INVALID' })
  }
  vi.stubEnv('INFLUX_ACTIVE_CONFIG', 'no-such')
  await expect(chain([fromInfluxConfigs({ path }), next]).get(context)).rejects.toMatchObject({
    code: 'ERR_SOURCE_INVALID',
  })
})

describe('writeInfluxProfiles', () => {
  test('keeps comments, unknown keys and other profiles, and the file to its owner', async () => {
    await writeInfluxProfiles(
      { onboarding: { token: 'new "token"' }, dev: { url: 'http://localhost:8086', token: 'd' } },
      path,
    )
    const text = await readFile(path, 'utf8')
    expect(text).toContain('# profiles of this machine')
    expect(text).toContain('url = "https://localhost:8086" # here')
    expect(text).toContain('x-later = [1, 2]')
    expect(text).toContain('# the cloud')
    const profiles = await readInfluxProfiles(path)
    expect(profiles.get('onboarding')).toMatchObject({ token: 'new "token"', org: 'docs', active: true })
    expect(profiles.get('cloud')).toMatchObject({ token: 's3cret-cloud', org: '' })
    expect(profiles.get('dev')).toMatchObject({ url: 'http://localhost:8086', token: 'd' })
    expect((await stat(path)).mode & 0o777).toBe(0o600)
    expect(await readdir(folder)).toEqual(['configs'])
  })

  test.each([
    ['with LF', '\n', '\n'],
    ['with CRLF', '\r\n', '\r\n'],
    ['now with the one, now with the other', '\r\n', '\n'],
  ])('keeps lines that end %s, and says nothing', async (_, first, end) => {
    const said = vi.spyOn(console, 'warn')
    const lines = CONFIGS.replaceAll('\n', end)
    await writeFile(path, lines.replace(end, first), { mode: 0o600 })
    await writeInfluxProfiles({ cloud: { org: 'new' } }, path)
    expect(await readFile(path, 'utf8')).toBe(lines.replace('org = ""', 'org = "new"'))
    expect(said).not.toHaveBeenCalled()
    said.mockRestore()
  })

  test.each(['', '\n'])('changes no other line, and ends the last one, which ends in %j', async (end) => {
    await writeFile(path, `[a]\nurl = "http://a"\n\n[b]\nactive = true${end}`)
    await writeInfluxProfiles({ b: { org: 'docs' } }, path)
    await writeInfluxProfiles({ b: { active: true } }, path)
    const written = '[a]\nurl = "http://a"\n\n[b]\nactive = true\norg = "docs"\n'
    expect(await readFile(path, 'utf8')).toBe(written)
  })

  test('keeps what is no profile, and profiles of any name', async () => {
    await writeFile(path, `version = 1\nsince = 1979-05-27\n\n${CONFIGS}\n[[hooks]]\n  run = "x"\n`)
    const names = ['constructor', '__proto__', 'my.profile v', 'zoë']
    for (const name of names) {
      await writeInfluxProfiles(Object.fromEntries([[name, { token: `t-${name}` }]]), path)
    }
    const text = await readFile(path, 'utf8')
    for (const kept of ['version = 1', 'since = 1979-05-27', '[[hooks]]', '# the cloud'])
      expect(text).toContain(kept)
    const profiles = await readInfluxProfiles(path)
    for (const name of names) expect(profiles.get(name)?.token).toBe(`t-${name}`)
    expect([...profiles.keys()]).toEqual(['onboarding', 'cloud', ...names])
    expect(({} as { token?: string }).token).toBeUndefined()
  })

  test('takes a profile as it was read, though printing and copying it shows no token', async () => {
    const profile = (await readInfluxProfiles(path)).get('cloud')
    for (const text of [inspect(profile, { depth: 9 }), JSON.stringify(profile), inspect({ ...profile })]) {
      expect(text).toContain('https://cloud.example')
      expect(text).not.toContain('s3cret')
    }
    await writeInfluxProfiles({ copy: profile }, path)
    expect((await readInfluxProfiles(path)).get('copy')).toMatchObject({
      url: 'https://cloud.example',
      token: 's3cret-cloud',
    })
  })

  test('has one active profile at most', async () => {
    await writeInfluxProfiles({ cloud: { active: true } }, path)
    const profiles = await readInfluxProfiles(path)
    expect([...profiles].filter(([, { active }]) => active).map(([name]) => name)).toEqual(['cloud'])
  })

  test('remembers which one was active before, as the influx CLI does', async () => {
    const flags = async (flag: 'active' | 'previous') =>
      [...(await readInfluxProfiles(path))].filter(([, profile]) => profile[flag]).map(([name]) => name)
    await writeInfluxProfiles({ cloud: { active: true } }, path)
    expect([await flags('active'), await flags('previous')]).toEqual([['cloud'], ['onboarding']])
    await writeInfluxProfiles({ third: { url: 'https://third.example', active: true } }, path)
    expect([await flags('active'), await flags('previous')]).toEqual([['third'], ['cloud']])
    await writeInfluxProfiles({ third: { active: true } }, path)
    expect([await flags('active'), await flags('previous')]).toEqual([['third'], []])
  })

  test('keeps a user name and password as the influx CLI does, in the place of a token', async () => {
    await writeInfluxProfiles({ cloud: { cookie: 'dTpzM2NyZXQ=' } }, path)
    expect((await readInfluxProfiles(path)).get('cloud')).toMatchObject({ token: '', cookie: 'dTpzM2NyZXQ=' })
    await writeInfluxProfiles({ cloud: { token: '' } }, path)
    expect((await readInfluxProfiles(path)).get('cloud')?.cookie).toBeUndefined()
  })

  test('removes a profile', async () => {
    await writeInfluxProfiles({ cloud: undefined }, path)
    expect([...(await readInfluxProfiles(path)).keys()]).toEqual(['onboarding'])
  })

  test('makes file and folder when there are none', async () => {
    const fresh = join(folder, 'deep', 'er', 'configs')
    expect(await readInfluxProfiles(fresh)).toEqual(new Map())
    await writeInfluxProfiles({ default: { url: 'http://localhost:8086', token: 't', active: true } }, fresh)
    expect((await readInfluxProfiles(fresh)).get('default')).toMatchObject({ token: 't', active: true })
    expect((await stat(fresh)).mode & 0o777).toBe(0o600)
    expect((await stat(join(folder, 'deep'))).mode & 0o777).toBe(0o700)
  })

  test('closes a file that was open to others', async () => {
    await rm(path)
    await writeFile(path, CONFIGS, { mode: 0o644 })
    await writeInfluxProfiles({ dev: { token: 'd' } }, path)
    expect((await stat(path)).mode & 0o777).toBe(0o600)
  })

  test('leaves a file that is no TOML as it is', async () => {
    await writeFile(path, 'token = s3cret')
    await expect(writeInfluxProfiles({ dev: { token: 'd' } }, path)).rejects.toMatchObject({
      code: 'ERR_SOURCE_INVALID',
    })
    expect(await readFile(path, 'utf8')).toBe('token = s3cret')
  })

  test('drops the cookie, which holds a password, when it sets a token, and keeps `previous`', async () => {
    await writeFile(path, `${CONFIGS}  previous = true\n  cookie = "s3cret-session"\n`)
    await writeInfluxProfiles({ cloud: { org: 'o' } }, path)
    expect(await readFile(path, 'utf8')).toContain('s3cret-session')
    await writeInfluxProfiles({ cloud: { token: 'new' } }, path)
    const text = await readFile(path, 'utf8')
    expect(text).toContain('previous = true')
    expect(text).not.toContain('cookie')
  })

  test.each(['-', 'list', 'update', 'set', 'delete', 'switch', 'create', ''])(
    'refuses the name "%s", which could not be chosen',
    async (name) => {
      await expect(
        writeInfluxProfiles({ other: { token: 't' }, [name]: { token: 't' } }, path),
      ).rejects.toMatchObject({ code: 'ERR_SOURCE_INVALID' })
      expect(await readFile(path, 'utf8')).toBe(CONFIGS)
      await writeInfluxProfiles({ [name]: undefined }, path) // a file that has one can be mended
    },
  )

  test.each<[string, object, string]>([
    ['a key that there is not', { a: { host: 's3cret' } }, 'ERR_OPTION_NAME'],
    ['a token that is none', { a: { token: 7 } }, 'ERR_OPTION_VALUE'],
    ['a flag as text', { a: { active: 'false' } }, 'ERR_OPTION_VALUE'],
    ['a token in the place of a profile', { a: 's3cret' }, 'ERR_OPTION_VALUE'],
    ['null for a profile', { a: null }, 'ERR_OPTION_VALUE'],
  ])('refuses %s, and writes nothing', async (_, changes, code) => {
    const error = await writeInfluxProfiles(changes as never, path).catch((reason) => reason)
    expect(error).toMatchObject({ name: 'OptionsError', code })
    expect(inspect(error, { depth: 9 })).not.toContain('s3cret')
    expect(await readFile(path, 'utf8')).toBe(CONFIGS)
  })

  test('writes what a link leads to, there or not yet, and keeps the link', async () => {
    for (const [name, target] of [
      ['link', 'configs'],
      ['dangling', 'later'],
    ] as const) {
      const link = join(folder, name)
      await symlink(target, link)
      await writeInfluxProfiles({ dev: { token: 'd' } }, link)
      expect(await readlink(link)).toBe(target)
      expect((await readInfluxProfiles(join(folder, target))).get('dev')?.token).toBe('d')
      expect((await stat(join(folder, target))).mode & 0o777).toBe(0o600)
    }
  })

  test('loses nothing when fifty writers take the file, a link to it and a link to its folder', async () => {
    await symlink('configs', join(folder, 'link'))
    await symlink('.', join(folder, 'same'))
    const paths = [path, join(folder, 'link'), join(folder, 'same', 'link')]
    await Promise.all(
      Array.from({ length: 50 }, (_, index) =>
        writeInfluxProfiles({ [`p${index}`]: { token: `t${index}` } }, paths[index % 3]),
      ),
    )
    const names = [...(await readInfluxProfiles(path)).keys()]
    expect(names.filter((name) => /^p\d+$/.test(name))).toHaveLength(50)
  }, 60_000)

  test.skipIf(process.getuid?.() !== 0)('keeps the owner of the file', async () => {
    await chown(path, 12345, 12346)
    await writeInfluxProfiles({ dev: { token: 'd' } }, path)
    expect(await stat(path)).toMatchObject({ uid: 12345, gid: 12346 })
    await expect(fromInfluxConfigs({ path }).find(context)).rejects.toMatchObject({
      code: 'ERR_SOURCE_PERMISSIONS',
      message: expect.stringContaining("another user's"),
    })
  })

  test('loses nothing when fifty writers in five processes write at once', async () => {
    const entry = new URL('../../dist/index.js', import.meta.url).href
    const script = `
      const { writeInfluxProfiles } = await import(${JSON.stringify(entry)})
      const [path, first] = process.argv.slice(1)
      await Promise.all(Array.from({ length: 10 }, (_, i) =>
        writeInfluxProfiles({ ['p' + (Number(first) + i)]: { token: 't' + i } }, path)))`
    const run = promisify(execFile)
    await Promise.all(
      [0, 10, 20, 30, 40].map((first) =>
        run(process.execPath, ['--input-type=module', '-e', script, path, String(first)]),
      ),
    )
    const profiles = await readInfluxProfiles(path)
    expect([...profiles.keys()].filter((name) => /^p\d+$/.test(name))).toHaveLength(50)
    expect(await readFile(path, 'utf8')).toContain('x-later = [1, 2]')
  }, 60_000)
})
