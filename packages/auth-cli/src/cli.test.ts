// The built command as a person runs it: what it prints, how it ends, and that it leaves no secret behind.

import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type Circumstances, Person } from './testing/person.ts'

const SECRET = 's3cret'

let person: Person
beforeAll(async () => {
  person = await Person.arrive()
})
afterAll(() => person.leave())

const fluxauth = (args: readonly string[], circumstances?: Circumstances) => person.run(args, circumstances)

describe('encode', () => {
  test.each([
    [['basic', '--user', 'zoë'], 'p:ä ß€\n', 'Basic em/DqzpwOsOkIMOf4oKs'],
    [['basic', '-u', 'u', '--charset', 'latin1'], 'ä', 'Basic dTrk'],
    [['basic', '-u', '', '--allow-empty'], '', 'Basic Og=='],
    [['token'], 'my-token==\r\n', 'Token my-token=='],
    [['token'], '{"token":"apiv3_my-token","name":"_admin"}\n', 'Token apiv3_my-token'],
    [['token', '--header'], 'my-token==', 'Authorization: Token my-token=='],
    [['bearer', '--proxy'], 'my-token==', 'Proxy-Authorization: Bearer my-token=='],
    [['token', '--json'], 'my-token==', '{"version":1,"header":"Authorization","value":"Token my-token=="}'],
  ])('%j writes the value', async (args, input, expected) => {
    expect(await fluxauth(['encode', ...args], { input })).toEqual({
      code: 0,
      stdout: `${expected}\n`,
      stderr: '',
    })
  })

  test.each<[string, string[], string | Buffer, string]>([
    ['an empty token', ['token'], '', 'ERR_INPUT_EMPTY'],
    ['an empty password', ['basic', '-u', 'x'], '', 'ERR_INPUT_EMPTY'],
    ['a token with its scheme', ['token'], `Token ${SECRET}`, 'ERR_TOKEN_SYNTAX'],
    ['a token of two lines', ['token'], `${SECRET}\n${SECRET}`, 'ERR_TOKEN_SYNTAX'],
    ['a colon in a user name', ['basic', '-u', 'a:b'], SECRET, 'ERR_USERNAME_COLON'],
    [
      'what does not fit Latin-1',
      ['basic', '-u', 'a', '--charset', 'latin1'],
      `${SECRET}€`,
      'ERR_CREDENTIALS_CHARSET',
    ],
    ['too much input', ['token'], SECRET.repeat(12_000), 'ERR_INPUT_LENGTH'],
    ['input that is not UTF-8', ['token'], Buffer.from([0xff, 0xfe]), 'ERR_INPUT_UTF8'],
    ['a secret as an argument', ['token', SECRET], '', 'ERR_USAGE'],
    ['an unknown charset', ['basic', '-u', 'a', '--charset', SECRET], '', 'ERR_USAGE'],
    ['a missing user name', ['basic'], SECRET, 'ERR_USAGE'],
    ['an unknown scheme', [SECRET], '', 'ERR_USAGE'],
  ])('refuses %s with 2, and does not repeat it', async (_, args, input, code) => {
    const run = await fluxauth(['encode', ...args], { input })
    expect(run).toMatchObject({ code: 2, stdout: '' })
    expect(run.stderr).toContain(`[${code}]`)
    expect(run.stderr).not.toContain(SECRET)
  })
})

