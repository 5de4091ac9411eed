// The proxy as programs use it, and as a page of a browser tries to.

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, readFile, stat, writeFile } from 'node:fs/promises'
import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { describeReal, findPart } from '@fluxauth/auth-testkit/real'
import { launch } from 'puppeteer-core'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { Person } from '../testing/person.ts'

const MAIN = fileURLToPath(new URL('../../dist/main.cjs', import.meta.url))
const SECRET = 's3cret-token'

let person: Person
let upstream: Server
let seen: IncomingMessage[]
let respond: (request: IncomingMessage, response: ServerResponse) => void
let children: ChildProcess[]
beforeEach(async () => {
  children = []
  seen = []
  respond = (_, response) => response.end('{"name":"zoe"}')
  person = await Person.arrive()
  upstream = createServer((request, response) => {
    seen.push(request)
    respond(request, response)
  }).listen(0, '127.0.0.1')
  await once(upstream, 'listening')
  await mkdir(join(person.home, '.influxdbv2'))
  const url = `http://127.0.0.1:${(upstream.address() as AddressInfo).port}/influx`
  const configs = `[prod]\n  url = "${url}"\n  token = "${SECRET}"\n  active = true\n`
  await writeFile(join(person.home, '.influxdbv2', 'configs'), configs, { mode: 0o600 })
})
afterEach(async () => {
  for (const child of children) child.kill('SIGKILL')
  upstream.close().closeAllConnections()
  await person.leave()
})

interface Running {
  readonly host: string
  readonly key: string
  readonly child: ChildProcess
  readonly log: () => string
}

async function start(args: readonly string[] = [], env: NodeJS.ProcessEnv = {}): Promise<Running> {
  const child = spawn(process.execPath, [MAIN, 'proxy', '--json', ...args], {
    env: { PATH: process.env.PATH, HOME: person.home, NO_COLOR: '1', ...env },
  })
  children.push(child)
  let log = ''
  child.stderr.on('data', (chunk) => {
    log += chunk
  })
  const [line] = await once(child.stdout, 'data')
  return { ...JSON.parse(String(line)), child, log: () => log }
}

/** A request with headers that fetch would not send. */
function call(url: string, headers: Record<string, string>, method = 'GET') {
  return new Promise<{ status: number; text: string; headers: IncomingMessage['headers'] }>(
    (resolve, reject) => {
      request(url, { method, headers }, async (answer) => {
        let text = ''
        for await (const chunk of answer) text += chunk
        resolve({ status: answer.statusCode ?? 0, text, headers: answer.headers })
      })
        .on('error', reject)
        .end()
    },
  )
}

test('adds the credential for who has the key, below the path of the server, and logs no secret', async () => {
  const { host, key, log } = await start()
  const answer = await call(`${host}/api/v2/me?u=x&p=y&q=a%20b`, {
    authorization: `Token ${key}`,
    cookie: 'influxdb-oss-session=s3cret-session',
  })
  expect([answer.status, answer.text]).toEqual([200, '{"name":"zoe"}'])
  expect(seen[0]?.headers).toMatchObject({ authorization: `Token ${SECRET}` })
  expect(seen[0]?.headers.cookie).toBeUndefined()
  expect(seen[0]?.url).toBe('/influx/api/v2/me?q=a+b')
  await expect.poll(log).toContain('"method":"GET","target":"/api/v2/me')
  expect(log()).not.toMatch(/s3cret|p=y/)
  expect(log()).not.toContain(key)
})

test.each(['Token', 'Bearer', 'Basic'])('takes the key as %s, as clients send tokens', async (word) => {
  const { host, key } = await start()
  const value = word === 'Basic' ? btoa(`any:${key}`) : key
  expect((await call(host, { authorization: `${word} ${value}` })).status).toBe(200)
})

test('takes the key as p, and passes neither u nor p on', async () => {
  const { host, key } = await start()
  expect((await call(`${host}/query?u=any&p=${key}&q=x`, {})).status).toBe(200)
  expect(seen[0]?.url).toBe('/influx/query?q=x')
})

