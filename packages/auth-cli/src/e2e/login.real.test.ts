// Signing in to a real InfluxDB 2 and 1.6, in a script and on a terminal, and everything that goes by that login afterwards.

import { createHash } from 'node:crypto'
import { chmod, mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { createServer as createHttpServer } from 'node:http'
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import { join } from 'node:path'
import { authorizations, checkToken, influxApi } from '@fluxauth/auth-core/influxdb'
import {
  describeReal,
  type RunningInfluxdb2,
  startInfluxdb,
  startInfluxdb2,
} from '@fluxauth/auth-testkit/real'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { hasTerminal, type Outcome, Person } from '../testing/person.ts'

let person: Person
beforeEach(async () => {
  person = await Person.arrive()
})
afterEach(() => person.leave())

const configs = () => join(person.home, '.influxdbv2', 'configs')
const json = ({ stdout }: Outcome) => JSON.parse(stdout)

describeReal('login at InfluxDB 2', ['influxdb2'], () => {
  let server: RunningInfluxdb2
  beforeAll(async () => {
    server = await startInfluxdb2()
  })
  afterAll(() => server.stop())

  const login = (args: readonly string[] = [], input: string = server.token, env = {}) =>
    person.run(['login', server.url, ...args], { input, env })

  test('keeps a token where the influx CLI finds it, once plain text is agreed to', async () => {
    const refused = await login()
    expect(refused).toMatchObject({ code: 2, stderr: expect.stringContaining('[ERR_STORAGE_INSECURE]') })
    expect(person.traces(server.token).files).toEqual([])

    const done = await login(['--insecure-storage'])
    expect(done.code).toBe(0)
    expect(done.stderr).toContain('InfluxDB 2 (v2.8.0)')
    expect(done.stderr).toContain('This is an operator token')
    expect(await readFile(configs(), 'utf8')).toContain(`token = "${server.token}"`)
    expect((await stat(configs())).mode & 0o777).toBe(0o600)
    expect(person.traces(server.token)).toEqual({ files: ['.influxdbv2/configs'], seen: [] })
  })

  test('keeps a token in memory, where no file of the home has it, and commands find it', async () => {
    expect((await login(['--store', 'memory', '-p', 'mem'])).code).toBe(0)
    const status = json(await person.run(['status', '--json']))
    expect(status).toMatchObject({
      version: 1,
      profile: 'mem',
      used: {
        url: server.url,
        product: 'v2',
        scheme: 'token',
        state: 'good',
        user: server.username,
        isOperator: true,
      },
    })
    const me = await person.run(['request', 'GET', '/api/v2/me'])
    expect(JSON.parse(me.stdout)).toMatchObject({ name: server.username })
    expect(person.traces(server.token)).toEqual({ files: [], seen: [] })

    expect((await person.run(['logout'])).code).toBe(0)
    expect(await person.run(['status'])).toMatchObject({ code: 6 })
  })

  test('refuses a token that the server does not know, and keeps nothing', async () => {
    const { code, stderr } = await login(['--store', 'memory'], 's3cret-unknown')
    expect([code, stderr]).toEqual([4, expect.stringContaining('[ERR_LOGIN_REFUSED]')])
    expect(stderr).not.toContain('s3cret')
    expect((await person.run(['profiles', '--json'])).stdout).toBe('{"version":1,"profiles":[]}\n')
  })

  test('makes an API token of a user name and password, keeps that, and forgets the password', async () => {
    const args = ['-u', server.username, '--create-token', '--permissions', 'read', '--bucket', server.bucket]
    const done = await login(
      [...args, '--expires', '30', '--description', 'for the report', '--store', 'memory'],
      server.password,
    )
    expect(done.code).toBe(0)
    expect(person.traces(server.password)).toEqual({ files: [], seen: [] })

    const token = (await person.run(['token'])).stdout.trim()
    const operator = influxApi({ url: server.url, credentials: server.token })
    const made = (await authorizations.list(operator)).find((each) => each.token === token)
    expect(made?.description).toMatch(/^for the report \(to be replaced by \d{4}-\d\d-\d\d\)$/)
    expect(made?.permissions).toEqual([
      { action: 'read', resource: expect.objectContaining({ type: 'buckets', id: server.bucketID }) },
    ])
    const status = await person.run(['status'])
    expect(status.stdout).toContain('read the bucket')
    expect(status.stdout).toContain(server.username)

    expect(await person.run(['logout', '--revoke'])).toMatchObject({
      code: 4,
      stderr: expect.stringContaining('may not delete itself'),
    })
    expect((await person.run(['token'])).stdout.trim()).toBe(token)
  })

  test('leaves no token behind that it could not keep', async () => {
    await mkdir(join(person.home, '.influxdbv2'))
    await writeFile(configs(), 'not = TOML at all')
    const operator = influxApi({ url: server.url, credentials: server.token })
    const before = (await authorizations.list(operator)).length
    const { code } = await login(
      ['-u', server.username, '--create-token', '--insecure-storage'],
      server.password,
    )
    expect(code).toBe(2)
    expect((await authorizations.list(operator)).length).toBe(before)
    // Nor one that is found out to be lost only as it is to be kept.
    await rm(configs())
    const lost = await login(
      ['-u', server.username, '--create-token', '--store', 'memory', '-p', 'list'],
      server.password,
    )
    expect([lost.code, lost.stderr]).toEqual([2, expect.stringContaining('word of the influx CLI')])
    expect((await authorizations.list(operator)).length).toBe(before)
  })

  test('a wrong password is said to be one, at login and afterwards', async () => {
    const args = ['-u', server.username, '--keep-password', '--store', 'memory', '-p', 'pw']
    const { code, stderr } = await login(args, 's3cret-wrong')
    expect([code, stderr]).toEqual([4, expect.stringContaining('wrong user name or password')])
    expect(stderr).toContain('[ERR_LOGIN_REFUSED]')
    expect((await login([...args, '--no-verify'], 's3cret-wrong')).code).toBe(4)
    await login(args, server.password)
    const operator = influxApi({ url: server.url, credentials: server.token })
    const change = (password: string) =>
      operator.send({ method: 'POST', path: `/api/v2/users/${server.userID}/password`, body: { password } })
    await change('another-s3cret')
    const status = await person.run(['status', '-p', 'pw'])
    expect([status.code, status.stdout]).toEqual([4, expect.stringContaining('the server does not know it')])
    expect((await person.run(['tokens', 'list', '-p', 'pw'])).stderr).toContain(
      'does not take this user name and password [ERR_PASSWORD]',
    )
    expect((await person.run(['check', '-p', 'pw'])).stdout).toContain('ERR_PASSWORD')
    await change(server.password)
    await person.run(['logout', '-p', 'pw'])
  })

  test('asks what to do with a password where nobody said it', async () => {
    const { code, stderr } = await login(['-u', server.username, '--store', 'memory'], server.password)
    expect([code, stderr]).toEqual([2, expect.stringContaining('--create-token')])
  })

  test('with a password that is kept, each request is signed in for, and out after', async () => {
    const kept = await login(
      ['-u', server.username, '--keep-password', '--insecure-storage'],
      server.password,
    )
    expect(kept.code).toBe(0)
    const cookie = Buffer.from(`${server.username}:${server.password}`).toString('base64')
    expect(await readFile(configs(), 'utf8')).toContain(`cookie = "${cookie}"`)
    const me = await person.run(['request', 'GET', '/api/v2/me', '--verbose'])
    expect(JSON.parse(me.stdout)).toMatchObject({ name: server.username })
    expect(me.stderr).toContain('cookie: influxdb-oss-session=[redacted]')
    // Their paths end as those for clients of version 1 do.
    const where = `org=${server.org}&bucket=${server.bucket}`
    const write = ['request', 'POST', `/api/v2/write?${where}`, '-d', 'air celsius=21.5']
    expect((await person.run(write)).code).toBe(0)
    const flux = `from(bucket: "${server.bucket}") |> range(start: -1h)`
    const query = [
      'request',
      'POST',
      `/api/v2/query?${where}`,
      '-d',
      flux,
      '-H',
      'content-type: application/vnd.flux',
    ]
    expect((await person.run(query)).stdout).toContain('21.5')
    const status = await person.run(['status'])
    expect(status.stderr).toContain('user name and password (base64 hides nothing)')
    expect(person.traces(server.password)).toEqual({ files: ['.influxdbv2/configs'], seen: [] })
  })

  test('works while a variable shadows it, and says so; status says what requests do', async () => {
    const env = { INFLUX_TOKEN: 's3cret-other' }
    const done = await login(['--store', 'memory'], server.token, env)
    expect(done).toMatchObject({
      code: 0,
      stderr: expect.stringContaining('INFLUX_TOKEN is set and comes before'),
    })
    const status = await person.run(['status', '--json'], { env })
    expect(status.code).toBe(4)
    expect(json(status)).toMatchObject({
      used: { source: 'INFLUX_TOKEN', state: 'unknown' },
      sources: [{ source: 'INFLUX_TOKEN' }, { source: 'profile default', why: 'INFLUX_TOKEN comes first' }],
    })
    expect((await person.run(['request', 'GET', '/api/v2/me'], { env })).code).toBe(4)
    const named = ['-p', 'default']
    expect(json(await person.run(['status', '--json', ...named], { env }))).toMatchObject({
      used: { source: 'profile default', state: 'good', user: server.username },
    })
    expect((await person.run(['request', 'GET', '/api/v2/me', ...named], { env })).code).toBe(0)
  })

  test('takes the secret from the environment or its file, where standard input has none', async () => {
    const file = join(person.home, 'token.txt')
    await writeFile(file, `${server.token}\n`, { mode: 0o600 })
    expect((await login(['--store', 'memory'], '', { INFLUX_TOKEN_FILE: file })).code).toBe(0)
    expect((await person.run(['status'])).code).toBe(0)
    const none = await login(['-p', 'none', '--store', 'memory'], '')
    expect(none).toMatchObject({ code: 6, stderr: expect.stringContaining('standard input') })
  })

  test('--revoke ends the token on the server, and then forgets it', async () => {
    const operator = influxApi({ url: server.url, credentials: server.token })
    const all = (await authorizations.get(operator, server.authorizationID)).permissions
    const { token = '' } = await authorizations.create(operator, { orgID: server.orgID, permissions: all })
    await login(['--store', 'memory'], token)
    expect((await person.run(['logout', '--revoke'])).code).toBe(0)
    expect((await checkToken(operator, token)).state).toBe('unknown')
    expect((await person.run(['status'])).code).toBe(6)
  })

  test('what is known of one token is not taken for what another one is that influx put in its place', async () => {
    const operator = influxApi({ url: server.url, credentials: server.token })
    const { permissions } = await authorizations.get(operator, server.authorizationID)
    const make = () => authorizations.create(operator, { orgID: server.orgID, permissions })
    const [first, second] = [await make(), await make()]
    await login(['--insecure-storage'], first.token)
    await writeFile(
      configs(),
      (await readFile(configs(), 'utf8')).replace(first.token ?? '', second.token ?? ''),
    )
    expect((await person.run(['logout', '--revoke'])).code).toBe(0)
    expect((await checkToken(operator, first.token ?? '')).state).toBe('good')
    expect((await checkToken(operator, second.token ?? '')).state).toBe('unknown')
    await authorizations.delete(operator, first.id)
  })

  test('shows names of the server without control characters', async () => {
    const evil = await startInfluxdb2({ username: 'a\u001b[2Jb', org: 'o\u202eo' })
    try {
      await person.run(['login', evil.url, '--store', 'memory'], { input: evil.token })
      const { stdout } = await person.run(['status'])
      expect(stdout).toContain('a\\x1b[2Jb')
      expect(stdout).not.toMatch(/[\u001b\u202e]/)
    } finally {
      await evil.stop()
    }
  })

  test.skipIf(!hasTerminal)(
    'says where it goes before anybody pastes it, and shows nothing of it',
    async () => {
      const { code, stdout } = await person.onTerminal(`login --store memory`, [
        ['Server', `${server.url}\r`],
        ['Sign in with', '1\r'],
        ['it is not shown', `${server.token}\r`],
      ])
      expect(code).toBe(0)
      expect(stdout).toMatch(/It will be sent to[\s\S]*it is not shown/)
      expect(person.traces(server.token)).toEqual({ files: [], seen: [] })
    },
  )

  test.skipIf(!hasTerminal)(
    'walks through a new API token, and asks before it writes plain text',
    async () => {
      const { code, stdout } = await person.onTerminal(`login ${server.url} --store file`, [
        ['Keep it there?', 'y\r'],
        ['Sign in with', '2\r'],
        ['User name', `${server.username}\r`],
        ['it is not shown', `${server.password}\r`],
        ['Make an API token', '\r'],
        ['What may it do', '2\r'],
        ['Which buckets', 'none-of-that-name\r'],
        [server.bucket, `${server.bucket}\r`],
        ['how many days', 'soon\r'],
        ['from 1 to 3650', '90\r'],
      ])
      expect(stdout).toContain('keeps the credential in plain text')
      // A slip is asked about again: nobody types the password anew for it.
      expect(stdout).toContain('There is no bucket of one of these names')
      expect(code).toBe(0)
      expect((await person.run(['status'])).stdout).toMatch(/may: +read the bucket/)
      expect(person.traces(server.password)).toEqual({ files: [], seen: [] })
    },
  )

  test.skipIf(!hasTerminal).each([
    [' --store file', 'use --store keyring or --store memory'],
    ['', 'use --store memory'], // no keyring answers here
  ])(
    'who wants no plain text is told where else it may be kept, before they type a secret: login%s',
    async (store, said) => {
      const { code, stdout } = await person.onTerminal(`login ${server.url} --scheme token${store}`, [
        ['Keep it there?', 'n\r'],
      ])
      expect([code, stdout]).toEqual([2, expect.stringContaining(`Nothing was kept: ${said}`)])
      expect(stdout).not.toContain('it is not shown')
    },
  )

  test.skipIf(!hasTerminal)('Ctrl-C at any question ends it with 130, and nothing is written', async () => {
    const steps = [
      ['Server', `${server.url}\r`],
      ['Keep it there?', 'y\r'],
      ['Sign in with', '2\r'],
      ['User name', `${server.username}\r`],
      ['it is not shown', `${server.password}\r`],
      ['Make an API token', '\r'],
      ['What may it do', '2\r'],
      ['Which buckets', '\r'],
      ['how many days', '\r'],
    ] as const
    for (const [index, [shown]] of steps.entries()) {
      const typed = [...steps.slice(0, index), [shown, '\u0003'] as const]
      const { code, stdout } = await person.onTerminal('login --store file', typed)
      expect([shown, code]).toEqual([shown, 130])
      // A cursor that was hidden is shown again.
      expect(stdout.lastIndexOf('\u001b[?25h')).toBeGreaterThanOrEqual(stdout.lastIndexOf('\u001b[?25l'))
      expect((await person.run(['profiles', '--json'])).stdout).toContain('"profiles":[]')
    }
  })

  test.skipIf(!hasTerminal)('a narrow terminal breaks no word of what is printed', async () => {
    await login(['--store', 'memory'])
    for (const args of ['--help', 'login --help', 'status', 'check', 'tokens list', 'profiles list']) {
      const { code, stdout } = await person.onTerminal(args, [], {}, 40)
      // Examples are copied, and stay whole.
      const lines = stdout.split(/\r?\n/).filter((line) => !line.startsWith('  $ '))
      expect([args, code, lines.filter((line) => line.length > 40)]).toEqual([args, 0, []])
    }
    const list = (await person.onTerminal('tokens list', [], {}, 40)).stdout
    expect(list).toMatch(/^id: +[\da-f]{16}\r?\nstatus: +active/)
    expect((await person.onTerminal('profiles list', [], {}, 40)).stdout).toMatch(/^\* name: +default/)
    expect((await person.onTerminal('tokens list', [], {}, 120)).stdout).toMatch(/^ID +STATUS/)
    // In a pipe each is a line, however long.
    expect((await person.run(['status'])).stdout).toContain('everything in every organization (an operator')
  })

  test('never asks with --no-input', async () => {
    expect(await person.run(['login', '--no-input'])).toMatchObject({ code: 2 })
    if (!hasTerminal) return
    const onTerminal = async (place: string) => {
      const { code, stdout } = await person.onTerminal(`login ${server.url} --no-input${place}`)
      return [code, stdout]
    }
    expect(await onTerminal(' --insecure-storage')).toEqual([6, expect.stringContaining('ERR_NO_CREDENTIAL')])
    expect(await onTerminal('')).toEqual([2, expect.stringContaining('ERR_STORAGE_INSECURE')])
  })

  describe('a keyring that hangs', () => {
    let bus: Server
    let env: Record<string, string>
    beforeEach(async () => {
      const path = join(person.home, 'bus')
      bus = createServer(() => undefined).listen(path)
      await new Promise((resolve) => bus.once('listening', resolve))
      env = { DBUS_SESSION_BUS_ADDRESS: `unix:path=${path}` }
    })
    afterEach(() => void bus.close())

    test('ends after three seconds, and never leads to plain text', async () => {
      const started = Date.now()
      const { code, stderr } = await login(['--insecure-storage'], server.token, env)
      expect(Date.now() - started).toBeLessThan(8_000)
      expect([code, stderr]).toEqual([2, expect.stringContaining('[ERR_KEYRING_TIMEOUT]')])
      expect(person.traces(server.token)).toEqual({ files: [], seen: [] })
    })
  })
})

describeReal('login at InfluxDB 1', ['influxdb'], () => {
  test('keeps user name and password, which it takes everywhere', async () => {
    const server = await startInfluxdb({ username: 'zoë', password: 'p:ä ß€' })
    try {
      const login = ['login', server.url, '--user', 'zoë', '--store', 'memory']
      expect(await person.run(login, { input: 'wrong' })).toMatchObject({
        code: 4,
        stderr: expect.stringContaining('wrong user name or password'),
      })
      const done = await person.run(login, { input: 'p:ä ß€' })
      expect(done).toMatchObject({ code: 0, stderr: expect.stringContaining('InfluxDB 1 (1.6') })
      const query = await person.run(['request', 'GET', '/query?q=SHOW+DATABASES'])
      expect(query).toMatchObject({ code: 0, stdout: expect.stringContaining('databases') })
      expect(json(await person.run(['status', '--json']))).toMatchObject({
        used: { product: 'v1', scheme: 'basic', state: 'good', user: 'zoë' },
      })
      expect(person.traces('p:ä ß€')).toEqual({ files: [], seen: [] })
    } finally {
      await server.stop()
    }
  })
})

test('InfluxDB 3 is told by its ping, and a token tried by a list that changes nothing', async () => {
  const seen: string[] = []
  const server = createHttpServer(({ url, headers }, response) => {
    seen.push(`${url} ${headers.authorization ?? '-'}`)
    const isGood = /^(Token|Bearer) apiv3_s3cret$/.test(headers.authorization ?? '')
    if (url === '/ping') response.end('{"version":"3.4.0"}')
    else if (url?.startsWith('/api/v3/configure/database'))
      response.writeHead(isGood ? 200 : 401).end(isGood ? '[]' : '')
    else response.writeHead(404).end()
  }).listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  try {
    const login = ['login', url, '--store', 'memory']
    expect(await person.run(login, { input: 'apiv3_wrong' })).toMatchObject({ code: 4 })
    const done = await person.run([...login, '--scheme', 'bearer', '--json'], { input: 'apiv3_s3cret' })
    expect(json(done)).toMatchObject({ version: 1, product: 'v3', state: 'good', scheme: 'bearer' })
    expect((await person.run(['header'])).stdout).toBe('Authorization: Bearer apiv3_s3cret\n')
    // Nobody is sent the credential before it is known who they are.
    expect(
      seen.filter((request) => request.startsWith('/ping') || request.startsWith('/api/v2/setup')).join(),
    ).not.toContain('apiv3')
  } finally {
    server.close().closeAllConnections()
  }
})

describe('a server that is not there', () => {
  test('is said to be, with the exit code of no answer', async () => {
    const { code, stderr } = await person.run(['login', 'http://127.0.0.1:1', '--store', 'memory'], {
      input: 'x',
    })
    expect([code, stderr]).toEqual([3, expect.stringContaining('fluxauth: No answer')])
  })

  /** What takes connections, and does this with each. */
  async function taking(each: (socket: Socket) => void): Promise<Server & { readonly url: string }> {
    const server = createServer((socket) => {
      socket.on('error', () => undefined)
      each(socket)
    }).listen(0, '127.0.0.1')
    await new Promise((resolve) => server.once('listening', resolve))
    return Object.assign(server, { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` })
  }

  test.each<[string, (socket: Socket) => void]>([
    ['at once', (socket) => socket.destroy()],
    ['at once, with a FIN', (socket) => socket.end()],
    ['when it is asked', (socket) => socket.once('data', () => socket.destroy())],
    ['when it is asked, with a RST', (socket) => socket.once('data', () => socket.resetAndDestroy())],
  ])('one that hangs up %s is not waited for', async (_, hangUp) => {
    const server = await taking(hangUp)
    const started = Date.now()
    const { code, stderr } = await person.run(['login', server.url, '--store', 'memory'], { input: 'x' })
    server.close()
    expect(Date.now() - started).toBeLessThan(6_000)
    expect([code, stderr]).toEqual([3, expect.stringContaining('The server ended the connection')])
  })

  test.skipIf(!hasTerminal)('one that says nothing is waited for a little, which is said', async () => {
    const sockets: Socket[] = []
    const server = await taking((socket) => void sockets.push(socket))
    const started = Date.now()
    const { code, stdout } = await person.onTerminal(`login ${server.url} --store memory`)
    server.close()
    for (const socket of sockets) socket.destroy()
    expect(Date.now() - started).toBeLessThan(16_000)
    expect(code).toBe(3)
    expect(stdout).toContain(`Waiting for ${server.url} to say which InfluxDB it is`)
    expect(stdout).toContain('nothing came within 10 seconds')
    expect(stdout).toContain('[ERR_INFLUX_TIMEOUT]')
  })

  test('one that says what it is, and then nothing, is not waited for in vain', async () => {
    const server = createHttpServer(({ url }, response) => {
      if (url === '/ping') response.writeHead(204, { 'x-influxdb-version': 'v2.8.0' }).end()
      else if (url === '/api/v2/setup') response.end('{"allowed":false}')
    }).listen(0, '127.0.0.1')
    await new Promise((resolve) => server.once('listening', resolve))
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    const started = Date.now()
    const { code, stderr } = await person.run(['login', url, '--store', 'memory'], { input: 'x' })
    server.close().closeAllConnections()
    expect(Date.now() - started).toBeLessThan(15_000)
    expect([code, stderr]).toEqual([3, expect.stringContaining('[ERR_INFLUX_TIMEOUT]')])
    expect(stderr).not.toContain('Waiting')
  })

  test.each([
    [['localhost:8086'], 'http://'],
    [['http://u:s3cret@localhost:8086'], '--user'],
    [['http://influx.example'], '--allow-insecure'],
    [['http://localhost:8086', '-u', 'zoe:s3cret'], 'the name alone'],
    [['http://localhost:8086', '--create-token', '--keep-password'], 'either'],
  ])('%j is refused with what to write', async (args, expected) => {
    const { code, stderr } = await person.run(['login', ...args], { input: 'x' })
    expect([code, stderr]).toEqual([2, expect.stringContaining(expected)])
    expect(stderr).not.toContain('s3cret')
  })
})

test('what does not say that it is InfluxDB is sent nothing, unless somebody says what it is', async () => {
  const seen: (string | undefined)[] = []
  const server = createHttpServer(({ headers }, response) => {
    seen.push(headers.authorization)
    response.writeHead(200, { 'content-type': 'text/html' }).end('<h1>Another service</h1>')
  }).listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  try {
    const login = ['login', url, '--store', 'memory']
    const { code, stderr } = await person.run(login, { input: 's3cret' })
    expect([code, stderr]).toEqual([2, expect.stringContaining('[ERR_PRODUCT_UNKNOWN]')])
    expect(seen.every((authorization) => authorization === undefined)).toBe(true)
    for (const product of ['cloud-dedicated', 'clustered']) {
      expect(await person.run([...login, '--product', product], { input: 's3cret' })).toMatchObject({
        code: 0,
        stderr: expect.stringContaining('was not tried'),
      })
      expect(await person.run(['tokens', 'list'])).toMatchObject({
        code: 2,
        stderr: expect.stringContaining('influxctl token list'),
      })
    }
  } finally {
    server.close().closeAllConnections()
  }
})

test('a name that the influx CLI could not choose leaves no secret behind anywhere', async () => {
  const login = [
    'login',
    'http://localhost:1',
    '--no-verify',
    '--product',
    'v2',
    '--store',
    'memory',
    '-p',
    'list',
  ]
  expect(await person.run(login, { input: 's3cret-token' })).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('word of the influx CLI'),
  })
  expect(JSON.parse((await person.run(['profiles', '--json'])).stdout).profiles).toEqual([])
  expect(await readdir(`/dev/shm/fluxauth-${process.geteuid?.()}`).catch(() => [])).not.toContain(
    createHash('sha256').update('list http://localhost:1').digest('hex').slice(0, 32),
  )
})

test('a file of profiles that others can read is not used', async () => {
  await mkdir(join(person.home, '.influxdbv2'))
  await writeFile(configs(), '[default]\nurl = "http://localhost:8086"\ntoken = "s3cret"\n')
  await chmod(configs(), 0o644)
  const { code, stderr } = await person.run(['token'])
  expect([code, stderr]).toEqual([2, expect.stringContaining('chmod 600')])
})

test('a login without a name is kept in the profile of its server, and in none of another’s', async () => {
  const loginTo = (port: number, ...more: string[]) =>
    person.run(
      [
        'login',
        `http://localhost:${port}`,
        '--product',
        'v2',
        '--no-verify',
        '--store',
        'file',
        '--insecure-storage',
        ...more,
      ],
      { input: `t0ken-${port}-${more.length}` },
    )
  for (const port of [1001, 1002, 1003]) expect(await loginTo(port)).toMatchObject({ code: 0 })
  expect(await loginTo(1001, '--profile', 'twin')).toMatchObject({ code: 0 })
  expect(await loginTo(1001, '--org', 'docs')).toMatchObject({ code: 0 })
  const { profiles } = JSON.parse((await person.run(['profiles', '--json'])).stdout)
  const told = profiles.map(({ name, url, org }: Record<string, string>) => [name, url, org ?? ''])
  expect(told.sort()).toEqual([
    ['default', 'http://localhost:1001', ''],
    ['localhost', 'http://localhost:1002', ''],
    ['localhost-1003', 'http://localhost:1003', ''],
    ['twin', 'http://localhost:1001', 'docs'], // It was the active one of the two.
  ])
  expect((await person.run(['token', '--profile', 'default'])).stdout.trim()).toBe('t0ken-1001-0')

  const taken = ['default', 'localhost', 'localhost-1009'].map(
    (name) => `[${name}]\nurl = "http://127.0.0.1:9"\n`,
  )
  await writeFile(configs(), taken.join(''))
  expect(await loginTo(1009)).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('[ERR_PROFILE_EXISTS]'),
  })
  expect(await readFile(configs(), 'utf8')).toBe(taken.join(''))
})
