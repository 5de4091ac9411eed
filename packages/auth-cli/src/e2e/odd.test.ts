// Odd inputs, files and surroundings: what is meant is done, and what is not is said, and nothing else happens.

import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { Person } from '../testing/person.ts'

let person: Person
let server: Server
let url: string
let asked: string[]
beforeEach(async () => {
  person = await Person.arrive()
  asked = []
  server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`)
    if (request.url === '/api/v2/signin') response.setHeader('set-cookie', 'influxdb-oss-session=x')
    response.setHeader('content-type', 'application/json')
    response.end('{"authorizations":[],"id":"0000000000000001","name":"zoe"}')
  }).listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  await login('app')
})
afterEach(async () => {
  server.close().closeAllConnections()
  await person.leave()
})

const login = (name: string) =>
  person.run(['login', url, '-p', name, '--product', 'v2', '--no-verify', '--insecure-storage'], {
    input: 's3cret-token',
  })
const own = (name: string) => join(person.home, '.config', 'fluxauth', name)

describe('a server that INFLUX_HOST names', () => {
  test.each([
    ['tokens', 'list'],
    ['tokens', 'delete', '0000000000000001', '--yes'],
    ['status'],
    ['exec', '--', 'true'],
    ['header'],
    ['token'],
    ['proxy', '--', 'true'],
  ])('is not taken for that of the profile: %s %s', async (...args) => {
    const env = { INFLUX_HOST: 'http://127.0.0.1:2' }
    const { code, stdout, stderr } = await person.run(args, { env })
    expect(code).toBe(6)
    expect(stdout + stderr).toContain(`it is for ${url}, and the environment names another server`)
    expect(asked).toEqual([])
  })

  test('is that of the profile where it is, and --profile comes before it', async () => {
    const run = (INFLUX_HOST: string, ...args: string[]) =>
      person.run(['token', ...args], { env: { INFLUX_HOST } })
    expect((await run(`${url}/`)).stdout).toBe('s3cret-token\n')
    expect((await run('http://127.0.0.1:2', '-p', 'app')).stdout).toBe('s3cret-token\n')
    expect(await run('localhost:8086')).toMatchObject({ code: 2, stdout: '' })
    const env = { INFLUX_HOST: 'http://127.0.0.1:2' }
    expect(await person.run(['request', 'GET', '/api/v2/me', '-p', 'app'], { env })).toMatchObject({
      code: 0,
    })
    expect(asked).toEqual(['GET /api/v2/me'])
  })
})

describe('an address that check is given', () => {
  let at: string
  let seen: string[]
  let other: Server
  /** How it answers who signs in. */
  let status: number
  beforeEach(async () => {
    seen = []
    status = 204
    other = createServer(({ method, url: path, headers }, response) => {
      seen.push(`${method} ${path} ${headers.authorization ?? '-'}`)
      if (path === '/below/api/v2/signin')
        return void response.writeHead(status, { 'set-cookie': 'influxdb-oss-session=x' }).end()
      response.setHeader('content-type', 'application/json')
      response.end('{"id":"0000000000000001","name":"zoe"}')
    }).listen(0, '127.0.0.1')
    await new Promise((resolve) => other.once('listening', resolve))
    at = `http://127.0.0.1:${(other.address() as AddressInfo).port}/below`
  })
  afterEach(() => void other.close().closeAllConnections())
  const check = (...args: string[]) => ['check', '--product', 'v2', ...args]

  test.each<[string, Record<string, string>, string]>([
    ['a token', { INFLUX_TOKEN: 's3cret-env' }, 'GET /below/api/v2/me Token s3cret-env'],
    [
      'a user name and password',
      { INFLUX_USERNAME: 'zoe', INFLUX_PASSWORD: 's3cret-env' },
      `POST /below/api/v2/signin Basic ${btoa('zoe:s3cret-env')}`,
    ],
  ])('is where %s of the environment is sent, and not the server of the profile', async (_, env, sent) => {
    for (const hasProfile of [true, false]) {
      seen.length = 0
      const { code, stdout } = await person.run(check(`${at}/`), { env })
      expect([code, stdout]).toEqual([0, expect.stringContaining('Nothing is wrong from here')])
      expect([seen[0], seen]).toEqual(['GET /below/ping -', expect.arrayContaining([sent])])
      if (hasProfile) await person.run(['logout'])
    }
    expect(asked).toEqual([])
  })

  test('is below the path that INFLUX_HOST has, and a server that cannot sign in calls no password wrong', async () => {
    const path = await person.run(check('/metrics'), { env: { INFLUX_HOST: at, INFLUX_TOKEN: 's3cret' } })
    expect(path.code).toBe(0)
    expect(seen.slice(0, 2)).toEqual(['GET /below/ping -', 'GET /below/metrics Token s3cret'])
    status = 503
    const env = { INFLUX_HOST: at, INFLUX_USERNAME: 'zoe', INFLUX_PASSWORD: 's3cret' }
    const { code, stdout, stderr } = await person.run(check(), { env })
    expect([code, stderr]).toEqual([5, expect.stringContaining('cannot do it now')])
    expect(stdout).not.toContain('wrong')
  })

  test('is where what netrc has for it goes, below its path, and what it has for another goes nowhere', async () => {
    const text = 'machine 127.0.0.1 login zoe password s3cret-netrc\n'
    await writeFile(join(person.home, '.netrc'), text, { mode: 0o600 })
    expect(await person.run(check(`${at}/`))).toMatchObject({ code: 0 })
    expect(seen).toContain(`POST /below/api/v2/signin Basic ${btoa('zoe:s3cret-netrc')}`)
    await person.run(['logout'])
    asked.length = seen.length = 0
    for (const INFLUX_HOST of ['', url]) {
      const outcome = await person.run(check(at.replace('127.0.0.1', 'localhost')), { env: { INFLUX_HOST } })
      expect(outcome).toMatchObject({ code: 6, stdout: '' })
    }
    expect([asked, seen]).toEqual([[], []])
  })
})

