// Why a request is refused: each cause with a server that shows it, a real one where that can be had.

import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { type AddressInfo, createServer as createTcpServer } from 'node:net'
import { encodeBasic } from '@fluxauth/auth-core'
import { authorizations, influxApi, readBucket } from '@fluxauth/auth-core/influxdb'
import {
  describeReal,
  type RunningInfluxdb2,
  type RunningServer,
  startInfluxdb,
  startInfluxdb2,
} from '@fluxauth/auth-testkit/real'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { Person } from '../testing/person.ts'

let person: Person
const servers: Server[] = []
beforeEach(async () => {
  person = await Person.arrive()
})
afterEach(async () => {
  for (const server of servers.splice(0)) server.close().closeAllConnections()
  await person.leave()
})

async function serve(answer: (request: IncomingMessage, response: ServerResponse) => void): Promise<string> {
  const server = createServer(answer).listen(0, '127.0.0.1')
  servers.push(server)
  await new Promise((resolve) => server.once('listening', resolve))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

interface Told {
  readonly code: number | null
  readonly good: boolean
  readonly steps: readonly { readonly name: string; readonly says: string }[]
  readonly finding?: { readonly code: string; readonly message: string; readonly fix: string }
}

async function check(args: readonly string[], env: Record<string, string> = {}, input = ''): Promise<Told> {
  const { code, stdout, stderr } = await person.run(['check', '--json', ...args], { env, input })
  if (!stdout) throw new Error(stderr)
  return { code, ...JSON.parse(stdout) }
}
const token = (INFLUX_TOKEN: string) => ({ INFLUX_TOKEN })

/** Answers as InfluxDB 3 does, to tokens of its own. */
const asV3 = (request: IncomingMessage, response: ServerResponse) => {
  if (request.url === '/ping') {
    response.writeHead(200, { 'x-influxdb-version': '3.8.0' }).end('{"version":"3.8.0"}')
    return
  }
  const parts = request.headers.authorization?.split(' ') ?? []
  const status = parts.length > 2 ? 400 : parts[1] === 'apiv3_good' ? 200 : 401
  response.writeHead(status).end(status === 200 ? '[]' : '')
}

describe('what is on the way', () => {
  test.each<[string, string, string, number]>([
    ['a name that is none', 'http://no-such-host.invalid/', 'ENOTFOUND', 3],
    ['a port where nobody listens', 'http://127.0.0.1:9/', 'ECONNREFUSED', 3],
    ['a user name in the address', 'http://zoe:s3cret@127.0.0.1:9/', 'ERR_URL_CREDENTIAL', 2],
    ['a token as the user name in it', 'http://s3cret@127.0.0.1:9/', 'ERR_URL_CREDENTIAL', 2],
    ['a password alone in it', 'http://:s3cret@127.0.0.1:9/', 'ERR_URL_CREDENTIAL', 2],
  ])('%s', async (_, url, code, exit) => {
    const told = await check([url], token('s3cret-x'))
    // A port that fetch does not call is told as such.
    expect([told.finding?.code.replace('ERR_PORT', 'ECONNREFUSED'), told.code]).toEqual([code, exit])
    expect(person.traces('s3cret').seen.filter((text) => !text.includes('check\0'))).toEqual([])
  })

  test('https where http is spoken', async () => {
    const url = await serve((_, response) => response.end())
    const told = await check([url.replace('http:', 'https:')], token('x'))
    expect(told.finding?.code).toMatch(/SSL|EPROTO/)
    expect(told.finding?.fix).toContain(`http://${new URL(url).host}`)
  })

  test('http where https is spoken, by a server that says so', async () => {
    const url = await serve((_, response) =>
      response.writeHead(400).end('Client sent an HTTP request to an HTTPS server.\n'),
    )
    expect((await check([url], token('x'))).finding?.fix).toContain(url.replace('http:', 'https:'))
  })

  test('http where https is spoken, by a server that hangs up', async () => {
    const tcp = createTcpServer((socket) => socket.destroy()).listen(0, '127.0.0.1')
    await new Promise((resolve) => tcp.once('listening', resolve))
    const silent = `http://127.0.0.1:${(tcp.address() as AddressInfo).port}`
    expect((await check([silent], token('x'))).finding?.fix).toContain(silent.replace('http:', 'https:'))
    tcp.close()
  }, 30_000)

  test('an answer without an end: its beginning is read, and no more', async () => {
    const url = await serve((request, response) => {
      if (request.url?.startsWith('/api/v2/setup')) return void response.end('{"allowed":false}')
      const fill = (): void => {
        while (!response.destroyed && response.write(' '.repeat(65_536)));
        if (!response.destroyed) response.once('drain', fill)
      }
      fill()
    })
    const started = performance.now()
    const told = await check([`${url}/api/v2/buckets`, '--product', 'v2'], token('s3cret-x'))
    expect(told).toMatchObject({ good: true, code: 0 })
    expect(performance.now() - started).toBeLessThan(8000)
  })

  test('a redirect, which loses the credential', async () => {
    const url = await serve((request, response) =>
      response.writeHead(308, { location: `https://influx.example${request.url}` }).end(),
    )
    const { finding } = await check([url], token('x'))
    expect(finding).toMatchObject({
      code: 'ERR_REDIRECT',
      fix: 'Use the address itself: https://influx.example',
    })
  })

  test('a proxy that wants Basic in the same header', async () => {
    const url = await serve((_, response) =>
      response.writeHead(401, { 'www-authenticate': 'Basic realm="intranet"' }).end(),
    )
    const { finding, code } = await check([url], token('x'))
    expect([finding?.code, code]).toEqual(['ERR_PROXY_CREDENTIAL', 4])
    expect(finding?.message).toContain('"intranet"')
  })

  test('a page, and no InfluxDB', async () => {
    const url = await serve((_, response) => response.setHeader('content-type', 'text/html').end('<p>'))
    expect((await check([url], token('x'))).finding?.code).toBe('ERR_NOT_INFLUXDB')
  })

  test('a credential for another server is none for this one', async () => {
    const url = await serve((_, response) => response.end())
    const env = { ...token('x'), INFLUX_HOST: 'https://elsewhere.example' }
    expect(await person.run(['check', url], { env })).toMatchObject({ code: 6, stdout: '' })
  })

  test('plain http to another machine: no credential is sent', async () => {
    const seen: (string | undefined)[] = []
    const url = await serve((request, response) => {
      seen.push(request.headers.authorization)
      asV3(request, response)
    })
    // The same machine, by an address that does not say so.
    const other = url.replace('127.0.0.1', '0.0.0.0')
    expect((await check([other], token('apiv3_good'))).finding?.code).toBe('ERR_TARGET_INSECURE')
    expect(seen.filter(Boolean)).toEqual([])
    expect(await check([other, '--allow-insecure'], token('apiv3_good'))).toMatchObject({ good: true })
  })

  test('a server that repeats what it was sent: none of it is shown', async () => {
    const url = await serve(({ headers, url }, response) => {
      response.setHeader('x-influxdb-version', 'v2.8.0')
      const { authorization = '', cookie = '' } = headers
      const [, value = ''] = authorization.split(' ')
      const message = `${cookie.split(/[=;]/)[1] ?? ''} ${value} ${atob(value)} ${cookie}: no`
      if (url === '/ping') response.writeHead(204).end()
      else response.writeHead(403).end(JSON.stringify({ code: 'forbidden', message }))
    })
    const path = `${url}/query?q=SHOW+DATABASES`
    const basic = await check([path, '--header'], {}, `Authorization: Basic ${btoa('zoe:s3cret-password')}`)
    const cookie = await check(
      [`${url}/api/v2/buckets`, '--header'],
      {},
      'Cookie: a=s3cret-cookie; b=s3cret-2',
    )
    const asToken = await check([path, '--header'], {}, 'Authorization: Token s3crets3cret')
    for (const { finding } of [basic, cookie, asToken]) {
      expect(finding?.code).toBe('ERR_PERMISSION')
      expect(finding?.message).toMatch(/\[redacted\].*: no/)
      expect(finding?.message).not.toMatch(/s3cret|em9l/) // as base64 begins of zoe
    }
    expect(person.traces('s3cret').seen.filter((text) => text.includes('[redacted]'))).toEqual([])
  })
})

describe('what was pasted along', () => {
  test.each<[string, string, string]>([
    ['quotes', '"s3cret=="', 'ERR_SOURCE_INVALID'],
    ['the name of the header', 'Authorization: Token s3cret', 'ERR_SOURCE_INVALID'],
    ['the scheme', 'Token s3cret', 'ERR_SOURCE_INVALID'],
    ['a line end', 's3cret\n', 'ERR_TOKEN_BLANKS'],
    ['a blank before it', ' s3cret', 'ERR_TOKEN_BLANKS'],
    ['two lines', 's3cret\ns3cret', 'ERR_SOURCE_INVALID'],
    ['what a URL makes of it', 's3cret%3D%3D', 'ERR_TOKEN_ENCODED'],
    ['a variable that nobody filled in', '$INFLUX_TOKEN', 'ERR_TOKEN_PLACEHOLDER'],
    ['an example’s placeholder', 'YOUR_API_TOKEN', 'ERR_TOKEN_PLACEHOLDER'],
    ['a placeholder of the manual', 'DATABASE_TOKEN', 'ERR_TOKEN_PLACEHOLDER'],
    ['a variable of a container', `\${INFLUX_TOKEN}`, 'ERR_TOKEN_PLACEHOLDER'],
    ['a variable of Kubernetes', '$(INFLUX_TOKEN)', 'ERR_TOKEN_PLACEHOLDER'],
    ['a template that was not filled in', '{{.Values.token}}', 'ERR_SOURCE_INVALID'],
  ])('%s in INFLUX_TOKEN', async (_, value, code) => {
    const told = await check(['http://127.0.0.1:9'], token(value))
    expect([told.finding?.code, told.code]).toEqual([code, 2])
    expect(JSON.stringify(told)).not.toContain('s3cret')
  })

  const basic = (text: string) => Buffer.from(text, 'latin1').toString('base64')
  test.each<[string, string, string]>([
    ['no colon', 'Authorization Token s3cret', 'ERR_HEADER_COLON'],
    ['a blank before the colon', 'Authorization : Token s3cret', 'ERR_HEADER_COLON'],
    ['two headers', 'Authorization: Token s3cret\nAuthorization: Basic eDp5', 'ERR_HEADER_TWICE'],
    ['two blanks', 'Authorization: Token  s3cret', 'ERR_HEADER_BLANKS'],
    ['quotes', 'Authorization: Token "s3cret"', 'ERR_TOKEN_QUOTES'],
    ['the header in the token', 'Authorization: Token Token s3cret', 'ERR_TOKEN_PASTED'],
    ['no scheme', 'Authorization: s3cret', 'ERR_HEADER_SCHEME'],
    ['Latin-1', `Authorization: Basic ${basic('zoe:s3crét')}`, 'ERR_BASIC_CHARSET'],
    ['no base64', 'Authorization: Basic !!!', 'ERR_BASE64_ALPHABET'],
    ['two credentials', 'Authorization: Token s3cret, Basic eDp5', 'ERR_AUTHORIZATION_LIST'],
  ])('%s in a header line', async (_, input, code) => {
    const told = await check(['http://127.0.0.1:9', '--header'], {}, input)
    expect([told.finding?.code, told.code]).toEqual([code, 2])
    expect(JSON.stringify(told)).not.toContain('s3cret')
  })
})

/** Answers as InfluxDB 2 does to one token. */
const asV2 = (good: string) => (request: IncomingMessage, response: ServerResponse) => {
  const { url = '', headers } = request
  if (url === '/api/v2/setup') return void response.end('{"allowed":false}')
  if (url === '/ping') return void response.writeHead(204, { 'x-influxdb-version': 'v2.8.0' }).end()
  if (headers.authorization === `Token ${good}`) return void response.end('{"id":"1","name":"zoe"}')
  // Of a token that it does not know it says another thing there.
  const said =
    url.startsWith('/query') && headers.authorization ? 'authorization not found' : 'unauthorized access'
  response.writeHead(401).end(JSON.stringify({ code: 'unauthorized', message: said }))
}

describe('tokens that stand in examples', () => {
  const EXAMPLES = [
    'my-super-secret-auth-token',
    'my-token',
    'mytoken',
    'supersecrettoken',
    'ChangeMeAdminToken',
  ]

  test.each(EXAMPLES)('%s: a server that has another one', async (example) => {
    const url = await serve(asV2('another'))
    const { finding, code } = await check([url], token(example))
    expect([finding?.code, code]).toEqual(['ERR_TOKEN_EXAMPLE', 4])
  })

  test.each(EXAMPLES)(
    '%s: a server that was set up with it is open to everybody, which is said',
    async (example) => {
      const env = { INFLUX_TOKEN: example, INFLUX_HOST: await serve(asV2(example)) }
      const { code, stderr } = await person.run(['check'], { env })
      expect([code, stderr]).toEqual([0, expect.stringContaining('for everybody to read')])
    },
  )

  test('one that only has such a word in it is none of them', async () => {
    const env = { INFLUX_TOKEN: 's3cret-token-of-zoe', INFLUX_HOST: await serve(asV2('s3cret-token-of-zoe')) }
    expect((await person.run(['check'], { env })).stderr).toBe('')
    const url = await serve(asV2('another'))
    expect((await check([url], token('s3cret-token-of-zoe'))).finding?.code).toBe('ERR_TOKEN_UNKNOWN')
  })
})

describe('what people trip over, by the threads where they did', () => {
  const lines = (text: string): Promise<Told> =>
    serve(asV2('s3cret')).then((url) => check([`${url}/api/v2/me`, '--header'], {}, text))
  const latin1 = Buffer.from('zoe:s3crét', 'latin1').toString('base64')

  test.each<[string, string, () => Promise<Told>]>([
    [
      'influxdb-client-python#138, influxdb-client-java#165: a password where tokens are taken',
      'ERR_SCHEME',
      () => lines(`Authorization: Basic ${btoa('zoe:s3cret')}`),
    ],
    [
      'influxdb-client-python#262, influxdb-java#449: a proxy that wants the same header',
      'ERR_PROXY_CREDENTIAL',
      async () =>
        check(
          [
            await serve((_, response) =>
              response.writeHead(401, { 'www-authenticate': 'Basic realm="intranet"' }).end(),
            ),
          ],
          token('s3cret'),
        ),
    ],
    [
      'influxdb-nodejs#29, influxdb-ui#16: u and p in the query',
      'ERR_QUERY_CREDENTIAL',
      async () => check([`${await serve(asV2('s3cret'))}/query?u=zoe&p=x`], token('another')),
    ],
    [
      'influxdb_iox#7659, influxdb3-python#181, influxdb#25394: the word and its case',
      'ERR_WORD_CASE',
      async () => check([`${await serve(asV3)}/query`, '--header'], {}, 'Authorization: token apiv3_good'),
    ],
    [
      'docs-v2#7328: a header without its colon',
      'ERR_HEADER_COLON',
      () => lines('Authorization Token s3cret'),
    ],
    ['scalar#6594 and others: btoa', 'ERR_BASIC_CHARSET', () => lines(`Authorization: Basic ${latin1}`)],
    [
      'influxdb#20567, influxdb#21385, docs-v2#6777: tokens that are known in advance',
      'ERR_TOKEN_EXAMPLE',
      () => lines('Authorization: Token my-super-secret-auth-token'),
    ],
    [
      'fetch#944: a redirect leaves the header out',
      'ERR_REDIRECT',
      async () =>
        check(
          [
            await serve((_, response) =>
              response.writeHead(308, { location: 'https://influx.example/' }).end(),
            ),
          ],
          token('s3cret'),
        ),
    ],
  ])('%s', async (_, code, run) => {
    const told = await run()
    expect(told.finding?.code).toBe(code)
  })

  // What no request from here shows is told where all is well from here.
  test.each([
    ['influxdb#24350: mode no-cors, which only the page’s own browser sees', 'mode: "no-cors"'],
    ['influxdb#24301: a token in the shell’s history, which is not ours to read', 'in the shell’s history'],
  ])('%s', async (_, said) => {
    const env = { INFLUX_TOKEN: 's3cret', INFLUX_HOST: await serve(asV2('s3cret')) }
    expect((await person.run(['check'], { env })).stdout).toContain(said)
  })

  test('a p in the query that is taken is in logs all the same', async () => {
    const url = await serve((request, response) =>
      request.url?.startsWith('/query') ? response.end('{}') : asV2('s3cret')(request, response),
    )
    for (const p of ['p', '%70']) {
      const { stderr } = await person.run(['check', `${url}/query?u=zoe&${p}=x`], { env: token('s3cret') })
      expect(stderr).toContain('proxies write it into their logs')
    }
  })
})

describe('InfluxDB 3, as it is documented', () => {
  test('takes the word in exactly one case', async () => {
    const url = await serve(asV3)
    expect((await check([url, '--header'], {}, 'Authorization: token apiv3_good')).finding?.code).toBe(
      'ERR_WORD_CASE',
    )
    expect(await check([url], token('apiv3_good'))).toMatchObject({ good: true, code: 0 })
  })

  test('a token of another product, an unknown one, and a header that is eaten', async () => {
    const url = await serve(asV3)
    expect((await check([url], token('s3cret'))).finding?.code).toBe('ERR_TOKEN_PRODUCT')
    expect((await check([url], token('apiv3_bad'))).finding?.code).toBe('ERR_TOKEN_UNKNOWN')
    const eater = await serve((request, response) => {
      request.headers.authorization = undefined
      asV3(request, response)
    })
    expect((await check([eater], token('apiv3_good'))).finding?.code).toBe('ERR_HEADER_EATEN')
  })
})

describe('a clock that is wrong', () => {
  const jwt = (exp: number) =>
    `e30.${Buffer.from(JSON.stringify({ username: 'zoe', exp })).toString('base64url')}.c2ln`
  const asV1 = (ahead: number) => (request: IncomingMessage, response: ServerResponse) => {
    response.setHeader('date', new Date(Date.now() + ahead).toUTCString())
    response.setHeader('x-influxdb-version', '1.8.10')
    if (request.url === '/ping') response.writeHead(204).end()
    else response.writeHead(request.url?.startsWith('/query') ? 401 : 404).end('{"error":"token is expired"}')
  }
  test.each<[string, number, number, string]>([
    ['the server’s is ahead', 3_600_000, 600, 'ERR_CLOCK'],
    ['the token has ended', 0, -600, 'ERR_TOKEN_ENDED'],
    ['neither', 0, 600, 'ERR_TOKEN_UNKNOWN'],
  ])('%s', async (_, ahead, ends, code) => {
    const url = await serve(asV1(ahead))
    const env = { INFLUX_AUTH_SCHEME: 'Bearer', INFLUX_TOKEN: jwt(Math.floor(Date.now() / 1000) + ends) }
    expect((await check([url], env)).finding?.code).toBe(code)
  })
})

describeReal('InfluxDB 2', ['influxdb2'], () => {
  let server: RunningInfluxdb2
  beforeAll(async () => {
    server = await startInfluxdb2()
  })
  afterAll(() => server.stop())

  test('a good token, and what else it could be', async () => {
    expect(await check([server.url], token(server.token))).toMatchObject({ good: true, code: 0 })
    const { stdout } = await person.run(['check', server.url], { env: token(server.token) })
    expect(stdout).toContain('Nothing is wrong from here.')
    expect(stdout).toContain('no-cors')
    expect(person.traces(server.token).seen).toEqual([])
  })

  test('an unknown token, one that was cut off, an inactive one', async () => {
    const of = async (value: string) => (await check([server.url], token(value))).finding
    expect((await of('s3cret-unknown'))?.code).toBe('ERR_TOKEN_UNKNOWN')
    expect((await of(server.token.slice(0, 80)))?.message).toContain('cut off')
    expect((await of('apiv3_s3cret'))?.code).toBe('ERR_TOKEN_PRODUCT')
    const influx = influxApi({ url: server.url, credentials: server.token })
    const made = await authorizations.create(influx, {
      orgID: server.orgID,
      permissions: [readBucket(server.bucketID, server.orgID)],
      status: 'inactive',
    })
    expect((await of(made.token ?? ''))?.code).toBe('ERR_TOKEN_INACTIVE')
    await authorizations.update(influx, made.id, { status: 'active' })
    expect(await of(made.token ?? '')).toBeUndefined()
    const told = await check([`${server.url}/api/v2/users/${server.userID}`], token(made.token ?? ''))
    expect([told.finding?.code, told.code]).toEqual(['ERR_PERMISSION', 4])
  })

  test('user name and password are for signing in, and a wrong one is said to be wrong', async () => {
    const env = { INFLUX_HOST: server.url, INFLUX_USERNAME: server.username }
    const good = { ...env, INFLUX_PASSWORD: server.password }
    expect(await check([], good)).toMatchObject({ good: true })
    expect((await check(['/api/v2/buckets'], good)).finding?.code).toBe('ERR_SCHEME')
    expect((await check([], { ...env, INFLUX_PASSWORD: 's3cret-wrong' })).finding?.code).toBe('ERR_PASSWORD')
    // At the path that the documentation signs in at, and beside it.
    const header = (password: string) => `Authorization: ${encodeBasic(server.username, password)}\n`
    const signIn = `${server.url}/api/v2/signin`
    expect(await check([signIn, '--header'], {}, header(server.password))).toMatchObject({ good: true })
    expect((await check([signIn], good)).steps.at(-1)?.says).toContain('signs in')
    expect((await check([signIn, '--header'], {}, header('s3cret-wrong'))).finding?.code).toBe('ERR_PASSWORD')
    const asToken = await check([signIn, '--header'], {}, `Authorization: Token ${server.token}\n`)
    expect(asToken.finding).toMatchObject({
      code: 'ERR_SCHEME',
      message: expect.stringContaining('Basic alone'),
    })
    const atQuery = await check([`${server.url}/query`, '--header'], {}, header(server.password))
    expect(atQuery.finding?.message).toContain('takes an API token for the password at /query')
    const bearer = `Authorization: Bearer ${server.token}\n`
    expect((await check([`${server.url}/query`, '--header'], {}, bearer)).finding?.fix).toContain(
      '--scheme token',
    )
    expect(await check([`${server.url}/api/v2/query`, '--header'], {}, bearer)).toMatchObject({ good: true })
    // The same machine, by an address that does not say so.
    const other = { ...good, INFLUX_HOST: server.url.replace(/127\.0\.0\.1|localhost/, '0.0.0.0') }
    expect((await check([], other)).finding?.code).toBe('ERR_TARGET_INSECURE')
    expect(await check(['--allow-insecure'], other)).toMatchObject({ good: true })
  })

  test('the word, Bearer and a cookie, where each counts', async () => {
    const header = async (path: string, input: string) =>
      (await check([server.url + path, '--header'], {}, input)).finding?.code
    expect(await header('/api/v2/buckets', `Authorization: token ${server.token}`)).toBeUndefined()
    expect(await header('/query?q=SHOW+DATABASES', `Authorization: token ${server.token}`)).toBe(
      'ERR_WORD_CASE',
    )
    expect(await header('/query?q=SHOW+DATABASES', `Authorization: Bearer ${server.token}`)).toBe(
      'ERR_SCHEME',
    )
    const cookie = 'Cookie: influxdb-oss-session=s3cret'
    expect(await header('/query', cookie)).toBe('ERR_COOKIE')
    expect(await header('/api/v2/buckets', cookie)).toBe('ERR_SESSION')
    expect(await header('/api/v2/buckets', `Authorization: Basic eDp5\n${cookie}`)).toBe('ERR_COOKIE')
    expect(
      (await check([`${server.url}/query?q=SHOW+DATABASES&u=a&p=b`], token(server.token))).finding?.code,
    ).toBe('ERR_QUERY_CREDENTIAL')
  })

  test('a proxy that eats the header is told from a wrong token', async () => {
    const eater = await serve(async ({ url, method = 'GET' }, response) => {
      const answer = await fetch(server.url + url, { method })
      response.writeHead(answer.status, {
        server: 'eater',
        'content-type': answer.headers.get('content-type') ?? '',
        'x-influxdb-version': answer.headers.get('x-influxdb-version') ?? '',
      })
      response.end(await answer.text())
    })
    const { finding } = await check([eater], token(server.token))
    expect(finding?.code).toBe('ERR_HEADER_EATEN')
    expect(finding?.message).toContain('eater')
  })
})

describeReal('InfluxDB 1', ['influxdb'], () => {
  let server: RunningServer
  const user = { username: 'zoe', password: 's3cret-password' }
  beforeAll(async () => {
    server = await startInfluxdb(user)
  })
  afterAll(() => server.stop())

  test('takes a user name and password, and no token', async () => {
    const env = { INFLUX_USERNAME: user.username, INFLUX_PASSWORD: user.password }
    expect(await check([server.url], env)).toMatchObject({ good: true })
    expect((await check([server.url], { ...env, INFLUX_PASSWORD: 's3cret' })).finding?.code).toBe(
      'ERR_PASSWORD',
    )
    const { finding } = await check([server.url], token('s3cret'))
    expect(finding).toMatchObject({ code: 'ERR_SCHEME', fix: expect.stringContaining('--scheme basic') })
  })

  test('a proxy that eats the header is told from a wrong password', async () => {
    const eater = await serve(async ({ url }, response) => {
      const answer = await fetch(server.url + url)
      response.writeHead(answer.status, {
        'x-influxdb-version': answer.headers.get('x-influxdb-version') ?? '',
      })
      response.end(await answer.text())
    })
    const env = { INFLUX_USERNAME: user.username, INFLUX_PASSWORD: user.password }
    expect((await check([eater], env)).finding?.code).toBe('ERR_HEADER_EATEN')
  })
})