describe('decode', () => {
  const basic = 'Basic em/DqzpzM2NyZXQ='

  test('shows what is in a value, but for the secret', async () => {
    const { stdout, code } = await fluxauth(['decode'], { input: `${basic}\n` })
    expect(code).toBe(0)
    expect(stdout).toContain(
      'scheme:   basic\nusername: zoë\npassword: [redacted]\ntaken by: InfluxDB 1: /query, /write\n',
    )
    expect(stdout).toContain('InfluxDB 2: /api/v2/signin, /query, /write\n')
    const asArgument = await fluxauth(['decode', basic])
    expect(asArgument.stdout).toBe(stdout)
    expect(asArgument.stderr).toContain('Warning: The value stays in the history')
  })

  test.each([
    [['--reveal', '--json'], basic, { scheme: 'basic', username: 'zoë', password: SECRET }],
    [['--json'], `Token ${SECRET}`, { scheme: 'token', token: '[redacted]' }],
    [['--json', '--reveal'], 'Bearer b', { scheme: 'bearer', token: 'b' }],
    [
      ['--json'],
      `Token u:${SECRET}`,
      { scheme: 'token', token: '[redacted]', username: 'u', password: '[redacted]' },
    ],
    [['--json', '--any-case'], 'TOKEN x', { scheme: 'token', token: '[redacted]' }],
    [
      ['--json', '--reveal', '--charset', 'auto'],
      'Basic dTrk',
      { scheme: 'basic', username: 'u', password: 'ä' },
    ],
  ])('with %j reads %s', async (args, input, expected) => {
    expect(JSON.parse((await fluxauth(['decode', ...args], { input })).stdout)).toEqual({
      version: 1,
      ...expected,
      accepted: expect.any(Array),
    })
  })

  test.each<[string, readonly string[], string[]]>([
    ['Bearer b', [], ['v2 /api/v2', 'cloud-serverless /query, /write']],
    ['Bearer apiv3_b', [], ['v3 all, /query, /write']],
    ['Token t', [], ['v2 /api/v2, /query, /write', 'cloud-tsm /api/v2, /query, /write']],
    ['TOKEN t', ['--any-case'], ['v2 /api/v2']],
    ['Token u:p', [], ['v1 /query, /write', 'v2 /query, /write']],
  ])('of %s says where it is taken', async (input, args, expected) => {
    const { stdout } = await fluxauth(['decode', '--json', ...args], { input })
    const all = JSON.parse(stdout).accepted.map(
      ({ product, paths }: { product: string; paths: string }) => `${product} ${paths}`,
    )
    expect(all).toEqual(expect.arrayContaining(expected))
    if (/^(TOKEN|Token u|Bearer apiv3)/.test(input)) expect(all).toEqual(expected)
  })

  describe('of a value in Latin-1', () => {
    const value = `Basic ${Buffer.from(`zoë:${SECRET}`, 'latin1').toString('base64')}`

    test('says who writes such, and what InfluxDB 2 makes of it', async () => {
      const run = await fluxauth(['decode'], { input: value })
      expect(run).toMatchObject({ code: 2, stdout: '' })
      expect(run.stderr).toMatch(
        /Latin-1.* Python, Java and JavaScript .*401 .*--charset latin1 \[ERR_BASIC_CHARSET\]\n$/,
      )
    })

    test.each(['latin1', 'auto'])('says so as well where it is read with --charset %s', async (charset) => {
      const run = await fluxauth(['decode', '--charset', charset], { input: value })
      expect(run.stdout).toContain('username: zoë')
      expect(run.stderr).toMatch(/Warning: .*Latin-1.*401/)
    })

    test('and nothing of the kind where it is UTF-8', async () => {
      expect((await fluxauth(['decode', '--charset', 'auto'], { input: basic })).stderr).toBe('')
    })
  })

  test.each(['Authorization: ', 'authorization ', 'Proxy-Authorization:'])(
    'takes a pasted line that starts with %j',
    async (name) => {
      const run = await fluxauth(['decode'], { input: `${name}${basic}` })
      expect(run.code).toBe(0)
      expect(run.stdout).toContain('username: zoë')
      expect(run.stderr).toContain('header line')
    },
  )

  test('says where a value is wrong, and not what it is', async () => {
    const run = await fluxauth(['decode'], { input: `token ${SECRET}` })
    expect(run).toMatchObject({ code: 2, stdout: '' })
    expect(run.stderr).toBe('fluxauth: The scheme must be Token (at character 1) [ERR_AUTHORIZATION_CASE]\n')
    const json = await fluxauth(['decode', '--json'], { input: `Basic ${SECRET}!` })
    expect(JSON.parse(json.stderr)).toEqual({
      version: 1,
      error: { code: 'ERR_BASE64_ALPHABET', message: 'Not base64', position: 12 },
    })
  })
})