test('status --all looks at every other profile at once, so that one server alone holds nobody up', async () => {
  const waiting: (() => void)[] = []
  const slow = createServer((_, response) => {
    waiting.push(() => response.end('{"authorizations":[],"id":"0000000000000001","name":"zoe"}'))
    // Nobody gets an answer before all have asked.
    if (waiting.length >= 2) for (const answer of waiting) answer()
  }).listen(0, '127.0.0.1')
  await new Promise((resolve) => slow.once('listening', resolve))
  const at = `http://127.0.0.1:${(slow.address() as AddressInfo).port}`
  const flags = ['--product', 'v2', '--no-verify', '--insecure-storage']
  for (const name of ['b', 'c']) await person.run(['login', at, '-p', name, ...flags], { input: 's3cret' })
  await person.run(['use', 'app'])
  await person.run(['profiles', 'add', 'empty', '--url', at])
  const path = join(person.home, '.influxdbv2', 'configs')
  const unreadable = `\n[unreadable]\nurl = "${at}"\ncookie = "s3cret:"\n`
  await writeFile(path, (await readFile(path, 'utf8')) + unreadable)
  const { code, stdout } = await person.run(['status', '--all', '--json'])
  slow.close().closeAllConnections()
  expect(code).toBe(0)
  // One that cannot be looked at keeps none of the others from it.
  expect(JSON.parse(stdout).others).toMatchObject([
    { profile: 'b', state: 'good' },
    { profile: 'c', state: 'good' },
    { profile: 'empty', state: 'not-checked', why: 'it has no credential', place: 'nowhere' },
    { profile: 'unreadable', state: 'not-checked', why: expect.stringContaining('profile unreadable') },
  ])
  expect(stdout).not.toContain('s3cret')
})

