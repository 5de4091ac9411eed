// auth-core in every runtime that its README names, as programs that run there: what calls a real InfluxDB 2, and an API behind the guard.

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { encodeBasic, encodeToken } from '@fluxauth/auth-core'
import {
  describeReal,
  type RealPartName,
  type RunningServer,
  requirePart,
  startInfluxdb2,
} from '@fluxauth/auth-testkit/real'
import basic from '@fluxauth/vectors/basic.json' with { type: 'json' }
import bearer from '@fluxauth/vectors/bearer.json' with { type: 'json' }
import token from '@fluxauth/vectors/token.json' with { type: 'json' }
import { build } from 'esbuild'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ACCOUNT } from './account.ts'
import type { Given, Vector } from './calls.ts'

const USER = { username: 'zoe', password: 'open sesame of InfluxDB' }
const TOKENS = { old: 'token-that-is-old', new: 'token-that-is-new' }
const SECRETS = [...Object.values(TOKENS), ACCOUNT.token, ACCOUNT.readToken, ACCOUNT.password, USER.password]

/** Those that name one of the schemes, and need no option of one decoder. */
const vectors = ([...basic, ...token, ...bearer] as (Vector & { options?: object })[]).filter(
  ({ options, error }) => !options && error !== 'ERR_AUTHORIZATION_SCHEME',
)

const here = (name: string) => fileURLToPath(new URL(name, import.meta.url))

/** The programs as people run them; on Workers, as they deploy them: in one file. */
const RUNTIMES: readonly {
  readonly title: string
  readonly part: RealPartName
  readonly args: (folder: string) => readonly string[] | Promise<readonly string[]>
}[] = [
  ...(['node22', 'node24', 'node26'] as const).map((part) => ({
    title: `Node ${part.slice(4)}`,
    part,
    args: () => [here('on-node.ts')],
  })),
  { title: 'Bun', part: 'bun', args: () => ['run', here('on-bun.ts')] },
  {
    title: 'Deno, which may use the network and nothing else',
    part: 'deno',
    args: () => [
      'run',
      '--no-prompt',
      '--no-lock',
      '--node-modules-dir=manual',
      '--allow-net',
      here('on-deno.ts'),
    ],
  },
  { title: 'Workers', part: 'workerd', args: configureWorker },
]

const CONFIG = `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [(name = "main", worker = .main), (name = "net", network = (allow = ["public", "private"]))],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "main")]
);
const main :Workerd.Worker = (
  modules = [(name = "worker", esModule = embed "worker.js")],
  compatibilityDate = "2026-11-01", globalOutbound = "net"
);
`

async function configureWorker(folder: string): Promise<readonly string[]> {
  const outfile = join(folder, 'worker.js')
  await build({
    entryPoints: [here('on-workers.ts')],
    outfile,
    bundle: true,
    format: 'esm',
    conditions: ['workerd'],
  })
  const config = join(folder, 'config.capnp')
  await writeFile(config, CONFIG)
  return ['serve', config, '--control-fd=1']
}

const listen = async (
  answer: RequestListener,
): Promise<{ readonly url: string; readonly server: Server }> => {
  const server = createServer(answer).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, server }
}

let folder: string
let influx: RunningServer
let echo: Awaited<ReturnType<typeof listen>>
let elsewhere: Awaited<ReturnType<typeof listen>>
/** What came to the other origin, by the path. */
const arrived = new Map<string, string | undefined>()