describe('request', () => {
  const seen: {
    method: string | undefined
    url: string | undefined
    headers: IncomingHttpHeaders
    body: string
  }[] = []
  let origin: string
  let folder: string
  const server = createServer(async (request, response) => {
    let body = ''
    for await (const chunk of request) body += chunk
    seen.push({ method: request.method, url: request.url, headers: request.headers, body })
    if (request.url === '/slow') return
    const status = Number(/^\/(\d{3})$/.exec(request.url ?? '')?.[1] ?? 200)
    response.writeHead(status, {
      'content-type': 'application/json',
      'set-cookie': `session=${SECRET}; Path=/api/`,
    })
    response.end(JSON.stringify({ id: '1', token: SECRET }))
  })
  beforeAll(async () => {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    folder = await mkdtemp(join(tmpdir(), 'fluxauth-cli-'))
  })
  afterAll(async () => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
    await rm(folder, { recursive: true })
  })
  beforeEach(() => {
    seen.length = 0
  })

  const env = { INFLUX_TOKEN: 'my-s3cret-token' }

  test('sends INFLUX_TOKEN, and redacts tokens in the answer', async () => {
    const run = await fluxauth(['request', 'get', `${origin}/api/v2/buckets`], { env })
    expect(run).toEqual({ code: 0, stdout: '{"id":"1","token":"[redacted]"}\n', stderr: '' })
    expect(seen).toMatchObject([
      { method: 'GET', url: '/api/v2/buckets', headers: { authorization: 'Token my-s3cret-token' } },
    ])
  })

  test.each<[string, string[], { input?: string; env?: Record<string, string> }, string]>([
    ['--token-stdin', ['--token-stdin'], { input: 'piped\n', env }, 'Token piped'],
    [
      '--token-stdin as INFLUX_AUTH_SCHEME says',
      ['--token-stdin'],
      { input: 'piped\n', env: { ...env, INFLUX_AUTH_SCHEME: 'Bearer' } },
      'Bearer piped',
    ],
    ['--bearer', ['--bearer'], { env }, 'Bearer my-s3cret-token'],
    ['--user and standard input', ['--user', 'u'], { input: 'p' }, 'Basic dTpw'],
    ['--user and INFLUX_PASSWORD', ['-u', 'u'], { env: { INFLUX_PASSWORD: 'p' } }, 'Basic dTpw'],
  ])('takes %s', async (_, args, options, authorization) => {
    expect((await fluxauth(['request', 'GET', `${origin}/`, ...args], options)).code).toBe(0)
    expect(seen[0]?.headers.authorization).toBe(authorization)
  })

  test('sends headers and a body, and resolves a path against INFLUX_HOST', async () => {
    const file = join(folder, 'body.txt')
    await writeFile(file, 'from a file')
    const args = [
      'request',
      'POST',
      '/write?db=x',
      '-H',
      'Content-Type: text/plain',
      '--header',
      'X-Mine: a:b',
    ]
    const options = { env: { ...env, INFLUX_HOST: origin } }
    await fluxauth([...args, '--data', 'text'], options)
    await fluxauth([...args, '-d', `@${file}`], options)
    expect(seen).toMatchObject([
      {
        method: 'POST',
        url: '/write?db=x',
        body: 'text',
        headers: { 'content-type': 'text/plain', 'x-mine': 'a:b' },
      },
      { body: 'from a file' },
    ])
  })

  test('shows request and answer without their secrets', async () => {
    const run = await fluxauth(['request', 'GET', `${origin}/?p=${SECRET}`, '--include', '--verbose'], {
      env,
    })
    expect(run.stderr).toContain(`> GET ${origin}/?p=[redacted]`)
    expect(run.stderr).toContain('> authorization: Token [redacted]')
    expect(run.stdout).toContain('< 200 OK')
    expect(run.stdout).toContain('< set-cookie: session=[redacted]; Path=/api/')
    expect(run.stdout + run.stderr).not.toContain(SECRET)
    const json = JSON.parse(
      (await fluxauth(['request', 'GET', `${origin}/?p=${SECRET}`, '--json'], { env })).stdout,
    )
    expect(json).toMatchObject({
      request: { method: 'GET', url: `${origin}/?p=[redacted]` },
      response: { status: 200, body: { id: '1', token: '[redacted]' } },
    })
    expect(JSON.stringify(json)).not.toContain(SECRET)
  })

  test('shows tokens of the answer with --reveal', async () => {
    const { stdout } = await fluxauth(['request', 'GET', `${origin}/`, '--reveal'], { env })
    expect(JSON.parse(stdout).token).toBe(SECRET)
  })

  test('is coloured when colour is wanted', async () => {
    const { stdout } = await fluxauth(['request', 'GET', `${origin}/`, '-i'], {
      env: { ...env, NO_COLOR: '', FORCE_COLOR: '1' },
    })
    expect(stdout).toContain('\u001b[32m< 200')
  })

  test.each<[number, number, string[], RegExp]>([
    [401, 4, [], /InfluxDB 1 takes Basic: use --user/],
    [401, 4, ['--user', 'u'], /InfluxDB 2 takes it at \/api\/v2\/signin alone/],
    [403, 4, [], /permissions/],
    [404, 5, [], /^$/],
    [500, 5, [], /^$/],
  ])('a %d ends with %d and what to do next', async (status, code, args, hint) => {
    const run = await fluxauth(['request', 'GET', `${origin}/${status}`, ...args], {
      env: { ...env, INFLUX_PASSWORD: 'p' },
    })
    expect(run.code).toBe(code)
    expect(run.stderr).toMatch(hint)
  })

  test('no answer ends with 3, and says why', async () => {
    const closed = await fluxauth(['request', 'GET', 'http://127.0.0.1:9/'], { env })
    expect(closed).toMatchObject({ code: 3, stderr: expect.stringContaining('No answer') })
    const nobody = createServer()
    await new Promise<void>((resolve) => nobody.listen(0, '127.0.0.1', resolve))
    const free = `http://127.0.0.1:${(nobody.address() as AddressInfo).port}/`
    await new Promise((resolve) => nobody.close(resolve))
    const refused = await fluxauth(['request', 'GET', free], { env })
    expect(refused).toMatchObject({ code: 3, stderr: expect.stringContaining('nothing listens there') })
    const slow = await fluxauth(['request', 'GET', `${origin}/slow`, '--timeout', '0.2'], { env })
    expect(slow).toMatchObject({ code: 3, stderr: expect.stringContaining('[ERR_TIMEOUT]') })
  })

  test.each<[string, string[]]>([
    ['a password in --user', ['GET', '/', '--user', `u:${SECRET}`]],
    ['two credentials', ['GET', '/', '--user', 'u', '--token-stdin']],
    ['a user name as Bearer', ['GET', '/', '--user', 'u', '--bearer']],
    ['a credential as a header', ['GET', '/', '-H', `Authorization: Token ${SECRET}`]],
    ['one for a proxy', ['GET', '/', '-H', `proxy-authorization: Basic ${SECRET}`]],
    ['what is no header', ['GET', '/', '-H', `in valid: ${SECRET}`]],
    ['a file that is not there', ['GET', '/', '-d', '@/nowhere/at/all']],
    ['what is no timeout', ['GET', '/', '--timeout', 'soon']],
    ['a timeout over 24 days', ['GET', '/', '--timeout', '2592000']],
    ['a body of GET', ['GET', '/', '--data', SECRET]],
    ['a method with a blank', ['G T', '/']],
    ['a method that shows what was sent', ['trace', '/']],
    ['a header without a colon', ['GET', '/', '-H', SECRET]],
    ['a header that no line can carry', ['GET', '/', '-H', `X-A: ${SECRET}€`]],
    ['a header that the connection writes', ['GET', '/', '-H', 'Expect: 100-continue']],
    ['a path out of the server’s', ['GET', '/../x']],
    ['a password in the URL', ['GET', `http://u:${SECRET}@127.0.0.1/`]],
    ['a password alone in the URL', ['GET', `http://:${SECRET}@127.0.0.1/`]],
    ['a token as the user name in the URL', ['GET', `http://${SECRET}@127.0.0.1/`]],
    ['plain http to another machine', ['GET', 'http://influx.example/']],
    ['what is no URL', ['GET', `http://${SECRET}:x/`]],
    ['an unknown option', ['GET', '/', `--tok=${SECRET}`]],
  ])('refuses %s with 2, and sends nothing', async (_, args) => {
    const run = await fluxauth(['request', ...args], {
      env: { ...env, INFLUX_HOST: `${origin}/base` },
      input: SECRET,
    })
    expect(run).toMatchObject({ code: 2, stdout: '' })
    expect(run.stderr).toMatch(/^fluxauth: .+ \[\w*ERR_\w+\]\n$/)
    expect(run.stderr).not.toContain('unexpected')
    expect(run.stderr).not.toContain(SECRET)
    expect(seen).toEqual([])
  })

  test('refuses to go without a credential', async () => {
    expect(await fluxauth(['request', 'GET', `${origin}/`])).toMatchObject({
      code: 6,
      stderr: expect.stringContaining('INFLUX_TOKEN'),
    })
  })
})

