// `fluxauth request` against real servers: whom a credential of the environment goes to, what arrives of an answer, and what is said of one.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'

const MAIN = fileURLToPath(new URL('../dist/main.cjs', import.meta.url))
const SECRET = 's3cret'
const BYTES = Buffer.from([0, 1, 10, 13, 127, 128, 155, 255, 0])

let respond: (request: IncomingMessage, response: ServerResponse) => void
const seen: IncomingMessage[] = []
const listener = (request: IncomingMessage, response: ServerResponse) => {
  seen.push(request)
  respond(request, response)
}
const servers = [createServer(listener), createServer(listener)] as const
let origin: string
let other: string
let folder: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fluxauth-request-'))
  const urls: string[] = []
  for (const server of servers) {
    await once(server.listen(0, '127.0.0.1'), 'listening')
    urls.push(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
  }
  ;[origin = '', other = ''] = urls
})
afterAll(async () => {
  for (const server of servers) server.close().closeAllConnections()
  await rm(folder, { recursive: true })
})
beforeEach(() => {
  seen.length = 0
  respond = (_, response) => response.end()
})

function request(args: readonly string[], env: Record<string, string> = {}, input = '') {
  return new Promise<{ code: number | null; stdout: Buffer; stderr: string }>((resolve) => {
    const child = spawn(process.execPath, [MAIN, 'request', ...args], {
      env: { PATH: process.env.PATH, HOME: folder, NO_COLOR: '1', INFLUX_TOKEN: 'my-s3cret-token', ...env },
    })
    const chunks: Buffer[] = []
    let stderr = ''
    child.stdout.on('data', (chunk) => chunks.push(chunk))
    child.stderr.on('data', (chunk) => {
      stderr += chunk
    })
    child.stdin.on('error', () => undefined)
    child.stdin.end(input)
    child.on('close', (code) => resolve({ code, stdout: Buffer.concat(chunks), stderr }))
  })
}

const send = (type: string | undefined, body: string | Buffer, status = 200) => {
  respond = (_, response) => response.writeHead(status, type ? { 'content-type': type } : {}).end(body)
}

