// Every source on real files, variables and commands: what it finds, what it says when it cannot, and that it shows no secret.

import { execFile } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import {
  chmod,
  chown,
  mkdir,
  mkdtemp,
  open,
  readdir,
  readFile,
  readlink,
  realpath,
  rename,
  rm,
  stat,
  symlink,
  utimes,
  writeFile,
} from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { inspect, promisify } from 'node:util'
import { AuthError, type Credentials } from '@fluxauth/auth-core'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import {
  type CredentialFinder,
  chain,
  defaultChain,
  defineSource,
  fromEnv,
  fromExec,
  fromInfluxConfigs,
  fromKeyring,
  fromNetrc,
  fromTokenFile,
  fromValue,
  SourceError,
} from '../index.ts'
import { parseNetrc } from './netrc.ts'
import { parseCredentialText } from './text.ts'

const SECRET = 's3cret'
const CONTEXT = { origin: 'https://localhost:8086' }
const basic = (username: string, password: string): Credentials => ({ scheme: 'basic', username, password })
const token = (value: string): Credentials => ({ scheme: 'token', token: value })

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fluxauth-sources-'))
})
afterAll(() => rm(folder, { recursive: true }))

let files = 0
async function file(content: string, mode = 0o600): Promise<string> {
  const path = join(folder, `file-${files++}`)
  await writeFile(path, content, { mode })
  return path
}

function isRunning(pid: number): boolean {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'))
  } catch {
    return false
  }
}

/** The refusal of a source; it must not show the secret. */
async function refusal(source: CredentialFinder): Promise<SourceError> {
  const error = await source.find(CONTEXT).then(
    () => expect.fail('should have had nothing'),
    (reason) => reason,
  )
  expect(error).toBeInstanceOf(SourceError)
  expect(error.name).toBe('SourceError')
  expect(inspect(error, { depth: 9 })).not.toContain(SECRET)
  return error
}

describe('a file that another program writes in place, which empties it first', () => {
  test.each<[string, string, (path: string) => CredentialFinder]>([
    ['a token file', 'written', (path) => fromTokenFile(path)],
    ['a file that the environment names', 'written', (path) => fromEnv({ env: { INFLUX_TOKEN_FILE: path } })],
    [
      'profiles of the influx CLI',
      `[default]\nurl = "${CONTEXT.origin}"\ntoken = "written"\n`,
      (path) => fromInfluxConfigs({ path }),
    ],
    ['netrc', 'machine localhost login zoe password written', (path) => fromNetrc({ path })],
  ])('is waited for: %s', async (_, content, source) => {
    const path = await file('')
    const found = source(path).get(CONTEXT)
    setTimeout(() => writeFileSync(path, content), 30)
    expect(Object.values(await found)).toContain('written')
    // One that was left alone is meant to be empty.
    const empty = await file('')
    await utimes(empty, 0, 0)
    const refused = refusal(source(empty))
    setTimeout(() => writeFileSync(empty, content), 30)
    expect((await refused).code).toMatch(/^ERR_SOURCE_(?:ABSENT|INVALID)$/)
  })

  test('is never read as half of one text and half of another', async () => {
    const path = await file('a'.repeat(60_000))
    const source = fromTokenFile(path)
    let written = 0
    const writing = setInterval(() => writeFileSync(path, 'abc'.charAt(written++ % 3).repeat(60_000)), 3)
    try {
      for (let round = 0; round < 100; round++) {
        const got = await source.get(CONTEXT).catch(({ message }) => message)
        if (typeof got === 'string') expect(got).toContain('is being written without end')
        else expect(new Set((got as { token: string }).token).size).toBe(1)
      }
    } finally {
      clearInterval(writing)
    }
    expect(written).toBeGreaterThan(10)
    expect(await source.get(CONTEXT)).toEqual(token('abc'.charAt((written - 1) % 3).repeat(60_000)))
  })

  test('is given up where it changes each time that it is read', async () => {
    const path = await file('a'.repeat(500_000))
    let isDone = false
    const writing = (async () => {
      while (!isDone) {
        writeFileSync(path, 'ab'.repeat(250_000))
        await new Promise((resolve) => setImmediate(resolve))
      }
    })()
    const { code, message } = await refusal(fromTokenFile(path))
    isDone = true
    await writing
    expect([code, message]).toEqual([
      'ERR_SOURCE_INVALID',
      `${path} is being written without end: read it when that is done`,
    ])
  })
})