describe('help', () => {
  test.each([
    [[], 'Exit codes:'],
    [['encode'], 'fluxauth encode basic --user zoe < password.txt'],
    [['decode'], '--reveal'],
    [['request'], '--token-stdin'],
    [['encode', 'basic'], '--charset'],
  ])('of %j teaches', async (args, expected) => {
    const run = await fluxauth([...args, '--help'])
    expect([run.code, run.stderr]).toEqual([0, ''])
    expect(run.stdout).toContain(expected)
  })

  test.each([
    ['help', '--help'],
    ['--help encode', '--help'],
    ['help encode', 'encode --help'],
    ['help tokens rotate', 'tokens rotate --help'],
    ['help request GET /', 'request --help'],
  ])('asked for as %s is that of %s', async (args, option) => {
    expect(await fluxauth(args.split(' '))).toEqual(await fluxauth(option.split(' ')))
  })

  test.each([
    ['help encod', 'There is no fluxauth encod: did you mean encode?'],
    ['help tokens rotat', 'There is no fluxauth tokens rotat: did you mean rotate?'],
  ])('asked for as %s says what there is', async (args, expected) => {
    expect(await fluxauth(args.split(' '))).toMatchObject({
      code: 2,
      stderr: expect.stringContaining(expected),
    })
  })

  test.each(['login', 'request', 'tokens create'])(
    'of %s shows no default that says nothing',
    async (command) => {
      const { stdout } = await fluxauth([...command.split(' '), '--help'])
      expect(stdout).toContain('repeat for more')
      expect(stdout).not.toMatch(/default: (\[\]|""|undefined)/)
    },
  )

  test('has examples that run', async () => {
    const { stdout } = await fluxauth(['decode', '--help'])
    const value = /echo '([^']+)' \| fluxauth decode/.exec(stdout)?.[1] ?? ''
    expect((await fluxauth(['decode', '--reveal'], { input: value })).stdout).toContain(
      'password: open sesame',
    )
  })

  test('tells the version', async () => {
    expect((await fluxauth(['--version'])).stdout).toMatch(/^\d+\.\d+\.\d+\n$/)
  })

  test('is named when a command is missing or unknown', async () => {
    expect(await fluxauth(['nonsense'])).toMatchObject({ code: 2, stderr: expect.stringContaining('--help') })
    expect((await fluxauth([])).stderr).toMatch(/Name a command: login, .* or \w+\./)
    expect((await fluxauth(['encode'])).stderr).toContain('Name a command: basic, token or bearer.')
  })

  test.each([
    [['encod'], 'There is no fluxauth encod: did you mean encode?'],
    [['encode', 'tokn'], 'There is no fluxauth encode tokn: did you mean token?'],
    [['request', 'GET', '/', '--jsn'], 'There is no option --jsn: did you mean --json?'],
    [['request', 'GET', '/', `--tok=${SECRET}`], 'There is no option --tok: did you mean --token-stdin?'],
    [
      ['request', 'GET', '/', `--password=${SECRET}`],
      'There is no --password: a secret as an argument stays in the history.',
    ],
    [['encode', 'basic', '-u', 'x', '--charset', SECRET], 'Allowed choices are utf-8, latin1'],
    [['encode', 'token', SECRET], 'A secret is none: give it on standard input'],
  ])('of %j is what to write instead', async (args, expected) => {
    const run = await fluxauth(args)
    expect(run).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining(expected) })
    expect(run.stderr).not.toContain(SECRET)
  })
})
