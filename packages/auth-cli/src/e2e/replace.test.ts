// What a profile has is not lost without a word: another server's login, another address and another token ask before they take its place.

import { readFile, writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { hasTerminal, Person } from '../testing/person.ts'

let person: Person
beforeEach(async () => {
  person = await Person.arrive()
})
afterEach(() => person.leave())

const [OLD, NEW] = ['http://localhost:1001', 'http://localhost:1002']
const FLAGS = ['--product', 'v3', '--no-verify', '--store', 'memory']
const login = (url: string, token: string, ...more: string[]) =>
  person.run(['login', url, ...FLAGS, ...more], { input: token })
const token = async (profile = 'app') => (await person.run(['token', '-p', profile])).stdout.trim()
const profiles = async () => JSON.parse((await person.run(['profiles', '--json'])).stdout).profiles

describe('login into a profile of another server', () => {
  test('is refused where nobody can be asked, and says what it would replace', async () => {
    await login(OLD, 'apiv3_s3cret-old', '-p', 'app')
    const before = await profiles()
    for (const more of [[], ['--no-input'], ['--json']]) {
      const { code, stdout, stderr } = await login(NEW, 'apiv3_s3cret-new', '-p', 'app', ...more)
      expect([code, stdout]).toEqual([2, ''])
      expect(stderr).toContain('ERR_PROFILE_SERVER')
      for (const said of ['Profile app', OLD, NEW, '--replace']) expect(stderr).toContain(said)
    }
    expect(await profiles()).toEqual(before)
    expect(await token()).toBe('apiv3_s3cret-old')
    expect(await login(NEW, 'apiv3_s3cret-new', '-p', 'app', '--replace')).toMatchObject({ code: 0 })
    expect(await token()).toBe('apiv3_s3cret-new')
    await person.run(['logout', '-p', 'app'])
  })

  test('is the other server as well where its path alone is another', async () => {
    await login(`${OLD}/one`, 'apiv3_s3cret-one', '-p', 'app')
    expect((await login(`${OLD}/two`, 'apiv3_s3cret-two', '-p', 'app')).stderr).toContain(
      '[ERR_PROFILE_SERVER]',
    )
    expect(await login(`${OLD}/two`, 'apiv3_s3cret-two')).toMatchObject({ code: 0 })
    const all = await profiles()
    expect(all.map(({ url }: { readonly url: string }) => url).sort()).toEqual([`${OLD}/one`, `${OLD}/two`])
    expect(await token()).toBe('apiv3_s3cret-one')
    // However it is spelled, the same is the same.
    expect(
      await login(`${OLD.toUpperCase().replace('HTTP', 'http')}/one/`, 'apiv3_s3cret-next', '-p', 'app'),
    ).toMatchObject({ code: 0 })
    for (const { name } of all) await person.run(['profiles', 'remove', name, '--yes'])
  })

  test.skipIf(!hasTerminal)('asks on a terminal; no is what an empty answer means', async () => {
    await login(OLD, 'apiv3_s3cret-old', '-p', 'app')
    const onTerminal = (answer: string) =>
      person.onTerminal(`login ${NEW} -p app --product v3 --no-verify --store memory --scheme token`, [
        ['[y/N]:', answer],
        ['it is not shown', 'apiv3_s3cret-new\r'],
      ])
    for (const answer of ['\r', 'n\r']) {
      const { code, stdout } = await onTerminal(answer)
      expect([code, stdout]).toEqual([2, expect.stringContaining('[ERR_NOT_AGREED]')])
      expect(stdout.replace(/\s+/g, ' ')).toContain(`Make it one for ${NEW}?`)
      expect(stdout).not.toContain('it is not shown')
    }
    expect((await onTerminal('\u0003')).code).toBe(130)
    expect(await token()).toBe('apiv3_s3cret-old')
    expect((await onTerminal('y\r')).code).toBe(0)
    expect(await token()).toBe('apiv3_s3cret-new')
    await person.run(['logout', '-p', 'app'])
  })
})

describe('a token that is made into a profile', () => {
  let server: Server
  let url: string
  let made: string[]
  beforeEach(async () => {
    made = []
    server = createServer((request, response) => {
      const { pathname } = new URL(request.url ?? '/', 'http://v3')
      if (pathname.endsWith('/ping')) {
        response.writeHead(200, { 'x-influxdb-version': '3.8.0', 'x-influxdb-build': 'Core' })
        return void response.end('{"product_name":"InfluxDB 3 Core","version":"3.8.0"}')
      }
      if (request.method === 'POST') {
        made.push(pathname)
        response.writeHead(201).end('{"name":"report","token":"apiv3_made","id":1}')
      } else response.end('[]')
    }).listen(0, '127.0.0.1')
    await new Promise((resolve) => server.once('listening', resolve))
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  })
  afterEach(() => void server.close().closeAllConnections())

  const create = (host: string, ...more: string[]) =>
    person.run(['tokens', 'create', '--name', 'report', '--into', 'app', '--store', 'memory', ...more], {
      env: { INFLUX_HOST: host, INFLUX_TOKEN: 'apiv3_operator' },
    })

  test('takes the place of no credential without a word', async () => {
    await login(url, 'apiv3_s3cret', '-p', 'app')
    const { code, stderr } = await create(url)
    expect([code, stderr]).toEqual([2, expect.stringContaining('[ERR_PROFILE_EXISTS]')])
    expect(stderr).toContain('--replace')
    expect([made, await token()]).toEqual([[], 'apiv3_s3cret'])
    expect(await create(url, '--replace')).toMatchObject({ code: 0 })
    expect(await token()).toBe('apiv3_made')
    await person.run(['logout', '-p', 'app'])
  })

  test('goes into none of a server that lies at another path', async () => {
    await login(`${url}/one`, 'apiv3_s3cret', '-p', 'app')
    const { code, stderr } = await create(`${url}/two`, '--replace')
    expect([code, stderr]).toEqual([2, expect.stringContaining('[ERR_PROFILE_SERVER]')])
    expect([made, await token()]).toEqual([[], 'apiv3_s3cret'])
    await person.run(['logout', '-p', 'app'])
  })
})

describe('a token that rotate puts into a profile', () => {
  test('takes the place of no other token for --yes alone, and of the one that it replaces', async () => {
    const asked: string[] = []
    const all = ['op', 'other', 'third'].map((name, index) => {
      const permissions = [{ action: 'read', resource: { type: 'buckets' } }]
      return { id: `0b2c6a5e2f3d400${index}`, token: name, status: 'active', description: name, permissions }
    })
    const server = createServer((request, response) => {
      asked.push(`${request.method}`)
      const { pathname } = new URL(request.url ?? '/', 'http://v2')
      const one = all.find(({ id }) => pathname.endsWith(id))
      response.setHeader('content-type', 'application/json')
      if (pathname.endsWith('9')) response.writeHead(404).end('{"code":"not found"}')
      else if (request.method === 'POST') response.writeHead(403).end('{"code":"forbidden"}')
      else response.end(JSON.stringify(one ?? { authorizations: all }))
    }).listen(0, '127.0.0.1')
    await new Promise((resolve) => server.once('listening', resolve))
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    for (const name of ['op', 'other']) {
      const flags = ['--product', 'v2', '--no-verify', '--insecure-storage', '--store', 'file']
      await person.run(['login', url, '-p', name, ...flags], { input: name })
    }
    const rotate = (id: string | undefined, ...more: string[]) =>
      person.run(['tokens', 'rotate', `${id}`, '--into', 'other', '--yes', '-p', 'op', ...more])
    asked.length = 0
    for (const each of [all[2], all[0]]) {
      const { code, stderr } = await rotate(each?.id)
      expect([code, stderr]).toEqual([2, expect.stringContaining('[ERR_PROFILE_EXISTS]')])
    }
    const gone = await rotate('0b2c6a5e2f3d4009')
    expect([gone.code, gone.stderr]).toEqual([5, expect.stringContaining('There is no token of this id, or')])
    expect([await token('other'), asked]).toEqual(['other', expect.not.arrayContaining(['POST'])])
    // Nothing else keeps it from going on, and what was begun for another profile or at another server is not gone on with.
    const left = { todo: 'delete-successor', replaces: all[1]?.id, id: all[0]?.id }
    const others = [
      { url, profile: 'op', left },
      { url: `${url}/two`, profile: 'other', left },
      { url, profile: 'other', left: { ...left, replaces: '0b2c6a5e2f3d4008' } },
    ]
    const record = join(person.home, '.config', 'fluxauth', 'rotations.json')
    await writeFile(record, JSON.stringify(others))
    for (const outcome of [await rotate(all[1]?.id), await rotate(all[2]?.id, '--replace')])
      expect(outcome.stderr).toContain('[ERR_ROTATION_STOPPED]')
    expect(asked).not.toContain('DELETE')
    expect(JSON.parse(await readFile(record, 'utf8'))).toEqual(others)
    server.close().closeAllConnections()
  })
})

test('a profile that becomes that of another server has no organization of the one before', async () => {
  const flags = ['-p', 'app', '--insecure-storage', '--store', 'file', '--no-verify']
  const to = (url: string, product: string, ...more: string[]) =>
    person.run(['login', url, '--product', product, ...flags, ...more], { input: 's3cret' })
  await to(OLD, 'v2', '--org', 'home')
  await to(OLD, 'v2')
  expect(await profiles()).toMatchObject([{ url: OLD, org: 'home' }])
  await to(NEW, 'v1', '--user', 'zoe', '--replace')
  expect((await profiles())[0]).toMatchObject({ url: NEW })
  expect((await profiles())[0].org ?? '').toBe('')
  const { stderr } = await to(`${NEW}/influx`, 'v2', '--replace')
  expect(stderr).toContain('leaves out the path of the address. For it, type: fluxauth proxy -- influx …')
})