describe('refuses', () => {
  test.each<[string, (running: Running) => [path: string, headers: Record<string, string>], number]>([
    ['who has no key', () => ['/', {}], 401],
    ['a wrong key', () => ['/', { authorization: `Token ${SECRET}` }], 401],
    [
      'another host, as after DNS rebinding',
      ({ key, host }) => ['/', { authorization: `Token ${key}`, host: `evil.example:${new URL(host).port}` }],
      421,
    ],
    [
      'our host at another port',
      ({ key }) => ['/', { authorization: `Token ${key}`, host: '127.0.0.1:1' }],
      421,
    ],
    ['a page', ({ key }) => ['/', { authorization: `Token ${key}`, origin: 'https://evil.example' }], 403],
    ['a page without origin', ({ key }) => ['/', { authorization: `Token ${key}`, origin: 'null' }], 403],
    [
      'what a page has loaded',
      ({ key }) => ['/', { authorization: `Token ${key}`, 'sec-fetch-site': 'cross-site' }],
      403,
    ],
    ['a path above the server’s', ({ key }) => ['/../other', { authorization: `Token ${key}` }], 400],
    ['the same, encoded', ({ key }) => ['/%2e%2e/other', { authorization: `Token ${key}` }], 400],
    [
      'what is meant for another server',
      ({ key }) => ['http://evil.example/influx/', { authorization: `Token ${key}` }],
      400,
    ],
    ['what is no credential', ({ key }) => ['/', { authorization: `Token ${key}, Token ${key}` }], 401],
  ])('%s', async (_, of, status) => {
    const running = await start()
    const [path, headers] = of(running)
    const { hostname, port } = new URL(running.host)
    const answer = await new Promise<{ status: number; headers: IncomingMessage['headers'] }>(
      (resolve, reject) => {
        // The path as it is, which new URL() would have tidied.
        request({ hostname, port, path, headers }, (response) => {
          response.resume()
          resolve({ status: response.statusCode ?? 0, headers: response.headers })
        })
          .on('error', reject)
          .end()
      },
    )
    expect(answer.status).toBe(status)
    expect(answer.headers['access-control-allow-origin']).toBeUndefined()
    expect(seen).toEqual([])
  })
})

test('passes no TRACE on, whose answer would be the credential', async () => {
  const { host, key } = await start()
  const answer = await call(host, { authorization: `Token ${key}` }, 'TRACE')
  expect([answer.status, answer.text.includes('TRACE would show'), seen]).toEqual([405, true, []])
})

test('logs no password of a statement, which arrives as it was', async () => {
  const { host, key, log } = await start()
  const query = 'q=CREATE%20USER%20joe%20WITH%20PASSWORD%20%27s3cret%27'
  expect((await call(`${host}/query?${query}`, { authorization: `Token ${key}` })).status).toBe(200)
  expect(seen[0]?.url).toContain(query)
  await expect.poll(log).toContain('CREATE%20USER%20joe%20WITH%20PASSWORD%20%27[redacted]%27')
  expect(log()).not.toContain('s3cret')
})

test('gives no page leave to read, and nobody a session, whatever the server says', async () => {
  respond = (_, response) => {
    response.writeHead(200, { 'access-control-allow-origin': '*', 'set-cookie': 'a=b', 'x-kept': '1' }).end()
  }
  const { host, key } = await start()
  const { headers } = await call(host, { authorization: `Token ${key}` })
  expect(headers).toMatchObject({ 'x-kept': '1' })
  expect(headers['set-cookie'] ?? headers['access-control-allow-origin']).toBeUndefined()
})

test('streams both ways: what is sent arrives before the end, and so does what is answered', async () => {
  respond = (incoming, response) => {
    response.writeHead(200)
    incoming.on('data', (chunk) => response.write(`got ${chunk};`))
    incoming.on('end', () => response.end('end'))
  }
  const { host, key } = await start()
  const sent = request(host, { method: 'POST', headers: { authorization: `Token ${key}` } })
  sent.write('one')
  const [answer] = (await once(sent, 'response')) as [IncomingMessage]
  expect(String((await once(answer, 'data'))[0])).toBe('got one;')
  sent.write('two')
  expect(String((await once(answer, 'data'))[0])).toBe('got two;')
  sent.end()
  expect(String((await once(answer, 'data'))[0])).toBe('end')
})

test('goes on with the successor of a credential, and with none that is for another server', async () => {
  const { host, key, log } = await start()
  const good = 's3cret-successor'
  respond = (request, response) => {
    response.statusCode = request.headers.authorization === `Token ${good}` ? 200 : 401
    response.end()
  }
  const configs = join(person.home, '.influxdbv2', 'configs')
  const before = await readFile(configs, 'utf8')
  const ask = async () => (await call(`${host}/api/v2/me`, { authorization: `Token ${key}` })).status
  await writeFile(configs, before.replace(SECRET, good).replace('/influx', '/other'))
  expect(await ask()).toBe(401)
  await setTimeout(300)
  expect(await ask(), 'what it found is for another server').toBe(401)
  await writeFile(configs, before.replace(SECRET, good))
  await expect.poll(ask, { interval: 500, timeout: 15_000 }).toBe(200)
  expect(log()).not.toContain('s3cret')
})