describe('a credential of the environment', () => {
  test.each([
    '//{other}/x',
    '\\\\{other}\\x',
    '/\t/{other}/x',
    '/x?//{other}',
    '////{other}/x',
    './/{other}/x',
  ])('goes to INFLUX_HOST alone, whatever the path: %j', async (path) => {
    const run = await request(['GET', path.replace('{other}', other.slice(7))], { INFLUX_HOST: origin })
    expect(run.code).toBe(0)
    expect(seen.map(({ headers }) => [headers.host, headers.authorization])).toEqual([
      [origin.slice(7), 'Token my-s3cret-token'],
    ])
  })

  const zoe = `Basic ${btoa(`zoe:${SECRET}`)}`
  test.each<[string, string[], Record<string, string>, string]>([
    ['a token', [], {}, 'Token my-s3cret-token'],
    ['a token of a file', [], { INFLUX_TOKEN: '', INFLUX_TOKEN_FILE: '{file}' }, `Token ${SECRET}`],
    ['a token of v3', [], { INFLUX_TOKEN: '', INFLUXDB3_AUTH_TOKEN: SECRET }, `Token ${SECRET}`],
    [
      'a password, whoever’s token and name are there as well',
      ['--user', 'zoe'],
      {
        INFLUX_PASSWORD: SECRET,
        INFLUX_TOKEN_FILE: '/nowhere',
        INFLUXDB3_AUTH_TOKEN: 'x',
        INFLUXDB3_AUTH_TOKEN_FILE: '/nowhere',
        INFLUX_USERNAME: 'root',
        INFLUX_USERNAME_FILE: '/nowhere',
      },
      zoe,
    ],
    ['a password of a file', ['--user', 'zoe'], { INFLUX_PASSWORD_FILE: '{file}' }, zoe],
    [
      'a password of no name',
      ['--user', ''],
      { INFLUX_USERNAME: 'zoe', INFLUX_PASSWORD: SECRET },
      `Basic ${btoa(`:${SECRET}`)}`,
    ],
    [
      'a user name and password',
      [],
      { INFLUX_TOKEN: '', INFLUX_USERNAME: 'zoe', INFLUX_PASSWORD: SECRET },
      zoe,
    ],
  ])('is not sent to another URL: %s', async (_, args, env, authorization) => {
    const file = join(folder, 'token')
    await writeFile(file, SECRET)
    const placed = Object.fromEntries(
      Object.entries(env).map(([name, value]) => [name, value.replace('{file}', file)]),
    )
    const refused = await request(['GET', `${other}/x`, ...args], { ...placed, INFLUX_HOST: origin })
    expect(refused).toMatchObject({
      code: 6,
      stderr: expect.stringContaining(`is for ${origin}, not for ${other}`),
    })
    expect(refused.stderr).not.toContain(SECRET)
    expect(seen).toEqual([])
    expect((await request(['GET', `${origin}/x`, ...args], { ...placed, INFLUX_HOST: origin })).code).toBe(0)
    expect(seen.map(({ headers }) => headers.authorization)).toEqual([authorization])
    if (!authorization.startsWith('Basic')) return
    const asBearer = await request(['GET', `${origin}/x`, ...args, '--bearer'], placed)
    expect(asBearer).toMatchObject({ code: 2, stderr: expect.stringContaining('--bearer is for tokens') })
    expect(seen).toHaveLength(1)
  })

  test('goes below the path of INFLUX_HOST, as Bearer where INFLUX_AUTH_SCHEME says so', async () => {
    await request(['GET', '/api/v2/buckets?org=x'], {
      INFLUX_HOST: `${origin}/influx/`,
      INFLUX_AUTH_SCHEME: 'Bearer',
    })
    expect(seen).toMatchObject([
      { url: '/influx/api/v2/buckets?org=x', headers: { authorization: 'Bearer my-s3cret-token' } },
    ])
  })

  test.each<[string, Record<string, string>, RegExp]>([
    ['INFLUX_HOST without http://', { INFLUX_HOST: 'localhost:8086' }, /INFLUX_HOST .*http:\/\//],
    ['a token with its scheme', { INFLUX_TOKEN: `Token ${SECRET}` }, /INFLUX_TOKEN .*the token alone/],
  ])('says what is wrong with %s', async (_, env, expected) => {
    const run = await request(['GET', '/x'], { INFLUX_HOST: origin, ...env })
    expect(run).toMatchObject({ code: 2, stderr: expect.stringMatching(expected) })
    expect(run.stderr).not.toContain(SECRET)
    expect(seen).toEqual([])
  })
})

describe('an answer', () => {
  test.each(['application/octet-stream', 'image/png', undefined])(
    'of %s arrives byte for byte',
    async (type) => {
      send(type, BYTES)
      expect((await request(['GET', `${origin}/`])).stdout).toEqual(BYTES)
      const file = join(folder, `bytes-${type?.length}`)
      expect((await request(['GET', `${origin}/`, '--output', file])).stdout).toHaveLength(0)
      expect(await readFile(file)).toEqual(BYTES)
      expect((await stat(file)).mode & 0o777).toBe(0o600)
      const { response } = JSON.parse(`${(await request(['GET', `${origin}/`, '--json'])).stdout}`)
      expect(Buffer.from(response.body, response.encoding)).toEqual(BYTES)
    },
  )

  test('is written one way', async () => {
    const run = await request(['GET', `${origin}/`, '--json', '--output', join(folder, 'x')])
    expect(run.code).toBe(2)
    expect(JSON.parse(run.stderr).error.message).toBe('Use either --json or --output')
    expect(seen).toEqual([])
  })

  test('is in memory as a whole for --json alone, which says where that is too much', async () => {
    const piece = Buffer.alloc(2 ** 20, 'x')
    respond = async (_, response) => {
      response.writeHead(200, { 'content-type': 'application/octet-stream' })
      for (let count = 0; count < 129; count++) if (!response.write(piece)) await once(response, 'drain')
      response.end()
    }
    const { code, stdout, stderr } = await request(['GET', origin, '--json'])
    expect([code, stdout.length, JSON.parse(stderr).error.code]).toEqual([5, 0, 'ERR_ANSWER_LONG'])
    expect((await request(['GET', origin])).stdout.length).toBe(129 * 2 ** 20)
  })

  test('streams: what came is there before the rest comes', async () => {
    let finish: () => void = () => undefined
    respond = (_, response) => {
      response.writeHead(200, { 'content-type': 'application/x-ndjson' })
      response.write(`{"token":"${SECRET}"}\n`)
      finish = () => response.end(`{"n":12345678901234567890,"token":"${SECRET}"}`)
    }
    const child = spawn(process.execPath, [MAIN, 'request', 'GET', `${origin}/`], {
      env: { PATH: process.env.PATH, HOME: folder, INFLUX_TOKEN: 'x' },
    })
    const [first] = await once(child.stdout, 'data')
    expect(`${first}`).toBe('{"token":"[redacted]"}\n')
    finish()
    const [second] = await once(child.stdout, 'data')
    expect(`${second}`).toContain('{"n":12345678901234567890,"token":"[redacted]"}')
    await once(child, 'close')
  })

  test.each([
    [
      'text/csv',
      '#group,false,false\r\n,name,auth_token\r\na,b,s3cret\r\n\r\n,name,other\r\na,b,"c,d"\r\n',
      '#group,false,false\r\n,name,auth_token\r\na,b,[redacted]\r\n\r\n,name,other\r\na,b,"c,d"\r\n',
    ],
    [
      'application/x-www-form-urlencoded',
      'u=s3cret&access_token=s3cret&db=x',
      'u=[redacted]&access_token=[redacted]&db=x\n',
    ],
    [
      'application/json',
      '{\n  "t\\u006fken": "s3cret",\n  "tokens": ["s3cret", {"id": 1}],\n  "authorizations": [{"clientSecret": "s3cret", "on": true}]\n}\n',
      '{\n  "t\\u006fken": "[redacted]",\n  "tokens": ["[redacted]", {"id": 1}],\n  "authorizations": [{"clientSecret": "[redacted]", "on": true}]\n}\n',
    ],
    ['text/plain', '{"password":\n"s3cret"}', '{"password":\n"[redacted]"}\n'],
    [
      'application/json',
      '{"url":"monkey","keyboard":"x","id":9007199254740993}\n',
      '{"url":"monkey","keyboard":"x","id":9007199254740993}\n',
    ],
  ])('of %s is redacted, and else as it was', async (type, body, expected) => {
    send(type, body)
    expect(`${(await request(['GET', `${origin}/`])).stdout}`).toBe(expected)
    expect(`${(await request(['GET', `${origin}/`, '--reveal'])).stdout}`).toBe(body)
  })

  test.each([404, 500])('of %d that is empty says its status', async (status) => {
    send(undefined, '', status)
    const run = await request(['GET', `${origin}/`])
    expect(run).toMatchObject({ code: 5, stderr: expect.stringContaining(`The server answered ${status} `) })
    expect((await request(['GET', `${origin}/`, '-i'])).stderr).toBe('')
  })

  test('behind a redirect to another server does not blame a token that was not sent', async () => {
    respond = ({ headers }, response) => {
      if (headers.host === origin.slice(7)) response.writeHead(302, { location: `${other}/x` }).end()
      else response.writeHead(401).end()
    }
    const run = await request(['GET', `${origin}/`])
    expect(seen.map(({ headers }) => headers.authorization)).toEqual(['Token my-s3cret-token', undefined])
    expect(run.code).toBe(4)
    expect(run.stderr).toContain(`the answer of ${other}`)
    expect(run.stderr).not.toContain('Wrong token')
  })

  test.each([
    [
      'a missing permission',
      'read:orgs/0123456789abcdef/buckets is unauthorized',
      ['GET', '/api/v2/me'],
      'The credential is good, but may not do this',
    ],
    ['an inactive token', 'token is inactive', ['GET', '/api/v2/me'], 'The token is inactive'],
    [
      'a wrong token',
      'unauthorized access',
      ['GET', '/api/v2/me'],
      'Wrong token. InfluxDB 1 takes no Token here.',
    ],
    [
      'Bearer at /query',
      'unauthorized access',
      ['GET', '/query?q=x', '--bearer'],
      'InfluxDB 1, 2 and Cloud (TSM) take no Bearer at /query and /write.',
    ],
    [
      'Token at /query',
      'Unauthorized',
      ['GET', '/query?q=x'],
      'InfluxDB 1 takes no Token at /query and /write.',
    ],
  ])('for %s says so', async (_, message, [method = '', path, ...args], advice) => {
    send('application/json', JSON.stringify({ code: 'unauthorized', message }), 401)
    const run = await request([method, `${origin}${path}`, ...args])
    expect([run.code, `${run.stdout}`]).toEqual([4, expect.stringContaining(message)])
    expect(run.stderr).toContain(advice)
  })

  test.each(['/api/v2/me', '/api/v2/query', '/api/v2/write', '/influx/api/v2/query'])(
    'for Basic at %s says who takes it, by the table of products',
    async (path) => {
      send('application/json', JSON.stringify({ code: 'unauthorized', message: 'unauthorized access' }), 401)
      const { stderr } = await request(['GET', origin + path, '--user', 'zoe'], { INFLUX_PASSWORD: SECRET })
      expect(stderr).toContain('InfluxDB 2, Cloud Dedicated and Clustered take no Basic here.')
      expect(stderr).toContain('InfluxDB 2 takes it at /api/v2/signin alone')
    },
  )

  test('that redirects in circles is the server’s fault', async () => {
    respond = (_, response) => response.writeHead(302, { location: '/' }).end()
    expect(await request(['GET', `${origin}/`])).toMatchObject({
      code: 5,
      stderr: expect.stringContaining('ERR_REDIRECT_COUNT'),
    })
  })

  test('that breaks off is no answer', async () => {
    respond = ({ socket }, response) => {
      response.writeHead(200, { 'content-length': 100 }).write('x')
      setTimeout(() => socket.destroy(), 50)
    }
    expect(await request(['GET', `${origin}/`])).toMatchObject({
      code: 3,
      stderr: expect.stringContaining('broke off'),
    })
  })
})

describe('a secret as an argument', () => {
  test.each([
    ['in the URL', ['GET', '/?p=s3cret']],
    ['in a header', ['GET', '/', '--header', 'Cookie: session=s3cret']],
    ['in a form', ['POST', '/', '--data', 'grant_type=password&client_secret=s3cret']],
    ['in JSON', ['POST', '/', '--data', '{"password": "s3cret"}']],
  ])('%s is warned of, and not repeated', async (_, [method = '', path, ...args]) => {
    const run = await request([method, `${origin}${path}`, ...args])
    expect(run.code).toBe(0)
    expect(run.stderr).toMatch(/^fluxauth: Warning: .*\n$/)
    expect(run.stderr).not.toContain(SECRET)
  })

  test('can be in a file instead, or on standard input', async () => {
    const file = join(folder, 'headers')
    await writeFile(file, 'Cookie: session=s3cret\r\nX-Other: 1\n')
    const bodies: string[] = []
    respond = async (message, response) => {
      for await (const chunk of message) bodies.push(`${chunk}`)
      response.end()
    }
    const run = await request(
      ['POST', `${origin}/`, '-H', `@${file}`, '-d', '@-'],
      {},
      '{"password":"s3cret"}',
    )
    expect(run).toMatchObject({ code: 0, stderr: '' })
    expect(seen[0]?.headers).toMatchObject({ cookie: 'session=s3cret', 'x-other': '1' })
    expect(bodies).toEqual(['{"password":"s3cret"}'])
    const both = await request(['POST', `${origin}/`, '-d', '@-', '--token-stdin'], {}, 'x')
    expect(both).toMatchObject({ code: 2, stderr: expect.stringContaining('one thing only') })
  })

  test('is not needed where none is', async () => {
    const run = await request([
      'POST',
      `${origin}/write?bucket=x`,
      '-H',
      'Content-Type: text/plain',
      '-d',
      'm,key=1 v=2',
    ])
    expect(run.stderr).toBe('')
  })
})