test('netrc is the last source of every command, for the server that is called or that paths are below', async () => {
  const text = 'machine 127.0.0.1 login zoe password s3cret-netrc\n'
  await writeFile(join(person.home, '.netrc'), text, { mode: 0o600 })
  const show = ['exec', '--', 'sh', '-c', 'echo "$INFLUX_USERNAME $INFLUX_TOKEN $INFLUX_HOST"']
  const host = `${url}/influx`
  const env = { INFLUX_HOST: host }
  expect((await person.run(show, { env })).stdout).toBe(`zoe  ${host}\n`)
  const { used, sources } = JSON.parse((await person.run(['status', '--json'], { env })).stdout)
  expect([used.url, used.scheme, sources.length]).toEqual([host, 'basic', 3])
  expect((await person.run(show)).stdout, 'a profile comes before').toBe(` s3cret-token ${url}\n`)
  await person.run(['logout'])
  expect((await person.run(show)).stdout).toBe(`zoe  ${url}\n`)
  expect((await person.run([...show.slice(0, 1), '-p', 'app', ...show.slice(1)])).code).toBe(6)
})

test('a profile that INFLUX_ACTIVE_CONFIG names, and that is not there any more, is said to be named there', async () => {
  const env = { INFLUX_ACTIVE_CONFIG: 'gone' }
  for (const args of [['status'], ['request', 'GET', '/'], ['logout']]) {
    const { code, stderr } = await person.run(args, { env })
    expect([code, stderr]).toEqual([2, expect.stringContaining('INFLUX_ACTIVE_CONFIG names: unset it, or')])
  }
  expect((await person.run(['status', '-p', 'gone'], { env })).stderr).not.toContain('INFLUX_ACTIVE_CONFIG')
  expect(await person.run(['status', '-p', 'app'], { env })).toMatchObject({ code: 0 })
})

test('a token that somebody wrote into the influx CLI’s file is read as that of a variable', async () => {
  const path = join(person.home, '.influxdbv2', 'configs')
  const write = (token: string) =>
    writeFile(path, `[app]\nurl = "${url}"\ntoken = "${token}"\nactive = true\n`)
  await write(' s3cret-token ')
  expect((await person.run(['token'])).stdout).toBe('s3cret-token\n')
  await write('s3cret two')
  for (const args of [['status'], ['request', 'GET', '/'], ['exec', '--', 'true'], ['token']]) {
    const { code, stdout, stderr } = await person.run(args)
    expect([code, stdout]).toEqual([2, ''])
    expect(stderr).toContain('The token of profile app has a blank in it: give the token alone')
    expect(stderr).not.toContain('s3cret')
  }
  const named = `["a\\u001b[2Jb"]\nurl = "${url}"\nactive = true\n`
  await writeFile(path, named)
  expect(await person.run(['token'])).toMatchObject({
    code: 6,
    stderr: expect.stringContaining('a\\x1b[2Jb'),
  })
  await write('s3cret two')
  await person.run(['profiles', 'add', 'b', '--url', url])
  await person.run(['profiles', 'remove', 'app', '--yes'])
  expect((await person.run(['status'])).stdout).toContain('none is active: choose one with fluxauth use NAME')
})

describe('an address without its http://', () => {
  test.each([
    'localhost:8086/api/v2/me',
    'influx.example/api/v2/me',
    '[::1]:8086/x',
    'file:///etc/passwd',
    'ftp://x',
  ])('is no path below the server: %s', async (address) => {
    for (const args of [['check'], ['request', 'GET']]) {
      const { code, stderr } = await person.run([...args, address])
      expect([code, stderr]).toEqual([2, expect.stringContaining('http://')])
    }
    expect(asked).toEqual([])
  })

  test('and a path without its slash is one', async () => {
    expect((await person.run(['request', 'GET', 'api/v2/me?name=a.b:c'])).code).toBe(0)
    expect(asked).toEqual(['GET /api/v2/me?name=a.b:c'])
  })
})