test('sends what has no body once more with the successor, so that nobody is refused meanwhile', async () => {
  const { host, key } = await start()
  const good = 's3cret-successor'
  let left = 0
  respond = (request, response) => {
    response.statusCode = request.headers.authorization === `Token ${good}` ? 200 : 401
    if (response.statusCode === 200) response.end('200')
    // A refusal that has no end is not read to it.
    else response.on('close', () => left++).write('401')
  }
  const configs = join(person.home, '.influxdbv2', 'configs')
  await writeFile(configs, (await readFile(configs, 'utf8')).replace(SECRET, good))
  const ask = (method = 'GET') => call(`${host}/api/v2/me`, { authorization: `Token ${key}` }, method)
  const all = await Promise.all([ask(), ask('DELETE'), ask()])
  expect(all.map(({ status, text }) => [status, text])).toEqual(Array(3).fill([200, '200']))
  expect(seen).toHaveLength(6)
  await expect.poll(() => left).toBe(3)
})

describe('a body that looks like a request is none for the server', () => {
  const body = 'POST /influx/api/v2/write HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n'
  const length = `Content-Length: ${body.length}`
  const chunked = `${body.length.toString(16)}\r\n${body}\r\n0\r\n\r\n`
  test.each(
    ['GET', 'DELETE', 'OPTIONS', 'HEAD', 'POST', 'PATCH'].flatMap((method) => [
      [method, 'in chunks', 'Transfer-Encoding: chunked', chunked],
      [method, 'with its length', length, body],
      [
        method,
        'with its length, which the connection is said to need',
        `${length}\r\nConnection: content-length`,
        body,
      ],
    ]),
  )('%s, %s', async (method, _, framing, sent) => {
    const { host, key } = await start()
    const bodies: string[] = []
    respond = async (request, response) => {
      let text = ''
      for await (const chunk of request) text += chunk
      bodies.push(text)
      response.end('done')
    }
    const { hostname, port } = new URL(host)
    const socket = connect(Number(port), hostname)
    socket.write(
      `${method} /api/v2/me HTTP/1.1\r\nHost: ${hostname}:${port}\r\nAuthorization: Token ${key}\r\n${framing}\r\n\r\n${sent}`,
    )
    const [answer] = await once(socket, 'data')
    socket.destroy()
    expect(String(answer)).toMatch(/^HTTP\/1.1 200 /)
    // A second request on the same connection would be seen after one that follows it.
    expect(await call(`${host}/last`, { authorization: `Token ${key}` })).toMatchObject({ text: 'done' })
    expect(seen.map(({ method, url }) => `${method} ${url}`)).toEqual([
      `${method} /influx/api/v2/me`,
      'GET /influx/last',
    ])
    expect(bodies).toEqual([body, ''])
  })
})

test('ends the request at the server when who asked is gone, and says so when the server is', async () => {
  let closed: (() => void) | undefined
  const isClosed = new Promise<void>((resolve) => {
    closed = resolve
  })
  respond = (_, response) => {
    response.writeHead(200).write('x')
    response.on('close', () => closed?.())
  }
  const { host, key } = await start()
  const sent = request(host, { headers: { authorization: `Token ${key}` } }).end()
  sent.on('error', () => undefined)
  await once(sent, 'response')
  sent.destroy()
  await isClosed
  upstream.close().closeAllConnections()
  expect((await call(host, { authorization: `Token ${key}` })).status).toBe(502)
})

test('a header named as what every object has is passed on as any other', async () => {
  const { host, key } = await start()
  const headers = { authorization: `Token ${key}`, constructor: 'a', ['__proto__']: 'b' }
  expect((await call(`${host}/`, headers)).status).toBe(200)
  expect(seen[0]?.rawHeaders).toEqual(expect.arrayContaining(['constructor', 'a', '__proto__', 'b']))
  expect((await call(`${host}/`, { authorization: `Token ${key}` })).status).toBe(200)
})

test.each([
  ['a status that is none', 'HTTP/1.1 099 x\r\n\r\n'],
  ['a reason with a control character', 'HTTP/1.1 200 \x01\r\n\r\n'],
  ['another protocol', 'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n'],
])('answers 502 where the server answers with %s, and goes on', async (_, answer) => {
  const { host, key } = await start()
  const authorization = `Token ${key}`
  respond = ({ socket }) => socket.end(answer)
  const { status, text } = await call(`${host}/`, { authorization })
  expect([status, JSON.parse(text).code]).toEqual([502, 'unavailable'])
  respond = (_, response) => response.end('as before')
  expect((await call(`${host}/`, { authorization })).text).toBe('as before')
})

test('runs a command that finds address and key, and ends with its exit code', async () => {
  const script =
    'fetch(process.env.INFLUX_HOST, { headers: { authorization: "Token " + process.env.INFLUX_TOKEN } }).then(async (r) => { console.log(await r.text(), process.env.INFLUX_TOKEN.includes("s3cret")); process.exitCode = 7 })'
  const { code, stdout } = await person.run(['proxy', '--quiet', '--', process.execPath, '-e', script])
  expect([code, stdout]).toEqual([7, '{"name":"zoe"} false\n'])
})