describe('fromEnv', () => {
  test.each<[string, Record<string, string>, Credentials, string, string | undefined]>([
    [
      'INFLUX_TOKEN',
      { INFLUX_TOKEN: 't', INFLUX_HOST: CONTEXT.origin },
      token('t'),
      'INFLUX_TOKEN',
      CONTEXT.origin,
    ],
    [
      'another scheme',
      { INFLUX_TOKEN: 't', INFLUX_AUTH_SCHEME: 'Bearer' },
      { scheme: 'bearer', token: 't' },
      'INFLUX_TOKEN',
      undefined,
    ],
    [
      'INFLUXDB3_AUTH_TOKEN',
      { INFLUXDB3_AUTH_TOKEN: 'apiv3_x', INFLUXDB3_HOST_URL: `${CONTEXT.origin}/` },
      token('apiv3_x'),
      'INFLUXDB3_AUTH_TOKEN',
      `${CONTEXT.origin}/`,
    ],
    [
      'user name and password',
      { INFLUX_USERNAME: 'u', INFLUX_PASSWORD: 'p:w' },
      basic('u', 'p:w'),
      'INFLUX_USERNAME',
      undefined,
    ],
    [
      'a token rather than a password',
      { INFLUX_TOKEN: 't', INFLUX_USERNAME: 'u' },
      token('t'),
      'INFLUX_TOKEN',
      undefined,
    ],
    [
      'a password rather than an empty token',
      { INFLUX_TOKEN: '', INFLUX_USERNAME: 'u' },
      basic('u', ''),
      'INFLUX_USERNAME',
      undefined,
    ],
  ])('takes %s', async (_, env, credentials, source, host) => {
    const found = await fromEnv({ env }).find(CONTEXT)
    expect(found).toMatchObject({ credentials, source })
    expect(found.host).toBe(host)
    expect(await fromEnv({ env }).get(CONTEXT)).toEqual(credentials)
  })

  test('reads process.env as it is at the time of the request', async () => {
    const source = fromEnv()
    vi.stubEnv('INFLUX_TOKEN', 'first')
    expect(await source.get(CONTEXT)).toEqual(token('first'))
    vi.stubEnv('INFLUX_TOKEN', 'second')
    expect(await source.get(CONTEXT)).toEqual(token('second'))
    vi.unstubAllEnvs()
  })

  test('tells the organization that INFLUX_ORG names', async () => {
    expect(await fromEnv({ env: { INFLUX_TOKEN: 't', INFLUX_ORG: 'docs' } }).find()).toMatchObject({
      org: 'docs',
    })
    expect(await fromEnv({ env: { INFLUX_USERNAME: 'u', INFLUX_ORG: 'docs' } }).find()).toMatchObject({
      org: 'docs',
    })
  })

  test.each<[string, Record<string, string>, Credentials]>([
    [
      'INFLUX_TOKEN, INFLUX_HOST, INFLUX_AUTH_SCHEME and INFLUX_ORG',
      {
        INFLUX_TOKEN_FILE: 't\n',
        INFLUX_HOST_FILE: `${CONTEXT.origin}\n`,
        INFLUX_AUTH_SCHEME_FILE: 'Bearer\n',
        INFLUX_ORG_FILE: 'docs\n',
      },
      { scheme: 'bearer', token: 't' },
    ],
    [
      'INFLUXDB3_AUTH_TOKEN and INFLUXDB3_HOST_URL',
      {
        INFLUXDB3_AUTH_TOKEN_FILE: 't3\n',
        INFLUXDB3_HOST_URL_FILE: CONTEXT.origin,
        INFLUX_ORG_FILE: 'docs',
      },
      token('t3'),
    ],
    [
      'INFLUX_USERNAME and INFLUX_PASSWORD, white space in it included',
      {
        INFLUX_USERNAME_FILE: 'u\n',
        INFLUX_PASSWORD_FILE: ' p w \r\n',
        INFLUX_HOST_FILE: CONTEXT.origin,
        INFLUX_ORG_FILE: 'docs',
      },
      basic('u', ' p w '),
    ],
  ])('follows the _FILE forms of %s', async (_, contents, credentials) => {
    const paths = Object.entries(contents).map(async ([name, content]) => [name, await file(content, 0o644)])
    const env = Object.fromEntries(await Promise.all(paths))
    const found = await fromEnv({ env }).find(CONTEXT)
    expect(found).toMatchObject({ credentials, host: CONTEXT.origin, org: 'docs' })
    expect(found.source).toMatch(/_FILE$/)
  })

  test.each<[string, Record<string, string>]>([
    ['both forms of one variable', { INFLUX_TOKEN: SECRET, INFLUX_TOKEN_FILE: '/x' }],
    ['a file that is not there', { INFLUX_TOKEN_FILE: '/nowhere/token' }],
    ['an unknown scheme', { INFLUX_TOKEN: SECRET, INFLUX_AUTH_SCHEME: SECRET }],
    ['a host that is no URL', { INFLUX_TOKEN: SECRET, INFLUX_HOST: 'localhost' }],
    ['a host without its protocol', { INFLUX_TOKEN: 't', INFLUX_HOST: 'localhost:8086' }],
    ['a host with a password', { INFLUX_TOKEN: 't', INFLUX_HOST: `https://joe:${SECRET}@localhost:8086` }],
    ['an empty file', { INFLUX_TOKEN_FILE: '/dev/null' }],
    ['a password without user name', { INFLUX_PASSWORD: SECRET }],
    ['a folder in the place of a file', { INFLUX_TOKEN_FILE: '/' }],
    ['a file without end', { INFLUX_TOKEN_FILE: '/dev/zero' }],
  ])('refuses %s', async (_, env) => {
    expect((await refusal(fromEnv({ env }))).code).toBe('ERR_SOURCE_INVALID')
  })

  test.each([
    ['INFLUX_TOKEN', 'INFLUX_HOST'],
    ['INFLUX_TOKEN', 'INFLUXDB3_HOST_URL'],
    ['INFLUXDB3_AUTH_TOKEN', 'INFLUX_HOST'],
    ['INFLUXDB3_AUTH_TOKEN', 'INFLUXDB3_HOST_URL'],
    ['INFLUX_USERNAME', 'INFLUX_HOST'],
    ['INFLUX_USERNAME', 'INFLUXDB3_HOST_URL'],
  ])('%s goes to no other server than %s names', async (name, host) => {
    const env = { [name]: SECRET, [host]: 'https://prod.example' }
    expect(await refusal(fromEnv({ env }))).toMatchObject({
      code: 'ERR_SOURCE_ABSENT',
      message: `${name} is for https://prod.example, not for https://localhost:8086`,
    })
    const found = await fromEnv({ env }).find({ origin: 'https://prod.example' })
    expect(found).toMatchObject({
      source: name,
      host: 'https://prod.example',
      origin: 'https://prod.example',
    })
  })

  test('each token goes to the server of its own where both name one', async () => {
    const env = {
      INFLUX_TOKEN: 'two',
      INFLUX_HOST: 'https://two.example',
      INFLUXDB3_AUTH_TOKEN: 'three',
      INFLUXDB3_HOST_URL: 'https://three.example',
    }
    const source = fromEnv({ env })
    expect(await source.get({ origin: 'https://two.example' })).toEqual(token('two'))
    expect(await source.get({ origin: 'https://three.example' })).toEqual(token('three'))
    expect((await refusal(source)).code).toBe('ERR_SOURCE_ABSENT')
  })

  test.each([
    'localhost:8086',
    'localhost',
    '//localhost',
    'localhost:8086/influx',
    'ftp://localhost',
    'http:localhost',
    's3cret',
  ])('says what to write where INFLUX_HOST is %s, and does not show it', async (INFLUX_HOST) => {
    const { code, message } = await refusal(fromEnv({ env: { INFLUX_TOKEN: 't', INFLUX_HOST } }))
    expect(code).toBe('ERR_SOURCE_INVALID')
    expect(message).toBe(
      'INFLUX_HOST does not start with https:// (or http://): write it like http://localhost:8086',
    )
  })

  test('says what INFLUX_AUTH_SCHEME may be, in any case', async () => {
    for (const scheme of ['token', 'TOKEN', ' Token\n', 'ToKeN']) {
      const env = { INFLUX_TOKEN: 't', INFLUX_AUTH_SCHEME: scheme }
      expect(await fromEnv({ env }).get(CONTEXT)).toEqual(token('t'))
    }
    for (const scheme of ['Basic', 'tokne', SECRET]) {
      const env = { INFLUX_TOKEN: 't', INFLUX_AUTH_SCHEME: scheme }
      expect((await refusal(fromEnv({ env }))).message).toMatch(
        /^INFLUX_AUTH_SCHEME has to be Token or Bearer, in any case/,
      )
    }
  })

  test('says that a variable for a path holds a token, and does not show it', async () => {
    for (const name of ['INFLUX_TOKEN_FILE', 'INFLUXDB3_AUTH_TOKEN_FILE']) {
      for (const value of [`apiv3_${SECRET}`, `${SECRET}==`, SECRET.repeat(9)]) {
        expect(await refusal(fromEnv({ env: { [name]: value } }))).toMatchObject({
          code: 'ERR_SOURCE_INVALID',
          message: `${name} is to name a file, and holds a token: set ${name.slice(0, -5)}`,
        })
      }
    }
  })
})

