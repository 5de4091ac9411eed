// What scripts build on: a header, a token, another program's environment, and profiles that the influx CLI shares.

import { execFile } from 'node:child_process'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { hasTerminal, Person } from '../testing/person.ts'

const SECRET = 's3cret-token'

const COMMANDS =
  'login logout status use profiles header token exec request check tokens snippet proxy encode decode completion'.split(
    ' ',
  )

let person: Person
let server: Server
let url: string
let seen: IncomingHttpHeaders[]
beforeEach(async () => {
  seen = []
  person = await Person.arrive()
  server = createServer(({ headers }, response) => {
    seen.push(headers)
    response.end('{}')
  }).listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  await writeConfigs(`[prod]
  url = "${url}/influx"
  token = "${SECRET}"
  org = "docs"
  active = true

[other]
  url = "https://other.example"
  token = "s3cret-other"
`)
})
afterEach(async () => {
  server.close().closeAllConnections()
  await person.leave()
})

const configs = () => join(person.home, '.influxdbv2', 'configs')
async function writeConfigs(text: string): Promise<void> {
  await mkdir(join(person.home, '.influxdbv2'), { recursive: true })
  await writeFile(configs(), text, { mode: 0o600 })
}

describe('header and token', () => {
  test('print the value for a pipe, and curl reads it there', async () => {
    expect(await person.run(['token'])).toEqual({ code: 0, stdout: `${SECRET}\n`, stderr: '' })
    const { stdout } = await person.run(['header'])
    expect(stdout).toBe(`Authorization: Token ${SECRET}\n`)
    const curl = promisify(execFile)('curl', ['-sS', '-H', '@-', `${url}/api/v2/buckets`])
    curl.child.stdin?.end(stdout)
    await curl
    expect(seen[0]?.authorization).toBe(`Token ${SECRET}`)
  })

  test('print nothing for another server than the credential is for', async () => {
    expect((await person.run(['header', `${url}/query`])).code).toBe(0)
    const { code, stdout, stderr } = await person.run(['header', 'https://evil.example'])
    expect([code, stdout, stderr]).toEqual([6, '', expect.stringContaining(`it is for ${url}`)])
    expect((await person.run(['token', 'nonsense'])).code).toBe(2)
  })

  test('a variable that is for another server is called as it is written', async () => {
    const env = { INFLUX_TOKEN: SECRET, INFLUX_HOST: url }
    const { code, stderr } = await person.run(['token', 'https://evil.example'], { env })
    expect([code, stderr]).toEqual([6, expect.stringContaining(`INFLUX_TOKEN is for ${url}`)])
  })

  test('print JSON of a documented shape', async () => {
    expect(JSON.parse((await person.run(['header', '--json'])).stdout)).toEqual({
      version: 1,
      header: 'Authorization',
      value: `Token ${SECRET}`,
    })
    expect(JSON.parse((await person.run(['token', '--json'])).stdout)).toEqual({
      version: 1,
      scheme: 'token',
      token: SECRET,
    })
  })

  test.each([['header'], ['token'], ['decode'], ['request', 'GET', '/']])(
    '%s prints nothing where FLUXAUTH_REVEAL is never',
    async (...command) => {
      const env = { FLUXAUTH_REVEAL: 'never' }
      const run = await person.run([...command, '--reveal'], { env, input: `Token ${SECRET}` })
      expect(run).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining('[ERR_REVEAL]') })
    },
  )

  test.skipIf(!hasTerminal)('print on a terminal only what --reveal asks for', async () => {
    const { code, stdout } = await person.onTerminal('token')
    expect([code, stdout]).toEqual([2, expect.stringContaining('[ERR_REVEAL]')])
    expect(stdout).not.toContain('s3cret')
    expect((await person.onTerminal('token --reveal')).stdout).toContain(SECRET)
  })

  test.skipIf(!hasTerminal)('$(fluxauth token) asks nothing of an output that is no terminal', async () => {
    const { stdout } = await person.onTerminal('encode token > /dev/null', [['it is not shown', 'x\r']])
    expect(stdout).toContain('it is not shown')
  })

  test('a user name and password are no token', async () => {
    const env = { INFLUX_USERNAME: 'zoe', INFLUX_PASSWORD: SECRET }
    const { code, stderr } = await person.run(['token'], { env })
    expect([code, stderr]).toEqual([6, expect.stringContaining('no token')])
    expect((await person.run(['header'], { env })).stdout).toMatch(/^Authorization: Basic /)
  })

  test('what a profile has and cannot be used is said, and stands in for nothing', async () => {
    await writeConfigs(`[default]
  url = "${url}"
  cookie = "${SECRET}:"

[nowhere]
  token = "${SECRET}"

[gone]
  url = "${url}"
`)
    const known = { profile: 'gone', url, place: 'memory', scheme: 'token', product: 'v2' }
    const own = join(person.home, '.config', 'fluxauth')
    await mkdir(own, { recursive: true })
    const knows = (...profiles: object[]) =>
      writeFile(join(own, 'profiles.json'), JSON.stringify({ version: 1, profiles }))
    await knows(known)
    const header = async (...args: string[]) => {
      const { code, stdout, stderr } = await person.run(['header', ...args])
      expect([stdout, stderr]).toEqual(['', expect.not.stringContaining(SECRET)])
      return `${code} ${stderr}`
    }
    // None is active: then it is the one of that name.
    expect(await header()).toMatch(
      /^2 .*cookie of profile default is no user name.*\[ERR_SECRET_UNREADABLE\]/,
    )
    expect(await header('-p', 'nowhere')).toMatch(/^6 [\s\S]*profile nowhere: it names no server/)
    expect(await header('-p', 'gone')).toMatch(
      /^6 [\s\S]*was kept in memory, and is gone: log in again with fluxauth login --profile gone/,
    )
    // One of that name that influx has removed, and that is added again, has nothing of it.
    await writeConfigs((await readFile(configs(), 'utf8')).replace(/\[gone\][\s\S]*/, ''))
    expect((await person.run(['profiles', 'add', 'gone', '--url', url])).code).toBe(0)
    expect(await header('-p', 'gone')).toMatch(/^6 [\s\S]*it has no credential: log in with/)
    await knows(known)
    // What is gone cannot be ended on the server, and is not forgotten as if it were; without that it is.
    expect(await person.run(['logout', '--revoke', '-p', 'gone'])).toMatchObject({
      code: 6,
      stderr: expect.stringContaining('is gone already'),
    })
    expect((await person.run(['logout', '-p', 'gone'])).code).toBe(0)
    expect(await person.run(['logout', '-p', 'gone'])).toMatchObject({
      code: 6,
      stderr: expect.stringContaining('Profile gone has no credential'),
    })
    expect(seen).toEqual([])
  })

  test('the scheme of a login goes with its token, and with no other that takes its place', async () => {
    const flags = ['--product', 'v3', '--no-verify', '--insecure-storage', '--store', 'file']
    await person.run(['login', `${url}/influx`, '--scheme', 'bearer', ...flags], { input: 's3cret-jwt' })
    expect((await person.run(['header'])).stdout).toBe('Authorization: Bearer s3cret-jwt\n')
    const script = 'console.log(process.env.INFLUX_TOKEN, process.env.INFLUX_AUTH_SCHEME)'
    const show = ['exec', '--', process.execPath, '-e', script]
    expect((await person.run(show, { env: { INFLUX_AUTH_SCHEME: 'Basic' } })).stdout).toBe(
      's3cret-jwt Bearer\n',
    )
    await writeConfigs((await readFile(configs(), 'utf8')).replace('s3cret-jwt', 's3cret-other'))
    expect((await person.run(['header'])).stdout).toBe('Authorization: Token s3cret-other\n')
    expect((await person.run(show, { env: { INFLUX_AUTH_SCHEME: 'Basic' } })).stdout).toBe(
      's3cret-other undefined\n',
    )
  })
})

