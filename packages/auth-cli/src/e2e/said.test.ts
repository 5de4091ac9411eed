// What is said of a credential is true where it is said: the cause that is named is the cause, and what is advised does it.

import { writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import { type AddressInfo, createServer as createSocketServer } from 'node:net'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type Circumstances, hasTerminal, Person } from '../testing/person.ts'

let person: Person
let server: Server
let url: string
/** What was asked for: method, path and `Content-Type`. */
let asked: string[]
/** The names of the organizations. */
let orgs: string[]
/** Whether it gives all of them, whatever page is asked for. */
let knowsPages: boolean

/** As InfluxDB 2 answers: of a token that is inactive, at one place alone what it is. */
function asInflux2(method: string, { pathname, searchParams }: URL, token: string): [number, string] {
  const path = pathname
  if (path === '/api/v2/signin' && token === `Basic ${btoa('zoe:wrong')}`)
    return [401, '{"code":"unauthorized","message":"unauthorized access"}']
  if (path === '/api/v2/signin') return [204, '']
  const isKnown = /^Token (good|asleep|narrow)$/.test(token) || token === 'session'
  if (!isKnown && path !== '/ping') return [401, `{"message":"${path === '/query' ? 'U' : 'u'}nauthorized"}`]
  const isAsleep = token === 'Token asleep'
  if (path === '/query' && isAsleep) return [401, '{"code":"unauthorized","message":"Unauthorized"}']
  if (path === '/write' && method === 'GET') return [405, '']
  if (path === '/api/v2/orgs') {
    const all = orgs.map((name, index) => ({ id: `0b2c6a5e2f3d4${`${index}`.padStart(3, '0')}`, name }))
    const [from, most] = [Number(searchParams.get('offset')), Number(searchParams.get('limit') ?? 20)]
    return [200, JSON.stringify({ orgs: knowsPages ? all.slice(from, from + most) : all })]
  }
  if (path === '/api/v2/authorizations' && method === 'POST')
    return [401, '{"code":"unauthorized","message":"write:orgs/x/authorizations is unauthorized"}']
  if (path !== '/api/v2/me') return [200, '{"authorizations":[],"buckets":[]}']
  if (token === 'Token narrow')
    return [401, '{"code":"unauthorized","message":"read:users/0b2c6a5e2f3d4000 is unauthorized"}']
  return isAsleep ? [401, '{"message":"token is inactive"}'] : [200, '{"id":"0b2c6a5e2f3d4000","name":"zoe"}']
}

/** As InfluxDB 1: a wrong method, and `/ping`, before it looks at a password. */
function asInflux1(method: string, path: string, authorization: string): [number, string] {
  if (path === '/ping') return [204, '']
  if (path === '/write' && method === 'GET') return [405, '']
  if (path !== '/query') return [404, '404 page not found']
  if (authorization === `Basic ${btoa('reader:open sesame')}`)
    return [403, '{"error":"error authorizing query: reader not authorized to execute statement"}']
  return authorization === `Basic ${btoa('zoe:open sesame')}`
    ? [200, '{"results":[]}']
    : [401, '{"error":"authorization failed"}']
}