describe('options', () => {
  test.each<[string, () => unknown, string]>([
    ['a misspelt name', () => fromEnv({ environment: {} } as object), 'ERR_OPTION_NAME'],
    ['variables that are none', () => fromEnv({ env: 'x' as never }), 'ERR_OPTION_VALUE'],
    ['no path', () => fromTokenFile(undefined as never), 'ERR_OPTION_VALUE'],
    ['a scheme of another case', () => fromTokenFile('/x', { scheme: 'Token' as never }), 'ERR_OPTION_VALUE'],
    ['a flag as text', () => fromTokenFile('/x', { ownerOnly: 'false' as never }), 'ERR_OPTION_VALUE'],
    ['a misspelt option of the chain', () => defaultChain({ profil: 'x' } as object), 'ERR_OPTION_NAME'],
    ['a profile without name', () => defaultChain({ profile: '' }), 'ERR_OPTION_VALUE'],
    ['credentials without scheme', () => fromValue({ token: SECRET } as never), 'ERR_OPTION_VALUE'],
    [
      'a time limit that no timer takes',
      () => fromExec('x', [], { timeout: 2_592_000_000 }),
      'ERR_OPTION_VALUE',
    ],
    ['a time limit that is no number', () => fromExec('x', [], { timeout: Number.NaN }), 'ERR_OPTION_VALUE'],
    ['no time limit', () => fromExec('x', [], { timeout: 0 }), 'ERR_OPTION_VALUE'],
    ['a misspelt option of a command', () => fromExec('x', [], { timeOut: 9 } as object), 'ERR_OPTION_NAME'],
    ['no command', () => fromExec(undefined as never), 'ERR_OPTION_VALUE'],
    ['arguments in one string', () => fromExec('x', SECRET as never), 'ERR_OPTION_VALUE'],
    ['an argument with a NUL', () => fromExec('x', [`${SECRET}\0`]), 'ERR_OPTION_VALUE'],
    ['a folder without name', () => fromExec('x', [], { cwd: '' }), 'ERR_OPTION_VALUE'],
    ['a folder that begins with a NUL', () => fromExec('x', [], { cwd: '\0x' }), 'ERR_OPTION_VALUE'],
    ['a folder that ends with a NUL', () => fromExec('x', [], { cwd: 'x\0' }), 'ERR_OPTION_VALUE'],
    ['a command that begins with a NUL', () => fromExec('\0x'), 'ERR_OPTION_VALUE'],
    ['a command that ends with a NUL', () => fromExec('x\0'), 'ERR_OPTION_VALUE'],
    ['not a single byte', () => fromExec('x', [], { maxBytes: 0 }), 'ERR_OPTION_VALUE'],
    ['a keyring’s time limit that is too long', () => fromKeyring({ timeout: 2 ** 31 }), 'ERR_OPTION_VALUE'],
    ['a keyring without a name', () => fromKeyring({ service: '' }), 'ERR_OPTION_VALUE'],
    ['a module that is none', () => fromKeyring({ lib: {} as never }), 'ERR_OPTION_VALUE'],
    ['no module', () => fromKeyring({ lib: null as never }), 'ERR_OPTION_VALUE'],
    [
      'a module without its class',
      () => fromKeyring({ lib: { AsyncEntry: 1 } as never }),
      'ERR_OPTION_VALUE',
    ],
    ['a misspelt option of netrc', () => fromNetrc({ user: 'x' } as object), 'ERR_OPTION_NAME'],
    ['netrc without a path', () => fromNetrc({ path: '' }), 'ERR_OPTION_VALUE'],
    ['a chain of one source', () => chain(fromEnv() as never), 'ERR_OPTION_VALUE'],
    ['a default chain’s profile without a name', () => defaultChain({ profile: '' }), 'ERR_OPTION_VALUE'],
    [
      'a misspelt option of a default chain',
      () => defaultChain({ token: SECRET } as object),
      'ERR_OPTION_NAME',
    ],
    [
      'a chain of promises',
      () => chain([fromEnv(), Promise.resolve(fromEnv())] as never),
      'ERR_OPTION_VALUE',
    ],
  ])('%s is refused at once', (_, make, code) => {
    expect(make).toThrow(expect.objectContaining({ name: 'OptionsError', code }))
    expect(make).not.toThrow(SECRET)
  })
})