describe('exec', () => {
  const show = ['exec', '--', process.execPath, '-e']

  test('sets what InfluxDB’s tools read, and takes away what was there of another credential', async () => {
    const print =
      'console.log(JSON.stringify(Object.fromEntries(Object.entries(process.env).filter(([name]) => /INFLUX/.test(name)))))'
    const env = {
      INFLUX_TOKEN: 'old',
      INFLUX_PASSWORD_FILE: '/nowhere',
      INFLUX_ORG_ID: '1',
      INFLUXDB_V2_AUTH_BASIC: 'old',
      INFLUX_EXTRA_HTTP_HEADER: 'AUTHORIZATION: old,x-authorization: mine, Cookie : old',
      // Of somebody else.
      MY_INFLUX_TOKEN: 'mine',
      INFLUX_TOKEN_NAME: 'mine',
    }
    const { stdout } = await person.run([...show.slice(0, 1), '-p', 'prod', ...show.slice(1), print], { env })
    expect(JSON.parse(stdout)).toEqual({
      INFLUX_TOKEN: SECRET,
      // Where this person's HOME is not the account's, as here.
      INFLUX_CONFIGS_PATH: configs(),
      INFLUXDB3_AUTH_TOKEN: SECRET,
      INFLUX_HOST: `${url}/influx`,
      INFLUXDB3_HOST_URL: `${url}/influx`,
      INFLUX_ORG: 'docs',
      INFLUXDB_V2_TOKEN: SECRET,
      INFLUXDB_V2_URL: `${url}/influx`,
      INFLUXDB_V2_ORG: 'docs',
      INFLUX_EXTRA_HTTP_HEADER: 'x-authorization: mine',
      MY_INFLUX_TOKEN: 'mine',
      INFLUX_TOKEN_NAME: 'mine',
    })
    expect(person.traces(SECRET).seen).toEqual([stdout])
  })

  test('passes input, output and the exit code on, and touches none of them', async () => {
    const copy =
      'process.stdin.pipe(process.stdout); process.stderr.write("\\u001b[1m"); process.exitCode = 42'
    const run = await person.run([...show, copy], { input: 'a\u0000b\n' })
    expect(run).toEqual({ code: 42, stdout: 'a\u0000b\n', stderr: '\u001b[1m' })
  })

  test('options after -- are the command’s own', async () => {
    const args = [
      'exec',
      '--',
      process.execPath,
      '-p',
      'process.argv.slice(1).join()',
      '--',
      '--json',
      '-p',
      '--help',
    ]
    expect(await person.run(args)).toEqual({ code: 0, stdout: '--json,-p,--help\n', stderr: '' })
  })

  test.each([
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ] as const)('passes %s on, and ends as the command did', async (signal, code) => {
    const script = `process.kill(process.ppid, '${signal}'); setTimeout(() => {}, 10_000)`
    expect((await person.run([...show, script])).code).toBe(code)
  })

  test.each(['SIGINT', 'SIGQUIT'])(
    'leaves %s to the command, which a terminal sends it as well',
    async (signal) => {
      const script = `process.kill(process.ppid, '${signal}'); setTimeout(() => process.exit(7), 100)`
      expect((await person.run([...show, script])).code).toBe(7)
    },
  )

  test.each([
    [['--', ''], 2],
    [['--', 'no-such-command-s3cret'], 127],
    [['--', '/tmp'], 126],
    [[], 2],
  ])('%j ends with %d, and does not repeat it', async (args, code) => {
    const run = await person.run(['exec', ...args])
    expect(run.code).toBe(code)
    expect(run.stderr).not.toContain('s3cret')
  })

  test('runs nothing without a credential', async () => {
    await writeConfigs('')
    expect(await person.run([...show, 'console.log(1)'])).toMatchObject({ code: 6, stdout: '' })
  })
})