beforeAll(async () => {
  server = createServer((request, response) => {
    const { method = '', headers } = request
    const target = new URL(request.url ?? '/', 'http://influx')
    asked.push(`${method} ${request.url} ${headers['content-type'] ?? ''}`.trim())
    const isOne = target.pathname.startsWith('/one')
    const path = target.pathname.replace(/^\/one/, '')
    const authorization = headers.cookie ? 'session' : (headers.authorization ?? '')
    const [status, body] = isOne
      ? asInflux1(method, path, authorization)
      : asInflux2(method, target, authorization)
    response.setHeader('content-type', 'application/json')
    if (status !== 404) response.setHeader('x-influxdb-version', isOne ? '1.8.10' : 'v2.8.0')
    if (path === '/api/v2/signin') response.setHeader('set-cookie', 'influxdb-oss-session=abc')
    response.writeHead(status).end(body)
  }).listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterAll(() => void server.close().closeAllConnections())
beforeEach(async () => {
  asked = []
  orgs = ['home']
  knowsPages = true
  person = await Person.arrive()
})
afterEach(() => person.leave())

const run = (line: string, circumstances?: Circumstances) => person.run(line.split(' '), circumstances)
const FLAGS = '--no-verify --insecure-storage --store file'
const login = (profile: string, more: string, input: string) =>
  run(`login ${url} -p ${profile} --product v2 ${FLAGS} ${more}`.trim(), { input })

describe('a password that InfluxDB 2 takes for signing in alone', () => {
  test('is told from a token by each command that hands it over, with how to have one', async () => {
    await login('app', '--user zoe --keep-password', 'open sesame')
    const instead = `fluxauth login ${url} --user zoe --create-token`
    for (const command of ['token', 'header', 'exec -- true', 'proxy -- true', 'tokens rotate'])
      expect((await run(command)).stderr, command).toContain(instead)
    expect((await run(`header ${url}/api/v2/signin`)).stderr).toBe('')
    // exec would not set what it reads.
    expect((await run('snippet curl')).stderr).not.toContain('fluxauth exec')
    expect((await run('check')).stdout).not.toContain('tokens rotate')
  })
})

describe('a token that is inactive', () => {
  test('is found out where it is answered with nothing, and where /query says one thing of all', async () => {
    const check = (path: string) =>
      run(`check ${url}${path} --header --product v2 --json`, { input: 'Authorization: Token asleep' })
    for (const path of ['/api/v2/buckets', '/query?q=SHOW+DATABASES', '/write', '/ping'])
      expect((await check(path)).stdout, path).toContain('"ERR_TOKEN_INACTIVE"')
    expect((await check('/api/v2/buckets')).stdout).toContain('lists are not refused')
  })

  test('does not list nothing, nor is it one that may not read what it is', async () => {
    await login('app', '', 'asleep')
    expect(await run('tokens list')).toMatchObject({ code: 4, stdout: '' })
    expect((await run('tokens rotate')).stderr).toContain('is inactive')
    expect((await run('tokens list')).stderr).toContain('fluxauth tokens activate ID --profile NAME')
    expect((await run('request GET /query?q=x')).stderr).toContain('InfluxDB 2 says the same here')
  })
})

test('what the token in use may not do is for another one, whose profile is to be named', async () => {
  await login('app', '', 'good')
  // As the influx CLI writes it where there is none.
  expect((await run('profiles edit app --org ')).code).toBe(0)
  const { code, stderr } = await run('tokens create --permissions read -p app')
  expect([code, stderr]).toEqual([4, expect.stringContaining('name one that has it, with --profile NAME')])
  const empty = await run('tokens create --permissions read --org= -p app')
  expect([empty.code, empty.stderr]).toEqual([2, expect.stringContaining('--org is empty: name')])
})

test('a token that may list none is not said to find out by a list which one it is', async () => {
  await login('app', '', 'good')
  const { code, stderr } = await run('logout --revoke -p app')
  expect([code, stderr]).toEqual([2, expect.stringContaining('[ERR_NOT_REVOCABLE]')])
  expect(stderr).toContain('With one that may, delete it by its id (fluxauth tokens list --profile NAME,')
  const without = await run('logout -p app')
  expect(without).toMatchObject({ code: 0, stderr: expect.not.stringContaining('--revoke') })
})

test('InfluxDB behind a proxy that answers 502 is not up, and not another service', async () => {
  const down = createServer((_, response) => {
    response.setHeader('content-type', 'text/html')
    response.writeHead(502).end('<html>Bad Gateway</html>')
  }).listen(0, '127.0.0.1')
  await new Promise((resolve) => down.once('listening', resolve))
  const at = `http://127.0.0.1:${(down.address() as AddressInfo).port}`
  const check = await run(`check ${at}/api/v2/me --header`, { input: 'Authorization: Token good' })
  expect(check).toMatchObject({ code: 5, stdout: expect.stringContaining('[ERR_NOT_UP]') })
  const given = await run(`login ${at} -p down`, { input: 'good' })
  expect(given).toMatchObject({ code: 5, stderr: expect.stringContaining('[ERR_NOT_UP]') })
  down.close().closeAllConnections()
})

test('where TLS is too old, nobody is advised to do without', async () => {
  // The alert of who speaks none of the versions that were offered (RFC 8446, section 6.2: protocol_version).
  const alert = Buffer.from([0x15, 3, 1, 0, 2, 2, 70])
  const old = createSocketServer((socket) => {
    socket.on('error', () => undefined).once('data', () => socket.end(alert))
  }).listen(0, '127.0.0.1')
  await new Promise((resolve) => old.once('listening', resolve))
  const at = `https://127.0.0.1:${(old.address() as AddressInfo).port}`
  const { code, stdout } = await run(`check ${at} --header`, { input: 'Authorization: Token good' })
  expect([code, stdout]).toEqual([3, expect.stringContaining('older versions of TLS')])
  expect(stdout).not.toContain('http://')
  old.close()
})

describe('a credential that the server does not know', () => {
  test('is not good where nobody looked at it', async () => {
    const check = (address: string, input: string) => run(`check ${address} --header --json`, { input })
    const wrong = `Authorization: Basic ${btoa('zoe:wrong')}`
    for (const path of ['/write', '/ping'])
      expect((await check(`${url}/one${path}`, wrong)).stdout).toContain('"ERR_PASSWORD"')
    const right = await check(`${url}/one/write`, `Authorization: Basic ${btoa('zoe:open sesame')}`)
    expect(right).toMatchObject({ code: 0, stdout: expect.stringContaining('taken: the answer is 405') })
  })

  test('is not one that may not read its own user', async () => {
    for (const path of ['/api/v2/buckets', '/ping', '']) {
      const input = 'Authorization: Token narrow'
      expect((await run(`check ${url}${path} --header`, { input })).stdout).toContain('Nothing is wrong')
    }
  })

  test('is named by tokens, with who says why; and there is nothing of it to revoke', async () => {
    await login('app', '', 'gone')
    expect((await run('tokens list -p app')).stderr).toContain('fluxauth check --profile app says why')
    expect(await run('logout --revoke')).toMatchObject({
      code: 4,
      stderr: expect.stringContaining('does not know'),
    })
    expect((await run('token')).stdout).toBe('gone\n')
  })
})

test('status ends with what became of the credential that is used, and says where it lies', async () => {
  const file = join(person.home, 'token')
  await writeFile(file, 'good', { mode: 0o600 })
  const zoe = (INFLUX_PASSWORD: string) => ({ INFLUX_USERNAME: 'zoe', INFLUX_PASSWORD })
  const here = { INFLUX_HOST: url }
  const cases: readonly (readonly [env: Record<string, string>, code: number, state?: string])[] = [
    [{ INFLUX_TOKEN: 'good', ...here }, 0, 'good'],
    [{ INFLUX_TOKEN_FILE: file, ...here }, 0, 'good'],
    [{ ...zoe('open sesame'), ...here }, 0, 'good'],
    [{ INFLUX_TOKEN: 'good' }, 0, 'not-checked'],
    [{ INFLUX_TOKEN: 'good', INFLUX_HOST: 'http://127.0.0.1:9' }, 3, 'no-answer'],
    [{ INFLUX_TOKEN: 'gone', ...here }, 4, 'unknown'],
    [{ INFLUX_TOKEN: 'asleep', ...here }, 4, 'inactive'],
    [{ ...zoe('wrong'), ...here }, 4, 'unknown'],
    [{ ...zoe('wrong'), INFLUX_HOST: `${url}/one` }, 4, 'unknown'],
    [here, 6],
  ]
  for (const [env, ...expected] of cases) {
    const { code, stdout } = await run('status --json', { env })
    const { used } = JSON.parse(stdout)
    expect([code, ...(used ? [used.state] : [])], JSON.stringify(env)).toEqual(expected)
    if (used)
      expect(used.place).toBe(
        env.INFLUX_TOKEN_FILE ? 'the file that INFLUX_TOKEN_FILE names' : 'the environment',
      )
  }
})

test('a user of InfluxDB 1 who lacks a permission is not advised to make a token', async () => {
  const input = `Authorization: Basic ${btoa('reader:open sesame')}`
  const { stdout } = await run(`check ${url}/one/query --header`, { input })
  expect(stdout).toContain(`--data 'q=GRANT`)
  expect(stdout).not.toContain('tokens create')
  expect(stdout.replace(/\s+/g, ' ')).toContain(`TO "USER"' --profile NAME (or WRITE, or ALL)`)
  const { stderr } = await run(`request GET ${url}/one/query --user reader`, { input: 'open sesame' })
  expect(stderr).toContain('may grant it')
  expect(stderr).not.toContain('token')
})

test('where nothing is found, and nobody says that it is InfluxDB, something is wrong', async () => {
  const check = await run(`check ${url}/one/nothing --header`, { input: 'Authorization: Token good' })
  expect(check).toMatchObject({ code: 5, stdout: expect.stringContaining('[ERR_NOT_INFLUXDB]') })
})

describe('what a product does not take', () => {
  test.each([
    ['a token at InfluxDB 1', '--product v1', 'takes no token, but a user name and password', '[ERR_SCHEME]'],
    ['a token to be made with a token', '--product v2 --create-token', 'leave it out to keep', '[ERR_USAGE]'],
    [
      'a token to be made at InfluxDB 1',
      '--product v1 --user zoe --create-token',
      'this is InfluxDB 1',
      '[ERR_USAGE]',
    ],
  ])('is not sent to it: %s', async (_, more, ...said) => {
    const { code, stderr } = await run(`login ${url}/one ${more} --store memory`, { input: 's3cret' })
    expect(code).toBe(2)
    for (const each of said) expect(stderr).toContain(each)
    expect(asked).toEqual([])
  })
})

test('who may make no token is told who may, and not that a permission lacks the credential', async () => {
  const { code, stderr } = await login('app', '--user zoe --create-token', 'open sesame')
  expect([code, stderr]).toEqual([4, expect.stringContaining('an owner of the organization may')])
  expect(stderr).toContain('--keep-password')
  expect(asked.at(-1), 'no session is left').toBe('POST /api/v2/signout')
})

test.skipIf(!hasTerminal)('who wants no token keeps the password, and none is made', async () => {
  const { code } = await person.onTerminal(`login ${url} -p app --user zoe ${FLAGS}`, [
    ['it is not shown', 'open sesame\r'],
    ['[Y/n]', 'n\r'],
  ])
  expect([code, asked.filter((request) => /^POST.*authorizations/.test(request))]).toEqual([0, []])
  expect(await run('header')).toMatchObject({ stdout: expect.stringMatching(/^Authorization: Basic /) })
})

test('a profile is of the organization of a token that sees one alone, and of none where it sees more', async () => {
  for (const [names, org] of [
    [['home', 'other'], ''],
    [['home'], 'home'],
  ] as const) {
    orgs = [...names]
    const flags = '--product v2 --insecure-storage --store file'
    expect((await run(`login ${url} -p app ${flags}`, { input: 'good' })).code).toBe(0)
    const { profiles } = JSON.parse((await run('profiles --json')).stdout)
    expect(profiles[0].org ?? '').toBe(org)
  }
})

test.each([true, false])(
  'the organizations that there are are all named, however many, and one that is not there is said to be none (%s)',
  async (pages) => {
    knowsPages = pages
    orgs = Array.from({ length: 101 }, (_, index) => `org${index}`)
    const make = (...more: string[]) =>
      person.run(
        [
          'login',
          url,
          '-p',
          'app',
          '--insecure-storage',
          '--store',
          'file',
          '--user',
          'zoe',
          '--create-token',
        ].concat(more),
        { input: 'open sesame' },
      )
    const { code, stderr } = await make()
    expect([code, stderr]).toEqual([
      2,
      expect.stringContaining('Name the organization with --org: there are'),
    ])
    expect(stderr.match(/\borg\d+/g)).toEqual(orgs)
    orgs = []
    expect(await make()).toMatchObject({ code: 2, stderr: expect.stringContaining('[ERR_NO_ORG]') })
    expect(await make('--org', 'none')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('[ERR_NO_ORG]'),
    })
    expect(await make('--org', '')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('--org is empty'),
    })
    orgs = ['home']
    for (const permissions of ['all', 'operator'])
      expect((await make('--bucket', 'b', '--permissions', permissions)).stderr).toContain('[ERR_USAGE]')
    expect((await person.run(['profiles', '--json'])).stdout).toContain('"profiles":[]')
  },
)