describe('fromTokenFile', () => {
  test('uses the new token after the file was written again', async () => {
    const path = await file('first\n')
    const source = fromTokenFile(path)
    expect(await source.find()).toMatchObject({ credentials: token('first'), source: path })
    await writeFile(path, 'second')
    expect(await source.get(CONTEXT)).toEqual(token('second'))
  })

  test('uses the new token after a symbolic link was swapped, as Kubernetes does', async () => {
    const mount = join(folder, 'mount')
    await mkdir(join(mount, 'v1'), { recursive: true })
    await mkdir(join(mount, 'v2'))
    await writeFile(join(mount, 'v1', 'token'), 'first')
    await writeFile(join(mount, 'v2', 'token'), 'second')
    await symlink('v1', join(mount, '..data'))
    await symlink(join('..data', 'token'), join(mount, 'token'))
    const source = fromTokenFile(join(mount, 'token'), { scheme: 'bearer' })
    expect(await source.get(CONTEXT)).toEqual({ scheme: 'bearer', token: 'first' })
    await symlink('v2', join(mount, '..data_new'))
    await rename(join(mount, '..data_new'), join(mount, '..data'))
    expect(await source.get(CONTEXT)).toEqual({ scheme: 'bearer', token: 'second' })
  })

  test('reads a pipe, and of what has no end no more than it may', async () => {
    const pipe = join(folder, 'pipe')
    await promisify(execFile)('mkfifo', [pipe])
    const [credentials] = await Promise.all([fromTokenFile(pipe).get(CONTEXT), writeFile(pipe, 'piped\n')])
    expect(credentials).toEqual(token('piped'))
    expect((await refusal(fromTokenFile('/dev/zero'))).code).toBe('ERR_SOURCE_INVALID')
  })

  test('reads a pipe once and keeps what it gave: a FIFO’s until a server refuses it', async () => {
    const pipe = join(folder, 'renewed')
    await promisify(execFile)('mkfifo', [pipe])
    const source = fromTokenFile(pipe, { timeout: 2000 })
    const env = fromEnv({ env: { INFLUX_TOKEN_FILE: pipe } })
    const both = Promise.all([source.get(CONTEXT), env.get(CONTEXT)])
    await writeFile(pipe, 'one\n')
    expect(await both).toEqual([token('one'), token('one')])
    expect(await source.get(CONTEXT)).toEqual(token('one'))
    source.invalidate?.(token('zero')) // of another, late
    expect(await env.get(CONTEXT)).toEqual(token('one'))
    env.invalidate?.(token('one'))
    const [second] = await Promise.all([source.get(CONTEXT), writeFile(pipe, 'two\n')])
    expect(second).toEqual(token('two'))
  })

  test('reads a pipe anew that gave nothing in time, or nothing that can be read', async () => {
    const pipe = join(folder, 'again')
    await promisify(execFile)('mkfifo', [pipe])
    expect(await refusal(fromTokenFile(pipe, { timeout: 100 }))).toMatchObject({
      code: 'ERR_SOURCE_TIMEOUT',
      message: `${pipe} did not answer within 100 ms: see what holds it up, or set timeout`,
    })
    await new Promise((resolve) => setTimeout(resolve, 50))
    const source = fromTokenFile(pipe, { timeout: 5000 })
    const [refused] = await Promise.all([refusal(source), writeFile(pipe, Buffer.from([0xe9]))])
    expect(refused.code).toBe('ERR_SOURCE_INVALID')
    const [read] = await Promise.all([source.get(CONTEXT), writeFile(pipe, 'one\n')])
    expect(read).toEqual(token('one'))
  })

  test('reads anew where another pipe is in the place of one that was read', async () => {
    const [pipe, other] = [join(folder, 'replaced'), join(folder, 'replacing')]
    for (const each of [pipe, other]) await promisify(execFile)('mkfifo', [each])
    const source = fromTokenFile(pipe)
    const [first] = await Promise.all([source.get(CONTEXT), writeFile(pipe, 'one\n')])
    await rename(other, pipe)
    const [second] = await Promise.all([source.get(CONTEXT), writeFile(pipe, 'two\n')])
    expect([first, second]).toEqual([token('one'), token('two')])
    expect(await source.get(CONTEXT)).toEqual(token('two'))
  })

  test('reads a pipe anew whose password was refused, white space in it included', async () => {
    const pipe = join(folder, 'password')
    await promisify(execFile)('mkfifo', [pipe])
    const source = fromEnv({ env: { INFLUX_USERNAME: 'u', INFLUX_PASSWORD_FILE: pipe } })
    const [first] = await Promise.all([source.get(CONTEXT), writeFile(pipe, ' p w \n')])
    expect(first).toEqual(basic('u', ' p w '))
    source.invalidate?.(first)
    const [second] = await Promise.all([source.get(CONTEXT), writeFile(pipe, 'new\n')])
    expect(second).toEqual(basic('u', 'new'))
  })

  test.skipIf(process.platform !== 'linux')(
    'keeps what a pipe gave that took the place of one which gave nothing',
    async () => {
      const [pipe, other] = [join(folder, 'silenced'), join(folder, 'speaking')]
      for (const each of [pipe, other]) await promisify(execFile)('mkfifo', [each])
      const real = await realpath(pipe)
      const isOpen = async (path: string) => {
        const opened = (await readdir('/proc/self/fd')).map((fd) => readlink(`/proc/self/fd/${fd}`))
        return JSON.stringify(await Promise.allSettled(opened)).includes(`"${path}"`)
      }
      const silent = refusal(fromTokenFile(pipe, { timeout: 1000 }))
      await expect.poll(() => isOpen(real), { interval: 10 }).toBe(true)
      await rename(other, pipe)
      const source = fromTokenFile(pipe)
      const [given] = await Promise.all([source.get(CONTEXT), writeFile(pipe, 'one\n')])
      expect([given, (await silent).code]).toEqual([token('one'), 'ERR_SOURCE_TIMEOUT'])
      await expect.poll(() => isOpen(`${real} (deleted)`), { timeout: 5000 }).toBe(false)
      expect(await source.get(CONTEXT)).toEqual(token('one'))
    },
  )

  test('reads <(…) and standard input any number of times, before and after a refusal', async () => {
    const entry = new URL('../../dist/index.js', import.meta.url).href
    const script = `
      const { fromTokenFile } = await import(${JSON.stringify(entry)})
      const source = fromTokenFile(process.argv[1])
      const [a, b] = await Promise.all([source.get(), source.get()])
      source.invalidate(a)
      console.log(a.token, b.token, (await source.get()).token)`
    const run = async (command: string) =>
      (await promisify(execFile)('bash', ['-c', command, process.execPath, script])).stdout
    expect(await run('"$0" --input-type=module -e "$1" <(echo t)')).toBe('t t t\n')
    expect(await run('echo t | "$0" --input-type=module -e "$1" /dev/stdin')).toBe('t t t\n')
  })

  test('pipes that nobody writes to end in time, and hold up no other file', async () => {
    const silent = await Promise.all(
      Array.from({ length: 8 }, async (_, index) => {
        const pipe = join(folder, `silent-${index}`)
        await promisify(execFile)('mkfifo', [pipe])
        return fromTokenFile(pipe, { timeout: 1500 })
      }),
    )
    const writer = await open(join(folder, 'silent-0'), 'r+') // is there, and says nothing
    const waiting = Promise.all(silent.map((source) => refusal(chain([source, fromValue('plain')]))))
    const before = Date.now()
    expect(await fromTokenFile(await file('t')).get(CONTEXT)).toEqual(token('t'))
    expect(Date.now() - before).toBeLessThan(1000)
    for (const { code } of await waiting) expect(code).toBe('ERR_SOURCE_TIMEOUT')
    await writer.close()
  })

  test.skipIf(process.getuid?.() !== 0)(
    'refuses another user’s file where told to, as netrc always does',
    async () => {
      const path = await file(`machine localhost login u password ${SECRET}`)
      await chown(path, 12345, 12345)
      for (const source of [fromNetrc({ path }), fromTokenFile(path, { ownerOnly: true })]) {
        expect(await refusal(source)).toMatchObject({
          code: 'ERR_SOURCE_PERMISSIONS',
          message: expect.stringContaining(`chown 0 '${path}'`),
        })
      }
      const mounted = await file('t')
      await chown(mounted, 12345, 12345)
      expect(await fromTokenFile(mounted).get(CONTEXT)).toEqual(token('t'))
    },
  )

  test.skipIf(process.getuid?.() !== 0)(
    'takes what is this user’s or root’s, and nobody else’s',
    async () => {
      vi.spyOn(process, 'geteuid').mockReturnValue(12345)
      for (const [owner, taken] of [
        [12345, true],
        [0, true],
        [12346, false],
      ] as const) {
        const path = await file(SECRET)
        await chown(path, owner, owner)
        const source = fromTokenFile(path, { ownerOnly: true })
        if (taken) expect(await source.get(CONTEXT)).toEqual(token(SECRET))
        else expect((await refusal(source)).message).toContain(`is another user's (12346)`)
      }
      vi.restoreAllMocks()
    },
  )

  test.each(['644', '640', '604', '620', '602', '610', '601'])(
    'refuses a file of mode %s where told to, and a pipe, also after it was read',
    async (mode) => {
      const path = await file(SECRET)
      const pipe = join(folder, `pipe-${mode}`)
      await promisify(execFile)('mkfifo', ['-m', '600', pipe])
      const sources = [path, pipe].map((each) => fromTokenFile(each, { ownerOnly: true }))
      const read = Promise.all(sources.map((source) => source.get(CONTEXT)))
      await writeFile(pipe, SECRET)
      expect(await read).toEqual([token(SECRET), token(SECRET)])
      for (const each of [path, pipe]) await chmod(each, Number.parseInt(mode, 8))
      for (const source of sources) expect((await refusal(source)).code).toBe('ERR_SOURCE_PERMISSIONS')
    },
  )

  test.skipIf(process.platform !== 'linux')('keeps no file open, whatever comes of it', async () => {
    const path = await file('t')
    const open = await file(SECRET, 0o644)
    const endless = fromTokenFile('/dev/zero')
    const opened = async () => (await readdir('/proc/self/fd')).length
    const before = await opened()
    for (let i = 0; i < 20; i++) {
      await fromTokenFile(path).get(CONTEXT)
      await refusal(fromTokenFile(open, { ownerOnly: true }))
      await refusal(endless)
    }
    expect((await opened()) - before).toBeLessThan(20)
  })

  test('takes a file of 1 MiB, and none that is larger', async () => {
    const text = (length: number) => file(`t${' '.repeat(length - 1)}`)
    expect(await fromTokenFile(await text(2 ** 20)).get(CONTEXT)).toEqual(token('t'))
    expect((await refusal(fromTokenFile(await text(2 ** 20 + 1)))).code).toBe('ERR_SOURCE_INVALID')
  })

  test('says what is wrong with the file', async () => {
    const loop = join(folder, 'loop')
    await symlink('loop', loop)
    expect(await refusal(fromTokenFile(loop))).toMatchObject({
      code: 'ERR_SOURCE_INVALID',
      message: expect.stringContaining('ELOOP'),
      cause: expect.objectContaining({ code: 'ELOOP' }),
    })
    expect((await refusal(fromTokenFile(join(folder, 'none')))).code).toBe('ERR_SOURCE_ABSENT')
    expect((await refusal(fromTokenFile(await file(' \n')))).code).toBe('ERR_SOURCE_INVALID')
    expect((await refusal(fromTokenFile(folder))).code).toBe('ERR_SOURCE_INVALID')
    const latin1 = await file('')
    await writeFile(latin1, Buffer.from(`${SECRET}é`, 'latin1'))
    expect(await refusal(fromTokenFile(latin1))).toMatchObject({
      code: 'ERR_SOURCE_INVALID',
      message: expect.stringContaining('UTF-8'),
    })
    expect((await refusal(fromTokenFile(await file('x'.repeat(2 ** 20 + 1))))).code).toBe(
      'ERR_SOURCE_INVALID',
    )
  })

  test('refuses a file that others can read when told to, with the way out', async () => {
    const path = await file(SECRET, 0o644)
    expect(await refusal(fromTokenFile(path, { ownerOnly: true }))).toMatchObject({
      code: 'ERR_SOURCE_PERMISSIONS',
      message: expect.stringContaining(`chmod 600 '${path}'`),
    })
    const odd = join(folder, "it's; rm -rf x")
    await writeFile(odd, SECRET, { mode: 0o644 })
    const { message } = await refusal(fromTokenFile(odd, { ownerOnly: true }))
    await promisify(execFile)('sh', ['-c', message.slice(message.indexOf('chmod'))])
    expect((await stat(odd)).mode & 0o777).toBe(0o600)
    await chmod(path, 0o400)
    expect(await fromTokenFile(path, { ownerOnly: true }).get(CONTEXT)).toEqual(token(SECRET))
  })
})

