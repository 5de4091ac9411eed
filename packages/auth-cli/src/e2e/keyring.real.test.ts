// The credential in a real keyring: no file has it, and every command finds it there.

import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import {
  describeReal,
  type RunningInfluxdb2,
  type RunningKeyring,
  startInfluxdb2,
  startKeyring,
} from '@fluxauth/auth-testkit/real'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { Person } from '../testing/person.ts'

describeReal('a credential in the keyring', ['influxdb2', 'dbus', 'keyring'], () => {
  let server: RunningInfluxdb2
  let keyring: RunningKeyring
  let person: Person
  beforeAll(async () => {
    ;[server, keyring] = await Promise.all([startInfluxdb2(), startKeyring()])
  })
  afterAll(() => Promise.all([server.stop(), keyring.stop()]))
  beforeEach(async () => {
    person = await Person.arrive()
  })
  afterEach(() => person.leave())

  const run = (args: readonly string[], input = '') => person.run(args, { input, env: keyring.env })

  test('is where login puts it by itself, and logout takes it away', async () => {
    const done = await run(['login', server.url], server.token)
    expect(done).toMatchObject({ code: 0, stderr: expect.stringContaining('its credential in the keyring') })
    expect(done.stderr).toContain('fluxauth exec -- influx')
    expect(JSON.parse((await run(['status', '--json'])).stdout)).toMatchObject({
      used: { place: 'the keyring', state: 'good', isOperator: true },
    })
    const header = await run(['header'])
    expect(header.stdout).toBe(`Authorization: Token ${server.token}\n`)
    expect(header.stderr).toContain('This is an operator token')
    expect(person.traces(server.token)).toEqual({ files: [], seen: [header.stdout] })

    expect((await run(['logout'])).code).toBe(0)
    expect((await run(['token'])).code).toBe(6)
  })

  test('of two profiles at one server are two, and one that is removed takes its own along', async () => {
    await run(['login', server.url, '-p', 'one'], server.token)
    await run(
      ['login', server.url, '-p', 'two', '--user', server.username, '--keep-password'],
      server.password,
    )
    expect((await run(['token', '-p', 'one'])).stdout).toBe(`${server.token}\n`)
    expect((await run(['header', '-p', 'two'])).stdout).toMatch(/^Authorization: Basic /)
    expect((await run(['profiles', 'remove', 'two', '--yes'])).code).toBe(0)
    expect((await run(['token', '-p', 'one'])).stdout).toBe(`${server.token}\n`)
    expect((await run(['header', '-p', 'two'])).code).toBe(2)
  })

  /** What the keyring holds of fluxauth's, asked as another program would. */
  const accounts = async () => {
    const script =
      "console.log(JSON.stringify(require('@napi-rs/keyring').findCredentials('fluxauth').map((found) => found.account)))"
    const cwd = fileURLToPath(new URL('../..', import.meta.url))
    const env = { PATH: process.env.PATH, ...keyring.env }
    const { stdout } = await promisify(execFile)(process.execPath, ['-e', script], { cwd, env })
    return (JSON.parse(stdout) as string[]).sort()
  }

  test('is not left behind by a login that keeps another elsewhere, by another address, or by a profile that goes', async () => {
    const names = ['elsewhere', 'moves', 'goes', 'stays']
    for (const name of names) await run(['login', server.url, '-p', name], server.token)
    expect(await accounts()).toEqual(expect.arrayContaining(names.map((name) => `${name} ${server.url}`)))
    await run(['login', server.url, '-p', 'elsewhere', '--store', 'memory'], server.token)
    await run(['profiles', 'edit', 'moves', '--url', 'https://other.example', '--replace'])
    await run(['profiles', 'remove', 'goes', '--yes'])
    const left = (await accounts()).filter((account) => names.some((name) => account.startsWith(`${name} `)))
    expect(left).toEqual([`stays ${server.url}`])
    await run(['logout', '-p', 'elsewhere'])
  })

  test('is kept for its server alone: another address in the profile does not get it', async () => {
    await run(['login', server.url, '-p', 'moved'], server.token)
    await run(['profiles', 'edit', 'moved', '--url', 'http://localhost:1', '--replace'])
    expect(await run(['token', '-p', 'moved'])).toMatchObject({ code: 6, stdout: '' })
  })

  test('replaces what lay in plain text before', async () => {
    await run(['login', server.url, '--store', 'file', '--insecure-storage'], server.token)
    expect(person.traces(server.token).files).toEqual(['.influxdbv2/configs'])
    const status = await run(['status'])
    expect(status.stderr).toContain('To move it: fluxauth login --profile default --store keyring')
    await run(['login', '--profile', 'default', '--store', 'keyring'], server.token)
    expect(person.traces(server.token).files).toEqual([])
    expect((await run(['status'])).stderr).not.toContain('plain text')
  })
})