describeReal('with a real InfluxDB 2', ['influxdb2'], () => {
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'fluxauth-runtimes-'))
    influx = await startInfluxdb2(USER)
    echo = await listen(async (request, response) => {
      const { method, url = '', headers } = request
      const body = (await request.toArray()).join('')
      if (url.startsWith('/to?')) response.writeHead(307, { location: url.slice(4) }).end()
      else if (headers.authorization === encodeToken(TOKENS.old)) {
        // Late enough that the other request is refused as well.
        setTimeout(() => response.writeHead(401, { 'www-authenticate': 'Token' }).end(), 100)
      } else {
        const isNew = headers.authorization === encodeToken(TOKENS.new)
        response.writeHead(200, { 'content-type': 'application/json' })
        response.end(JSON.stringify({ method, url, isNew, ...(body && { body }) }))
      }
    })
    elsewhere = await listen(({ url = '', headers }, response) => {
      arrived.set(url, headers.authorization)
      response.writeHead(200, { 'content-type': 'application/json' }).end('"elsewhere"')
    })
  })
  afterAll(async () => {
    for (const { server } of [echo, elsewhere]) {
      server?.closeAllConnections()
      server?.close()
    }
    await influx?.stop()
    await rm(folder, { recursive: true })
  })

  for (const { title, part, args } of RUNTIMES) {
    describeReal(`on ${title}`, [part], () => {
      let child: ChildProcess
      let api: string
      let output = ''
      beforeAll(async () => {
        child = spawn(requirePart(part), await args(folder), { stdio: ['ignore', 'pipe', 'pipe'] })
        const port = new Promise<string>((resolve, reject) => {
          for (const stream of [child.stdout, child.stderr]) {
            stream?.on('data', (chunk) => {
              output += chunk
              const [, port] = /^(?:.*"port":)?(\d+)\}?$/m.exec(output) ?? []
              if (port) resolve(port)
            })
          }
          child.once('error', reject)
          child.once('close', (code) => reject(new Error(`ended with ${code}: ${output}`)))
        })
        api = `http://127.0.0.1:${await port}`
      })
      afterAll(() => {
        child?.kill('SIGKILL')
      })
      const ask = async (
        path: string,
        headers: Readonly<Record<string, string>> = {},
        body: string | null = null,
      ) => {
        const response = await fetch(`${api}${path}`, {
          method: body === null ? 'GET' : 'POST',
          headers,
          body,
        })
        return { status: response.status, headers: response.headers, text: await response.text() }
      }
      const authorization = (value: string) => ({ authorization: value })

      test('a program reads and writes headers, keeps its token to one origin, and signs in to InfluxDB', async () => {
        arrived.clear()
        const given: Given = {
          vectors,
          influx: { url: influx.url, ...USER },
          echo: echo.url,
          elsewhere: elsewhere.url,
          tokens: TOKENS,
        }
        const { status, text } = await ask('/calls', {}, JSON.stringify(given))
        expect({ status, seen: JSON.parse(text) }).toEqual({
          status: 200,
          seen: {
            'vectors read otherwise': [],
            'text that arrives otherwise': [],
            'refused twice at once': ['/1', '/2'].map((url) => ({ method: 'GET', url, isNew: true })),
            'asked for another credential': 1,
            'a body': { method: 'POST', url: '/', isNew: true, body: 'weather celsius=21.5' },
            'a redirect to another path': { method: 'GET', url: '/caf%C3%A9', isNew: true },
            'a redirect to another origin': 'elsewhere',
            'another origin': 200,
            'an aborted request': 'AbortError',
            product: 'v2',
            'signed in': { name: USER.username, before: 'unknown', after: 'good', out: true, again: false },
            'a wrong password': 'ERR_INFLUX_REFUSED',
          },
        })
        expect([...arrived]).toEqual([
          ['/redirected', undefined],
          ['/asked', undefined],
        ])
      })

      test('an API takes tokens, and says what it does not', async () => {
        expect(await ask('/api/v2/buckets', authorization(encodeToken(ACCOUNT.token)))).toMatchObject({
          status: 200,
          text: '{"user":"zoë","by":"token"}',
        })
        const written = await ask('/api/v2/write', authorization(encodeToken(ACCOUNT.token)), 'a b=1')
        expect(written).toMatchObject({ status: 200, text: 'a b=1' })
        const refused = await ask('/api/v2/write', authorization(encodeToken(ACCOUNT.readToken)), 'a b=1')
        expect(refused).toMatchObject({
          status: 403,
          text: '{"code":"forbidden","message":"insufficient permissions"}',
        })
        for (const headers of [{}, authorization('Token nobodys'), authorization('Basic a')]) {
          const { status, text } = await ask('/api/v2/buckets', headers)
          expect({ status, ...JSON.parse(text) }).toMatchObject({ status: 401, code: 'unauthorized' })
        }
      })

      test('a session begins with name and password, and ends', async () => {
        const basic = authorization(encodeBasic(ACCOUNT.username, ACCOUNT.password))
        // At once: they share one slow hash, also where a runtime keeps requests apart.
        const answers = await Promise.all([1, 2, 3].map(() => ask('/api/v2/signin', basic, '')))
        expect(answers.map(({ status }) => status)).toEqual([204, 204, 204])
        const cookies = answers.map(({ headers }) => headers.get('set-cookie') ?? '')
        expect(cookies[0]).toMatch(
          /^influxdb-oss-session=[\w-]{43}; Path=\/api\/; Expires=.* GMT; HttpOnly; SameSite=Strict$/,
        )
        const [cookie = ''] = cookies.map((text) => text.split(';', 1)[0] ?? '')
        expect(await ask('/api/v2/buckets', { cookie })).toMatchObject({
          status: 200,
          text: '{"user":"zoë","by":"session"}',
        })
        expect((await ask('/api/v2/signout', { cookie }, '')).status).toBe(204)
        expect((await ask('/api/v2/buckets', { cookie })).status).toBe(401)
      })

      test('wrong passwords are counted for the client’s address', async () => {
        // On Workers it stands in a header.
        const headers = { 'cf-connecting-ip': '127.0.0.1' }
        const guess = (password: string) =>
          ask('/api/v2/signin', { ...headers, ...authorization(encodeBasic(ACCOUNT.username, password)) }, '')
        const statuses = []
        for (const password of ['a', 'b', 'c', 'd']) statuses.push((await guess(password)).status)
        expect(statuses).toEqual([401, 401, 401, 429])
      })

      test('nothing that was printed shows a secret', () => {
        expect(output.length).toBeGreaterThan(1000)
        expect(SECRETS.filter((secret) => output.includes(secret))).toEqual([])
        // Those that InfluxDB made: a session's cookie, and tokens.
        expect(output).not.toMatch(/oss-session=.|[\w-]{40}=/)
      })
    })
  }
})