describe('a disk that is full', () => {
  test.each(['status', 'token', 'profiles', 'header --json'])('is said to be: %s', async (args) => {
    const { stderr } = await person.inShell(`fluxauth ${args} > /dev/full; echo "code $?" >&2`)
    expect(stderr).toContain('(ENOSPC)')
    expect(stderr).toMatch(/ERR_OUTPUT[\s\S]*code 1\n$/)
  })

  test('is said to be of an answer, wherever that goes', async () => {
    const run = (rest: string) =>
      person.inShell(`fluxauth request GET /api/v2/me ${rest}; echo "code $?" >&2`)
    expect((await run('> /dev/full')).stderr).toMatch(/\(ENOSPC\).*\[ERR_OUTPUT\]\ncode 1\n$/)
    const { stderr } = await run('--output /dev/full')
    expect(stderr).toBe(
      'fluxauth: The file of --output cannot be written (ENOSPC): there is no room on the disk [ERR_USAGE]\ncode 2\n',
    )
  })

  test('ends nothing where it is what is said that goes there', async () => {
    const { stdout } = await person.inShell(
      'fluxauth profiles add x --url http://localhost:1 2> /dev/full; echo "code $?"',
    )
    expect(stdout).toBe('code 0\n')
    const failed = await person.inShell('fluxauth use nobody 2> /dev/full; echo "code $?"')
    expect(failed.stdout).toBe('code 2\n')
    const gone = await person.inShell(
      '{ sleep 0.1; fluxauth profiles add y --url http://localhost:1; } 2>&1 >/dev/null | exec true; fluxauth profiles',
    )
    expect(gone.stdout).toMatch(/y +http:\/\/localhost:1/)
  })
})

describe('a file of ours that somebody broke', () => {
  test.each([
    '{"version":1,"profiles":[null]}',
    '{"version":1,"profiles":[{"profile":1}]}',
    '[]',
    'null',
    '{',
  ])('profiles.json is said to be none: %s', async (text) => {
    await writeFile(own('profiles.json'), text)
    const { code, stderr } = await person.run(['status'])
    expect([code, stderr]).toEqual([2, expect.stringContaining('[ERR_PROFILES_FILE]')])
  })

  test('rotations.json is read as far as it is one', async () => {
    await mkdir(own('.'), { recursive: true })
    await writeFile(own('rotations.json'), `[null, 1, {"url": "${url}"}]`)
    const { stderr } = await person.run(['tokens', 'rotate', '0000000000000001', '--yes'])
    expect(stderr).not.toContain('ERR_UNEXPECTED')
    expect(await readFile(own('rotations.json'), 'utf8')).toContain(url)
  })
})

test('plain http to another machine that was allowed at login is allowed for what goes by that profile, and for nothing else', async () => {
  // The same machine, by an address that does not say so.
  const other = url.replace('127.0.0.1', '0.0.0.0')
  const flags = ['--product', 'v2', '--no-verify', '--insecure-storage', '--allow-insecure']
  const logIn = (...more: string[]) =>
    person.run(['login', other, '-p', 'other', ...more], { input: 's3cret-token' })
  const refused = await logIn(...flags.slice(0, -1))
  expect([refused.code, refused.stderr]).toEqual([2, expect.stringContaining('[ERR_TARGET_INSECURE]')])
  expect((await logIn(...flags)).code).toBe(0)
  asked.length = 0
  for (const args of [
    ['request', 'GET', '/api/v2/me'],
    ['tokens', 'list'],
    ['check'],
    ['proxy', '--', 'true'],
  ])
    expect(await person.run([...args, '-p', 'other'])).toMatchObject({ code: 0 })
  expect(asked).toContain('GET /api/v2/me')
  asked.length = 0
  const env = { INFLUX_TOKEN: 's3cret-token', INFLUX_HOST: other }
  const input = 's3cret-token'
  for (const [args, circumstances] of [
    [['request', 'GET', '/api/v2/me'], { env }],
    [['request', 'GET', `${other}/api/v2/me`, '--token-stdin', '-p', 'other'], { input }],
    [['request', 'GET', `${other}/api/v2/me`, '--user', 'zoe', '-p', 'other'], { input }],
    [['proxy', '--', 'true'], { env }],
  ] as const)
    expect(await person.run(args, circumstances)).toMatchObject({
      code: 2,
      stdout: '',
      stderr: expect.stringContaining('[ERR_TARGET_INSECURE]'),
    })
  expect(asked).toEqual([])
  // Where a session is signed in for first, as for a token: by the option alone.
  await person.run(['login', other, '-p', 'zoe', '--user', 'zoe', '--keep-password', ...flags], { input })
  const text = await readFile(own('profiles.json'), 'utf8')
  await writeFile(own('profiles.json'), text.replace(/,\s*"allowInsecure": true/g, ''))
  asked.length = 0
  const get = ['request', 'GET', '/api/v2/me', '-p', 'zoe']
  expect((await person.run(get)).stderr).toContain('[ERR_TARGET_INSECURE]')
  expect(asked).toEqual([])
  expect(await person.run([...get, '--allow-insecure'])).toMatchObject({ code: 0 })
  const me = 'GET /api/v2/me' // once to see that the session is good
  expect(asked).toEqual(['POST /api/v2/signin', me, me, 'POST /api/v2/signout'])
})

