// Tokens of a real InfluxDB 2 looked after with the built command; and of a server that answers as InfluxDB 3 is documented to.

import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import {
  allAccess,
  authorizations,
  checkToken,
  type Influx,
  influxApi,
  operator,
  v1Users,
} from '@fluxauth/auth-core/influxdb'
import { describeReal, type RunningInfluxdb2, startInfluxdb2 } from '@fluxauth/auth-testkit/real'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { hasTerminal, type Outcome, Person } from '../testing/person.ts'

let person: Person
beforeEach(async () => {
  person = await Person.arrive()
})
afterEach(() => person.leave())

const json = ({ stdout }: Outcome) => JSON.parse(stdout)
async function writeConfigs(text: string): Promise<void> {
  await mkdir(join(person.home, '.influxdbv2'), { recursive: true })
  await writeFile(join(person.home, '.influxdbv2', 'configs'), text, { mode: 0o600 })
}
const configs = () => readFile(join(person.home, '.influxdbv2', 'configs'), 'utf8')
const journal = () => readFile(join(person.home, '.config', 'fluxauth', 'rotations.json'), 'utf8')

describeReal('tokens of InfluxDB 2', ['influxdb2'], () => {
  let server: RunningInfluxdb2
  let influx: Influx
  beforeAll(async () => {
    server = await startInfluxdb2()
    influx = influxApi({ url: server.url, credentials: server.token })
  })
  afterAll(() => server.stop())

  const tokens = (args: readonly string[], input = '') =>
    person.run(['tokens', ...args], { env: { INFLUX_HOST: server.url, INFLUX_TOKEN: server.token }, input })
  /** One that may replace itself: it reads and writes its user, which is in no organization. */
  const make = (description: string) =>
    authorizations.create(influx, {
      orgID: server.orgID,
      permissions: [
        ...allAccess(server.orgID),
        { action: 'read', resource: { type: 'users', id: server.userID } },
        { action: 'write', resource: { type: 'users', id: server.userID } },
      ],
      description,
    })

  test('list and show say what each may do, and no value', async () => {
    const made = await make('for the list')
    const { stdout, code } = await tokens(['list'])
    expect(code).toBe(0)
    expect(stdout).toContain(`${made.id}  active`)
    expect(stdout).toContain('everything in every organization (operator)')
    const shown = await tokens(['show', made.id])
    expect(shown.stdout).toContain('everything in the organization home')
    expect(json(await tokens(['show', made.id, '--json']))).toMatchObject({
      version: 1,
      token: { id: made.id, status: 'active', isOperator: false, user: server.username },
    })
    for (const secret of [server.token, made.token ?? '-'])
      expect(person.traces(secret)).toEqual({ files: [], seen: [] })
  })

  test('filters filter', async () => {
    const { body } = await influx.send({ method: 'POST', path: '/api/v2/users', body: { name: 'other' } })
    const userID = (body as { id: string }).id
    const theirs = await authorizations.create(influx, {
      orgID: server.orgID,
      userID,
      permissions: allAccess(server.orgID),
    })
    const ids = async (...args: string[]) =>
      json(await tokens(['list', '--json', ...args])).tokens.map(({ id }: { id: string }) => id)
    expect(await ids('--user', 'other')).toEqual([theirs.id])
    expect(await ids('--user', server.username)).not.toContain(theirs.id)
    expect(await ids('--id', server.authorizationID)).toEqual([server.authorizationID])
    expect((await ids('--org', server.org)).length).toBeGreaterThan(1)
    expect(await tokens(['list', '--user', 'nobody'])).toMatchObject({ code: 5, stdout: '' })
    expect((await tokens(['list', '--user', ''])).code).toBe(2)
  })

  test('create gives the value to a pipe, once, for a bucket by its name', async () => {
    const { stdout, code } = await tokens(['create', '--permissions', 'read', '--bucket', server.bucket])
    expect(code).toBe(0)
    const token = stdout.trim()
    expect((await checkToken(influx, token)).state).toBe('good')
    const all = await authorizations.list(influx)
    const made = all.find((each) => each.token === token)
    expect(made?.permissions.map(({ action, resource }) => [action, resource.id])).toEqual([
      ['read', server.bucketID],
    ])
    const missing = await tokens(['create', '--permissions', 'read', '--bucket', 'nowhere'])
    expect(missing).toMatchObject({ code: 2, stderr: expect.stringContaining('[ERR_NO_BUCKET]') })
  })

  test('create makes nothing where the value could go nowhere', async () => {
    const before = (await authorizations.list(influx)).length
    const env = { INFLUX_HOST: server.url, INFLUX_TOKEN: server.token, FLUXAUTH_REVEAL: 'never' }
    expect(await person.run(['tokens', 'create'], { env })).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('[ERR_REVEAL]'),
    })
    expect((await tokens(['create', '--into', 'reader'])).stderr).toContain('[ERR_STORAGE_INSECURE]')
    expect((await authorizations.list(influx)).length).toBe(before)
  })

  test('create deletes what its reader did not take', async () => {
    const before = (await authorizations.list(influx)).length
    const env = `INFLUX_HOST=${server.url} INFLUX_TOKEN=${server.token}`
    const { stderr } = await person.inShell(`{ sleep 0.1; ${env} fluxauth tokens create; } | exec true`)
    expect(stderr).toContain('[ERR_OUTPUT]')
    expect((await authorizations.list(influx)).length).toBe(before)
  })

  test.skipIf(!hasTerminal)('create shows the value on a terminal only with --reveal', async () => {
    const env = { INFLUX_HOST: server.url, INFLUX_TOKEN: server.token }
    const before = (await authorizations.list(influx)).length
    expect((await person.onTerminal('tokens create', [], env)).stdout).toContain('[ERR_REVEAL]')
    expect((await authorizations.list(influx)).length).toBe(before)
    const { stdout } = await person.onTerminal('tokens create --reveal', [], env)
    const all = await authorizations.list(influx)
    expect(all.some(({ token = '-' }) => stdout.includes(token))).toBe(true)
  })

  test('create keeps the value in a profile, which does not become active, and prints it nowhere', async () => {
    await writeConfigs(`[main]\n  url = "${server.url}"\n  token = "${server.token}"\n  active = true\n`)
    const args = ['tokens', 'create', '--into', 'reader', '--store', 'memory', '--permissions', 'read']
    const { stdout, code } = await person.run([...args, '--json'])
    expect([code, JSON.parse(stdout)]).toEqual([
      0,
      expect.objectContaining({ version: 1, profile: 'reader' }),
    ])
    const { id } = JSON.parse(stdout).token
    const { token = '' } = await authorizations.get(influx, id)
    expect(person.traces(token)).toEqual({ files: [], seen: [] })
    expect((await person.run(['token', '-p', 'reader'])).stdout).toBe(`${token}\n`)
    expect((await person.run(['token'])).stdout).toBe(`${server.token}\n`)
  })

  test('activate, deactivate and delete do so; delete asks', async () => {
    const { id, token } = await make('to be ended')
    expect((await tokens(['deactivate', id])).code).toBe(0)
    expect((await checkToken(influx, token)).state).toBe('inactive')
    expect((await tokens(['activate', id])).code).toBe(0)
    expect((await checkToken(influx, token)).state).toBe('good')
    expect(await tokens(['delete', id])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('--yes'),
    })
    expect((await checkToken(influx, token)).state).toBe('good')
    expect(json(await tokens(['delete', id, '--yes', '--json']))).toEqual({ version: 1, deleted: id })
    expect((await checkToken(influx, token)).state).toBe('unknown')
    expect((await tokens(['delete', id, '--yes'])).code).toBe(5)
  })

  test('the last operator token that is active stays, and the way to another is named', async () => {
    const second = await authorizations.create(influx, {
      orgID: server.orgID,
      permissions: operator(),
      status: 'inactive',
    })
    for (const args of [
      ['delete', server.authorizationID, '--yes'],
      ['deactivate', server.authorizationID],
    ]) {
      expect(await tokens(args)).toMatchObject({
        code: 2,
        stderr: expect.stringContaining(
          `influxd recovery auth create-operator --org ${server.org} --username ${server.username}`,
        ),
      })
    }
    await writeConfigs(`[main]\n  url = "${server.url}"\n  token = "${server.token}"\n  active = true\n`)
    expect((await person.run(['logout', '--revoke'])).stderr).toContain('[ERR_LAST_OPERATOR]')
    expect((await checkToken(influx)).state).toBe('good')
    expect((await tokens(['delete', second.id, '--yes'])).code).toBe(0)
    const made = await tokens(['create', '--permissions', 'operator'])
    expect(made.stderr).toContain('This is an operator token')
    const id = (await authorizations.list(influx)).find(({ token }) => token === made.stdout.trim())?.id
    expect((await tokens(['delete', id ?? '-', '--yes'])).code).toBe(0)
  })

  test('--v1 looks after the users of the v1-compatible endpoints', async () => {
    const args = ['create', '--v1', '--name', 'telegraf', '--permissions', 'write', '--bucket', server.bucket]
    expect((await tokens(args, 'short')).stderr).toContain('[ERR_PASSWORD_LENGTH]')
    expect((await tokens(args.with(3, 'a:b'), 's3cret-password')).stderr).toContain('no colon')
    expect(await v1Users.list(influx)).toEqual([])
    const made = await tokens([...args, '--json'], 's3cret-password')
    const { id, username } = json(made).token
    expect(username).toBe('telegraf')
    const write = () =>
      fetch(`${server.url}/write?db=${server.bucket}`, {
        method: 'POST',
        headers: { authorization: `Basic ${btoa('telegraf:s3cret-password')}` },
        body: 't v=1',
      })
    expect((await write()).status).toBe(204)
    expect((await tokens(['list', '--v1'])).stdout).toContain('telegraf')
    expect((await tokens(['deactivate', id, '--v1'])).code).toBe(0)
    expect((await write()).status).not.toBe(204)
    expect((await tokens(['delete', id, '--v1', '--yes'])).code).toBe(0)
    expect(await v1Users.list(influx)).toEqual([])
    expect(person.traces('s3cret-password')).toEqual({ files: [], seen: [] })
  })

  describe('rotate --v1', () => {
    const [OLD, NEW] = ['s3cret-old-password', 's3cret-new-password']
    const takes = async (name: string, password: string) => {
      const headers = { authorization: `Basic ${btoa(`${name}:${password}`)}` }
      const write = { method: 'POST', headers, body: 't v=1' }
      return (await fetch(`${server.url}/write?db=${server.bucket}`, write)).status
    }
    async function makeUser(name: string): Promise<string> {
      const what = ['--permissions', 'write', '--bucket', server.bucket]
      return json(await tokens(['create', '--v1', '--name', name, ...what, '--json'], OLD)).token.id
    }
    const rotate = (id: string, password: string, ...args: string[]) =>
      tokens(['rotate', id, '--v1', ...args], password)

    test('says that the old password ends at once, sets the given one, and tries it', async () => {
      const id = await makeUser('writer')
      const asked = await rotate(id, NEW)
      expect([asked.code, asked.stderr]).toEqual([2, expect.stringContaining('refused at once')])
      expect([await takes('writer', OLD), await takes('writer', NEW)]).toEqual([204, 401])
      expect(await rotate(id, NEW, '--yes')).toMatchObject({ code: 0, stdout: '' })
      expect([await takes('writer', OLD), await takes('writer', NEW)]).toEqual([401, 204])
      expect(json(await rotate(id, NEW, '--json'))).toEqual({
        version: 1,
        token: { id, username: 'writer' },
        changed: false,
      })
      expect(json(await rotate(id, OLD, '--yes', '--json')).changed).toBe(true)
      for (const password of [OLD, NEW]) expect(person.traces(password)).toEqual({ files: [], seen: [] })
    })

    test('changes nothing where the password could not be, or could not be tried', async () => {
      const id = await makeUser('careful')
      expect((await rotate(id, 'short', '--yes')).stderr).toContain('[ERR_PASSWORD_LENGTH]')
      expect((await rotate(id, '', '--yes')).code).toBe(2)
      for (const args of [['--into', 'app'], ['--reveal'], ['--store', 'memory']]) {
        expect((await rotate(id, NEW, '--yes', ...args)).stderr).toContain('leave out')
      }
      expect((await tokens(['rotate', '--v1', '--yes'], NEW)).code).toBe(2)
      expect((await rotate('0000000000000001', NEW, '--yes')).code).toBe(5)
      // An API token's id is none of theirs.
      expect((await rotate(server.authorizationID, NEW, '--yes')).code).toBe(5)
      await v1Users.update(influx, id, { status: 'inactive' })
      expect((await rotate(id, NEW, '--yes')).stderr).toContain('[ERR_ROTATION_INACTIVE]')
      await v1Users.update(influx, id, { status: 'active' })
      expect([await takes('careful', OLD), await takes('careful', NEW)]).toEqual([204, 401])
    })

    test.each(['before it is set', 'after it is set'])(
      'where the answer is lost %s, the same command ends it',
      async (when) => {
        const name = `lost ${when}`
        const id = await makeUser(name)
        let isBroken = true
        const proxy = createServer(async (request, response) => {
          const { method = '', url = '', headers } = request
          let body = ''
          for await (const chunk of request) body += chunk
          const isLost = isBroken && url.endsWith('/password')
          if (isLost && when.startsWith('before')) return void request.socket.destroy()
          const authorization = String(headers.authorization)
          const answer = await fetch(server.url + url, {
            method,
            headers: { authorization },
            ...(body && { body }),
          })
          if (isLost) return void request.socket.destroy()
          const type = answer.headers.get('content-type') ?? 'application/json'
          response.writeHead(answer.status, { 'content-type': type }).end(await answer.text())
        }).listen(0, '127.0.0.1')
        await new Promise((resolve) => proxy.once('listening', resolve))
        const url = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`
        const run = () =>
          person.run(['tokens', 'rotate', id, '--v1', '--yes', '--json'], {
            env: { INFLUX_HOST: url, INFLUX_TOKEN: server.token },
            input: NEW,
          })
        const { code, stderr } = await run()
        expect([code, stderr]).toEqual([3, expect.stringContaining('with the same password')])
        expect(stderr).toContain('ERR_ROTATION_STOPPED')
        isBroken = false
        expect(json(await run()).changed).toBe(when.startsWith('before'))
        expect([await takes(name, OLD), await takes(name, NEW)]).toEqual([401, 204])
        proxy.close().closeAllConnections()
      },
    )
  })

  describe('rotate', () => {
    async function withProfile(): Promise<{ readonly id: string; readonly token: string }> {
      const { id, token = '' } = await make('rotated')
      await writeConfigs(
        `[main]\n  url = "${server.url}"\n  token = "${server.token}"\n  active = true\n\n[app]\n  url = "${server.url}"\n  token = "${token}"\n`,
      )
      return { id, token }
    }
    const rotate = (...args: string[]) => person.run(['tokens', 'rotate', '-p', 'app', '--yes', ...args])
    const of = async (description: string) =>
      (await authorizations.list(influx)).filter((each) => each.description === description)

    test('replaces the token of a profile, shows it nowhere, and leaves the active profile as it is', async () => {
      const before = await withProfile()
      const { code, stdout } = await rotate('--json')
      expect(code).toBe(0)
      const { token, replaces, profile } = JSON.parse(stdout)
      expect([replaces, profile]).toEqual([before.id, 'app'])
      expect((await checkToken(influx, before.token)).state).toBe('unknown')
      const { token: value = '-' } = await authorizations.get(influx, token.id)
      expect(await configs()).toContain(`token = "${value}"`)
      expect((await person.run(['token'])).stdout).toBe(`${server.token}\n`)
      expect(person.traces(value)).toEqual({ files: ['.influxdbv2/configs'], seen: [] })
      expect(JSON.parse(await journal())).toEqual([])
      expect(json(await rotate('--json')).replaces).toBe(token.id)
    })

    test('a token that may not read what it is does not replace itself, and says what helps', async () => {
      const { token } = await authorizations.create(influx, {
        orgID: server.orgID,
        permissions: allAccess(server.orgID),
      })
      await writeConfigs(`[app]\n  url = "${server.url}"\n  token = "${token}"\n`)
      const { code, stderr } = await rotate()
      expect([code, stderr]).toEqual([2, expect.stringContaining('[ERR_ROTATION_ID]')])
      expect((await checkToken(influx, token)).state).toBe('good')
    })

    test('of a token that was made here, the id is in the command that replaces it', async () => {
      await writeConfigs(`[main]\n  url = "${server.url}"\n  token = "${server.token}"\n  active = true\n`)
      const create = [
        'tokens',
        'create',
        '--permissions',
        'read',
        '--into',
        'my reader',
        '--insecure-storage',
      ]
      const { id } = json(await person.run([...create, '--json'])).token
      // It may not ask: what was told when it was made is kept.
      expect((await person.run(['status', '-p', 'my reader'])).stdout).toMatch(/may: +read all buckets/)
      const { code, stderr } = await person.run(['tokens', 'rotate', '-p', 'my reader', '--yes'])
      const command = `fluxauth tokens rotate ${id} --into 'my reader'`
      expect([code, stderr]).toEqual([2, expect.stringContaining(`${command} [ERR_ROTATION_ID]`)])
      expect((await person.inShell(`${command} --yes`)).code).toBe(0)
      expect(await authorizations.list(influx, { id }).catch(() => [])).toEqual([])
    })

    test('gives the value of another token to a pipe', async () => {
      const { id, token } = await make('of another')
      expect(await tokens(['rotate', id])).toMatchObject({ code: 2, stdout: '' })
      const { code, stdout } = await tokens(['rotate', id, '--yes'])
      expect(code).toBe(0)
      expect((await checkToken(influx, stdout.trim())).state).toBe('good')
      expect((await checkToken(influx, token)).state).toBe('unknown')
    })

    /** A server that dies at a request, and takes the command with it or not; or one that does not take a token. */
    async function behind(
      fails: (method: string, count: number) => boolean,
      refuses: (authorization: string) => Promise<boolean> = async () => false,
    ): Promise<Server> {
      const counts = new Map<string, number>()
      const proxy = createServer(async (request, response) => {
        const { method = '', url = '', headers } = request
        const isOfTokens = url.startsWith('/api/v2/authorizations')
        const count = (counts.get(method) ?? 0) + (isOfTokens ? 1 : 0)
        counts.set(method, count)
        if (isOfTokens && fails(method, count)) return void response.writeHead(503).end('{}')
        if (await refuses(String(headers.authorization)))
          return void response.writeHead(401).end('{"code":"unauthorized","message":"unauthorized access"}')
        let body = ''
        for await (const chunk of request) body += chunk
        const answer = await fetch(server.url + url, {
          method,
          headers: { authorization: String(headers.authorization) },
          ...(body && { body }),
        })
        response.writeHead(answer.status, { 'content-type': 'application/json' })
        response.end(await answer.text())
      }).listen(0, '127.0.0.1')
      await new Promise((resolve) => proxy.once('listening', resolve))
      return proxy
    }
    const urlOf = (proxy: Server) => `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`

    test.each<[string, (method: string, count: number) => boolean]>([
      ['is to be made', (method) => method === 'POST'],
      ['is to be activated', (method, count) => method === 'PATCH' && count === 1],
      ['is to replace the old one', (method) => method === 'DELETE'],
    ])('ends what stopped when the successor %s', async (_, fails) => {
      const { token, id } = await make(`stopped ${_}`)
      let isBroken = true
      const proxy = await behind((method, count) => isBroken && fails(method, count))
      await writeConfigs(`[app]\n  url = "${urlOf(proxy)}"\n  token = "${token}"\n`)
      const stopped = await rotate()
      expect(stopped.code).toBe(5)
      expect(stopped.stderr).toMatch(/Run the same command again|Nothing is left to do/)
      const current = (await person.run(['token', '-p', 'app'])).stdout.trim()
      expect((await checkToken(influx, current)).state).toBe('good')
      isBroken = false
      const again = await rotate()
      expect(again.code).toBe(0)
      expect((await checkToken(influx, token)).state).toBe('unknown')
      const left = await of(`stopped ${_}`)
      expect(left).toHaveLength(1)
      expect(left[0]?.id).not.toBe(id)
      const after = (await person.run(['token', '-p', 'app'])).stdout.trim()
      expect(left[0]?.token).toBe(after)
      expect(JSON.parse(await journal())).toEqual([])
      proxy.close().closeAllConnections()
    })

    test('what was kept and is not taken then is no successor: the profile has again what it had', async () => {
      const { token = '', id } = await make('kept')
      let kept: string | undefined
      const proxy = await behind(
        () => false,
        async (authorization) => {
          const value = authorization.replace('Token ', '')
          if (value === token || !(await configs()).includes(value)) return false
          kept = value
          return true
        },
      )
      await writeConfigs(`[app]\n  url = "${urlOf(proxy)}"\n  token = "${token}"\n`)
      const { code, stderr } = await rotate()
      expect([code, stderr]).toEqual([2, expect.stringContaining('not what was made. Nothing is left')])
      expect(kept).toBeDefined()
      expect((await person.run(['token', '-p', 'app'])).stdout).toBe(`${token}\n`)
      expect((await of('kept')).map((each) => [each.id, each.status])).toEqual([[id, 'active']])
      expect((await checkToken(influx, kept)).state).toBe('unknown')
      expect(JSON.parse(await journal())).toEqual([])
      proxy.close().closeAllConnections()
    })

    test('the day by which it is to be replaced is a new one each time, also where one stopped and was run again', async () => {
      await writeConfigs(`[main]\n  url = "${server.url}"\n  token = "${server.token}"\n  active = true\n`)
      const create = ['tokens', 'create', '--permissions', 'operator', '--into', 'app', '--insecure-storage']
      await person.run([...create, '--description', 'with a day', '--expires', '30'])
      const day = new Date(Date.now() + 30 * 86_400_000).toISOString().slice(0, 10)
      const said = `with a day (to be replaced by ${day})`
      // As it was made long ago, with a day that is over.
      const old = await authorizations.list(influx)
      const { id = '-' } = old.find(({ description }) => description === said) ?? {}
      const over = 'with a day (to be replaced by 2020-01-01)'
      await authorizations.update(influx, id, { description: over })
      expect((await rotate()).code).toBe(0)
      expect(await of(over)).toEqual([])
      // How many days it had is not known: they would be fewer than none.
      const [first] = await of('with a day')
      expect(json(await person.run(['status', '-p', 'app', '--json'])).used.replaceBy).toBeUndefined()

      const soon = new Date(Date.now() + 7 * 86_400_000).toISOString().slice(0, 10)
      const next = `with a day (to be replaced by ${soon})`
      await authorizations.update(influx, first?.id ?? '-', { description: next })
      for (const _ of [1, 2]) {
        expect((await rotate()).code).toBe(0)
        expect(await of(next)).toHaveLength(1)
        expect(json(await person.run(['status', '-p', 'app', '--json'])).used.replaceBy).toBe(soon)
      }

      // The second change of the successor is the one of its day.
      const [second] = await of(next)
      await authorizations.update(influx, second?.id ?? '-', { description: over })
      let isBroken = true
      const proxy = await behind((method, count) => isBroken && method === 'PATCH' && count === 2)
      await writeConfigs(`[app]\n  url = "${urlOf(proxy)}"\n  token = "${second?.token}"\n`)
      expect((await rotate()).code).toBe(5)
      expect((await of(over)).map(({ id }) => id)).toEqual([second?.id])
      isBroken = false
      expect((await rotate()).code).toBe(0)
      const [third, ...others] = await of('with a day')
      expect([typeof third?.id, others]).toEqual(['string', []])
      expect(await of(over)).toEqual([])
      proxy.close().closeAllConnections()
    })

    test('a command that was killed while it printed the successor deletes neither, and says how to end it', async () => {
      const { id, token: old } = await make('printed')
      const [journal, over] = [
        join(person.home, '.config/fluxauth/rotations.json'),
        join(person.home, 'over'),
      ]
      const env = { INFLUX_HOST: server.url, INFLUX_TOKEN: server.token }
      // The pipe is full, so that printing waits.
      await person.inShell(
        `{ head -c 65536 /dev/zero; set -m; INFLUX_HOST=${server.url} INFLUX_TOKEN=${server.token} fluxauth tokens rotate ${id} --yes &
           until grep -qs isPrinted ${journal}; do sleep 0.05; done; kill -KILL -- -$!; touch ${over}; } |
         { until [ -e ${over} ]; do sleep 0.05; done; }`,
      )
      const both = await of('printed')
      const next = both.find((each) => each.id !== id)
      expect(both).toHaveLength(2)
      const rotateAgain = (INFLUX_TOKEN = server.token, which = id) =>
        person.run(['tokens', 'rotate', which, '--yes'], { env: { ...env, INFLUX_TOKEN } })
      const again = await rotateAgain()
      expect([again.code, again.stdout]).toEqual([2, ''])
      expect(again.stderr).toContain('[ERR_ROTATION_PRINTED]')
      for (const each of both) expect(again.stderr).toContain(`fluxauth tokens delete ${each.id}`)
      expect(await of('printed')).toHaveLength(2)
      // Whoever uses it has it.
      expect((await rotateAgain(next?.token)).code).toBe(0)
      expect((await checkToken(influx, old)).state).toBe('unknown')
      expect((await checkToken(influx, next?.token)).state).toBe('good')
      expect(JSON.parse(await readFile(journal, 'utf8'))).toEqual([])
    })

    test.each(['the old one', 'the successor'])(
      'where %s was deleted since, that rotation has ended',
      async (which) => {
        const [old, next] = [await make(`either ${which}`), await make(`either ${which}`)]
        const folder = join(person.home, '.config', 'fluxauth')
        await mkdir(folder, { recursive: true })
        const left = { todo: 'delete-successor', replaces: old.id, id: next.id }
        const entry = { url: server.url, left, fingerprint: '0', isPrinted: 'perhaps' }
        await writeFile(join(folder, 'rotations.json'), JSON.stringify([entry]))
        const [gone, stays] = which === 'the old one' ? [old, next] : [next, old]
        await tokens(['delete', gone.id, '--yes'])
        const { code, stdout } = await tokens(['rotate', stays.id, '--yes'])
        expect(code).toBe(0)
        const [only, ...others] = await of(`either ${which}`)
        expect([only?.token, others]).toEqual([stdout.trim(), []])
        expect(JSON.parse(await journal())).toEqual([])
      },
    )

    test('a command that was killed while it kept the successor does not lose it, nor delete it', async () => {
      const { token = '', id } = await make('killed')
      const next = await make('killed')
      await writeConfigs(`[app]\n  url = "${server.url}"\n  token = "${next.token}"\n`)
      await mkdir(join(person.home, '.config', 'fluxauth'), { recursive: true })
      const hash = createHash('sha256')
        .update(next.token ?? '')
        .digest('hex')
      const left = { todo: 'delete-successor', replaces: id, id: next.id }
      await writeFile(
        join(person.home, '.config', 'fluxauth', 'rotations.json'),
        JSON.stringify([{ url: server.url, profile: 'app', left, fingerprint: hash }]),
      )
      expect((await rotate()).code).toBe(0)
      expect((await checkToken(influx, token)).state).toBe('unknown')
      expect((await checkToken(influx, next.token)).state).toBe('good')
    })
  })
})

describeReal('tokens of an InfluxDB 2 that keeps hashes of them alone', ['influxdb2'], () => {
  let server: RunningInfluxdb2
  let influx: Influx
  beforeAll(async () => {
    server = await startInfluxdb2({ hashedTokens: true })
    influx = influxApi({ url: server.url, credentials: server.token })
  })
  afterAll(() => server.stop())

  const HIDDEN = 'the server shows no value of a token'
  const tokens = (args: readonly string[], token = server.token) =>
    person.run(['tokens', ...args], { env: { INFLUX_HOST: server.url, INFLUX_TOKEN: token } })
  const make = (description: string) =>
    authorizations.create(influx, { orgID: server.orgID, permissions: operator(), description })

  test('login and status say that it is not known what the token may do', async () => {
    const login = ['login', server.url, '--store', 'memory']
    const { code, stderr } = await person.run(login, { input: server.token })
    expect([code, stderr]).toEqual([0, expect.stringContaining(`What it may do is not known: ${HIDDEN}`)])
    expect((await person.run(['status'])).stdout).toMatch(new RegExp(`may: +not known: ${HIDDEN}`))
    expect(json(await person.run(['status', '--json'])).used).toMatchObject({
      state: 'good',
      permissionsUnknown: expect.stringContaining(HIDDEN),
    })
    const { token = '' } = await authorizations.create(influx, {
      orgID: server.orgID,
      permissions: [{ action: 'read', resource: { type: 'buckets', orgID: server.orgID } }],
    })
    const env = { INFLUX_HOST: server.url, INFLUX_TOKEN: token }
    expect((await person.run(['status'], { env })).stdout).toContain('this token may not read what it is')
  })

  test('list, show, activate, deactivate and delete do as with others', async () => {
    const { id, token } = await make('one of several')
    expect((await tokens(['list'])).stdout).toMatch(
      new RegExp(`${id} +active .*one of several +everything in every`),
    )
    expect((await tokens(['show', id])).stdout).toMatch(/may: +everything in every organization/)
    expect(await tokens(['deactivate', id])).toMatchObject({
      code: 0,
      stderr: expect.not.stringContaining('itself'),
    })
    expect((await checkToken(influx, token)).state).toBe('inactive')
    expect((await tokens(['activate', id])).code).toBe(0)
    expect((await checkToken(influx, token)).state).toBe('good')
    expect(await tokens(['delete', id, '--yes'])).toMatchObject({
      code: 0,
      stderr: expect.not.stringContaining('itself'),
    })
    expect((await checkToken(influx, token)).state).toBe('unknown')
  })

  test('create has the value in its answer, and hands it over', async () => {
    const { code, stdout } = await tokens(['create', '--permissions', 'operator'])
    expect(code).toBe(0)
    expect((await checkToken(influx, stdout.trim())).state).toBe('good')
  })

  test('that one ended the token in use is said as soon as it can be told', async () => {
    for (const args of [['delete', '--yes'], ['deactivate']] as const) {
      const { id, token } = await make('ends itself')
      const { code, stderr } = await tokens([...args, id], token)
      expect([code, stderr]).toEqual([
        0,
        expect.stringContaining('That was the token in use itself (INFLUX_TOKEN)'),
      ])
    }
    const { id, token } = await make('replaces itself')
    const { code, stdout, stderr } = await tokens(['rotate', id, '--yes'], token)
    expect([code, stderr]).toEqual([0, expect.stringContaining('That was the token in use itself')])
    expect((await checkToken(influx, stdout.trim())).state).toBe('good')
  })

  test('rotate guesses nothing: it goes by the id that was kept beside the token, or that is given', async () => {
    const { id, token = '' } = await make('rotated')
    await writeConfigs(`[app]\n  url = "${server.url}"\n  token = "${token}"\n  active = true\n`)
    const before = (await authorizations.list(influx)).length
    const { code, stdout, stderr } = await person.run(['tokens', 'rotate', '--yes'])
    expect([code, stdout]).toEqual([2, ''])
    expect(stderr).toContain(HIDDEN)
    expect(stderr).toContain('[ERR_ROTATION_ID]')
    expect((await person.run(['logout', '--revoke'])).stderr).toContain(HIDDEN)
    expect((await authorizations.list(influx)).length).toBe(before)
    expect((await person.run(['tokens', 'rotate', id, '--yes', '--into', 'app'])).code).toBe(0)
    // From here on its id is kept beside it.
    const second = json(await person.run(['tokens', 'rotate', '--yes', '--json']))
    expect(second.profile).toBe('app')
    const value = (await person.run(['token'])).stdout.trim()
    expect((await checkToken(influx, value)).state).toBe('good')
    expect((await checkToken(influx, token)).state).toBe('unknown')
    expect(await authorizations.list(influx, { id: second.replaces }).catch(() => [])).toEqual([])
    // What others put there since is another token.
    const other = await make('of another tool')
    await writeConfigs(`[app]\n  url = "${server.url}"\n  token = "${other.token}"\n  active = true\n`)
    expect((await person.run(['tokens', 'rotate', '--yes'])).stderr).toContain('[ERR_ROTATION_ID]')
    expect((await checkToken(influx, value)).state).toBe('good')
  })
})

describe('tokens of InfluxDB 3', () => {
  let server: Server
  let good: Map<string, string>
  /** Whether it takes no token that it makes, and deletes none. */
  let isBroken: boolean
  /** What happens to a request: it is refused, or fails, or is done and its answer is lost. */
  let fault: (method: string, path: string) => 'refuse' | 'fail' | 'lose' | undefined
  /** Since when a token is there, and when it ends. */
  let times: Map<string, { readonly created_at: string; readonly expiry: string }>
  /** For how many seconds each was made. */
  let seconds: Map<string, number | undefined>
  /** When the last of them ends, as the server says. */
  let end: string | null
  let url: string
  beforeEach(async () => {
    isBroken = false
    fault = () => undefined
    times = new Map()
    seconds = new Map()
    good = new Map([['_admin', 'apiv3_first']])
    let made = 0
    server = createServer((request, response) => {
      const { pathname, searchParams } = new URL(request.url ?? '/', 'http://v3')
      if (pathname === '/ping') {
        response.writeHead(200, { 'x-influxdb-version': '3.8.0', 'x-influxdb-build': 'Core' })
        return void response.end('{"product_name":"InfluxDB 3 Core","version":"3.8.0"}')
      }
      const token = request.headers.authorization?.split(' ')[1]
      if (![...good.values()].includes(token ?? '')) return void response.writeHead(401).end()
      let body = ''
      request.on('data', (chunk) => {
        body += chunk
      })
      request.on('end', () => {
        const { token_name, expiry_secs } = JSON.parse(body || '{}')
        const name = pathname.endsWith('/regenerate') ? '_admin' : token_name
        const what = fault(request.method ?? '', pathname)
        if (what === 'refuse') return void response.writeHead(409).end()
        if (what === 'fail') return void response.writeHead(503).end()
        // What is written from here on goes nowhere.
        if (what === 'lose') request.socket.destroy()
        if (isBroken && request.method === 'DELETE') response.writeHead(500).end()
        else if (isBroken && request.method === 'POST') {
          response.writeHead(201).end(JSON.stringify({ name, token: 'apiv3_bad', id: 0 }))
        } else if (request.method === 'POST') {
          good.set(name, `apiv3_new${++made}`)
          seconds.set(name, expiry_secs)
          end = expiry_secs ? new Date(Date.now() + expiry_secs * 1000).toISOString() : null
          response.writeHead(201).end(JSON.stringify({ name, token: good.get(name), id: made, expiry: end }))
        } else if (request.method === 'DELETE') {
          response.writeHead(good.delete(searchParams.get('token_name') ?? '') ? 200 : 404).end()
        } else {
          response.end(
            JSON.stringify([...good.keys()].map((name) => ({ name, created_at: null, ...times.get(name) }))),
          )
        }
      })
    }).listen(0, '127.0.0.1')
    await new Promise((resolve) => server.once('listening', resolve))
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    await writeConfigs(`[three]\n  url = "${url}"\n  token = "apiv3_first"\n  active = true\n`)
  })
  afterEach(() => void server.close().closeAllConnections())

  const tokens = (...args: string[]) => person.run(['tokens', ...args])
  const own = () => join(person.home, '.config', 'fluxauth')

  test('are listed, made by name, and deleted; the operator’s is not', async () => {
    expect(await tokens('create', '--name', 'report')).toMatchObject({ code: 0, stdout: 'apiv3_new1\n' })
    expect((await tokens('list')).stdout).toMatch(/_admin .*operator[\s\S]*report/)
    expect((await tokens('delete', 'report', '--yes')).code).toBe(0)
    expect((await tokens('delete', '_admin', '--yes')).stderr).toContain('[ERR_LAST_OPERATOR]')
    expect([...good.keys()]).toEqual(['_admin'])
    for (const args of [
      ['list', '--v1'],
      ['show', '_admin', '--v1'],
      ['list', '--user', 'zoe'],
      ['list', '--org', 'home'],
      ['create', '--name', 'x', '--permissions', 'read'],
      ['create'],
    ])
      expect(await tokens(...args)).toMatchObject({ code: 2, stderr: expect.stringContaining('[ERR_USAGE]') })
    expect([...good.keys()]).toEqual(['_admin'])
  })

  test('one is shown by its name, and a list can be of it alone', async () => {
    await tokens('create', '--name', 'report')
    times.set('report', { created_at: '2026-01-01T00:00:00', expiry: '2027-01-01T00:00:00' })
    const show = await tokens('show', 'report')
    expect([show.code, show.stdout]).toEqual([
      0,
      expect.stringMatching(/^name: +report\nsince: +2026-01-01\S*\nends: +2027-01-01\S*\nmay: +/),
    ])
    expect((await tokens('show', '_admin')).stdout).toMatch(
      /since: +-\nends: +never\nmay: +everything \(operator\)\n/,
    )
    expect(await tokens('show', 'apiv3_new1')).toMatchObject({
      code: 2,
      stdout: '',
      stderr: expect.not.stringContaining('apiv3_new1'),
    })
    const listed = JSON.parse((await tokens('list', '--id', 'report', '--json')).stdout)
    expect(listed.tokens.map(({ name }: { readonly name: string }) => name)).toEqual(['report'])
    // Who chose a name writes no line of the list.
    good.set('a\nreport', 'apiv3_other')
    expect((await tokens('list')).stdout).toContain('a\\x0areport ')
  })

  test('the operator’s is replaced at once, which is said before, and kept', async () => {
    const asked = await tokens('rotate')
    expect(asked).toMatchObject({ code: 2, stderr: expect.stringContaining('at once') })
    expect(good.get('_admin')).toBe('apiv3_first')
    expect((await tokens('rotate', '--yes')).code).toBe(0)
    expect(await configs()).toContain('token = "apiv3_new1"')
    expect(person.traces('apiv3_new1').seen).toEqual([])
  })

  test('the new one is sent as the old one was, and lies where it did, where nothing else is said', async () => {
    const flags = ['-p', 'mine', '--scheme', 'bearer', '--allow-insecure', '--insecure-storage']
    await person.run(['login', url, ...flags], { input: 'apiv3_first' })
    const header = async () => (await person.run(['header', '-p', 'mine'])).stdout
    const known = async () => {
      const { profiles } = JSON.parse(await readFile(join(own(), 'profiles.json'), 'utf8'))
      return profiles.find(({ profile }: { readonly profile: string }) => profile === 'mine')
    }
    expect((await tokens('rotate', '-p', 'mine', '--yes')).code).toBe(0)
    expect(await header()).toBe('Authorization: Bearer apiv3_new1\n')
    expect(await known()).toMatchObject({ place: 'file', allowInsecure: true, isOperator: true })
    const status = async () => json(await person.run(['status', '-p', 'mine', '--json'])).used
    const inPlainText = expect.stringContaining('in plain text')
    expect(await status()).toMatchObject({ isOperator: true, place: inPlainText })
    expect((await tokens('rotate', '-p', 'mine', '--yes', '--store', 'memory')).code).toBe(0)
    expect(await header()).toBe('Authorization: Bearer apiv3_new2\n')
    expect(await configs()).not.toContain('apiv3_new')
    expect(await known()).toMatchObject({ place: 'memory', allowInsecure: true })
    expect(await status()).toMatchObject({ place: expect.stringMatching(/^memory, until/) })
    await person.run(['logout', '-p', 'mine'])
  })

  test('logout --revoke deletes a named one, and never says so of the operator’s', async () => {
    await tokens('create', '--name', 'report', '--into', 'report', '--insecure-storage')
    const revoke = (profile: string) => person.run(['logout', '--revoke', '-p', profile])
    expect((await revoke('report')).code).toBe(0)
    expect([...good.keys()]).toEqual(['_admin'])
    expect((await revoke('three')).stderr).toContain('It is not known what this token is called')
    await tokens('rotate', '--yes')
    expect((await revoke('three')).stderr).toContain('[ERR_LAST_OPERATOR]')
    expect(await configs()).toContain(`token = "${good.get('_admin')}"`)
  })

  test('a named one is replaced by the next of its name', async () => {
    await tokens('create', '--name', 'report')
    expect(await tokens('rotate', 'report', '--yes')).toMatchObject({ code: 0, stdout: 'apiv3_new2\n' })
    expect([...good.keys()]).toEqual(['_admin', 'report-2'])
    // One that was printed as a whole is handed over: what is left is the end of the old one.
    fault = (method) => (method === 'DELETE' ? 'fail' : undefined)
    expect(await tokens('rotate', 'report-2', '--yes')).toMatchObject({ code: 5, stdout: 'apiv3_new3\n' })
    fault = () => undefined
    expect(await tokens('rotate', 'report-2', '--yes')).toMatchObject({ code: 0, stdout: '' })
    expect([...good.keys()]).toEqual(['_admin', 'report-3'])
  })

  test('one that the server does not take is no successor, and what could not be deleted is on record', async () => {
    await tokens('create', '--name', 'report')
    isBroken = true
    expect((await tokens('rotate', 'report', '--yes')).stderr).toContain('[ERR_ROTATION_CHECK]')
    expect(good.get('report')).toBe('apiv3_new1')
    expect(await journal()).toContain('report-2')
    isBroken = false
    expect((await tokens('rotate', 'report', '--yes')).code).toBe(0)
    expect([...good.keys()]).toEqual(['_admin', 'report-2'])
  })

  describe('where a rotation stops', () => {
    const app = async (...args: string[]) => person.run(['tokens', 'rotate', '-p', 'app', '--yes', ...args])
    const inApp = async () => (await person.run(['token', '-p', 'app'])).stdout.trim()
    const names = () => [...good.keys()].slice(1)
    beforeEach(async () => {
      const made = await tokens('create', '--name', 'report', '--into', 'app', '--insecure-storage')
      expect(made.code).toBe(0)
    })

    test.each<[string, 'POST' | 'DELETE', 'refuse' | 'fail' | 'lose', number, string[], string]>([
      ['the successor is refused', 'POST', 'refuse', 5, ['report'], 'Nothing was made, and report is in use'],
      [
        'the successor is not made',
        'POST',
        'fail',
        5,
        ['report'],
        'report-2 may be there, and nobody has it',
      ],
      [
        'the answer to its making is lost',
        'POST',
        'lose',
        3,
        ['report', 'report-2'],
        'report-2 may be there',
      ],
      [
        'the old one is not deleted',
        'DELETE',
        'fail',
        5,
        ['report', 'report-2'],
        'report is still good beside it',
      ],
      ['the answer to that is lost', 'DELETE', 'lose', 3, ['report-2'], 'report-2 is kept'],
    ])('%s: what is left is said, and a second run ends it', async (_, method, what, code, left, said) => {
      fault = (asked) => (asked === method ? what : undefined)
      const stopped = await app()
      expect([stopped.code, stopped.stderr]).toEqual([code, expect.stringContaining(said)])
      expect(names()).toEqual(left)
      // Wherever it stops, the profile has one that is good.
      expect([...good.values()]).toContain(await inApp())
      fault = () => undefined
      expect((await app()).code).toBe(0)
      expect(names()).toEqual(['report-2'])
      expect(await inApp()).toBe(good.get('report-2'))
      expect(JSON.parse(await journal())).toEqual([])
    })

    test('what a first run left cannot be deleted either: the third one ends it', async () => {
      fault = (method) => (method === 'POST' ? 'lose' : undefined)
      await app()
      fault = (method) => (method === 'DELETE' ? 'fail' : undefined)
      expect((await app()).stderr).toContain('report-2 may be there, and nobody has it')
      expect(await inApp()).toBe(good.get('report'))
      fault = () => undefined
      expect((await app()).code).toBe(0)
      expect(names()).toEqual(['report-2'])
      expect(await inApp()).toBe(good.get('report-2'))
    })

    test('what was begun for a profile lets no other token take the place of its own', async () => {
      good.set('other', 'apiv3_other')
      fault = (method) => (method === 'POST' ? 'fail' : undefined)
      await app()
      fault = () => undefined
      for (const name of ['other', '_admin']) {
        const { code, stderr } = await tokens('rotate', name, '--into', 'app', '--yes')
        expect([code, stderr]).toEqual([2, expect.stringContaining('[ERR_PROFILE_EXISTS]')])
      }
      expect([await inApp(), good.get('_admin')]).toEqual([good.get('report'), 'apiv3_first'])
      expect(names()).toEqual(['report', 'other'])
      // Nor is anybody asked of the one that came into it by what is ended now.
      const ofReport = () => tokens('rotate', 'report', '--into', 'app', '--yes')
      fault = (method) => (method === 'DELETE' && good.get('report-2') ? 'fail' : undefined)
      expect((await ofReport()).code).toBe(5)
      fault = () => undefined
      expect((await ofReport()).code).toBe(0)
      expect([names(), await inApp()]).toEqual([['other', 'report-2'], good.get('report-2')])
    })

    test('it could not be kept: it is deleted, and nothing is left', async () => {
      let record = ''
      fault = (method) => {
        if (method === 'DELETE') record = readFileSync(join(own(), 'rotations.json'), 'utf8')
        return undefined
      }
      const { code, stderr } = await tokens(
        'rotate',
        'report',
        '--yes',
        '--into',
        'list',
        '--store',
        'memory',
      )
      expect([code, stderr]).toEqual([
        2,
        expect.stringContaining('Nothing is left of it, and report is in use'),
      ])
      // By that one is told, who is killed while it is kept, whether the profile has it.
      const fingerprint = createHash('sha256').update('apiv3_new2').digest('hex')
      const left = { todo: 'delete-successor', replaces: 'report', id: 'report-2' }
      expect(JSON.parse(record)).toEqual([{ url, profile: 'list', left, fingerprint }])
      expect(names()).toEqual(['report'])
      expect(JSON.parse(await journal())).toEqual([])
    })

    test('it was killed when the successor was kept: that one is not taken for one that nobody has', async () => {
      const left = { todo: 'delete-successor', replaces: 'report', id: 'report-2' }
      const killedAt = async (token: string) => {
        good.set('report-2', token)
        const fingerprint = createHash('sha256').update(token).digest('hex')
        const entry = { url, profile: 'app', left, fingerprint }
        await writeFile(join(own(), 'rotations.json'), JSON.stringify([entry]))
      }
      // Just before, nobody has it.
      await killedAt('apiv3_lost')
      expect((await app()).code).toBe(0)
      expect([names(), good.get('report-2')]).toEqual([['report-2'], await inApp()])
      expect(await inApp()).not.toBe('apiv3_lost')

      good.set('report', 'apiv3_old')
      await writeConfigs(`[app]\n  url = "${url}"\n  token = "apiv3_kept"\n`)
      await killedAt('apiv3_kept')
      expect((await app('report', '--into', 'app')).code).toBe(0)
      expect(names()).toEqual(['report-2'])
      expect(await inApp()).toBe('apiv3_kept')
    })

    test('it was killed when the successor was printed: neither is deleted, and both ways to end it are said', async () => {
      good.set('report-2', 'apiv3_printed')
      const file = join(person.home, '.config', 'fluxauth', 'rotations.json')
      const left = { todo: 'delete-successor', replaces: 'report', id: 'report-2' }
      const fingerprint = createHash('sha256').update('apiv3_printed').digest('hex')
      await writeFile(file, JSON.stringify([{ url, left, fingerprint, isPrinted: 'perhaps' }]))
      const rotate = (INFLUX_TOKEN: string) =>
        person.run(['tokens', 'rotate', 'report', '--yes'], { env: { INFLUX_HOST: url, INFLUX_TOKEN } })
      const { code, stderr } = await rotate('apiv3_first')
      expect([code, stderr]).toEqual([2, expect.stringContaining('[ERR_ROTATION_PRINTED]')])
      expect(names()).toEqual(['report', 'report-2'])
      expect((await rotate('apiv3_printed')).code).toBe(0)
      expect(names()).toEqual(['report-2'])
      expect(JSON.parse(await journal())).toEqual([])
    })

    test('a name that is taken is left alone, and one that is not there is replaced by nothing', async () => {
      // What was begun elsewhere, for another profile or of another token, is another matter, and stays on record.
      const left = { todo: 'delete-successor', replaces: 'report', id: 'report-2' }
      const others = [
        { url: 'http://localhost:1', profile: 'app', left },
        { url, profile: 'other', left },
        { url, profile: 'app', left: { ...left, replaces: 'other', id: 'other-2' } },
      ]
      await writeFile(join(own(), 'rotations.json'), JSON.stringify(others))
      fault = (method) => (method === 'POST' ? 'refuse' : undefined)
      expect((await app()).code).toBe(5)
      expect(JSON.parse(await journal())).toEqual(others)
      fault = () => undefined
      good.set('report-2', 'apiv3_of_another')
      expect((await app()).code).toBe(0)
      expect(names()).toEqual(['report-2', 'report-3'])
      expect(JSON.parse(await journal())).toEqual(others)
      expect(await tokens('rotate', 'reprot', '--yes')).toMatchObject({
        code: 2,
        stderr: expect.stringContaining('[ERR_NO_TOKEN]'),
      })
      expect(names()).toEqual(['report-2', 'report-3'])
    })

    test('the successor ends after as long as the old one, and none is made where that is not known', async () => {
      times.set('report', { created_at: '2026-01-01T00:00:00', expiry: '2026-01-31T00:00:00' })
      expect(await app('report')).toMatchObject({ code: 0, stdout: '' })
      expect(seconds.get('report-2')).toBe(30 * 86_400)
      expect(await inApp()).toBe(good.get('report-2'))
      expect(end).toMatch(/^\d{4}-/)
      const { used } = json(await person.run(['status', '-p', 'app', '--json']))
      expect(used.replaceBy).toBe(end?.slice(0, 10))
      times.set('report-2', { created_at: '-', expiry: '2026-01-31T00:00:00' })
      expect((await app()).stderr).toContain('[ERR_ROTATION_EXPIRY]')
      expect(names()).toEqual(['report-2'])
    })
  })

  describe('where the rotation of the operator’s stops', () => {
    const rotate = (...args: string[]) => tokens('rotate', '--yes', ...args)
    const now = async () => (await person.run(['token'])).stdout.trim()

    test.each<['refuse' | 'fail', string]>([
      ['refuse', 'The old operator token is in use'],
      ['fail', 'It is not known whether the operator token was replaced'],
    ])('%s: the old one is good, and a second run replaces it', async (what, said) => {
      fault = (method) => (method === 'POST' ? what : undefined)
      expect(await rotate()).toMatchObject({ code: 5, stderr: expect.stringContaining(said) })
      expect(good.get('_admin')).toBe(await now())
      fault = () => undefined
      expect((await rotate()).code).toBe(0)
      expect(good.get('_admin')).toBe(await now())
    })

    test('the answer is lost: the way to another is named, and a second run says that the old one is refused', async () => {
      fault = (method) => (method === 'POST' ? 'lose' : undefined)
      const { code, stderr } = await rotate()
      expect([code, stderr]).toEqual([3, expect.stringContaining('It is not known whether')])
      expect(stderr).toContain('influxdb3 create token --admin --regenerate')
      fault = () => undefined
      const again = await rotate()
      expect([again.code, again.stderr]).toEqual([4, expect.stringContaining('Nothing was done')])
      expect(again.stderr).toContain('influxdb3 create token --admin --regenerate')
    })

    const recovered = async () =>
      (await readdir(own()).catch(() => [])).filter((name) => name.startsWith('recovered-token'))

    test('it could not be kept: that is found out before, and the server is not asked', async () => {
      const before = await configs()
      const inList = await rotate('--into', 'list', '--store', 'memory')
      expect(inList).toMatchObject({ code: 2, stdout: '' })
      expect(inList.stderr).toMatch(
        /Profile list cannot keep a token: .*Nothing was done \[ERR_ROTATION_STORE\]/,
      )
      // There is no folder for what could not be kept elsewhere, and none can be made.
      await rm(own(), { recursive: true, force: true })
      await mkdir(join(person.home, '.config'), { recursive: true })
      await writeFile(own(), '')
      const env = { INFLUX_HOST: url, INFLUX_TOKEN: 'apiv3_first' }
      const toPipe = await person.run(['tokens', 'rotate', '--yes'], { env })
      expect([toPipe.stdout, toPipe.stderr]).toEqual(['', expect.stringContaining('[ERR_ROTATION_STORE]')])
      expect(good.get('_admin')).toBe('apiv3_first')
      expect(await configs()).toBe(before)
    })

    test('what was tried before leaves no trace, neither where it goes well nor where the server refuses', async () => {
      fault = (method) => (method === 'POST' ? 'refuse' : undefined)
      expect((await rotate('--into', 'new', '--store', 'memory')).code).toBe(5)
      expect((await rotate('--store', 'memory')).code).toBe(5)
      expect(await configs()).toBe(`[three]\n  url = "${url}"\n  token = "apiv3_first"\n  active = true\n`)
      fault = () => undefined
      expect((await rotate('--into', 'new', '--insecure-storage')).code).toBe(0)
      expect((await person.run(['token', '-p', 'new'])).stdout.trim()).toBe(good.get('_admin'))
      // A profile that had no credential has none again, and what is known of one that had is known.
      await person.run(['profiles', 'add', 'empty', '--url', url])
      const files = () =>
        Promise.all([configs(), readFile(join(own(), 'profiles.json'), 'utf8').then(JSON.parse)])
      const before = await files()
      fault = (method) => (method === 'POST' ? 'refuse' : undefined)
      for (const into of [[], ['--into', 'empty', '--insecure-storage']])
        expect((await rotate('-p', 'new', ...into)).code).toBe(5)
      expect(await files()).toEqual(before)
      expect(await recovered()).toEqual([])
    })

    test.each(['', 'never'])(
      'it could not be kept after all: it is in a file that is named, and printed nowhere (FLUXAUTH_REVEAL=%s)',
      async (FLUXAUTH_REVEAL) => {
        fault = (method) => {
          // Another program breaks the file just now.
          if (method === 'POST')
            writeFileSync(join(person.home, '.influxdbv2', 'configs'), 'not = TOML at all')
          return undefined
        }
        const { code, stdout, stderr } = await person.run(['tokens', 'rotate', '--yes'], {
          env: { FLUXAUTH_REVEAL },
        })
        expect([code, stdout]).toEqual([1, ''])
        expect(stderr).toContain('[ERR_ROTATION_STORE]')
        const [name = ''] = await recovered()
        const path = join(own(), name)
        expect(stderr).toContain(`fluxauth login ${url} --profile three < ${path}`)
        expect(await readFile(path, 'utf8')).toBe(`${good.get('_admin')}\n`)
        expect((await stat(path)).mode & 0o777).toBe(0o600)
        expect(person.traces(good.get('_admin') ?? '-').seen).toEqual([])
        await writeConfigs('')
        const login = `fluxauth login ${url} --profile three --store memory < ${path}`
        expect((await person.inShell(login)).code).toBe(0)
        expect((await person.run(['token'])).stdout.trim()).toBe(good.get('_admin'))
        await person.run(['logout'])
      },
    )

    test('its reader has gone: it is in a file as well', async () => {
      const env = `INFLUX_HOST=${url} INFLUX_TOKEN=apiv3_first`
      const { stdout, stderr } = await person.inShell(
        `{ sleep 0.1; ${env} fluxauth tokens rotate --yes; echo "code $?" >&2; } | exec true`,
      )
      expect([stdout, stderr]).toEqual(['', expect.stringContaining('code 1')])
      const [name = ''] = await recovered()
      expect(stderr).toContain(name)
      expect(await readFile(join(own(), name), 'utf8')).toBe(`${good.get('_admin')}\n`)
    })

    test('a signal while the server answers does not lose it', async () => {
      const marker = join(person.home, 'asked')
      fault = (method) => {
        if (method !== 'POST') return undefined
        writeFileSync(marker, '')
        execFileSync('sleep', ['0.5'])
        return undefined
      }
      await person.inShell(
        `set -m; fluxauth tokens rotate --yes & until [ -e ${marker} ]; do sleep 0.02; done; kill -TERM -- -$!; wait`,
      )
      await vi.waitFor(async () => expect(await configs()).toContain('token = "apiv3_new1"'), 5000)
    })

    test('it could not be tried: where it is kept is said', async () => {
      fault = (_, path) => (path.endsWith('/database') ? 'fail' : undefined)
      const { code, stderr } = await rotate()
      expect([code, stderr]).toEqual([
        5,
        expect.stringContaining('The old one is replaced, and the new one is kept'),
      ])
      expect(good.get('_admin')).toBe(await now())
    })
  })
})

test.each([
  ['tokens create', ['tokens', 'create'], ''],
  ['login', ['login', '--user', 'zoe', '--create-token', '--store', 'memory'], 's3cret-password'],
])('a server that makes a token and does not show it, with %s', async (_, args, input) => {
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://v2')
    response.setHeader('x-influxdb-version', 'v2.8.0')
    response.setHeader('x-influxdb-build', 'OSS')
    response.setHeader('content-type', 'application/json')
    if (pathname === '/api/v2/signin') {
      response.writeHead(204, { 'set-cookie': 'influxdb-oss-session=x' }).end()
    } else if (pathname === '/api/v2/orgs') response.end('{"orgs":[{"id":"0000000000000001","name":"home"}]}')
    else if (pathname === '/api/v2/me') response.end('{"id":"0000000000000002","name":"zoe"}')
    else if (request.method === 'POST' && pathname === '/api/v2/authorizations') {
      response.writeHead(201).end('{"id":"0000000000000003","status":"active","permissions":[]}')
    } else response.writeHead(204).end()
  }).listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const env = { INFLUX_HOST: url, ...(input === '' && { INFLUX_TOKEN: 's3cret-token' }) }
  const { code, stdout, stderr } = await person.run(args, { env, input })
  expect([code, stdout]).toEqual([2, ''])
  expect(stderr).toContain('0000000000000003')
  expect(stderr).toContain('[ERR_TOKEN_HIDDEN]')
  server.close().closeAllConnections()
})