describe('fromNetrc', () => {
  const netrc = async (content: string, username?: string) =>
    fromNetrc({ path: await file(content), username })

  test.each([
    ['one line', 'machine localhost login u password p', basic('u', 'p')],
    ['many lines, in any order', '\nmachine\n\tlocalhost\npassword p\n  login u\n', basic('u', 'p')],
    ['quoted words', String.raw`machine localhost login "a b" password "q\"u\\o"`, basic('a b', 'q"u\\o')],
    [
      'the first machine of that name',
      'machine LOCALHOST login a password 1 machine localhost login b password 2',
      basic('a', '1'),
    ],
    [
      'default after other machines',
      'machine other login x password y\ndefault login d password e',
      basic('d', 'e'),
    ],
    [
      'comments',
      '# machine localhost login no password no\nmachine localhost login u password p',
      basic('u', 'p'),
    ],
    [
      'a macro between entries',
      'machine x login a\nmacdef init machine localhost login no\nmachine localhost login no\n\nmachine localhost login u password p',
      basic('u', 'p'),
    ],
    [
      'values that are words of its own elsewhere',
      'machine localhost login machine password default machine localhost login no',
      basic('machine', 'default'),
    ],
    ['an account, which is not used', 'machine localhost login u account acc password p', basic('u', 'p')],
  ])('reads %s', async (_, content, credentials) => {
    expect(await (await netrc(content)).get(CONTEXT)).toEqual(credentials)
  })

  test('looks for a user name when it is told one', async () => {
    const source = await netrc(
      'machine localhost login a password 1 machine localhost login b password 2',
      'b',
    )
    expect(await source.find(CONTEXT)).toMatchObject({
      credentials: basic('b', '2'),
      source: expect.stringMatching(/, machine localhost$/),
    })
  })

  test('reads the file that NETRC names, and an entry without a login or a password', async () => {
    for (const [content, credentials] of [
      ['default password p', basic('', 'p')],
      ['default login u', basic('u', '')],
    ] as const) {
      const path = await file(content)
      vi.stubEnv('NETRC', path)
      expect(await fromNetrc().find(CONTEXT)).toMatchObject({ credentials, source: `${path}, default` })
    }
    vi.unstubAllEnvs()
  })

  test('finds IPv6 addresses without their brackets', async () => {
    expect(
      await (await netrc('machine ::1 login u password p')).get({ origin: 'http://[::1]:8086' }),
    ).toEqual(basic('u', 'p'))
  })

  test('says when it has none, and when it cannot know', async () => {
    expect((await refusal(await netrc('machine other login u password p'))).code).toBe('ERR_SOURCE_ABSENT')
    expect((await refusal(await netrc('machine localhost'))).code).toBe('ERR_SOURCE_ABSENT')
    expect((await refusal(fromNetrc({ path: join(folder, 'none') }))).code).toBe('ERR_SOURCE_ABSENT')
    await expect((await netrc('default login u')).find()).rejects.toMatchObject({ code: 'ERR_SOURCE_ABSENT' })
  })

  test('refuses a file that others can read, with the way out', async () => {
    const path = await file(`machine localhost password ${SECRET}`, 0o640)
    expect(await refusal(fromNetrc({ path }))).toMatchObject({
      code: 'ERR_SOURCE_PERMISSIONS',
      message: expect.stringContaining('chmod 600'),
    })
  })

  test.each([`machine localhost password "${SECRET}`, 'machine localhost password "\\'])(
    'refuses what is no netrc file, by line: %s',
    async (content) => {
      expect(await refusal(await netrc(`\n${content}`))).toMatchObject({
        code: 'ERR_SOURCE_INVALID',
        message: expect.stringContaining('line 2'),
      })
    },
  )

  test('parseNetrc gives all entries', () => {
    expect(parseNetrc(String.raw`machine a login b default password "c\t\r\n"`)).toEqual([
      { machine: 'a', login: 'b', password: undefined },
      { machine: undefined, login: undefined, password: 'c\t\r\n' },
    ])
  })
})