test('prints no key where FLUXAUTH_REVEAL is never, and runs a command with it all the same', async () => {
  const env = { FLUXAUTH_REVEAL: 'never' }
  const refused = await person.run(['proxy', '--reveal'], { env })
  expect(refused).toMatchObject({ code: 2, stdout: '' })
  expect(refused.stderr).toContain('ERR_REVEAL')
  const script = 'process.exit(process.env.INFLUX_TOKEN ? 7 : 1)'
  expect(await person.run(['proxy', '--', process.execPath, '-e', script], { env })).toMatchObject({
    code: 7,
  })
})

test.each(['fifteen-letters', 'a'.repeat(201), 'a key with blanks in it', 'a-key:with-a-colon-in-it'])(
  'takes no %s for a key of one’s own, and does not repeat it',
  async (key) => {
    const { code, stdout, stderr } = await person.run(['proxy', '--', 'true'], {
      env: { FLUXAUTH_PROXY_KEY: key },
    })
    expect([code, stdout, stderr]).toEqual([2, '', expect.stringContaining('[ERR_PROXY_KEY]')])
    expect(stderr).not.toContain(key)
  },
)

test('takes a key of one’s own, of which nothing is printed, and none for an empty one; no port that is none', async () => {
  const show = ['proxy', '--', process.execPath, '-p', 'process.env.INFLUX_TOKEN']
  const given = 'a-key-of-16-byte'
  const of = async (FLUXAUTH_PROXY_KEY: string) =>
    (await person.run(show, { env: { FLUXAUTH_PROXY_KEY } })).stdout.trim()
  expect([await of(given), await of('')]).toEqual([given, expect.stringMatching(/^[0-9a-f]{64}$/)])
  const { key, child } = await start(['--port', '0'], { FLUXAUTH_PROXY_KEY: given })
  expect(key).toBeUndefined()
  child.kill('SIGTERM')
  expect(await once(child, 'exit')).toEqual([0, null])
  for (const port of ['65536', 'http', '-1', '']) {
    const { code, stderr } = await person.run(['proxy', `--port=${port}`, '--', 'true'])
    expect([port, code, stderr]).toEqual([port, 2, expect.stringContaining('--port takes a number')])
  }
})

test('writes the key to a file of its owner alone, and ends at a signal', async () => {
  const file = join(person.home, 'key.txt')
  const { host, key, child } = await start(['--key-file', file])
  expect(key).toBeUndefined()
  expect((await stat(file)).mode & 0o777).toBe(0o600)
  const written = (await readFile(file, 'utf8')).trim()
  expect((await call(host, { authorization: `Token ${written}` })).status).toBe(200)
  child.kill('SIGINT')
  expect(await once(child, 'exit')).toEqual([130, null])
})

describeReal('a page in Chromium', ['chromium'], () => {
  test('cannot use the proxy, even where it knows the key and its name leads to this machine', async () => {
    const { host, key } = await start()
    const port = new URL(host).port
    const page = createServer((_, response) =>
      response.setHeader('content-type', 'text/html').end('<p>'),
    ).listen(0, '127.0.0.1')
    await once(page, 'listening')
    const browser = await launch({
      executablePath: findPart('chromium') ?? '',
      args: ['--no-sandbox', '--host-resolver-rules=MAP evil.example 127.0.0.1'],
    })
    try {
      const tab = await browser.newPage()
      await tab.goto(`http://evil.example:${(page.address() as AddressInfo).port}/`)
      const tried = await tab.evaluate(
        async (host, key, port) => {
          const attempt = (url: string, init: RequestInit) =>
            fetch(url, init).then(
              async (answer) => `${answer.type} ${await answer.text()}`,
              () => 'failed',
            )
          const headers = { authorization: `Token ${key}` }
          return [
            await attempt(host, { headers }),
            await attempt(`${host}/?p=${key}`, {}),
            await attempt(`${host}/?p=${key}`, { mode: 'no-cors' }),
            await attempt(`http://evil.example:${port}/`, { headers }),
          ]
        },
        host,
        key,
        port,
      )
      expect(tried.filter((each) => each.includes('zoe'))).toEqual([])
      // As after DNS rebinding: the page is of the proxy's own origin.
      await tab.goto(`http://evil.example:${port}/?p=${key}`)
      expect(await tab.content()).not.toContain('zoe')
      expect(seen).toEqual([])
    } finally {
      await browser.close()
      page.close().closeAllConnections()
    }
  }, 60_000)
})