test('a token is due from the day on by which it is to be replaced, and status says so', async () => {
  const file = JSON.parse(await readFile(own('profiles.json'), 'utf8'))
  const status = async (replaceBy: string) => {
    file.profiles[0].replaceBy = replaceBy
    await writeFile(own('profiles.json'), JSON.stringify(file))
    const { stdout, stderr } = await person.run(['status'])
    expect(stdout).toMatch(new RegExp(`replace by:? +${replaceBy}`))
    return stderr
  }
  const due = 'was to be replaced by'
  expect(await status('2999-01-01')).not.toContain(due)
  for (const day of ['2020-01-01', new Date().toISOString().slice(0, 10)])
    expect(await status(day)).toContain(`${due} ${day}: fluxauth tokens rotate --profile app`)
})

test('a profile whose name a shell would take apart is named in quotes where it is to be copied', async () => {
  await login("zoe's own")
  expect((await person.run(['status'])).stderr).toContain(`fluxauth login --profile 'zoe'\\''s own' --store`)
  const added = await person.run(['profiles', 'add', 'a b', '--url', 'http://localhost:1'])
  expect(added.stderr).toContain("fluxauth login --profile 'a b'")
})

test.each([
  ['login', 'http://localhost:1', '-p', 'a\nb'],
  ['profiles', 'add', 'a\u001b[2Jb', '--url', 'http://localhost:1'],
  ['tokens', 'create', '--into', 'a\rb', '--store', 'memory'],
])('a name with a control character is refused: %s %s', async (...args) => {
  const { code, stderr } = await person.run(args, { input: 's3cret' })
  expect([code, stderr]).toEqual([2, expect.stringContaining('[ERR_PROFILE_NAME]')])
})

test.each([
  [['snippet', 'rust'], 'Allowed choices are curl'],
  [['completion', 'tcsh'], 'Allowed choices are bash'],
  [['status', '--all', 'x'], 'too many arguments'],
])('%j says what there is', async (args, said) => {
  const { code, stderr } = await person.run(args)
  expect([code, stderr]).toEqual([2, expect.stringContaining(said)])
  expect(stderr).not.toMatch(/rust|tcsh/)
})

test.each(['0', '1e3', '0x10', '-1', '1.5', ' 7', '99999'])(
  '--expires %s is no number of days',
  async (days) => {
    const { code, stderr } = await person.run(['tokens', 'create', `--expires=${days}`])
    expect([code, stderr]).toEqual([2, expect.stringContaining('--expires takes')])
  },
)

test('login says so before it asks for a server, and for a password', async () => {
  const { code, stderr } = await person.run(['login', '--expires', 'soon'])
  expect([code, stderr]).toEqual([2, expect.stringContaining('--expires takes')])
})