describe('fromExec', () => {
  const node = (script: string, options?: Parameters<typeof fromExec>[2]) =>
    fromExec(process.execPath, ['-e', script], options)

  test.each<[string, string, Credentials]>([
    ['one line', 'console.log("t-1")', token('t-1')],
    ['a token in JSON', 'console.log(JSON.stringify({ scheme: "token", token: "t" }))', token('t')],
    ['a token in JSON without a scheme', 'console.log(JSON.stringify({ token: "t" }))', token('t')],
    [
      'a scheme in JSON',
      'console.log(JSON.stringify({ scheme: "bearer", token: "t" }, null, 2))',
      { scheme: 'bearer', token: 't' },
    ],
    [
      'user name and password',
      'console.log(JSON.stringify({ username: "u", password: "p" }))',
      basic('u', 'p'),
    ],
  ])('reads %s', async (_, script, credentials) => {
    expect(await node(script).get(CONTEXT)).toEqual(credentials)
  })

  test.each(['{"scheme":"basic","token":"t"}', '{"token":1}', '{"username":"u"}', '{"password":"p"}'])(
    'takes %s for no credential',
    (text) => {
      expect(() => parseCredentialText(text, 'It')).toThrow(
        expect.objectContaining({
          code: 'ERR_SOURCE_INVALID',
          message: expect.stringMatching(/^It has to give/),
        }),
      )
    },
  )

  test('runs without a shell, with the arguments, variables and folder it is given', async () => {
    const script = 'console.log(process.argv[1] + process.env.NAME + process.cwd())'
    const source = fromExec(process.execPath, ['-e', script, '$(echo)'], {
      env: { NAME: '|n|' },
      cwd: folder,
    })
    expect(await source.get(CONTEXT)).toEqual(token(`$(echo)|n|${folder}`))
  })

  test('runs once for any number of requests, and again after a refusal', async () => {
    const counter = await file('')
    const source = node(`
      const { appendFileSync, readFileSync } = require('node:fs')
      appendFileSync(${JSON.stringify(counter)}, '.')
      console.log('run-' + readFileSync(${JSON.stringify(counter)}, 'utf8').length)`)
    const all = await Promise.all(Array.from({ length: 20 }, () => source.get(CONTEXT)))
    expect(new Set(all.map((credentials) => JSON.stringify(credentials))).size).toBe(1)
    source.invalidate?.(token('run-1'))
    expect(await source.get(CONTEXT)).toEqual(token('run-2'))
    source.invalidate?.(token('run-1')) // somebody else's refusal, late
    expect(await source.get(CONTEXT)).toEqual(token('run-2'))
  })

  test.each<[string, CredentialFinder, string]>([
    ['is not there', fromExec('no-such-command-here'), 'ERR_SOURCE_UNAVAILABLE'],
    ['is no program', fromExec('/dev/null'), 'ERR_SOURCE_INVALID'],
    [
      'fails',
      node(`console.log('${SECRET}'); console.error('${SECRET}'); process.exit(3)`),
      'ERR_SOURCE_INVALID',
    ],
    ['takes too long', node('setTimeout(() => {}, 60000)', { timeout: 200 }), 'ERR_SOURCE_TIMEOUT'],
    [
      'leaves a child behind that holds its output',
      node(
        `require('node:child_process').spawn('sleep', ['3'], { stdio: 'inherit' }); setTimeout(() => {}, 60000)`,
        { timeout: 500 },
      ),
      'ERR_SOURCE_TIMEOUT',
    ],
    [
      'prints too much',
      node(`console.log('${SECRET}'.repeat(1000))`, { maxBytes: 100 }),
      'ERR_SOURCE_INVALID',
    ],
    ['prints nothing', node(''), 'ERR_SOURCE_INVALID'],
    ['prints two lines', node(`console.log('${SECRET}\\n${SECRET}')`), 'ERR_SOURCE_INVALID'],
    ['prints broken JSON', node(`console.log('{ ${SECRET}')`), 'ERR_SOURCE_INVALID'],
    ['prints other JSON', node(`console.log('{ "key": "${SECRET}" }')`), 'ERR_SOURCE_INVALID'],
  ])('says so when the command %s', async (_, source, code) => {
    expect((await refusal(source)).code).toBe(code)
  })

  test('takes as much as may be read, says how a command ended, and keeps no program from ending after it', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    try {
      const sh = (script: string) => fromExec('sh', ['-c', script], { maxBytes: 4 })
      expect(await sh('printf 1234').get(CONTEXT)).toEqual(token('1234'))
      expect(await fromExec('printf', ['1'], { maxBytes: 1 }).get(CONTEXT)).toEqual(token('1'))
      const most = (bytes: number) => fromExec('sh', ['-c', `head -c ${bytes} /dev/zero | tr '\\0' ' '`])
      for (const [source, why] of [
        [most(65_536), "The command sh's output is empty: run it by hand to see why"],
        [most(65_537), 'sh prints more than 65536 bytes'],
        [sh('printf 12345'), 'sh prints more than 4 bytes'],
        [sh('exit 3'), 'sh failed (exit code 3): run it by hand to see why'],
        [sh('kill -9 $$'), 'sh failed (ended by SIGKILL): run it by hand to see why'],
        [fromExec('no-such-command-here'), 'There is no command no-such-command-here'],
      ] as const) {
        expect((await refusal(source)).message).toBe(why)
      }
      expect(vi.getTimerCount()).toBe(0)
    } finally {
      vi.useRealTimers()
    }
  })

  test('a chain does not go on when the command is there and cannot be started', async () => {
    const script = await file('#!/no/such/interpreter\n', 0o700)
    const plain = await file('#!/bin/sh\necho t\n', 0o600)
    const inPath = { PATH: folder }
    for (const [source, why] of [
      [fromExec('echo', ['t'], { cwd: join(folder, 'no-such-folder') }), 'cwd'],
      [fromExec('echo', ['t'], { cwd: script }), 'cwd'],
      [fromExec(script), 'interpreter'],
      [fromExec(`./${basename(script)}`, [], { cwd: folder }), 'interpreter'],
      [fromExec(basename(script), [], { env: inPath }), 'interpreter'],
      [fromExec(plain), 'EACCES'],
      [fromExec(folder), 'EACCES'],
    ] as const) {
      const error = await refusal(chain([source, fromValue('somebody else')]))
      expect(error).toMatchObject({ code: 'ERR_SOURCE_INVALID', message: expect.stringContaining(why) })
    }
    expect((await refusal(fromExec('no-such-command', [], { env: inPath }))).code).toBe(
      'ERR_SOURCE_UNAVAILABLE',
    )
  })

  test.each<[string, string, Parameters<typeof fromExec>[2], string]>([
    ['runs too long', 'sleep 60', { timeout: 1500 }, 'ERR_SOURCE_TIMEOUT'],
    ['prints without end', 'exec yes', { maxBytes: 1000 }, 'ERR_SOURCE_INVALID'],
  ])('ends all that a command started which %s', async (_, rest, options, code) => {
    const pids = await file('')
    const script = `sh -c 'sleep 60 & echo $! >>"$0"; sleep 60' "$0" & echo $! >>"$0"; sleep 0.5; ${rest}`
    expect((await refusal(fromExec('sh', ['-c', script, pids], options))).code).toBe(code)
    const started = (await readFile(pids, 'utf8')).trim().split('\n').map(Number)
    expect(started).toHaveLength(2)
    await vi.waitFor(() => expect(started.filter(isRunning)).toEqual([]), 5000)
  })

  test('waits for no child that made itself a session of its own and holds the output', async () => {
    const before = Date.now()
    const source = fromExec('sh', ['-c', 'setsid sleep 4 & echo t'], { timeout: 500 })
    expect(await refusal(source)).toMatchObject({
      code: 'ERR_SOURCE_TIMEOUT',
      message:
        'sh took longer than 500 ms, with what it started: it has no terminal to ask its user on; where it needs the time, set timeout',
    })
    expect(Date.now() - before).toBeLessThan(3500)
  })

  test('reads what a command printed that closes its output early, and drops a stderr of any size', async () => {
    expect(await fromExec('sh', ['-c', 'echo t; exec >&-; sleep 0.2']).get(CONTEXT)).toEqual(token('t'))
    const loud = `head -c 30000000 /dev/zero >&2; echo ${SECRET} >&2; echo t`
    expect(await fromExec('sh', ['-c', loud]).get(CONTEXT)).toEqual(token('t'))
  })

  test('runs again after a failure', async () => {
    const path = join(folder, 'later')
    const source = node(`console.log(require('node:fs').readFileSync(${JSON.stringify(path)}, 'utf8'))`)
    await refusal(source)
    await writeFile(path, 'now')
    expect(await source.get(CONTEXT)).toEqual(token('now'))
  })
})