test('what stays on the server is said by each command that forgets a token here, and of no password', async () => {
  const stays = 'On the server the token goes on being good'
  await login('app', '', 'good')
  expect((await run('profiles edit app --url http://127.0.0.1:9 --replace')).stderr).toContain(stays)
  await login('app', '--replace', 'good')
  expect((await run('profiles remove app --yes')).stderr).toContain(stays)
  await login('app', '--user zoe --keep-password', 'open sesame')
  expect((await run('profiles remove app --yes')).stderr).not.toContain(stays)
})

test('a form at /query is sent as one, which InfluxDB reads alone; any other body as it is', async () => {
  await login('app', '', 'good')
  await person.run(['request', 'POST', '/query', '--data', 'q=SHOW USERS'])
  await person.run([
    'request',
    'POST',
    '/query',
    '--data',
    'SHOW USERS',
    '-H',
    'Content-Type: application/vnd.influxql',
  ])
  await person.run(['request', 'POST', '/api/v2/query', '--data', 'q=1'])
  expect(asked).toEqual([
    'POST /query application/x-www-form-urlencoded',
    'POST /query application/vnd.influxql',
    'POST /api/v2/query text/plain;charset=UTF-8',
  ])
})

test('what of the environment comes before a profile is said by each command that chooses one', async () => {
  await login('app', '', 'good')
  const use = async (env: Record<string, string>) => (await run('use app', { env })).stderr
  expect(await use({ INFLUX_HOST: 'http://127.0.0.1:9' })).toContain('INFLUX_HOST names another server')
  expect(await use({ INFLUX_HOST: `${url}/` })).not.toContain('Warning')
  expect(await use({ INFLUX_USERNAME: 'zoe', INFLUX_PASSWORD: 'x' })).toContain('INFLUX_USERNAME is set')
  const out = await run('logout', { env: { INFLUX_TOKEN_FILE: '/token' } })
  expect(out.stderr).toContain('INFLUX_TOKEN_FILE is still set')
})