describe('profiles', () => {
  const active = async () => {
    const { profiles } = JSON.parse((await person.run(['profiles', '--json'])).stdout)
    return profiles.find(({ chosen }: { chosen: boolean }) => chosen)?.name
  }

  test('are switched to one that there is, by its name alone, and what comes before it all the same is said', async () => {
    expect(await person.run(['use', '-'])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('No profile was used before this one'),
    })
    expect(await person.run(['use', 'other', '-p', 'prod'])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('Leave out --profile'),
    })
    expect(await active()).toBe('prod')
    const use = async (env: Record<string, string>) => (await person.run(['use', 'other'], { env })).stderr
    const before = 'INFLUX_ACTIVE_CONFIG names another profile, and comes before'
    expect(await use({ INFLUX_ACTIVE_CONFIG: 'prod' })).toContain(before)
    expect(await use({ INFLUX_ACTIVE_CONFIG: 'other' })).not.toContain('comes before')
    expect(await use({ INFLUX_HOST: url })).toContain('INFLUX_HOST names another server')
    expect(await use({ INFLUX_HOST: 'https://other.example/' })).not.toContain('another server')
    // What cannot be read is said by the commands that would go by it.
    expect(await use({ INFLUX_HOST: 'other.example' })).not.toContain('another server')
  })

  test('are switched for good, back, and for one command alone', async () => {
    expect(await active()).toBe('prod')
    expect((await person.run(['use', 'other'])).code).toBe(0)
    expect(await active()).toBe('other')
    expect((await person.run(['use', '-'])).code).toBe(0)
    expect(await active()).toBe('prod')
    expect((await person.run(['token', '-p', 'other'])).stdout).toBe('s3cret-other\n')
    expect((await person.run(['-p', 'other', 'token'])).stdout).toBe('s3cret-other\n')
    expect(await active()).toBe('prod')
    expect((await person.run(['token'], { env: { INFLUX_ACTIVE_CONFIG: 'other' } })).stdout).toBe(
      's3cret-other\n',
    )
  })

  test('are added, changed and removed, and the rest of the file stays', async () => {
    await writeConfigs(`# mine\n${await readFile(configs(), 'utf8')}`)
    await person.run(['profiles', 'add', 'new', '--url', 'http://localhost:9', '--org', 'o'])
    await person.run(['profiles', 'edit', 'new', '--org', 'p'])
    expect(await person.run(['profiles', 'remove', 'other'])).toMatchObject({ code: 2 })
    expect((await person.run(['profiles', 'remove', 'other', '--yes'])).code).toBe(0)
    const text = await readFile(configs(), 'utf8')
    expect(text).toMatch(/^# mine\n/)
    expect(text).toContain('org = "p"')
    expect(text).not.toContain('other')
    expect(await person.run(['profiles', 'add', 'new', '--url', url])).toMatchObject({ code: 2 })
    expect(await person.run(['profiles', 'add', 'list', '--url', url])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('word of the influx CLI'),
    })
  })

  test('that move to another server lose their credential, and those that move below it do not', async () => {
    await person.run(['profiles', 'edit', 'prod', '--url', `${url}/elsewhere`])
    expect((await person.run(['token'])).stdout).toBe(`${SECRET}\n`)
    const move = ['profiles', 'edit', 'prod', '--url', 'https://evil.example']
    const before = await readFile(configs(), 'utf8')
    const refused = await person.run(move)
    expect([refused.code, refused.stderr]).toEqual([2, expect.stringContaining('[ERR_PROFILE_SERVER]')])
    expect(refused.stderr).toContain(`Profile prod is for ${url}/elsewhere, and its credential`)
    expect(await readFile(configs(), 'utf8')).toBe(before)
    const moved = await person.run([...move, '--replace'])
    expect(moved.stderr).toContain('Its credential was for another server')
    expect(await person.run(['token'])).toMatchObject({ code: 6, stdout: '' })
    expect(person.traces(SECRET).files).toEqual([])
  })

  test('whose name is a secret in the wrong place are not repeated', async () => {
    for (const args of [
      ['use', SECRET],
      ['token', '-p', SECRET],
      ['profiles', 'remove', SECRET, '--yes'],
    ]) {
      const { code, stderr } = await person.run(args)
      expect([code, stderr]).toEqual([2, expect.stringContaining('there are prod, other')])
      expect(stderr).not.toContain(SECRET)
    }
  })

  test('lose nothing when twenty commands write at once', async () => {
    const names = Array.from({ length: 20 }, (_, index) => `p${index}`)
    await Promise.all(names.map((name) => person.run(['profiles', 'add', name, '--url', url])))
    const { profiles } = JSON.parse((await person.run(['profiles', '--json'])).stdout)
    expect(profiles.map(({ name }: { name: string }) => name).sort()).toEqual(
      [...names, 'other', 'prod'].sort(),
    )
  }, 60_000)

  test('that the influx CLI rewrote since are read as they are now', async () => {
    await person.run(['profiles', 'edit', 'prod', '--org', 'x'])
    await writeConfigs(`[prod]\nurl = "${url}"\ntoken = "s3cret-later"\nactive = true\n`)
    expect((await person.run(['token'])).stdout).toBe('s3cret-later\n')
  })
})

