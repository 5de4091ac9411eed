// The influx CLI itself beside us, at one file of profiles: each takes what the other wrote, and loses nothing of it. And what exec hands to it
// and to InfluxData's Python client.

import { spawn } from 'node:child_process'
import { userInfo } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { readInfluxProfiles, writeInfluxProfiles } from '@fluxauth/auth-node'
import { describeReal, type RunningInfluxdb2, requirePart, startInfluxdb2 } from '@fluxauth/auth-testkit/real'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { type Outcome, Person } from '../testing/person.ts'

describeReal('the influx CLI beside us', ['influxdb2', 'influx'], () => {
  let server: RunningInfluxdb2
  let program: string
  let person: Person
  beforeAll(async () => {
    program = requirePart('influx')
    server = await startInfluxdb2()
  })
  afterAll(() => server.stop())
  beforeEach(async () => {
    person = await Person.arrive()
  })
  afterEach(() => person.leave())

  const configs = () => join(person.home, '.influxdbv2', 'configs')

  /** The influx CLI, which goes by the account's home folder, whatever HOME says. */
  function influx(...args: string[]): Promise<Outcome> {
    return new Promise((resolve, reject) => {
      const env = { PATH: process.env.PATH, INFLUX_CONFIGS_PATH: configs() }
      const child = spawn(program, args, { env, stdio: ['ignore', 'pipe', 'pipe'] })
      const texts = { stdout: '', stderr: '' }
      child.stdout.on('data', (data) => (texts.stdout += data))
      child.stderr.on('data', (data) => (texts.stderr += data))
      child.on('error', reject)
      child.on('close', (code) => resolve({ code, ...texts }))
    })
  }
  const profilesOfInflux = async () => JSON.parse((await influx('config', 'list', '--json')).stdout)

  const login = (args: readonly string[], input = server.token) =>
    person.run(['login', server.url, ...args], { input })
  const create = (name: string, ...args: string[]) =>
    influx('config', 'create', '-n', name, '-u', server.url, '-o', server.org, ...args)

  test.each(['default', 'a.b "c" ü', "it's"])('uses a login of ours, called %s', async (name) => {
    expect(await login(['--insecure-storage', '-p', name])).toMatchObject({ code: 0 })
    expect(await profilesOfInflux()).toEqual({
      [name]: { url: server.url, token: server.token, org: server.org, active: true },
    })
    const buckets = await influx('bucket', 'list', '--json')
    expect(JSON.parse(buckets.stdout)).toContainEqual(expect.objectContaining({ name: server.bucket }))
  })

  test('gives us what it created: a token, or a user name and password', async () => {
    expect(await create('theirs', '-t', server.token, '-a')).toMatchObject({ code: 0 })
    const status = JSON.parse((await person.run(['status', '--json'])).stdout)
    expect(status).toMatchObject({
      profile: 'theirs',
      used: { url: server.url, scheme: 'token', state: 'good', user: server.username, isOperator: true },
    })
    expect((await person.run(['token'])).stdout).toBe(`${server.token}\n`)

    expect(await create('named', '-p', `${server.username}:${server.password}`)).toMatchObject({ code: 0 })
    const me = await person.run(['request', 'GET', '/api/v2/me', '-p', 'named'])
    expect(JSON.parse(me.stdout)).toMatchObject({ name: server.username })
    expect((await person.run(['status', '-p', 'named'])).stderr).toContain('base64 hides nothing')
  })

  test('switches with us, to and fro', async () => {
    await create('one', '-t', server.token, '-a')
    await create('two', '-t', server.token)
    expect(await person.run(['use', 'two'])).toMatchObject({ code: 0 })
    expect(await profilesOfInflux()).toMatchObject({ one: { previous: true }, two: { active: true } })
    expect(await influx('config', '-')).toMatchObject({ code: 0 })
    expect(await person.run(['use', '-'])).toMatchObject({ code: 0 })
    expect(await profilesOfInflux()).toMatchObject({ one: { previous: true }, two: { active: true } })
    expect(await influx('config', 'rm', 'two')).toMatchObject({ code: 0 })
    expect(JSON.parse((await person.run(['profiles', '--json'])).stdout)).toMatchObject({
      profiles: [{ name: 'one' }],
    })
  })

  test('signs in with a password that we keep, whose organization we found', async () => {
    const args = ['-u', server.username, '--keep-password', '--insecure-storage']
    expect(await login(args, server.password)).toMatchObject({ code: 0 })
    expect(await profilesOfInflux()).toMatchObject({ default: { token: '', org: server.org } })
    expect(await influx('bucket', 'list')).toMatchObject({
      code: 0,
      stdout: expect.stringContaining(server.bucket),
    })
  })

  test('wants an organization, which login asks for where there are several', async () => {
    const headers = { authorization: `Token ${server.token}` }
    const body = JSON.stringify({ name: 'another' })
    const made = await fetch(`${server.url}/api/v2/orgs`, { method: 'POST', headers, body })
    const { id } = (await made.json()) as { id: string }
    try {
      const args = ['-u', server.username, '--keep-password', '--insecure-storage', '-p', "zoë's"]
      const { stderr } = await login(args, server.password)
      const line = /type: fluxauth (profiles edit 'zoë'\\''s' --org) NAME/.exec(stderr)?.[1]
      expect((await influx('bucket', 'list')).stderr).toContain('must specify org ID or org name')
      expect(await person.inShell(`fluxauth ${line} ${server.org}`)).toMatchObject({ code: 0 })
      expect(await influx('bucket', 'list')).toMatchObject({ code: 0 })
    } finally {
      await fetch(`${server.url}/api/v2/orgs/${id}`, { method: 'DELETE', headers })
    }
  })

  test('is told by exec what lies in memory, and login says so', async () => {
    const { stderr } = await login(['--store', 'memory'])
    expect(stderr).toContain('fluxauth exec -- influx …')
    expect((await influx('bucket', 'list')).stderr).toContain('401 Unauthorized')
    const listed = await person.run(['exec', '--', program, 'bucket', 'list'])
    expect(listed).toMatchObject({ code: 0, stdout: expect.stringContaining(server.bucket) })
    await person.run(['logout'])
  })

  test('is told by exec who it is, whatever header its environment has of somebody else', async () => {
    await login(['--store', 'memory'])
    for (const header of ['Authorization: Token another', 'X-A: b, authorization:Token another']) {
      const env = { INFLUX_EXTRA_HTTP_HEADER: header }
      const listed = await person.run(['exec', '--', program, 'bucket', 'list'], { env })
      expect(listed).toMatchObject({ code: 0, stdout: expect.stringContaining(server.bucket) })
    }
    // What else is there stays: a proxy in front may want it.
    const header = 'X-Trace: 1,Cookie: a=b, X-Authorization: 2,Proxy-Authorization: Basic cDpw'
    const env = { INFLUX_EXTRA_HTTP_HEADER: header }
    const { stdout } = await person.run(['exec', '--', 'env'], { env })
    expect(stdout).toContain('=X-Trace: 1, X-Authorization: 2,Proxy-Authorization: Basic cDpw\n')
    await person.run(['logout'])
  })

  test('takes no password but from its file, and none with a colon: login says so', async () => {
    const inMemory = ['-u', server.username, '--keep-password', '--store', 'memory']
    const { stderr } = await login(inMemory, server.password)
    expect(stderr).toContain('takes no password from its environment')
    const listed = await person.run(['exec', '--', program, 'bucket', 'list'])
    expect(listed).toMatchObject({ code: 1, stderr: expect.stringContaining('401 Unauthorized') })
    await person.run(['logout'])

    const headers = { authorization: `Token ${server.token}` }
    const user = { name: 'colon', password: 'aA1-with:colon' }
    const made = await fetch(`${server.url}/api/v2/users`, {
      method: 'POST',
      headers,
      body: JSON.stringify({ name: user.name }),
    })
    const { id } = (await made.json()) as { id: string }
    await fetch(`${server.url}/api/v2/users/${id}/password`, {
      method: 'POST',
      headers,
      body: JSON.stringify({ password: user.password }),
    })
    const kept = await login(['-u', user.name, '--keep-password', '--insecure-storage'], user.password)
    expect(kept).toMatchObject({ code: 0, stderr: expect.stringContaining('a password with a colon') })
    expect(await influx('bucket', 'list', '-o', server.org)).toMatchObject({ code: 1 })
  })

  test('looks in the account’s home folder, whatever HOME says: login says so, and exec shows it ours', async () => {
    const { stderr } = await login(['--insecure-storage'])
    expect(stderr).toContain(
      `The influx CLI looks for profiles in ${join(userInfo().homedir, '.influxdbv2', 'configs')}`,
    )
    expect(stderr).toContain(`export INFLUX_CONFIGS_PATH=${configs()}`)
    const shown = await person.run(['exec', '--', program, 'config', 'list', '--json'])
    expect(JSON.parse(shown.stdout)).toHaveProperty('default.active', true)
    const told = { env: { INFLUX_CONFIGS_PATH: configs() }, input: server.token }
    const again = await person.run(['login', server.url, '--insecure-storage'], told)
    expect(again).toMatchObject({ code: 0, stderr: expect.not.stringContaining('INFLUX_CONFIGS_PATH') })
  })

  test('goes on with the token that rotate put there, and with none after logout', async () => {
    const args = ['--create-token', '--description', 'daily', '--insecure-storage', '-p', 'daily']
    await login(['-u', server.username, ...args], server.password)
    const [token, operator] = [(await profilesOfInflux()).daily.token, ['-p', 'operator']]
    await login(['--insecure-storage', ...operator])
    const { tokens } = JSON.parse((await person.run(['tokens', 'list', '--json', ...operator])).stdout)
    const { id } = tokens.find((each: { description: string }) => each.description === 'daily')
    const rotate = ['tokens', 'rotate', id, '--into', 'daily', '--yes', '--insecure-storage', ...operator]
    expect(await person.run(rotate)).toMatchObject({ code: 0 })
    await influx('config', 'daily')
    expect((await profilesOfInflux()).daily).toMatchObject({
      active: true,
      token: expect.not.stringMatching(token),
    })
    expect(await influx('bucket', 'list')).toMatchObject({ code: 0 })
    await person.run(['logout'])
    expect((await influx('bucket', 'list')).stderr).toContain('401 Unauthorized')
  })

  test('has words that name no profile, and we refuse the same', async () => {
    for (const name of ['list', 'update', 'set', 'delete', 'switch', 'create']) {
      expect((await create(name, '-t', 't')).stderr).toContain('not a valid config name')
      const { code, stderr } = await person.run(['profiles', 'add', '--url', server.url, '--', name])
      expect([code, stderr]).toEqual([2, expect.stringContaining('a word of the influx CLI')])
    }
  })

  test('loses nothing of ours that it does not write itself, nor we of its, as both write at once', async () => {
    for (const name of ['a', 'b', 'c']) await create(name, '-t', `${name}-token`)
    const sizes: number[] = []
    let isDone = false
    const theirs = async () => {
      for (let i = 0; i < 60; i++) {
        expect(await influx('config', 'set', '-n', 'a', '-o', `o${i}`)).toMatchObject({ code: 0 })
        await setTimeout(i)
      }
      isDone = true
    }
    const ours = async () => {
      while (!isDone) await writeInfluxProfiles({ ours: { url: server.url, token: 'ours-token' } }, configs())
    }
    const readers = async () => {
      while (!isDone) sizes.push((await readInfluxProfiles(configs())).size)
    }
    await Promise.all([theirs(), ours(), readers()])
    expect(Math.min(...sizes)).toBeGreaterThanOrEqual(3)
    expect(Object.keys(await profilesOfInflux()).filter((name) => name !== 'ours')).toEqual(['a', 'b', 'c'])
  })
})

describeReal('InfluxData’s Python client', ['influxdb2', 'python-client'], () => {
  test('is told by exec who it is, whatever its environment has of somebody else', async () => {
    const [server, person] = await Promise.all([startInfluxdb2(), Person.arrive()])
    try {
      await person.run(['login', server.url, '--store', 'memory'], { input: server.token })
      const script = `from influxdb_client import InfluxDBClient
client = InfluxDBClient.from_env_properties()
print([bucket.name for bucket in client.buckets_api().find_buckets().buckets])`
      const env = { INFLUXDB_V2_TOKEN: 'another', INFLUXDB_V2_AUTH_BASIC: 'True' }
      const listed = await person.run(['exec', '--', requirePart('python-client'), '-c', script], { env })
      expect(listed).toMatchObject({ code: 0, stdout: expect.stringContaining(server.bucket) })
      await person.run(['logout'])
    } finally {
      await Promise.all([server.stop(), person.leave()])
    }
  })
})