test('a snippet says what exec does not set', async () => {
  await login('app', '', 'good')
  expect((await run('snippet telegraf')).stderr).toContain('set INFLUX_ORG and INFLUX_BUCKET there')
  await run('profiles edit app --org home')
  expect((await run('snippet telegraf')).stderr).toContain('with fluxauth exec, and set INFLUX_BUCKET there')
})

test('where the server says which it is, a kind that it does not take is not called wrong', async () => {
  const request = async (path: string, more: string) =>
    (await run(`request GET ${url}${path} ${more}`, { input: 's3cret' })).stderr
  expect(await request('/one/query', '--token-stdin')).toBe(
    'InfluxDB 1 takes no Token at /query and /write. InfluxDB 1 takes Basic: use --user.\n',
  )
  expect(await request('/api/v2/me', '--user zoe')).toBe(
    'InfluxDB 2 takes no Basic here. InfluxDB 2 takes it at /api/v2/signin alone: use a token.\n',
  )
  expect(await request('/api/v2/me', '--token-stdin')).toBe('Wrong token.\n')
})

test('a user name and password as Token are taken by InfluxDB 1.8, as decode says, and no other token is', async () => {
  const check = async (token: string) =>
    (await run(`check ${url}/one/query --header`, { input: `Authorization: Token ${token}` })).stdout
  expect(await check('zoe:wrong')).toContain('older than InfluxDB 1.8')
  expect(await check('s3cret')).toContain('takes no Token at /query, /write, but Basic')
})