describe('what a login is given without a terminal', () => {
  const header = async (name: string) => (await person.run(['header', '-p', name])).stdout.trim()
  const basic = (password: string) => `Authorization: Basic ${btoa(`zoe:${password}`)}`
  const token = { INFLUX_TOKEN: 's3cret-of-env' }
  /** A login at InfluxDB 1, which takes user names and passwords everywhere; or at another. */
  const give = (args: string, input: string, env = {}, product = 'v1') =>
    person.run(
      [
        'login',
        url,
        '-p',
        'given',
        '--product',
        product,
        '--no-verify',
        '--insecure-storage',
        ...args.split(' '),
      ],
      { input, env },
    )

  test.each<[string, string, Record<string, string>, string, string]>([
    ['the password of --user', '--user zoe', {}, 's3cret\n', basic('s3cret')],
    [
      'the environment’s password, whoever’s token and name are there as well',
      '--user zoe',
      { ...token, INFLUX_USERNAME_FILE: '/nowhere', INFLUX_PASSWORD: 's3cret-env' },
      '',
      basic('s3cret-env'),
    ],
    [
      'name and password of the environment',
      '--scheme basic',
      { INFLUX_USERNAME: 'zoe', INFLUX_PASSWORD: 's3cret-env' },
      '',
      basic('s3cret-env'),
    ],
    [
      'a token as it is pasted',
      '--store file',
      token,
      ' s3cret-token \n',
      'Authorization: Token s3cret-token',
    ],
    ['a token by another word', '--scheme bearer', token, 's3cret-jwt', 'Authorization: Bearer s3cret-jwt'],
    ['that of the environment so', '--scheme bearer', token, ' \n', 'Authorization: Bearer s3cret-of-env'],
    ['that of the environment', '--store file', token, '', 'Authorization: Token s3cret-of-env'],
  ])('is kept: %s', async (_, args, env, input, kept) => {
    const { code, stdout, stderr } = await give(args, input, env)
    expect([code, stdout + stderr]).toEqual([0, expect.not.stringContaining('s3cret')])
    expect(asked, '--no-verify and --product: nothing is sent').toEqual([])
    expect(await header('given')).toBe(kept)
  })

  test.skipIf(process.platform !== 'linux')(
    'is not kept in a file where a keyring is asked for',
    async () => {
      const env = { DBUS_SESSION_BUS_ADDRESS: 'unix:path=/nowhere' }
      const { code, stderr } = await give('--user zoe --store keyring', 's3cret', env)
      expect([code, stderr]).toEqual([2, expect.stringContaining('[ERR_KEYRING_UNAVAILABLE]')])
      expect((await person.run(['header', '-p', 'given'])).code).toBe(2)
    },
  )

  test.each<[string, string, string, Record<string, string>, number, string]>([
    ['a secret of nobody', '--scheme basic', 's3cret', {}, 2, 'Name the user with --user'],
    ['a user without a password', '--user zoe', '', token, 6, 'There is no password'],
    ['a token with a blank in it', '--scheme token', 's3cret two', {}, 2, '[ERR_TOKEN_SYNTAX]'],
    ['a user of a token', '--scheme bearer --user zoe', 's3cret', {}, 2, '--user is for --scheme basic'],
    ['a user name with a password', '--user zoe:s3cret', '', {}, 2, 'stays in the history'],
    ['both of what excludes the other', '--create-token --keep-password', 's3cret', {}, 2, 'Use either'],
  ])('is refused, and nothing is kept: %s', async (_, args, input, env, code, said) => {
    const refused = await give(args, input, env)
    expect(refused).toMatchObject({ code, stdout: '', stderr: expect.stringContaining(said) })
    expect(refused.stderr).not.toContain('s3cret')
    expect(person.traces('s3cret').files.join()).not.toContain('given')
    expect((await person.run(['header', '-p', 'given'])).code).toBe(2)
  })
})