describe('fromKeyring', () => {
  /** A keyring in memory with the interface of `@napi-rs/keyring`: no machine of ours has a desktop. */
  const keyring = (answer: () => Promise<string | null>) => {
    const asked: string[] = []
    class AsyncEntry {
      constructor(service: string, account: string) {
        asked.push(`${service} ${account}`)
      }
      getPassword = answer
      setPassword = async () => undefined
      deletePassword = async () => undefined
    }
    return { asked, lib: { AsyncEntry } }
  }

  test('finds what is kept for the origin', async () => {
    const { asked, lib } = keyring(async () => 'kept')
    expect(await fromKeyring({ lib }).get(CONTEXT)).toEqual(token('kept'))
    expect(await fromKeyring({ lib, service: 's', account: 'a' }).find()).toMatchObject({
      source: 'keyring, s a',
    })
    expect(asked).toEqual([`fluxauth ${CONTEXT.origin}`, 's a'])
  })

  test('is asked once for each origin, and again after a refusal', async () => {
    const { asked, lib } = keyring(async () => `kept-${asked.length}`)
    const source = fromKeyring({ lib })
    const other = { origin: 'https://other.example' }
    for (const context of [CONTEXT, other, CONTEXT, other]) await source.get(context)
    expect(asked).toHaveLength(2)
    source.invalidate?.(token('kept-1'))
    expect(await source.get(CONTEXT)).toEqual(token('kept-3'))
    expect(await source.get(other)).toEqual(token('kept-2'))
    const named = fromKeyring({ lib, account: 'a' })
    for (const context of [CONTEXT, other]) expect(await named.get(context)).toEqual(token('kept-4'))
  })

  test('says when there is no entry, no keyring and no origin to look up', async () => {
    expect((await refusal(fromKeyring({ lib: keyring(async () => null).lib }))).code).toBe(
      'ERR_SOURCE_ABSENT',
    )
    const cause = new Error('no D-Bus')
    const failing = () => {
      throw cause
    }
    for (const answer of [async () => failing(), failing]) {
      const broken = { lib: keyring(answer).lib }
      expect(await refusal(fromKeyring(broken))).toMatchObject({ code: 'ERR_SOURCE_UNAVAILABLE', cause })
      await expect(fromKeyring(broken).find()).rejects.toMatchObject({ code: 'ERR_SOURCE_ABSENT' })
    }
    class AsyncEntry {
      constructor() {
        failing()
      }
    }
    expect(await refusal(fromKeyring({ lib: { AsyncEntry } as never }))).toMatchObject({
      code: 'ERR_SOURCE_UNAVAILABLE',
      message: 'This machine has no keyring',
      cause,
    })
  })

  test('ends a chain when it does not answer in time, and holds up nobody else', async () => {
    const asked: string[] = []
    const signals: (AbortSignal | undefined)[] = []
    let answerLate = (_: string) => {}
    class AsyncEntry {
      readonly account: string
      constructor(_: string, account: string) {
        this.account = account
      }
      getPassword = (signal?: AbortSignal): Promise<string> => {
        asked.push(this.account)
        signals.push(signal)
        if (this.account !== CONTEXT.origin) return Promise.resolve('other')
        if (asked.length > 1) return Promise.resolve('fresh')
        return new Promise((resolve) => {
          answerLate = resolve
        })
      }
      setPassword = async () => undefined
      deletePassword = async () => undefined
    }
    const source = fromKeyring({ lib: { AsyncEntry }, timeout: 200 })
    for (let again = 0; again < 2; again++) {
      expect((await refusal(chain([source, fromValue('plain text')]))).code).toBe('ERR_SOURCE_TIMEOUT')
    }
    expect(asked).toEqual([CONTEXT.origin]) // the second waited for the first
    expect(signals[0]?.aborted).toBe(true)
    const next = source.get(CONTEXT)
    answerLate('late')
    expect(await next).toEqual(token('fresh'))
    expect(asked).toHaveLength(2) // nobody waits for the second any more
    expect(await source.get({ origin: 'https://other.example' })).toEqual(token('other'))
  })

  test('says what to install where the package is absent, and a chain goes on', async () => {
    const script = `
      import { Module } from 'node:module'
      const resolve = Module._resolveFilename
      Module._resolveFilename = (name, ...rest) => {
        if (name === '@napi-rs/keyring') throw Object.assign(new Error('absent'), { code: 'MODULE_NOT_FOUND' })
        return resolve(name, ...rest)
      }
      const { chain, fromKeyring, fromValue } = await import(${JSON.stringify(new URL('../../dist/index.js', import.meta.url).href)})
      const error = await fromKeyring().find(${JSON.stringify(CONTEXT)}).catch((reason) => reason)
      console.log(error.code + ' ' + error.message)
      console.log((await chain([fromKeyring(), fromValue('next')]).find(${JSON.stringify(CONTEXT)})).source)`
    const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script])
    expect(stdout.trim().split('\n')).toEqual([
      'ERR_SOURCE_UNAVAILABLE Install @napi-rs/keyring to use the keyring',
      'explicit',
    ])
  })

  test('is passed over on this machine, with or without a desktop', async () => {
    const code = (await refusal(fromKeyring({ service: 'fluxauth-test-no-such-service' }))).code
    expect(['ERR_SOURCE_UNAVAILABLE', 'ERR_SOURCE_ABSENT']).toContain(code)
  })
})