test('status tells why each source does or does not count, and that none does', async () => {
  await writeConfigs('')
  const none = await person.run(['status', '--json'])
  expect(none.code).toBe(6)
  expect(JSON.parse(none.stdout)).toMatchObject({
    version: 1,
    sources: [
      { source: 'the environment', why: expect.stringContaining('INFLUX_TOKEN') },
      { source: 'the chosen profile', why: 'there is none' },
    ],
  })
})

test.each([40, 100])('help and status fit a person’s terminal of %d columns', async (columns) => {
  if (!hasTerminal) return
  const { stdout } = await person.onTerminal('--help', [], { COLUMNS: String(columns) })
  for (const command of COMMANDS) {
    expect(stdout).toMatch(new RegExp(`^  ${command} `, 'm'))
  }
})

test.each(COMMANDS)('%s has help with an example', async (command) => {
  for (const args of [
    [command, '--help'],
    [command, '-h'],
    ['help', command],
  ]) {
    const { code, stdout } = await person.run(args)
    expect(code).toBe(0)
    expect(stdout).toMatch(/Examples:\n {2}\$ /)
    expect(stdout).toContain('--profile <name>')
  }
})

test.each(['--help', 'login --help', 'profiles', 'token', 'status --json', '--version'])(
  'a reader of %s that closes at once is no error',
  async (args) => {
    const { stderr } = await person.inShell(`fluxauth ${args} | true`)
    expect(stderr).not.toMatch(/EPIPE|Error/)
  },
)
