// What is said to be typed next: for the profile that the command was told to use, and so that it does what is meant when it is typed.

import { readFile, writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { Person } from '../testing/person.ts'

let person: Person
let server: Server
let url: string
let asked: string[]
let status: number
/** How a request by this method is answered instead. */
let statusOf: Readonly<Record<string, number>>
let message: string
beforeEach(async () => {
  person = await Person.arrive()
  asked = []
  status = 403
  statusOf = {}
  message = 'User is inactive'
  server = createServer(({ method = '' }, response) => {
    asked.push(method)
    response.setHeader('content-type', 'application/json')
    response.writeHead(statusOf[method] ?? status).end(JSON.stringify({ code: 'forbidden', message }))
  }).listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  await login('app', 'v2')
  await login("zoe's", 'v2')
  await login('old', 'v1', '--user', 'zoe')
  await person.run(['profiles', 'add', 'empty', '--url', url])
  await person.run(['use', 'app'])
})
afterEach(async () => {
  server.close().closeAllConnections()
  await person.leave()
})

const login = (name: string, product: string, ...more: string[]) =>
  person.run(
    [
      'login',
      url,
      '-p',
      name,
      '--product',
      product,
      '--no-verify',
      '--insecure-storage',
      '--store',
      'file',
    ].concat(more),
    { input: 's3cret' },
  )
/** The commands in what was said, as a shell reads them. */
const commandsIn = (text: string) =>
  text.match(/fluxauth (?!:)[a-z]+(?: (?:'[^ ]*'|[^\s,.;:()[\]'"]+|"[^"]*"))*/g) ?? []

test.each([
  ['old', ['tokens', 'list'], `fluxauth request POST /query --data "q=SHOW USERS" --profile old`],
  ['old', ['token'], 'fluxauth header --profile old'],
  ['old', ['snippet', 'influxdb-client'], 'fluxauth snippet fetch --profile old'],
  ['app', ['snippet', 'curl'], 'run it with fluxauth exec --profile app, or'],
  ['app', ['check'], 'Use another user’s: fluxauth login --profile app'],
  ["zoe's", ['check'], `another user’s: fluxauth login --profile 'zoe'\\''s'`],
  ['app', ['tokens', 'rotate', '--v1'], 'fluxauth tokens list --v1 --profile app'],
  ['empty', ['status'], 'log in with fluxauth login --profile empty'],
  ['empty', ['request', 'GET', '/api/v2/me'], 'log in with fluxauth login --profile empty'],
  ['empty', ['check'], 'log in with fluxauth login --profile empty'],
])('with --profile %s, %j says %s', async (profile, args, said) => {
  const { stdout, stderr } = await person.run([...args, '--profile', profile])
  expect(stdout + stderr).toContain(said)
  const without = commandsIn(stderr).filter((command) => !/ --profile | URL --header | encode /.test(command))
  expect(without).toEqual([])
})

test('without it, a profile that has no credential is named all the same', async () => {
  await person.run(['use', 'empty'])
  const { stdout } = await person.run(['status'])
  expect(stdout).toContain('it has no credential: log in with fluxauth login --profile empty')
})

test('what another credential is to do is said with the profile of that to be named', async () => {
  await person.run(['use', 'empty'])
  const { stdout } = await person.run(['check', `${url}/api/v2/buckets`, '-p', 'app'])
  expect(commandsIn(stdout)).toEqual(['fluxauth login --profile app'])
  const knowledge = join(person.home, '.config', 'fluxauth', 'profiles.json')
  const known = await readFile(knowledge, 'utf8')
  const id = '"authorization": "0b2c6a5e2f3d4000"'
  await writeFile(knowledge, known.replace('"profile": "app"', `"profile": "app", ${id}`))
  const logout = ['logout', '--revoke', '-p', 'app']
  // One that is in use at the same server is that other one.
  for (const [used, forAnother] of [
    ['empty', ' --profile NAME'],
    ["zoe's", ''],
  ] as const) {
    await person.run(['use', used])
    const command = `fluxauth tokens delete 0b2c6a5e2f3d4000${forAnother}`
    expect(commandsIn((await person.run(logout)).stderr)).toEqual([command])
  }
  const { stderr } = await person.run(['logout', '-p', 'app'])
  expect(commandsIn(stderr)).toEqual(['fluxauth tokens delete 0b2c6a5e2f3d4000'])
})

test('who is inactive is refused, whichever of both statuses says it', async () => {
  for ([status, message] of [
    [401, 'token is inactive'],
    [403, 'User is inactive'],
  ] as const)
    expect((await person.run(['tokens', 'list', '-p', 'app'])).code, message).toBe(4)
})

test('where it is not heard whether a token is the last operator’s, none is deleted', async () => {
  const knowledge = join(person.home, '.config', 'fluxauth', 'profiles.json')
  const known = await readFile(knowledge, 'utf8')
  const id = '"authorization": "0b2c6a5e2f3d4000"'
  await writeFile(knowledge, known.replace('"profile": "app"', `"profile": "app", ${id}`))
  const before = asked.length
  status = 503
  const { code, stderr } = await person.run(['logout', '--revoke', '-p', 'app'])
  expect([code, stderr]).toEqual([5, expect.stringContaining('cannot do it now')])
  expect(asked.slice(before)).toEqual(['GET'])
  expect((await person.run(['token', '-p', 'app'])).stdout).toBe('s3cret\n')
})

describe('logout --revoke', () => {
  const revoke = async (name: string) => {
    asked.length = 0
    const { code, stderr } = await person.run(['logout', '--revoke', '-p', name])
    return [code, stderr]
  }
  const isKept = async () => (await person.run(['token', '-p', 'app'])).code === 0

  test('forgets what had ended on the server already, and nothing that it could not end', async () => {
    const knowledge = join(person.home, '.config', 'fluxauth', 'profiles.json')
    const known = await readFile(knowledge, 'utf8')
    const id = '"authorization": "0b2c6a5e2f3d4000"'
    await writeFile(knowledge, known.replace('"profile": "app"', `"profile": "app", ${id}`))
    statusOf = { GET: 404, DELETE: 503 }
    expect(await revoke('app')).toEqual([5, expect.stringContaining('cannot do it now')])
    expect([asked, await isKept()]).toEqual([['GET', 'DELETE'], true])
    statusOf = { GET: 404, DELETE: 404 }
    expect(await revoke('app')).toEqual([
      0,
      expect.stringContaining('deleted on the server, and forgotten here'),
    ])
    expect([asked, await isKept()]).toEqual([['GET', 'DELETE'], false])
  })

  test('ends no password, and says so before it asks anybody', async () => {
    expect(await revoke('old')).toEqual([2, expect.stringContaining('[ERR_NOT_REVOCABLE]')])
    expect(asked).toEqual([])
    expect((await person.run(['header', '-p', 'old'])).code).toBe(0)
  })
})

test('logout is of no profile where none is chosen', async () => {
  for (const name of ['app', "zoe's", 'old', 'empty']) await person.run(['profiles', 'remove', name, '--yes'])
  const { code, stderr } = await person.run(['logout'])
  expect([code, stderr]).toEqual([2, expect.stringContaining('[ERR_NO_PROFILE]')])
})

test('what ends the token that was forgotten is no command that ends another', async () => {
  const { stderr } = await person.run(['logout', '-p', 'app'])
  expect(stderr).toContain('On the server the token goes on being good')
  expect(commandsIn(stderr)).toEqual([])
  expect((await person.run(['logout', '-p', 'old'])).stderr).not.toContain('On the server')
})
