// Each snippet runs where its tool can be had, against real servers; none has the secret in it.

import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { symlink, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { createRequire } from 'node:module'
import type { AddressInfo } from 'node:net'
import { join, sep } from 'node:path'
import { promisify } from 'node:util'
import { encodeBasic } from '@fluxauth/auth-core'
import {
  describeReal,
  findPart,
  type RunningInfluxdb2,
  type RunningServer,
  requirePart,
  startInfluxdb,
  startInfluxdb2,
} from '@fluxauth/auth-testkit/real'
import { parse } from 'smol-toml'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { parse as parseYaml } from 'yaml'
import { Person } from '../testing/person.ts'

let person: Person
beforeEach(async () => {
  person = await Person.arrive()
})
afterEach(() => person.leave())

const GO = ['/usr/local/go/bin/go', '/usr/bin/go', '/usr/lib/go/bin/go'].find((path) => existsSync(path))
const run = promisify(execFile)
/** As Telegraf writes them. */
const variable = (name: string) => `$\{${name}}`

/** Writes a snippet to a file, and runs it with the environment alone. */
async function runSnippet(
  args: readonly string[],
  file: string,
  command: readonly [string, ...string[]],
  env: Readonly<Record<string, string>>,
): Promise<string> {
  const { code, stdout, stderr } = await person.run(['snippet', ...args])
  if (code !== 0) throw new Error(stderr)
  for (const secret of [env.INFLUX_TOKEN, env.INFLUX_PASSWORD])
    if (secret) expect(stdout).not.toContain(secret)
  const path = join(person.home, file)
  await writeFile(path, stdout)
  const [program, ...before] = command
  const result = await run(program, [...before, path], {
    env: { PATH: process.env.PATH, HOME: person.home, GOCACHE: join(person.home, 'go'), ...env },
    cwd: person.home,
  })
  return result.stdout
}

describeReal('snippets for InfluxDB 2', ['influxdb2', 'curl'], () => {
  let server: RunningInfluxdb2
  let env: Record<string, string>
  beforeAll(async () => {
    server = await startInfluxdb2()
    env = { INFLUX_TOKEN: server.token, INFLUX_ORG: server.org }
  })
  afterAll(() => server.stop())

  test('curl, whose arguments nobody can read the token from', async () => {
    expect(await runSnippet(['curl', server.url], 'call.sh', ['sh'], env)).toContain(server.bucket)
  })

  test('fetch', async () => {
    expect(await runSnippet(['fetch', server.url], 'call.mjs', [process.execPath], env)).toContain(
      server.bucket,
    )
  })

  test('InfluxData’s client for JavaScript', async () => {
    const resolved = createRequire(new URL('../../../auth-node/package.json', import.meta.url)).resolve(
      '@influxdata/influxdb-client',
    )
    const [modules = ''] = resolved.split(`${sep}@influxdata${sep}`)
    await symlink(modules, join(person.home, 'node_modules'))
    const args = ['influxdb-client', server.url]
    expect(await runSnippet(args, 'call.mjs', [process.execPath], env)).toContain(server.bucket)
  })

  test.skipIf(!findPart('python-client'))('InfluxData’s client for Python', async () => {
    const python = findPart('python-client') ?? ''
    expect(await runSnippet(['python', server.url], 'call.py', [python], env)).toContain(server.bucket)
  })

  test.skipIf(!GO)(
    'Go',
    async () => {
      const args = ['go', server.url]
      expect(await runSnippet(args, 'call.go', [GO ?? '', 'run'], env)).toContain(server.bucket)
    },
    120_000,
  )

  test('Flux, which reads the secret from the store of the server', async () => {
    const headers = { authorization: `Token ${server.token}`, 'content-type': 'application/json' }
    await fetch(`${server.url}/api/v2/orgs/${server.orgID}/secrets`, {
      method: 'PATCH',
      headers,
      body: JSON.stringify({ INFLUX_TOKEN: server.token }),
    })
    const { stdout } = await person.run(['snippet', 'flux', server.url])
    const answer = await fetch(`${server.url}/api/v2/query?orgID=${server.orgID}`, {
      method: 'POST',
      headers: { ...headers, 'content-type': 'application/vnd.flux' },
      body: stdout,
    })
    const text = await answer.text()
    expect([answer.status, text]).toEqual([200, expect.stringContaining('weather')])
    expect(text).toMatch(/,200,/)
  })

  test('Telegraf’s and Grafana’s are of the form that these read', async () => {
    const { stdout } = await person.run(['snippet', 'telegraf', server.url])
    expect(parse(stdout)).toEqual({
      outputs: {
        influxdb_v2: [
          {
            urls: [server.url],
            token: variable('INFLUX_TOKEN'),
            organization: variable('INFLUX_ORG'),
            bucket: variable('INFLUX_BUCKET'),
          },
        ],
      },
    })
    const grafana = await person.run(['snippet', 'grafana', server.url])
    expect(parseYaml(grafana.stdout)).toMatchObject({
      apiVersion: 1,
      datasources: [
        {
          type: 'influxdb',
          url: server.url,
          jsonData: { version: 'Flux', organization: '$INFLUX_ORG', defaultBucket: '$INFLUX_BUCKET' },
          secureJsonData: { token: '$INFLUX_TOKEN' },
        },
      ],
    })
  })
})

describeReal('snippets for InfluxDB 1', ['influxdb', 'curl'], () => {
  let server: RunningServer
  const env = { INFLUX_USERNAME: 'zoe', INFLUX_PASSWORD: 's3cret \'é"$x' }
  beforeAll(async () => {
    server = await startInfluxdb({ username: 'zoe', password: env.INFLUX_PASSWORD })
  })
  afterAll(() => server.stop())

  test.each<[string, string, readonly [string, ...string[]]]>([
    ['curl', 'call.sh', ['sh']],
    ['fetch', 'call.mjs', [process.execPath]],
    ['python', 'call.py', ['python3']],
  ])('%s, with a password of odd characters', async (language, file, command) => {
    expect(await runSnippet([language, server.url], file, command, env)).toContain('results')
  })

  test('there is none of a client that is not for it', async () => {
    expect((await person.run(['snippet', 'influxdb-client', server.url])).code).toBe(2)
  })
})

describeReal('the snippet for Telegraf', ['telegraf', 'influxdb', 'influxdb2'], () => {
  /** Has it write a point once, which it gives the time that comes next; gives what it says where that fails. */
  async function write(url: string, env: Readonly<Record<string, string>>): Promise<string> {
    await writeFile(join(person.home, 'points.txt'), 'air,place=roof celsius=21.5\n')
    const input = `[[inputs.file]]\n  files = ["${join(person.home, 'points.txt')}"]\n  data_format = "influx"\n`
    await writeFile(join(person.home, 'input.conf'), input)
    const telegraf = [requirePart('telegraf'), '--once', '--config', 'input.conf', '--config'] as const
    return runSnippet(['telegraf', url], 'telegraf.conf', [...telegraf], env).then(
      () => '',
      (error) => error.stderr,
    )
  }

  test('writes to InfluxDB 2', async () => {
    const server = await startInfluxdb2({ org: 'the "home" org', bucket: "the roof's" })
    const env = { INFLUX_TOKEN: server.token, INFLUX_ORG: server.org, INFLUX_BUCKET: server.bucket }
    expect(await write(server.url, env)).toBe('')
    const answer = await fetch(`${server.url}/api/v2/query?orgID=${server.orgID}`, {
      method: 'POST',
      headers: { authorization: `Token ${server.token}`, 'content-type': 'application/vnd.flux' },
      body: `from(bucket: "${server.bucket}") |> range(start: -1h, stop: 1h)`,
    })
    expect(await answer.text()).toContain('21.5,celsius,air')
    await server.stop()
  })

  test('writes to InfluxDB 1, with a password of odd characters', async () => {
    const [username, password] = ['zoe', `s3cret 'é"$x \\n #${variable('HOME')}`]
    const server = await startInfluxdb({ username, password })
    const env = { INFLUX_USERNAME: username, INFLUX_PASSWORD: password, INFLUX_DATABASE: 'weather' }
    expect(await write(server.url, env)).toBe('')
    const answer = await fetch(`${server.url}/query?db=weather&q=SELECT+celsius+FROM+air`, {
      headers: { authorization: encodeBasic(username, password) },
    })
    expect(await answer.text()).toContain('21.5')
    // As it says of itself: then nothing is written, and no part of the value becomes a setting.
    const odd = await write(server.url, { ...env, INFLUX_PASSWORD: "s3cret'" })
    expect(odd).toContain('invalid TOML')
    expect(odd).not.toContain('s3cret')
    await server.stop()
  })
})

describe('snippets for InfluxDB 3, as it is documented', () => {
  test.each<[string, string, readonly [string, ...string[]]]>([
    ['curl', 'call.sh', ['sh']],
    ['fetch', 'call.mjs', [process.execPath]],
    ['python', 'call.py', ['python3']],
  ])('%s', async (language, file, command) => {
    const server = createServer(({ headers }, response) => {
      const isGood = headers.authorization === 'Bearer apiv3_s3cret'
      response.writeHead(isGood ? 200 : 401).end('[{"iox::database":"weather"}]')
    }).listen(0, '127.0.0.1')
    await new Promise((resolve) => server.once('listening', resolve))
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    const env = { INFLUX_TOKEN: 'apiv3_s3cret' }
    expect(await runSnippet([language, url, '--product', 'v3'], file, command, env)).toContain('weather')
    server.close().closeAllConnections()
  })

  test('an address cannot leave its place in any of them', async () => {
    const url = `http://localhost:8086/a'$(touch x)\`b${variable('c')}`
    for (const language of ['curl', 'flux', 'fetch', 'python', 'go', 'telegraf', 'grafana']) {
      const { stdout, code } = await person.run(['snippet', language, url, '--product', 'v2', '--json'])
      expect(code).toBe(0)
      const { text } = JSON.parse(stdout)
      if (language === 'curl') {
        await writeFile(join(person.home, 'call.sh'), text)
        await run('sh', [join(person.home, 'call.sh')], {
          cwd: person.home,
          env: { PATH: process.env.PATH },
        }).catch(() => undefined)
        expect(existsSync(join(person.home, 'x'))).toBe(false)
      }
      if (language === 'telegraf') expect(parse(text)).toBeTruthy()
      if (language === 'grafana') expect(parseYaml(text)).toBeTruthy()
    }
  })
})