describe('chain', () => {
  test('takes the first that has one, and says which', async () => {
    const found = await chain([
      fromValue(undefined),
      fromEnv({ env: { INFLUX_TOKEN: 'e' } }),
      fromValue('v'),
    ]).find(CONTEXT)
    expect(found).toMatchObject({ credentials: token('e'), source: 'INFLUX_TOKEN' })
  })

  test('lists what it looked at, and why each did not serve', async () => {
    const error = await refusal(
      chain([
        fromValue(''),
        fromEnv({ env: {} }),
        fromTokenFile(join(folder, 'none')),
        fromExec('no-such-command-here'),
      ]),
    )
    expect(error.code).toBe('ERR_SOURCE_CHAIN')
    expect(error.message.split('\n')).toEqual([
      'No credential was found. Looked at:',
      '- explicit: No credential was given',
      expect.stringMatching(/^- environment: None of INFLUX_TOKEN/),
      expect.stringMatching(/^- token file .*none: There is no /),
      '- command no-such-command-here: There is no command no-such-command-here',
    ])
  })

  test('goes on behind a source whose errors are of a class of its own, or of another copy', async () => {
    class Absent extends AuthError<'ERR_SOURCE_ABSENT'> {}
    const own = defineSource('own', () => {
      throw new Absent('ERR_SOURCE_ABSENT', 'The vault has nothing')
    })
    expect(await chain([own, fromValue('v')]).get(CONTEXT)).toEqual(token('v'))
    expect((await refusal(chain([own]))).message).toContain('- own: The vault has nothing')
    const another = defineSource('another', () => {
      throw Object.assign(new Error('not of fluxauth'), { code: 'ERR_SOURCE_ABSENT' })
    })
    await expect(chain([another, fromValue('v')]).get(CONTEXT)).rejects.toThrow('not of fluxauth')
  })

  test('says what is so, and what to do about it', async () => {
    const netrc = await file('machine localhost login u password p\nmachine other')
    const profiles = await file('[a]\nurl = "https://localhost:8086"')
    const messages = await Promise.all(
      [
        chain([]),
        fromTokenFile('~/token'),
        fromExec('pass show influxdb'),
        fromExec('true'),
        fromNetrc({ path: netrc, username: 'another' }),
        fromInfluxConfigs({ path: profiles, profile: 'a' }),
        fromInfluxConfigs({ path: profiles, profile: 'b' }),
        fromInfluxConfigs({ path: profiles }),
      ].map(async (source) => (await refusal(source)).message),
    )
    const [none, home, line, silent, login, tokenless, unknown, inactive] = messages
    expect(none).toBe('No credential was found: the chain has no sources')
    expect(home).toMatch(/write the home folder out, which only shells read from ~$/)
    expect((await refusal(fromTokenFile('/nowhere/~/token'))).message).toBe('There is no /nowhere/~/token')
    expect(line).toMatch(/: if it has arguments in it, give them as a list beside it$/)
    expect(silent).toBe("The command true's output is empty: run it by hand to see why")
    expect(login).toMatch(/has no entry for localhost with the user name that was asked for$/)
    expect(tokenless).toMatch(/has no token: put one there, or name another profile$/)
    expect(unknown).toMatch(/^There is no profile b of .*: see its name, or make it$/)
    expect(inactive).toMatch(/^No profile of .* is active, and none is called default$/)
    await expect(fromNetrc({ path: netrc }).find({ origin: 'http://other' })).rejects.toThrow(
      'has neither login nor password for other',
    )
  })

  test('does not go on behind a source that is broken: that would be somebody else’s credential', async () => {
    const path = await file(`machine localhost login u password ${SECRET}`, 0o644)
    expect((await refusal(chain([fromNetrc({ path }), fromValue('other')]))).code).toBe(
      'ERR_SOURCE_PERMISSIONS',
    )
  })

  test('tells the source that served when its credential was refused', async () => {
    const source = { ...fromValue('v'), invalidate: vi.fn() }
    const sources = chain([fromValue(undefined), source])
    await sources.get(CONTEXT)
    sources.invalidate?.(token('v'))
    expect(source.invalidate).toHaveBeenCalledExactlyOnceWith(token('v'))
  })

  test('tells no other source, whichever served another origin since', async () => {
    const invalidated: string[] = []
    const source = (name: string, host: string): CredentialFinder => ({
      ...defineSource(name, (context) => {
        if (context?.origin !== host) throw new SourceError('ERR_SOURCE_ABSENT', 'not mine')
        return { credentials: token(name), source: name }
      }),
      invalidate: () => invalidated.push(name),
    })
    const sources = chain([source('a', 'https://a.example'), source('b', 'https://b.example')])
    const given = await sources.get({ origin: 'https://a.example' })
    await sources.get({ origin: 'https://b.example' })
    sources.invalidate?.(given)
    expect(invalidated).toEqual(['a'])
  })

  test('defaultChain looks at the credential in hand, then the environment, configs, netrc and keyring', async () => {
    vi.stubEnv('HOME', folder)
    for (const name of [
      'INFLUX_TOKEN',
      'INFLUXDB3_AUTH_TOKEN',
      'INFLUX_USERNAME',
      'INFLUX_CONFIGS_PATH',
      'NETRC',
    ]) {
      vi.stubEnv(name, '')
    }
    expect(await defaultChain({ credentials: 'mine' }).find(CONTEXT)).toMatchObject({ source: 'explicit' })
    const { message } = await refusal(defaultChain())
    expect(message.match(/^- [^:]+/gm)).toEqual([
      '- explicit',
      '- environment',
      '- influx CLI configs',
      '- netrc',
      '- keyring',
    ])
    const named = await refusal(defaultChain({ profile: 'mine' }))
    expect(named).toMatchObject({ code: 'ERR_SOURCE_INVALID', message: expect.stringContaining('mine') })
    await writeFile(join(folder, '.netrc'), 'default login u password p', { mode: 0o600 })
    expect(await defaultChain().get(CONTEXT)).toEqual(basic('u', 'p'))
    vi.stubEnv('INFLUX_TOKEN', 'e')
    expect(await defaultChain().get(CONTEXT)).toEqual(token('e'))
    vi.unstubAllEnvs()
  })
})

test('what a source found can be printed without showing it', async () => {
  const found = await fromValue(SECRET).find(CONTEXT)
  for (const text of [inspect(found, { depth: 9 }), JSON.stringify(found), String(found)])
    expect(text).not.toContain(SECRET)
  expect(found.credentials).toEqual(token(SECRET))
})
